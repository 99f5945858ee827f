"""Where pairs are written: a table, JSON Lines, or two files; whole or not at all."""

from __future__ import annotations

import json
import os
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from types import TracebackType

from nlpkit.corpora.pairs.table import looks_like_names
from nlpkit.corpora.tables.names import looks_like_names as are_names
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.text_bytes import HEAD_BYTES
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import StrPath
from nlpkit.jobs.places import real_place
from nlpkit.outputs.files import PendingFile, output_errors

_LINE_ENDS = re.compile(r"\r\n|[\r\n]")
_SPACES = re.compile(r"\r\n|[\r\n\t]")


class PairOutput:
    """Writes pairs to one file, or to two that go line by line.

    Characters that a line or a column cannot hold become a space (line ends, tabs) or ``?`` (lone surrogates).

    Parameters
    ----------
    output : path, optional
        ``.tsv`` or ``.jsonl``.
    src, trg : path, optional
        Two files instead.

    Attributes
    ----------
    altered : int
        Pairs in which something was replaced.

    Raises
    ------
    ParameterError, OutputError
        If they don't go together, or nothing can be written there.
    """

    def __init__(
        self, output: StrPath | None = None, *, src: StrPath | None = None, trg: StrPath | None = None
    ) -> None:
        paths = check_pair_output(output, src=src, trg=trg)
        self.altered = 0
        self._json = os.fspath(paths[0]).lower().endswith(".jsonl") and len(paths) == 1
        self._held: list[str] | None = []
        self._held_characters = 0
        self._is_quoted = False
        self._paths = paths
        self._files: list[PendingFile] = []
        try:
            for path in paths:
                self._files.append(PendingFile(path))
        except BaseException:
            self._discard()
            raise

    def write(self, src: Sequence[str], trg: Sequence[str]) -> None:
        """Write pairs."""
        if not src:
            return
        if self._json:
            encode = json.JSONEncoder(ensure_ascii=False).encode
            lines = [encode({"src": one, "trg": other}) + "\n" for one, other in zip(src, trg, strict=True)]
            self._put(0, "".join(lines).encode("utf-8", "backslashreplace"))
            return
        pattern = _SPACES if len(self._files) == 1 else _LINE_ENDS
        sides = [[_plain(text, pattern) for text in texts] for texts in (src, trg)]
        self.altered += sum(
            one != a or other != b for one, other, a, b in zip(src, trg, sides[0], sides[1], strict=True)
        )
        if len(self._files) == 2:
            for index, texts in enumerate(sides):
                self._put(index, "".join(text + "\n" for text in texts).encode())
            return
        rows = [f"{one}\t{other}\n" for one, other in zip(*sides, strict=True)]
        if self._held is None:
            self._put_rows(rows)
            return
        self._held += rows
        self._held_characters += sum(map(len, rows))
        if self._held_characters >= HEAD_BYTES:
            self._begin_table()

    def _begin_table(self) -> None:
        """Write the first rows, with names or in quotes if a reader would otherwise take them for these."""
        from nlpkit.corpora.tables.layout import SAMPLE_RECORDS, find_layout

        rows, self._held = self._held or [], None
        cells = [row[:-1].split("\t") for row in rows[:SAMPLE_RECORDS]]
        names = ""
        if rows and (looks_like_names(*cells[0]) or are_names(cells[0], cells[1:])):
            names = "src\ttrg\n"
        head = (names + "".join(rows)).encode()[:HEAD_BYTES]
        layout = find_layout(head, "", TableOptions(), own="\t", final=len(head) < HEAD_BYTES)
        self._is_quoted = layout.quotes
        self._put(0, b'"src"\t"trg"\n' if self._is_quoted else names.encode())
        self._put_rows(rows)

    def _put_rows(self, rows: list[str]) -> None:
        if self._is_quoted:
            rows = ["\t".join(map(_quoted, row[:-1].split("\t"))) + "\n" for row in rows]
        self._put(0, "".join(rows).encode())

    def _put(self, index: int, data: bytes) -> None:
        if data.startswith(BOM_UTF8) and not self._files[index].file.tell():
            data = BOM_UTF8 + data  # readers drop the first one
        with output_errors(self._paths[index]):
            self._files[index].file.write(data)

    def __enter__(self) -> PairOutput:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                if self._held:
                    self._begin_table()
                for file in self._files:
                    file.finish()
                for file in self._files:
                    file.place()
        finally:
            self._discard()

    def _discard(self) -> None:
        for file in self._files:
            file.discard()


def check_pair_output(output: StrPath | None, *, src: StrPath | None, trg: StrPath | None) -> list[StrPath]:
    """Return the files that are to be written, once it is clear that they can be named so.

    Raises
    ------
    ParameterError
        If both kinds are given, or one side only, or the suffix is none that pairs are written to.
    """
    if output is None:
        if src is None or trg is None:
            raise ParameterError("name both files that are written, the sources' and the targets'")
        if real_place(src) == real_place(trg):
            raise ParameterError(f"{os.fspath(src)} can't take both sides: name two files")
        return [src, trg]
    if src is not None or trg is not None:
        raise ParameterError("name either one file to write the pairs to, or two, not both")
    if not os.fspath(output).lower().endswith((".tsv", ".jsonl")):
        raise ParameterError(f"{os.fspath(output)}: pairs are written as .tsv or .jsonl, or to two files of lines")
    return [output]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if cell.startswith('"') else cell


def _plain(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
