"""``nlpkit train speech``: recordings in, a recogniser of labels or words out."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import counted, note
from nlpkit.cli.screens.training_screen import SpeechScreen, resumable, training_screen
from nlpkit.cli.sound_options import ManifestEncoding, ManifestReading
from nlpkit.errors import ParameterError
from nlpkit.jobs.sound import Sound
from nlpkit.jobs.speech_plan import SpeechPlan
from nlpkit.jobs.train_speech import SpeechTrainReport, train_speech
from nlpkit.jobs.unfinished import is_unfinished

if TYPE_CHECKING:
    from nlpkit.evaluation.classification_quality import ClassificationScore
    from nlpkit.evaluation.error_rates import TranscriptScore
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.training.report import ValidationReport

_METRICS = {"accuracy": "accuracy", "wer": "WER", "cer": "CER"}


def speech(
    context: typer.Context,
    manifest: Annotated[
        list[str] | None,
        typer.Option(
            "--manifest",
            metavar="PATH",
            help="Recordings to train on: a manifest, or a folder or tar file of recordings; repeatable.",
        ),
    ] = None,
    valid: Annotated[
        list[str] | None,
        typer.Option(
            "--valid",
            metavar="PATH",
            help="Recordings to validate with; repeatable. Without any, a tenth is kept for it, of whole speakers "
            "where at least eight are named.",
        ),
    ] = None,
    output: options.TrainedModel = None,
    arch: Annotated[
        str,
        typer.Option("--arch", metavar="cnn|lstm|ctc", help="The architecture: labels by cnn or lstm, text by ctc."),
    ] = "cnn",
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="MODEL",
            help="Start from this model, such as spoken-digits (of ctc, ships with nlpkit), and train only its last "
            "layer.",
            show_default=False,
        ),
    ] = None,
    unfreeze: Annotated[bool, typer.Option("--unfreeze", metavar="", help="Train all layers of --base.")] = False,
    label: Annotated[
        str,
        typer.Option("--label", metavar="COLUMN", help="Column of the labels: label, text, speaker or any other one."),
    ] = "label",
    letters: Annotated[
        str,
        typer.Option("--letters", metavar="lower|as-is", help="Texts in lower case, without punctuation; or as is."),
    ] = "lower",
    pieces: Annotated[
        int | None,
        typer.Option(
            "--pieces",
            metavar="N",
            help="Learn about N sub-words with sentencepiece instead of letters.",
            show_default=False,
        ),
    ] = None,
    vocabulary: Annotated[
        str,
        typer.Option(
            "--vocabulary",
            metavar="auto|closed|open",
            help="closed rejects words that are not in the texts; auto does so where these have at most 100 different"
            " ones, each ten times on the average.",
        ),
    ] = "auto",
    reject: Annotated[
        list[str] | None,
        typer.Option(
            "--reject",
            metavar="LABEL",
            help="A label of sounds that are none of the known ones, like _other_ and _silence_; repeatable.",
        ),
    ] = None,
    accept: Annotated[
        float | None,
        typer.Option(
            "--accept",
            metavar="SHARE",
            help=options.described(
                "Share of right answers in the validation that the model gives; what is less certain is rejected.",
                "0.97 if there are recordings of other sounds, else 1",
            ),
            show_default=False,
        ),
    ] = None,
    sr: Annotated[
        int | None,
        typer.Option(
            "--sr",
            metavar="N",
            help=options.described("Sampling rate of the model in Hz.", "16000, or 8000 if recordings have less"),
            show_default=False,
        ),
    ] = None,
    half: Annotated[bool, typer.Option("--half", metavar="", help="Store weights as float16, half the size.")] = False,
    resume: options.Resume = False,
    force: options.Retrain = False,
    device: Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda|mps", help="Where to compute.")] = "auto",
    devices: Annotated[int, typer.Option("--devices", metavar="N", help="How many of them, by DDP.")] = 1,
    threads: options.Threads = None,
    tensorboard: Annotated[
        str | None, typer.Option("--tensorboard", metavar="FOLDER", help="Write TensorBoard's logs there.")
    ] = None,
    quiet: options.Quiet = False,
    sound: Annotated[Sound, "manifest"] = Sound(),
    read_as: ManifestReading = ManifestReading(),
    encoding: ManifestEncoding = "utf-8",
    parameters: dict[str, Any] | None = None,
) -> None:
    """Train a recogniser of speech on recordings, and save it as a model folder.

    A manifest is a table or JSON lines with the columns path, label or text, and speaker.

    It may be a folder, too: with a sub-folder for each label, or of Kaldi, LJ Speech, LibriSpeech or Common Voice.

    The state is kept each epoch, at least every five minutes, and at Ctrl-C: --resume continues from there.

    \b
    nlpkit train speech --manifest commands/ -o commands
    nlpkit train speech --manifest train.jsonl --valid dev.jsonl --arch ctc -o model
    nlpkit train speech --manifest calls.csv --label speaker --arch lstm -o voices
    nlpkit train speech --manifest mine.csv --base commands -o mine
    nlpkit train speech --manifest mine.csv --arch ctc --base spoken-digits -o mine
    """
    if manifest is None and output is None:
        print(context.get_help())
        raise typer.Exit(2)
    if manifest is None:
        raise ParameterError("name the recordings to train on with --manifest")
    if output is None:
        raise ParameterError("name the folder of the model with -o")
    quiet = quiet or os.environ.get("LOCAL_RANK", "0") != "0"  # one of several processes speaks
    with resumable(output, quiet=quiet), training_screen(SpeechScreen, quiet=quiet) as screen:

        def begin(plan: SpeechPlan) -> None:
            if resume and not quiet and not is_unfinished(output):
                note("there is no unfinished training to resume: a new one begins")
            if not quiet:
                for line in _what_is_trained(plan, vocabulary):
                    note(line)
            if screen:
                screen.started(plan)

        def tell(report: ValidationReport) -> None:
            if screen:
                screen.validated(report)
            elif not quiet:
                note(_validation(report))
            if not quiet and report.row.metrics.get("empty") == 100:
                note("all validation recordings have an empty text so far: CTC learns blanks first")

        report = train_speech(
            output,
            manifest,
            valid=valid,
            architecture=arch,
            base=base,
            unfreeze=unfreeze,
            label=label,
            letters=letters,
            pieces=pieces,
            vocabulary=vocabulary,
            reject=reject or (),
            accept=accept,
            sr=sr,
            parameters=parameters,
            half=half,
            threads=threads,
            device=device,
            devices=devices,
            tensorboard=tensorboard,
            force=force,
            resume=resume,
            sound=sound,
            read_as=replace(read_as, on_bad="skip", encoding=encoding),
            reading=screen.reading if screen else None,
            started=begin,
            progress=screen.progress if screen else None,
            validated=tell,
        )
    if not quiet and report.result.is_main:
        _tell(report, output)


def _what_is_trained(plan: SpeechPlan, vocabulary: str) -> list[str]:
    unit = "sub-word" if plan.pieces else "letter" if plan.architecture == "ctc" else "label"
    names = counted(plan.pieces or len(plan.labels), unit)
    lines = [
        f"{counted(plan.clips, 'recording')} of {plan.seconds / 60:,.1f} minutes, {names}; {plan.architecture} of"
        f" {plan.parameters:,} parameters to train, at {plan.sr:,} Hz"
    ]
    if plan.asked_pieces and plan.pieces != plan.asked_pieces:
        why = "too few different words for more" if plan.pieces < plan.asked_pieces else "too many letters for fewer"
        lines.append(f"{names} instead of the {plan.asked_pieces:,} of --pieces: the texts have {why}")
    if plan.new_labels:
        lines.append(f"{plan.new_labels:,} of {names} are new, which the model of --base lacks")
    if plan.vocabulary:
        words = counted(len(plan.vocabulary), "different word")
        lines.append(f"the texts have {words}, and the model rejects others; --vocabulary open admits any")
    elif plan.architecture == "ctc" and vocabulary == "auto":
        lines.append("the model admits any word; --vocabulary closed rejects those that are not in the texts")
    if not plan.valid_clips:
        lines.append(f"validation: {plan.valid_source}; the loss of the training decides which weights are best")
    elif plan.valid_source != "given":
        lines.append(f"validation: {counted(plan.valid_clips, 'recording')}, {plan.valid_source}")
    return lines + [
        f"left out, {reason}: {n:,} (such as {plan.examples[reason]})" for reason, n in plan.left_out.items()
    ]


def _validation(report: ValidationReport) -> str:
    row = report.row
    loss = "" if row.valid_loss is None else f", validation {row.valid_loss:.3f}"
    best = ", the best so far" if report.is_best else ""
    return (
        f"epoch {row.epoch}, step {row.step:,}, {row.seconds / 60:.1f} minutes: loss {row.train_loss:.3f}{loss}"
        f"{_measured(row.metrics)}{best}"
    )


def _measured(metrics: Any) -> str:
    known = {name: metrics[name] for name in _METRICS if metrics.get(name) is not None}
    return "".join(f", {_METRICS[name]} {value:.1f} %" for name, value in known.items())


def _tell(report: SpeechTrainReport, output: str) -> None:
    result = report.result
    again = "" if result.resumed_at is None else f", resumed at step {result.resumed_at:,}"
    loss = "" if result.valid_loss is None else f", validation loss {result.valid_loss:.3f}"
    note(
        f"{counted(result.epochs, 'epoch')} in {result.seconds / 60:.1f} minutes, ended by {result.ended_by}{loss}"
        f"{_measured(result.metrics)}{again}, in {output}"
    )
    if report.validation is not None:
        note(_score(report.validation, report.model))


def _score(score: ClassificationScore | TranscriptScore, model: SpeechModel) -> str:
    from nlpkit.evaluation.error_rates import TranscriptScore
    from nlpkit.speech.recognition import CtcRecognizer

    if isinstance(score, TranscriptScore):
        assert isinstance(model, CtcRecognizer)
        found = [_share(each.name, each.rate, each.low, each.high) for each in (score.words, score.characters)]
        own = ["closed vocabulary"] if model.vocabulary else []
        own += [f"blank penalty {model.blank_penalty:g}"] if model.blank_penalty else []
        own += [f"limit {model.limit:.3f}"] if model.limit else []
        saved = f" of the saved model ({', '.join(own)})" if own else ""
        return f"validation{saved}: {counted(score.utterances, 'recording')}, {', '.join(found)}"
    found = [_share("accuracy", score.accuracy, score.low, score.high)]
    found += [f"{100 * score.rejected:.1f} % rejected"] if score.rejected else []
    worst = [f"{each.reference} as {each.hypothesis} ({each.count:,})" for each in score.confusions[:3]]
    most = f"; most frequent errors: {', '.join(worst)}" if worst else ""
    return f"validation: {counted(score.recordings, 'recording')}, {', '.join(found)}{most}"


def _share(name: str, share: float | None, low: float | None, high: float | None) -> str:
    if share is None:
        return f"no {name}"
    ends = "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})"
    return f"{name} {100 * share:.1f} %{ends}"
