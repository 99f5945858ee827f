"""`search_files`: the texts nearest to a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError
from nlpkit.index.text_index import Hit, TextIndex
from nlpkit.registry import TEXT_EMBEDDERS

from .inputs import AnyTexts, Reading, StrPath, spelled_out
from .models import ModelChoice, fitted
from .passes import Progress, embed, texts_of


@spelled_out
def search_files(
    query: str | Sequence[str],
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    *,
    k: int = 10,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    read_as: Reading = Reading(),
    progress: Progress | None = None,
) -> list[Hit]:
    """Find the ``k`` texts nearest to ``query``, the nearest first; among equals the first one.

    Parameters
    ----------
    query : str, or list of str
        A text, or its tokens.
    k : int, default=10
        Most texts to return. A text that shares no term with the query is not found; with dense vectors, a text without
        any known word is not.
    inputs, method, model, fit, parameters, threads, read_as, progress
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
    choice = ModelChoice(method=method, model=model, parameters=parameters, threads=threads)
    with ExitStack() as stack:
        texts: AnyTexts = inputs if isinstance(inputs, GivenTexts) else read_as.texts(inputs)
        stack.enter_context(texts)
        training = None if fit is None else stack.enter_context(read_as.texts(fit))
        if choice.sound_method:
            raise ParameterError(
                f"{choice.sound_method} embeds sound, and texts are searched: choose {', '.join(TEXT_EMBEDDERS)}"
            )
        found, held = fitted(choice, texts, training, progress)
        vector = getattr(found, "transform_queries", found.transform)([query])
        index = TextIndex(vector, k, is_cosine=getattr(found, "weighting", None) != "bm25")
        for block, vectors in [held] if held else embed(found, texts, progress):
            index.add(block.sources, texts_of(block), vectors)
        return index.hits
