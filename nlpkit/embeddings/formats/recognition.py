"""Detection of a file's format by its content; the name decides only between formats that both fit."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from nlpkit.errors import InputError

from .layout import BOM, Header, header_of, sample_rows, vector_size_of
from .source import VectorFile

NAME_FORMAT = "nlpkit convert --from, or --format of similar, analogy and info (format= in Python)"
_FASTTEXT = 793712314
_OLD_FASTTEXT = struct.Struct("<12idiii")
_SAMPLE = 1 << 12
_PICKLE = b"\x80"
_PROTOCOLS = b"\x02\x03\x04\x05"
_OLD_PICKLES = (b"ccopy_reg\n", b"ccopyreg\n", b"cgensim")
_CONTROL = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})
"""Bytes that text doesn't have."""


def format_of(path: str | os.PathLike[str]) -> str:
    """The name, in `FORMATS`, of what ``path`` holds.

    Raises
    ------
    InputError
        If there is no such file, or its format cannot be detected.
    """
    if os.path.isdir(path):
        return "folder"
    with VectorFile(path) as source:
        if not source.seekable:
            raise InputError(
                f"{path}: is not a plain file, so its format cannot be detected: name it, by {NAME_FORMAT}"
            )
        head, whole = source.head(0)
        if not head:
            raise InputError(f"{path}: is empty: expected words and their vectors")
        _refuse_pickled(head, path)
        known = _by_magic(head, source.size)
        if known:
            return known
        if b"\n" not in head and not _is_binary(head):
            head, whole = source.head(1)
    header = header_of(head, Path(path))
    start = header.size if header else len(BOM) if head.startswith(BOM) else 0
    rows = sample_rows(head, whole, start)
    numbers = vector_size_of(rows[:1])
    binary = not numbers and _is_binary(head[start:])
    if header and (binary or not rows or _has_row(header, rows[0])):
        return "word2vec-binary" if binary else "word2vec"
    if vector_size_of(sample_rows(head, whole, 0)):
        return "glove"
    found = "binary of a kind that isn't known" if binary else "text whose lines don't end with numbers"
    raise InputError(
        f"{path}: its format cannot be detected (it is {found}): if it holds word vectors, name its format, by"
        f" {NAME_FORMAT}"
    )


def refuse_pickle(path: str | os.PathLike[str]) -> None:
    """Raise InputError if ``path`` is a file that pickle wrote."""
    if os.path.isfile(path):
        with VectorFile(path) as source:
            _refuse_pickled(source.head(0)[0], path)


def _refuse_pickled(head: bytes, path: str | os.PathLike[str]) -> None:
    if not (head[:1] == _PICKLE and head[1:2] in _PROTOCOLS and len(head) > 1) and not head.startswith(_OLD_PICKLES):
        return
    what, remedy = "a pickle", "save its vectors in another format, such as word2vec's"
    if b"gensim" in head:
        what = "a pickle that gensim saved"
        name = "vectors" if b"KeyedVectors" in head[:100] else "model.wv"
        remedy = f'export its vectors in gensim, by {name}.save_word2vec_format("vectors.bin", binary=True)'
    raise InputError(f"{path}: is {what}, which is not read, as a pickle can run code: {remedy}")


def _by_magic(head: bytes, size: int | None) -> str | None:
    first = int.from_bytes(head[:8], "little")
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if int.from_bytes(head[:4], "little", signed=True) == _FASTTEXT or _is_old_fasttext(head):
        return "fasttext"
    if size is not None and 2 <= first <= size - 8 and head[8:9] == b"{":
        return "safetensors"
    return None


def _is_old_fasttext(head: bytes) -> bool:
    """Whether fastText's settings stand there, as they did before files had a magic number."""
    if len(head) < _OLD_FASTTEXT.size:
        return False
    dim, ws, epoch, _, neg, ngrams, loss, model, bucket, minn, maxn, _, t, size, words, labels = (
        _OLD_FASTTEXT.unpack_from(head)
    )
    numbers = 1 <= dim <= 1 << 16 and 0 <= ws <= 1 << 16 and 0 <= epoch <= 1 << 24 and 0 <= neg <= 1 << 16
    names = 1 <= loss <= 4 and 1 <= model <= 3 and 0 <= ngrams <= 1 << 10
    grams = bucket >= 0 and 0 <= minn <= 1 << 10 and 0 <= maxn <= 1 << 10
    return numbers and names and grams and 0 <= t <= 1 and words >= 0 and labels >= 0 and size == words + labels


def _is_binary(head: bytes) -> bool:
    """Whether ``head`` has bytes that text doesn't have; words in another encoding than UTF-8 look like that too."""
    try:
        head[:_SAMPLE].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < _SAMPLE - 4:  # not a character that the sample's end cuts
            return True
    return len(head) > len(head.translate(None, _CONTROL))


def _has_row(header: Header, row: list[bytes]) -> bool:
    """Whether the first line is a header, and not a row of a word and a number that are whole numbers both."""
    return len(row) > 2 or header.vector_size == 1 or header.rows == 0
