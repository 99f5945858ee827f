r"""Quality of a classifier: accuracy, a report by class, confusions, rejection, and calibration.

The interval of the accuracy is Wilson's (1927, "Probable inference, the law of succession, and statistical inference"),
which is right for few recordings and for accuracies near 1, too. Precision, recall and F1 are scikit-learn's.

The expected calibration error (Guo et al. 2017, "On calibration of modern neural networks", equation 5) says how far
confidences are from accuracies. Recordings are put into 15 bins of equal width by the confidence of the likeliest
label:

.. math:: \mathrm{ECE} = \sum_b \frac{n_b}{n} \left| \mathrm{acc}(b) - \mathrm{conf}(b) \right|

It is measured before rejection, on recordings whose label the classifier knows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.errors import InputError, ParameterError

from .known_words import signature_of
from .utterance_alignment import Confusion

OTHER = "_other_"
"""Label of sounds that are none of the known ones, for which no label is the right answer."""

BINS = 15
_Z = 1.959963984540054  # standard errors to both sides of a normal distribution that hold 95 % of it
_SUM = 1e-3


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """Quality of one class.

    Attributes
    ----------
    label : str
        `OTHER` stands for rejected recordings, and those that should be.
    precision : float or None
        Share of the recordings with this answer for which it is right; None if there are none.
    recall : float or None
        Share of the recordings of this class that are answered so; None if there are none.
    f1 : float
        Harmonic mean of precision and recall.
    support, predicted : int
        Number of recordings of this class, and with this answer.
    """

    label: str
    precision: float | None
    recall: float | None
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True, kw_only=True)
class ClassificationScore:
    """Quality of a classifier.

    Attributes
    ----------
    recordings, correct : int
        A rejected recording is correct if its label is `OTHER`.
    accuracy, low, high : float
        Share of correct answers, and its 95 % interval.
    macro_f1 : float
        Mean of F1 over the classes that occur among labels or answers.
    classes : tuple of ClassScore
        The classes that occur, in the classifier's order; `OTHER` is the last one.
    confusion : tuple of tuple of int
        Number of recordings by their class (rows) and their answer (columns), in the order of ``classes``.
    confusions : tuple of Confusion
        The wrong answers, the most frequent first.
    rejected : float
        Share of recordings without an answer.
    kept_accuracy : float or None
        Accuracy on recordings with an answer; None if there are none.
    known_rejected : float or None
        Share of the recordings of known classes that were rejected; None if there are none.
    other_accepted : float or None
        Share of the recordings labelled `OTHER` that got an answer; None if there are none.
    calibration_error : float or None
        Expected calibration error; None without probabilities, or without recordings of known classes.
    negative_log_likelihood, brier : float or None
        Mean of -log p of the right label, and of the squared distance of the probabilities from 1 for the right label
        and 0 for the others (from 0 to 2); None like ``calibration_error``.
    signature : str
        Metric, data, and number of bins.
    """

    recordings: int
    correct: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    confusions: tuple[Confusion, ...]
    rejected: float
    kept_accuracy: float | None
    known_rejected: float | None
    other_accepted: float | None
    calibration_error: float | None
    negative_log_likelihood: float | None
    brier: float | None
    signature: str


def score_classifications(
    predicted: Sequence[str | None],
    wanted: Sequence[str],
    *,
    labels: Sequence[str],
    probabilities: Any = None,
    rejects: Sequence[str] = (),
    data: str = "given labels",
) -> ClassificationScore:
    """Score the answers of a classifier.

    Parameters
    ----------
    predicted : sequence of (str or None)
        The answers; None, `OTHER`, or one of ``rejects`` for a rejected recording.
    wanted : sequence of str
        The right labels, in the same order: of ``labels``, or `OTHER` for a recording that should be rejected.
    labels : sequence of str
        The labels that the classifier knows, in the order of its probabilities.
    probabilities : array (n_recordings, n_labels), optional
        Probability of every label for every recording, before rejection.
    rejects : sequence of str
        Further labels of recordings that should be rejected; they count as `OTHER`.
    data : str
        Name of the data in the signature.

    Returns
    -------
    ClassificationScore

    Raises
    ------
    InputError
        If there are no recordings, their numbers differ, or a label is unknown.
    ParameterError
        If the probabilities are none, or of another shape.

    Examples
    --------
    >>> score = score_classifications(["yes", "no", None, "yes"], ["yes", "yes", "no", "yes"], labels=["no", "yes"])
    >>> score.accuracy, score.rejected, round(score.kept_accuracy, 3)
    (0.5, 0.25, 0.667)
    """
    known = list(labels)
    if len(set(known)) < len(known) or not known:
        raise ParameterError(f"labels is {known!r}: expected different labels, at least one")
    names = [*(label for label in known if label != OTHER and label not in rejects), OTHER]
    place = {label: number for number, label in enumerate(names)} | dict.fromkeys(rejects, len(names) - 1)
    answers = [OTHER if label is None else label for label in predicted]
    _check(answers, list(wanted), place)
    truth, answer = (np.array([place[label] for label in each]) for each in (wanted, answers))
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (truth, answer), 1)
    used = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
    classes = tuple(_class_score(names[number], table, number) for number in used.tolist())
    n, correct = len(truth), int(np.trace(table))
    low, high = wilson(correct, n)
    of_known, of_other, kept = truth != place[OTHER], truth == place[OTHER], answer != place[OTHER]
    measured = _calibration(probabilities, known, list(wanted))
    wrong = Counter((names[a], names[b]) for a, b in zip(truth, answer, strict=True) if a != b)
    ordered = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    return ClassificationScore(
        recordings=n,
        correct=correct,
        accuracy=correct / n,
        low=low,
        high=high,
        macro_f1=float(np.mean([each.f1 for each in classes])),
        classes=classes,
        confusion=tuple(map(tuple, table[np.ix_(used, used)].tolist())),
        confusions=tuple(Confusion(reference=a, hypothesis=b, count=count) for (a, b), count in ordered),
        rejected=float(np.mean(~kept)),
        kept_accuracy=_share(truth[kept] == answer[kept]),
        known_rejected=_share(~kept[of_known]),
        other_accepted=_share(kept[of_other]),
        calibration_error=measured[0],
        negative_log_likelihood=measured[1],
        brier=measured[2],
        signature=signature_of("accuracy", data, {"interval": "wilson", "ece_bins": BINS}),
    )


def wilson(correct: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share ``correct / n``.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(99, 100)]
    [0.9455, 0.9982]
    """
    share, scale = correct / n, 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z / scale * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (0.0 if correct == 0 else middle - half), (1.0 if correct == n else middle + half)


