"""The text of a TMX segment: what remains of its inline codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

CODES = {"bpt", "ept", "it", "ph", "ut"}
"""Elements that hold formatting codes such as ``<b>`` or ``%s``, no words."""

_UNSPACED = re.compile("[\u0e00-\u109f\u1780-\u17ff\u2e80-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Segment:
    """Gathers the text of a segment from what a parser reads.

    A code is removed; if it separates two words, a space takes its place. With ``keep_tags`` a placeholder does, as CAT
    tools show it: ``{1}`` for ``ph``, ``it`` and ``ut``, ``{1>`` and ``<1}`` for the pair ``bpt`` and ``ept``. The
    number is that of the attribute ``x``, by which TMX matches the codes of a unit's languages; without one, codes are
    numbered in their order.

    Examples
    --------
    >>> def read(segment):
    ...     segment.add("one")
    ...     for tag, attributes, text in (("ph", {}, "two "), ("bpt", {"i": "1"}, "three"), ("ept", {"i": "1"}, "!")):
    ...         segment.begin(tag, attributes)
    ...         segment.end(tag)
    ...         segment.add(text)
    ...     return segment.text()
    >>> read(Segment()), read(Segment(keep_tags=True))
    ('one two three!', 'one{1}two {2>three<2}!')
    """

    __slots__ = ("_depth", "_has_codes", "_keeps", "_numbers", "_parts", "_used")

    def __init__(self, *, keep_tags: bool = False) -> None:
        self._keeps = keep_tags
        self._parts: list[str | None] = []
        self._depth = 0
        self._has_codes = False

    def add(self, text: str) -> None:
        """Take text; that of a code is left out."""
        if not self._depth:
            self._parts.append(text)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if name not in CODES:
            return
        if not self._has_codes:
            self._has_codes = True
            self._numbers: dict[str, str] = {}
            self._used: set[str] = set()
        if not self._depth:
            self._parts.append(self._placeholder(name, attributes) if self._keeps else None)
        self._depth += 1

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._depth -= name in CODES

    def text(self) -> str:
        """Return the text."""
        if not self._has_codes or self._keeps:
            return "".join(self._parts)  # type: ignore[arg-type]
        text, gap = "", False
        for part in self._parts:
            if part is None:
                gap = True
            elif part:
                if gap and text and _is_word(text[-1]) and _is_word(part[0]):
                    text += " "
                text += part
                gap = False
        return text

    def _placeholder(self, name: str, attributes: Mapping[str, str]) -> str:
        pair = attributes.get("i")
        if name == "ept" and pair in self._numbers:
            return f"<{self._numbers[pair]}}}"
        number = attributes.get("x")
        if number is None or not number.isdigit():
            number = next(str(n) for n in range(1, len(self._used) + 2) if str(n) not in self._used)
        self._used.add(number)
        if name == "bpt" and pair is not None:
            self._numbers[pair] = number
        return {"bpt": f"{{{number}>", "ept": f"<{number}}}"}.get(name, f"{{{number}}}")


def _is_word(character: str) -> bool:
    """Whether a character is of a word that spaces separate from others."""
    return unicodedata.category(character)[0] in "LMN" and not _UNSPACED.match(character)
