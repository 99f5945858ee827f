"""`terms`: what a model has learnt about its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlpkit.errors import ParameterError

from .inputs import StrPath
from .models import load_model

ORDERS = ("count", "df", "idf")


@dataclass(frozen=True)
class Term:
    """A term of a model.

    Attributes
    ----------
    term : str
    count : int or None
        How often it occurs in the texts that the model learnt from; None for word vectors from a file without counts.
    documents : int or None
        How many of them it occurs in; None for word vectors, which don't know.
    idf : float or None
        Its inverse document frequency: the model's own, or else ln((1 + n) / (1 + documents)) + 1.
    """

    term: str
    count: int | None
    documents: int | None = None
    idf: float | None = None


def terms(model: StrPath | Any, *, sort: str = "count", k: int | None = 20, errors: str = "strict") -> list[Term]:
    """Return the first ``k`` terms of a model by ``sort``, highest first.

    Parameters
    ----------
    model : path or fitted estimator
        Or word vectors, also a file of them; words without counts stand in the order of the file.
    sort : {"count", "df", "idf"}
        By occurrences, by documents they occur in, or by inverse document frequency. Ties are
        ordered by occurrences, then by column.
    k : int or None
        How many; None for all.
    errors : {"strict", "replace", "skip", "ignore"}
        Handling of words of a file of word vectors that are not UTF-8, as in `nlpkit.embeddings.formats.read`.

    Raises
    ------
    ArtifactError
        If the folder is no model.
    ParameterError
        If the model keeps no terms, or there is no such order.

    Examples
    --------
    >>> from nlpkit.embeddings import BagOfWords
    >>> [(term.term, term.count) for term in terms(BagOfWords().fit(["ho ho ho", "hi"]))]
    [('ho', 3), ('hi', 1)]
    """
    if sort not in ORDERS:
        raise ParameterError(f"sort is {sort!r}: choose one of {', '.join(ORDERS)}")
    if k is not None and k < 1:
        raise ParameterError(f"k is {k}: ask for at least 1 term")
    model = load_model(model, errors=errors)
    if hasattr(model, "word_vectors"):
        return _words(model.word_vectors, sort, k)
    names = getattr(model, "terms_", None)
    if names is None:
        raise ParameterError(f"a {model.kind} model keeps no terms: its columns are numbers")
    import numpy as np

    counts = getattr(model, "term_frequency_", None)
    documents = getattr(model, "document_frequency_", None)
    if counts is None or documents is None:
        raise ParameterError("the model has its vocabulary and no counts: fit it on texts first")
    idf = getattr(model, "idf_", None)
    if idf is None:
        idf = np.log((1 + model.n_documents_) / (1 + documents)) + 1
    key = {"count": counts, "df": documents, "idf": idf}[sort]
    order = np.lexsort((-counts, -key))[:k]
    return [Term(names[int(i)], int(counts[i]), int(documents[i]), float(idf[i])) for i in order]


def _words(vectors: Any, sort: str, k: int | None) -> list[Term]:
    import numpy as np

    if sort != "count":
        raise ParameterError(f"word vectors don't know in which texts words are: sort by count, not by {sort}")
    rows = np.arange(len(vectors)) if vectors.counts is None else np.argsort(-vectors.counts, kind="stable")
    counts = vectors.counts
    return [Term(vectors.words[row], None if counts is None else int(counts[row])) for row in rows[:k].tolist()]
