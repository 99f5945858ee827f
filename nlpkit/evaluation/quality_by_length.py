"""BLEU by sentence length, which shows the limit of models without attention.

Source: the figure of Bahdanau et al. 2015, "Neural machine translation by jointly learning to align and translate".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlpkit.errors import InputError, ParameterError
from nlpkit.text.unspaced import count_words, unspaced_script

from .translation_metrics import Counted

LENGTHS = (5, 10, 15, 20, 25, 30, 40, 50)


@dataclass(frozen=True, kw_only=True)
class LengthScore:
    """BLEU of sentences in a range of lengths.

    Attributes
    ----------
    shortest : int
        Minimum number of words.
    longest : int or None
        Maximum number of words; None for the last group.
    by : str
        ``"source words"``, or ``"reference words"`` without sources; ``characters`` where words have no spaces between
        them.
    sentences : int
        Number of sentences, at least one.
    bleu : float
        BLEU of these sentences.
    signature : str
        sacreBLEU's signature, with ``by``.
    """

    shortest: int
    longest: int | None
    by: str
    sentences: int
    bleu: float
    signature: str

    @property
    def label(self) -> str:
        """``6–10``, or ``51+``."""
        return f"{self.shortest}+" if self.longest is None else f"{self.shortest}–{self.longest}"


def bleu_by_length(
    bleu: Counted, references: Sequence[str], *, sources: Sequence[str] | None, lengths: Sequence[int] = LENGTHS
) -> tuple[LengthScore, ...]:
    """Score groups of sentences of similar length.

    Parameters
    ----------
    bleu : Counted
        Counts of BLEU in each sentence.
    references, sources : sequences of str
        Texts whose length is measured, as by `nlpkit.text.unspaced.count_words`: the sources, or the references without
        sources.
    lengths : sequence of int
        Maximum length of each group, in rising order.

    Returns
    -------
    tuple of LengthScore
        Groups that contain a sentence; empty sentences belong to the first.

    Raises
    ------
    InputError
        If the numbers of sources and translations differ.
    ParameterError
        If ``lengths`` does not rise from at least 1.
    """
    bounds = list(lengths)
    if bounds != sorted(set(bounds)) or any(not isinstance(bound, int) or bound < 1 for bound in bounds):
        raise ParameterError(f"lengths is {bounds}; expected rising numbers of at least 1, such as [5, 10, 20]")
    if sources is not None and len(sources) != len(references):
        raise InputError(
            f"there are {len(references):,} translations and {len(sources):,} sources; expected the same number:"
            " give the source of each translation, in the same order"
        )
    measured = references if sources is None else sources
    groups = np.array([bisect_left(bounds, count_words(text)) for text in measured])
    by = f"{'reference' if sources is None else 'source'} {'characters' if unspaced_script(measured) else 'words'}"
    signature = bleu.signature(by=by)
    found = []
    for group in np.unique(groups):
        rows = bleu.rows[groups == group]
        found.append(
            LengthScore(
                shortest=bounds[group - 1] + 1 if group else 1,
                longest=bounds[group] if group < len(bounds) else None,
                by=by,
                sentences=len(rows),
                bleu=float(bleu.scores(rows.sum(axis=0)[None])[0]),
                signature=signature,
            )
        )
    return tuple(found)
