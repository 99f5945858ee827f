"""ClosedVocabulary: the likeliest words of a small vocabulary in a clip, with times and confidences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlpkit.speech.recognition.alphabet import Alphabet
from nlpkit.speech.recognition.greedy import penalized
from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet

_NO_GAP = 3.0
"""Cost of a word that follows another one without a gap, as a logarithm."""


@dataclass(frozen=True, kw_only=True)
class FoundWord:
    """A word in frames.

    Attributes
    ----------
    text : str
    first, last : int
        Frames.
    log_p : float
        Mean over its letters of the highest log-probability of each.
    """

    text: str
    first: int
    last: int
    log_p: float


class ClosedVocabulary:
    """Finds the likeliest path of CTC among the texts that consist of known words alone.

    A frame between words is a blank or a space. The search is exact (Viterbi), so that a word with an unlikely letter
    is still found, where the likeliest letters are no word.

    Parameters
    ----------
    words : sequence of str
    alphabet : Alphabet or PieceAlphabet

    Examples
    --------
    >>> alphabet = Alphabet(" no")
    >>> path = np.log(np.full((4, 4), 0.1) + 0.6 * np.eye(4)[[0, 2, 3, 3]])
    >>> [(word.text, word.first, word.last) for word in ClosedVocabulary(["no", "on"], alphabet).search(path)]
    [('no', 1, 3)]
    """

    def __init__(self, words: Sequence[str], alphabet: Alphabet | PieceAlphabet) -> None:
        self._words = tuple(words)
        self._space = alphabet.separator
        states: list[tuple[int, bool, bool, bool]] = []  # token, and whether it opens, closes, is reached by a skip
        word_of: list[int] = []
        for number, word in enumerate(words):
            letters = alphabet.encode(word)
            for place, letter in enumerate(letters):
                if place:
                    states.append((0, False, False, False))
                skips = place > 0 and letters[place - 1] != letter
                states.append((letter, place == 0, place == len(letters) - 1, skips))
            word_of += [number] * (2 * len(letters) - 1)
        table = np.array(states, np.int64).reshape(-1, 4)
        self._tokens, self._word_of = np.ascontiguousarray(table[:, 0]), word_of
        self._opens, self._closes, self._skips = (np.ascontiguousarray(table[:, n] > 0) for n in (1, 2, 3))

    def search(self, log_p: np.ndarray, blank_penalty: float = 0.0) -> list[FoundWord]:
        """Return the words of log-probabilities (frames, n_tokens), in order of time.

        The penalty is subtracted from the blank's to find the path; those of the words stay as they are.
        """
        from nlpkit.speech.recognition._closed_path_numba import closed_path

        if not len(log_p) or not len(self._tokens):
            return []
        log_p = np.ascontiguousarray(log_p, np.float64)
        searched = penalized(log_p, blank_penalty)
        gap = searched[:, 0] if self._space is None else np.maximum(searched[:, 0], searched[:, self._space])
        path, begins = closed_path(searched, gap, self._tokens, self._opens, self._closes, self._skips, _NO_GAP)
        found = []
        for first in np.flatnonzero(begins).tolist():
            last = first
            while last + 1 < len(path) and path[last + 1] < len(self._tokens) and not begins[last + 1]:
                last += 1
            states = path[first : last + 1]
            peaks: dict[int, float] = {}
            for frame, state in enumerate(states.tolist(), first):
                token = int(self._tokens[state])
                if token:
                    peaks[state] = max(peaks.get(state, -np.inf), float(log_p[frame, token]))
            mean = sum(peaks.values()) / len(peaks)
            found.append(FoundWord(text=self._words[self._word_of[states[0]]], first=first, last=last, log_p=mean))
        return found
