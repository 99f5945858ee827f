"""word2vec's text: a line with the numbers of rows and columns, then one for each word; fastText's ``.vec`` is the same

Mikolov, Chen, Corrado, Dean (2013), "Efficient estimation of word representations in vector space"; the layout is
that of their program.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .text_reader import read_text
from .text_writer import write_text

if TYPE_CHECKING:
    from nlpkit.embeddings.word_vectors import WordVectors


def read(
    path: str | os.PathLike[str], *, limit: int | None = None, encoding: str = "utf-8", errors: str = "strict"
) -> WordVectors:
    """Read text with a header; see `nlpkit.embeddings.formats.text_reader.read_text`."""
    return read_text(path, header=True, limit=limit, encoding=encoding, errors=errors)


def write(vectors: WordVectors, path: str | os.PathLike[str]) -> None:
    """Write text with a header; see `nlpkit.embeddings.formats.text_writer.write_text`."""
    write_text(vectors, path, header=True)
