"""`opened_document`: a document from a file."""

from __future__ import annotations

from pathlib import Path

from nlpkit.documents.opening import Document, is_binary, open_document
from nlpkit.errors import InputError, ParameterError


def opened_document(path: Path, encoding: str, language: str | None) -> Document:
    """Read a document, whose suffix says what it is.

    Parameters
    ----------
    path : Path
    encoding : str
        Encoding of documents that are text.
    language : str, optional
        Code of its language.

    Raises
    ------
    InputError
        If it cannot be read, or is no such document; the message names the file.
    ParameterError
        If the encoding is unknown.
    """
    try:
        return open_document(_read(path, encoding), path.suffix, language)
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(str(path)) else f"{path}: {message}") from error


def _read(path: Path, encoding: str) -> str | bytes:
    try:
        if is_binary(path.suffix):
            return path.read_bytes()
        with open(path, encoding=encoding, newline="") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not {encoding} at byte {error.start}: name its encoding with --encoding"
        ) from error
    except LookupError as error:
        raise ParameterError(f"encoding is {encoding!r}, which is unknown: expected a name such as utf-8") from error