def expected_calibration_error(confidences: Any, is_right: Any, bins: int = BINS) -> float:
    """Return the mean distance of confidence and accuracy over bins of equal width, each closed at its upper end.

    Parameters
    ----------
    confidences : array (n,)
        From 0 to 1.
    is_right : array (n,) of bool
    bins : int

    Examples
    --------
    >>> round(expected_calibration_error([0.8, 0.8, 0.8, 0.8], [True, True, True, False]), 6)
    0.05
    """
    confidence, right = np.asarray(confidences, np.float64), np.asarray(is_right, np.float64)
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(which, right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def _class_score(label: str, table: np.ndarray, number: int) -> ClassScore:
    right, support, predicted = (
        int(each) for each in (table[number, number], table[number].sum(), table[:, number].sum())
    )
    return ClassScore(
        label=label,
        precision=right / predicted if predicted else None,
        recall=right / support if support else None,
        f1=2 * right / (support + predicted),
        support=support,
        predicted=predicted,
    )


def _calibration(probabilities: Any, labels: list[str], wanted: list[str]) -> tuple[float | None, ...]:
    if probabilities is None:
        return None, None, None
    p = np.asarray(probabilities, np.float64)
    if p.shape != (len(wanted), len(labels)):
        expected = f"({len(wanted)}, {len(labels)})"
        raise ParameterError(f"probabilities has the shape {p.shape}: expected (recordings, labels), here {expected}")
    if not (np.isfinite(p).all() and (p >= 0).all() and np.abs(p.sum(axis=1) - 1).max() < _SUM):
        raise ParameterError("probabilities holds other numbers than probabilities: expected rows whose sum is 1")
    place = {label: number for number, label in enumerate(labels)}
    rows = [number for number, label in enumerate(wanted) if label in place]
    if not rows:
        return None, None, None
    p = p[rows]
    truth = np.array([place[wanted[row]] for row in rows])
    each = np.arange(len(rows))
    error = expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == truth)
    likelihood = -np.log(np.maximum(p[each, truth], np.finfo(np.float64).tiny)).mean()
    aim = np.zeros_like(p)
    aim[each, truth] = 1
    return error, float(likelihood), float(((p - aim) ** 2).sum(axis=1).mean())


def _share(true: np.ndarray) -> float | None:
    return float(true.mean()) if len(true) else None


def _check(answers: list[str], wanted: list[str], place: dict[str, int]) -> None:
    if len(answers) != len(wanted):
        raise InputError(
            f"there are {len(answers):,} answers and {len(wanted):,} labels: give one label for each answer, in the "
            "same order"
        )
    if not wanted:
        raise InputError("there are no answers to score: give at least one, with its label")
    for what, each in (("predicted", answers), ("wanted", wanted)):
        strange = next((number for number, label in enumerate(each) if label not in place), None)
        if strange is not None:
            shown = ", ".join(list(place)[:20]) + (", ..." if len(place) > 20 else "")
            raise InputError(
                f"{what}[{strange}] is {each[strange]!r}, which the classifier does not know: expected one of {shown}"
            )
