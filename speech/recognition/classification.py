"""Classification: the label of a sound, and the probabilities of all labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Classification:
    """The label of a sound.

    Attributes
    ----------
    label : str or None
        The likeliest label; None if it is rejected: its probability is below the classifier's limit, or it stands for
        sounds that are none of the known ones.
    confidence : float
        The probability of the likeliest label, from 0 to 1.
    probabilities : mapping of str to float
        Of every label; their sum is 1.
    """

    label: str | None
    confidence: float
    probabilities: Mapping[str, float]
