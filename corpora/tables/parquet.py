"""`ParquetTable`: the records of a Parquet file, in blocks of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from nlpkit.corpora.tables.records import Records
from nlpkit.errors import InputError

_BATCH_ROWS = 8192


class ParquetTable:
    """A Parquet file as a table, with the interface of `nlpkit.corpora.tables.table.Table`.

    A column within a column of structs has the name ``data.text``.

    Parameters
    ----------
    stream : binary file
        A seekable file.
    path : str
        File name, for messages.

    Raises
    ------
    InputError
        If the file is not a Parquet file.
    """

    unit = "row"
    delimiter: str | None = None

    def __init__(self, stream: BinaryIO, path: str) -> None:
        from pyarrow import parquet

        self.path = path
        self.sample: list[list[Any]] = []
        with _refusing(path):
            self._file = parquet.ParquetFile(stream)
            self.names: list[str] | None = list(self._file.schema_arrow.names)
        self.first: list[str] = self.names or []

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.first)

    def settle(self, are_names: bool | None) -> bool:
        """Return False: the names are known."""
        return False

    def column_within(self, name: str) -> str | None:
        """Return ``name`` if it is that of a column within a column, such as ``data.text``."""
        import pyarrow

        first, *rest = name.split(".")
        kind = self._file.schema_arrow.field(first).type if first in self.first else None
        for part in rest:
            if kind is None or not pyarrow.types.is_struct(kind) or kind.get_field_index(part) < 0:
                return None
            kind = kind.field(part).type
        return name if rest and kind is not None else None

    def records(self, columns: Sequence[int | str]) -> Iterator[Records]:
        """Yield all records in blocks, numbered from 1; a cell is the value that pyarrow gives."""
        from pyarrow import compute

        names = [self.first[column] if isinstance(column, int) else column for column in columns]
        number = 1
        with _refusing(self.path):
            for batch in self._file.iter_batches(batch_size=_BATCH_ROWS, columns=list(dict.fromkeys(names))):
                values = []
                for column, name in zip(columns, names, strict=True):
                    first, *within = [name] if isinstance(column, int) else name.split(".")
                    found = batch.column(batch.schema.names.index(first))
                    values.append((compute.struct_field(found, within) if within else found).to_pylist())
                yield Records(range(number, number + len(batch)), values)
                number += len(batch)


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).splitlines()[:1]) or type(error).__name__
        raise InputError(f"{path}: not a Parquet file, or truncated ({reason})") from error
