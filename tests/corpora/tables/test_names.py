"""Names of columns: what looks like names, and which column is meant."""

from __future__ import annotations

import pytest

from nlpkit.corpora.tables.names import find_column, looks_like_names, number_of
from nlpkit.errors import InputError, ParameterError


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["English", "German"], ["The cat sleeps.", "Die Katze schläft."], True),
        (["en", "de-AT"], ["a", "b"], True),
        (["Deutsch", "中文"], ["a", "b"], True),
        (["id", "Review"], ["1", "good"], True),
        (["kommentar", "punkte"], ["gut", "1,5"], True),  # above a column of numbers
        (["kommentar", "punkte"], ["gut", "eins"], False),
        (["good film", "pos"], ["bad film", "neg"], False),
        (["text", "text"], ["a", "b"], False),  # names differ
        (["1", "good"], ["2", "bad"], False),
        (["cat", "Katze"], ["dog", "Hund"], False),
        (["", "text", "n"], ["0", "a", "1"], True),  # an index without a name
        ([], [], False),
    ],
)
def test_what_looks_like_names(first: list[str], second: list[str], expected: bool) -> None:
    assert looks_like_names(first, [second]) is expected


def test_which_column_is_meant() -> None:
    names = ["id", "text", "text", "a#1"]
    assert [find_column(names, name, "a.csv") for name in ("id", "text#1", "text#2", "a#1")] == [0, 1, 2, 3]
    with pytest.raises(InputError, match=r"a\.csv: 2 columns have the name 'text'; set --column to text#1 or text#2"):
        find_column(names, "text", "a.csv")
    for wrong in ("body", "text#3", "text#0", "id#x"):
        with pytest.raises(InputError, match=f"there is no column '{wrong}'; set --column to a name or a number"):
            find_column(names, wrong, "a.csv")


def test_numbers_of_columns() -> None:
    assert number_of("2", 3, None) == 1
    assert number_of("2020", 2, ["2019", "2020"]) is None
    assert number_of("2", 3, ["2", "a", "b"]) == 1
    assert number_of("text", 3, None) is None
    with pytest.raises(ParameterError, match="column is 0"):
        number_of("0", 2, None)
