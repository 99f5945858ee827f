"""Inline tags: each stands once in the translation, nested as before, and around the right words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.documents.inline_tags import InlineTag, put_tags


def taken_out(text: str) -> tuple[str, list[InlineTag]]:
    """Return a text without its tags <a>, </a>, <x/>, and its tags."""
    plain, tags, begun = "", [], []
    for part in re.split(r"(<[^>]+>)", text):
        if not part.startswith("<"):
            plain += part
        elif part.startswith("</"):
            place = begun.pop()
            tags[place] = InlineTag(begin=tags[place].begin, end=len(plain), opening=tags[place].opening, closing=part)
        else:
            if not part.endswith("/>"):
                begun.append(len(tags))
            tags.append(InlineTag(begin=len(plain), end=len(plain), opening=part))
    return plain, tags


@pytest.mark.parametrize(
    ("source", "target", "links", "expected"),
    [
        ("the <b>red car</b>", "la voiture rouge", [0, 2, 1], "la <b>voiture rouge</b>"),
        ("the <b>red</b> car", "la voiture rouge", [0, 2, 1], "la voiture <b>rouge</b>"),
        ("<b>Tom</b>, go!", "Geh, Tom!", [1, 0], "Geh, <b>Tom</b>!"),
        ("“<b>Tom</b>” left", "« Tom » partit", [0, 0, 0, 1], "« <b>Tom</b> » partit"),
        ("<i>a <b>c</b> d</i> e", "E D C A", [3, 2, 1, 0], "E <i>D <b>C</b> A</i>"),
        ("a<br/> c", "A C", [0, 1], "A<br/> C"),
        ("<br/>a c", "A C", [0, 1], "<br/>A C"),
        ("a c<br/>", "C A", [1, 0], "C<br/> A"),
        ("a <b></b>c", "A C", [0, 1], "A<b></b> C"),
        ("a <b>c</b> d", "A D", [0, 2], "A<b></b> D"),
        ("<b>a c</b> d", "A D C", [0, 2, 1], "<b>A D C</b>"),
        ("<b>a</b> c d e f", "A C D A", [0, 1, 2, 0], "<b>A</b> C D A"),
        ("no tags", "keine Tags", [0, 1], "keine Tags"),
        ("<b>a</b>", "", [], "<b></b>"),
        ("<a><b>a</b></a> c", "C A", [1, 0], "C <a><b>A</b></a>"),
        ("un<b>believ</b>able day", "Tag unglaublicher", [1, 0], "Tag <b>unglaublicher</b>"),
    ],
)
def test_places_by_hand(source: str, target: str, links: list[int], expected: str) -> None:
    plain, tags = taken_out(source)
    assert put_tags(plain, tags, target, links) == expected


@st.composite
def marked(draw: st.DrawFn) -> str:
    """A text of words, with tags that are nested."""

    def part(depth: int) -> str:
        made = ""
        for _ in range(draw(st.integers(0, 3))):
            kind = draw(st.integers(0, 3 if depth < 3 else 1))
            name = "abcd"[depth]
            made += draw(st.sampled_from(["x, ", "y", " z", ". ", "« u »", " "])) if kind < 2 else ""
            made += f"<{name}>{part(depth + 1)}</{name}>" if kind == 2 else f"<{name}/>" if kind == 3 else ""
        return made

    return part(0)


@given(marked(), st.lists(st.sampled_from(["A", "B,", "(C)", "—", "D."]), max_size=6), st.data())
def test_every_tag_stands_once_and_nested(source: str, words: list[str], data: st.DataObject) -> None:
    plain, tags = taken_out(source)
    links = data.draw(st.lists(st.integers(-1, len(plain.split())), min_size=len(words), max_size=len(words)))
    target = " ".join(words)
    found = put_tags(plain, tags, target, links)
    back, again = taken_out(found)  # it raises where a closing tag has no opening one
    assert back == target
    assert sorted(re.findall(r"<[^>]+>", found)) == sorted(re.findall(r"<[^>]+>", source))
    depth: list[str] = []
    for mark in re.findall(r"<[^>]+>", found):
        if mark.startswith("</"):
            assert depth.pop() == mark[2:-1]
        elif not mark.endswith("/>"):
            depth.append(mark[1:-1])
    assert not depth
    assert len(again) == len(tags)
