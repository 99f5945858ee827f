"""Prefixes of translations from a file, one line for each text."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nlpkit.errors import InputError, ParameterError

from .inputs import AnyTexts, Reading, StrPath
from .places import check_apart

if TYPE_CHECKING:
    from nlpkit.corpora import GivenTexts


class PrefixLines:
    """The beginnings that translations must have: the same for all texts, or a line of a file for each.

    Parameters
    ----------
    prefix : str, optional
        The same for all texts.
    path : path, optional
        File with a line for each text; a text with an empty line has no prefix.
    read_as : Reading
        Its encoding is that of the file.

    Raises
    ------
    ParameterError
        If both are given, or standard input is named twice.
    InputError
        If the file cannot be read.
    """

    def __init__(self, prefix: str | None, path: StrPath | None, inputs: object, read_as: Reading = Reading()) -> None:
        self._prefix, self._path = prefix, path
        self._lines: list[str] | None = None
        if path is None:
            return
        if prefix is not None:
            raise ParameterError("both --prefix and --prefix-file (prefix=, prefix_file=) are given: leave one out")
        named = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
        if os.fspath(path) == "-" and isinstance(named, list | tuple) and "-" in map(str, named):
            raise ParameterError("standard input is named twice: give a file for the texts or for the prefixes")
        errors = "replace" if read_as.decode_errors == "replace" else "strict"
        lines = Reading(per="line", encoding=read_as.encoding, decode_errors=errors, stdin=read_as.stdin)
        with replace(lines, may_skip=False).texts(path) as texts:
            self._lines = list(texts.texts())
            self._sources = texts

    def check(self, texts: AnyTexts | GivenTexts, output: StrPath | None) -> None:
        """Refuse a file that has another number of lines than there are texts; reads all texts.

        Raises
        ------
        InputError
            If there are more or fewer.
        OutputError
            If ``output`` would replace the file.
        """
        if self._lines is None or self._path is None:
            return
        if output is not None and os.fspath(output) != "-":
            check_apart(output, self._sources)
        texts.spool()
        count = sum(len(block.texts) for block in texts.blocks())
        if count != len(self._lines):
            lines = f"{len(self._lines):,} line" + "s" * (len(self._lines) != 1)
            raise InputError(
                f"{os.fspath(self._path)} has {lines}, and there are {count:,} texts: expected a "
                "line with the prefix of each text, empty where there is none"
            )

    @property
    def digest(self) -> str | None:
        """The SHA-256 of all prefixes, None without any."""
        given = self._lines if self._lines is not None else self._prefix
        return None if given is None else hashlib.sha256(json.dumps(given).encode()).hexdigest()

    def of(self, first: int, texts: Sequence[str]) -> list[str] | None:
        """Return the prefixes of some texts, of which the first one has the number ``first``."""
        if self._lines is not None:
            return self._lines[first : first + len(texts)]
        return None if self._prefix is None else [self._prefix] * len(texts)
