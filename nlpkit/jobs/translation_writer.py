"""Translations as lines of text, records of JSON or rows of a table, on their way to a file or to standard output."""

from __future__ import annotations

import gzip
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, Any

from nlpkit.outputs.files import PendingFile, StandardOutput, output_errors

from .filled_records import INTO, FilledRecords, is_record
from .inputs import StrPath
from .translation_format import TranslationFormat
from .translation_rows import TranslationRows

if TYPE_CHECKING:
    from nlpkit.outputs.files import Sink
    from nlpkit.translation.translations import Candidate, Translation

    from .unfinished_translations import UnfinishedTranslations

NOTHING: Mapping[str, Any] = {}
Span = tuple[int, int]

_LINE_END = re.compile(r"[\r\n]+")


class TranslationWriter:
    """Writes translations; nothing without an output.

    Parameters
    ----------
    output : path, optional
        File, or ``-`` for standard output.
    layout : TranslationFormat
    n_best : int
        Number of candidates of each text.
    into : str
        The column or field of the translation.
    keep_ends : bool
        Whether texts have the line ends of their input, which are written as they are; the last one may lack it.
    unfinished : UnfinishedTranslations, optional
        The file instead, in which a job can be resumed.
    """

    def __init__(
        self,
        output: StrPath | None,
        layout: TranslationFormat,
        n_best: int = 1,
        into: str | None = None,
        *,
        keep_ends: bool = False,
        unfinished: UnfinishedTranslations | None = None,
    ) -> None:
        layout.check(n_best, into)
        self._layout, self._n_best, self._output = layout, n_best, output or "-"
        self._keep_ends, self._is_open = keep_ends, False
        self._filled = FilledRecords(INTO if into is None else into)
        self._rows = TranslationRows(self._filled, is_tsv=layout.name == "tsv")
        if unfinished is not None and unfinished.progress:
            self._is_open = unfinished.progress["is_open"]
            self._rows.has_names = True
        self._encode = json.JSONEncoder(ensure_ascii=False, default=_as_json).encode
        self._streams = output is not None and os.fspath(output) == "-"
        self._sink: Sink | None = None
        self._file: IO[bytes] | gzip.GzipFile | None = None
        if output is not None:
            self._sink = unfinished or (StandardOutput() if self._streams else PendingFile(output))
            self._file = self._sink.file
            if layout.is_gzip and unfinished is None:
                self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._sink.file, mtime=0)

    def __enter__(self) -> TranslationWriter:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._sink is None:
            return
        try:
            if error is None:
                if isinstance(self._file, gzip.GzipFile):
                    with output_errors(self._output):
                        self._file.close()
                self._sink.finish()
                self._sink.place()
        finally:
            self._sink.discard()

    def check(self, sources: Sequence[str], texts: Sequence[str], records: Sequence[Any]) -> None:
        """Refuse records that cannot be written with their translations; called before they are translated.

        Raises
        ------
        InputError
            See `FilledRecords.check` and `TranslationRows.check`.
        """
        if self._sink is None or not self._layout.has_fields:
            return
        as_table = self._layout.name != "jsonl"
        self._filled.check(sources, records, as_table=as_table)
        if as_table:
            self._rows.check(sources, texts, records)

    def write(
        self, number: int, translation: Translation, record: Any = None, *, known: Mapping[str, Any] = NOTHING
    ) -> None:
        """Write the translation of a text.

        Parameters
        ----------
        number : int
        translation : Translation
        record : object, optional
            The record that the text is a part of.
        known : mapping
            Further fields of JSON.
        """
        if self._file is not None:
            lines = "".join(self._lines(number, translation, record, known)).encode("utf-8", "backslashreplace")
            with nullcontext() if self._streams else output_errors(self._output):
                self._file.write(lines)

    @property
    def state(self) -> dict[str, Any]:
        """State that another writer needs to write the rest."""
        return {"is_open": self._is_open}

    def flush(self) -> None:
        """Flush standard output, for a reader that waits."""
        if self._sink is not None and self._streams:
            self._sink.finish()

    def _lines(self, number: int, translation: Translation, record: Any, known: Mapping[str, Any]) -> Iterator[str]:
        if self._layout.name == "jsonl":
            yield self._encode(self._fields(number, translation, record, known)) + "\n"
        elif self._layout.has_fields:
            yield from self._rows.lines(number, translation, record)
        elif self._n_best == 1:
            text = translation.text
            line = text.rstrip("\r\n") if self._keep_ends and text.endswith("\n") else text
            end = text[len(line) :] if self._keep_ends else "\n"
            line = (line if self._keep_ends else _LINE_END.sub(" ", line)) + end
            yield "\n" + line if self._is_open else line
            self._is_open = not end
        else:
            for candidate in translation.n_best:
                yield f"{number}\t{candidate.score:.4f}\t{candidate.text}\n"
            yield f"{number}\t-inf\t\n" * (self._n_best - len(translation.n_best))

    def _fields(self, number: int, translation: Translation, record: Any, known: Mapping[str, Any]) -> dict[str, Any]:
        n_best = [_candidate(candidate) for candidate in translation.n_best]
        if is_record(record):
            filled = self._filled.fields(record, translation.text)
            if translation.flags:
                filled["flags" if "flags" not in filled else f"{self._filled.into}_flags"] = list(translation.flags)
            return filled if self._n_best == 1 else {**filled, "n_best": n_best}
        return {
            "id": number,
            "text": translation.source,
            self._filled.into: translation.text,
            "score": _number(translation.score),
            "confidence": _rounded(translation.confidence),
            "flags": list(translation.flags),
            **known,
            "n_best": n_best,
            "sentences": [_sentence(*each) for each in _sentences(translation)],
        }


def _sentences(translation: Translation) -> Iterator[tuple[Translation, Span, Span]]:
    """Yield the sentences of a text, and where they stand in source and translation; a whole text is one."""
    if translation.sentences:
        for part, spans in zip(translation.sentences, translation.spans, strict=True):
            yield part, *spans
    else:
        yield translation, (0, len(translation.source)), (0, len(translation.text))


def _sentence(part: Translation, source: Span, target: Span) -> dict[str, Any]:
    return {
        "src_span": source,
        "trg_span": target,
        "score": _number(part.score),
        "confidence": _rounded(part.confidence),
        "flags": list(part.flags),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {"text": candidate.text, "score": _number(candidate.score), "finished": candidate.finished}


def _number(score: float) -> float | None:
    """Return a score as JSON can hold it: None where none was computed."""
    return score if math.isfinite(score) else None


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 3)


def _as_json(value: Any) -> str:
    """Return what JSON has no type for, such as a date, as a string."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
