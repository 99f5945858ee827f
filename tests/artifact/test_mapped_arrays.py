"""Arrays mapped into memory: as safetensors reads them, and nothing that a false header promises."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from nlpkit import artifact
from nlpkit.artifact.mapped_arrays import map_arrays
from nlpkit.errors import ArtifactError

ARRAYS = {
    "rows": np.arange(12, dtype=np.float32).reshape(4, 3),
    "halves": np.linspace(0, 1, 5, dtype=np.float16),
    "small": np.arange(-3, 4, dtype=np.int8),
    "counts": np.arange(3, dtype=np.int64),
    "flags": np.array([True, False]),
    "none": np.zeros((0, 3), np.float32),
    "one": np.array(7, np.int32),
}


def written(path: Path, header: object, data: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_bfloat16_is_float32s_upper_half(tmp_path: Path) -> None:
    header = {"a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
    place = written(tmp_path / "a.safetensors", header, bytes.fromhex("803f 00c0 80ff 4940"))
    expected = np.array([[1, -2], [-np.inf, 3.140625]], np.float32)
    np.testing.assert_array_equal(map_arrays(place)["a"], expected, strict=True)


def test_arrays_are_those_that_safetensors_reads(tmp_path: Path) -> None:
    save_file(ARRAYS, tmp_path / "a.safetensors", metadata={"by": "hand"})
    found, expected = map_arrays(tmp_path / "a.safetensors"), load_file(tmp_path / "a.safetensors")
    assert set(found) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_writing_to_them_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    save_file(ARRAYS, tmp_path / "a.safetensors")
    before = (tmp_path / "a.safetensors").read_bytes()
    rows = map_arrays(tmp_path / "a.safetensors")["rows"]
    rows[:] = -1
    assert (tmp_path / "a.safetensors").read_bytes() == before


def test_a_file_without_arrays(tmp_path: Path) -> None:
    save_file({}, tmp_path / "a.safetensors")
    assert map_arrays(tmp_path / "a.safetensors") == {}


def test_unaligned_arrays(tmp_path: Path) -> None:
    header = {
        "a": {"dtype": "I8", "shape": [3], "data_offsets": [0, 3]},
        "b": {"dtype": "F32", "shape": [1], "data_offsets": [3, 7]},
    }
    path = written(tmp_path / "a", header, b"\1\2\3" + np.float32(1.5).tobytes())
    found = map_arrays(path)
    assert found["a"].tolist() == [1, 2, 3]
    assert found["b"].tolist() == [1.5]
    assert found["b"].flags.aligned


def entry(**changes: object) -> dict[str, object]:
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}


@pytest.mark.parametrize(
    "header",
    [
        entry(shape=[3]),
        entry(shape=[-2]),
        entry(shape=[2.0]),
        entry(shape=[1 << 62, 1 << 62]),
        entry(shape=None),
        entry(shape=[3], data_offsets=[0, 12]),
        entry(data_offsets=[-8, 0]),
        entry(data_offsets=[4, 12]),
        entry(data_offsets=[0]),
        entry(data_offsets="08"),
        entry(dtype="F33"),
        entry(dtype=["F32"]),
        {"a": 5},
        {"a": {}},
        {},
        [],
        5,
        b"{",
        b"\xff\xff",
        b"[" * 100_000,
        {**entry(), "b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}},
    ],
    ids=str,
)
def test_false_headers_are_one_clear_line(tmp_path: Path, header: object) -> None:
    path = written(tmp_path / "a.safetensors", header, bytes(8))
    with pytest.raises(ArtifactError, match=r"a\.safetensors: is not a safetensors file") as caught:
        map_arrays(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"\1", bytes(8), (1 << 40).to_bytes(8, "little") + b"{}", b"\xff" * 20])
def test_short_files_are_one_clear_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(ArtifactError, match="is not a safetensors file"):
        map_arrays(tmp_path / "a")


def test_every_truncation_is_found(tmp_path: Path) -> None:
    save_file(ARRAYS, tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    for size in range(0, len(data), 7):
        (tmp_path / "cut").write_bytes(data[:size])
        with pytest.raises(ArtifactError):
            map_arrays(tmp_path / "cut")
    (tmp_path / "cut").write_bytes(data + b"\0")
    with pytest.raises(ArtifactError, match="1 bytes follow the last array"):
        map_arrays(tmp_path / "cut")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be read: No such file"):
        map_arrays(tmp_path / "nothing")


def test_a_folder_gives_them(tmp_path: Path) -> None:
    artifact.save(tmp_path / "m", kind="vocabulary", options={}, arrays=ARRAYS)
    stored = artifact.read(tmp_path / "m")
    np.testing.assert_array_equal(stored.mapped["rows"], ARRAYS["rows"])
    with pytest.raises(ArtifactError, match="has no array 'columns'"):
        stored.mapped["columns"]
