"""Options about how tables, JSON and damaged records are read."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli.options import READING, described

Header = Annotated[
    str,
    typer.Option(
        "--header",
        metavar="auto|yes|no",
        help="Whether the first line of a table holds the names of its columns; auto decides by its content.",
        rich_help_panel=READING,
    ),
]
Quoting = Annotated[
    str,
    typer.Option(
        "--quoting",
        metavar="auto|none|all",
        help="Whether quotes around a cell are syntax; auto: in CSV, and in TSV that is quoted throughout.",
        rich_help_panel=READING,
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        metavar="NAME|NUMBER",
        help=described("The sheet of a spreadsheet.", "the only one"),
        show_default=False,
        rich_help_panel=READING,
    ),
]
NumbersAsText = Annotated[
    bool,
    typer.Option(
        "--numbers-as-text", metavar="", help="Take numbers in JSON and Parquet as texts.", rich_help_panel=READING
    ),
]
Nulls = Annotated[
    str,
    typer.Option(
        "--nulls",
        metavar="error|empty|skip",
        help="What to do where a text is null or absent: stop, take it as empty, or skip and count it.",
        rich_help_panel=READING,
    ),
]
OnBad = Annotated[
    str,
    typer.Option(
        "--on-bad",
        metavar="error|skip",
        help="What to do with a record that cannot be read: stop, or skip and count it.",
        rich_help_panel=READING,
    ),
]
Keep = Annotated[
    str,
    typer.Option(
        "--keep",
        metavar="NAME,...",
        help="Columns or fields to write beside the text, in .jsonl, .parquet and .csv.",
        show_default=False,
        rich_help_panel=READING,
    ),
]
KeepTags = Annotated[
    bool,
    typer.Option(
        "--keep-tags", metavar="", help="Keep the formatting codes of TMX as placeholders.", rich_help_panel=READING
    ),
]
