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
    """

    query: str
    is_known: bool
    found: list[tuple[str, float]]


def similar_words(
    model: StrPath | Any,
    words: Iterable[str],
    *,
    k: int = 10,
    restrict: int | None = None,
    format: str = "auto",
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
        If ``k`` or ``restrict`` is below 1.
    UnknownWordError
        If a word has no vector.

    Examples
    --------
    >>> from nlpkit.embeddings import WordVectors
    >>> vectors = WordVectors(["king", "queen", "apple"], [[1, 0.1], [1, 0], [0, 1]])
    >>> similar_words(vectors, ["queen"], k=1)[0].found[0][0]
    'king'
    """
    _check("k", k)
    _check("restrict", restrict)
    queries = list(words)
    if not queries:
        raise InputError("no word was given: give at least one")
    vectors = word_vectors_of(model, format)
    known = [_is_known(vectors, word) for word in queries]
    found = vectors.most_similar_many(queries, k, restrict=restrict, threads=threads)
    return [Answer(*answer) for answer in zip(queries, known, found, strict=True)]


def solve_analogies(
    model: StrPath | Any,
    expressions: str | Iterable[str],
    *,
    k: int = 10,
    method: str = "3cosadd",
    restrict: int | None = None,
    format: str = "auto",
) -> list[Answer]:
    """Find the words that fit expressions such as ``paris - france + germany`` or ``paris:france :: berlin:?``.

    Parameters
    ----------
    model, k, restrict, format
        As in `similar_words`.
    expressions : str or iterable of str
        One or more.
    method : {"3cosadd", "3cosmul"}
        How words are scored: see `nlpkit.embeddings.WordVectors.analogy`.

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
    _check("k", k)
    _check("restrict", restrict)
    queries = [expressions] if isinstance(expressions, str) else list(expressions)
    read = [_words_of(query) for query in queries]
    if not read:
        raise InputError("no expression was given: give at least one, such as 'paris - france + germany'")
    vectors = word_vectors_of(model, format)
    from nlpkit.embeddings.words.query import sum_of

    answers = []
    for query, (positive, negative) in zip(queries, read, strict=True):
        known = _are_known(vectors, [*positive, *negative])
        total, _ = sum_of(vectors, positive, negative)
        if (abs(total) < _ALMOST_ZERO).all():
            raise InputError(f"{query!r} comes to nothing: its words cancel each other out, so ask for others")
        found = vectors.combine(positive, negative, method=method, k=k, restrict=restrict)
        answers.append(Answer(query, all(known), found))
    return answers


def word_vectors_of(model: StrPath | Any, format: str = "auto") -> WordVectors:
    """Return the word vectors of a model, which are read if it is a path.

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
        return WordVectors.read(model, format=format)
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
    if not vectors[word].any():
        raise UnknownWordError(f"{word!r} is none of the {len(vectors):,} words, and none of its sub-words is known")
    return False


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


def _check(name: str, value: int | None) -> None:
    if value is not None and value < 1:
        raise ParameterError(f"{name} is {value}: ask for at least 1 word")
