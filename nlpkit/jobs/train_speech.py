"""`train_speech`: recordings in, a model that recognises labels or words out."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.device import check_count, resolve_device
from nlpkit.errors import ParameterError, require_whole

from .inputs import Reading, StrPath, spelled_out
from .passes import Progress
from .recording_labels import check_rejects
from .repeated_clips import warn_of_repeated
from .sound import Sound
from .speech_calibration import calibrated
from .speech_clips import Clip, LeftOut, nothing_left, read_clips, split_off
from .speech_listing import common_rate, listed_recordings
from .speech_plan import SpeechPlan
from .speech_start import check_start, clip_store, known_outputs, model_to_start_from, targets_of, untrained_model
from .speech_validation import pictures_of, provenance_of, validation_score
from .train import check_model_place
from .translator import missing
from .unfinished import check_logs, unfinished_folder, unfinished_training

if TYPE_CHECKING:
    from nlpkit.evaluation.classification_quality import ClassificationScore
    from nlpkit.evaluation.error_rates import TranscriptScore
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.training.report import TrainingProgress, TrainingResult, ValidationReport

    from .speech_targets import LabelTargets, TextTargets


@dataclass(frozen=True, kw_only=True)
class SpeechTrainReport:
    """Result of `train_speech`.

    Attributes
    ----------
    plan : SpeechPlan
    result : TrainingResult
        See `nlpkit.training.report`.
    model : CnnClassifier, LstmClassifier or CtcRecognizer
        The trained model, saved already.
    validation : ClassificationScore or TranscriptScore or None
        Its score on the validation recordings, by which its weights were chosen; None without any.
    """

    plan: SpeechPlan
    result: TrainingResult
    model: SpeechModel
    validation: ClassificationScore | TranscriptScore | None = None


@spelled_out
def train_speech(
    output: StrPath,
    manifest: StrPath | Sequence[StrPath],
    *,
    valid: StrPath | Sequence[StrPath] | None = None,
    architecture: str = "cnn",
    base: StrPath | None = None,
    unfreeze: bool = False,
    label: str = "label",
    letters: str = "lower",
    pieces: int | None = None,
    vocabulary: str = "auto",
    reject: Sequence[str] = (),
    accept: float | None = None,
    sr: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    half: bool = False,
    threads: int | None = None,
    device: str = "auto",
    devices: int = 1,
    tensorboard: StrPath | None = None,
    force: bool = False,
    resume: bool = False,
    sound: Sound = Sound(),
    read_as: Reading = Reading(on_bad="skip"),
    reading: Progress | None = None,
    started: Callable[[SpeechPlan], None] | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
    validated: Callable[[ValidationReport], None] | None = None,
) -> SpeechTrainReport:
    """Train a recogniser of speech on recordings, and save it.

    Each epoch, at least every five minutes, and when it is stopped by Ctrl-C, the state of the training is kept in
    ``OUTPUT.partial``.

    Parameters
    ----------
    output : path
        The folder to save the model in.
    manifest : path or sequence of paths
        Recordings to train on, as `nlpkit.corpora.Recordings` reads them. Their samples are held in memory up to 1 GiB,
        and beyond that in a temporary file in the folder of ``output``. Those that can't be used are left out, and
        counted by reason.
    valid : path or sequence of paths, optional
        Recordings to validate with; a warning says how many are trained on, too. Without, a tenth is kept for it: of
        whole speakers, if at least eight are named.
    architecture : {"cnn", "lstm", "ctc"}
        The first two learn labels, the last one texts.
    base : path or "spoken-digits", optional
        Model to start from: a folder, or the one that ships (of ``"ctc"``); only its last layer is trained. If the
        texts have letters that it lacks, or ``pieces`` are asked for, this layer is a new one, with what the model
        knows of the letters or sub-words that it has.
    unfreeze : bool
        Train all its layers.
    label : {"label", "text", "speaker"} or str
        Attribute of a recording that a classifier learns, or another column of the manifest.
    letters : {"lower", "as-is"}
        How texts are learnt: in lower case without punctuation, or as they are.
    pieces : int, optional
        Learn about this number of sub-words with sentencepiece instead of letters.
    vocabulary : {"auto", "closed", "open"}
        Whether words that are not in the texts are rejected; "auto" does so if there are at most 100 different ones,
        each ten times on the average.
    reject : sequence of str
        Further labels of sounds that are none of the known ones, beside ``_other_``, ``_unknown_``, ``_silence_``,
        ``_noise_`` and ``_background_noise_``. CTC learns no text of their recordings.
    accept : float, optional
        Share of right answers in the validation that are given; the rest, and what is as uncertain, is rejected. 1
        rejects nothing for its uncertainty. Default: 0.97 if there are recordings of sounds that are none of the known
        ones, else 1.
    sr : int, optional
        Sampling rate of the model in Hz; default: 16,000, or 8,000 if more than a tenth of the recordings has less.
    parameters : mapping, optional
        Options of the model and of `nlpkit.training.speech.options.SpeechTrainingOptions`, by name.
    half : bool
        Store weights as float16.
    device, devices, threads, tensorboard
        As in `nlpkit.training.trainer.train_task`.
    force : bool
        Replace a folder that nlpkit wrote before; and without ``resume`` drop an unfinished training.
    resume : bool
        Resume an unfinished training of the same recordings and parameters, or begin one.
    sound : Sound
        How sound is read. Its options may be given one by one.
    read_as : Reading
        How manifests are read.
    reading : callable, optional
        Called with the progress of the reading: see `nlpkit.jobs.passes.Progress`.
    started, progress, validated : callable, optional
        Called with a `SpeechPlan` before the training, and as by `nlpkit.training.trainer.train_task`.

    Returns
    -------
    SpeechTrainReport

    Raises
    ------
    InputError
        If a manifest can't be read, nothing is left to learn from, or there is no column of the labels.
    OutputError
        If the model can't be written where it should be, or there is an unfinished training and neither ``resume`` nor
        ``force``.
    ParameterError
        If parameters are unknown or wrong, or the unfinished training is of other recordings or parameters.
    DivergedError
        If the weights leave the range of numbers; the last good state stays in ``OUTPUT.partial``.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, soundfile
    >>> folder, draw = Path(tempfile.mkdtemp()), np.random.default_rng(1)
    >>> for label, hz in {"low": 300, "high": 1500}.items():
    ...     (folder / "tones" / label).mkdir(parents=True)
    ...     for number in range(10):
    ...         tone = np.sin(2 * np.pi * hz * draw.uniform(0.9, 1.1) * np.arange(4000) / 8000)
    ...         soundfile.write(folder / "tones" / label / f"{number}.wav", 0.5 * tone, 8000)
    >>> sizes = {"channels": (8,), "epochs": 10, "learning_rate": 0.01, "warmup": 0}
    >>> report = train_speech(folder / "model", folder / "tones", parameters=sizes, device="cpu", threads=1)
    >>> report.plan.labels, report.plan.clips, report.validation.accuracy
    (('high', 'low'), 18, 1.0)
    >>> report.model.classify([folder / "tones" / "low" / "0.wav"])[0].label
    'low'
    """
    begun = time.monotonic()
    check_model_place(output, force=force, resume=resume)
    try:
        from nlpkit.speech.recognition.speech_model import is_statistic
        from nlpkit.training.lightning_trainer import process_rank
        from nlpkit.training.speech.clip_room import ClipRoom
        from nlpkit.training.speech.proposal import check_asked, proposed
        from nlpkit.training.speech.training import train_recognizer
    except ModuleNotFoundError as error:
        raise missing(error, "speech") from error
    given = dict(parameters or {})
    check_asked(architecture, given)
    for name, count in (("threads", threads), ("devices", devices)):
        check_count(name, count)
    if accept is not None and not 0 < accept <= 1:
        raise ParameterError(f"accept is {accept!r}: expected a share above 0, at most 1")
    if sr is not None:
        require_whole("sr", sr, 1000, 192_000)
    check_logs(tensorboard, output)
    resolve_device(device)
    starting_from = model_to_start_from(base, architecture)
    texts: dict[str, Any] = {"letters": letters, "vocabulary": vocabulary, "pieces": pieces}
    check_start(architecture, given, starting_from, unfreeze=unfreeze, sr=sr, **texts)
    targets = targets_of(architecture, letters, vocabulary, reject, pieces, starting_from)
    left_out = LeftOut()
    learns_labels = architecture != "ctc"
    column = label if learns_labels else None
    recordings = listed_recordings(manifest, sound, read_as, left_out, label=column)
    others = listed_recordings(valid, sound, read_as, left_out, label=column) if valid is not None else []
    check_rejects(reject, (recording for recording, _ in (*recordings, *others)), label)
    rate = starting_from.sr if starting_from is not None else sr or common_rate(recordings)
    room = ClipRoom(os.path.dirname(os.path.realpath(output)))
    reads: dict[str, Any] = {"max_seconds": given.get("max_seconds", 30.0), "label": label, "threads": threads}
    reads["room"] = room
    clips = targets.usable(read_clips(recordings, rate, left_out, reading=reading, **reads), left_out)
    if not clips:
        raise nothing_left(left_out, "no recording to train on")
    if valid is None:
        clips, held, valid_source = split_off(clips, int(given.get("seed", 1)), by_label=learns_labels)
    else:
        held = targets.usable(read_clips(others, rate, left_out, **reads), left_out)
        valid_source = "given"
        if not held:
            raise nothing_left(left_out, "no recording to validate with")
    targets.learn(clips)
    clips, held = targets.known(clips, left_out), targets.known(held, left_out)
    options = proposed(architecture, len(clips), given)
    untrained = untrained_model(architecture, given, options.seed, targets, clips, rate, starting_from)
    clips, held = (targets.short(each, untrained, left_out) for each in (clips, held))
    if not clips:
        raise nothing_left(left_out, "no recording to train on")
    if process_rank() == 0:
        warn_of_repeated(clips, held, by_label=learns_labels, is_given=valid is not None)
    store, valid_store = (clip_store(each, targets, rate) for each in (clips, held))
    frozen = starting_from is not None and not unfreeze
    weights, trained = untrained.weights.items(), "output." if frozen else ""
    plan = SpeechPlan(
        architecture=architecture,
        clips=len(store),
        valid_clips=len(valid_store),
        seconds=float(store.seconds.sum()),
        valid_source=valid_source,
        sr=rate,
        labels=targets.names,
        vocabulary=targets.vocabulary,
        parameters=sum(array.size for name, array in weights if name.startswith(trained) and not is_statistic(name)),
        left_out=dict(left_out.counts),
        examples=left_out.examples,
        base=str(base or ""),
        pieces=0 if architecture != "ctc" or targets.stored()["pieces"] is None else len(targets),
        asked_pieces=pieces or 0,
        new_labels=len(targets) - len(known_outputs(targets, starting_from)) if starting_from is not None else 0,
    )
    if started is not None:
        started(plan)
    claimed: AbstractContextManager[Path] = nullcontext(unfinished_folder(output))
    if process_rank() == 0:
        claimed = unfinished_training(output, resume=resume, force=force)
    with claimed as folder:
        model, result = train_recognizer(
            untrained,
            store,
            valid_store if len(valid_store) else None,
            options,
            frozen=frozen,
            state_folder=folder,
            resume=resume,
            progress=progress,
            validated=validated,
            device=device,
            devices=devices,
            threads=threads,
            tensorboard=tensorboard,
            begun=begun,
        )
        score = None
        if result.is_main:
            share = _accepted(accept, targets, (*clips, *held))
            model, answers = calibrated(model, held, accept=share, blank_penalty=options.blank_penalty, threads=threads)
            score = validation_score(model, held, answers)
            provenance, pictures = provenance_of(plan, options, result, score), pictures_of(result, score)
            model.save(output, provenance=provenance, files=pictures, half=half, force=force)
            shutil.rmtree(folder, ignore_errors=True)
    return SpeechTrainReport(plan=plan, result=result, model=model, validation=score)


def _accepted(accept: float | None, targets: LabelTargets | TextTargets, clips: Sequence[Clip]) -> float:
    if accept is not None:
        return accept
    return 0.97 if any(clip.label in targets.rejects for clip in clips) else 1.0
