"""BLEU, chrF and TER from sums: counts per sentence, and vectorised scores of many sums.

Sources: Papineni et al. 2002 (BLEU), Popović 2015 (chrF), Snover et al. 2006 (TER); Post 2018, "A call for clarity in
reporting BLEU scores". sacrebleu tokenises, counts, and computes the overall score. This module repeats the formulas
for arrays, because resampling needs thousands of scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError, ParameterError

from .bleu_tokenizer import bleu_tokenizer

METRICS = ("bleu", "chrf", "ter")

Sums = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Counts of a metric per sentence.

    Attributes
    ----------
    name : str
        ``"BLEU"``, ``"chrF"`` or ``"TER"``.
    score : float
        Score of the whole translation, from 0 to 100 (TER may exceed 100).
    rows : array (n_sentences, n_counts) of float64
        Counts per sentence; the score is a function of their sum.
    scores : function
        Maps sums (n, n_counts) to n scores.
    metric : sacrebleu metric
        Source of the signature.
    """

    name: str
    score: float
    rows: np.ndarray
    scores: Callable[[Sums], np.ndarray]
    metric: Any

    def signature(self, **added: int | str | None) -> str:
        """Return sacreBLEU's signature with additional entries, such as ``bs=1000`` and ``seed=1``."""
        signature = self.metric.get_signature()
        for key, value in added.items():
            signature.update(key, value)
        return str(signature)


def count(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    metrics: Sequence[str] = METRICS,
    tokenize: str | None = None,
    language: str | None = None,
    lowercase: bool = False,
) -> list[Counted]:
    """Count the statistics of each metric in every sentence.

    Parameters
    ----------
    hypotheses : sequence of str
    references : sequence of sequences of str
        Each as long as ``hypotheses``.
    metrics, tokenize, language, lowercase
        See `score_translations`.
    """
    if tokenize is None:
        tokenize = bleu_tokenizer(chain.from_iterable(references), language)
    wanted = _resolve(metrics, tokenize=tokenize, lowercase=lowercase)
    counted = []
    for name, metric, scores in wanted:
        rows = metric._extract_corpus_statistics(hypotheses, references)
        score = float(metric._aggregate_and_compute(rows).score)
        counted.append(Counted(name=name, score=score, rows=np.array(rows, np.float64), scores=scores, metric=metric))
    return counted


def checked(hypotheses: Sequence[str], references: Sequence[str] | Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the references as lists, all as long as the translations.

    Raises
    ------
    InputError
        If there are no sentences, or the numbers of references and translations differ.
    ParameterError
        If an argument is not a list of str.
    """
    if isinstance(references, str):
        raise ParameterError("references is one text; expected a list of them: put it in brackets")
    listed = list(references)
    if all(isinstance(part, str) for part in listed):
        several: list[list[str]] = [cast(list[str], listed)]
    elif all(isinstance(part, list | tuple) for part in listed):
        several = [list(part) for part in listed]
    else:
        raise ParameterError(
            "references mixes texts with something else; expected a list of str, or a list of such lists"
        )
    for what, texts in [("hypotheses", hypotheses), *(("references", texts) for texts in several)]:
        if isinstance(texts, str):
            raise ParameterError(f"{what} is one text; expected a list of them: put it in brackets")
        for text in texts:
            if not isinstance(text, str):
                raise ParameterError(f"{what} holds {type(text).__name__}; expected str")
        if len(texts) != len(hypotheses):
            raise InputError(
                f"there are {len(hypotheses):,} translations and {len(texts):,} references; expected the same number:"
                " give one reference for each translation, in the same order"
            )
    if not hypotheses:
        raise InputError("there are no translations to score: give at least one, with its reference")
    return several


def _resolve(metrics: Sequence[str], *, tokenize: str, lowercase: bool) -> list[tuple[str, Any, Any]]:
    unknown = [name for name in metrics if name not in METRICS]
    if isinstance(metrics, str) or unknown or not metrics:
        raise ParameterError(f"metrics is {metrics!r}; expected some of {', '.join(METRICS)}")
    try:
        from sacrebleu.metrics import BLEU, CHRF, TER
    except ImportError as error:
        raise MissingDependencyError(
            "scoring translations needs sacrebleu, which isn't installed: pip install 'nlpkit[translation]'"
        ) from error
    if tokenize not in BLEU.TOKENIZERS:
        raise ParameterError(f"tokenize is {tokenize!r}; expected one of {', '.join(BLEU.TOKENIZERS)}")
    resolved: list[tuple[str, Any, Any]] = []
    for name in metrics:
        if name == "bleu":
            try:
                bleu = BLEU(tokenize=tokenize, lowercase=lowercase, force=True)
            except (RuntimeError, ImportError, OSError) as error:
                raise MissingDependencyError(
                    f"sacrebleu can't set up its tokenizer {tokenize!r} ({' '.join(str(error).split())})"
                ) from error
            resolved.append(("BLEU", bleu, bleu_of_sums))
        elif name == "chrf":
            resolved.append(("chrF", CHRF(lowercase=lowercase), chrf_of_sums))
        else:
            resolved.append(("TER", TER(), ter_of_sums))
    return resolved


def bleu_of_sums(sums: Sums) -> np.ndarray:
    """BLEU with sacreBLEU's ``exp`` smoothing; columns: both lengths, four matches, four totals.

    exp(min(0, 1 - reference/translation)) · exp(¼ Σ log pₙ). The first order without a match counts half a match, the
    next a quarter, and so on.
    """
    matches, totals = sums[:, 2:6], sums[:, 6:10]
    with np.errstate(divide="ignore", invalid="ignore"):
        halvings = np.cumsum((matches == 0) & (totals > 0), axis=1)
        precisions = np.where(matches > 0, matches, np.exp2(-halvings)) / totals
        logs = np.where(totals > 0, np.log(precisions), -np.inf)
        penalty = np.where(sums[:, 0] > 0, np.exp(np.minimum(0, 1 - sums[:, 1] / sums[:, 0])), 0)
    return np.where(matches.any(axis=1), 100 * penalty * np.exp(logs.mean(axis=1)), 0.0)


def chrf_of_sums(sums: Sums) -> np.ndarray:
    """chrF with β = 2; columns: for each order the n-grams of the translation, of the reference, and of both."""
    written, wanted, both = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    counts = (written > 0) & (wanted > 0)
    orders = np.maximum(counts.sum(axis=1), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(counts, both / written, 0).sum(axis=1) / orders
        recall = np.where(counts, both / wanted, 0).sum(axis=1) / orders
        return np.where(precision + recall > 0, 500 * precision * recall / (4 * precision + recall), 0.0)


def ter_of_sums(sums: Sums) -> np.ndarray:
    """TER; columns: edits, and words of the reference."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[:, 1] > 0, 100 * sums[:, 0] / sums[:, 1], 100.0 * (sums[:, 0] > 0))
