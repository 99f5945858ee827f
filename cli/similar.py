"""``nlpkit similar``: the words nearest to a word."""

from __future__ import annotations

from typing import Annotated

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
)
from nlpkit.jobs import Answer, similar_words


def similar(
    context: typer.Context,
    model: options.WordModel,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help="Words, or - for those of standard input, one a line.")
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help="How many words to show for each.")] = 10,
    restrict: options.Restrict = None,
    format: options.ModelFormat = "auto",
    decode_errors: options.WordErrors = "strict",
    threads: options.Threads = None,
    quiet: options.Quiet = False,
) -> None:
    """Show the words nearest to each WORD, by the cosine of their vectors.

    A model with sub-words, such as FastText's, has vectors for unseen and misspelt words too. Words without a vector
    are named on standard error, and the others are answered. The exit code is 2 if none is.

    \b
    nlpkit similar model paris
    nlpkit similar model paris berlin -k 3
    nlpkit similar glove.6B.50d.txt paris --restrict 50000
    cat words.txt | nlpkit similar model - > neighbours.jsonl
    """
    if not words and not options.is_piped():
        print(context.get_help())
        raise typer.Exit(2)
    asked = options.lines_of_stdin() if words in (None, [], ["-"]) else words or []
    answers = similar_words(
        model,
        asked,
        k=k,
        restrict=restrict,
        format=format,
        errors=decode_errors,
        on_problem="report",
        threads=threads,
    )
    answers = without_problems(answers)
    for answer in answers:
        if not answer.is_known and not quiet:
            note(f"{answer.query!r} is no word that the model has seen: its vector comes from its sub-words")
    if is_terminal():
        for answer in answers:
            show_words(answer, "similarity")
    else:
        print_json_lines(
            {"query": answer.query, "word": word, "similarity": score}
            for answer in answers
            for word, score in answer.found
        )


def without_problems(answers: list[Answer]) -> list[Answer]:
    """Return the answers without those that report a problem, which are told on standard error.

    Raises
    ------
    typer.Exit
        With the code 2, if none is left.
    """
    for answer in answers:
        if not answer.found:
            note(answer.problem or f"no word is left for {answer.query!r}, as its own words are left out")
    left = [answer for answer in answers if not answer.problem]
    if not left:
        raise typer.Exit(2)
    return left


def show_words(answer: Answer, score_name: str) -> None:
    """Show the words that were found in a table."""
    query = plain(answer.query)
    table = new_table((query, {}), (score_name, {"justify": "right"}), ("", {"min_width": BAR_WIDTH}))
    highest = max(1.0, *(score for _, score in answer.found), 0.0)
    for word, score in answer.found:
        table.add_row(plain(word), number(score), bar(score / highest))
    print_table(table)
