"""JSON: lines and arrays, fields, and what is said of records that can't be read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.corpora import Pairs, Texts, json_records
from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import read_json
from nlpkit.errors import InputError


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(text: str, field: str | None = None, *, name: str = "a.jsonl", **options: Any) -> list[Any]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return list(Texts([path], field=field, **options).texts())

    return read


def test_the_default_field_is_text(read: Any) -> None:
    assert read('{"text": "a", "body": "b"}\n{"body": "d", "text": "c"}') == ["a", "c"]
    assert read('{"text": "a", "body": "b"}', field="body") == ["b"]


def test_strings_blank_lines_and_escapes(read: Any) -> None:
    assert read('"one"\n\n   \n"two"') == ["one", "two"]
    assert read(r'{"text": "a\nb \ud83d\ude00 \ud800"}') == ["a\nb \U0001f600 \ud800"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', "a.jsonl, line 2, column"),
        ("{'text': 'a'}", "line 2, column 2: not JSON"),
        ('{"txt": "a", "id": 1}', "line 2: there is no field 'text'; set --field, the fields are 'txt', 'id'"),
        ("{}", "the fields are none"),
        ('{"text": null}', "line 2: the field 'text' holds null, expected a string; --nulls empty takes it as an"),
        ('{"text": 3}', "holds a number, expected a string; --numbers-as-text takes it as a text"),
        ('{"text": [1]}', "holds an array"),
        ('{"text": true}', "holds true or false"),
        ("[1]", "line 2: the record holds an array, expected a string or a list of strings"),
        ("3", "line 2: the record holds a number, expected a string; --numbers-as-text takes it as a text"),
        ("[" * 100_000, "line 2"),
    ],
)
def test_bad_lines_are_named(read: Any, line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read('{"text": "fine"}\n' + line)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_json_array_is_recognised(read: Any) -> None:
    with pytest.raises(InputError, match=r"found a JSON array, expected JSON Lines; name the file \.json"):
        read('[\n{"text": "a"}\n]')


def test_a_string_has_no_field(read: Any) -> None:
    with pytest.raises(InputError, match="found a string"):
        read('"a"', field="body")


@pytest.mark.parametrize("piece", [1, 7, 1 << 18])
def test_arrays_are_read_piece_by_piece(read: Any, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "_PIECE_BYTES", piece)
    for text in (
        '[{"text": "é"}, {"text": "b"}]',
        '[\n  {\n  "text": "é"\n  },\n  {"text":\n"b"}\n]\n',
        '["é", "b"]',
        '{"text": "é"}\n\n{"text": "b"}\n',
        '{\n"text": "é"\n}\n{\n"text": "b"\n}\n',
    ):
        assert read(text, name="a.json") == ["é", "b"]
    assert read("[]", name="a.json") == read("", name="a.json") == []
    assert read('{"text": "é"}', name="a.json") == ["é"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1, 3]), st.integers(1, 40))
def test_any_array(values: list[Any], indent: int | None, piece: int) -> None:
    before = json_records._PIECE_BYTES
    json_records._PIECE_BYTES = piece
    try:
        text = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
        bad = BadRecords(LeftOut())
        records = read_json(io.BytesIO(text), "a.json", decoding=Decoding(errors="skip"), bad=bad, as_lines=False)
        if b"\xed\xa0" not in text and b"\xed\xb0" not in text:
            assert [record for _, record in records] == values
    finally:
        json_records._PIECE_BYTES = before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"text": "a"}, {"text" "b"}]', "line 1: not JSON (expecting ':' delimiter)"),
        ('[\n{"text": "a"},\n{"text": "b"', "line 3: not JSON"),
        ('[{"text": "a"}', "the array is not closed; download the file again if it is truncated"),
        ('[\n"a",\n]', "line 3: not JSON (expected a value after ',')"),
        ('["a" "b"]', "expected ',' or ']'"),
        ('["a"] b', "found text after the end"),
    ],
)
def test_damaged_arrays_are_named(read: Any, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, name="a.json")
    assert message in str(caught.value)
    assert "a.json" in str(caught.value)


def test_bad_records_and_nulls(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "id": 1}\nnot JSON\n{"text": null}\n{}\n{"text": 3}\n"b"\n3\n\n')
    texts = Texts([path], on_bad="skip", nulls="skip", keep="id")
    (block,) = texts.blocks()
    assert (block.texts, block.kept["id"]) == (["a", "b"], [1, None])
    assert texts.left_out == {"not JSON": 1, "null": 2, "not a text": 2, "blank line": 1}
    texts = Texts([path], on_bad="skip", nulls="empty", numbers_as_text=True)
    assert list(texts.texts()) == ["a", "", "", "3", "b", "3"]


def test_nested_fields_numbers_and_tokens(read: Any) -> None:
    assert read('{"data": {"text": "a", "b.c": "d"}}', "data.text") == ["a"]
    assert read('{"data": {"b.c": "d"}}', "data.b.c") == ["d"]
    assert read('{"data.text": "a"}', "data.text") == ["a"]
    with pytest.raises(InputError, match=r"there is no field 'data\.body'; set --field, the fields are 'data'"):
        read('{"data": {"text": "a"}}', "data.body")
    assert read('{"text": 1.10}\n{"text": 12345678901234567890}\n', numbers_as_text=True) == [
        "1.10",
        "12345678901234567890",
    ]
    assert read('{"text": ["new york", "taxi"]}\n["a", "b"]\n') == [["new york", "taxi"], ["a", "b"]]


def test_pairs_in_arrays_and_nested_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"src": "a", "trg": "b"},\n {"src": "c", "trg": null}]')
    pairs = Pairs(pairs=path, nulls="skip")
    assert [(pair.number, pair.src, pair.trg) for pair in pairs] == [(1, "a", "b")]
    assert pairs.left_out == {"null": 1}
    path.write_text('{"x": {"en": "a", "de": "b"}}\n')
    assert [(pair.src, pair.trg) for pair in Pairs(pairs=path, fields="x.en,x.de")] == [("a", "b")]
    path.write_text('{"src": "a", "trg": 1}\n{"src": "c"}\n{"src": "e", "trg": "f"}\n')
    pairs = Pairs(pairs=path, on_bad="skip", nulls="empty")
    assert [(pair.src, pair.trg) for pair in pairs] == [("c", ""), ("e", "f")]
    assert pairs.left_out == {"not a text": 1}


@pytest.mark.parametrize("text", ['["a", "b", {bad}, "c"]', '["a", "b"', '["a", "b"] "c"'])
def test_the_rest_of_a_damaged_array(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError, match="--on-bad skip leaves out the rest of the file"):
        list(Texts([path]).texts())
    texts = Texts([path], on_bad="skip")
    assert list(texts.texts()) == ["a", "b"]
    assert texts.left_out == {"rest of a file after damaged JSON": 1}


def test_elements_that_are_no_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[1.50, "x", null, ["y", "z"], true]')
    texts = Texts([path], numbers_as_text=True, nulls="skip", on_bad="skip")
    assert list(texts.texts()) == ["1.50", "x", ["y", "z"]]
    assert texts.left_out == {"null": 1, "not a text": 1}
