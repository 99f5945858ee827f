"""Output of rows of numbers: one writer per format, selected by suffix."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError

from .columns import Columns
from .files import is_folder
from .one_file import NAMELESS, open_file, suffix_of
from .row_writer import RowWriter


def open_writer(
    path: str | os.PathLike[str],
    *,
    names: Sequence[str] | None,
    dtype: Any,
    n_columns: int,
    options: Mapping[str, Any] | None = None,
    model_hash: str = "",
    fingerprint: Any = None,
    n_rows: int | None = None,
    shard_format: str | None = None,
    shard_rows: int | None = None,
    force: bool = False,
    resume: bool = False,
    one_based: bool = False,
    sparse: bool = True,
    kept: Sequence[str] = (),
    beside: Sequence[str] = (),
    label: str | None = None,
) -> RowWriter:
    """Open the writer for ``path``.

    Parameters
    ----------
    path : str or path-like
        ``.npz``, ``.npy``, ``.parquet``, ``.jsonl``, ``.jsonl.gz``, ``.csv`` (dense rows) or ``.svmlight``; ``-`` for
        JSONL on standard output; a path without suffix or with a final slash for a folder of parts.
    names : sequence of str or None
        Column names; None if columns only have numbers. Formats without names store them in ``PATH.terms.txt``.
    dtype : dtype-like
        Type of the values.
    n_columns : int
    options, model_hash, fingerprint : mapping, str, JSON data
        Options, model and input of the rows; stored in a folder's manifest, and compared before an unfinished folder is
        resumed.
    n_rows : int, optional
        Number of rows, if known: a dense file that does not fit is then rejected at once.
    shard_format : str, optional
        Format of a folder's parts; default: ``"npz"`` for sparse rows, ``"npy"`` for dense ones.
    shard_rows : int, optional
        Rows per part; default: about 32 MB.
    force : bool, default=False
        Replace an existing folder written by nlpkit, complete or not.
    resume : bool, default=False
        Resume an unfinished folder; without it, ``force`` may start again.
    one_based : bool, default=False
        Count svmlight columns from 1.
    sparse : bool, default=True
        Write the nonzero terms of a row instead of the whole vector.
    kept : sequence of str
        Columns of the input that are written beside the text, for ``.jsonl``, ``.parquet`` and ``.csv``.
    beside : sequence of str
        Further columns of the input, which are written if the format has a place for them.
    label : str, optional
        The one of the kept columns that is the label of svmlight.

    Returns
    -------
    RowWriter

    Raises
    ------
    ParameterError
        If the suffix or ``shard_format`` is unknown, or an option does not apply to the path.
    OutputError
        If the path is not writable, or an unfinished folder has other input or options.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "rows.jsonl")
    >>> with open_writer(path, names=["cat", "dog"], dtype="int64", n_columns=2) as writer:
    ...     writer.write(["a.txt"], ["dog, dog"], np.array([[0, 2]]))
    >>> print(path.read_text(), end="")
    {"id": 0, "source": "a.txt", "text": "dog, dog", "terms": {"dog": 2}}
    """
    in_folder = os.fspath(path) != "-" and is_folder(path)
    suffix = shard_format or ("npz" if sparse else "npy") if in_folder else suffix_of(path)
    columns = Columns(
        names=names,
        n_columns=n_columns,
        dtype=np.dtype(dtype),
        sparse=sparse,
        one_based=one_based,
        kept=(*kept, *(() if suffix in NAMELESS else beside)),
        label=label,
    )
    if in_folder:
        from .shards import ShardWriter

        made_by = {"options": dict(options or {}), "model": model_hash, "input": fingerprint}
        _check_format(path, columns, suffix, is_folder=True)
        return ShardWriter(path, columns, made_by, suffix=suffix, part_rows=shard_rows, force=force, resume=resume)
    for name, given in ("shard_format", shard_format), ("shard_rows", shard_rows), ("resume", resume):
        if given:
            raise ParameterError(f"{name} needs a folder of parts, but {os.fspath(path)} is one file: remove it")
    _check_format(path, columns, suffix)
    if one_based and not suffix.startswith("svmlight"):
        raise ParameterError(f"one_based needs .svmlight, but {os.fspath(path)} is {suffix}: remove it")
    if suffix == "npy":
        from .room import check_room, free_disk

        check_room(path, columns, n_rows or 0, free_disk(path))
    return open_file(path, columns, suffix)


def _check_format(path: str | os.PathLike[str], columns: Columns, suffix: str, *, is_folder: bool = False) -> None:
    """Refuse what a format cannot hold."""
    if suffix == "csv" and columns.sparse:
        raise ParameterError(f"{os.fspath(path)}: .csv needs dense vectors: write .jsonl, .parquet or .svmlight")
    others = [name for name in columns.kept if name != columns.label]
    if others and suffix in NAMELESS:
        hint = "set shard_format to jsonl, parquet or csv" if is_folder else "write .jsonl, .parquet or .csv"
        raise ParameterError(f"{os.fspath(path)}: .{suffix} has no place for the column {others[0]!r}: {hint}")
    if columns.label is not None and (suffix != "svmlight" or is_folder):
        raise ParameterError(
            f"label (--label) needs one .svmlight file, but {os.fspath(path)} is none: use keep instead"
        )
