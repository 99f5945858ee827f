"""Words without white space in them, for formats whose fields are parted by white space."""

from __future__ import annotations

import os
import re

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import OutputError, ParameterError
from nlpkit.text.terms import Terms

_WHITE = re.compile("[ \t\n\v\f\r]+")


def joined(vectors: WordTable, join: str, path: str | os.PathLike[str], *, with_subwords: bool = False) -> WordTable:
    """Return vectors whose words have ``join`` in the place of white space: the same object if none has any.

    Sub-words are left out.

    Parameters
    ----------
    vectors : WordTable
    join : str
        Such as ``"_"``.
    path : str or path-like
        Where they go, for messages.
    with_subwords : bool
        The sub-words are to be written too, by which vectors follow from the letters of words.

    Raises
    ------
    OutputError
        If two words would be the same, or a word can't be changed, as its vector follows from its letters.
    ParameterError
        If ``join`` has white space in it.

    Examples
    --------
    >>> from nlpkit.embeddings import WordVectors
    >>> list(joined(WordVectors(["new york", "rome"], [[1], [2]]), "_", "towns.txt").words)
    ['new_york', 'rome']
    """
    if _WHITE.search(join):
        raise ParameterError(f"join is {join!r}: name characters without white space, such as --join _ (join='_')")
    words = list(vectors.words)
    changed = {row: _WHITE.sub(lambda _: join, word) for row, word in enumerate(words) if _WHITE.search(word)}
    if not changed:
        return vectors
    if with_subwords and vectors.subwords is not None:
        raise OutputError(
            f"{os.fspath(path)}: the word {words[min(changed)]!r} can't be written as {changed[min(changed)]!r}, as a"
            " fastText model computes vectors from the letters of words: write .npy, .safetensors or a folder, or"
            " word2vec's format (--to word2vec-binary)"
        )
    taken = {word: row for row, word in enumerate(words) if row not in changed}
    for row, word in changed.items():
        other = taken.setdefault(word, row)
        if other != row:
            raise OutputError(
                f"{os.fspath(path)}: the words {words[other]!r} and {words[row]!r} would both be {word!r}: choose"
                " another --join (join=), or write .npy, .safetensors or a folder"
            )
    return WordTable(
        Terms.of(changed.get(row, word) for row, word in enumerate(words)),
        vectors.vectors,
        counts=vectors.counts,
        outputs=vectors.outputs,
        classifier=vectors.classifier,
        provenance=vectors.provenance,
    )
