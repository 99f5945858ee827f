"""Units: things that are not translated stand in the translation, each once."""

from __future__ import annotations

import pytest

from nlpkit.documents.inline_tags import InlineTag
from nlpkit.documents.unit import Unit

UNIT = Unit(
    text="see <0/> and <1/>", things=("`x`", "`y`"), tags=(InlineTag(begin=4, end=8, opening="*", closing="*"),)
)


@pytest.mark.parametrize(
    ("target", "links", "filled", "lost"),
    [
        ("siehe <0/> und <1/>", [0, 1, 2, 3], "siehe *`x`* und `y`", []),
        ("<1/>, <0/>", [3, 1], "`y`, *`x`*", []),
        ("siehe <1/>", [0, 3], "siehe** `y` `x`", ["`x`"]),
        ("<0/> <0/> <2/>", [1, 1, 1], "*`x`  &lt;2/&gt;* `y`", ["`y`"]),
        ("", [], "**`x` `y`", ["`x`", "`y`"]),
    ],
)
def test_things_stand_once(target: str, links: list[int], filled: str, lost: list[str]) -> None:
    escaped = UNIT.filled(target, links, lambda text: text.replace("<", "&lt;").replace(">", "&gt;"))
    assert (escaped, UNIT.lost(target)) == (filled, lost)
