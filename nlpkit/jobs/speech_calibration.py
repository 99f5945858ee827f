"""Calibration of a trained model of speech on the recordings that it was validated with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .speech_clips import Clip

if TYPE_CHECKING:
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

    from nlpkit.speech.recognition.calibration import limit_for, temperature
    from nlpkit.speech.recognition.classifier import Classifier
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer

    if isinstance(model, Classifier):
        numbers = {label: number for number, label in enumerate(model.labels)}
        labels = np.array([numbers[clip.label or ""] for clip in clips])
        if not len(labels):
            return model
        logits = np.stack([row for _, row in model.logits([clip.samples for clip in clips])])
        model = model.with_weights(model.weights, temperature=temperature(logits, labels))
        found = [model.label_of(row) for row in logits]
        right = [
            each.confidence for each, label in zip(found, labels, strict=True) if each.label == model.labels[label]
        ]
        return model.with_weights(model.weights, limit=limit_for(right, keep=accept)) if right else model
    assert isinstance(model, CtcRecognizer)
    import jiwer

    right = []
    for clip, found in zip(clips, model.recognize([clip.samples for clip in clips]), strict=True):
        if clip.text and found.words:
            for chunk in jiwer.process_words(clip.text, " ".join(word.text for word in found.words)).alignments[0]:
                if chunk.type == "equal":
                    right += [word.confidence for word in found.words[chunk.hyp_start_idx : chunk.hyp_end_idx]]
    return model.with_weights(model.weights, limit=limit_for(right, keep=accept)) if right else model
