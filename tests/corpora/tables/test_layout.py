"""Layout: which delimiter fits, and whether quotes are syntax."""

from __future__ import annotations

import warnings

import pytest

from nlpkit.corpora.tables.layout import find_layout
from nlpkit.corpora.tables.options import TableOptions, character
from nlpkit.errors import InputError, Notice, ParameterError


def layout(text: str, own: str = ",", **options: str) -> tuple[str | None, bool]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        found = find_layout(text.encode(), "a.csv", TableOptions(**options), own=own, final=True)
    return found.delimiter, found.quotes


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("id,text\n1,a\n", ",", ","),
        ("id;text\n1;a\n", ",", ";"),
        ("id\ttext\n1\ta\n", ",", "\t"),
        ("id|text\n1|a\n", ",", "|"),
        ("id,text\n1,a\n", "\t", ","),
        ("id;text\n1;a, b\n2;c, d\n", ",", ";"),  # a comma in every text, none in the names
        ("id,a;b\n1,c;d\n", ",", ","),  # its own fits as well
        ('id;text\n1;"a; b"\n', ",", ";"),
        ("text\nrain at noon\nsun\n", ",", None),
        ("text\nrain, then sun\nsun\n", ",", None),
        ("id,text\n1,a\n2,b,c\n", ",", ","),  # none fits: the names are separated by its own
        ("\n\nid;text\n\n1;a\n", ",", ";"),
        ("", ",", None),
        ("a,b\n", ",", ","),
        ("sep=|\nid|text\n", ",", "|"),
        ("id;text;\n1;a;\n2;b\n", ",", ";"),
    ],
)
def test_delimiters(text: str, own: str, expected: str | None) -> None:
    if text.endswith("2;b\n"):
        with pytest.raises(InputError, match="the first line holds ';', but not all records have as many cells"):
            layout(text, own)
    else:
        assert layout(text, own)[0] == expected


def test_another_delimiter_is_told_once() -> None:
    with pytest.warns(Notice, match=r"a\.csv: the columns are separated by ';'; --delimiter sets another one"):
        find_layout(b"a;b\nc;d\n", "a.csv", TableOptions(), own=",", final=True)


def test_another_delimiter_that_fits_too_is_told() -> None:
    with pytest.warns(Notice, match=r"separated by ',', and ';' fits too: see --delimiter"):
        find_layout(b"Guten Tag;3,5\nHallo Welt;4,0\n", "a.csv", TableOptions(), own=",", final=True)


def test_several_delimiters_that_fit() -> None:
    with pytest.raises(InputError, match=r"can be separated by ';' or a tab; set --delimiter"):
        layout("id;text\tx\n1;a\tb\n")
    assert layout("id;text\tx\n1;a\tb\n", delimiter="tab")[0] == "\t"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('text\tn\n"a\nb"\t1\n', True),  # a line end
        ('text\tn\n"a\tb"\t1\n', True),  # a delimiter
        ('text\tn\n"a ""b"""\t1\n', True),  # a doubled quote
        ('"text"\t"n"\n"a"\t"1"\n', True),  # all names are quoted
        ('text\tn\n"a"\t1\n', False),  # a quotation
        ('text\tn\n"a" b\t1\n', False),
        ('text\tn\n"a\t1\n', False),
        ('text\tn\n5" disk\t1\n', False),
        ('text\tn\n"a\t1\nb\t2"\n', False),  # quoted, records would not be even
        ("text\tn\na\t1\n", False),
    ],
)
def test_quotes_of_tab_separated_text(text: str, expected: bool) -> None:
    assert layout(text, "\t") == ("\t", expected)
    assert layout(text, "\t", quoting="none")[1] is False
    assert layout(text, "\t", quoting="all")[1] is True


def test_csv_has_quotes() -> None:
    assert layout("a,b\nc,d\n")[1] is True
    assert layout("a,b\nc,d\n", quoting="none")[1] is False


def test_names_of_delimiters() -> None:
    assert [character(name) for name in ("tab", "semicolon", "pipe", "|", "¦")] == ["\t", ";", "|", "|", "¦"]
    for bad in ("", "ab", "\n", '"'):
        with pytest.raises(ParameterError, match="delimiter is"):
            TableOptions(delimiter=bad)
    for option in ("header", "quoting"):
        with pytest.raises(ParameterError, match=rf"{option} is 'maybe': expected one of auto"):
            TableOptions(**{option: "maybe"})
