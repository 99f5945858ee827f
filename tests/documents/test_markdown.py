"""Markdown: text is found by block, and what is not translated comes back byte for byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlpkit.documents.markdown import Markdown

README = """---
title: No
---
# Hello *there* #

A paragraph of two
lines with `code`, a [link](https://x.org/a_(b) "T") and <https://x.org>.  
After a break: ![a dog](dog.png) says **woof _now_**.

Title
=====

> quoted **text**
> goes on
>
> - [ ] a task, see [ref][id]
- item one
  goes on
    - inner item
1. first
2) second

```python
no = "code"
```

    indented code

| Name | How it `does`  |
|:-----|---------------:|
| one  | a \\| b        |
| 12   | `x|y` z        |

<div>
<p>no</p>
</div>

[id]: https://x.org "no"
[^1]: https://x.org

* * *
2 * 3 * 4, snake_case_name, [plain], a*b, 5 $ and 6 $, $x^2$ text \\* kept[^1]
"""  # noqa: W291


def same(document: Markdown) -> str:
    """The document with each unit translated by itself."""
    return document.filled([unit.filled(unit.text, list(range(len(unit.text.split())))) for unit in document.units])


def test_units() -> None:
    assert [unit.text for unit in Markdown(README).units] == [
        "Hello there",
        "A paragraph of two lines with <0/>, a link and <1/>.",
        "a dog",
        "After a break: <0/> says woof now.",
        "Title",
        "quoted text goes on",
        "a task, see ref",
        "item one goes on",
        "inner item",
        "first",
        "second",
        "Name",
        "How it <0/>",
        "one",
        "a \\| b",
        "<0/> z",
        "2 * 3 * 4, snake_case_name, [plain], a*b, 5 $ and 6 $, <0/> text \\* kept<1/>",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_not_translated_stays(end: str) -> None:
    content = README.replace("\n", end)
    assert same(Markdown(content)) == content
    assert same(Markdown(content.rstrip())) == content.rstrip()


def test_a_translation_keeps_links_and_emphasis() -> None:
    document = Markdown("See the *red [dog](#d)* at `x`.\n")
    sentence = document.units[0].filled("Voir le chien rouge à <0/>.", [0, 1, 3, 2, 4, 5], document.escape)
    assert document.filled([sentence]) == "Voir le *[chien](#d) rouge* à `x`.\n"


def test_a_paragraph_keeps_its_number_of_lines_and_no_line_begins_another_block() -> None:
    document = Markdown("> - one two three\n>   four five\n>   six seven\n")
    assert document.filled(["un deux trois - quatre 8. cinq six sept"]) == (
        "> - un deux trois -\n>   quatre 8.\n>   cinq six sept\n"
    )


PARTS = [
    "# ",
    "- ",
    "> ",
    "**",
    "_",
    "`",
    "[",
    "](u)",
    "![",
    "|",
    "---",
    "\n",
    "\n\n",
    "one",
    " ",
    "two. ",
    "<b>",
    "</b>",
    "\\",
]


@settings(deadline=None)
@example(["|", "\n", "- "])
@given(st.lists(st.sampled_from([*PARTS, "```", "    ", "$", "1. ", "<div>"]), max_size=16))
def test_any_text_comes_back(parts: list[str]) -> None:
    content = "".join(parts)
    document = Markdown(content)
    made = same(document)
    assert sorted(re.sub(r"\s+", "", made)) == sorted(re.sub(r"\s+", "", content))
    filled = document.filled([unit.filled("X", [0]) for unit in document.units])
    markup = [part for unit in document.units for tag in unit.tags for part in (tag.opening, tag.closing) if part]
    assert all(filled.count(part) >= markup.count(part) for part in markup)
