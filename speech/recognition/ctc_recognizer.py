"""CtcRecognizer: the words in each clip, by the network of `nlpkit.speech.recognition.ctc`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.speech.recognition.alphabet import Alphabet
from nlpkit.speech.recognition.ctc import CtcOptions
from nlpkit.speech.recognition.front import Front
from nlpkit.speech.recognition.greedy import best_path
from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet
from nlpkit.speech.recognition.speech_model import SpeechModel
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
    stored_options = (*SpeechModel.stored_options, "letters", "vocabulary", "limit")

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
        provenance: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ) -> None:
        super().__init__(options, front, weights, provenance=provenance, device=device)
        self.alphabet: Alphabet | PieceAlphabet = Alphabet(letters) if pieces is None else PieceAlphabet(pieces)
        if len(self.alphabet) != options.n_tokens:
            raise ArtifactError(f"there are {len(self.alphabet)} tokens, and the network has {options.n_tokens}")
        self.vocabulary, self.limit = tuple(vocabulary), limit

    def recognize(self, clips: Iterable[Any], *, sr: int | None = None, threads: int | None = None) -> list[Transcript]:
        """Return the words of each clip, with times and confidences.

        Parameters
        ----------
        clips : iterable of paths, binary files, AudioPart or (n_samples,) float arrays
            Each as a whole; `nlpkit.jobs.transcribe` cuts long recordings.
        sr : int, optional
            Sampling rate of arrays in Hz; default: the model's.
        threads : int, optional
            Clips computed at once; default: all available cores. The result is the same.

        Raises
        ------
        InputError
            If a file cannot be read, or a sample is not finite.
        ParameterError
            If an item is not a clip.
        """
        found = self.logits(clips, sr=sr, threads=threads)
        return [self.transcript_of(logits, len(samples) / self.sr) for samples, logits in found]

    def transcript_of(self, logits: np.ndarray, duration: float) -> Transcript:
        """Return the words of logits (frames, n_tokens) of a clip of ``duration`` seconds."""
        tokens, first, last, log_p = best_path(logits)
        step = self.options.stride * self.front.options.hop_length / self.sr
        words: list[Word] = []
        rejected = 0
        for text, start, end in self.alphabet.words(tokens.tolist()):
            confidence = float(np.exp(log_p[start:end].min()))
            if confidence < self.limit or (self.vocabulary and text not in self.vocabulary):
                rejected += 1
                continue
            begin = max(0.0, (int(first[start]) - 0.5) * step)
            finish = min(duration, (int(last[end - 1]) + 0.5) * step)
            words.append(Word(text=text, start=min(begin, finish), end=finish, confidence=confidence))
        return Transcript(words=words, rejected=rejected, separator=" ")

    def stored(self) -> dict[str, Any]:
        """Return the alphabet, and what becomes of uncertain words."""
        pieces = self.alphabet.proto if isinstance(self.alphabet, PieceAlphabet) else None
        rest = {"vocabulary": list(self.vocabulary), "limit": self.limit}
        return {"letters": list(self.alphabet.letters), "pieces": pieces, **rest}
