"""Lines of text formats that can't be read: an error that names the way out, or left out and counted."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from nlpkit.embeddings.formats import text_reader
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import InputError, ParameterError

FEW, NONE, EMPTY = "a line has too few numbers", "a field is no number", "a line is empty"
RETURN, BYTES = "a line has a carriage return in it", "a word isn't utf-8"


def read(path: Path, data: bytes, **options: object) -> WordVectors:
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WordVectors.read(path, **options)


@pytest.mark.parametrize("header", [b"", b"4 2\n"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"b 1", FEW),
        (b"b", FEW),
        (b"b x 1", NONE),
        (b"b 1 1,5", NONE),
        (b"", EMPTY),
        (b"b 1 2\rc 3 4", RETURN),
        (b"\xff 1 2", BYTES),
    ],
)
def test_a_damaged_line(header: bytes, line: bytes, reason: str, tmp_path: Path) -> None:
    data = header + b"a 1 2\n" + line + b"\nc 3 4\nnew york 5 6\n"
    with pytest.raises(InputError, match=f"line {2 + bool(header)}: ") as found:
        read(tmp_path / "v.txt", data)
    if reason != BYTES:
        assert str(found.value).endswith("nlpkit convert --on-bad skip (on_bad='skip') leaves such rows out")
    vectors = read(tmp_path / "v.txt", data, on_bad="skip")
    assert list(vectors.words) == ["a", "c", "new york"]
    assert vectors.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert vectors.rows_left_out == {reason: 1}


def test_many_damaged_lines_with_their_places(tmp_path: Path) -> None:
    data = b"a 1 2\nb x 2\n\n\nc 1\nd 1 2\ne 1 y\nf 3 4\n\xff 1 1\ng 1 inf\n"
    (tmp_path / "v.txt").write_bytes(data)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        vectors = WordVectors.read(tmp_path / "v.txt", on_bad="skip")
    assert list(vectors.words) == ["a", "d", "f", "g"]
    assert vectors.rows_left_out == {NONE: 2, EMPTY: 2, FEW: 1, BYTES: 1}
    assert [str(each.message).split("v.txt", 1)[1] for each in told] == [
        ", line 10: has nan or infinite numbers, and 0 further rows have: read as they are",
        ": rows left out, because a field is no number: 2 (the first is line 2); a line is empty: 2 (the first is line"
        " 3); a line has too few numbers: 1 (the first is line 5); a word isn't utf-8: 1 (the first is line 9)",
    ]


@pytest.mark.parametrize("ends", [b"", b"\n\n \n"])
def test_empty_lines_at_the_end_are_no_damage(ends: bytes, tmp_path: Path) -> None:
    assert read(tmp_path / "v.txt", b"a 1 2\nb 1 2\n" + ends, on_bad="skip").rows_left_out == {}


def test_damage_over_blocks_and_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "BLOCK", 64)
    monkeypatch.setattr(text_reader, "_FIRST_BLOCK", 64)
    lines = [f"w{i} {i} 0.5\n".encode() for i in range(300)]
    damaged = range(5, 298, 7)
    for i in damaged:
        lines[i] = [b"w 1\n", b"w x 1\n", b"\n"][i % 3]
    kept = [i for i in range(300) if i not in damaged]
    found = read(tmp_path / "v.txt", b"".join(lines), on_bad="skip")
    assert list(found.words) == [f"w{i}" for i in kept]
    np.testing.assert_array_equal(found.vectors[:, 0], kept)
    assert sum(found.rows_left_out.values()) == 300 - len(kept)
    assert list(read(tmp_path / "v.txt", b"".join(lines), on_bad="skip", limit=20).words) == [
        f"w{i}" for i in kept[:20]
    ]


@pytest.mark.parametrize("count", [1, 9, 10**12])
def test_a_false_count_is_read_over(count: int, tmp_path: Path) -> None:
    data = b"%d 2\na 1 2\nb 3 4\n" % count
    with pytest.raises(
        InputError, match=r"nlpkit convert --on-bad skip \(on_bad='skip'\) reads the rows that are there"
    ):
        read(tmp_path / "v.txt", data)
    assert list(read(tmp_path / "v.txt", data, on_bad="skip").words) == ["a", "b"]
    if count > 2:
        with pytest.warns(
            UserWarning, match=f"with 2 rows, and the header, line 1, promises {count:,}: read as they are"
        ):
            WordVectors.read(tmp_path / "v.txt", on_bad="skip")


def test_a_cut_file_gives_its_whole_rows(tmp_path: Path) -> None:
    found = read(tmp_path / "v.vec", b"3 2\na 1 2\nb 3 4\nc 5", on_bad="skip")
    assert (list(found.words), found.rows_left_out) == (["a", "b"], {FEW: 1})


def test_other_values(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="on_bad is 'stop': choose error or skip"):
        read(tmp_path / "v.txt", b"a 1\n", on_bad="stop")
