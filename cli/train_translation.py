"""``nlpkit train translation``: sentence pairs in, a translation model out."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlpkit.cli import options, pair_options
from nlpkit.cli.screens.screen import counted, note
from nlpkit.cli.screens.training_screen import TranslationScreen, resumable, training_screen
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import PairReading
from nlpkit.jobs.train_translation import TranslationTrainReport, train_translation
from nlpkit.jobs.translation_plan import TranslationPlan
from nlpkit.jobs.unfinished import is_unfinished

if TYPE_CHECKING:
    from nlpkit.training.report import ValidationReport


def _file(text: str) -> Any:
    return typer.Option(metavar="FILE", help=text, show_default=False)


def translation(
    context: typer.Context,
    src: pair_options.Src = None,
    trg: pair_options.Trg = None,
    pairs: pair_options.PairsFile = None,
    valid: Annotated[list[str] | None, _file("Pairs to validate with, in one file; repeatable.")] = None,
    valid_src: Annotated[list[str] | None, _file("Sources to validate with; repeatable.")] = None,
    valid_trg: Annotated[
        list[str] | None, _file("Their translations. Without any, 1 % of the pairs is kept for it.")
    ] = None,
    valid_columns: pair_options.ValidColumns = None,
    valid_fields: pair_options.ValidFields = None,
    valid_encoding: pair_options.ValidEncoding = "utf-8",
    output: options.TrainedModel = None,
    arch: Annotated[
        str | None,
        typer.Option(
            "--arch",
            metavar="transformer|lstm|gru|rnn",
            help=options.described("The architecture.", "that of --base, else transformer"),
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="MODEL",
            help="A trained model to start from: its sub-words and sizes stay, and the learning rate is a fifth by "
            "default.",
        ),
    ] = None,
    freeze: Annotated[
        list[str] | None,
        typer.Option(
            "--freeze", metavar="embeddings|encoder|decoder", help="A part of --base that stays as it is; repeatable."
        ),
    ] = None,
    attention: Annotated[
        str | None,
        typer.Option(
            "--attention",
            metavar="none|additive|dot|general",
            help=options.described("Attention of lstm, gru and rnn.", "general"),
            show_default=False,
        ),
    ] = None,
    vocab_size: Annotated[
        int | None,
        typer.Option(
            "--vocab-size",
            metavar="N",
            help=options.described("How many sub-words.", "proposed from the number of pairs"),
            show_default=False,
        ),
    ] = None,
    separate_vocabularies: Annotated[
        bool,
        typer.Option("--separate-vocabularies", metavar="", help="Source and target have sub-words of their own."),
    ] = False,
    reserved: Annotated[
        str | None,
        typer.Option(
            "--reserved",
            metavar="TEXT,...",
            help=options.described(
                "Texts that are one sub-word each, such as tags and placeholders. One that begins with a space is a "
                "sub-word together with the space before it.",
                "none",
            ),
            show_default=False,
        ),
    ] = None,
    normalize: Annotated[
        str,
        typer.Option(
            "--normalize",
            metavar="auto|NFC|NFD|NFKC|none",
            help="The Unicode form to which all texts are brought, now and when the model translates; auto is NFC, or "
            "NFD if most translations are in NFD. Soft hyphens and zero-width spaces go, unless it is none.",
        ),
    ] = "auto",
    resume: options.Resume = False,
    force: options.Retrain = False,
    device: Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda|mps", help="Where to compute.")] = "auto",
    devices: Annotated[int, typer.Option("--devices", metavar="N", help="How many of them, by DDP.")] = 1,
    threads: options.Threads = None,
    tensorboard: Annotated[
        str | None, typer.Option("--tensorboard", metavar="FOLDER", help="Write TensorBoard's logs there.")
    ] = None,
    quiet: options.Quiet = False,
    read_as: PairReading = PairReading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Train a translation model on sentence pairs, and save it as a model folder.

    Sizes, vocabulary and length of the training are proposed from the number of pairs; with --minutes batches, warm-up,
    schedule and dropout suit that time.

    The state is kept each epoch, at least every five minutes, and at Ctrl-C: --resume continues from there.

    \b
    nlpkit train translation --src train.en --trg train.de -o en-de
    nlpkit train translation --pairs memory.tmx --from en --to de -o en-de --minutes 30
    nlpkit train translation --pairs pairs.tsv --arch gru --attention additive -o model
    nlpkit train translation --pairs mine.tsv --base model --freeze embeddings -o mine
    nlpkit train translation --src train.en --trg train.de -o en-de --resume
    """
    if (src, trg, pairs, output) == (None, None, None, None):
        print(context.get_help())
        raise typer.Exit(2)
    if (src, trg, pairs) == (None, None, None):
        raise ParameterError("name the training pairs: --src and --trg, or --pairs")
    if output is None:
        raise ParameterError("name the folder of the model with -o")

    quiet = quiet or os.environ.get("LOCAL_RANK", "0") != "0"  # one of several processes speaks
    with resumable(output, quiet=quiet), training_screen(TranslationScreen, quiet=quiet) as screen:

        def begin(plan: TranslationPlan) -> None:
            if resume and not quiet and not is_unfinished(output):
                note("there is no unfinished training to resume: a new one begins")
            if not quiet:
                for line in _what_is_trained(plan, vocab_size):
                    note(line)
            if screen:
                screen.started(plan)

        def tell(report: ValidationReport) -> None:
            if screen:
                screen.validated(report)
            elif not quiet:
                note(_validation(report))

        report = train_translation(
            output,
            src=src,
            trg=trg,
            pairs=pairs,
            valid=valid,
            valid_src=valid_src,
            valid_trg=valid_trg,
            architecture=arch,
            attention=attention,
            parameters=parameters,
            vocab_size=vocab_size,
            separate_vocabularies=separate_vocabularies,
            reserved=reserved.split(",") if reserved else (),
            base=base,
            freeze=freeze or (),
            normalize=None if normalize == "none" else normalize,
            read_as=read_as,
            read_valid=_read_valid(read_as, pairs, valid, valid_columns, valid_fields, valid_encoding),
            threads=threads,
            device=device,
            devices=devices,
            tensorboard=tensorboard,
            force=force,
            resume=resume,
            reading=screen.reading if screen else None,
            started=begin,
            progress=screen.progress if screen else None,
            validated=tell,
        )
    if not quiet and report.result.is_main:
        _tell(report, output)


