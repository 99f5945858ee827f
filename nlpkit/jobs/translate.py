"""`translate_files` and `translate_texts`: texts in, translations out."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from nlpkit.corpora import GivenTexts, Texts
from nlpkit.device import torch_threads
from nlpkit.errors import ParameterError
from nlpkit.outputs.files import PendingFile, StandardOutput, output_errors

from .passes import TRANSLATING, AnyTexts, Progress, StrPath
from .places import check_apart, check_place

if TYPE_CHECKING:
    from nlpkit.decoding.options import DecodingOptions
    from nlpkit.outputs.files import Sink
    from nlpkit.translation.translator import Translation, Translator

FORMATS = ("text", "jsonl")
_WINDOW = 1 << 20  # characters that are sorted by length together


@dataclass(frozen=True, kw_only=True)
class TranslateReport:
    """What `translate_files` and `translate_texts` did.

    Attributes
    ----------
    texts : int
        Texts that were translated.
    tokens : int
        Sub-words of their best translations.
    seconds : float
        What the translating took, without loading the model.
    unfinished : int
        Best translations that were cut off at the greatest length.
    skipped : int
        Texts left out because they can't be decoded.
    translations : list of Translation, or None
        All of them, where no output was named.
    """

    texts: int
    tokens: int
    seconds: float
    unfinished: int
    skipped: int
    translations: list[Translation] | None = None


def translate_files(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    output: StrPath | None = None,
    *,
    model: StrPath | Translator,
    parameters: Mapping[str, Any] | None = None,
    prefix: str | None = None,
    phrases: Iterable[str] = (),
    format: str = "text",
    device: str = "auto",
    precision: str = "float32",
    threads: int | None = None,
    per: str | None = None,
    field: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decode_errors: str = "strict",
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Callable[[Translation], None] | None = None,
) -> TranslateReport:
    """Translate the texts of files.

    Of a long input, about a million characters at a time are put in order of length and translated together.

    Parameters
    ----------
    inputs, per, ..., stdin
        As in `nlpkit.jobs.embed_files`. A line break within a text becomes a space.
    output : path, optional
        The file to write, ``-`` for standard output. Without one, and without ``seen``, the report holds the
        translations.
    model : path or Translator
    parameters : mapping, optional
        Of `nlpkit.translation.DecodingOptions`, by name.
    prefix : str, optional
        How every translation has to begin.
    phrases : iterable of str
        What has to stand in every translation.
    format : {"text", "jsonl"}
        A line a text, or with ``n_best`` so many lines ``index⇥score⇥text``, of score -inf where fewer were found; or a
        JSON object a text: ``id``, ``text``, ``translation``, ``score`` and ``n_best``.
    device, precision : str
        As `nlpkit.translation.Translator` has them; of a model that is loaded already, its own.
    threads : int, optional
        As many as PyTorch takes by itself, unless told.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.
    seen : callable, optional
        Is given each translation.

    Returns
    -------
    TranslateReport

    Raises
    ------
    ArtifactError
        If the model can't be read.
    InputError
        If an input can't be read.
    OutputError
        If the output can't be written.
    ParameterError
        If a parameter is unknown or wrong.
    """
    if format not in FORMATS:
        raise ParameterError(f"format is {format!r}: choose text or jsonl")
    options = decoding_options(parameters)
    if isinstance(inputs, GivenTexts):
        read: AnyTexts = inputs
    else:
        read = Texts(
            inputs,
            per=per,
            field=field,
            column=column,
            delimiter=delimiter,
            encoding=encoding,
            decode_errors=decode_errors,
            stdin=stdin,
        )
    demanded = list(phrases)
    if not all(phrase.strip() for phrase in demanded):
        raise ParameterError("a phrase is empty: expected words that have to stand in every translation")
    kept: list[Translation] = []
    with read as texts:
        if output is not None and str(output) != "-":
            check_apart(output, texts)
            check_place(output, is_folder=False, force=False)
        translator = open_translator(model, device, precision)
        count = tokens = unfinished = 0
        started = time.perf_counter()
        with torch_threads(threads), _Writer(output, format, options.n_best) as writer:
            for block in texts.blocks(_WINDOW):
                n = len(block.texts)
                translations = translator.stream(
                    block.texts,
                    options,
                    prefixes=None if prefix is None else [prefix] * n,
                    phrases=[demanded] * n if demanded else None,
                )
                for translation in translations:
                    best = translation.n_best[0]
                    writer.write(count, translation)
                    if seen is not None:
                        seen(translation)
                    elif output is None:
                        kept.append(translation)
                    count, tokens, unfinished = count + 1, tokens + len(best.tokens), unfinished + (not best.finished)
                    if progress is not None:
                        progress(TRANSLATING, count, None)
                writer.flush()
        return TranslateReport(
            texts=count,
            tokens=tokens,
            seconds=time.perf_counter() - started,
            unfinished=unfinished,
            skipped=texts.skipped,
            translations=kept if output is None and seen is None else None,
        )


def translate_texts(texts: Iterable[str], output: StrPath | None = None, **job: Any) -> TranslateReport:
    """Translate texts; ``job`` is what `translate_files` takes."""
    return translate_files(GivenTexts(texts), output, **job)


def open_translator(model: StrPath | Translator, device: str = "auto", precision: str = "float32") -> Translator:
    """Load a translation model, if it isn't loaded yet.

    Raises
    ------
    MissingDependencyError
        Without PyTorch.
    ArtifactError
        If the folder can't be read.
    """
    try:
        from nlpkit.translation.translator import Translator
    except ModuleNotFoundError as error:
        raise missing(error) from error
    return model if isinstance(model, Translator) else Translator(model, device=device, precision=precision)


def decoding_options(parameters: Mapping[str, Any] | None) -> DecodingOptions:
    """Return options from parameters by name.

    Raises
    ------
    ParameterError
        If one is unknown or wrong.
    """
    import inspect

    from nlpkit.decoding.options import DecodingOptions

    given = dict(parameters or {})
    known = inspect.signature(DecodingOptions).parameters
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ParameterError(f"there is no option {unknown[0]!r}: choose among {', '.join(known)}")
    if given.get("n_best", 1) > 1 and "beam" not in given and not given.get("sample"):
        given["beam"] = max(given["n_best"], DecodingOptions().beam)
    return DecodingOptions(**given)


def missing(error: ModuleNotFoundError) -> Exception:
    """Return the exception that says how to install what translation needs."""
    from nlpkit.errors import MissingDependencyError

    if (error.name or "").startswith("nlpkit"):
        return error
    return MissingDependencyError(
        f"translation needs {error.name}, which isn't installed: pip install 'nlpkit[translation]'"
    )


class _Writer:
    """Writes translations as lines of text, or of JSON; to nowhere, where no output is named."""

    def __init__(self, output: StrPath | None, format: str, n_best: int) -> None:
        self._format, self._n_best, self._output = format, n_best, output or "-"
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        self._streams = output is not None and os.fspath(output) == "-"
        self._sink: Sink | None = None
        if output is not None:
            self._sink = StandardOutput() if self._streams else PendingFile(output)

    def __enter__(self) -> _Writer:
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
        """Hand on what a reader may wait for."""
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
            yield translation.text + "\n"
        else:
            for candidate in translation.n_best:
                yield f"{number}\t{candidate.score:.4f}\t{candidate.text}\n"
            yield f"{number}\t-inf\t\n" * (self._n_best - len(translation.n_best))


def _number(score: float) -> float | None:
    """What JSON can hold: there is no score where none was worked out."""
    return score if math.isfinite(score) else None
