"""Files that are cut off, changed or foreign: one clear line, and no memory taken on trust."""

from __future__ import annotations

import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlpkit.embeddings.formats.recognition import format_of
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import ArtifactError, InputError, NlpkitError, ParameterError

VECTORS = WordVectors([f"word{i}" for i in range(40)], np.random.default_rng(1).standard_normal((40, 6)))


def binary(tmp_path: Path, data: bytes, **options) -> WordVectors:
    path = tmp_path / "vectors.bin"
    path.write_bytes(data)
    return WordVectors.read(path, format="word2vec-binary", **options)


ROW = np.array([1, 2], "<f4").tobytes()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no header"),
        (b"a b c\n", "has no header"),
        (b"3 2\na " + ROW + b"b " + ROW, "promises 3 rows of 2 numbers and the file has 24 bytes"),
        (b"3 2\naaaaaaaaaa " + ROW + b"b " + ROW, r"row 3: is cut off at the file's end \(byte 33\)"),
        (b"2 2\naaaaaaaaaa " + ROW + b"b " + ROW[:-1], r"row 2: is cut off at the file's end \(byte 23\)"),
        (b"1 2\na " + ROW + b"b " + ROW, "goes on after row 1"),
        (b"1 2\n" + b"x" * 200_000, "row 1: has no space after its word|row 1: is cut off"),
        (b"99999999999999 300\na " + ROW, "promises 99,999,999,999,999 rows"),
        (b"1 99999999999\na " + ROW, "promises rows of 99,999,999,999 numbers"),
        (b"1 2\n\xe9 " + ROW, r"row 1: the word '\\xe9' isn't utf-8"),
    ],
)
def test_binary_faults(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as found:
        binary(tmp_path, data)
    assert "\n" not in str(found.value)


def test_a_limit_reads_the_whole_rows_of_a_truncated_file(tmp_path: Path) -> None:
    data = b"3 2\na " + ROW + b"b " + ROW + b"c"
    assert list(binary(tmp_path, data, limit=2).words) == ["a", "b"]


def test_false_counts_in_gzip_take_no_memory(tmp_path: Path) -> None:
    """There the file's size says nothing, so that rows are made room for as they come."""
    import gzip

    for name, row in {"text": b"a 1 2\n", "binary": b"a " + ROW}.items():
        (tmp_path / name).write_bytes(gzip.compress(b"99999999999999 2\n" + row))
        with pytest.raises(InputError, match="promises 99,999,999,999,999"):
            WordVectors.read(tmp_path / name)


@pytest.mark.parametrize("name", ["v.npy", "v.safetensors"])
def test_files_without_their_other_half(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    VECTORS.write(path)
    data = path.read_bytes()
    path.write_bytes(data[:-50])
    with pytest.raises(InputError):
        WordVectors.read(path)
    path.write_bytes(data[:20])
    with pytest.raises(InputError):
        WordVectors.read(path)


def test_npy_faults(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.eye(3))
    with pytest.raises(InputError, match=r"a\.words\.txt: can't be read .* words of a\.npy have to be there"):
        WordVectors.read(tmp_path / "a.npy")
    (tmp_path / "a.words.txt").write_text("x\ny\n")
    with pytest.raises(InputError, match="3 rows and there are 2 words"):
        WordVectors.read(tmp_path / "a.npy")
    (tmp_path / "a.words.txt").write_bytes(b"x\ny\n\xe9\n")
    with pytest.raises(InputError, match=r"a\.words\.txt, line 3: isn't utf-8"):
        WordVectors.read(tmp_path / "a.npy")
    assert list(WordVectors.read(tmp_path / "a.npy", encoding="latin-1").words) == ["x", "y", "é"]
    for array in (np.arange(3), np.array(["a", "b", "c"])[:, None], np.zeros((3, 2), np.complex64)):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(InputError, match="expected a row of numbers for each word"):
            WordVectors.read(tmp_path / "a.npy", encoding="latin-1")
    np.save(tmp_path / "a.npy", np.array([{}, None, 1]), allow_pickle=True)
    with pytest.raises(InputError, match="no whole") as caught:
        WordVectors.read(tmp_path / "a.npy")
    assert "unsafely" not in str(caught.value)
    (tmp_path / "a.npy").write_bytes(b"no magic number")
    with pytest.raises(InputError, match="no whole") as caught:
        WordVectors.read(tmp_path / "a.npy", format="npy")
    assert "pickle" not in str(caught.value)


def test_rows_of_no_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 0), np.float32))
    (tmp_path / "a.words.txt").write_text("x\ny\n")
    WordVectors(["x", "y"], np.zeros((2, 0))).write(tmp_path / "a.safetensors")
    for name in ("a.npy", "a.safetensors"):
        with pytest.raises(InputError, match="has rows of 0 numbers"):
            WordVectors.read(tmp_path / name)
    for text in ("2 0\nx\ny\n", "x\ny\n"):
        (tmp_path / "a.txt").write_text(text)
        for format in ("auto", "word2vec", "glove"):
            with pytest.raises(InputError):
                WordVectors.read(tmp_path / "a.txt", format=format)


