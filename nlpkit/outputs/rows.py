"""Rows of numbers on their way out: one writer a format, chosen by the output's suffix."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError

from .columns import Columns
from .files import is_folder
from .one_file import open_file, suffix_of
from .row_writer import RowWriter

if TYPE_CHECKING:
    pass


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
) -> RowWriter:
    """Open the writer that ``path`` asks for.

    Parameters
    ----------
    path : str or path-like
        ``.npz``, ``.npy``, ``.parquet``, ``.jsonl``, ``.jsonl.gz`` or ``.svmlight``; ``-`` for JSONL on
        standard output; a path without suffix or with a final slash for a folder of parts.
    names : sequence of str or None
        The columns' names; None if they have only numbers. The formats that can't hold them put them
        beside, in ``PATH.terms.txt``.
    dtype : dtype-like
        Of the numbers.
    n_columns : int
    options, model_hash, fingerprint : mapping, str, JSON data
        What made the rows, from which model and input; kept in a folder's manifest, and compared
        before an unfinished folder is gone on with.
    n_rows : int, optional
        How many rows will come, where that is known: a dense file that has no room is refused at once.
    shard_format : str, optional
        The format of a folder's parts: ``"npz"`` for sparse rows and ``"npy"`` for dense ones unless told.
    shard_rows : int, optional
        Rows in each part; unless told, a part ends at some 32 MB.
    force : bool, default=False
        Replace a folder that nlpkit wrote before, complete or not.
    resume : bool, default=False
        Go on with an unfinished folder; without it, ``force`` may start anew.
    one_based : bool, default=False
        Count svmlight's columns from 1.
    sparse : bool, default=True
        Write a row's non-zero terms, not its whole vector.

    Returns
    -------
    RowWriter

    Raises
    ------
    ParameterError
        If the suffix or the shard's format is unknown, or an option does not apply to the path.
    OutputError
        If nothing can be written there, or an unfinished folder has other input or options.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "rows.jsonl")
    >>> with open_writer(path, names=["cat", "dog"], dtype="int64", n_columns=2) as writer:
    ...     writer.write(["a.txt"], ["dog, dog"], np.array([[0, 2]]))
    >>> print(path.read_text(), end="")
    {"id": 0, "source": "a.txt", "text": "dog, dog", "terms": {"dog": 2}}
    """
    columns = Columns(names=names, n_columns=n_columns, dtype=np.dtype(dtype), sparse=sparse, one_based=one_based)
    if os.fspath(path) != "-" and is_folder(path):
        from .shards import ShardWriter

        made_by = {"options": dict(options or {}), "model": model_hash, "input": fingerprint}
        suffix = shard_format or ("npz" if sparse else "npy")
        return ShardWriter(path, columns, made_by, suffix=suffix, part_rows=shard_rows, force=force, resume=resume)
    for name, given in ("shard_format", shard_format), ("shard_rows", shard_rows), ("resume", resume):
        if given:
            raise ParameterError(f"{name} is for a folder of parts, and {os.fspath(path)} is one file: leave it out")
    suffix = suffix_of(path)
    if one_based and not suffix.startswith("svmlight"):
        raise ParameterError(f"one_based is for .svmlight, and {os.fspath(path)} is {suffix}: leave it out")
    if suffix == "npy":
        from .room import check_room, free_disk

        check_room(path, columns, n_rows or 0, free_disk(path))
    return open_file(path, columns, suffix)
