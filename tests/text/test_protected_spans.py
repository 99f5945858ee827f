"""Parts that stand unchanged in a translation are found, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.text.protected_spans import protected_spans


@pytest.mark.parametrize(
    "part",
    [
        "https://example.org/a_(b)?q=1&r=%20#x",
        "http://localhost:8080",
        "www.example.org",
        "mailto:a@b.org",
        "first.last+tag@mail.example.co.uk",
        "`ls -l | wc`",
        "``a`b``",
        "%s",
        "%d",
        "%5.2f",
        "%(name)s",
        "%1$s",
        "%USERPROFILE%",
        "{name}",
        "{}",
        "{0:.2f}",
        "${HOME}",
        "{{path/to/file}}",
        "<0/>",
        "</b>",
        '<a href="x">',
        "&nbsp;",
        "⟦3⟧",
        "😀",
        "👩‍👩‍👧‍👦",
        "🇫🇷",
        "❤️",
        "👍🏽",
    ],
)
@pytest.mark.parametrize("around", ["{}", "See {}.", "({}), and", "« {} » ?", "a\n{}\nb"])
def test_parts_that_are_found(part: str, around: str) -> None:
    text = around.replace("{}", part)
    assert [text[begin:end] for begin, end in protected_spans(text)] == [part]


@pytest.mark.parametrize(
    "text",
    [
        "100% sure, 20 % de plus, 5%.",
        "a < b and c > d, 3<4",
        "AT&T; R & D",
        "an e-mail @home",
        "it's 'quoted' and \"so\"",
        "a ` alone, and `` too",
        "{ spaced out }",
        "Ça va ? C’est l’été… 1,5 km – 3 × 4",
        "",
    ],
)
def test_plain_text_has_none(text: str) -> None:
    assert [text[begin:end] for begin, end in protected_spans(text)] == []


@given(st.text(st.sampled_from("ab:/.@%{}<>`&;() 1⟦⟧😀\u200d\ufe0f\n")))
def test_spans_are_in_order_and_hold_something(text: str) -> None:
    places = [place for span in protected_spans(text) for place in span]
    assert places == sorted(places)
    assert all(begin < end for begin, end in protected_spans(text))