def test_safetensors_of_others(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "a.safetensors"
    words = np.frombuffer(b"a\nb\n", np.uint8)
    for tensors, message in [
        ({"weight": np.eye(2)}, r"no tensor 'vectors' \(it has 'weight'\)"),
        ({"vectors": np.eye(2)}, "no tensor 'words'"),
        ({"vectors": np.eye(2), "words": words.astype(np.int32)}, "words is of int32"),
        ({"vectors": np.eye(3), "words": words}, "3 rows and there are 2 words"),
        ({"vectors": np.eye(2), "words": words, "counts": np.eye(2)}, "counts is float64"),
    ]:
        save_file(tensors, path)
        with pytest.raises(InputError, match=message):
            WordVectors.read(path)


def test_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "anything"
    old = struct.pack("<12idiii", 100, 5, 5, 5, 5, 1, 2, 2, 2000000, 3, 6, 100, 1e-4, 3, 3, 0)
    for data, name in {
        struct.pack("<ii", 793712314, 12): "fasttext",
        old + b"\0" * 50: "fasttext",
        b"\x93NUMPY\x01\x00": "npy",
        b"\x02" + b"\0" * 7 + b"{}": "safetensors",
        b"2 3\nthe 1 2 3\nof 1 2 3\n": "word2vec",
        b"2 300\n": "word2vec",
        b"2 3\nthe \x00\x00\x80?\x00\x00\x80?\x00\x00\x80?": "word2vec-binary",
        b"the 1 2 3\n": "glove",
        "\ufeff2 1 5 6\n".encode(): "glove",
    }.items():
        path.write_bytes(data)
        assert format_of(path) == name
    assert format_of(tmp_path) == "folder"
    for data in (b"{}", b"\0" * 100, b"hello\nworld\n", os.urandom(3) + b"\0\xff\n" * 99):
        path.write_bytes(data)
        with pytest.raises(InputError, match="cannot be detected"):
            format_of(path)
    with pytest.raises(InputError, match="there is no such file"):
        WordVectors.read(tmp_path / "nowhere.txt")
    with pytest.raises(ArtifactError):
        WordVectors.read(tmp_path)
    with pytest.raises(ParameterError, match="'word3vec'"):
        WordVectors.read(path, format="word3vec")


@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.npy", "v.safetensors", "v.txt.gz"])
@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_damage_anywhere_is_a_clear_line_or_other_numbers(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / name
    VECTORS.write(path)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, min(len(content) - 1, 300)))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    message = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            assert WordVectors.read(path).vectors.ndim == 2
        except NlpkitError as error:
            message = str(error)
    assert "\n" not in message
