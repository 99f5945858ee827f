"""Formats of word vectors: detected by content, read and written block by block."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nlpkit.errors import InputError, ParameterError
from nlpkit.registry import KINDS, resolve

if TYPE_CHECKING:
    from nlpkit.embeddings.words.table import WordTable

_ROOM = "nlpkit.embeddings.formats"
READERS = {
    "word2vec": f"{_ROOM}.text_reader:read_word2vec",
    "word2vec-binary": f"{_ROOM}.word2vec_binary:read",
    "glove": f"{_ROOM}.text_reader:read_glove",
    "vec": f"{_ROOM}.text_reader:read_word2vec",
    "fasttext": f"{_ROOM}.fasttext.reader:read",
    "npy": f"{_ROOM}.npy:read",
    "safetensors": f"{_ROOM}.safetensors_file:read",
    "folder": f"{_ROOM}.folder:read",
}
WRITERS = {
    "word2vec": f"{_ROOM}.text_writer:write_word2vec",
    "word2vec-binary": f"{_ROOM}.word2vec_binary:write",
    "glove": f"{_ROOM}.text_writer:write_glove",
    "vec": f"{_ROOM}.text_writer:write_word2vec",
    "fasttext": f"{_ROOM}.fasttext.writer:write",
    "npy": f"{_ROOM}.npy:write",
    "safetensors": f"{_ROOM}.safetensors_file:write",
    "folder": f"{_ROOM}.folder:write",
}
FORMATS = tuple(READERS)
"""The names of the formats, each of which is read and written."""

WITHOUT_SPACES = ("word2vec", "word2vec-binary", "glove", "vec", "fasttext")
"""Those that can't hold words with white space in them."""

_SUFFIXES = {".txt": "word2vec", ".vec": "vec", ".npy": "npy", ".safetensors": "safetensors", ".bin": "word2vec-binary"}


def read(
    path: str | os.PathLike[str],
    format: str = "auto",
    limit: int | None = None,
    encoding: str = "utf-8",
    errors: str = "strict",
    on_bad: str = "error",
) -> Any:
    """Read word vectors.

    Parameters
    ----------
    path : str or path-like
        A file, or a folder that nlpkit wrote. word2vec's files and GloVe's may be packed by gzip.
    format : str
        One of `FORMATS`, or "auto": detected by its content.
    limit : int, optional
        Read the first ``limit`` words only, and no more of the file than they need.
    encoding : str
        That of the words.
    errors : {"strict", "replace", "skip", "ignore", "surrogateescape", …}
        Handling of words that are not of this encoding, as by `bytes.decode`; "skip" leaves their rows out, with a
        warning.
    on_bad : {"error", "skip"}
        Whether a row of a text format that can't be read is an error, or left out, with a warning that counts such
        rows by reason. The number of rows in a header then need not be right.

    Returns
    -------
    WordVectors
        A word that comes again is dropped, with a warning. nan and infinite numbers are kept; in text and word2vec's
        binary form with a warning. ``rows_left_out`` counts the rows that were left out, by reason.

    Raises
    ------
    InputError
        If the file can't be read, is damaged or truncated, or its format cannot be detected.
    ArtifactError
        If a folder is damaged or foreign.
    ParameterError
        If one of the other parameters can't be.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.txt")
    >>> size = path.write_text("new york 1 0.5\\nrome 0 2\\n")
    >>> vectors = read(path)
    >>> list(vectors.words), vectors.vectors.tolist()
    (['new york', 'rome'], [[1.0, 0.5], [0.0, 2.0]])
    """
    from .recognition import format_of, refuse_pickle
    from .words import WordReading

    if format == "auto":
        format = format_of(path)
    _check(format)
    reading = WordReading(limit=limit, encoding=encoding, errors=errors, on_bad=on_bad)
    try:
        table = resolve(format, READERS)(path, reading)
    except InputError:
        refuse_pickle(path)
        raise
    return resolve("word_vectors", KINDS).of(table)


def open_file(path: str | os.PathLike[str], errors: str = "strict") -> Any:
    """Read word vectors if ``path`` is a file, and return None if it is not; ``errors`` is that of `read`."""
    return read(path, errors=errors) if os.path.isfile(path) else None


def write(vectors: WordTable, path: str | os.PathLike[str], format: str | None = None, join: str | None = None) -> None:
    """Write word vectors, whole or not at all.

    Parameters
    ----------
    vectors : WordTable
    path : str or path-like
        Where to. word2vec's and GloVe's forms are packed by gzip where it ends in ``.gz``.
    format : str, optional
        One of `FORMATS`; default: by the name: ``.txt`` and ``.vec`` word2vec's text, ``.bin`` fastText's where
        there are sub-words and else word2vec's binary form, ``.npy``, ``.safetensors``; no suffix, or a slash at the
        end: a folder.
    join : str, optional
        Put it in the place of white space in words, if the format can't hold such words; default: they are an error.

    Raises
    ------
    OutputError
        If nothing can be written there, or a word has white space in it or is empty and the format can't hold such;
        or two words would be the same by ``join``.
    ParameterError
        If the format is unknown, or the name implies none, or ``join`` has white space in it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from nlpkit.embeddings.word_vectors import WordVectors
    >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.vec")
    >>> write(WordVectors(["rome"], [[0.1, 2]]), path)
    >>> path.read_text()
    '1 2\\nrome 0.1 2\\n'
    """
    from nlpkit.outputs.files import output_errors

    name = format or format_named(path, fasttext=vectors.subwords is not None)
    _check(name)
    if join is not None and name in WITHOUT_SPACES:
        from .joined_words import joined

        vectors = joined(vectors, join, path, with_subwords=name == "fasttext")
    with output_errors(path):
        resolve(name, WRITERS)(vectors, path)


def format_named(path: str | os.PathLike[str], *, fasttext: bool = False) -> str:
    """The format that a file's name asks for; ``fasttext``: there are sub-words to keep.

    Raises
    ------
    ParameterError
        If the name implies none.

    Examples
    --------
    >>> format_named("vectors.txt.gz"), format_named("model.bin", fasttext=True), format_named("model")
    ('word2vec', 'fasttext', 'folder')
    """
    from nlpkit.outputs.files import is_folder

    name = os.fspath(path)
    if is_folder(name):
        return "folder"
    packed = name.lower().endswith(".gz")
    suffix = os.path.splitext(name[:-3] if packed else name)[1].lower()
    found = "fasttext" if suffix == ".bin" and fasttext else _SUFFIXES.get(suffix)
    if found is None or (packed and found not in ("word2vec", "vec", "word2vec-binary")):
        raise ParameterError(
            f"{name}: its name implies no format that can be written: name one, by --to (format=): {', '.join(FORMATS)}"
        )
    return found


def _check(name: str) -> None:
    if name not in FORMATS:
        raise ParameterError(f"format is {name!r}: choose one of {', '.join(FORMATS)}")
