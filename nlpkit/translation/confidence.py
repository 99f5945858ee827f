"""`Confidence`: the probability that a translation is good, computed from its score and length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ParameterError

if TYPE_CHECKING:
    from .translations import Candidate

GOOD = 50.0  # chrF of a good translation


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Logistic regression of "its chrF is 50 or more" on the mean log-probability of the sub-words and on their number.

    Attributes
    ----------
    intercept, log_prob, log_length : float
        Coefficients of 1, the mean of log p, and log(1 + n).

    Raises
    ------
    ParameterError
        If one is no finite number.

    Examples
    --------
    >>> from nlpkit.translation.translations import Candidate
    >>> confidence = Confidence(intercept=2.0, log_prob=4.0, log_length=0.0)
    >>> made = Candidate(text="a", tokens=["a"], ids=[5], score=-0.5, finished=True)
    >>> confidence(made, alpha=1.0)
    0.5
    """

    intercept: float
    log_prob: float
    log_length: float

    def __post_init__(self) -> None:
        """Check the coefficients."""
        for name, value in asdict(self).items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
                raise ParameterError(f"{name} is {value!r}: expected a finite number")

    @classmethod
    def fitted(cls, candidates: Sequence[Candidate], is_good: Sequence[bool], *, alpha: float = 1.0) -> Confidence:
        """Fit the coefficients.

        Parameters
        ----------
        candidates : sequence of Candidate
            Translations of texts that the model was not trained on.
        is_good : sequence of bool
        alpha : float
            Exponent of the length in their scores.

        Raises
        ------
        ParameterError
            If all or none are good.
        """
        from sklearn.linear_model import LogisticRegression

        rows = [_features(each, alpha) for each in candidates]
        known = [number for number, row in enumerate(rows) if row is not None]
        answers = [bool(is_good[number]) for number in known]
        if len(set(answers)) < 2:
            raise ParameterError("all translations are good, or none: give more of them to learn a confidence from")
        model = LogisticRegression(C=100.0, max_iter=1000).fit([rows[number] for number in known], answers)
        of_prob, of_length = map(float, model.coef_[0])
        return cls(intercept=float(model.intercept_[0]), log_prob=of_prob, log_length=of_length)

    @classmethod
    def of_options(cls, options: Mapping[str, Any] | None) -> Confidence | None:
        """Return what a model folder stores; None if it stores none.

        Raises
        ------
        ParameterError
            If it is damaged.
        """
        if options is None:
            return None
        try:
            return cls(**options)
        except TypeError as error:
            raise ParameterError(f"confidence is {options!r}: expected intercept, log_prob and log_length") from error

    def __call__(self, candidate: Candidate, *, alpha: float) -> float | None:
        """Return the probability that a translation is good; None if the search computed no scores."""
        row = _features(candidate, alpha)
        if row is None:
            return None
        value = self.intercept + self.log_prob * row[0] + self.log_length * row[1]
        return 1 / (1 + math.exp(-max(-50.0, min(value, 50.0))))


def _features(candidate: Candidate, alpha: float) -> tuple[float, float] | None:
    """Return the mean of log p with the end token, and the logarithm of 1 + the length."""
    n = len(candidate.ids) + candidate.finished
    if not n or not math.isfinite(candidate.score):
        return None
    return candidate.score * n ** (alpha - 1), math.log1p(n)
