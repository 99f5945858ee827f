"""RareWords: words that were counted and have no vector yet, so that their counts add up from one call to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.text.terms import Terms

if TYPE_CHECKING:
    from nlpkit.artifact import Artifact

MOST = 1 << 20
"""How many are kept: of more, the most frequent ones. They take about 20 MB."""

_FILE = "rare.txt"
_ARRAY = "rare_counts"


@dataclass(frozen=True, eq=False)
class RareWords:
    """Words in the order of falling counts, and how often each was seen.

    Attributes
    ----------
    words : Terms
    counts : (n_words,) int64
    """

    words: Terms
    counts: np.ndarray

    @classmethod
    def none(cls) -> Self:
        """Return no words."""
        return cls(Terms.of([]), np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.words)

    def stored(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return the arrays and the files of a model folder that hold them; nothing if there are none."""
        return ({_ARRAY: self.counts}, {_FILE: self.words.lines()}) if len(self) else ({}, {})

    @classmethod
    def read(cls, stored: Artifact) -> Self:
        """Return the words of a model folder, of which `stored` gave the arrays and the files; none if it has none.

        Raises
        ------
        ArtifactError
            If the words and the counts don't fit together.
        """
        if _FILE not in stored.files:
            return cls.none()
        try:
            words, counts = Terms.from_lines(stored.file(_FILE)), stored.arrays[_ARRAY]
        except ValueError as error:
            raise ArtifactError(f"{stored.path} is damaged ({error}): save the model again") from error
        if counts.shape != (len(words),) or counts.dtype != np.int64:
            raise ArtifactError(f"{stored.path} is damaged ({len(words)} rare words, counts of {counts.shape})")
        return cls(words, counts)
