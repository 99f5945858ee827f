"""The words of a file: decoded and doubles dropped when it is read, checked before it is written."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlpkit.errors import InputError, OutputError, ParameterError, is_whole
from nlpkit.text.terms import Terms

MEND_ENCODING = (
    "convert it with its encoding, such as nlpkit convert --encoding latin-1 (encoding='latin-1'), or read it with"
    " --decode-errors replace (errors='replace')"
)
_PADDING = 16
_WHITE = np.zeros(256, bool)
_WHITE[list(b" \t\n\v\f\r")] = True


@dataclass(frozen=True)
class WordReading:
    """How the words of a file are read.

    Parameters
    ----------
    limit : int, optional
        Read the first ``limit`` words only, and no more of the file than they need.
    encoding, errors : str
        How the words are decoded, as by `bytes.decode`; with "skip" a row is left out if its word can't be.
    on_bad : {"error", "skip"}
        Whether a row that can't be read is an error, or left out and counted.

    Raises
    ------
    ParameterError
        If ``limit`` is not a whole number from 1, Python does not know ``encoding`` or ``errors``, the encoding
        does not write spaces and digits as ASCII does, or ``on_bad`` is something else.
    """

    limit: int | None = None
    encoding: str = "utf-8"
    errors: str = "strict"
    on_bad: str = "error"

    def __post_init__(self) -> None:
        if self.limit is not None and not is_whole(self.limit):
            raise ParameterError(f"limit is {self.limit!r}: give a number of words from 1, or leave it out for all")
        try:
            fits = "7 .-\t\n".encode(self.encoding).removeprefix(codecs.BOM_UTF8) == b"7 .-\t\n"
        except (LookupError, UnicodeError, TypeError, AttributeError) as error:
            raise ParameterError(
                f"encoding is {self.encoding!r}: name one that Python knows, such as 'latin-1'"
            ) from error
        if not fits:
            raise ParameterError(f"encoding is {self.encoding!r}: it has to write digits and spaces as ASCII does")
        try:
            codecs.lookup_error("strict" if self.errors == "skip" else self.errors)
        except (LookupError, TypeError) as error:
            raise ParameterError(
                f"errors is {self.errors!r}: choose one of strict, replace, skip, ignore, surrogateescape"
            ) from error
        if self.on_bad not in ("error", "skip"):
            raise ParameterError(f"on_bad is {self.on_bad!r}: choose error or skip")

    @property
    def skips_undecodable(self) -> bool:
        """Whether rows are left out whose words can't be decoded."""
        return self.errors == "skip" or (self.errors == "strict" and self.on_bad == "skip")

    @property
    def is_utf8(self) -> bool:
        """Whether the words are UTF-8, with or without a byte-order mark."""
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig")

    def of(self, n: int) -> int:
        """The number of words to read of ``n``."""
        return n if self.limit is None else min(int(self.limit), n)


def decode(
    buffer: np.ndarray, offsets: np.ndarray, reading: WordReading, where: Callable[[int], str], doubt: str = ""
) -> tuple[Terms, list[int]]:
    """The words whose bytes stand in ``buffer`` between ``offsets``.

    Parameters
    ----------
    buffer : (n_bytes,) uint8
    offsets : (n + 1,) int64
    reading : WordReading
    where : callable
        Place of a row in messages, such as ``"vectors.txt, line 7"``.
    doubt : str
        Another meaning of a word that can't be decoded, unless it only ends within a character.

    Returns
    -------
    words : Terms
    skipped : list of int
        Rows that the reading leaves out, as their words can't be decoded.

    Raises
    ------
    InputError
        If a word can't be decoded.
    """
    utf8 = reading.is_utf8
    if utf8 and _is_utf8(buffer, offsets):
        return Terms(np.concatenate([buffer, np.zeros(_PADDING, np.uint8)]), offsets), []
    data = buffer.tobytes()
    encoding = "utf-8" if utf8 else reading.encoding
    strings: list[str] = []
    skipped: list[int] = []
    strange: list[int] = []
    for row, (start, end) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)):
        try:
            strings.append(data[start:end].decode(encoding))
            continue
        except UnicodeError as error:
            also = doubt if is_strange(data[start:end], encoding) else ""
            if also:
                strange.append(row)
            if reading.skips_undecodable:
                skipped.append(row)
                continue
            if reading.errors == "strict":
                shown = repr(data[start : min(end, start + 40)])[1:]
                told = f"{where(row)}: the word {shown} isn't {reading.encoding}: {MEND_ENCODING}"
                raise InputError(f"{told}; {also}" if also else told) from error
        strings.append(data[start:end].decode(encoding, reading.errors))
    if strange:
        warnings.warn(
            f"{where(strange[0])}: the word isn't {reading.encoding}, and {len(strange) - 1:,} further words: {doubt}",
            stacklevel=2,
        )
    return Terms.of(strings), skipped


def is_strange(word: bytes, encoding: str) -> bool:
    """Whether bytes can't be decoded for another reason than that they end within a character."""
    try:
        word.decode(encoding)
    except UnicodeDecodeError as error:
        return not (error.end == len(word) and error.reason == "unexpected end of data")
    except UnicodeError:
        return True
    return False


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


def warn_of_left_out(left_out: Mapping[str, Sequence[int]], path: object, unit: str) -> None:
    """Warn of rows that were left out, by reason, with the number of the first."""
    if left_out:
        told = [f"{reason}: {len(rows):,} (the first is {unit} {rows[0]:,})" for reason, rows in left_out.items()]
        warnings.warn(f"{path}: rows left out, because {'; '.join(told)}", stacklevel=2)


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
        + (", or join its parts by nlpkit convert --join _ (join='_')" if "white" in fault else "")
    )


def check_no_nul(words: Terms, path: Path) -> None:
    """Refuse words with NUL in them, for binary formats.

    Raises
    ------
    OutputError
        Naming the word and its row, from 0.
    """
    zeros = np.flatnonzero(np.asarray(words.buffer[: words.offsets[-1]]) == 0)
    if len(zeros):
        row = int(np.searchsorted(np.asarray(words.offsets), zeros[0], side="right")) - 1
        raise OutputError(f"{path}: the word {words[row]!r} of row {row:,} has NUL in it: write .npy or a folder")


def terms_of_lines(data: bytes, reading: WordReading, where: str) -> Terms:
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
        if not reading.is_utf8 or reading.errors not in ("strict", "skip"):
            errors = "strict" if reading.errors == "skip" else reading.errors
            data = data.decode(reading.encoding, errors).encode("utf-8", "backslashreplace")
        return Terms.from_lines(data)
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise InputError(f"{where}, line {line:,}: isn't {reading.encoding}: {MEND_ENCODING}") from error
