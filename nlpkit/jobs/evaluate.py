"""`evaluate_translations`: files of translations, or a model and files, in; scores out."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from nlpkit.errors import ParameterError

from .inputs import PairReading, Reading, StrPath, spelled_out
from .passes import Progress
from .scored_texts import ScoredFile, ScoredTexts, check_lengths, read_test_pairs

if TYPE_CHECKING:
    from nlpkit.evaluation import TranslationComparison, TranslationScore
    from nlpkit.translation.translator import Translator


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """Result of `evaluate_translations`.

    Attributes
    ----------
    score : TranslationScore
        BLEU, chrF and TER with intervals, and BLEU by the length of the sentence.
    comparison : TranslationComparison or None
        The paired test against another translation.
    tokens : int or None
        Sub-words of the model's translations, ends included. None without a model.
    seconds : float or None
        Duration of the translation, without loading the model. None without a model.
    unfinished : int or None
        Translations that were cut off at the maximum length. None without a model.
    engine : str or None
        Engine that computed the model: torch, compiled or numpy. None without a model.
    left_out : dict of str to int
        Number of pairs that were left out, by reason.
    """

    score: TranslationScore
    comparison: TranslationComparison | None
    tokens: int | None
    seconds: float | None
    unfinished: int | None
    engine: str | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def tokens_per_second(self) -> float | None:
        """Target tokens a second; None without a model."""
        return self.tokens / self.seconds if self.tokens is not None and self.seconds else None


@spelled_out
def evaluate_translations(
    references: StrPath | Iterable[StrPath] = (),
    *,
    pairs: StrPath | None = None,
    hypotheses: StrPath | None = None,
    model: StrPath | Translator | None = None,
    sources: StrPath | None = None,
    against: StrPath | None = None,
    beam: int | None = None,
    batch_invariant: bool = False,
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    output: StrPath | None = None,
    tokenize: str | None = None,
    lowercase: bool = False,
    bootstrap: int = 1000,
    seed: int | None = None,
    lengths: Sequence[int] | None = None,
    test: Literal["bootstrap", "randomization"] = "bootstrap",
    read_as: Reading = Reading(),
    pairs_as: PairReading = PairReading(),
    progress: Progress | None = None,
) -> EvaluationReport:
    """Score a file of translations, or those that a model makes, against reference translations.

    Every file has one text per line, in the same order, in any format that `nlpkit.corpora.Texts` reads. Files that
    `translate_files` wrote are read by their translations: see `nlpkit.jobs.scored_texts.ScoredTexts`.

    Parameters
    ----------
    references : path, or iterable of paths
        Reference translations; several files are several references for each sentence.
    pairs : path, optional
        A file of sources with their references, instead of ``references`` and ``sources``.
    hypotheses : path, optional
        The translations. Either these, or ``model`` and ``sources``.
    model : path or Translator, optional
        Translates ``sources``.
    sources : path, optional
        Source texts. With ``hypotheses`` only their lengths are used.
    against : path, optional
        Another translation of the same sentences, for the paired test.
    beam, batch_invariant
        Options of the search, as in `nlpkit.translation.DecodingOptions`.
    device, precision, engine, threads
        As in `nlpkit.jobs.translate_files`.
    output : path, optional
        Where to write the model's translations.
    tokenize, lowercase, bootstrap, seed, lengths
        As in `nlpkit.evaluation.score_translations`. The target language is that of the model, if it knows it.
    test : "bootstrap" or "randomization", default="bootstrap"
        As ``method`` in `nlpkit.evaluation.compare_translations`.
    read_as : Reading
        How the files are read. A text is a line or record. No line may be left out, so that ``"skip"`` is refused for
        ``decode_errors``, ``on_bad`` and ``nulls``.
    pairs_as : PairReading
        How ``pairs`` are read; of these some may be left out. Its ``to`` is also the language into which the model
        translates, if it has a choice.
    progress : callable, optional
        See `nlpkit.jobs.translate_files`.

    Returns
    -------
    EvaluationReport

    Raises
    ------
    InputError
        If a file can't be read, is empty, or has a different number of lines than the others.
    ArtifactError
        If the model can't be read.
    OutputError
        If the output can't be written.
    ParameterError
        If arguments exclude one another, or a parameter has an invalid value.
    MissingDependencyError
        If sacrebleu isn't installed, or PyTorch for a model.
    """
    if (hypotheses is None) == (model is None):
        raise ParameterError(
            "there is nothing to score" if model is None else "there are both a model and a file of translations"
        ) from None
    wanted = [references] if isinstance(references, str | os.PathLike) else list(references)
    if pairs is not None and (wanted or sources is not None):
        what = "references" if wanted else "sources"
        raise ParameterError(f"there are pairs, which hold sources and references: leave out the file of {what}")
    for name in ("from_", "to", "columns", "fields", "keep_tags"):
        if pairs is None and getattr(pairs_as, name) and (name not in ("from_", "to") or model is None):
            raise ParameterError(f"{name.strip('_')} is about pairs, and none are given: leave it out, or give pairs")
    if pairs is None and not wanted:
        raise ParameterError("there are no references: give at least one file")
    if model is not None and sources is None and pairs is None:
        raise ParameterError("the model has nothing to translate: give the file of sources too")
    about_model = {"output": output is not None, "beam": beam is not None, "batch_invariant": batch_invariant}
    about_model |= {"precision": precision != "auto", "engine": engine != "auto"}
    if hypotheses is not None and any(about_model.values()):
        name = next(name for name, given in about_model.items() if given)
        raise ParameterError(
            f"{name} is about a model's translations, and these are in a file: leave it out, or give a model"
        )
    if read_as.per == "file":
        raise ParameterError("per is 'file', and translations are scored by line: leave it out")
    if pairs is not None:  # only pairs may be skipped
        read_as = replace(
            read_as,
            decode_errors="strict" if read_as.decode_errors == "skip" else read_as.decode_errors,
            on_bad="error",
            nulls="error" if read_as.nulls == "skip" else read_as.nulls,
        )
    texts, several, left_out = _read(wanted, sources, hypotheses, against, pairs, read_as, pairs_as, output)
    if hypotheses is not None and any(_is_same_file(hypotheses, each) for each in wanted):
        warnings.warn(
            f"{os.fspath(hypotheses)} is compared with itself: give the right translations, or a file of pairs with"
            " --pairs",
            stacklevel=3,
        )
    tokens = seconds = unfinished = language = None
    if model is None:
        written = texts["translations"]
    else:
        from .translate import open_translator, translate_texts

        written = []
        model = open_translator(model, device, precision, engine)
        language = pairs_as.to or model.languages[1]
        made = translate_texts(
            texts["sources"],
            output,
            model=model,
            to=pairs_as.to if model.marks.targets else None,
            from_=pairs_as.from_,
            parameters={"batch_invariant": batch_invariant} | ({} if beam is None else {"beam": beam}),
            device=device,
            precision=precision,
            engine=engine,
            threads=threads,
            progress=progress,
            seen=lambda translation: written.append(translation.text),
        )
        ends = sum(map(bool, written)) - made.unfinished
        tokens, seconds, unfinished = made.tokens + ends, made.seconds, made.unfinished
    from nlpkit.evaluation import compare_translations, score_translations
    from nlpkit.evaluation.quality_by_length import LENGTHS
    from nlpkit.evaluation.translation_quality import SEED

    seed = SEED if seed is None else seed
    score = score_translations(
        written,
        several,
        sources=texts.get("sources"),
        tokenize=tokenize,
        language=language,
        lowercase=lowercase,
        bootstrap=bootstrap,
        seed=seed,
        lengths=LENGTHS if lengths is None else lengths,
    )
    comparison = None
    if against is not None:
        comparison = compare_translations(
            texts["other translations"],
            written,
            several,
            method=test,
            tokenize=tokenize,
            language=language,
            lowercase=lowercase,
            seed=seed,
        )
    return EvaluationReport(
        score=score,
        comparison=comparison,
        tokens=tokens,
        seconds=seconds,
        unfinished=unfinished,
        engine=None if model is None else model.engine,
        left_out=left_out,
    )


def _is_same_file(one: StrPath, other: StrPath) -> bool:
    return os.fspath(one) != "-" and os.path.realpath(one) == os.path.realpath(other)


def _read(
    references: Sequence[StrPath],
    sources: StrPath | None,
    hypotheses: StrPath | None,
    against: StrPath | None,
    pairs: StrPath | None,
    read_as: Reading,
    pairs_as: PairReading,
    output: StrPath | None,
) -> tuple[dict[str, list[str]], list[list[str]], dict[str, int]]:
    """Return the texts of each file by what they are, the references, and what was left out of the pairs."""
    named = {"sources": sources, "translations": hypotheses, "other translations": against}
    given = {what: path for what, path in named.items() if path is not None}
    files = [ScoredFile(path=path, role="reference") for path in references]
    files += [
        ScoredFile(path=path, role="source" if what == "sources" else "translation") for what, path in given.items()
    ]
    if [*(file.name for file in files), *([] if pairs is None else [os.fspath(pairs)])].count("-") > 1:
        raise ParameterError("standard input is named twice: give files for the others")
    read = ScoredTexts(files, read_as, output).read()
    counts = [(file.name, len(texts)) for file, texts in zip(files, read, strict=True)]
    several = read[: len(references)]
    texts = dict(zip(given, read[len(references) :], strict=True))
    left_out: dict[str, int] = {}
    if pairs is not None:
        texts["sources"], reference, left_out = read_test_pairs(pairs, pairs_as, output)
        several = [reference]
        counts.insert(0, (os.fspath(pairs), len(reference)))
    check_lengths(counts)
    return texts, several, left_out
