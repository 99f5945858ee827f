"""``nlpkit train word2vec`` and the like: a corpus in, word vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import note, tell_left_out
from nlpkit.cli.screens.training_screen import WordScreen, resumable, training_screen
from nlpkit.errors import ParameterError
from nlpkit.jobs import TrainReport, train_files
from nlpkit.jobs.inputs import Reading

if TYPE_CHECKING:
    from nlpkit.embeddings.word_training import TrainingPlan


def train_words(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH", help="Further inputs after -i.")] = None,
    inputs: options.Inputs = None,
    output: options.TrainedModel = None,
    resume: options.Resume = False,
    force: options.Retrain = False,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    read_as: Reading = Reading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Train word vectors on a corpus, into a model folder.

    The state is kept each epoch, at least every five minutes, and at Ctrl-C: --resume continues from it.

    \b
    nlpkit train word2vec -i corpus.txt -o model
    nlpkit train fasttext -i corpus/*.txt.gz -o model --vector-size 300 --epochs 10
    nlpkit train word2vec -i corpus.txt -o model --resume
    zcat corpus.jsonl.gz | nlpkit train word2vec -o model --field body --architecture cbow
    """
    if inputs is None:
        if paths:
            raise ParameterError(f"{paths[0]!r} stands alone: give inputs with -i, as in -i {paths[0]}")
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
    if output is None:
        raise ParameterError("name the folder of the model with -o")

    def begin(plan: TrainingPlan) -> None:
        if resume and not quiet:
            note(_where_it_begins(plan))
        if screen:
            screen.started(plan)

    with resumable(output, quiet=quiet), training_screen(WordScreen, quiet=quiet) as screen:
        report = train_files(
            [*inputs, *(paths or [])] if inputs else ["-"],
            output,
            method=str(context.info_name),
            parameters=parameters,
            read_as=read_as,
            threads=threads,
            force=force,
            resume=resume,
            reading=screen.reading if screen else None,
            started=begin,
            progress=screen.progress if screen else None,
        )
    if not quiet:
        _tell(report, output)


def _where_it_begins(plan: TrainingPlan) -> str:
    if plan.epochs_done:
        return f"going on after {plan.epochs_done:.4g} of {plan.epochs} epochs"
    return "there is no state of such a training to go on from: it begins anew"


def _tell(report: TrainReport, output: str) -> None:
    tell_left_out(report.left_out)
    speed = "" if report.words_per_second is None else f", {report.words_per_second:,.0f} words/s"
    note(
        f"{report.words:,} words × {report.vector_size:,} numbers of {report.method},"
        f" loss {report.loss:.3f}{speed}, in {output}"
    )
