"""Translation: the candidates that were found for a text, the best first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One translation of a text.

    Attributes
    ----------
    text : str
        On one line.
    tokens : list of str
        Its sub-words.
    ids : list of int
        Their numbers.
    score : float
        Σ log p / length ** alpha, of tokens and the end; what candidates are ordered by.
    finished : bool
        False if it was cut off at the greatest length.
    """

    text: str
    tokens: list[str]
    ids: list[int]
    score: float
    finished: bool


@dataclass(frozen=True, kw_only=True)
class Translation:
    """The translation of a text.

    Attributes
    ----------
    source : str
    source_tokens : list of str
        The sub-words of the source.
    source_ids : list of int
        Their numbers.
    n_best : list of Candidate
        The best first.
    """

    source: str
    source_tokens: list[str]
    source_ids: list[int]
    n_best: list[Candidate]

    @property
    def text(self) -> str:
        """The best translation."""
        return self.n_best[0].text

    @property
    def score(self) -> float:
        """The best translation's score."""
        return self.n_best[0].score
