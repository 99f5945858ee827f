"""Quality of translations: BLEU, chrF and TER as in sacreBLEU, with confidence intervals, and BLEU by length.

Source of the intervals: Koehn 2004, "Statistical significance tests for machine translation evaluation". Scores,
samples and intervals equal sacreBLEU's (its ``--confidence``), computed for all samples at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .quality_by_length import LENGTHS, LengthScore, bleu_by_length
from .resampling import bootstrap_sums, check_resampling, interval
from .translation_metrics import METRICS, Counted, checked, count

SEED = 12345
"""Default of sacreBLEU."""


@dataclass(frozen=True, kw_only=True)
class MetricScore:
    """Score of a whole translation by one metric.

    Attributes
    ----------
    name : str
        ``"BLEU"``, ``"chrF"`` or ``"TER"`` (lower is better).
    score : float
        Score in percent.
    mean, low, high : float or None
        Mean and 95 % interval over bootstrap samples; None without samples.
    signature : str
        sacreBLEU's signature: number of references, case, tokenizer, version, number of samples, seed.
    """

    name: str
    score: float
    mean: float | None
    low: float | None
    high: float | None
    signature: str


@dataclass(frozen=True, kw_only=True)
class TranslationScore:
    """Quality of a translation.

    Attributes
    ----------
    sentences : int
        Number of sentences.
    bleu, chrf, ter : MetricScore or None
        None if not requested.
    precisions : tuple of float
        BLEU's precisions: the percentages of 1-grams to 4-grams that occur in the reference. Empty without BLEU.
    brevity_penalty : float or None
        BLEU's brevity penalty: 1 if the translation is at least as long as the reference.
    length_ratio : float or None
        Words of the translation per word of the reference, counted by BLEU's tokenizer.
    by_length : tuple of LengthScore
        BLEU of groups of sentences by length. Empty without BLEU.
    """

    sentences: int
    bleu: MetricScore | None
    chrf: MetricScore | None
    ter: MetricScore | None
    precisions: tuple[float, ...]
    brevity_penalty: float | None
    length_ratio: float | None
    by_length: tuple[LengthScore, ...]


def score_translations(
    hypotheses: Sequence[str],
    references: Sequence[str] | Sequence[Sequence[str]],
    *,
    sources: Sequence[str] | None = None,
    metrics: Sequence[str] = METRICS,
    tokenize: str | None = None,
    language: str | None = None,
    lowercase: bool = False,
    bootstrap: int = 1000,
    seed: int = SEED,
    lengths: Sequence[int] = LENGTHS,
) -> TranslationScore:
    """Score translations against their references.

    Parameters
    ----------
    hypotheses : sequence of str
        The translations, raw text.
    references : sequence of str, or sequence of such sequences
        One reference per translation, or several: a list of lists, each as long as ``hypotheses``.
    sources : sequence of str, optional
        Source texts, whose lengths define `TranslationScore.by_length`; default: the first references.
    metrics : sequence of str, default=("bleu", "chrf", "ter")
        Metrics to compute.
    tokenize : str, optional
        BLEU's tokenizer, by sacreBLEU's name: 13a, intl, zh, ja-mecab, ko-mecab, char, none, ... Default: that of the
        language, see `nlpkit.evaluation.bleu_tokenizer.bleu_tokenizer`: 13a, unless its words have no spaces between
        them. chrF and TER don't depend on it.
    language : str, optional
        Code of the target language, such as ``zh``; default: the script of the references decides.
    lowercase : bool, default=False
        Ignore case in BLEU and chrF. TER always ignores case, which is sacreBLEU's default. (Papers report this as
        "tokenised, lowercased".)
    bootstrap : int, default=1000
        Number of samples for the intervals; 0 for none.
    seed : int, default=12345
        Seed of the samples.
    lengths : sequence of int, default=(5, 10, 15, 20, 25, 30, 40, 50)
        Maximum length of each group of `TranslationScore.by_length`, in words, or in characters where words have no
        spaces between them; a last group has the longer sentences.

    Returns
    -------
    TranslationScore

    Raises
    ------
    InputError
        If there are no translations, or the numbers of references or sources differ.
    ParameterError
        If a parameter has an invalid value.
    MissingDependencyError
        If sacrebleu is not installed.

    Examples
    --------
    >>> references = ["the cat sat on the mat", "he is here now"]
    >>> score = score_translations(["the cat sat on a mat", "he is here now"], references)
    >>> round(score.bleu.score, 2), round(score.chrf.score, 2), round(score.ter.score, 2)
    (68.87, 78.45, 10.0)
    >>> score.bleu.signature  # doctest: +ELLIPSIS
    'nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:...'
    """
    several = checked(hypotheses, references)
    check_resampling("bootstrap", bootstrap, seed, least=0)
    counted = count(hypotheses, several, metrics=metrics, tokenize=tokenize, language=language, lowercase=lowercase)
    scores = {part.name: score for part, score in zip(counted, _with_intervals(counted, bootstrap, seed), strict=True)}
    bleu = next((part for part in counted if part.name == "BLEU"), None)
    precisions: tuple[float, ...] = ()
    penalty = ratio = None
    by_length: tuple[LengthScore, ...] = ()
    if bleu is not None:
        whole = bleu.metric._aggregate_and_compute(bleu.rows.astype(int).tolist())
        precisions, penalty, ratio = tuple(whole.precisions), float(whole.bp), float(whole.ratio)
        by_length = bleu_by_length(bleu, several[0], sources=sources, lengths=lengths)
    return TranslationScore(
        sentences=len(hypotheses),
        bleu=scores.get("BLEU"),
        chrf=scores.get("chrF"),
        ter=scores.get("TER"),
        precisions=precisions,
        brevity_penalty=penalty,
        length_ratio=ratio,
        by_length=by_length,
    )


def _with_intervals(counted: Sequence[Counted], bootstrap: int, seed: int) -> list[MetricScore]:
    sums = bootstrap_sums([part.rows for part in counted], bootstrap, seed) if bootstrap else [None] * len(counted)
    scores = []
    for part, drawn in zip(counted, sums, strict=True):
        mean, low, high = (None, None, None) if drawn is None else interval(part.scores(drawn))
        added = {"bs": bootstrap, "seed": seed} if bootstrap else {}
        scores.append(
            MetricScore(
                name=part.name, score=part.score, mean=mean, low=low, high=high, signature=part.signature(**added)
            )
        )
    return scores
