"""Rows of the words of a test set, and signatures of scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import islice
from os import PathLike, fspath
from pathlib import Path

from nlpkit._version import __version__
from nlpkit.errors import InputError, ParameterError

StrPath = str | PathLike[str]


def key_of(word: str, case_insensitive: bool) -> str:
    """Return the key of a word: upper case if case-insensitive, as in gensim."""
    return word.upper() if case_insensitive else word


def rows_of(
    words: Iterable[str], wanted: set[str], restrict_vocab: int | None, case_insensitive: bool
) -> dict[str, list[int]]:
    """Return the rows of the ``wanted`` keys among the first ``restrict_vocab`` words, most frequent first."""
    found: dict[str, list[int]] = {}
    for row, word in enumerate(islice(words, restrict_vocab)):
        key = key_of(word, case_insensitive)
        if key in wanted:
            found.setdefault(key, []).append(row)
    return found


def check_restriction(restrict_vocab: int | None) -> None:
    """Raise ParameterError unless ``restrict_vocab`` is None or at least 1."""
    if restrict_vocab is not None and (not isinstance(restrict_vocab, int) or restrict_vocab < 1):
        raise ParameterError(f"restrict_vocab is {restrict_vocab!r}: give a number of words from 1, or None for all")


def read_text(path: StrPath, what: str) -> tuple[str, str]:
    """Return the text of a test set's file, and the file name with the start of its SHA-256.

    Raises
    ------
    InputError
        If the file cannot be read or is not UTF-8.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{fspath(path)} can't be read ({error.strerror}): name an existing file of {what}") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{fspath(path)} is not UTF-8 at byte {error.start:,}: give {what} as UTF-8 text") from error
    return text, f"{Path(path).name}#{hashlib.sha256(data).hexdigest()[:12]}"


def signature_of(metric: str, data: str, options: Mapping[str, object]) -> str:
    """Return one line that describes how a score was measured."""
    parts = {"metric": metric, "data": data, **options, "nlpkit": __version__}
    return "|".join(f"{name}:{value}" for name, value in parts.items())
