"""`translate_files` and `translate_texts`: texts in, translations out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import GivenTexts
from nlpkit.corpora.paths import find_sources
from nlpkit.corpora.reader import kind_of
from nlpkit.corpora.selection import RECORD
from nlpkit.device import check_count
from nlpkit.errors import ParameterError
from nlpkit.threads import available_threads

from .inputs import AnyTexts, Reading, StrPath, spelled_out
from .passes import TRANSLATING, Progress
from .places import check_apart, check_place
from .prefix_lines import PrefixLines
from .translate_report import TranslateCounts, TranslateReport
from .translation_choice import choice_for
from .translation_format import TranslationFormat
from .translation_writer import TranslationWriter
from .translator import decoding_options, model_identity, open_glossary, open_translator
from .unfinished_translations import UnfinishedTranslations, resumable

if TYPE_CHECKING:
    from nlpkit.translation.glossary import Glossary
    from nlpkit.translation.translations import Translation
    from nlpkit.translation.translator import Translator

_WINDOW = 1 << 20  # characters that are sorted by length together


@spelled_out
def translate_files(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    output: StrPath | None = None,
    *,
    model: StrPath | Translator | None = None,
    to: str | None = None,
    from_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    prefix: str | None = None,
    prefix_file: StrPath | None = None,
    phrases: Iterable[str] = (),
    format: str | None = None,
    into: str | None = None,
    split_sentences: bool | None = None,
    guard: bool | None = None,
    glossary: StrPath | Glossary | None = None,
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    read_as: Reading = Reading(),
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    seen: Callable[[Translation], None] | None = None,
) -> TranslateReport:
    """Translate the texts of files.

    A long input is sorted by length and translated in windows of about a million characters. If the job is stopped, the
    translations of finished windows stay in ``OUT.partial``, and the same call resumes after them; on the same machine
    the file is then the same, byte for byte, as without a stop.

    Parameters
    ----------
    inputs, read_as
        As in `nlpkit.jobs.embed_files`. A line break within a text becomes a space.
    output : path, optional
        File to write, ``-`` for standard output. Without one, and without ``seen``, the report holds the translations.
    model : path or Translator, optional
        Default: a model that ships, for ``to`` and ``from_``; the texts tell their language if several are possible.
    to : str, optional
        Code of the target language, for a model of several.
    from_ : str, optional
        Code of the language of the texts, by whose rules sentences are split; default: that of the model.
    parameters : mapping, optional
        Options of `nlpkit.translation.DecodingOptions`, by name.
    prefix : str, optional
        Words with which every translation has to begin.
    prefix_file : path, optional
        File with a prefix for each text instead, one a line; an empty line is none.
    phrases : iterable of str
        Words that have to stand in every translation.
    format : {"text", "jsonl", "csv", "tsv"}, optional
        Default: by the suffix of ``output``, else text. Text is a line for each text, or with ``n_best`` that number of
        lines ``index⇥score⇥text``, with score -inf for those not found. The others keep the columns or fields of
        tables and JSON, and add the translation; other texts become ``id``, ``text``, ``translation`` and ``score``.
        JSON Lines also have ``source``, the input's name, ``from``, ``to``, ``engine``, ``flags``, ``n_best`` and
        ``sentences``: where each stands in text and translation, with its score and flags.
    into : str, optional
        The column or field of the translation; default: ``translation``. If it exists already, it has to be empty.
    split_sentences, guard : bool, optional
        See `nlpkit.translation.Translator.translate`. Not with prefixes, ``phrases`` and ``n_best``.
    glossary : path or Glossary, optional
        Terms with their translations: see `nlpkit.translation.glossary.Glossary.read`.
    device, precision, engine : str
        As in `nlpkit.translation.Translator`; a model that is loaded already keeps its own.
    threads : int, optional
        CPU threads; default: as in `nlpkit.translation.Translator.translate`.
    resume : bool
        Refuse a job that cannot be resumed: without ``output``, of a stream, or with ``seen``.
    force : bool
        Drop translations that were stopped, if they were begun with another input, model or options.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.
    seen : callable, optional
        Called with each translation.

    Returns
    -------
    TranslateReport

    Raises
    ------
    ArtifactError
        If the model cannot be read.
    InputError
        If an input cannot be read.
    OutputError
        If the output cannot be written.
    ParameterError
        If a parameter is unknown or wrong.
    """
    if not isinstance(inputs, GivenTexts | str | os.PathLike):
        inputs = list(inputs)
    model, from_, to = choice_for(model, from_, to, inputs, read_as)
    layout = TranslationFormat.of(output, format)
    check_count("threads", threads)
    options = decoding_options(parameters)
    layout.check(options.n_best, into)
    if layout.has_fields:
        read_as = replace(read_as, records=True)
    beginnings = PrefixLines(prefix, prefix_file, inputs, read_as)
    terms = open_glossary(glossary)
    demanded = list(phrases)
    if not all(phrase.strip() for phrase in demanded):
        raise ParameterError("a phrase is empty: expected words that have to stand in every translation")
    from nlpkit.translation.sentence_wise import longer_texts, splits_sentences

    is_split = splits_sentences(split_sentences, options, beginnings.of(0, []), [demanded] if demanded else None)
    read_as = replace(read_as, keep_ends=is_split and not layout.has_fields and _are_lines(inputs, read_as))
    read: AnyTexts = inputs if isinstance(inputs, GivenTexts) else read_as.texts(inputs)
    kept: list[Translation] = []
    with read as texts:
        if output is not None and str(output) != "-":
            check_apart(output, texts)
            check_place(output, is_folder=False, force=False)
        beginnings.check(texts, output)
        translator = open_translator(model, device, precision, engine)

        is_stream = getattr(texts, "total_bytes", 0) is None
        asked = {**asdict(options), "to": to, "from_": from_, "split_sentences": split_sentences, "guard": guard}
        asked |= {"glossary": terms and terms.terms, "prefixes": beginnings.digest, "phrases": demanded, "into": into}
        asked |= {"format": layout.name, "per": read_as.per, "threads": threads or available_threads()}
        unfinished = None
        if resumable(output, translator, is_stream=is_stream or seen is not None, resume=resume):
            made_by = {"input": texts.fingerprint(), "model": model_identity(translator), "options": asked}
            unfinished = UnfinishedTranslations(output or "", made_by, is_gzip=layout.is_gzip, force=force)
        counts = TranslateCounts() if unfinished is None else TranslateCounts.resumed(unfinished.progress, translator)
        n_known = counts.texts
        seconds, started = counts.seconds, time.perf_counter()
        place = 0
        with TranslationWriter(
            output, layout, options.n_best, into, keep_ends=read_as.keep_ends, unfinished=unfinished
        ) as writer:
            for block in texts.blocks(1 if is_stream else _WINDOW):  # a pipe is answered as it comes
                n = len(block.texts)
                records = block.kept.get(RECORD, [None] * n)
                writer.check(block.sources, block.texts, records)
                if place < n_known:
                    place += n
                    continue
                if not is_split:
                    counts.several += longer_texts(block.texts, from_ or translator.languages[0], translator.sentences)
                translations = translator.stream(
                    block.texts,
                    options,
                    to=to,
                    from_=from_,
                    prefixes=beginnings.of(counts.texts, block.texts),
                    phrases=[demanded] * n if demanded else None,
                    split_sentences=split_sentences,
                    guard=guard,
                    glossary=terms,
                    threads=threads,
                )
                for source, record, translation in zip(block.sources, records, translations, strict=True):
                    known = {"source": source, "from": from_ or translator.languages[0]}
                    known |= {"to": to or translator.languages[1], "engine": translator.engine}
                    writer.write(counts.texts, translation, record, known=known)
                    if seen is not None:
                        seen(translation)
                    elif output is None:
                        kept.append(translation)
                    counts.add(translation)
                    if progress is not None:
                        progress(TRANSLATING, counts.texts, None)
                writer.flush()
                counts.seconds = seconds + time.perf_counter() - started
                if unfinished is not None:
                    unfinished.keep({**asdict(counts), **writer.state, "engine": translator.engine})
        return TranslateReport(
            **asdict(counts),
            resumed=n_known,
            left_out=dict(getattr(texts, "left_out", {})),
            translations=kept if output is None and seen is None else None,
        )


def _are_lines(inputs: StrPath | Iterable[StrPath] | GivenTexts, read_as: Reading) -> bool:
    """Whether the texts are the lines of files, whose ends stay."""
    if (
        isinstance(inputs, GivenTexts)
        or read_as.per == "file"
        or read_as.column is not None
        or read_as.field is not None
    ):
        return False
    given = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    return all(kind_of(source.path or "") == "lines" for source in find_sources(given))


def translate_texts(
    texts: Iterable[str],
    output: StrPath | None = None,
    *,
    model: StrPath | Translator | None = None,
    to: str | None = None,
    from_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    prefix: str | None = None,
    prefix_file: StrPath | None = None,
    phrases: Iterable[str] = (),
    format: str | None = None,
    into: str | None = None,
    split_sentences: bool | None = None,
    guard: bool | None = None,
    glossary: StrPath | Glossary | None = None,
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    seen: Callable[[Translation], None] | None = None,
) -> TranslateReport:
    """Translate texts that are in memory already; parameters, result and errors are those of `translate_files`."""
    return translate_files(
        GivenTexts(texts),
        output,
        model=model,
        to=to,
        from_=from_,
        parameters=parameters,
        prefix=prefix,
        prefix_file=prefix_file,
        phrases=phrases,
        format=format,
        into=into,
        split_sentences=split_sentences,
        guard=guard,
        glossary=glossary,
        device=device,
        precision=precision,
        engine=engine,
        threads=threads,
        resume=resume,
        force=force,
        progress=progress,
        seen=seen,
    )
