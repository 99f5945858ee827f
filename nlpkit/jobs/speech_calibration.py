"""Calibration of a trained model of speech on the recordings that it was validated with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .speech_clips import Clip

if TYPE_CHECKING:
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer
    from nlpkit.speech.recognition.speech_model import SpeechModel


def calibrated(model: SpeechModel, clips: Sequence[Clip], *, accept: float) -> SpeechModel:
    """Return a model with the temperature and the limit of rejection that suit the clips.

    Parameters
    ----------
    model : Classifier or CtcRecognizer
    clips : sequence of Clip
        Clips that it was not trained on; without any the model is returned as it is.
    accept : float
        Share of right answers that are to be given.
    """
    import numpy as np

    from nlpkit.speech.recognition.calibration import temperature
    from nlpkit.speech.recognition.classifier import Classifier
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer

    if not clips:
        return model
    if isinstance(model, CtcRecognizer):
        return _with_limit(model, _confidences(model, clips), accept)
    assert isinstance(model, Classifier)
    numbers = {label: number for number, label in enumerate(model.labels)}
    labels = np.array([numbers[clip.label or ""] for clip in clips])
    logits = np.stack([row for _, row in model.logits([clip.samples for clip in clips])])
    model = model.with_weights(model.weights, temperature=temperature(logits, labels))
    found = [model.label_of(row) for row in logits]
    right = [
        each.confidence for each, label in zip(found, labels, strict=True) if each.label == model.labels[int(label)]
    ]
    return _with_limit(model, right, accept)


def _with_limit(model: SpeechModel, right: list[float], accept: float) -> SpeechModel:
    from nlpkit.speech.recognition.calibration import limit_for

    limit = limit_for(right, keep=accept) if right and accept < 1 else 0.0
    return model.with_weights(model.weights, limit=limit)


def _confidences(model: CtcRecognizer, clips: Sequence[Clip]) -> list[float]:
    """Return the confidences of the words that are right."""
    import jiwer

    right: list[float] = []
    for clip, found in zip(clips, model.recognize([clip.samples for clip in clips]), strict=True):
        if clip.text and found.words:
            for chunk in jiwer.process_words(clip.text, found.text).alignments[0]:
                if chunk.type == "equal":
                    right += [word.confidence for word in found.words[chunk.hyp_start_idx : chunk.hyp_end_idx]]
    return right
