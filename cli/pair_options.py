"""Options of the commands that read pairs of sentences."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nlpkit.cli.options import READING, described

Src = Annotated[
    list[str] | None,
    typer.Option("--src", metavar="FILE", help="Source sentences, one a line; - for standard input; repeatable."),
]
Trg = Annotated[
    list[str] | None,
    typer.Option("--trg", metavar="FILE", help="Their translations, line by line; one for each --src."),
]
PairsFile = Annotated[
    list[str] | None,
    typer.Option(
        "--pairs",
        metavar="FILE",
        help="Both in one file: .tsv .csv .jsonl .json .parquet .xlsx .tmx .po, or - for standard input; repeatable.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="LANGUAGE",
        help="The source language, where a file holds texts by language: en.",
        rich_help_panel=READING,
    ),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="LANGUAGE", help="The target language.", rich_help_panel=READING)
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="A,B",
        help=described(
            "The columns of a table that hold the pair: two names or two numbers.",
            "src,trg, or the only two",
        ),
        show_default=False,
        rich_help_panel=READING,
    ),
]
Fields = Annotated[
    str | None,
    typer.Option(
        "--fields",
        metavar="A,B",
        help=described("The fields of JSON Lines that hold the pair.", "src,trg"),
        show_default=False,
        rich_help_panel=READING,
    ),
]


def _of_others(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, show_default=False, rich_help_panel=READING)


ValidColumns = Annotated[str | None, _of_others("--valid-columns", "A,B", "--columns of the files of --valid.")]
ValidFields = Annotated[str | None, _of_others("--valid-fields", "A,B", "--fields of the files of --valid.")]
ValidEncoding = Annotated[
    str,
    _of_others(
        "--valid-encoding", "NAME", described("Encoding of the files of --valid, --valid-src, --valid-trg.", "utf-8")
    ),
]
TestColumns = Annotated[str | None, _of_others("--test-columns", "A,B", "--columns of the files of --test.")]
TestFields = Annotated[str | None, _of_others("--test-fields", "A,B", "--fields of the files of --test.")]
TestEncoding = Annotated[
    str,
    _of_others(
        "--test-encoding", "NAME", described("Encoding of the files of --test, --test-src, --test-trg.", "utf-8")
    ),
]
