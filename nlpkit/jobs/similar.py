"""`similar_words` and `solve_analogies`: questions to word vectors, of any kind of model that has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlpkit.errors import InputError, ParameterError, UnknownWordError

from .inputs import StrPath

if TYPE_CHECKING:
    from nlpkit.embeddings import WordVectors

_ALMOST_ZERO = 1e-6
_SIGNS = re.compile(r"[\s+\-−:]")
_PROPORTION = re.compile(r"\s*(\S.*?)\s*:\s*(\S.*?)\s*::\s*(\S.*?)\s*:\s*\?\s*")


@dataclass(frozen=True)
class Answer:
    """Answer of word vectors to a question.

    Attributes
    ----------
    query : str
        The word, or the expression.
    is_known : bool
        Whether all its words are in the vocabulary; else their vectors come from their sub-words.
    found : list of (str, float)
        Words with their scores, the best first.
    problem : str
        Why there is no answer; empty if there is one.
    """

    query: str
    is_known: bool
    found: list[tuple[str, float]]
    problem: str = ""


def similar_words(
    model: StrPath | Any,
    words: Iterable[str],
    *,
    k: int = 10,
    restrict: int | None = None,
    format: str = "auto",
    errors: str = "strict",
    on_problem: str = "error",
    threads: int | None = None,
) -> list[Answer]:
    """Find the words nearest to each of ``words``, by the cosine of their vectors.

    Parameters
    ----------
    model : path, WordVectors, or fitted Word2Vec or FastText
        A folder of one of these, or a file in any of `nlpkit.embeddings.formats`.
    words : iterable of str
    k : int
        Maximum number of results per word.
    restrict : int, optional
        Search only this number of words, starting with the most frequent.
    format : str
        Format of the file; "auto" detects it from the content.
    errors : {"strict", "replace", "skip", "ignore"}
        Handling of words of the file that are not UTF-8, as in `nlpkit.embeddings.formats.read`.
    on_problem : {"error", "report"}
        Whether a word that has no vector raises an error, or is reported as the ``problem`` of its answer, so that the
        other words are answered.
    threads : int, optional
        Number of threads; default: every core that the process may use.

    Returns
    -------
    list of Answer

    Raises
    ------
    ArtifactError, InputError
        If the model can't be read, or no word is given.
    ParameterError
        If ``k`` or ``restrict`` is below 1, or a parameter has another value that can't be.
    UnknownWordError
        If a word has no vector, unless problems are reported.

    Examples
    --------
    >>> from nlpkit.embeddings import WordVectors
    >>> vectors = WordVectors(["king", "queen", "apple"], [[1, 0.1], [1, 0], [0, 1]])
    >>> similar_words(vectors, ["queen"], k=1)[0].found[0][0]
    'king'
    >>> answers = similar_words(vectors, ["queen", "qeen"], k=1, on_problem="report")
    >>> answers[1].problem
    "'qeen' is none of the 3 words: did you mean 'queen'?"
    """
    _check(k, restrict, on_problem)
    queries = list(words)
    if not queries:
        raise InputError("no word was given: give at least one")
    vectors = word_vectors_of(model, format, errors)
    problems: dict[int, str] = {}
    known: dict[int, bool] = {}
    for place, word in enumerate(queries):
        try:
            known[place] = _is_known(vectors, word)
        except UnknownWordError as error:
            if on_problem == "error":
                raise
            problems[place] = str(error)
    asked = [queries[place] for place in known]
    found = iter(vectors.most_similar_many(asked, k, restrict=restrict, threads=threads)) if asked else iter(())
    return [
        Answer(word, False, [], problems[place]) if place in problems else Answer(word, known[place], next(found))
        for place, word in enumerate(queries)
    ]


def solve_analogies(
    model: StrPath | Any,
    expressions: str | Iterable[str],
    *,
    k: int = 10,
    method: str = "3cosadd",
    restrict: int | None = None,
    format: str = "auto",
    errors: str = "strict",
    on_problem: str = "error",
) -> list[Answer]:
    """Find the words that fit expressions such as ``paris - france + germany`` or ``paris:france :: berlin:?``.

    Parameters
    ----------
    model, k, restrict, format, errors
        As in `similar_words`.
    expressions : str or iterable of str
        One or more.
    method : {"3cosadd", "3cosmul"}
        How words are scored: see `nlpkit.embeddings.WordVectors.analogy`.
    on_problem : {"error", "report"}
        Whether an expression that can't be read, has a word without a vector, or whose words cancel each other out,
        raises an error, or is reported as the ``problem`` of its answer, so that the others are answered.

    Returns
    -------
    list of Answer

    Raises
    ------
    ArtifactError, InputError, ParameterError, UnknownWordError
        As `similar_words`; InputError also if an expression can't be read, or its words cancel each other out.

    Examples
    --------
    >>> from nlpkit.embeddings import WordVectors
    >>> vectors = WordVectors(["a", "b", "c", "d"], [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    >>> solve_analogies(vectors, "a:b :: c:?", k=1)[0].found[0][0]
    'd'
    """
    _check(k, restrict, on_problem)
    queries = [expressions] if isinstance(expressions, str) else list(expressions)
    if not queries:
        raise InputError("no expression was given: give at least one, such as 'paris - france + germany'")
    read: list[tuple[list[str], list[str]] | InputError] = []
    for query in queries:
        try:
            read.append(_words_of(query))
        except InputError as error:
            if on_problem == "error":
                raise
            read.append(error)
    vectors = word_vectors_of(model, format, errors)
    answers = []
    for query, words in zip(queries, read, strict=True):
        try:
            if isinstance(words, InputError):
                raise words
            known = _known_sum(vectors, query, *words)
        except (InputError, UnknownWordError) as error:
            if on_problem == "error":
                raise
            answers.append(Answer(query, False, [], str(error)))
            continue
        found = vectors.combine(*words, method=method, k=k, restrict=restrict)
        answers.append(Answer(query, known, found))
    return answers


def word_vectors_of(model: StrPath | Any, format: str = "auto", errors: str = "strict") -> WordVectors:
    """Return the word vectors of a model, which are read if it is a path.

    ``format`` and ``errors`` are those of `nlpkit.embeddings.formats.read`.

    Raises
    ------
    ArtifactError, InputError
        If they can't be read.
    ParameterError
        If the model has none.
    """
    from nlpkit.embeddings import WordVectors

    if isinstance(model, str | os.PathLike):
        if not os.path.exists(model):
            raise InputError(
                f"{os.fspath(model)}: there is no such model: expected a folder, or a file of word vectors"
            )
        return WordVectors.read(model, format=format, errors=errors)
    vectors = model if isinstance(model, WordVectors) else getattr(model, "word_vectors", None)
    if vectors is None:
        raise ParameterError(
            f"a {type(model).__name__} has no word vectors: expected Word2Vec, FastText or WordVectors"
        )
    return vectors


def _words_of(expression: str) -> tuple[list[str], list[str]]:
    """The words to be added and those to be taken away."""
    from nlpkit.embeddings.words.analogy import parse_expression

    proportion = _PROPORTION.fullmatch(expression)
    if proportion:
        a, b, c = (" ".join(word.split()) for word in proportion.groups())
        return [b, c], [a]
    if "::" in expression:
        raise InputError(f"{expression!r} is no analogy: write it as 'paris:france :: berlin:?'")
    return parse_expression(expression)


def _is_known(vectors: WordVectors, word: str) -> bool:
    """Whether a word is in the vocabulary.

    Raises
    ------
    UnknownWordError
        If it isn't, and has no vector.
    """
    if word in vectors:
        return True
    _ = vectors[word]
    return False


def _known_sum(vectors: WordVectors, query: str, positive: list[str], negative: list[str]) -> bool:
    """Whether all words of an expression are in the vocabulary.

    Raises
    ------
    InputError
        If they cancel each other out.
    UnknownWordError
        If one has no vector.
    """
    from nlpkit.embeddings.words.query import sum_of

    known = _are_known(vectors, [*positive, *negative])
    total, _ = sum_of(vectors, positive, negative)
    if (abs(total) < _ALMOST_ZERO).all():
        raise InputError(f"{query!r} comes to nothing: its words cancel each other out, so ask for others")
    return all(known)


def _are_known(vectors: WordVectors, words: list[str]) -> list[bool]:
    """Return whether each word of an expression is in the vocabulary; an error mentions signs in an unknown word."""
    known = []
    for word in words:
        try:
            known.append(_is_known(vectors, word))
        except UnknownWordError as error:
            if not _SIGNS.search(word) or str(error).endswith("?"):
                raise
            raise UnknownWordError(f"{error}; if these are several words, write + and - between spaces") from error
    return known


def _check(k: int, restrict: int | None, on_problem: str) -> None:
    for name, value in {"k": k, "restrict": restrict}.items():
        if value is not None and value < 1:
            raise ParameterError(f"{name} is {value}: ask for at least 1 word")
    if on_problem not in ("error", "report"):
        raise ParameterError(f"on_problem is {on_problem!r}: choose error or report")
