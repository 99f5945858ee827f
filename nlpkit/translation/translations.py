"""Translation: the candidates for a text, best first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlpkit.decoding.hypothesis import Hypothesis
    from nlpkit.text.subword import Subwords

    from .marks import Marks


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One translation of a text.

    Attributes
    ----------
    text : str
        The text; it has line ends only where those of the source were kept.
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
    sentences : tuple of Translation
        Translations of its sentences, if it has several and they were translated by themselves; else empty. Its only
        candidate joins the best of each, with their tokens in order and the score of all together.
    spans : tuple of ((int, int), (int, int))
        For each of these sentences, where it begins and ends in the source and in the text.
    flags : tuple of str
        Signs that something may be wrong, such as "loop" or "number lost: 42": see `nlpkit.translation.faults`.
    parts : tuple of str
        Protected parts and names of the source, for which marks stand in its sub-words and the translation's.
    links : tuple of int
        For each word of ``text.split()`` the word of the source that it is aligned to, where a glossary changed words.
    confidence : float or None
        Probability that it is good, that is, that its chrF is 50 or more; of several sentences the mean, by their
        sub-words. None if the model has learnt none: see `nlpkit.jobs.fit_confidence`.
    """

    source: str
    source_tokens: list[str]
    source_ids: list[int]
    n_best: list[Candidate]
    sentences: tuple[Translation, ...] = ()
    spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    flags: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    links: tuple[int, ...] = ()
    confidence: float | None = None

    @property
    def text(self) -> str:
        """Text of the best candidate."""
        return self.n_best[0].text

    @property
    def score(self) -> float:
        """Score of the best candidate."""
        return self.n_best[0].score


def copied(text: str) -> Translation:
    """Return a text as its own translation."""
    itself = Candidate(text=text, tokens=[], ids=[], score=0.0, finished=True)
    return Translation(source=text, source_tokens=[], source_ids=[], n_best=[itself])


def translation_of(
    text: str, source: list[int], found: list[Hypothesis], subwords: tuple[Subwords, Subwords]
) -> Translation:
    """Return a text's translation from its ids and what a search found, with the sub-words of source and target."""
    reading, writing = subwords
    texts = writing.decode([hypothesis.tokens for hypothesis in found])
    return Translation(
        source=text,
        source_tokens=reading.pieces(source),
        source_ids=source,
        n_best=[
            Candidate(
                text=written,
                tokens=writing.pieces(hypothesis.tokens),
                ids=hypothesis.tokens,
                score=hypothesis.score,
                finished=hypothesis.finished,
            )
            for written, hypothesis in zip(texts, found, strict=True)
        ],
    )


def with_parts(translation: Translation, marks: Marks, parts: tuple[str, ...]) -> Translation:
    """Return a translation with parts of its source in the place of their marks."""
    n_best = [replace(candidate, text=marks.restored(candidate.text, parts)) for candidate in translation.n_best]
    return replace(translation, n_best=n_best, parts=parts)
