"""`convert_vectors`: word vectors from any format to any other."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nlpkit.errors import InputError, NlpkitError, OutputError, ParameterError

from .inputs import StrPath
from .places import check_place

if TYPE_CHECKING:
    from nlpkit.embeddings import WordVectors

TO_A_STREAM = ("word2vec", "word2vec-binary", "glove", "vec", "fasttext", "safetensors")
"""Formats that are one file, which can go to standard output."""


@dataclass(frozen=True, kw_only=True)
class ConvertReport:
    """Result of `convert_vectors`.

    Attributes
    ----------
    words, vector_size : int
        How many words, and how many numbers each has.
    format : str
        One of `nlpkit.embeddings.formats.FORMATS`.
    lost : tuple of str
        Parts of the input, among "sub-words", "labels", "counts" and "output weights" (from which training
        continues), that the output does not have, as its format can't hold it or the limit left it out.
    left_out : dict of str to int
        Number of rows of the input that were left out, by reason.
    """

    words: int
    vector_size: int
    format: str
    lost: tuple[str, ...]
    left_out: dict[str, int] = field(default_factory=dict)


def convert_vectors(
    input: StrPath | Any,
    output: StrPath,
    *,
    input_format: str = "auto",
    output_format: str | None = None,
    limit: int | None = None,
    precision: str = "float32",
    encoding: str = "utf-8",
    errors: str = "strict",
    on_bad: str = "error",
    join: str | None = None,
    force: bool = False,
    stdin: BinaryIO | None = None,
) -> ConvertReport:
    """Read word vectors and write them in another format.

    Parameters
    ----------
    input : path, WordVectors, or fitted Word2Vec or FastText
        A folder of one of these, a file, or ``-`` for standard input.
    output : path
        A file, a folder, or ``-`` for standard output.
    input_format : str
        One of `nlpkit.embeddings.formats.FORMATS`; "auto" detects it from the content.
    output_format : str, optional
        One of them; default: by the output's name, see `nlpkit.embeddings.formats.write`.
    limit : int, optional
        Take only this number of words, from the first on.
    precision : {"float32", "float16", "int8"}
        Precision of the numbers in a folder.
    encoding, errors, on_bad : str
        How the input is read: see `nlpkit.embeddings.formats.read`.
    join : str, optional
        Put it in the place of white space in words, if the output's format can't hold such words.
    force : bool
        Replace a folder that nlpkit wrote before.
    stdin : binary file, optional
        File that ``-`` reads; default: standard input.

    Returns
    -------
    ConvertReport

    Raises
    ------
    ArtifactError, InputError
        If the input can't be read.
    OutputError
        If the output can't be written there, would replace the input or stand in its folder, its words would replace
        another file, the format can't hold the words, or two words would be the same by ``join``.
    ParameterError
        If a format is unknown or cannot be detected, or does not support the precision.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = Path(folder, "glove.txt").write_text("king 1 0.5\\nqueen 1 0.25\\n")
    >>> convert_vectors(folder / "glove.txt", folder / "vectors.vec").words
    2
    >>> print((folder / "vectors.vec").read_text(), end="")
    2 2
    king 1 0.5
    queen 1 0.25
    """
    from nlpkit.outputs.files import output_errors

    _check_formats(input_format, output_format)
    name = os.fspath(output)
    is_path = isinstance(input, str | os.PathLike) and os.fspath(input) != "-"
    if name != "-":
        _check_output(name, output_format, precision, force)
        if is_path:
            _check_apart(name, os.fspath(input))
    elif output_format is not None and output_format not in TO_A_STREAM:
        raise ParameterError(f"{output_format} isn't one file, and can't go to standard output: name a place")
    with tempfile.TemporaryDirectory() as spool, _without_folder(spool):
        source = input if is_path or not isinstance(input, str | os.PathLike) else _spooled(spool, stdin)
        vectors = _read(source, input_format, limit, encoding=encoding, errors=errors, on_bad=on_bad)
        if name == "-":
            written = output_format or "word2vec"
            _write_out(vectors, written, Path(spool, "standard output"), join)
        else:
            written = _format(name, output_format, vectors)
            with output_errors(name):
                if written == "folder":
                    vectors.save(output, precision=precision, force=force)
                else:
                    vectors.write(output, written, join)
    return ConvertReport(
        words=len(vectors),
        vector_size=vectors.vector_size,
        format=written,
        lost=_lost(vectors, written),
        left_out=dict(vectors.rows_left_out),
    )


def _read(source: StrPath | Any, format: str, limit: int | None, **reading: str) -> WordVectors:
    from nlpkit.embeddings import WordVectors

    from .similar import word_vectors_of

    if not isinstance(source, str | os.PathLike):
        if limit is not None:
            raise ParameterError("limit is for files and folders: leave it out")
        return word_vectors_of(source)
    if not os.path.exists(source):
        raise InputError(f"{os.fspath(source)}: there is no such file or folder of word vectors")
    return WordVectors.read(source, format=format, limit=limit, **reading)


def _spooled(folder: str, stdin: BinaryIO | None) -> Path:
    """Copy standard input to a file, so that its format can be detected."""
    if stdin is None and sys.stdin is None:
        raise InputError("standard input is closed: give a file, or a pipe")
    path = Path(folder, "standard input")
    try:
        with open(path, "wb") as copy:
            shutil.copyfileobj(stdin or sys.stdin.buffer, copy)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"can't copy standard input to a temporary file ({reason}): set TMPDIR to a folder that has room"
        ) from error
    return path


def _write_out(vectors: WordVectors, format: str, path: Path, join: str | None) -> None:
    from nlpkit.outputs.files import StandardOutput, output_errors

    try:
        vectors.write(path, format, join)
    except OutputError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        reason = error.__cause__.strerror or error.__cause__
        raise OutputError(
            f"can't write a temporary file for standard output ({reason}): set TMPDIR to a folder that has room"
        ) from error
    out = StandardOutput()
    with output_errors("standard output"), open(path, "rb") as file:
        try:
            shutil.copyfileobj(file, out.file)
            out.finish()
        finally:
            out.discard()


@contextmanager
def _without_folder(folder: str) -> Iterator[None]:
    """Leave the temporary folder out of errors and warnings, so that they name what stands for standard input."""
    hidden = os.path.join(folder, "")
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield
    except NlpkitError as error:
        if hidden not in str(error):
            raise
        raise type(error)(str(error).replace(hidden, "")) from error
    finally:
        for each in caught:
            warnings.warn(str(each.message).replace(hidden, ""), each.category, stacklevel=4)


def _check_formats(*names: str | None) -> None:
    from nlpkit.embeddings.formats import FORMATS

    for name in names:
        if name not in (None, "auto", *FORMATS):
            raise ParameterError(f"there is no format {name!r}: choose one of {', '.join(FORMATS)}")


def _check_output(name: str, format: str | None, precision: str, force: bool) -> None:
    """Refuse what can't be written, before the input is read."""
    from nlpkit.embeddings.formats.npy import check_words_path

    wanted = _format(name, format, None)
    is_folder = wanted == "folder"
    if precision not in ("float32", "float16", "int8"):
        raise ParameterError(f"precision is {precision!r}: choose one of float32, float16, int8")
    if precision != "float32" and not is_folder:
        raise ParameterError(f"{name}: only a folder holds {precision}: name one, or leave the precision out")
    check_place(name, is_folder=is_folder, force=force)
    if wanted == "npy":
        check_words_path(name)


