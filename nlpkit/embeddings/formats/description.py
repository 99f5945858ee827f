"""Description of a file of word vectors: its format and sizes, and its first words, without reading the rest."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from .layout import header_of
from .source import VectorFile

_BLOCK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class VectorFileDescription:
    """Format, sizes and first words of a file of word vectors.

    Attributes
    ----------
    format : str
        One of `nlpkit.embeddings.formats.FORMATS`.
    words : int
        How many there are: by the header where there is one.
    vector_size : int
        How many numbers each word has.
    dtype : str
        Type of the numbers in the file; "text" if they are decimals, "quantized" if they are codes of a fastText model.
    first_words : list of str
    """

    format: str
    words: int
    vector_size: int
    dtype: str
    first_words: list[str]


def describe(
    path: str | os.PathLike[str], format: str = "auto", *, first: int = 5, errors: str = "strict"
) -> VectorFileDescription:
    """Describe a file of word vectors.

    Parameters
    ----------
    path : str or path-like
    format : str
        One of `nlpkit.embeddings.formats.FORMATS`, or "auto".
    first : int
        How many words to list.
    errors : str
        Handling of words that are not UTF-8.

    Raises
    ------
    InputError
        If the file can't be read, or its format cannot be detected.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.vec")
    >>> size = path.write_text("2 2\\nrome 1 0.5\\nparis 0 2\\n")
    >>> found = describe(path)
    >>> found.format, found.words, found.vector_size, found.first_words
    ('word2vec', 2, 2, ['rome', 'paris'])
    """
    from . import read
    from .recognition import format_of

    name = format_of(path) if format == "auto" else format
    vectors = read(path, format=name, limit=first, errors=errors)
    words, dtype = len(vectors), "float32"
    if name in ("word2vec", "vec", "word2vec-binary"):
        with VectorFile(path) as source:
            header = header_of(source.read(100), source.path)
        words = header.rows if header else words
        dtype = "float32" if name == "word2vec-binary" else "text"
    elif name == "glove":
        words, dtype = _lines(path), "text"
    elif name == "npy":
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        words, dtype = len(array), str(array.dtype)
    elif name == "safetensors":
        from nlpkit.artifact.mapped_arrays import map_arrays

        array = map_arrays(path)["vectors"]
        words, dtype = len(array), str(array.dtype)
    elif name == "fasttext":
        from .fasttext.header import ModelFile

        with ModelFile(path) as file:
            words = file.dictionary(file.settings()[0]).words
        dtype = "quantized" if vectors.provenance.get("quantized") else "float32"
    return VectorFileDescription(
        format=name, words=words, vector_size=vectors.vector_size, dtype=dtype, first_words=list(vectors.words)
    )


def _lines(path: str | os.PathLike[str]) -> int:
    """How many lines a file has, without empty ones at its end."""
    lines = newlines = 0
    with VectorFile(path) as source:
        while block := source.read(_BLOCK):
            content = block.rstrip(b" \t\r\n")
            if content:
                lines = lines + newlines + content.count(b"\n") + (not lines)
                newlines = 0
            newlines += block.count(b"\n", len(content))
    return lines
