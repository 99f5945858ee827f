"""Calibration of a trained model of speech on the recordings that it was validated with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .speech_clips import Clip

if TYPE_CHECKING:
    from nlpkit.speech.recognition.classifier import Classification, Classifier
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.speech.transcripts.transcript import Transcript


def calibrated(
    model: SpeechModel,
    clips: Sequence[Clip],
    *,
    accept: float,
    blank_penalty: float = 0.0,
    threads: int | None = None,
) -> tuple[SpeechModel, list[Classification] | list[Transcript]]:
    """Return a model with the temperature and the limit of rejection that suit the clips, and its answers to them.

    Parameters
    ----------
    model : Classifier or CtcRecognizer
    clips : sequence of Clip
        Clips that it was not trained on; without any there is no limit.
    accept : float
        Share of right answers that are to be given.
    blank_penalty : float
        Of a CtcRecognizer: see `nlpkit.training.speech.options.SpeechTrainingOptions`.
    threads : int, optional
        Clips computed at once; default: all available cores.
    """
    from nlpkit.speech.recognition.classifier import Classifier
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer

    if isinstance(model, CtcRecognizer):
        model = model.with_weights(model.weights, limit=0.0, blank_penalty=blank_penalty)
    if not clips:
        return model, []
    if isinstance(model, CtcRecognizer):
        return _recognizer(model, clips, accept, threads)
    assert isinstance(model, Classifier)
    return _classifier(model, clips, accept, threads)


def _classifier(
    model: Classifier, clips: Sequence[Clip], accept: float, threads: int | None
) -> tuple[SpeechModel, list[Classification]]:
    import numpy as np

    from nlpkit.speech.recognition.calibration import temperature

    numbers = {label: number for number, label in enumerate(model.labels)}
    labels = np.array([numbers[clip.label or ""] for clip in clips])
    logits = np.stack([row for _, row in model.logits([clip.samples for clip in clips], threads=threads)])
    model = model.with_weights(model.weights, temperature=temperature(logits, labels), limit=0.0)
    right = [
        each.confidence
        for each, clip in zip(map(model.label_of, logits), clips, strict=True)
        if each.label == clip.label
    ]
    model = model.with_weights(model.weights, limit=_limit(right, accept))
    return model, [model.label_of(row) for row in logits]


def _recognizer(
    model: CtcRecognizer, clips: Sequence[Clip], accept: float, threads: int | None
) -> tuple[SpeechModel, list[Transcript]]:
    found = model.recognize([clip.samples for clip in clips], threads=threads)
    limit = _limit(_confidences(found, clips), accept)
    answers = [replace(each, words=[word for word in each.words if word.confidence >= limit]) for each in found]
    return model.with_weights(model.weights, limit=limit), answers


def _limit(right: list[float], accept: float) -> float:
    from nlpkit.speech.recognition.calibration import limit_for

    return limit_for(right, keep=accept) if right and accept < 1 else 0.0


def _confidences(found: Sequence[Transcript], clips: Sequence[Clip]) -> list[float]:
    """Return the confidences of the words that are right."""
    import jiwer

    right: list[float] = []
    for clip, each in zip(clips, found, strict=True):
        if clip.text and each.words:
            for chunk in jiwer.process_words(clip.text, each.text).alignments[0]:
                if chunk.type == "equal":
                    right += [word.confidence for word in each.words[chunk.hyp_start_idx : chunk.hyp_end_idx]]
    return right
