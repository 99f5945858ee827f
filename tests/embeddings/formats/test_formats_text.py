"""Vectors as text: words with spaces, odd white space, numbers in all spellings, files with faults."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import InputError, ParameterError


def read(tmp_path: Path, data: bytes | str, **options) -> WordVectors:
    path = tmp_path / "vectors.txt"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return WordVectors.read(path, **options)


def as_dict(vectors: WordVectors) -> dict[str, list[float]]:
    return dict(zip(vectors.words, np.asarray(vectors.vectors).tolist(), strict=True))


@pytest.mark.parametrize(
    "data",
    [
        "a 1 2\nb 3 4\n",
        "a 1 2\nb 3 4",
        "a 1 2\r\nb 3 4\r\n",
        "\ufeffa 1 2\nb 3 4\n",
        "2 2\na 1 2\nb 3 4\n",
        "\ufeff2\t2 \r\na\t1\t2\t\r\nb 3 4   ",
        "a 1 2 \nb  3 \t 4 \n\n\n \r\n",
        "2 2\na +1 2.\nb 3e0 .4E+1\n",
    ],
)
def test_layouts(data: str, tmp_path: Path) -> None:
    assert as_dict(read(tmp_path, data)) == {"a": [1, 2], "b": [3, 4]}


def test_words_with_spaces_and_numbers(tmp_path: Path) -> None:
    """As in GloVe 840B: the last fields are the numbers."""
    rows = ". . . 1 2\nat name@domain.com 3 4\nwindows 10 5 6\n1.5 7 8\n  x 9 10\na\u00a0b 1 1\n\u2028 2 2\n"
    expected = {". . .": [1, 2], "at name@domain.com": [3, 4], "windows 10": [5, 6], "1.5": [7, 8], "  x": [9, 10],
                "a\u00a0b": [1, 1], "\u2028": [2, 2]}  # fmt: skip
    assert as_dict(read(tmp_path, rows)) == expected
    assert as_dict(read(tmp_path, "7 2\n" + rows)) == expected


def test_vectors_of_one_number(tmp_path: Path) -> None:
    assert as_dict(read(tmp_path, "a 1\nb c 2\n")) == {"a": [1], "b c": [2]}
    assert as_dict(read(tmp_path, "12 5\n13 6\n")) == {"12": [5], "13": [6]}
    assert as_dict(read(tmp_path, "2 1\n13 6\n14 7\n")) == {"13": [6], "14": [7]}
    assert as_dict(read(tmp_path, "2 1\n13 6\n14 7\n", format="glove")) == {"2": [1], "13": [6], "14": [7]}


decimals = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{1,25}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"[+-]?\.[0-9]{1,22}(e-?[0-9]{1,2})?", fullmatch=True),
)
halfway = st.integers(1, (1 << 31) - (1 << 24)).map(
    lambda bits: (float(np.uint32(bits).view(np.float32)) + float(np.uint32(bits - 1).view(np.float32))) / 2
)


@given(st.lists(st.one_of(decimals, halfway.map(repr), halfway.map("{:.40e}".format)), min_size=1, max_size=20))
@example(["1e-400", "1e400", "-1e39", "0e999999999999", "-0", "1e-46", "340282356779733661637539395458142568447.9999"])
@example(
    ["1" * 400, "0." + "0" * 400 + "1", "9007199254740993", "7.0064923216240853546186479164495e-46", "16777217.0000001"]
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.filterwarnings("ignore:.*infinite")
def test_numbers_are_rounded_as_python_and_numpy_round(tmp_path: Path, numbers: list[str]) -> None:
    found = read(tmp_path, f"1 {len(numbers)}\nword " + " ".join(numbers) + "\n").vectors[0]
    with np.errstate(over="ignore"):
        expected = np.array([np.float32(float(number)) for number in numbers])
    assert np.array_equal(found.view(np.int32), expected.view(np.int32))


def test_every_kind_of_float32_comes_back(tmp_path: Path) -> None:
    """Random bits: all exponents, subnormal numbers too; and the neighbours of all powers of two and ten."""
    bits = np.random.default_rng(0).integers(0, 1 << 32, 200_000, dtype=np.uint64).astype(np.uint32)
    powers = np.array([*(2.0**e for e in range(-149, 128)), *(float(f"1e{e}") for e in range(-45, 39))], np.float32)
    near = (powers.view(np.uint32)[:, None].astype(np.int64) + np.arange(-3, 4)).clip(0).astype(np.uint32)
    numbers = np.concatenate([bits.view(np.float32), near.ravel().view(np.float32)])
    numbers = numbers[np.isfinite(numbers)]
    numbers = numbers[: len(numbers) // 4 * 4].reshape(-1, 4)
    vectors = WordVectors([str(i) for i in range(len(numbers))], numbers)
    vectors.write(tmp_path / "v.txt")
    found = WordVectors.read(tmp_path / "v.txt").vectors
    assert np.array_equal(found.view(np.int32), numbers.view(np.int32))
    fields = [field for line in (tmp_path / "v.txt").read_text().split("\n")[1:2001] for field in line.split(" ")[1:]]
    digits = [len(re.sub(r"e.*|[-.]", "", field).strip("0")) for field in fields]
    shortest = [
        len(re.sub(r"e.*|[-.]", "", np.format_float_scientific(x, trim="-")).strip("0")) for x in numbers[:2000].ravel()
    ]
    assert np.mean(np.array(digits) == np.array(shortest)) > 0.99  # but for decimals just half-way between two float32
    assert max(digits) <= 9


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "is empty"),
        ("\n\n", "cannot be detected"),
        ("just some words\n", "cannot be detected"),
        ("3 2\na 1.25 2.5\nb 3.25 4.5\n", r"ends after line 3 with 2 rows.* promises 3"),
        ("1 2\na 1 2\nb 3 4\n", r"line 3: is a row, and the header, line 1, promises 1 only"),
        ("900 2\na 1 2\nb 3 4\n", r"promises 900 rows of 2 numbers and the file has 18 bytes"),
        ("999999999999999 2\na 1 2\nb 3 4\n", r"promises 999,999,999,999,999 rows"),
        ("2 999999999999999\na 1 2\nb 3 4\n", r"promises rows of 999,999,999,999,999 numbers"),
        ("2 3\na 1 2\nb 3 4\n", r"promises 3 numbers a row and the rows have 2"),
        ("2 1\na 1 2\nb 3 4\n", r"promises 1 numbers a row and the rows have 2"),
        ("2 2\na 1 2\nb 3\n", r"line 3: has 2 fields"),
        ("a 1 2\nb 3 4\nc 5\nd 6 7\n", r"line 3: has 2 fields: expected a word and 2 numbers"),
        ("a 1 2\nb 3 4\n\nd 6 7\n", r"line 3: is empty"),
        ("a 1 2\nb 3 4,5\nc 5 6\n", r"line 2: '4,5' is no number"),
        ("a 1 2\nb 3 1_000\nc 5 6\n", r"line 2: '1_000' is no number"),
        ("a 1 2\nb 3 0x10\nc 5 6\n", r"line 2: '0x10' is no number"),
        ("a 1 2\nb 3 1e\nc 5 6\n", r"line 2: '1e' is no number"),
        ("a 1 2\nb 3 -\nc 5 6\n", r"line 2: '-' is no number"),
        ("a 1 2\nb 3 4\rc 5 6\n", r"line 2: has a carriage return"),
        ("a 1 2\rb 3 4\r", "carriage returns alone"),
        (b"a 1 2\n\xff 3 4\n", r"line 2: the word '\\xff' isn't utf-8"),
        (b"a\xc3 1 2\n\xa9 3 4\n", r"line 1: the word 'a\\xc3' isn't utf-8"),
        (b"\xff\xfea\x00 \x001\x00\n\x00", "format cannot be detected|UTF-16"),
        (b"\x28\xb5\x2f\xfd rest", "packed by zstd: unpack it"),
        (b"PK\x03\x04 rest", "zip archive: unpack it"),
        (b"\x1f\x8b\x08\x00 rest", "truncated or damaged"),
    ],
)  # fmt: skip
def test_faults_are_one_clear_line(data: bytes | str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as found:
        read(tmp_path, data)
    assert "\n" not in str(found.value)
    assert "vectors.txt" in str(found.value)


def test_the_right_line_is_named_in_later_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlpkit.embeddings.formats.text_reader.BLOCK", 100)
    lines = [f"word{i} {i} {i}.5" for i in range(500)]
    lines[400] = "word400 400 x"
    with pytest.raises(InputError, match="line 401: 'x'"):
        read(tmp_path, "\n".join(lines))
    with pytest.raises(InputError, match="line 402: 'x'"):
        read(tmp_path, "500 2\n" + "\n".join(lines))
    lines[400:402] = ["", ""]
    with pytest.raises(InputError, match="line 401: is empty"):
        read(tmp_path, "\n".join(lines))


def test_a_header_is_asked_for_and_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without them is glove: name that format"):
        read(tmp_path, "a 1 2\nb 3 4\n", format="word2vec")
    with pytest.raises(InputError, match="line 1: has 2 fields"):
        read(tmp_path, "2 3\na 1 2 3\nb 3 4 5\n", format="glove")


def test_truncated_gzip(tmp_path: Path) -> None:
    import gzip

    with pytest.raises(InputError, match="truncated or damaged"):
        read(tmp_path, gzip.compress(b"a 1 2\n" * 5000)[:-20])


def test_words_that_come_again_are_dropped(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"2 of 4 rows .* first of them 'a'") as warned:
        assert as_dict(read(tmp_path, "4 1\na 1\nb 2\na 3\na 4\n")) == {"a": [1], "b": [2]}
    assert len(warned) == 1


def test_nan_and_infinity_are_read_and_reported(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"line 3: has nan or infinite numbers, and 1 further"):
        found = read(tmp_path, "a 1 2\nb c 3 4\nd nan -Infinity\ne 1e39 0\n".replace("b c", "b"))
    assert math.isnan(found["d"][0])
    assert found["d"][1] == -math.inf
    assert found["e"].tolist() == [math.inf, 0]


def test_encodings(tmp_path: Path) -> None:
    data = "2 1\né 1\nñandú 2\n".encode("latin-1")
    assert as_dict(read(tmp_path, data, encoding="latin-1")) == {"é": [1], "ñandú": [2]}
    assert list(read(tmp_path, data, errors="replace").words) == ["\ufffd", "\ufffdand\ufffd"]
    assert list(read(tmp_path, data, errors="surrogateescape").words) == ["\udce9", "\udcf1and\udcfa"]
    with pytest.warns(UserWarning, match="1 of 2 rows"):
        assert as_dict(read(tmp_path, b"\xe9a 1\n\xe8a 2\n", errors="ignore")) == {"a": [1]}
    for options in ({"encoding": "utf-16"}, {"encoding": "klingon"}, {"errors": "shrug"}, {"limit": 0}, {"limit": 1.5}):
        with pytest.raises(ParameterError):
            read(tmp_path, data, **options)
