"""Constraints on the next tokens of each hypothesis in a batch, as questions to a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlpkit.decoding.bounds import Ids, checked_bounds
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.state import Words

from .phrases import RequiredPhrases
from .steps import Question

_NO_BANS = np.zeros((0, 3), np.int64)


class Constraints:
    """Allowed next tokens of each hypothesis in a batch, and maximum lengths.

    Parameters
    ----------
    model : Words
    options : DecodingOptions
    sources : sequence of int
        Lengths of the sources, without end tokens.
    prefixes, phrases, lengths : sequence, optional
        As in `nlpkit.decoding.constraints.Constraints`.

    Attributes
    ----------
    limits : ndarray (n,) int64
        Maximum lengths, including end tokens.
    last : int
        The highest of these.
    phrases : RequiredPhrases or None
    """

    def __init__(
        self,
        model: Words,
        options: DecodingOptions,
        sources: Sequence[int],
        *,
        prefixes: Sequence[Ids] | None = None,
        phrases: Sequence[Sequence[Ids]] | None = None,
        lengths: Sequence[int] | None = None,
    ) -> None:
        self._eos = model.eos_id
        self._never = np.array(model.never, np.int64)
        self._ngram = options.no_repeat_ngram
        self._written: np.ndarray | None = None
        bounds, self._forced = checked_bounds(model, options, sources, prefixes, phrases, lengths)
        self._rows = np.arange(len(bounds))
        self._least = np.array([least for least, _ in bounds], np.int64)
        self.limits = np.array([most for _, most in bounds], np.int64)
        self.last = max(most for _, most in bounds)
        self.phrases = RequiredPhrases(phrases) if phrases and any(phrases) else None

    def question(
        self,
        step: int,
        beams: int,
        best: int,
        *,
        asked: np.ndarray | None = None,
        normalized: bool = True,
        everything: bool = False,
    ) -> Question:
        """Return the question after ``step`` tokens to sentences with ``beams`` beams."""
        n, bans = len(self._rows), [_NO_BANS]
        if self.phrases is not None or step + 1 < self._least.max(initial=0):
            no_end = np.broadcast_to((self._least > step + 1)[:, None], (n, beams))
            if self.phrases is not None:
                no_end = no_end | ~self.phrases.complete()
            bans.append(np.stack([*no_end.nonzero(), np.full(int(no_end.sum()), self._eos)], axis=1))
        if self._ngram and self._written is not None and step >= self._ngram:
            bans.append(self._repeats(self._written))
        forced = np.full(n, -1, np.int64)
        if (now := self._forced.get(step)) is not None:
            forced[:] = [now.get(row, -1) for row in self._rows.tolist()]
        return Question(
            best=best,
            never=self._never,
            bans=np.concatenate(bans) if len(bans) > 1 else _NO_BANS,
            forced=forced,
            asked=asked,
            normalized=normalized,
            everything=everything,
        )

    def _repeats(self, written: np.ndarray) -> np.ndarray:
        """Return the tokens that would repeat an n-gram, (m, 3)."""
        grams = np.lib.stride_tricks.sliding_window_view(written, self._ngram, axis=2)
        same = (grams[..., :-1] == written[:, :, None, written.shape[2] - self._ngram + 1 :]).all(-1)
        sentences, beams, places = same.nonzero()
        return np.stack([sentences, beams, grams[sentences, beams, places, -1]], axis=1)

    def follow(self, parents: np.ndarray | None, tokens: np.ndarray) -> None:
        """Let beam j of sentence i continue its former beam ``parents[i, j]`` with ``tokens[i, j]`` (n, beams)."""
        if self._ngram:
            newest = tokens[..., None]
            if self._written is None:
                self._written = newest
            else:
                old = self._written
                old = old if parents is None else np.take_along_axis(old, parents[..., None], axis=1)
                self._written = np.concatenate([old, newest], axis=2)
        if self.phrases is not None and parents is not None:
            self.phrases.follow(parents, tokens)

    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows``."""
        self._rows, self._least, self.limits = self._rows[rows], self._least[rows], self.limits[rows]
        if self._written is not None:
            self._written = self._written[rows]
        if self.phrases is not None:
            self.phrases.keep(rows)
