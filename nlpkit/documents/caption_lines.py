"""Lines of subtitles: tags are taken out of them, and a text with tags is cut between words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .inline_tags import InlineTag

TAG = re.compile(r"<(/?)([a-zA-Z][\w.-]*|\d[\d:.]*)(?:\s[^<>\n]*)?>|\{\\[^{}\n]*\}")
LINE = 42
"""Characters of a line."""
LINES = 2

_BONUS = 8  # characters by which a cut after a punctuation mark counts as nearer
_MARKS = ",;:.!?…，；：。！？"


def without_tags(text: str) -> tuple[str, list[InlineTag]]:
    """Return a text without its tags, and its tags, outer before inner; a tag without a partner is a single one."""
    plain = ""
    tags: list[InlineTag] = []
    begun: list[int] = []
    place = 0
    for found in TAG.finditer(text):
        plain += text[place : found.start()]
        place = found.end()
        if found[1]:
            partner = next((number for number in reversed(begun) if _name(tags[number].opening) == found[2]), None)
            if partner is not None:
                tag = tags[partner]
                tags[partner] = InlineTag(begin=tag.begin, end=len(plain), opening=tag.opening, closing=found[0])
                begun = begun[: begun.index(partner)]
                continue
        elif found[2] and not found[2][0].isdigit():
            begun.append(len(tags))
        tags.append(InlineTag(begin=len(plain), end=len(plain), opening=found[0]))
    return plain + text[place:], tags


def cut(text: str, shares: Sequence[float]) -> list[str]:
    """Cut a text with tags between words, near given shares of its length; a pair of tags is not cut.

    Examples
    --------
    >>> cut("one two, <i>three four</i> five", [0.3, 0.6])
    ['one two,', '<i>three four</i>', 'five']
    >>> cut("one", [0.5])
    ['one', '']
    """
    places, length = _gaps(text)
    parts: list[str] = []
    begin = first = 0
    for number, share in enumerate(shares):
        left = len(shares) - number - 1  # cuts that come after this one
        choice = range(first, max(first, len(places) - left))
        if not choice:
            break
        best = min(choice, key=lambda each: abs(places[each][1] - share * length) - _BONUS * places[each][2])
        parts.append(text[begin : places[best][0]])
        begin, first = places[best][0] + 1, best + 1
    parts.append(text[begin:])
    return parts + [""] * (len(shares) + 1 - len(parts))


def wrapped(text: str, most: int = LINES) -> list[str]:
    """Break a text with tags into at most two lines of similar length, if it is longer than one line.

    Examples
    --------
    >>> wrapped("a short one"), wrapped("this is a text that is a good deal longer than one line")
    (['a short one'], ['this is a text that is a good', 'deal longer than one line'])
    """
    places, length = _gaps(text, inside=True)
    if most < LINES or length <= LINE or not places:
        return [text]
    place = min(places, key=lambda each: (max(each[1], length - each[1] - 1, LINE), abs(2 * each[1] - length)))[0]
    return [text[:place], text[place + 1 :]]


def _gaps(text: str, *, inside: bool = False) -> tuple[list[tuple[int, int, bool]], int]:
    """Return the spaces between words, and the length of the text, without tags.

    Each space has its place in the text, its place in the text without tags, and whether a punctuation mark stands
    before it. Spaces within pairs of tags are left out, unless ``inside`` is true.
    """
    plain, tags = without_tags(text)
    hidden = [found.span() for found in TAG.finditer(text)]
    places: list[tuple[int, int, bool]] = []
    shift = 0
    for place, character in enumerate(text):
        if hidden and hidden[0][0] <= place < hidden[0][1]:
            shift += 1
            if place + 1 == hidden[0][1]:
                hidden.pop(0)
        elif character == " ":
            at = place - shift
            if inside or not any(tag.begin < at < tag.end for tag in tags):
                places.append((place, at, at > 0 and plain[at - 1] in _MARKS))
    return places, len(plain)


def _name(opening: str) -> str:
    found = TAG.fullmatch(opening)
    return found[2].split(".")[0] if found and found[2] else ""
