"""``nlpkit evaluate --manifest``: how good a model of speech is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer

from nlpkit.cli.screens.screen import SHIPPED_MODEL, note, print_json_lines, progress_bar, tell_left_out
from nlpkit.cli.screens.speech_scores import show_speech_report
from nlpkit.errors import ParameterError, require_whole
from nlpkit.jobs.evaluate_speech import SpeechEvaluationReport, evaluate_speech
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.sound import Sound

SPEECH_ONLY = ("split", "channel", "salvage", "label", "normalizer", "confusion", "worst")
"""Options that are about recordings alone."""

_TRANSLATION_ONLY = (
    *("ref", "src", "pairs", "hyp", "against", "beam", "batch_invariant", "output", "precision", "engine"),
    *("tokenize", "lowercase", "test", "lengths", "field", "column", "from_", "to", "columns", "fields", "keep_tags"),
)


def evaluate_recordings(
    context: typer.Context,
    model: str | None,
    *,
    as_json: bool,
    worst: int,
    quiet: bool,
    sound: Sound,
    read_as: Reading,
    **given: Any,
) -> None:
    """Score a model on recordings, and print the report.

    Parameters
    ----------
    context : typer.Context
        Where options that are about translations are refused.
    model : str or None
        Default: the model that ships.
    as_json : bool
        Print one JSON object instead of tables.
    worst : int
        Number of recordings with errors to show.
    quiet : bool
    sound, read_as, given
        Arguments of `nlpkit.jobs.evaluate_speech`.

    Raises
    ------
    ParameterError
        If an option does not go with recordings.
    """
    refuse(context, _TRANSLATION_ONLY, "is about translations, and --manifest names recordings: leave one of them out")
    require_whole("--worst", worst, 0)
    with progress_bar(quiet=quiet) as progress:
        report = evaluate_speech(model, sound.manifest or "", sound=sound, read_as=read_as, progress=progress, **given)
    if not quiet:
        if model is None:
            note(f"the model is {SHIPPED_MODEL}; MODEL names another")
        tell_left_out(report.left_out)
    if as_json:
        print_json_lines([as_record(report)])
    else:
        show_speech_report(report, worst=worst)


def as_record(report: SpeechEvaluationReport) -> dict[str, Any]:
    """Return a report as one JSON object."""
    return {**asdict(report), "real_time_factor": report.real_time_factor}


def refuse(context: typer.Context, names: Iterable[str], why: str) -> None:
    """Refuse the first option of these names that was given.

    Raises
    ------
    ParameterError
    """
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = next(each.opts[-1] for each in context.command.params if each.name == name)
            raise ParameterError(f"{option} {why}")
