"""Decoding of bytes into text, and the treatment of undecodable bytes."""

from __future__ import annotations

import codecs

from nlpkit.errors import InputError, ParameterError

DECODE_ERRORS = ("strict", "replace", "skip")

MARK = "\udcff"
"""Replacement for undecodable bytes: a lone surrogate, which no encoding produces."""

MARK_ERRORS = "nlpkit.mark"
"""Name of the error handler of codecs that replaces undecodable bytes by `MARK`."""

codecs.register_error(MARK_ERRORS, lambda error: (MARK, error.end))  # type: ignore[attr-defined]

_BYTE_ORDER_MARKS = {
    "utf-8": {
        codecs.BOM_UTF8: "utf-8",
        codecs.BOM_UTF32_LE: "utf-32-le",
        codecs.BOM_UTF32_BE: "utf-32-be",
        codecs.BOM_UTF16_LE: "utf-16-le",
        codecs.BOM_UTF16_BE: "utf-16-be",
    },
    "utf-16": {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", b"": "utf-16-le"},
    "utf-32": {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", b"": "utf-32-le"},
    "utf-16-le": {codecs.BOM_UTF16_LE: "utf-16-le"},
    "utf-16-be": {codecs.BOM_UTF16_BE: "utf-16-be"},
    "utf-32-le": {codecs.BOM_UTF32_LE: "utf-32-le"},
    "utf-32-be": {codecs.BOM_UTF32_BE: "utf-32-be"},
}


class Decoding:
    """An encoding, and the treatment of undecodable bytes.

    Parameters
    ----------
    encoding : str
        A text encoding of Python; a byte order mark at the start of a file is dropped. UTF-16 and UTF-32 with a byte
        order mark are also recognised if the encoding is UTF-8.
    errors : {"strict", "replace", "skip"}
        Raise an exception, replace the bytes by U+FFFD, or skip the text and count it.

    Attributes
    ----------
    skipped : int
        Number of texts skipped so far.

    Raises
    ------
    ParameterError
        If the encoding or the treatment is unknown.
    """

    def __init__(self, encoding: str = "utf-8", errors: str = "strict") -> None:
        try:
            found = codecs.lookup(encoding)
            "\n".encode(encoding)
        except (LookupError, TypeError, ValueError) as error:
            raise ParameterError(
                f"text encoding is {encoding!r}: expected a known one, such as utf-8, latin-1 or utf-16"
            ) from error
        if errors not in DECODE_ERRORS:
            raise ParameterError(f"decode_errors is {errors!r}: expected one of {', '.join(DECODE_ERRORS)}")
        self.encoding = "utf-8" if found.name == "utf-8-sig" else found.name
        self.errors = errors
        self.skipped = 0

    def start(self, head: bytes) -> tuple[str, int]:
        """Return the codec for data that begin with ``head``, and the length of the byte order mark."""
        for mark, codec in _BYTE_ORDER_MARKS.get(self.encoding, {}).items():
            if head.startswith(mark):
                return codec, len(mark)
        return self.encoding, 0

    def decode(self, data: bytes, codec: str) -> str:
        """Return the text; raises UnicodeDecodeError at undecodable bytes."""
        return data.decode(codec, "replace" if self.errors == "replace" else "strict")

    def refuse(self, error: UnicodeDecodeError, path: str, *, line: int | None, offset: int) -> InputError:
        """Return an exception with file, line and byte.

        Parameters
        ----------
        error : UnicodeDecodeError
            The exception of the codec.
        path : str
            The file's name.
        line : int or None
            Line number, counted from 1; None if the whole file is one text.
        offset : int
            Number of bytes before the decoded data.
        """
        position = offset + error.start
        where = f"{path}, byte {position}" if line is None else f"{path}, line {line}, byte {position}"
        found = error.object[error.start : error.end]
        name = error.encoding if error.encoding.startswith("utf") else self.encoding
        return InputError(f"{where}: 0x{found.hex()} is not {name}; set --encoding, or --decode-errors replace")
