"""The inside of a Markdown paragraph: emphasis and links as tags, code and images as things."""

from __future__ import annotations

import re
from collections.abc import Callable

from .inline_tags import InlineTag
from .unit import Unit

_URL = r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"
_INLINE = re.compile(
    r"(?P<thing>(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"
    r"|<(?:https?|mailto|ftp):[^<>\s]+>|<[\w.+-]+@[\w.-]+>"
    r"|\[\^[^\]\s]+\]"
    r"|\$\$.+?\$\$|\$[^\s$](?:[^$]*[^\s$])?\$(?!\d))"
    rf"|(?P<image>!\[(?P<alt>(?:\\.|[^\[\]\\])*)\](?P<where>{_URL}|\[[^\]]*\]))"
    r"|(?P<open>\[)"
    rf"|(?P<close>\]{_URL}|\]\[[^\]]*\]|\])"
    r"|(?P<html></?(?P<name>[a-zA-Z][\w-]*)(?:\s[^<>]*)?/?>|<!--.*?-->)"
    r"|(?P<text>\\[!-/:-@\[-`{-~])"
    r"|(?P<emphasis>\*{1,3}|_{1,3}|~~)"
)
_ALONE = ("br", "img", "hr", "wbr", "input")


def begins_inline(text: str) -> bool:
    """Whether a text begins with a URL in angle brackets or a tag that may stand within a paragraph."""
    found = _INLINE.match(text)
    return found is not None and (
        not found["html"] or found["name"] in ("a", "b", "i", "em", "strong", "kbd", "sub", "sup")
    )


def inline_unit(source: str, slot: Callable[[str], str]) -> Unit:
    """Return the unit of a paragraph.

    Parameters
    ----------
    source : str
    slot : callable
        Returns the place of another text to translate, such as that of an image.

    Examples
    --------
    >>> unit = inline_unit("see **the [dog](#x)** at `x` * 2", str)
    >>> unit.text, unit.things
    ('see the dog at <0/> * 2', ('`x`',))
    >>> [(tag.opening, tag.closing) for tag in unit.tags]
    [('**', '**'), ('[', '](#x)')]
    """
    found = list(_INLINE.finditer(source))
    partners = _partners(source, found)
    text, place = "", 0
    tags: list[InlineTag] = []
    things: list[str] = []
    numbers: dict[int, int] = {}
    for at, token in enumerate(found):
        text += source[place : token.start()]
        place = token.end()
        if token["thing"] or token["image"]:
            text += f"<{len(things)}/>"
            things.append(token[0] if token["thing"] else f"![{slot(token['alt'])}]{token['where']}")
        elif at in numbers:
            begun = tags[numbers[at]]
            tags[numbers[at]] = InlineTag(begin=begun.begin, end=len(text), opening=begun.opening, closing=token[0])
        elif at in partners or token["html"]:
            if at in partners:
                numbers[partners[at]] = len(tags)
            tags.append(InlineTag(begin=len(text), end=len(text), opening=token[0]))
        else:
            text += token[0]
    return Unit(text=text + source[place:], tags=tuple(tags), things=tuple(things))


def _partners(source: str, found: list[re.Match[str]]) -> dict[int, int]:
    """Return the closing token of each opening one that has one."""
    partners: dict[int, int] = {}
    begun: list[tuple[str, int]] = []
    for at, token in enumerate(found):
        kind, opens, closes = _kind(source, token)
        number = next((place for place in range(len(begun) - 1, -1, -1) if begun[place][0] == kind), None)
        if closes and number is not None:
            partners[begun[number][1]] = at
            del begun[number:]
        elif opens:
            begun.append((kind, at))
    return partners


def _kind(source: str, token: re.Match[str]) -> tuple[str, bool, bool]:
    """Return the kind of a token, and whether it may open and close something."""
    if token["open"] or token["close"]:
        return "[", bool(token["open"]), len(token[0]) > 1
    if token["name"]:
        is_end = token[0].startswith("</")
        is_alone = token[0].endswith("/>") or token["name"].lower() in _ALONE
        return token["name"].lower(), not is_end and not is_alone, is_end
    if token["emphasis"]:
        before, after = source[: token.start()][-1:] or " ", source[token.end() :][:1] or " "
        is_word = token[0][0] == "_"
        return (
            token[0],
            not after.isspace() and not (is_word and before.isalnum()),
            not before.isspace() and not (is_word and after.isalnum()),
        )
    return "", False, False