def _what_is_trained(plan: TranslationPlan, vocab_size: int | None) -> list[str]:
    sizes = plan.vocabulary if isinstance(plan.vocabulary, tuple) else (plan.vocabulary,)
    asked = "" if vocab_size is None or set(sizes) == {vocab_size} else f" ({vocab_size:,} don't fit these texts)"
    lines = [
        f"{counted(plan.pairs, 'pair')}, {' and '.join(f'{size:,}' for size in sizes)} sub-words{asked},"
        f" {plan.architecture} of {plan.parameters:,} parameters"
    ]
    if plan.normalize == "NFD":
        lines.append("texts are brought to the Unicode form NFD; --normalize NFC chooses the usual one")
    if plan.valid_source != "given":
        lines.append(f"validation: {counted(plan.valid_pairs, 'pair')}, {plan.valid_source}")
    if plan.empty:
        lines.append(f"pairs left out because a side is empty: {plan.empty:,}")
    if plan.too_long:
        lines.append(f"pairs left out because a side is longer than --max-length: {plan.too_long:,}")
    lines += [f"left out, {reason}: {number:,}" for reason, number in plan.left_out.items()]
    return lines


def _validation(report: ValidationReport) -> str:
    row = report.row
    loss = "" if row.valid_loss is None else f", validation {row.valid_loss:.3f}"
    bleu = "" if row.bleu is None else f", BLEU {row.bleu:.1f}"
    best = ", the best so far" if report.is_best else ""
    return (
        f"epoch {row.epoch}, step {row.step:,}, {row.seconds / 60:.1f} minutes: loss {row.train_loss:.3f}{loss}"
        f"{bleu}, {row.tokens_per_second:,.0f} tokens/s{best}"
    )


def _tell(report: TranslationTrainReport, output: str) -> None:
    result = report.result
    bleu = "" if result.bleu is None else f", BLEU {result.bleu:.1f}"
    again = "" if result.resumed_at is None else f", resumed at step {result.resumed_at:,}"
    loss = "" if result.valid_loss is None else f", validation loss {result.valid_loss:.3f}"
    note(
        f"{counted(result.epochs, 'epoch')} in {result.seconds / 60:.1f} minutes, ended by {result.ended_by}{loss}"
        f"{bleu}, {result.tokens_per_second:,.0f} tokens/s{again}, in {output}"
    )


def _read_valid(
    read_as: PairReading,
    pairs: list[str] | None,
    valid: list[str] | None,
    columns: str | None,
    fields: str | None,
    encoding: str,
) -> PairReading:
    """Return how the pairs to validate with are read."""
    if not valid and (columns or fields):
        raise ParameterError("--valid-columns and --valid-fields are about one file of pairs: give it with --valid")
    own = replace(read_as.for_other_files(pairs, valid), encoding=encoding)
    return replace(own, columns=columns, fields=fields) if columns or fields else own
