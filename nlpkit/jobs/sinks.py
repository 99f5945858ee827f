"""Where rows go besides `nlpkit.outputs.rows`, and whether they can go there at all."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Protocol

from nlpkit.errors import OutputError, ParameterError

from .passes import AnyTexts, StrPath

if TYPE_CHECKING:
    from nlpkit.corpora import Pairs


class RowSink(Protocol):
    """What takes rows in place of a file, such as a table on the screen.

    ``open`` is called once with the fitted model, then ``write`` with blocks of rows until there are no more
    or ``full`` is true, then ``close``.
    """

    full: bool

    def open(self, model: Any) -> None:
        """Get ready for the rows of the fitted ``model``."""

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        """Take a block: where each text comes from, the texts, and their vectors, CSR or dense."""

    def close(self) -> None:
        """End, whether all rows have come or an exception broke them off."""


class Collected:
    """A sink that keeps the vectors."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        """Keep the vectors of a block."""
        self._blocks.append(rows)

    def vectors(self) -> Any:
        """Return all vectors as one matrix."""
        if len(self._blocks) == 1:
            return self._blocks[0]
        if not hasattr(self._blocks[0], "indptr"):
            import numpy as np

            return np.concatenate(self._blocks)
        from scipy.sparse import vstack

        return vstack(self._blocks, format="csr")


def check_output(output: StrPath, *, force: bool) -> None:
    """Refuse an output that can't be written, before hours go into its rows.

    Raises
    ------
    OutputError, ParameterError
        With the reason.
    """
    from nlpkit.outputs.files import is_folder
    from nlpkit.outputs.one_file import suffix_of

    if os.fspath(output) == "-":
        return
    if os.fspath(output) and not is_folder(output):
        suffix_of(output)
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
