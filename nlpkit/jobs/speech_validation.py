"""Quality of a trained model of speech on its validation recordings, and what its folder tells about its training."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .speech_clips import Clip

if TYPE_CHECKING:
    from nlpkit.evaluation.classification_quality import ClassificationScore
    from nlpkit.evaluation.error_rates import TranscriptScore
    from nlpkit.speech.recognition.classifier import Classification
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.speech.transcripts.transcript import Transcript
    from nlpkit.training.report import TrainingResult
    from nlpkit.training.speech.options import SpeechTrainingOptions

    from .speech_plan import SpeechPlan

DATA = "validation recordings"
_WORST = 20


def validation_score(
    model: SpeechModel, clips: Sequence[Clip], answers: Sequence[Classification | Transcript]
) -> ClassificationScore | TranscriptScore | None:
    """Return the score of the answers to clips; None without clips.

    Texts are compared as they are learnt. The weights and the limit of rejection were chosen by the same recordings,
    so it is somewhat better than that of new ones.
    """
    from nlpkit.evaluation import score_classifications, score_transcripts
    from nlpkit.speech.recognition.classifier import Classifier

    found: list[Any] = list(answers)
    if not clips:
        return None
    if isinstance(model, Classifier):
        return score_classifications(
            [each.label for each in found],
            [clip.label or "" for clip in clips],
            labels=model.labels,
            probabilities=[list(each.probabilities.values()) for each in found],
            rejects=model.rejects,
            data=DATA,
        )
    texts = [each.text for each in found]
    return score_transcripts(texts, [clip.text or "" for clip in clips], normalizer="none", data=DATA)


def validation_json(score: ClassificationScore | TranscriptScore) -> dict[str, Any]:
    """Return a score as JSON holds it: shares with their 95 % intervals, and the most frequent errors."""
    from nlpkit.evaluation.error_rates import TranscriptScore

    worst = [[each.reference, each.hypothesis, each.count] for each in score.confusions[:_WORST]]
    if isinstance(score, TranscriptScore):
        rates = {
            each.name.lower(): {"rate": each.rate, "low": each.low, "high": each.high, "length": each.length}
            for each in (score.words, score.characters)
        }
        signature = score.words.signature
        return {"recordings": score.utterances, **rates, "confusions": worst, "signature": signature}
    return {
        "recordings": score.recordings,
        "accuracy": {"share": score.accuracy, "low": score.low, "high": score.high},
        "macro_f1": score.macro_f1,
        "rejected": score.rejected,
        "calibration_error": score.calibration_error,
        "classes": {
            each.label: {"precision": each.precision, "recall": each.recall, "f1": each.f1, "support": each.support}
            for each in score.classes
        },
        "confusions": worst,
        "signature": score.signature,
    }


def provenance_of(
    plan: SpeechPlan,
    options: SpeechTrainingOptions,
    result: TrainingResult,
    score: ClassificationScore | TranscriptScore | None,
) -> dict[str, Any]:
    """Return what a model folder tells about the training, as JSON holds it."""
    summary = {key: value for key, value in result.as_json().items() if key != "history"}
    told = {"data": asdict(plan), "training": asdict(options), "result": summary}
    if score is not None:
        told["validation"] = validation_json(score)
    return {**told, "history": [row.as_json() for row in result.history]}


def pictures_of(result: TrainingResult, score: ClassificationScore | TranscriptScore | None) -> dict[str, bytes]:
    """Return the learning curve, and the picture of a classifier's confusions, by the names of their files."""
    from nlpkit.evaluation import confusion_picture
    from nlpkit.evaluation.classification_quality import ClassificationScore
    from nlpkit.training.learning_curve import learning_curve

    found = {}
    metric = next(iter(result.metrics), "")
    with suppress(Exception):  # a model without a picture is better than none
        axes = ("loss: -log p", f"{metric}, %")
        curve = learning_curve(result.history, chosen_steps=result.chosen_steps, metric=metric, labels=axes)
        found["learning-curve.png"] = curve
        if isinstance(score, ClassificationScore):
            title = f"validation: {100 * score.accuracy:.1f} % of {score.recordings:,} right"
            labels = [each.label for each in score.classes]
            found["confusion.png"] = confusion_picture(score.confusion, labels, title=title)
    return found
