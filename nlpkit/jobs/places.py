"""Where rows go besides `nlpkit.outputs.rows`, and whether they can go there at all."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

from nlpkit.errors import OutputError, ParameterError

from .inputs import AnyTexts, StrPath

if TYPE_CHECKING:
    from nlpkit.corpora import Pairs


def check_output(output: StrPath, *, force: bool, is_sparse: bool | None = None) -> None:
    """Refuse an output that can't be written, before hours go into its rows, which are sparse or dense, if known.

    Raises
    ------
    OutputError, ParameterError
        With the reason.
    """
    from nlpkit.outputs.files import is_folder
    from nlpkit.outputs.one_file import suffix_of

    if os.fspath(output) == "-":
        return
    if os.fspath(output) and not is_folder(output) and suffix_of(output) == "npz" and is_sparse is False:
        from nlpkit.outputs.matrix_rows import needs_sparse

        raise needs_sparse(output)
    check_place(output, is_folder=is_folder(output), force=force)


def real_place(path: StrPath) -> str:
    """Return where a path leads, in one spelling of it where the system takes A and a for the same."""
    real = os.path.realpath(path)
    return real.casefold() if sys.platform in ("darwin", "win32") else real


def check_apart(output: StrPath, texts: AnyTexts | Pairs) -> None:
    """Refuse an output that is an input, or stands in a folder of inputs.

    Raises
    ------
    OutputError
        With the reason.
    """
    place = real_place(output)
    for folder in map(real_place, texts.folders):
        if place == folder or place.startswith(os.path.join(folder, "")):
            raise OutputError(f"{os.fspath(output)}: is inside the input folder {folder}: name another place")
    for source in texts.sources:
        if source.path is None or source.size is None:
            continue
        path = real_place(source.path)
        if path in (place, f"{place}.terms.txt") or path.startswith(os.path.join(place, "")):
            raise OutputError(f"{os.fspath(output)}: would replace the input {source.name}: name another place")


def check_place(path: StrPath, *, is_folder: bool, force: bool) -> None:
    """Refuse a file or folder that can't be written, or a folder that may not be replaced.

    Raises
    ------
    OutputError
        With the reason.
    """
    if not os.fspath(path):
        raise ParameterError("name an output: a file, a folder, or - for standard output")
    if is_folder and os.fspath(path) == "-":
        raise ParameterError("the output is '-', and a folder cannot be written to standard output: name a folder")
    from nlpkit.outputs.files import output_errors
    from nlpkit.outputs.folders import check_folder

    place = os.path.realpath(path)
    if is_folder:
        check_folder(path, force=force)
    elif os.path.isdir(place):
        raise OutputError(f"{os.fspath(path)}: is a folder, and a file is to be written there: name another place")
    if os.path.isfile(place) or not os.path.exists(place):
        with output_errors(path), tempfile.TemporaryFile(dir=os.path.dirname(place)):
            pass
