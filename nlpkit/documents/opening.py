"""Document: a file whose parts are translated and whose layout stays; `open_document` reads one by its suffix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nlpkit.errors import ParameterError
from nlpkit.registry import DOCUMENTS, resolve

from .unit import Unit


class Document(Protocol):
    """A document.

    Attributes
    ----------
    units : list of Unit
        The parts that are translated, in order.
    """

    units: list[Unit]

    def filled(self, texts: Sequence[str]) -> str | bytes:
        """Return the document with the translations of its units, which contain their tags."""

    def escape(self, text: str) -> str:
        """Return a text as it is written in the document; default: as it is."""
        return text


def is_binary(suffix: str) -> bool:
    """Whether files with this suffix hold no text but an archive."""
    return suffix.lower() == ".docx"


def open_document(content: str | bytes, suffix: str, language: str | None = None) -> Document:
    """Return the document that a text is.

    Parameters
    ----------
    content : str, or bytes of files that are binary
        Content of the file.
    suffix : str
        Suffix of its name, such as ``.html``.
    language : str, optional
        Code of its language.

    Raises
    ------
    InputError
        If it is no such document.
    ParameterError
        If the suffix stands for no kind of document.

    Examples
    --------
    >>> open_document("<p>One.</p>", ".html").units[0].text
    'One.'
    """
    if suffix.lower() not in DOCUMENTS:
        raise ParameterError(f"{suffix!r} is no suffix of a document: expected {', '.join(DOCUMENTS)}")
    document: Document = resolve(suffix.lower(), DOCUMENTS)(content, language)
    return document
