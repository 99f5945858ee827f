"""Parquet: the texts of one column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from nlpkit.errors import InputError

DEFAULT_COLUMN = "text"

_RUN_ROWS = 8192


def read_parquet(stream: BinaryIO, path: str, column: str | None = None) -> Iterator[list[str]]:
    """Yield runs of texts.

    Parameters
    ----------
    stream : binary file
        A seekable file.
    path : str
        File name, for messages.
    column : str, optional
        A name, or a number counted from 1; default: the column ``text``, or the only column.

    Raises
    ------
    InputError
        If the file is not a Parquet file, has no such column, or the column does not hold strings.
    """
    import pyarrow
    from pyarrow import parquet

    rows = 0
    try:
        file = parquet.ParquetFile(stream)
        schema = file.schema_arrow
        name = _find_column(schema.names, column, path)
        kind = schema.field(name).type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        kinds = pyarrow.types
        if not (kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)):
            raise InputError(f"{path}: the column {name!r} holds {kind}, expected string")
        for batch in file.iter_batches(batch_size=_RUN_ROWS, columns=[name]):
            values = batch.column(0)
            if values.null_count:
                row = rows + values.is_null().to_pylist().index(True) + 1
                raise InputError(f"{path}, row {row}: the column {name!r} holds null, expected a string")
            rows += len(values)
            yield values.to_pylist()
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path}: not a Parquet file, or truncated ({reason})") from error


def _find_column(names: list[str], column: str | None, path: str) -> str:
    wanted = DEFAULT_COLUMN if column is None else column
    if names.count(wanted) > 1:
        raise InputError(f"{path}: there are {names.count(wanted)} columns {wanted!r}; rename all but one")
    if wanted in names:
        return wanted
    if column is None and len(names) == 1:
        return names[0]
    if wanted.isdecimal() and 0 < int(wanted) <= len(names):
        return names[int(wanted) - 1]
    known = ", ".join(map(repr, names))
    raise InputError(f"{path}: there is no column {wanted!r}; set --column, the columns are {known}")
