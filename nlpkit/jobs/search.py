"""`search_files`: the texts nearest to a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from nlpkit.corpora import Texts
from nlpkit.errors import ParameterError
from nlpkit.registry import CLIP_EMBEDDERS, TEXT_EMBEDDERS

from .models import fitted
from .passes import Progress, StrPath, embed


@dataclass(frozen=True)
class Hit:
    """A text that was found.

    Attributes
    ----------
    score : float
        The cosine of its vector and the query's; for BM25 the sum of its weights over the query's terms.
    id : int
        Its number over all inputs, from 0.
    source : str
        The file it stands in.
    text : str
    """

    score: float
    id: int
    source: str
    text: str


def search_files(
    query: str,
    inputs: StrPath | Iterable[StrPath],
    *,
    k: int = 10,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    parameters: Mapping[str, Any] | None = None,
    per: str | None = None,
    field: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decode_errors: str = "strict",
    stdin: BinaryIO | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[Hit]:
    """Find the ``k`` texts nearest to ``query``, the nearest first; among equals the first one.

    Parameters
    ----------
    query : str
        What to look for.
    k : int
        How many texts to return at most. A text that shares no term with the query is not found; where vectors are
        dense, one of which no word has a vector isn't.
    inputs, method, model, fit, parameters, per, ..., progress
        As in `nlpkit.jobs.embed_files`.

    Returns
    -------
    list of Hit

    Raises
    ------
    InputError, ParameterError
        As `nlpkit.jobs.embed_files`; ParameterError also if ``k`` is below 1.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_text("a grey cat\\na red fox\\n")
    ...     [hit.text for hit in search_files("fox", path)]
    ['a red fox']
    """
    if k < 1:
        raise ParameterError(f"k is {k}: ask for at least 1 text")
    read = partial(
        Texts,
        per=per,
        field=field,
        column=column,
        delimiter=delimiter,
        encoding=encoding,
        decode_errors=decode_errors,
        stdin=stdin,
    )
    with ExitStack() as stack:
        texts = stack.enter_context(read(inputs))
        training = None if fit is None else stack.enter_context(read(fit))
        if method in CLIP_EMBEDDERS:
            raise ParameterError(f"{method} embeds sound, and texts are searched: choose {', '.join(TEXT_EMBEDDERS)}")
        _, model, held = fitted(texts, training, model, method, parameters, threads, progress)
        weights, is_cosine = _query_vector(model, query)
        best: list[Hit] = []
        row = 0
        for block, vectors in [held] if held else embed(model, texts, progress):
            scores = _scores(vectors, weights, is_cosine)
            for index in _largest(scores, k):
                best.append(Hit(float(scores[index]), row + int(index), block.sources[index], block.texts[index]))
            best = sorted(best, key=lambda hit: (-hit.score, hit.id))[:k]
            row += len(block.texts)
    return best


def _query_vector(model: Any, query: str) -> tuple[Any, bool]:
    """Return the query's weights as an array of shape (columns,), and whether scores are cosines."""
    import numpy as np

    vector = model.transform([query])
    if hasattr(vector, "indptr"):
        weights = np.zeros(vector.shape[1])
        weights[vector.indices] = vector.data
    else:
        weights = vector[0].astype(float)
    if getattr(model, "weighting", None) == "bm25":
        return (weights != 0).astype(float), False
    norm = np.linalg.norm(weights)
    return (weights / norm if norm else weights), True


def _scores(vectors: Any, weights: Any, is_cosine: bool) -> Any:
    """Return the score of each text; NaN for one that has nothing in common with the query."""
    import numpy as np

    scores = vectors @ weights
    if not hasattr(vectors, "indptr"):
        lengths = np.linalg.norm(vectors, axis=1)
        found = (lengths > 0) & bool(weights.any())
        return np.divide(scores, lengths, out=np.full(len(scores), np.nan), where=found)
    if is_cosine:
        rows = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
        squares = np.bincount(rows, np.square(vectors.data, dtype=float), vectors.shape[0])
        scores = np.divide(scores, np.sqrt(squares), out=np.zeros(len(squares)), where=squares > 0)
    return np.where(scores > 0, scores, np.nan)


def _largest(scores: Any, k: int) -> Any:
    """Return where the ``k`` largest scores stand, the first of equals first."""
    import numpy as np

    found = np.flatnonzero(~np.isnan(scores))
    return found[np.argsort(-scores[found], kind="stable")[:k]]
