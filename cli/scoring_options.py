"""Options about scores of translations and of speech."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli.options import described

TRANSLATIONS = "How translations are scored"
RECORDINGS = "How speech is scored"

Tokenize = Annotated[
    str | None,
    typer.Option(
        "--tokenize",
        metavar="NAME",
        help=described(
            "BLEU's tokenizer, by sacreBLEU's name: 13a, intl, zh, ja-mecab, ko-mecab, char, none, ...",
            "by language: zh for Chinese, ja-mecab or char for Japanese, char for Thai, Lao, Khmer and Burmese, "
            "else 13a",
        ),
        show_default=False,
        rich_help_panel=TRANSLATIONS,
    ),
]
Lowercase = Annotated[
    bool,
    typer.Option(
        "--lowercase",
        metavar="",
        help="BLEU and chrF without regard to case, as in many papers.",
        rich_help_panel=TRANSLATIONS,
    ),
]
Bootstrap = Annotated[
    int,
    typer.Option(
        "--bootstrap",
        metavar="N",
        help="Samples of the sentences or recordings for the intervals; 0: none.",
    ),
]
Test = Annotated[
    str,
    typer.Option(
        "--test", metavar="bootstrap|randomization", help="The paired test of --against.", rich_help_panel=TRANSLATIONS
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        help=described("Seed of the samples.", "12345"),
        show_default=False,
    ),
]
Lengths = Annotated[
    str | None,
    typer.Option(
        "--lengths",
        metavar="N,N,...",
        help=described(
            "The greatest length of each group of the table by length, in words; in characters where words have no "
            "spaces between them.",
            "5,10,15,20,25,30,40,50",
        ),
        show_default=False,
        rich_help_panel=TRANSLATIONS,
    ),
]
Label = Annotated[
    str,
    typer.Option(
        "--label",
        metavar="COLUMN",
        help="Column of the right labels: label, text, speaker or any other one.",
        rich_help_panel=RECORDINGS,
    ),
]
Normalizer = Annotated[
    str,
    typer.Option(
        "--normalizer",
        metavar="lower|none",
        help="How texts are compared: in lower case without punctuation, or as they are.",
        rich_help_panel=RECORDINGS,
    ),
]
Confusion = Annotated[
    str | None,
    typer.Option(
        "--confusion",
        metavar="FILE.png",
        help="Draw which labels were taken for which.",
        show_default=False,
        rich_help_panel=RECORDINGS,
    ),
]
Worst = Annotated[
    int,
    typer.Option(
        "--worst",
        metavar="N",
        help="How many of the recordings with errors are shown; --format json has all of them.",
        rich_help_panel=RECORDINGS,
    ),
]
