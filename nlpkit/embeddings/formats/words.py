"""The words of a file: decoded and doubles dropped when it is read, checked before it is written."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nlpkit.errors import InputError, OutputError, ParameterError, is_whole
from nlpkit.text.terms import Terms

_PADDING = 16
_WHITE = np.zeros(256, bool)
_WHITE[list(b" \t\n\v\f\r")] = True


def check_encoding(encoding: str, errors: str) -> None:
    """Raise ParameterError unless Python knows both, and the encoding writes spaces and digits as ASCII does."""
    try:
        fits = "7 .-\t\n".encode(encoding).removeprefix(codecs.BOM_UTF8) == b"7 .-\t\n"
    except (LookupError, UnicodeError, TypeError, AttributeError) as error:
        raise ParameterError(f"encoding is {encoding!r}: name one that Python knows, such as 'latin-1'") from error
    if not fits:
        raise ParameterError(f"encoding is {encoding!r}: it has to write digits and spaces as ASCII does")
    try:
        codecs.lookup_error(errors)
    except (LookupError, TypeError) as error:
        raise ParameterError(f"errors is {errors!r}: choose one of strict, replace, ignore, surrogateescape") from error


def check_limit(limit: int | None) -> None:
    """Raise ParameterError unless ``limit`` is None or a whole number from 1."""
    if limit is not None and not is_whole(limit):
        raise ParameterError(f"limit is {limit!r}: give a number of words from 1, or leave it out for all")


def decode(buffer: np.ndarray, offsets: np.ndarray, encoding: str, errors: str, where: Callable[[int], str]) -> Terms:
    """The words whose bytes stand in ``buffer`` between ``offsets``.

    Parameters
    ----------
    buffer : (n_bytes,) uint8
    offsets : (n + 1,) int64
    encoding, errors : str
        As for `bytes.decode`.
    where : callable
        Place of a row in messages, such as ``"vectors.txt, line 7"``.

    Raises
    ------
    InputError
        If a word can't be decoded.
    """
    utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    if utf8 and _is_utf8(buffer, offsets):
        return Terms(np.concatenate([buffer, np.zeros(_PADDING, np.uint8)]), offsets)
    data = buffer.tobytes()
    strings = []
    for row, (start, end) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)):
        try:
            strings.append(data[start:end].decode("utf-8" if utf8 else encoding, errors))
        except UnicodeError as error:
            shown = repr(data[start : min(end, start + 40)])[1:]
            raise InputError(
                f"{where(row)}: the word {shown} isn't {encoding}: name its encoding, such as --encoding latin-1"
                " (encoding='latin-1'), or read it with --decode-errors replace (errors='replace')"
            ) from error
    return Terms.of(strings)


def _is_utf8(buffer: np.ndarray, offsets: np.ndarray) -> bool:
    """Whether the bytes are UTF-8 and no word starts within a character."""
    try:
        str(buffer.data, "utf-8")
    except UnicodeDecodeError:
        return False
    starts = offsets[:-1][offsets[:-1] < offsets[1:]]
    return not bool(((buffer[starts] & 0xC0) == 0x80).any())


def without_doubles(words: Terms, vectors: np.ndarray, path: object) -> tuple[Terms, np.ndarray]:
    """Keep the first row of every word, and warn of the others."""
    from nlpkit.text.counting.term_table import TermTable

    numbers = TermTable().insert(words)
    first = np.unique(numbers, return_index=True)[1]
    doubles = len(words) - len(first)
    if doubles == 0:
        return words, vectors
    first.sort()
    kept = np.zeros(len(words), bool)
    kept[first] = True
    word = words[int(np.flatnonzero(~kept)[0])]
    warnings.warn(
        f"{path}: {doubles:,} of {len(words):,} rows have a word that an earlier row has, the first of them {word!r}:"
        " only the earlier rows are kept",
        stacklevel=2,
    )
    return Terms.of(words[i] for i in first.tolist()), vectors[first]


def warn_of_infinite(row: int, count: int, where: Callable[[int], str]) -> None:
    """Warn of ``count`` rows with nan or infinite numbers, of which ``row`` is the first."""
    warnings.warn(
        f"{where(row)}: has nan or infinite numbers, and {count - 1:,} further rows have: read as they are",
        stacklevel=2,
    )


def check_words(words: Terms, path: Path, what: str) -> None:
    """Refuse words that a format whose fields are parted by white space can't hold.

    Raises
    ------
    OutputError
        Naming the word and its row, from 0.
    """
    offsets = words.offsets.astype(np.int64)
    lengths = np.diff(offsets)
    if (lengths == 0).any():
        row, fault = int(np.argmin(lengths)), "is empty"
    else:
        used = words.buffer[: offsets[-1]]
        white = np.flatnonzero(_WHITE[used])
        lone = np.flatnonzero((used[:-1] == 0xED) & (used[1:] >= 0xA0)) if len(used) else white
        if not len(white) and not len(lone):
            return
        byte, fault = (white[0], "has white space in it") if len(white) else (lone[0], "has half a surrogate pair")
        row = int(np.searchsorted(offsets, byte, side="right")) - 1
    raise OutputError(
        f"{path}: the word {words[row]!r} of row {row:,} {fault}, which {what} can't hold:"
        " write .npy, .safetensors or a folder"
    )


def terms_of_lines(data: bytes, encoding: str, errors: str, where: str) -> Terms:
    """The words of a file with a word a line, escaped as by `Terms.lines`.

    A byte order mark at its beginning and carriage returns at the ends of lines are dropped.

    Raises
    ------
    InputError
        If they can't be decoded.
    """
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    if data and not data.endswith(b"\n"):
        data += b"\n"
    try:
        if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig") or errors != "strict":
            data = data.decode(encoding, errors).encode("utf-8", "backslashreplace")
        return Terms.from_lines(data)
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise InputError(
            f"{where}, line {line:,}: isn't {encoding}: name the words' encoding, such as --encoding latin-1"
            " (encoding='latin-1')"
        ) from error
