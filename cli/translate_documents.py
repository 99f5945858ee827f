"""Documents in ``nlpkit translate``, and what it refuses for them and for single sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlpkit.cli.screens.screen import note, progress_bar
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.translate_documents import translate_documents
from nlpkit.jobs.translator import open_translator

if TYPE_CHECKING:
    from nlpkit.translation.translator import Translator

_FLAGS = 20  # that are printed


def translate_as_documents(
    paths: list[str],
    output: str | None,
    model: str,
    to: str | None,
    from_: str | None,
    device: str,
    precision: str,
    engine: str,
    threads: int | None,
    quiet: bool,
    read_as: Reading,
    parameters: dict[str, Any] | None,
    glossary: str | None,
) -> None:
    """Translate documents, and print what to look at."""
    if read_as != Reading(encoding=read_as.encoding):
        raise ParameterError("a document is read as a whole: of the options for reading, give --encoding alone")
    translator = open_translator(model, device, precision, engine)
    say_device(translator, device, quiet)
    with progress_bar(quiet=quiet) as progress:
        report = translate_documents(
            paths,
            output,
            model=translator,
            to=to,
            from_=from_,
            parameters=parameters,
            glossary=glossary,
            encoding=read_as.encoding,
            threads=threads,
            progress=progress,
        )
    if quiet:
        return
    for flag in report.flags[:_FLAGS]:
        note(f"{flag.place}: {flag.text}")
    if len(report.flags) > _FLAGS:
        note(f"and {len(report.flags) - _FLAGS:,} more places")
    if output not in (None, "-"):
        documents = "1 document" if report.documents == 1 else f"{report.documents:,} documents"
        parts = "1 part" if report.units == 1 else f"{report.units:,} parts"
        note(f"{parts} of {documents} translated, in {output}")


def check_sentences(
    what: str,
    prefix: str | None,
    prefix_file: str | None,
    phrase: list[str] | None,
    attention: str | None,
    alignments: str | None,
    parameters: dict[str, Any],
) -> None:
    """Refuse what only a text translated as a whole has."""
    given = {"--prefix": prefix, "--phrase": phrase, "--attention": attention, "--alignments": alignments}
    given["--prefix-file"] = prefix_file
    given["--n-best"] = parameters.get("n_best", 1) > 1 or None
    for option in [option for option, value in given.items() if value is not None]:
        verb = "is translated sentence by sentence" if what == "a document" else "translates each sentence by itself"
        raise ParameterError(f"{what} {verb}: leave out {option}")


def say_device(translator: Translator, device: str, quiet: bool) -> None:
    if device == "auto" and not quiet and translator.device != "cpu":
        note(f"device auto is {translator.device} here")
