"""JSON: records from JSON Lines, or from one array that is read piece by piece."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any

from nlpkit.corpora.bad_records import BLANK, BadRecords
from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import MARK_ERRORS, Decoding
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.text_bytes import TextBytes
from nlpkit.corpora.values import WrittenFloat
from nlpkit.errors import InputError

NOT_JSON = "not JSON"
DAMAGED = "rest of a file after damaged JSON"

_PIECE_BYTES = 1 << 18
_LONGEST_LITERAL = 16
_WHITE = " \t\n\r"
_AFTER_VALUE = _WHITE + ',]["{'  # not a digit, a point or an exponent that the next piece continues


def read_json(
    stream: ByteReader,
    path: str,
    *,
    decoding: Decoding,
    bad: BadRecords,
    as_lines: bool = True,
    written_numbers: bool = False,
) -> Iterator[tuple[int, Any]]:
    """Yield the records of JSON with the line on which each begins, counted from 1.

    Parameters
    ----------
    stream : ByteReader
    path : str
        File name, for messages.
    decoding : Decoding
    bad : BadRecords
        Treatment of lines that are not JSON. Blank lines are counted.
    as_lines : bool
        Whether the stream is known to be JSON Lines. If not, it is if its first line is a whole value and another
        follows; else it is one array of records, or one value after the other.
    written_numbers : bool
        Whether numbers with a decimal point remember how they were written.

    Raises
    ------
    InputError
        If the text is not JSON, or cannot be decoded.
    """
    decoder = json.JSONDecoder(parse_float=WrittenFloat) if written_numbers else json.JSONDecoder()
    data = TextBytes(stream, path, decoding)
    if as_lines or _is_lines(data, decoder):
        yield from _of_lines(data, path, decoder, decoding, bad)
    else:
        try:
            yield from _Values(data, path, decoder, decoding)
        except _Damage as error:
            if bad.on_bad == "error":
                raise InputError(f"{error}; --on-bad skip leaves out the rest of the file") from None
            bad.record(DAMAGED, str(error))


def field_of(record: Any, name: str) -> Any:
    """Return a field of an object; ``data.text`` is the field ``text`` of the field ``data``.

    Raises
    ------
    KeyError
        If there is none.

    Examples
    --------
    >>> field_of({"data": {"text": "one cat"}}, "data.text"), field_of({"a.b": 1}, "a.b")
    ('one cat', 1)
    """
    if isinstance(record, Mapping):
        if name in record:
            return record[name]
        first, dot, rest = name.partition(".")
        while dot:
            if isinstance(record.get(first), Mapping):
                return field_of(record[first], rest)
            more, dot, rest = rest.partition(".")
            first = f"{first}.{more}"
    raise KeyError(name)


def without_field(path: str, number: int, record: Any, field: str, *, option: str = "--field") -> str:
    """Return the message about a record that lacks a field; ``option`` is the option that names the field."""
    where = f"{path}, line {number}"
    if not isinstance(record, Mapping):
        found = "an array" if isinstance(record, list) else "a string" if isinstance(record, str) else "no object"
        return f"{where}: found {found}, expected an object with the field {field!r}"
    names = ", ".join(map(repr, record)) or "none"
    return f"{where}: there is no field {field!r}; set {option}, the fields are {names}"


def _is_lines(data: TextBytes, decoder: json.JSONDecoder) -> bool:
    lines = [line for line in data.head().split(b"\n") if line.strip()]
    if len(lines) < 2:
        return False
    try:
        decoder.decode(lines[0].decode(data.codec, "replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _of_lines(
    data: TextBytes, path: str, decoder: json.JSONDecoder, decoding: Decoding, bad: BadRecords
) -> Iterator[tuple[int, Any]]:
    decode = decoder.decode
    for first, run in read_lines(data, path, decoding):
        for number, line in enumerate(run, first):
            try:
                record = decode(line)
            except ValueError as error:
                if not line or line.isspace():
                    bad.left_out.count(BLANK)
                    continue
                if number == 1 and line.lstrip().startswith("["):
                    raise InputError(f"{path}: found a JSON array, expected JSON Lines; name the file .json") from None
                bad.record(NOT_JSON, _not_json(f"{path}, line {number}", error))
                continue
            except RecursionError:
                bad.record(NOT_JSON, f"{path}, line {number}: the JSON is nested too deeply")
                continue
            yield number, record


def _not_json(where: str, error: ValueError) -> str:
    reason = getattr(error, "msg", str(error))
    column = getattr(error, "colno", None)
    where += f", column {column}" if column else ""
    return f"{where}: not JSON ({reason[:1].lower()}{reason[1:]}); expected one object per line"


class _Values:
    """The values of a text, or the elements of the array that it is."""

    def __init__(self, data: TextBytes, path: str, decoder: json.JSONDecoder, decoding: Decoding) -> None:
        errors = {"strict": "strict", "replace": "replace"}.get(decoding.errors, MARK_ERRORS)
        self._bytes = codecs.getincrementaldecoder(data.codec)(errors)
        self._data = data
        self._path = path
        self._decoder = decoder
        self._decoding = decoding
        self._text = ""
        self._at = 0
        self._line = 1
        self._offset = data.offset
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        in_array = self._next() == "["
        if in_array:
            self._take(1)
        while (character := self._next()) not in ("", "]"):
            line = self._line
            yield line, self._value()
            if in_array and (character := self._next()) not in ("", "]"):
                if character != ",":
                    raise self._refuse("expected ',' or ']'")
                self._take(1)
                if self._next() == "]":
                    raise self._refuse("expected a value after ','")
        if in_array:
            if not character:
                raise self._refuse("the array is not closed; download the file again if it is truncated")
            self._take(1)
        if self._next():
            raise self._refuse("found text after the end")

    def _value(self) -> Any:
        """Take the next value, and read as much as it needs."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.pos > len(self._text) - _LONGEST_LITERAL or error.msg.startswith("Unterminated string")
                if not (is_cut and self._more()):
                    self._take(error.pos - self._at)
                    raise self._refuse(error.msg[:1].lower() + error.msg[1:]) from None
            except RecursionError:
                raise self._refuse("nested too deeply") from None
            else:
                is_whole = end < len(self._text) and self._text[end] in _AFTER_VALUE
                if is_whole or not self._more():
                    self._take(end - self._at)
                    return value

    def _next(self) -> str:
        """Return the next character that is not white space, or nothing at the end."""
        while True:
            rest = self._at
            while rest < len(self._text) and self._text[rest] in _WHITE:
                rest += 1
            self._take(rest - self._at)
            if rest < len(self._text):
                return self._text[rest]
            if not self._more():
                return ""

    def _take(self, n: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + n)
        self._at += n

    def _more(self) -> bool:
        """Read as much as there is, at least one piece, in place of what was taken; return False at the end."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        data = self._data.read(max(_PIECE_BYTES, len(self._text)))
        self._ended = not data
        held = len(self._bytes.getstate()[0])
        try:
            self._text += self._bytes.decode(data, final=not data)
        except UnicodeDecodeError as error:
            line = self._line + self._text.count("\n") + error.object.count(b"\n", 0, error.start)
            raise self._decoding.refuse(error, self._path, line=line, offset=self._offset - held) from None
        self._offset += len(data)
        return True

    def _refuse(self, reason: str) -> _Damage:
        return _Damage(f"{self._path}, line {self._line}: not JSON ({reason})")


class _Damage(Exception):
    """The rest of a text cannot be read."""
