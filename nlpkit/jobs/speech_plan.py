"""SpeechPlan: model and recordings of a training of speech that is about to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SpeechPlan:
    """Model and recordings of a training that is about to begin.

    Attributes
    ----------
    architecture : str
    clips, valid_clips : int
        Numbers of recordings to train on, and to validate with.
    seconds : float
        Duration of the former.
    valid_source : str
        Where the latter come from: "given", or in words.
    sr : int
        Sampling rate of the model in Hz.
    labels : sequence of str
        Labels of a classifier, or letters of CTC.
    vocabulary : sequence of str
        The only words that are known, for CTC; empty for any word.
    parameters : int
        Number of weights that are trained.
    left_out : mapping of str to int
        Number of recordings that are left out, by reason.
    examples : mapping of str to str
        One of each.
    base : str
        The model that the training starts from.
    pieces, asked_pieces : int
        Number of sub-words of CTC, special ones included, and the number that was asked for; 0 for letters.
    new_labels : int
        Number of ``labels`` that this model does not have, of which the last layer begins with random weights.
    """

    architecture: str
    clips: int
    valid_clips: int
    seconds: float
    valid_source: str
    sr: int
    labels: Sequence[str]
    vocabulary: Sequence[str] = ()
    parameters: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    pieces: int = 0
    asked_pieces: int = 0
    new_labels: int = 0
