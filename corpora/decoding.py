"""Bytes into text: an encoding, and what becomes of bytes that it doesn't know."""

from __future__ import annotations

import codecs

from nlpkit.errors import InputError, ParameterError

DECODE_ERRORS = ("strict", "replace", "skip")

_BYTE_ORDER_MARKS = {
    "utf-8": {codecs.BOM_UTF8: "utf-8"},
    "utf-16": {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", b"": "utf-16-le"},
    "utf-32": {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", b"": "utf-32-le"},
    "utf-16-le": {codecs.BOM_UTF16_LE: "utf-16-le"},
    "utf-16-be": {codecs.BOM_UTF16_BE: "utf-16-be"},
    "utf-32-le": {codecs.BOM_UTF32_LE: "utf-32-le"},
    "utf-32-be": {codecs.BOM_UTF32_BE: "utf-32-be"},
}


class Decoding:
    """An encoding, and what to do with bytes that aren't in it.

    Parameters
    ----------
    encoding : str
        A text encoding that Python knows; a byte order mark at the start of a file is left out.
    errors : {"strict", "replace", "skip"}
        Raise, put U+FFFD in their place, or drop the text that holds them and count it.

    Attributes
    ----------
    skipped : int
        Texts dropped so far.

    Raises
    ------
    ParameterError
        If there is no such encoding or treatment.
    """

    def __init__(self, encoding: str = "utf-8", errors: str = "strict") -> None:
        try:
            found = codecs.lookup(encoding)
            "\n".encode(encoding)
        except (LookupError, TypeError, ValueError) as error:
            raise ParameterError(
                f"there is no text encoding {encoding!r}: give one such as utf-8, latin-1, utf-16"
            ) from error
        if errors not in DECODE_ERRORS:
            raise ParameterError(f"decode_errors is {errors!r}: choose one of {', '.join(DECODE_ERRORS)}")
        self.encoding = "utf-8" if found.name == "utf-8-sig" else found.name
        self.errors = errors
        self.skipped = 0

    def start(self, head: bytes) -> tuple[str, int]:
        """Return the codec for data that begin with ``head``, and the length of their byte order mark."""
        for mark, codec in _BYTE_ORDER_MARKS.get(self.encoding, {}).items():
            if head.startswith(mark):
                return codec, len(mark)
        return self.encoding, 0

    def decode(self, data: bytes, codec: str) -> str:
        """Return the text; UnicodeDecodeError says where it can't be."""
        return data.decode(codec, "replace" if self.errors == "replace" else "strict")

    def refuse(self, error: UnicodeDecodeError, path: str, *, line: int | None, offset: int) -> InputError:
        """Return the exception that names the place.

        Parameters
        ----------
        error : UnicodeDecodeError
            As the codec raised it.
        path : str
            The file's name.
        line : int or None
            The line, counted from 1; None where the whole file is one text.
        offset : int
            Bytes before the data that were being decoded.
        """
        position = offset + error.start
        where = f"{path}, byte {position}" if line is None else f"{path}, line {line}, byte {position}"
        found = error.object[error.start : error.end]
        head = error.object[:2] if offset == 0 else b""
        if self.encoding == "utf-8" and head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return InputError(f"{where}: the file looks like UTF-16; give --encoding utf-16")
        return InputError(
            f"{where}: 0x{found.hex()} is not {self.encoding}; give the right --encoding, or --decode-errors replace"
        )
