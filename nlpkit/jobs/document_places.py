"""`documents_among`: the documents that inputs are; `places_of`: where their translations are written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nlpkit.corpora.paths import find_sources
from nlpkit.errors import OutputError, ParameterError
from nlpkit.registry import DOCUMENTS

from .inputs import StrPath
from .places import check_place, real_place


def documents_among(inputs: Sequence[StrPath], output: StrPath | None, *, records: str | None = None) -> list[str]:
    """Return the documents that inputs are, folders and patterns expanded; none where they are texts.

    Parameters
    ----------
    inputs, output
        As in `translate_documents`.
    records : str, optional
        The option by which the output has records of texts.

    Raises
    ------
    InputError
        If an input does not exist.
    ParameterError
        If some are documents and others are not, or they would not be written as documents of their kind.
    """
    paths = [source.path or "-" for source in find_sources(inputs)] if inputs else []
    found = [path for path in paths if _suffix(path) in DOCUMENTS]
    other = next((path for path in paths if _suffix(path) not in DOCUMENTS), None)
    if not found:
        return []
    if other is not None:
        raise ParameterError(f"{found[0]} is a document, and {other} is not: translate them apart")
    kinds, written = {_suffix(path) for path in found}, _suffix(output or "-")
    as_text = f"or pipe it, to read it as text: cat {found[0]} | nlpkit translate"
    if records:
        raise ParameterError(f"{found[0]}: a document has no records: leave out {records}, {as_text}")
    if written and {written} != kinds:
        kind = " and ".join(sorted(kinds))
        raise ParameterError(f"{output}: a document keeps its kind, {kind}: name such a file or a folder, {as_text}")
    return found


def places_of(paths: Sequence[Path], output: StrPath | None) -> list[Path | None]:
    """Return where each document is written; None for standard output."""
    if not paths:
        raise ParameterError("there is no document to translate: name a file")
    if output is None or str(output) == "-":
        if len(paths) > 1:
            raise ParameterError(f"{len(paths)} documents don't go into standard output: name a folder for them")
        return [None]
    is_folder = len(paths) > 1 or not Path(output).suffix or os.fspath(output).endswith(("/", os.sep))
    is_folder = is_folder or os.path.isdir(output)
    places = [Path(output) / path.name if is_folder else Path(output) for path in paths]
    if len(set(places)) < len(places):
        raise ParameterError(
            "two documents have the same name, and would be written to the same file: translate them apart"
        )
    read = {real_place(path) for path in paths}
    for place in places:
        if real_place(place) in read:
            raise OutputError(f"{place}: is read, and would be replaced: name another file")
        if place.parent.is_dir() or not is_folder:
            check_place(place, is_folder=False, force=False)
    return list(places)


def _suffix(path: StrPath) -> str:
    return os.path.splitext(os.fspath(path))[1].lower()
