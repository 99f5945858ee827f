"""`evaluate_speech`: a model that recognises speech, and recordings with what is right, in; scores out."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.device import check_count
from nlpkit.errors import ParameterError
from nlpkit.threads import available_threads

from .inputs import Reading, StrPath, spelled_out
from .passes import EVALUATING, Progress
from .places import check_place
from .scored_recordings import ScoredRecordings
from .sound import Sound

if TYPE_CHECKING:
    import numpy as np

    from nlpkit.evaluation import ClassificationScore, TranscriptScore
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.speech.transcripts.transcript import Transcript


@dataclass(frozen=True, kw_only=True)
class SpeechAnswer:
    """The answer of a model to a recording.

    Attributes
    ----------
    name : str
    start : float
        Start within the file, in seconds.
    seconds : float
        Duration.
    wanted : str
        The right text or label.
    answer : str or None
        The model's; None if it rejected the recording.
    is_right : bool
        Whether the label is right, or every word after the normaliser.
    confidence : float or None
        Probability of the likeliest label; None for a text.
    """

    name: str
    start: float
    seconds: float
    wanted: str
    answer: str | None
    is_right: bool
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class SpeechEvaluationReport:
    """Result of `evaluate_speech`.

    Attributes
    ----------
    answers : tuple of SpeechAnswer
        In the order of the recordings.
    classification : ClassificationScore or None
        For a classifier.
    transcripts : TranscriptScore or None
        For a recogniser of texts.
    seconds, compute_seconds : float
        Duration of the recordings, and of their recognition from samples, without reading them, loading the model, and
        compiling.
    threads : int
    left_out : dict of str to int
        Number of recordings that were left out, by reason.
    """

    answers: tuple[SpeechAnswer, ...]
    classification: ClassificationScore | None
    transcripts: TranscriptScore | None
    seconds: float
    compute_seconds: float
    threads: int
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def real_time_factor(self) -> float:
        """Duration of the recognition over that of the recordings."""
        return self.compute_seconds / self.seconds


@spelled_out
def evaluate_speech(
    model: StrPath | SpeechModel | None,
    manifest: StrPath,
    *,
    label: str = "label",
    normalizer: str = "lower",
    confusion: StrPath | None = None,
    bootstrap: int = 1000,
    seed: int | None = None,
    device: str = "cpu",
    threads: int | None = None,
    read_as: Reading = Reading(),
    sound: Sound = Sound(),
    progress: Progress | None = None,
) -> SpeechEvaluationReport:
    """Score a model that recognises speech on recordings whose text or label is known.

    Each recording is recognised as a whole; for a text, one of more than 30 s in the segments of
    `nlpkit.jobs.transcribe_files`.

    Parameters
    ----------
    model : path, or CnnClassifier, LstmClassifier or CtcRecognizer
        None is ``"spoken-digits"``, the one that ships.
    manifest : path
        The recordings, as `nlpkit.corpora.Recordings` reads them. Of a recogniser of texts each needs a text, which may
        be empty where nothing is said; or a label that says so, such as ``_other_``. Of a classifier each needs a
        label: one that the model knows, or ``_other_``, ``_unknown_``, ``_silence_``, ``_noise_`` or
        ``_background_noise_`` for a sound that should be rejected.
    label : {"label", "text", "speaker"} or str
        The right answers of a classifier: one of these, or another column of the manifest.
    normalizer : {"lower", "none"}
        How texts are compared: see `nlpkit.evaluation.score_transcripts`.
    confusion : path, optional
        A .png to draw a classifier's confusions to.
    bootstrap, seed : int
        Number of samples for the intervals of error rates, and their seed (12345 by default).
    device : str
        Where the model computes. "cpu" and "auto" are the CPU, without PyTorch.
    threads : int, optional
        Recordings recognised at once; default: every core. The answers are the same.
    read_as : Reading
        How the manifest is read. With ``on_bad="skip"`` recordings that cannot be read, or lack a text or a known
        label, are left out and counted. With ``nulls="empty"`` a missing text is an empty one.
    sound : Sound
        How sound is read: channel, salvage, raw, offset, duration, and the split of the manifest. Options of both may
        be given one by one.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.

    Returns
    -------
    SpeechEvaluationReport

    Raises
    ------
    InputError
        If a recording cannot be read, or lacks what it is compared with, and ``on_bad`` is "error"; or none is left.
    ArtifactError
        If the model cannot be read.
    OutputError
        If the picture cannot be written.
    ParameterError
        If the model recognises no speech, or a parameter has an invalid value.
    MissingDependencyError
        If a package is not installed: jiwer for texts, PyTorch for a device other than the CPU.

    Examples
    --------
    >>> report = evaluate_speech("digits", "test.jsonl")  # doctest: +SKIP
    >>> report.transcripts.words.rate, report.real_time_factor  # doctest: +SKIP
    (0.012, 0.008)
    """
    from nlpkit.evaluation import score_classifications, score_transcripts
    from nlpkit.evaluation.error_rates import SEED
    from nlpkit.evaluation.resampling import check_resampling
    from nlpkit.evaluation.transcript_normalizers import normalizer as check_normalizer

    from .speech_targets import REJECTS

    check_count("threads", threads)
    seed = SEED if seed is None else seed
    check_resampling("bootstrap", bootstrap, seed, least=0)
    check_normalizer(normalizer)
    if confusion is not None:
        if not os.fspath(confusion).lower().endswith(".png"):
            raise ParameterError(f"confusion is {os.fspath(confusion)!r}: expected the name of a .png")
        check_place(confusion, is_folder=False, force=True)
    opened = _opened(model, device)
    gives_text = hasattr(opened, "recognize")
    if gives_text and confusion is not None:
        raise ParameterError("confusion is a picture of labels, and the model gives texts: leave it out")
    labels = None if gives_text else opened.labels
    rejects = () if gives_text else (*opened.rejects, *(name for name in REJECTS if name not in opened.labels))
    threads = threads or available_threads()
    answers: list[SpeechAnswer] = []
    shares: list[list[float]] = []
    compute_seconds = 0.0
    with ScoredRecordings(manifest, sound, read_as, labels=labels, rejects=rejects, label=label) as recordings:
        for batch in recordings.batches(opened.sr, threads):
            samples = [clip for _, _, clip in batch]
            if not answers:
                _recognized(opened, samples[:1], threads)  # compiles
            started = time.perf_counter()
            found = _recognized(opened, samples, threads)
            compute_seconds += time.perf_counter() - started
            for (recording, wanted, clip), each in zip(batch, found, strict=True):
                answers.append(
                    SpeechAnswer(
                        name=recording.name,
                        start=recording.start,
                        seconds=len(clip) / opened.sr,
                        wanted=wanted,
                        answer=each.text if gives_text else each.label,
                        is_right=gives_text or each.label == (None if wanted in rejects else wanted),
                        confidence=None if gives_text else each.confidence,
                    )
                )
                if not gives_text:
                    shares.append([each.probabilities[name] for name in opened.labels])
            if progress is not None:
                progress(EVALUATING, len(answers), len(recordings))
        left_out, data = recordings.left_out, recordings.signature
    right = [each.wanted for each in answers]
    classification = transcripts = None
    if gives_text:
        texts = [each.answer or "" for each in answers]
        transcripts = score_transcripts(texts, right, normalizer=normalizer, bootstrap=bootstrap, seed=seed, data=data)
        for each in transcripts.wrong:
            answers[each.number] = replace(answers[each.number], is_right=False)
    else:
        classification = score_classifications(
            [each.answer for each in answers],
            right,
            labels=opened.labels,
            probabilities=shares,
            rejects=rejects,
            data=data,
        )
        if confusion is not None:
            _draw(classification, confusion, os.path.basename(os.fspath(manifest)))
    return SpeechEvaluationReport(
        answers=tuple(answers),
        classification=classification,
        transcripts=transcripts,
        seconds=sum(each.seconds for each in answers),
        compute_seconds=compute_seconds,
        threads=threads,
        left_out=left_out,
    )


def _opened(model: StrPath | SpeechModel | None, device: str) -> Any:
    from .transcriber import open_recognizer

    opened = open_recognizer(model)
    if device in ("cpu", "auto"):
        return opened
    from nlpkit.device import resolve_device

    return opened.on(str(resolve_device(device)))


def _recognized(model: Any, samples: Sequence[np.ndarray], threads: int) -> list[Any]:
    """Return the answers to clips; if they are texts, a long clip is cut as by `nlpkit.jobs.transcribe_files`."""
    if not hasattr(model, "recognize"):
        return model.classify(samples, threads=threads)
    from nlpkit.speech.recognition.segments import LONGEST

    is_long = [len(clip) > LONGEST * model.sr for clip in samples]
    short = iter(
        model.recognize([clip for clip, cut in zip(samples, is_long, strict=True) if not cut], threads=threads)
    )
    return [_cut(model, clip, threads) if cut else next(short) for clip, cut in zip(samples, is_long, strict=True)]


def _cut(model: Any, samples: np.ndarray, threads: int) -> Transcript:
    from nlpkit.speech.transcripts.transcript import Transcript

    from .transcriber import Transcriber

    parts = chain.from_iterable(Transcriber(model, threads=threads).segments([samples]))
    answers = [part.answer for part in parts if isinstance(part.answer, Transcript)]
    return Transcript(
        words=[word for answer in answers for word in answer.words],
        separator=answers[0].separator if answers else " ",
        rejected=sum(answer.rejected for answer in answers),
    )


def _draw(score: ClassificationScore, path: StrPath, name: str) -> None:
    from nlpkit.evaluation import confusion_picture
    from nlpkit.outputs.files import PendingFile

    title = f"{name}: {100 * score.accuracy:.1f} % of {score.recordings:,} right"
    picture = confusion_picture(score.confusion, [each.label for each in score.classes], title=title)
    with PendingFile(Path(path)) as file:
        file.write(picture)
