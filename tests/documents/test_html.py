"""HTML: text is found by block, and what is not translated comes back byte for byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.documents.html import HTMLDocument
from nlpkit.errors import InputError


def same(document: HTMLDocument) -> str:
    """The document with each unit translated by itself."""
    return document.filled(
        [unit.filled(unit.text, list(range(len(unit.text.split()))), document.escape) for unit in document.units]
    )


@pytest.mark.parametrize(
    ("content", "units"),
    [
        ("<p>One <b>two</b>.</p><p>Three</p>", ["One two.", "Three"]),
        ("<ul><li>a\n  b<li>c</ul>", ["a b", "c"]),
        ("<td>x</td><td> </td><td>12</td>", ["x"]),
        ("one<br>two", ["one", "two"]),
        ("<title>T</title><script>var a = 'no';</script><style>p {}</style><pre>no</pre><p>y</p>", ["T", "y"]),
        ("<p>run <code>ls <b>x</b></code> now <kbd>C</kbd></p>", ["run <0/> now <1/>"]),
        ('<p>Say <span translate="no">Foo <span>x</span> Bar</span> now</p>', ["Say <0/> now"]),
        ('<div translate="no">No <div>no</div> no</div>yes', ["yes"]),
        ("<p>a &amp; b &lt;c&gt; d&nbsp;e &eacute;t&#233;</p>", ["a & b <c> d\xa0e été"]),
        ('<p><img alt="A dog" src="no.png" title=Rex> x</p>', ["A dog", "Rex", "x"]),
        ("<!-- no --><!DOCTYPE html><p>y<!-- no --></p>", ["y"]),
        ("a <b>c", ["a c"]),
        ("a</b> c", ["a c"]),
        ("just text", ["just text"]),
        ("", []),
    ],
)
def test_units(content: str, units: list[str]) -> None:
    assert [unit.text for unit in HTMLDocument(content).units] == units


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE html>\r\n<html lang="en"><head><meta charset=utf-8><title>A &amp; B</title>\r\n</head>'
        "<body class='x'>\n"
        "<p >One <b>two</b>, <i>three</i>!</p >\n\n<!-- a <p>no</p> --> <pre>  x\n y</pre>\t<ul><li> a </li></ul>",
        "<p>Use <code>a &amp;&amp; b</code>, or <a href='?a=1&b=2'>this</a>.</p>",
        "<script>if (a < b) { c('</p>') }</script>",
        '<img src="a.png" alt="A dog">',
        "a < b & c",
        "</p></b><p>x",
        "<svg><text>no</text></svg><?php no ?>",
    ],
)
def test_what_is_not_translated_stays(content: str) -> None:
    kept = {"a < b & c": "a &lt; b &amp; c"}
    assert same(HTMLDocument(content)) == kept.get(content, content)


def test_a_translation_of_every_kind() -> None:
    document = HTMLDocument('<p>See the <a title="The dog" href="#x">red <b>dog</b></a> at <code>x</code>.</p>')
    assert [unit.text for unit in document.units] == ["The dog", "See the red dog at <0/>."]
    sentence = document.units[1].filled("Voir le chien rouge & <0/>.", [0, 1, 3, 2, 4, 5], document.escape)
    assert document.filled(['Le "chien"', sentence]) == (
        '<p>Voir le <a title="Le &quot;chien&quot;" href="#x"><b>chien</b> rouge</a> &amp; <code>x</code>.</p>'
    )
    lost = document.units[1].filled("Voir <b>", [0, 1], document.escape)
    assert re.sub("<a .*?>", "<a>", lost) == "Voir &lt;b&gt;<a><b></b></a> <code>x</code>"


PARTS = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<br/>",
    "<code>",
    "</code>",
    " one",
    "two. ",
    "&amp;",
    "<",
    "\n",
    "3",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PARTS, '<a title="t">', "</a>", "<!-- c -->"]), max_size=12), st.data())
def test_any_document_keeps_its_tags(parts: list[str], data: st.DataObject) -> None:
    content = "".join(parts)
    document = HTMLDocument(content)
    texts = []
    for unit in document.units:
        words = data.draw(st.lists(st.sampled_from(["Un", "x&y", "<0/>", "<1/>"]), max_size=5))
        links = data.draw(st.lists(st.integers(-1, 5), min_size=len(words), max_size=len(words)))
        texts.append(unit.filled(" ".join(words), links, document.escape))
    made = document.filled(texts)
    tags = r"</?(?:p|b|i|br/|code|a)\b[^<>]*>|<!--.*?-->"
    found, wanted = (
        sorted(re.sub('title="[^"]*"', "", tag) for tag in re.findall(tags, text)) for text in (made, content)
    )
    assert found == wanted
    assert sorted(re.findall("<code>.*?</code>", made, re.DOTALL)) == sorted(
        re.findall("<code>.*?</code>", content, re.DOTALL)
    )


def test_elements_that_are_nested_too_deep() -> None:
    assert HTMLDocument("<p>" + "<b>" * 200 + "tea" + "</b>" * 200).units
    with pytest.raises(InputError, match="elements such as <b> are nested more than 200 deep"):
        HTMLDocument("<p>" + "<b>" * 3_000 + "tea" + "</b>" * 3_000)
