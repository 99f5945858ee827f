"""JSON Lines: fields, and what is said of lines that can't be read."""

from __future__ import annotations

import pytest

from nlpkit.corpora.json_lines import read_json_lines
from nlpkit.errors import InputError


def read(text: str, field: str | None = None) -> list[str]:
    return [found for run in read_json_lines([(1, text.split("\n"))], "a.jsonl", field) for found in run]


def test_the_default_field_is_text() -> None:
    assert read('{"text": "a", "body": "b"}\n{"body": "d", "text": "c"}') == ["a", "c"]
    assert read('{"text": "a", "body": "b"}', field="body") == ["b"]


def test_strings_blank_lines_and_escapes() -> None:
    assert read('"one"\n\n   \n"two"') == ["one", "two"]
    assert read(r'{"text": "a\nb \ud83d\ude00 \ud800"}') == ["a\nb \U0001f600 \ud800"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', "a.jsonl, line 2, column"),
        ("{'text': 'a'}", "line 2, column 2: not JSON"),
        ('{"txt": "a", "id": 1}', "line 2: there is no field 'text'; set --field, the fields are 'txt', 'id'"),
        ("{}", "the fields are none"),
        ('{"text": null}', "line 2: the field 'text' holds null, expected a string"),
        ('{"text": 3}', "holds a number"),
        ('{"text": ["a"]}', "holds an array"),
        ('{"text": true}', "holds true or false"),
        ('["a"]', "line 2: found an array"),
        ("3", "line 2: found no object"),
        ("[" * 100_000, "line 2"),
    ],
)
def test_bad_lines_are_named(line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read('{"text": "fine"}\n' + line)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_json_array_is_recognised() -> None:
    with pytest.raises(InputError, match="found a JSON array, expected JSON Lines"):
        read('[\n{"text": "a"}\n]')


def test_a_string_has_no_field() -> None:
    with pytest.raises(InputError, match="found a string"):
        read('"a"', field="body")
