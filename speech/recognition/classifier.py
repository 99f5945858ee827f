"""CnnClassifier and LstmClassifier: the label of each clip, with probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.speech.recognition.cnn import CnnOptions
from nlpkit.speech.recognition.front import Front
from nlpkit.speech.recognition.lstm import LstmOptions
from nlpkit.speech.recognition.speech_model import SpeechModel


@dataclass(frozen=True, kw_only=True)
class Classification:
    """The label of a sound.

    Attributes
    ----------
    label : str or None
        The likeliest label; None if it is rejected: its probability is below the classifier's limit, or it stands for
        sounds that are none of the known ones.
    confidence : float
        The probability of the likeliest label, from 0 to 1.
    probabilities : mapping of str to float
        Of every label; their sum is 1.
    """

    label: str | None
    confidence: float
    probabilities: Mapping[str, float]


class Classifier(SpeechModel):
    """A network of labels.

    Parameters
    ----------
    options, front, weights, provenance, device
        See `nlpkit.speech.recognition.speech_model.SpeechModel`.
    labels : sequence of str
    temperature : float
        Divisor of the logits that calibrates the probabilities (Guo et al. 2017).
    limit : float
        A label whose probability is lower is rejected.
    rejects : sequence of str
        Labels of sounds that are none of the known ones; they are rejected.

    Raises
    ------
    ArtifactError
        If the weights are of another network, or the number of labels is not the network's.
    """

    stored_options = (*SpeechModel.stored_options, "labels", "temperature", "limit", "rejects")
    advice = "classify gives the label of each clip"

    def __init__(
        self,
        options: Any,
        front: Front,
        weights: Mapping[str, np.ndarray],
        *,
        labels: Sequence[str],
        temperature: float = 1.0,
        limit: float = 0.0,
        rejects: Sequence[str] = (),
        provenance: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ) -> None:
        super().__init__(options, front, weights, provenance=provenance, device=device)
        if len(labels) != options.n_labels:
            raise ArtifactError(f"there are {len(labels)} labels, and the network has {options.n_labels}")
        self.labels = tuple(labels)
        self.temperature, self.limit, self.rejects = temperature, limit, tuple(rejects)

    def classify(
        self, clips: Iterable[Any], *, sr: int | None = None, threads: int | None = None
    ) -> list[Classification]:
        """Return the label of each clip.

        Parameters
        ----------
        clips : iterable of paths, binary files, AudioPart or (n_samples,) float arrays
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
        return [self.label_of(logits) for _, logits in self.logits(clips, sr=sr, threads=threads)]

    def label_of(self, logits: np.ndarray) -> Classification:
        """Return the classification of logits (n_labels,)."""
        scaled = logits.astype(np.float64) / self.temperature
        weights = np.exp(scaled - scaled.max())
        shares = weights / weights.sum()
        best = int(shares.argmax())
        label: str | None = self.labels[best]
        if shares[best] < self.limit or label in self.rejects:
            label = None
        return Classification(
            label=label,
            confidence=float(shares[best]),
            probabilities=dict(zip(self.labels, shares.tolist(), strict=True)),
        )

    def stored(self) -> dict[str, Any]:
        """Return the labels, and what becomes of uncertain ones."""
        return {
            "labels": list(self.labels),
            "temperature": self.temperature,
            "limit": self.limit,
            "rejects": list(self.rejects),
        }


class CnnClassifier(Classifier):
    """Classifies clips by a convolutional network: see `nlpkit.speech.recognition.cnn`, and `Classifier`.

    `nlpkit.jobs.train_speech` trains one, and `nlpkit.load` reads it.

    Examples
    --------
    >>> import nlpkit
    >>> model = nlpkit.load("commands")  # doctest: +SKIP
    >>> [found] = model.classify(["stop.wav"])  # doctest: +SKIP
    >>> found.label, round(found.confidence, 2)  # doctest: +SKIP
    ('stop', 0.98)
    """

    kind = "cnn_classifier"
    inference = "nlpkit.speech.recognition.cnn:CnnInference"
    network = "nlpkit.speech.recognition._cnn_torch:CnnNetwork"
    options_of = CnnOptions


class LstmClassifier(Classifier):
    """Classifies clips by a recurrent network: see `nlpkit.speech.recognition.lstm`, and `Classifier`.

    `nlpkit.jobs.train_speech` trains one, and `nlpkit.load` reads it.

    Examples
    --------
    >>> import nlpkit
    >>> model = nlpkit.load("voices")  # doctest: +SKIP
    >>> [found.label for found in model.classify(["a.wav", "b.wav"])]  # doctest: +SKIP
    ['theo', 'george']
    """

    kind = "lstm_classifier"
    inference = "nlpkit.speech.recognition.lstm:LstmInference"
    network = "nlpkit.speech.recognition._lstm_torch:LstmNetwork"
    options_of = LstmOptions
