"""Translation: the candidates for a text, best first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One translation of a text.

    Attributes
    ----------
    text : str
        The text, on one line.
    tokens : list of str
        The subwords.
    ids : list of int
        Ids of the subwords.
    score : float
        Σ log p / length ** alpha, including the end token; candidates are ranked by it.
    finished : bool
        False if it was cut off at the maximum length.
    """

    text: str
    tokens: list[str]
    ids: list[int]
    score: float
    finished: bool


@dataclass(frozen=True, kw_only=True)
class Translation:
    """Translation of a text.

    Attributes
    ----------
    source : str
    source_tokens : list of str
        Subwords of the source.
    source_ids : list of int
        Ids of the subwords.
    n_best : list of Candidate
        Candidates, best first.
    """

    source: str
    source_tokens: list[str]
    source_ids: list[int]
    n_best: list[Candidate]

    @property
    def text(self) -> str:
        """Text of the best candidate."""
        return self.n_best[0].text

    @property
    def score(self) -> float:
        """Score of the best candidate."""
        return self.n_best[0].score
