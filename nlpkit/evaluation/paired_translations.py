"""Significance test for the difference between two translations of the same sentences.

Sources: Koehn 2004, "Statistical significance tests for machine translation evaluation" (paired bootstrap); Riezler &
Maxwell 2005, "On some pitfalls in automatic evaluation and significance testing for MT" (approximate randomisation).
Samples and p-values equal those of ``sacrebleu.significance.PairedTest`` for the same seed, computed at once for all
samples; the interval of the difference is added. Without a difference p is 1, where sacreBLEU reports its minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nlpkit.errors import InputError, ParameterError

from .resampling import bootstrap_sums, check_resampling, interval, p_value, shuffled_sums
from .translation_metrics import METRICS, checked, count
from .translation_quality import SEED

_SAMPLES = {"bootstrap": 1_000, "randomization": 10_000}


@dataclass(frozen=True, kw_only=True)
class MetricComparison:
    """Comparison of two translations by one metric.

    Attributes
    ----------
    name : str
        ``"BLEU"``, ``"chrF"`` or ``"TER"`` (lower is better).
    baseline, system : float
        The scores in percent.
    difference : float
        ``system - baseline``.
    low, high : float
        95 % interval of the difference, over bootstrap samples (at most 1,000 with randomisation).
    p_value : float
        Probability of such a difference between two equally good systems. Randomisation is two-sided. The bootstrap, as
        in sacreBLEU, is one-sided for clear differences, and gives about half as much.
    signature : str
        sacreBLEU's signature, with the kind of test, the number of samples and the seed.
    """

    name: str
    baseline: float
    system: float
    difference: float
    low: float
    high: float
    p_value: float
    signature: str


@dataclass(frozen=True, kw_only=True)
class TranslationComparison:
    """Comparison of two translations of the same sentences.

    Attributes
    ----------
    sentences : int
    bleu, chrf, ter : MetricComparison or None
        None if not requested.
    """

    sentences: int
    bleu: MetricComparison | None
    chrf: MetricComparison | None
    ter: MetricComparison | None


def compare_translations(
    baseline: Sequence[str],
    system: Sequence[str],
    references: Sequence[str] | Sequence[Sequence[str]],
    *,
    method: Literal["bootstrap", "randomization"] = "bootstrap",
    samples: int | None = None,
    metrics: Sequence[str] = METRICS,
    tokenize: str | None = None,
    language: str | None = None,
    lowercase: bool = False,
    seed: int = SEED,
) -> TranslationComparison:
    """Test whether the difference between two translations is significant.

    Parameters
    ----------
    baseline, system : sequence of str
        The two translations.
    references : sequence of str, or sequence of such sequences
        See `score_translations`.
    method : "bootstrap" or "randomization", default="bootstrap"
        Test: sampling of sentences with replacement, the same for both systems; or swapping the two translations of
        random sentences.
    samples : int, optional
        Number of samples; default: 1,000 for the bootstrap, 10,000 for randomisation.
    metrics, tokenize, language, lowercase
        See `score_translations`.
    seed : int, default=12345
        Seed of the samples.

    Returns
    -------
    TranslationComparison

    Raises
    ------
    InputError
        If there are no translations, or their numbers differ.
    ParameterError
        If a parameter has an invalid value.
    MissingDependencyError
        If sacrebleu is not installed.

    Examples
    --------
    >>> references = [f"sentence number {number} is good" for number in range(100)]
    >>> worse = ["sentence number one was bad"] * 50 + references[50:]
    >>> found = compare_translations(worse, references, references, metrics=["bleu"])
    >>> round(found.bleu.system), found.bleu.difference > 20, round(found.bleu.p_value, 4)
    (100, True, 0.001)
    """
    several = checked(system, references)
    if isinstance(baseline, str) or len(baseline) != len(system):
        raise InputError(
            f"the baseline has {len(baseline):,} translations and the system {len(system):,}; expected the same number:"
            " give two translations of the same sentences"
        )
    checked(baseline, references)
    if method not in _SAMPLES:
        raise ParameterError(f"method is {method!r}; expected 'bootstrap' or 'randomization'")
    drawn = _SAMPLES[method] if samples is None else samples
    check_resampling("samples", drawn, seed)
    old = count(baseline, several, metrics=metrics, tokenize=tokenize, language=language, lowercase=lowercase)
    new = count(system, several, metrics=metrics, tokenize=tokenize, language=language, lowercase=lowercase)
    tables = [part.rows for part in old], [part.rows for part in new]
    n_resampled = drawn if method == "bootstrap" else min(drawn, _SAMPLES["bootstrap"])
    both = bootstrap_sums([*tables[0], *tables[1]], n_resampled, seed)
    resampled = both[: len(old)], both[len(old) :]
    shuffled = shuffled_sums(*tables, drawn, seed) if method == "randomization" else resampled
    found = {}
    for place, (before, after) in enumerate(zip(old, new, strict=True)):
        difference = after.score - before.score
        apart = np.abs(after.scores(shuffled[1][place]) - after.scores(shuffled[0][place]))
        if method == "bootstrap":
            apart = apart - apart.mean()
        _, low, high = interval(after.scores(resampled[1][place]) - after.scores(resampled[0][place]))
        found[before.name] = MetricComparison(
            name=before.name,
            baseline=before.score,
            system=after.score,
            difference=difference,
            low=low,
            high=high,
            p_value=p_value(apart, abs(difference)),
            signature=after.signature(**{"bs" if method == "bootstrap" else "ar": drawn, "seed": seed}),
        )
    return TranslationComparison(
        sentences=len(system), bleu=found.get("BLEU"), chrf=found.get("chrF"), ter=found.get("TER")
    )
