"""Where pairs are written: a table, JSON Lines, or two files; whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from types import TracebackType

from nlpkit.corpora.pairs.table import looks_like_names
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
        self._begun = False
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
        if not self._begun and looks_like_names(sides[0][0], sides[1][0]):
            self._put(0, b"src\ttrg\n")
        self._begun = True
        self._put(0, "".join(f"{one}\t{other}\n" for one, other in zip(*sides, strict=True)).encode())

    def _put(self, index: int, data: bytes) -> None:
        with output_errors(self._paths[index]):
            self._files[index].file.write(data)

    def __enter__(self) -> PairOutput:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
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


def _plain(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
