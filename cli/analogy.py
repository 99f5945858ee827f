"""``nlpkit analogy``: the word that fits, by adding and taking away words."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import is_terminal, note, print_json_lines
from nlpkit.cli.similar import show_words, without_problems
from nlpkit.jobs import solve_analogies


def analogy(
    context: typer.Context,
    model: options.WordModel,
    expression: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXPRESSION", help="Words with + and - between spaces, or - for lines of these."),
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help="How many words to show.")] = 10,
    method: Annotated[
        str,
        typer.Option(
            "-m", "--method", metavar="3cosadd|3cosmul", help="Score by the sum, or by the product, of the cosines."
        ),
    ] = "3cosadd",
    restrict: options.Restrict = None,
    format: options.ModelFormat = "auto",
    decode_errors: options.WordErrors = "strict",
    quiet: options.Quiet = False,
) -> None:
    """Add and take away words, and show those nearest to the result.

    "a:b :: c:?" asks what is to c as b is to a, and is the same as "b - a + c". Expressions without an answer are named
    on standard error, and the others are answered. The exit code is 2 if none is.

    \b
    nlpkit analogy model "paris - france + germany"
    nlpkit analogy model "paris:france :: berlin:?" -k 3
    nlpkit analogy glove.6B.50d.txt "king - man + woman" --method 3cosmul
    """
    if not expression and not options.is_piped():
        print(context.get_help())
        raise typer.Exit(2)
    asked = options.lines_of_stdin() if expression in (None, [], ["-"]) else [" ".join(expression or [])]
    answers = solve_analogies(
        model,
        asked,
        k=k,
        method=method,
        restrict=restrict,
        format=format,
        errors=decode_errors,
        on_problem="report",
    )
    answers = without_problems(answers)
    for answer in answers:
        if not answer.is_known and not quiet:
            note(f"a word of {answer.query!r} was never seen by the model: its vector comes from its sub-words")
    if is_terminal():
        for answer in answers:
            show_words(answer, "score")
    else:
        print_json_lines(
            {"query": answer.query, "word": word, "score": score} for answer in answers for word, score in answer.found
        )