def _check_apart(name: str, source: str) -> None:
    """Refuse an output that is the input, or stands in it, or has it within or as its words."""
    from nlpkit.embeddings.formats.npy import words_path

    place, read = os.path.realpath(name), os.path.realpath(source)
    is_words = name.endswith(".npy") and os.path.realpath(words_path(name)) == read
    if place == read or is_words or read.startswith(os.path.join(place, "")):
        raise OutputError(f"{name}: would replace the input: name another place")
    if place.startswith(os.path.join(read, "")) and os.path.isdir(read):
        raise OutputError(f"{name}: is inside the input folder {source}: name another place")


def _format(name: str, format: str | None, vectors: WordVectors | None) -> str:
    from nlpkit.embeddings.formats import FORMATS, format_named

    if format is not None:
        return format
    try:
        return format_named(name, fasttext=vectors is not None and vectors.subwords is not None)
    except ParameterError as error:
        raise ParameterError(
            f"{name}: its name implies no format that can be written: name one by --to (output_format=):"
            f" {', '.join(FORMATS)}"
        ) from error


def _lost(vectors: WordVectors, format: str) -> tuple[str, ...]:
    parts = {
        "sub-words": vectors.subwords,
        "labels": vectors.classifier,
        "counts": vectors.counts,
        "output weights": vectors.outputs,
    }
    held = {"folder": {*parts}, "fasttext": {*parts} - {"labels"}, "safetensors": {"counts"}}.get(format, set())
    return tuple(
        name for name, part in parts.items() if name in vectors.left_out or (part is not None and name not in held)
    )
