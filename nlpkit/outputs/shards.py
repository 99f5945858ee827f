"""A folder of parts, for more rows than fit in memory; it can be resumed after an interruption."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit._version import __version__
from nlpkit.errors import OutputError, ParameterError

from .columns import Columns, escaped_lines
from .files import PendingFile, output_errors
from .folders import FORMAT, check_folder, claim_folder, file_entry, place_folder
from .one_file import FORMATS, NAMELESS, open_file
from .row_writer import RowWriter

if TYPE_CHECKING:
    from .columns import Matrix

FORMAT_VERSION = 1
PART_BYTES = 32_000_000
"""Size of a part if its number of rows is not given."""

MANIFEST = "manifest.json"
PROGRESS = "progress.json"
NAMES = "terms.txt"


class ShardWriter(RowWriter):
    """Writes ``OUT.partial/part-00000.*`` and so on, and renames the folder to ``OUT`` at the end.

    Every finished part is recorded in ``progress.json``, which becomes ``manifest.json``. After a kill or an error the
    finished parts remain; a writer with the same options, model and input resumes after them.

    Parameters
    ----------
    path : str or path-like
        ``OUT``.
    columns : Columns
    made_by : dict
        ``options``, ``model`` and ``input``, in a form that JSON can store.
    suffix : str
        A member of `nlpkit.outputs.one_file.FORMATS`.
    part_rows : int or None
        Rows per part; None for about 32 MB.
    force, resume : bool
        See `nlpkit.outputs.rows.open_writer`.

    Raises
    ------
    OutputError
        If ``OUT`` exists and may not be replaced; if ``OUT.partial`` has other input or options, or another process is
        writing to it; or if the file system is not writable.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Columns,
        made_by: dict[str, Any],
        *,
        suffix: str,
        part_rows: int | None = None,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        if suffix not in FORMATS:
            raise ParameterError(f"shard_format is {suffix!r}: expected one of {', '.join(FORMATS)}")
        if part_rows is not None and part_rows < 1:
            raise ParameterError(f"shard_rows is {part_rows}: expected 1 or more")
        super().__init__(path, columns, [])
        self._force = force
        self._place = check_folder(path, force=force)
        self.partial = self._place.with_name(self._place.name + ".partial")
        self._suffix = suffix
        self._part_rows = part_rows or (max(1, PART_BYTES // columns.row_bytes) if suffix == "npy" else None)
        self._part: RowWriter | None = None
        self._held = 0
        self._lock: int | None = None
        self._record: dict[str, Any] = {}
        try:
            with output_errors(path):
                self.partial.mkdir(exist_ok=True)
                self._lock = claim_folder(self.partial)
                self._start(self._new_record(made_by), resume)
        except BaseException:
            self.abort()
            raise
        self.rows_done = self.rows = self._record["rows"]

    def write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]] | None = None
    ) -> None:
        with self._resumable():
            super().write(sources, texts, X, kept)

    def tell(self, left_out: Mapping[str, int]) -> None:
        self._record["left_out"] = dict(left_out)
        self._save()

    def close(self) -> None:
        with self._resumable():
            super().close()

    @contextlib.contextmanager
    def _resumable(self) -> Iterator[None]:
        try:
            yield
        except OutputError as error:
            parts = len(self._record["parts"])
            if not parts:
                raise
            kept = f"{parts} finished parts stay in {self.partial}, and the same command goes on from them"
            raise OutputError(f"{error} ({kept})") from error

    def _new_record(self, made_by: dict[str, Any]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "kind": "rows",
            "nlpkit": __version__,
            "rows": 0,
            "shape": [0, self.columns.n_columns],
            "dtype": self.columns.dtype.name,
            "sparse": self.columns.sparse,
            "part_format": self._suffix,
            "part_rows": self._part_rows,
            "one_based": self.columns.one_based,
            **json.loads(json.dumps(made_by, default=str)),
            "terms": None,
            "left_out": {},
            "parts": [],
        }

    def _start(self, record: dict[str, Any], resume: bool) -> None:
        found = self._read()
        reason = self._difference(found, record) if found else None
        if reason and self._force and not resume:
            found = None
        elif reason:
            raise OutputError(
                f"{self.partial}: was begun with {reason}: use the same, remove that folder,"
                " or start again with --force (force=True)"
            )
        self._record = found or record
        kept = {PROGRESS, NAMES, *(part["file"] for part in self._record["parts"])} if found else set()
        for entry in self.partial.iterdir():
            if entry.name not in kept:
                entry.unlink()
        if not found:
            if self.columns.names is not None and self._suffix in NAMELESS:
                terms = self.partial / NAMES
                with PendingFile(terms) as file:
                    file.writelines(escaped_lines(self.columns.names))
                record["terms"] = {"file": NAMES, **file_entry(terms)}
            self._save()

    def _read(self) -> dict[str, Any] | None:
        """Return the record of an unfinished folder after checking its files, or None if there is none."""
        if not (self.partial / PROGRESS).exists() and (self.partial / MANIFEST).exists():
            os.replace(self.partial / MANIFEST, self.partial / PROGRESS)
        strangers = [e.name for e in self.partial.iterdir() if not _is_own(e.name)]
        if strangers:
            raise OutputError(f"{self.partial}: found {strangers[0]!r}, which nlpkit did not write: remove it first")
        try:
            record = json.loads((self.partial / PROGRESS).read_bytes())
            if record["format"] != FORMAT:
                raise ValueError("foreign")
            for entry in [*record["parts"], *filter(None, [record["terms"]])]:
                part = self.partial / entry["file"]
                if file_entry(part) != {"bytes": entry["bytes"], "sha256": entry["sha256"]}:
                    raise OutputError(f"{part}: is damaged: remove {self.partial} first")
        except (FileNotFoundError, NotADirectoryError) as error:
            if Path(error.filename).name == PROGRESS:
                return None
            raise OutputError(f"{error.filename}: is missing: remove {self.partial} first") from error
        except (ValueError, KeyError, TypeError) as error:
            raise OutputError(f"{self.partial}: its {PROGRESS} is damaged: remove the folder") from error
        return record

    def _difference(self, found: dict[str, Any], record: dict[str, Any]) -> str | None:
        if found.get("input") != record["input"]:
            return "another input (its files or how they are read)"
        old, new = found.get("options") or {}, record["options"]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                return f"other options ({name}={old.get(name)!r}, now {new.get(name)!r})"
        for name in ("model", "dtype", "sparse", "part_format", "part_rows", "one_based", "format_version"):
            if found.get(name) != record[name]:
                return f"another {name} ({found.get(name)}, now {record[name]})"
        if found["shape"][1] != record["shape"][1]:
            return f"other columns ({found['shape'][1]}, now {record['shape'][1]})"
        return None

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        start = 0
        while start < len(texts):
            if self._part is None:
                self._part = self._next_part()
            room = self._part_rows - self._part_size() if self._part_rows else len(texts)
            stop = min(len(texts), start + room)
            rows = X[start:stop]
            part = {name: column[start:stop] for name, column in kept.items()}
            self._part.write(sources[start:stop], texts[start:stop], rows, part)
            numbers = rows.size * (self.columns.dtype.itemsize + (4 if self.columns.sparse else 0))
            self._held += numbers + sum(map(len, texts[start:stop]))
            start = stop
            if self._part_size() == self._part_rows or (self._part_rows is None and self._held >= PART_BYTES):
                self._finish_part()

    def _next_part(self) -> RowWriter:
        name = f"part-{len(self._record['parts']):05d}.{self._suffix}"
        self._held = 0
        rows = self._record["rows"]
        return open_file(self.partial / name, self.columns, self._suffix, rows_done=rows, with_names=False)

    def _part_size(self) -> int:
        return self._part.rows - self._part.rows_done if self._part else 0

    def _finish_part(self) -> None:
        if self._part is not None:
            part, size = self._part, self._part_size()
            part.close()
            self._part = None
            place = Path(part.path)
            self._record["parts"].append({"file": place.name, "rows": size, **file_entry(place)})
            self._record["rows"] += size
            self._record["shape"][0] = self._record["rows"]
            self._save()

    def _save(self) -> None:
        with PendingFile(self.partial / PROGRESS) as file:
            file.write((json.dumps(self._record, indent=1) + "\n").encode())

    def _end(self) -> None:
        self._finish_part()
        os.replace(self.partial / PROGRESS, self.partial / MANIFEST)
        place_folder(self.partial, self._place, force=self._force)

    def _abort(self) -> None:
        if self._part is not None:
            self._part.abort()
        if self._lock is not None:
            if self._record and not self._record["parts"]:
                shutil.rmtree(self.partial, ignore_errors=True)
            os.close(self._lock)


def _is_own(name: str) -> bool:
    return name in (PROGRESS, MANIFEST, NAMES) or name.startswith(("part-", ".nlpkit-"))
