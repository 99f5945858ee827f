"""Terms: a packed sequence of strings is the list of them."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.errors import InputError
from nlpkit.text.terms import Terms

lists = st.lists(st.one_of(st.text(st.characters(exclude_categories=())), st.text("\\nr\n\ru0d8\ud800 a"), st.just("")))
LONG = [f"term {number} é" for number in range(10_000)]


@given(lists)
def test_a_sequence(strings: list[str]) -> None:
    terms = Terms.of(iter(strings))
    assert len(terms) == len(strings)
    assert list(terms) == strings
    assert [terms[i] for i in range(-len(strings), len(strings))] == strings + strings
    assert terms[1:-1] == strings[1:-1]
    assert terms[::-2] == strings[::-2]
    assert terms == strings
    assert terms == Terms.of(strings)
    assert terms != Terms.of([*strings, ""])
    assert terms.to_array().tolist() == strings
    for i in (len(strings), -len(strings) - 1):
        with pytest.raises(IndexError):
            terms[i]


@given(lists)
def test_lines_hold_any_string(strings: list[str]) -> None:
    data = b"".join(Terms.of(strings).lines())
    assert data.count(b"\n") == len(strings)
    assert b"\r" not in data
    data.decode("utf-8")
    assert list(Terms.from_lines(data)) == strings


def test_long_ones() -> None:
    terms = Terms.of(LONG)
    assert list(terms) == LONG
    assert terms[5000] == LONG[5000]
    assert list(Terms.from_lines(b"".join(terms.lines()))) == LONG
    assert list(pickle.loads(pickle.dumps(terms))) == LONG


@pytest.mark.parametrize("data", [b"no end", b"bad \xff utf-8\n", b"ok\nno end"])
def test_lines_that_are_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"line|utf-8"):
        Terms.from_lines(data)


def test_nothing_can_be_written() -> None:
    terms: Any = Terms.of(["a", "b"])
    with pytest.raises(TypeError):
        terms[0] = "c"
    assert "a" in repr(terms)
    assert "b" in terms
    assert "c" not in terms


def test_slices_beyond_the_range_of_places() -> None:
    with pytest.raises(InputError, match=r"4,294,967,297 bytes in all, more than 4 GiB"):
        Terms(np.zeros(16, np.uint8), np.array([0, 3, (1 << 32) + 1])).slices()
    assert Terms(np.zeros(16, np.uint8), np.array([0, 1 << 32 - 1, 1 << 32])).slices()[2].sum() == 1 << 32
