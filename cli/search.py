"""``nlpkit search``: the texts nearest to a query."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import (
    BAR_WIDTH,
    bar,
    is_terminal,
    new_table,
    note,
    number,
    plain,
    print_json_lines,
    print_table,
    progress_bar,
)
from nlpkit.errors import ParameterError
from nlpkit.jobs import Hit, search_files
from nlpkit.jobs.inputs import Reading


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Text to search for.", show_default=False)],
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH", help="Further inputs after -i.")] = None,
    inputs: options.Inputs = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Number of texts to show.")] = 10,
    method: options.TextMethod = None,
    model: options.Model = None,
    fit: options.Fit = None,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    read_as: Reading = Reading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Find the texts nearest to a query, by the cosine of their vectors, or by BM25.

    \b
    nlpkit search "interest rates" -i news.txt
    nlpkit search "interest rates" -i news/*.txt -k 3 --weighting bm25
    nlpkit search "interest rates" -i news.txt --model glove.6B.50d.txt
    cat news.txt | nlpkit search "interest rates" --model model
    """
    if inputs is None:
        if paths:
            raise ParameterError(f"{paths[0]!r} is a second query: quote the query, or give inputs with -i")
        if not options.is_piped():
            raise ParameterError("there is nothing to search in: give inputs with -i, or feed them in by a pipe")
    elif os.path.isfile(query):
        raise ParameterError(f"the query {query!r} names an existing file: the query comes first, then -i and files")
    with progress_bar(quiet=quiet) as progress:
        hits = search_files(
            query,
            [*inputs, *(paths or [])] if inputs else ["-"],
            k=k,
            method=method,
            model=model,
            fit=fit,
            parameters=parameters,
            read_as=read_as,
            threads=threads,
            progress=progress,
        )
    if not is_terminal():
        print_json_lines(asdict(hit) for hit in hits)
    elif hits:
        _show(hits)
    if not hits and not quiet:
        note("no text has anything in common with the query")


def _show(hits: list[Hit]) -> None:
    table = new_table(
        ("score", {"justify": "right", "min_width": 5}),
        ("", {"min_width": BAR_WIDTH}),
        ("id", {"justify": "right", "style": "dim", "min_width": len(str(max(hit.id for hit in hits)))}),
        ("source", {"style": "dim", "no_wrap": True, "max_width": 20}),
        ("text", {"no_wrap": True, "overflow": "ellipsis", "ratio": 1}),
    )
    table.expand = True
    highest = max(hits[0].score, 1e-9)
    for hit in hits:
        table.add_row(number(hit.score), bar(hit.score / highest), str(hit.id), plain(hit.source), plain(hit.text))
    print_table(table)
