"""The units of a TMX file as pieces of text, found without a parser: a damaged one costs itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_UNIT = 1 << 24
"""Characters beyond which a unit is taken for damaged."""

_ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_TOKEN = re.compile(r"<!--|<!\[CDATA\[|<\?|<(/?)(?:[\w.-]+:)?tu(?=[\s/>])")
_LONGEST_TOKEN = 64
_TAG = re.compile(r"""<[\w.:-]+(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")


class Part(NamedTuple):
    """A part of the file: the line on which it begins, whether it is a unit, and its text."""

    line: int
    is_unit: bool
    text: str


class UnitCutter:
    """Cuts the text of a TMX file into units, and what stands before, between and after them.

    A unit ends with ``</tu>``, or, damaged, where the next ``<tu`` begins. Comments, CDATA sections and processing
    instructions are passed over; one without an end is damage, and counts as text.

    Examples
    --------
    >>> [part.text for part in UnitCutter().parts(["<body><tu>a</", "tu>\\n<tu>b<tu>c</tu></body>"])]
    ['<body>', '<tu>a</tu>', '\\n', '<tu>b', '<tu>c</tu>', '</body>']
    """

    def __init__(self) -> None:
        self._text = ""
        self._begin = self._place = 0
        self._line = 1
        self._open = False

    def parts(self, pieces: Iterator[str] | list[str]) -> Iterator[Part]:
        """Yield the parts of a file whose text comes in pieces."""
        for piece in pieces:
            self._text = self._text[self._begin :] + piece
            self._place -= self._begin
            self._begin = 0
            yield from self._cut(ended=False)
            if len(self._text) - self._begin > LONGEST_UNIT and self._open:
                yield self._part(self._place)
                self._open = False
        yield from self._cut(ended=True)
        if self._begin < len(self._text):
            yield self._part(len(self._text))

    def _part(self, end: int) -> Part:
        part = Part(self._line, self._open, self._text[self._begin : end])
        self._line += part.text.count("\n")
        self._begin = end
        return part

    def _cut(self, *, ended: bool) -> Iterator[Part]:
        while found := _TOKEN.search(self._text, self._place):
            end = self._end_of(found)
            if end < 0:
                if not ended and len(self._text) - found.start() <= LONGEST_UNIT:
                    self._place = found.start()
                    return
                end = found.end()
            self._place = end
            if found[1] is None:
                continue
            if not found[1]:
                if found.start() > self._begin:
                    yield self._part(found.start())
                self._open = True
                if not self._text.endswith("/>", 0, end):
                    continue
            if self._open:
                yield self._part(end)
                self._open = False
        rest = self._text.rfind("<", self._place)
        self._place = len(self._text) if rest < 0 or len(self._text) - rest > _LONGEST_TOKEN else rest

    def _end_of(self, found: re.Match[str]) -> int:
        """Return the place after a token and what belongs to it, or -1 if its end is not there yet."""
        if found[1] is None:
            mark = _ENDS[found[0]]
        elif found[1]:
            mark = ">"
        else:
            tag = _TAG.match(self._text, found.start())
            if tag is not None:
                return tag.end()
            return found.end() if self._text.find("<", found.end()) >= 0 else -1
        end = self._text.find(mark, found.end())
        return end if end < 0 else end + len(mark)
