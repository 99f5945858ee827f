"""Options and arguments that several commands share."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from nlpkit.embeddings.formats import FORMATS
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import Reading
from nlpkit.registry import EMBEDDERS, TEXT_EMBEDDERS

READING = "How texts are read"


described = r"{} [dim]\[default: {}][/dim]".format
"""Returns the help of an option from its text and its default, as typer shows the defaults that it knows."""


Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "-i",
        "--input",
        metavar="PATH",
        help="A file, a folder, a glob, or - for standard input; every further bare argument is one too.",
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--method",
        metavar="|".join(EMBEDDERS),
        help=described("Method of the vectors; logmel and mfcc are for sound.", "tfidf"),
        show_default=False,
    ),
]
TextMethod = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--method",
        metavar="|".join(TEXT_EMBEDDERS),
        help=described("Method of the vectors.", "tfidf"),
        show_default=False,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="A saved model, or a file of word vectors, instead of learning one; --decode-errors is for its words too.",
    ),
]
Fit = Annotated[
    list[str] | None,
    typer.Option("--fit", metavar="PATH", help="Texts to learn from instead of from the input."),
]
TrainedModel = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FOLDER", help="Folder of the model.", show_default=False)
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        metavar="",
        help="Resume a training that was stopped: same inputs, same options, but for those that only say when it ends.",
    ),
]
Retrain = Annotated[
    bool,
    typer.Option(
        "--force", metavar="", help="Replace a folder that nlpkit wrote, and drop a training that was stopped."
    ),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", help=described("Threads to use.", "every core"), show_default=False),
]
Precision = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="auto|float32|bfloat16|int8",
        help="Precision of the model: auto is the folder's. bfloat16 rounds, and is faster where the device supports"
        " it; int8 rounds more, and is about twice as fast on a CPU.",
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="auto|torch|compiled|numpy",
        help="Implementation of the model: compiled and numpy run on a CPU without PyTorch; auto takes one of these"
        " there.",
    ),
]
TranslationModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="The folder of a translation model, or the name of one on the Hugging Face hub, which is downloaded once:"
        " Helsinki-NLP/opus-mt-en-fr.",
        show_default=False,
    ),
]
Download = Annotated[
    bool,
    typer.Option(
        "--download",
        help="In the place of --model: the model that is known for --from and --to, which is downloaded once.",
    ),
]
WordModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="The folder of a saved model, or a file of word vectors: word2vec's, GloVe's, fastText's, ...",
        show_default=False,
    ),
]
ModelFormat = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="NAME",
        help=f"Format of MODEL: {', '.join(FORMATS)}; auto detects it from the content.",
    ),
]
WordErrors = Annotated[
    str,
    typer.Option(
        "--decode-errors",
        metavar="strict|replace|skip",
        help="Handling of words of MODEL that are not UTF-8: stop, replace the bytes by U+FFFD, or leave the word out.",
    ),
]
Restrict = Annotated[
    int | None,
    typer.Option("--restrict", metavar="N", help="Look only among the first N words, the most frequent ones."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", metavar="", help="Print nothing but errors on standard error.")]
Per = Annotated[
    str | None,
    typer.Option(
        "--per",
        metavar="line|file",
        help=described("Unit of a text.", "a line for files, a file for folders"),
        show_default=False,
        rich_help_panel=READING,
    ),
]
Field = Annotated[
    str | None,
    typer.Option(
        "--field",
        metavar="NAME",
        help=described("The field of JSON that holds the text; data.text is a field within a field.", "text"),
        show_default=False,
        rich_help_panel=READING,
    ),
]
Column = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME|NUMBER",
        help=described(
            "The column of a table that holds the text; NAME#2 is the second of that name.", "text, or the only one"
        ),
        show_default=False,
        rich_help_panel=READING,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="CHARACTER",
        help=described(
            "Separator of the columns of CSV, also by name: tab, comma, semicolon.",
            "by the suffix, or the one that fits",
        ),
        show_default=False,
        rich_help_panel=READING,
    ),
]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="Encoding of the text.", rich_help_panel=READING)
]
DecodeErrors = Annotated[
    str,
    typer.Option(
        "--decode-errors",
        metavar="strict|replace|skip",
        help="Handling of bytes that are not text: stop, replace them by U+FFFD, or skip the text and count it.",
        rich_help_panel=READING,
    ),
]


_OUTPUT = "Where vectors go"
ShardFormat = Annotated[
    str | None,
    typer.Option(
        "--shard-format",
        metavar="npz|npy|parquet|...",
        help=described("Format of a folder's parts.", "npz; npy for dense vectors"),
        show_default=False,
        rich_help_panel=_OUTPUT,
    ),
]
ShardRows = Annotated[
    int | None,
    typer.Option(
        "--shard-rows",
        metavar="N",
        help=described("Rows in a part.", "some 32 MB"),
        show_default=False,
        rich_help_panel=_OUTPUT,
    ),
]
OneBased = Annotated[
    bool,
    typer.Option("--one-based", metavar="", help="Count the columns of .svmlight from 1.", rich_help_panel=_OUTPUT),
]
ReplaceFolder = Annotated[
    bool, typer.Option("--force", metavar="", help="Replace a folder that nlpkit wrote.", rich_help_panel=_OUTPUT)
]
ResumeFolder = Annotated[
    bool, typer.Option("--resume", metavar="", help="Continue an unfinished folder.", rich_help_panel=_OUTPUT)
]


def lines_of_stdin() -> list[str]:
    """Return the lines of standard input that are not blank, stripped.

    Raises
    ------
    InputError
        If it cannot be read or decoded.
    """
    from nlpkit.corpora import Texts

    return [line.strip() for line in Texts(["-"], per="line").texts() if line.strip()]


def is_piped() -> bool:
    """Return whether standard input is a pipe or a file."""
    return sys.stdin is not None and not sys.stdin.isatty()


def refuse_paths(texts: list[str]) -> None:
    """Refuse texts that were probably meant as inputs.

    Raises
    ------
    ParameterError
        If a text names an existing file, or the path of a folder.
    """
    for text in texts:
        if text == "-" or os.path.isfile(text) or (os.path.isdir(text) and os.path.basename(text) != text):
            what = "standard input" if text == "-" else "a folder" if os.path.isdir(text) else "an existing file"
            raise ParameterError(f"{text!r} names {what}: did you mean -i {text}?")


def refuse_without_inputs(read_as: Reading, instead: str = "give inputs with -i, or --fit") -> None:
    """Refuse options about how inputs are read where there are only texts, and nothing to fit on.

    Raises
    ------
    ParameterError
        If one of them was given.
    """
    for name in read_as.given():
        raise ParameterError(f"--{name} is about inputs, and there are only texts: {instead}")
