"""Tags within a sentence, such as <b> and </b>: taken out of a source, and put into its translation by word alignment.

A target word takes the tags of the source word that it is aligned to. Each tag stands exactly once in the translation,
whole words are within it or outside, and tags that were nested stay nested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True)
class InlineTag:
    """A tag, or a pair of tags with what is between.

    Attributes
    ----------
    begin, end : int
        The part of the text that it encloses, in characters; the same place twice for a single tag.
    opening, closing : str
        Its markup; ``closing`` is empty for a single tag.
    """

    begin: int
    end: int
    opening: str
    closing: str = ""


@dataclass
class _Node:
    """A tag among those that enclose it, and its place in the translation."""

    tag: InlineTag
    inner: list[_Node] = field(default_factory=list)
    words: tuple[int, int] = (0, 0)
    begin: int = 0
    end: int = 0


def put_tags(
    source: str,
    tags: Sequence[InlineTag],
    target: str,
    links: Sequence[int],
    escape: Callable[[str], str] = str,
) -> str:
    """Return the translation of a text with the tags of the text.

    Parameters
    ----------
    source : str
        The text without its tags.
    tags : sequence of InlineTag
        Its tags: any two are apart, or one is within the other. Of tags of the same part the outer is first. An empty
        one at the end of another is after it.
    target : str
        The translation.
    links : sequence of int
        For each word of ``target.split()`` the word of ``source.split()`` that it is aligned to; -1 for none.
    escape : callable, optional
        Applied to the text between tags.

    Examples
    --------
    >>> tags = [InlineTag(begin=4, end=11, opening="<b>", closing="</b>")]
    >>> put_tags("the red car, today", tags, "la voiture rouge, aujourd'hui", [0, 2, 1, 3])
    "la <b>voiture rouge</b>, aujourd'hui"
    """
    if not tags:
        return escape(target)
    here, there = ([found.span() for found in _WORD.finditer(text)] for text in (source, target))
    sources = [link if 0 <= link < len(here) else -1 for link in links]
    root = _Node(InlineTag(begin=0, end=len(source), opening=""), words=(0, len(there)), end=len(target))
    for tag in tags:
        place = root
        while inner := next((node for node in place.inner if _is_within(tag, node.tag)), None):
            place = inner
        place.inner.append(_Node(tag))
    _place(root, source, target, here, there, sources)
    return _written(root, target, escape)


def _is_within(tag: InlineTag, other: InlineTag) -> bool:
    """Whether a tag is within another, which comes before it."""
    return bool(other.closing) and other.begin <= tag.begin < other.end and tag.end <= other.end


def _place(
    node: _Node,
    source: str,
    target: str,
    here: list[tuple[int, int]],
    there: list[tuple[int, int]],
    links: list[int],
) -> None:
    """Find the places of the tags within a tag whose own place is known."""
    free = [True] * len(there)
    first, last = node.words
    for inner in sorted(node.inner, key=lambda each: each.tag.begin - each.tag.end):  # long ones choose first
        begin, end = inner.tag.begin, inner.tag.end
        covered = {number for number, (start, stop) in enumerate(here) if start < end and begin < stop}
        wanted = [links[number] in covered and free[number] for number in range(len(there))]
        inner.words = _best_run(wanted, free, first, last) if begin < end else (0, 0)
        if inner.words[0] < inner.words[1]:
            free[inner.words[0] : inner.words[1]] = [False] * (inner.words[1] - inner.words[0])
            inner.begin, inner.end = _trimmed(inner, source, target, here, there)
            inner.begin = min(max(inner.begin, node.begin), node.end)
            inner.end = min(max(inner.end, inner.begin), node.end)
    taken = sorted((each.begin, each.end) for each in node.inner if each.words[0] < each.words[1])
    for inner in node.inner:
        if inner.words[0] == inner.words[1]:
            at = _after_left_neighbour(inner.tag, source, here, there, links, node)
            at = next((end for begin, end in taken if begin < at < end), at)
            inner.begin = inner.end = min(max(at, node.begin), node.end)
        _place(inner, source, target, here, there, links)


def _best_run(wanted: list[bool], free: list[bool], first: int, last: int) -> tuple[int, int]:
    """Return the run of free words with the most points, 2 for a wanted word and -1 for another; (0, 0) for none."""
    best, run, begin = 0, 0, first
    found = (0, 0)
    for number in range(first, last):
        if not free[number]:
            run, begin = 0, number + 1
            continue
        run += 2 if wanted[number] else -1
        if run < 0:
            run, begin = 0, number + 1
        elif run > best:
            best, found = run, (begin, number + 1)
    return found


def _trimmed(
    node: _Node, source: str, target: str, here: list[tuple[int, int]], there: list[tuple[int, int]]
) -> tuple[int, int]:
    """Return the characters of a tag's words, without punctuation at an end where the source has it outside the tag."""
    begin, end = there[node.words[0]][0], there[node.words[1] - 1][1]
    tag = node.tag
    outside_before = next((source[start : tag.begin] for start, stop in here if start < tag.begin < stop), "")
    outside_after = next((source[tag.end : stop] for start, stop in here if start < tag.end < stop), "")
    if outside_before and not _holds_word(outside_before):
        begin = next((place for place in range(begin, end) if target[place].isalnum()), begin)
    if outside_after and not _holds_word(outside_after):
        end = next((place for place in range(end, begin, -1) if target[place - 1].isalnum()), end)
    return begin, max(begin, end)


def _after_left_neighbour(
    tag: InlineTag,
    source: str,
    here: list[tuple[int, int]],
    there: list[tuple[int, int]],
    links: list[int],
    node: _Node,
) -> int:
    """Return the place after the translation of the last word before a tag, within the tag that encloses it."""
    first, last = node.words
    before = [number for number, (start, _) in enumerate(here) if start < tag.begin and start >= node.tag.begin]
    for number in reversed(before):
        places = [there[word][1] for word in range(first, last) if links[word] == number]
        if places:
            return max(places)
    if before and not _holds_word(source[tag.end : node.tag.end]):
        return node.end
    return node.begin


def _written(node: _Node, target: str, escape: Callable[[str], str]) -> str:
    parts = [node.tag.opening]
    place = node.begin
    for inner in sorted(node.inner, key=lambda each: (each.begin, each.end)):
        parts += [escape(target[place : inner.begin]), _written(inner, target, escape)]
        place = inner.end
    return "".join([*parts, escape(target[place : node.end]), node.tag.closing])


def _holds_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
