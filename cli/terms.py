"""``nlpkit terms``: what a model has learnt about its terms."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import (
    BAR_WIDTH,
    bar,
    is_terminal,
    new_table,
    number,
    plain,
    print_json_lines,
    print_table,
)
from nlpkit.jobs import Term
from nlpkit.jobs import terms as terms_of


def terms(
    model: options.WordModel,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="count|df|idf",
            help="By occurrences, by texts they occur in, or by inverse document frequency; highest first.",
        ),
    ] = "count",
    k: Annotated[int, typer.Option("-k", metavar="N", help="How many terms to show.")] = 20,
    decode_errors: options.WordErrors = "strict",
) -> None:
    """Show a model's terms: the most frequent, or those of the highest idf.

    \b
    nlpkit terms model
    nlpkit terms model --sort idf -k 50
    nlpkit terms cc.en.300.bin
    """
    found = terms_of(model, sort=sort, k=k, errors=decode_errors)
    if is_terminal():
        _show(found, sort)
    else:
        print_json_lines(_record(term) for term in found)


def _record(term: Term) -> dict[str, Any]:
    """Return a term as JSON holds it, which knows no infinity: an idf that is infinite is null."""
    if term.idf is None:
        return {"term": term.term, "count": term.count}
    return {**asdict(term), "idf": term.idf if math.isfinite(term.idf) else None}


def _show_words(found: list[Term]) -> None:
    table = new_table(("term", {}), ("count", {"justify": "right", "no_wrap": True}), ("", {"min_width": BAR_WIDTH}))
    highest = found[0].count or 0
    for term in found:
        length = bar(term.count / highest if term.count and highest else 0.0)
        table.add_row(plain(term.term), "" if term.count is None else number(term.count), length)
    print_table(table)


def _show(found: list[Term], sort: str) -> None:
    if found[0].idf is None:
        _show_words(found)
        return
    table = new_table(
        ("term", {}),
        ("count", {"justify": "right", "no_wrap": True}),
        ("texts", {"justify": "right", "no_wrap": True}),
        ("idf", {"justify": "right", "no_wrap": True}),
        ("", {"min_width": BAR_WIDTH, "no_wrap": True}),
    )
    key = {"count": "count", "df": "documents", "idf": "idf"}[sort]
    highest = getattr(found[0], key)
    for term in found:
        length = bar(getattr(term, key) / highest if highest else 0.0)
        numbers = (number(value or 0) for value in (term.count, term.documents, term.idf))
        table.add_row(plain(term.term), *numbers, length)
    print_table(table)
