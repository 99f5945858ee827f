"""Unit: a part of a document that is translated by itself; Flag: a remark about a place in a translated document."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .inline_tags import InlineTag, put_tags

_THING = re.compile(r"(<\d+/>)")


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A part of a document that is translated by itself.

    Attributes
    ----------
    text : str
        The part without its tags. ``<0/>``, ``<1/>``, ... stand for things that are not translated.
    tags : tuple of InlineTag
        The tags that belong into its translation.
    things : tuple of str
        The things that ``<0/>``, ``<1/>``, ... stand for.
    """

    text: str
    tags: tuple[InlineTag, ...] = ()
    things: tuple[str, ...] = ()

    def lost(self, target: str) -> list[str]:
        """Return the things that a translation of the text lacks; `filled` appends them."""
        return [thing for number, thing in enumerate(self.things) if f"<{number}/>" not in target]

    def named(self, remark: str) -> str:
        """Return a remark with the things of this unit in the place of their numbers."""
        names = {f"<{number}/>": thing for number, thing in enumerate(self.things)}
        return _THING.sub(lambda found: names.get(found[0], found[0]), remark)

    def filled(self, target: str, links: Sequence[int], escape: Callable[[str], str] = str) -> str:
        """Return a translation with the tags and things of this unit, each exactly once.

        Parameters
        ----------
        target : str
            Translation of the text.
        links : sequence of int
            For each word of the translation the word of the text that it is aligned to; -1 for none.
        escape : callable, optional
            Turns text into text of the document, such as & into ``&amp;``.
        """
        if not self.things:
            return put_tags(self.text, self.tags, target, links, escape)
        names = [f"<{number}/>" for number in range(len(self.things))]
        missing = [name for name in names if name not in target]
        left = set(names)

        def put(text: str) -> str:
            parts = []
            for part in _THING.split(text):
                if part in left:
                    left.remove(part)
                    parts.append(self.things[int(part[1:-2])])
                elif part not in names:
                    parts.append(escape(part))
            return "".join(parts)

        whole = " ".join([target, *missing]) if target else " ".join(missing)
        words = len(whole.split())
        return put_tags(self.text, self.tags, whole, [*links, *[-1] * (words - len(links))], put)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A remark about a place in a translated document.

    Attributes
    ----------
    place : str
        The place, as a reader finds it: "cue 7".
    text : str
        The remark.
    """

    place: str
    text: str
