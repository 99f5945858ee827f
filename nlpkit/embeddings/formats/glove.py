"""GloVe's text: a line for each word, and no header; how many numbers a row has is told from the first rows.

Pennington, Socher, Manning (2014), "GloVe: global vectors for word representation"; the layout is that of
their published files.
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
    """Read text without a header; see `nlpkit.embeddings.formats.text_reader.read_text`."""
    return read_text(path, header=False, limit=limit, encoding=encoding, errors=errors)


def write(vectors: WordVectors, path: str | os.PathLike[str]) -> None:
    """Write text without a header; see `nlpkit.embeddings.formats.text_writer.write_text`."""
    write_text(vectors, path, header=False)
