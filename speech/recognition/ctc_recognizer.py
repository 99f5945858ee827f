"""CtcRecognizer: the words in each clip, by the network of `nlpkit.speech.recognition.ctc`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.speech.recognition.alphabet import Alphabet
from nlpkit.speech.recognition.closed_vocabulary import ClosedVocabulary, FoundWord
from nlpkit.speech.recognition.ctc import CtcOptions
from nlpkit.speech.recognition.front import Front
from nlpkit.speech.recognition.greedy import best_path, log_softmax
from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet
from nlpkit.speech.recognition.speech_model import SpeechModel
from nlpkit.speech.recognition.word_times import sounding
from nlpkit.speech.transcripts.transcript import Transcript, Word


class CtcRecognizer(SpeechModel):
    """Recognises the words in clips.

    Parameters
    ----------
    options, front, weights, provenance, device
        See `nlpkit.speech.recognition.speech_model.SpeechModel`.
    letters : sequence of str
        The letters of tokens 1, 2, ...; token 0 is the blank.
    pieces : bytes, optional
        A serialised sentencepiece model, whose pieces are the tokens instead.
    vocabulary : sequence of str
        The only words that are known; others are rejected. Empty for any word.
    limit : float
        A word with a lower confidence is rejected.
    blank_penalty : float
        Subtracted from the blank's logit to find the words, so that more are found; their confidence stays the
        probability that the network gives.

    Raises
    ------
    ArtifactError
        If the weights are of another network, or the number of tokens is not the network's.

    Examples
    --------
    >>> import nlpkit
    >>> model = nlpkit.load("digits")  # doctest: +SKIP
    >>> [found] = model.recognize(["number.wav"])  # doctest: +SKIP
    >>> found.text, found.words[0].start  # doctest: +SKIP
    ('seven four two', 0.31)
    """

    kind = "ctc_recognizer"
    inference = "nlpkit.speech.recognition.ctc:CtcInference"
    network = "nlpkit.speech.recognition._ctc_torch:CtcNetwork"
    options_of = CtcOptions
    stored_options = (*SpeechModel.stored_options, "letters", "vocabulary", "limit", "blank_penalty")
    advice = "recognize gives the words of each clip"

    def __init__(
        self,
        options: CtcOptions,
        front: Front,
        weights: Mapping[str, np.ndarray],
        *,
        letters: Sequence[str] = (),
        pieces: bytes | None = None,
        vocabulary: Sequence[str] = (),
        limit: float = 0.0,
        blank_penalty: float = 0.0,
        provenance: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ) -> None:
        super().__init__(options, front, weights, provenance=provenance, device=device)
        self.alphabet: Alphabet | PieceAlphabet = Alphabet(letters) if pieces is None else PieceAlphabet(pieces)
        if len(self.alphabet) != options.n_tokens:
            raise ArtifactError(f"there are {len(self.alphabet)} tokens, and the network has {options.n_tokens}")
        self.vocabulary, self.limit, self.blank_penalty = tuple(vocabulary), limit, blank_penalty
        self._closed = ClosedVocabulary(self.vocabulary, self.alphabet) if vocabulary else None

    def recognize(self, clips: Iterable[Any], *, sr: int | None = None, threads: int | None = None) -> list[Transcript]:
        """Return the words of each clip, with times and confidences.

        Parameters
        ----------
        clips : iterable of paths, binary files, AudioPart or (n_samples,) float arrays
            Each as a whole; `nlpkit.jobs.transcribe` cuts long recordings.
        sr : int, optional
            Sampling rate of arrays in Hz. Arrays without it are taken to be at the model's rate, its ``sr``; files have
            their own.
        threads : int, optional
            Clips computed at once; default: all available cores. The result is the same.

        Raises
        ------
        InputError
            If a file cannot be read, an array has no samples, or one is not finite.
        ParameterError
            If an item is not a clip.
        """
        found = self.logits(clips, sr=sr, threads=threads)
        return [self.transcript_of(logits, samples) for samples, logits in found]

    def transcript_of(self, logits: np.ndarray, samples: np.ndarray) -> Transcript:
        """Return the words of logits (frames, n_tokens) of a clip.

        The confidence of a word is the geometric mean over its letters of the highest probability of each.
        """
        step, duration = self.options.stride * self.front.options.hop_length / self.sr, len(samples) / self.sr
        heard = self._free_words(logits)
        found = self._closed.search(log_softmax(logits), self.blank_penalty) if self._closed else heard
        sure = [each for each in found if np.exp(each.log_p) >= self.limit]
        spans = [(min(duration, each.first * step), min(duration, each.last * step)) for each in sure]
        words = [
            Word(text=each.text, start=start, end=end, confidence=float(np.exp(each.log_p)))
            for each, (start, end) in zip(sure, sounding(samples, self.sr, spans), strict=True)
        ]
        unknown = [
            each
            for each in (*found, *(heard if self._closed else ()))
            if not any(each.first <= other.last and each.last >= other.first for other in sure)
        ]
        return Transcript(words=words, rejected=separate(unknown), separator=" ")

    def _free_words(self, logits: np.ndarray) -> list[FoundWord]:
        """Return the words of the likeliest path, known or not."""
        tokens, first, last, log_p = best_path(logits, self.blank_penalty)
        return [
            FoundWord(text=text, first=int(first[start]), last=int(last[end - 1]), log_p=float(log_p[start:end].mean()))
            for text, start, end in self.alphabet.words(tokens.tolist())
        ]

    def stored(self) -> dict[str, Any]:
        """Return the alphabet, and what becomes of uncertain words."""
        pieces = self.alphabet.proto if isinstance(self.alphabet, PieceAlphabet) else None
        rest = {"vocabulary": list(self.vocabulary), "limit": self.limit, "blank_penalty": self.blank_penalty}
        return {"letters": list(self.alphabet.letters), "pieces": pieces, **rest}


def separate(found: Sequence[FoundWord]) -> int:
    """Return how many sounds are left if words that overlap in time are one."""
    count, end = 0, -1
    for each in sorted(found, key=lambda word: word.first):
        if each.first > end:
            count += 1
        end = max(end, each.last)
    return count
