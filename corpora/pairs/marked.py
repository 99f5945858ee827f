"""Decoding that marks undecodable bytes, for records of several lines."""

from __future__ import annotations

import codecs

from nlpkit.corpora.decoding import MARK, MARK_ERRORS, Decoding

__all__ = ["MARK", "MarkedDecoding", "for_records"]


class MarkedDecoding(Decoding):
    """Same as `Decoding`, but never raises or skips: undecodable bytes become `MARK`.

    A record of several lines (CSV with quotes, PO, TMX) can then be skipped as a whole.

    Examples
    --------
    >>> MarkedDecoding().decode(b"caf\\xe9", "utf-8") == "caf" + MARK
    True
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(encoding, "replace")

    def decode(self, data: bytes, codec: str) -> str:
        """Return the text, with marks."""
        return data.decode(codec, MARK_ERRORS)

    def incremental(self, codec: str) -> codecs.IncrementalDecoder:
        """Return an incremental decoder."""
        return codecs.getincrementaldecoder(codec)(MARK_ERRORS)


def for_records(decoding: Decoding) -> Decoding:
    """Return the decoding to use for records of several lines."""
    return MarkedDecoding(decoding.encoding) if decoding.errors == "skip" else decoding
