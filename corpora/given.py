"""Texts in memory, with the interface of `nlpkit.corpora.Texts`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.corpora.paths import Source
from nlpkit.corpora.texts import BLOCK_CHARACTERS, Block, Row
from nlpkit.errors import InputError

SOURCE = "<text>"


class GivenTexts:
    """Texts from an iterable.

    Parameters
    ----------
    texts : iterable of str or of lists of str
        Stored as a list, which allows several passes. A list or a tuple of str is a text that is cut into tokens.

    Raises
    ------
    InputError
        If ``texts`` is a single string, or an item is neither a string nor a list of strings.

    Examples
    --------
    >>> [row.text for row in GivenTexts(["one", "two"])]
    ['one', 'two']
    """

    sources: tuple[Source, ...] = ()
    folders: tuple[str, ...] = ()
    is_stream = False
    skipped = 0
    bytes_read = 0
    total_bytes = 0

    def __init__(self, texts: Iterable[Any]) -> None:
        if isinstance(texts, str):
            raise InputError("found one string, expected an iterable of texts: put it in a list")
        self._texts = list(texts)
        for index, text in enumerate(self._texts):
            strings = text if isinstance(text, list | tuple) else [text]
            for string in strings:
                if not isinstance(string, str):
                    found = type(string).__name__
                    where = f"text {index}, a list of tokens" if strings is text else f"text {index}"
                    raise InputError(f"{where}: found {found}, expected a string")

    def __enter__(self) -> GivenTexts:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def __iter__(self) -> Iterator[Row]:
        return (Row(SOURCE, text) for text in self._texts)

    def texts(self) -> Iterator[str]:
        """Iterate over the texts without their sources."""
        return iter(self._texts)

    def blocks(self, n_characters: int = BLOCK_CHARACTERS) -> Iterator[Block]:
        """Iterate over blocks of rows with about ``n_characters`` of text each."""
        first = characters = 0
        for last, text in enumerate(self._texts, 1):
            characters += len(text) if isinstance(text, str) else sum(map(len, text))
            if characters >= n_characters or last == len(self._texts):
                yield Block([SOURCE] * (last - first), self._texts[first:last])
                first, characters = last, 0

    def spool(self) -> None:
        """Do nothing: the texts can be read repeatedly."""

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the texts."""
        digest = hashlib.sha256()
        for text in self._texts:
            if not isinstance(text, str):
                digest.update(b"tokens" + len(text).to_bytes(8, "little"))
            for string in [text] if isinstance(text, str) else text:
                data = string.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "little") + data)
        return {"inputs": len(self._texts), "inputs_sha256": digest.hexdigest()}
