"""Decoding that marks what can't be decoded, where a record is more than a line."""

from __future__ import annotations

import codecs

from nlpkit.corpora.decoding import Decoding

MARK = "\udcff"
"""Stands for bytes that can't be decoded: a lone surrogate, which no encoding gives."""

_HANDLER = "nlpkit.mark"
codecs.register_error(_HANDLER, lambda error: (MARK, error.end))  # type: ignore[attr-defined]


class MarkedDecoding(Decoding):
    """As `Decoding`, but never raises nor skips: what can't be decoded becomes `MARK`.

    A record of several lines (CSV with quotes, PO, TMX) can then be left out as a whole.

    Examples
    --------
    >>> MarkedDecoding().decode(b"caf\\xe9", "utf-8") == "caf" + MARK
    True
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(encoding, "replace")

    def decode(self, data: bytes, codec: str) -> str:
        """Return the text, with marks in it."""
        return data.decode(codec, _HANDLER)

    def incremental(self, codec: str) -> codecs.IncrementalDecoder:
        """Return a decoder for pieces of one text."""
        return codecs.getincrementaldecoder(codec)(_HANDLER)


def for_records(decoding: Decoding) -> Decoding:
    """Return what records of several lines are to be decoded with in place of ``decoding``."""
    return MarkedDecoding(decoding.encoding) if decoding.errors == "skip" else decoding
