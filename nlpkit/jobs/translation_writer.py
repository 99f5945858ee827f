"""Translations as lines of text or of JSON, on their way to a file or to standard output."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

from nlpkit.outputs.files import PendingFile, StandardOutput, output_errors

from .inputs import StrPath

if TYPE_CHECKING:
    from nlpkit.outputs.files import Sink
    from nlpkit.translation.translations import Translation


FORMATS = ("text", "jsonl")

_LINE_END = re.compile(r"[\r\n]+")


class TranslationWriter:
    """Writes translations as lines of text, or of JSON; nothing without an output."""

    def __init__(self, output: StrPath | None, format: str, n_best: int) -> None:
        self._format, self._n_best, self._output = format, n_best, output or "-"
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        self._streams = output is not None and os.fspath(output) == "-"
        self._sink: Sink | None = None
        if output is not None:
            self._sink = StandardOutput() if self._streams else PendingFile(output)

    def __enter__(self) -> TranslationWriter:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._sink is None:
            return
        try:
            if error is None:
                self._sink.finish()
                self._sink.place()
        finally:
            self._sink.discard()

    def write(self, number: int, translation: Translation) -> None:
        if self._sink is not None:
            lines = "".join(self._lines(number, translation)).encode("utf-8", "backslashreplace")
            with nullcontext() if self._streams else output_errors(self._output):
                self._sink.file.write(lines)

    def flush(self) -> None:
        """Flush standard output, for a reader that waits."""
        if self._sink is not None and self._streams:
            self._sink.finish()

    def _lines(self, number: int, translation: Translation) -> Iterator[str]:
        if self._format == "jsonl":
            n_best = [{"text": c.text, "score": _number(c.score), "finished": c.finished} for c in translation.n_best]
            record = {
                "id": number,
                "text": translation.source,
                "translation": translation.text,
                "score": _number(translation.score),
                "n_best": n_best,
            }
            yield self._encode(record) + "\n"
        elif self._n_best == 1:
            yield _LINE_END.sub(" ", translation.text) + "\n"
        else:
            for candidate in translation.n_best:
                yield f"{number}\t{candidate.score:.4f}\t{candidate.text}\n"
            yield f"{number}\t-inf\t\n" * (self._n_best - len(translation.n_best))


def _number(score: float) -> float | None:
    """Return a score as JSON can hold it: None where none was computed."""
    return score if math.isfinite(score) else None
