"""TermTable: pickled with any slack behind its bytes, and full."""

from __future__ import annotations

import pickle

import pytest

from nlpkit.errors import InputError
from nlpkit.text.counting import term_table
from nlpkit.text.counting.term_table import TermTable
from nlpkit.text.terms import Terms

ROOM = 1 << 16
LONG = [f"{n:03}" + "x" * 989 for n in range(65)]


@pytest.mark.parametrize("slack", range(8, 14))
def test_a_pickled_table_goes_on_behind_its_last_long_term(slack: int) -> None:
    used = sum(len(term) + 4 for term in LONG)  # each has its length in 4 bytes before it
    names = [*LONG, "y" * (ROOM - used - slack - 4)]
    table = TermTable()
    table.insert(Terms.of(names))
    assert len(table._arena) - table._state[1] == slack
    again = pickle.loads(pickle.dumps(table))
    new = ["z" * 40, "short", "w" * 70000]
    assert again.insert(Terms.of(new)).tolist() == [66, 67, 68]
    assert list(again.spell(again.insert(Terms.of([*names, *new])))) == [*names, *new]
    assert len(again) == 69


def test_a_table_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_table, "MOST_TERMS", 100)
    table = TermTable()
    table.insert(Terms.of(map(str, range(100))))
    with pytest.raises(InputError, match="more than 100 different terms"):
        table.insert(Terms.of(["one more"]))
