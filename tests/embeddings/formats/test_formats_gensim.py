"""gensim as the oracle: it loads what is written here, and what it writes is loaded here."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlpkit.embeddings.word_vectors import WordVectors

models = pytest.importorskip("gensim.models", reason="gensim isn't installed")

ODD = [
    "the",
    "naïve",
    "日本語",
    "😀",
    "a\u00a0b",
    "\u2028",
    "\x85",
    "\ufeffx",
    "\x01",
    "\x1c",
    "{}",
    "1.5",
    "-",
    "nan",
    "e\u0301",
    "</s>",
]


def vectors_of(words: list[str], d: int = 7, scale: float = 1.0) -> WordVectors:
    rows = np.random.default_rng(len(words)).standard_normal((len(words), d)) * scale
    return WordVectors(words, rows.astype(np.float32))


def keyed(vectors: WordVectors) -> models.KeyedVectors:
    found = models.KeyedVectors(vectors.vector_size)
    found.add_vectors(list(vectors.words), vectors.vectors)
    return found


@pytest.mark.parametrize("scale", [1e-42, 1e-20, 1e-4, 1.0, 1e7, 1e30])
@pytest.mark.parametrize("name", ["word2vec", "glove", "vec", "word2vec-binary"])
def test_gensim_loads_ours(name: str, scale: float, tmp_path: Path) -> None:
    vectors = vectors_of(ODD[:6] + ODD[8:], scale=scale)
    vectors.write(tmp_path / "v.txt", name)
    found = models.KeyedVectors.load_word2vec_format(
        str(tmp_path / "v.txt"), binary=name.endswith("binary"), no_header=name == "glove"
    )
    assert found.index_to_key == list(vectors.words)
    assert np.array_equal(found.vectors.view(np.int32), vectors.vectors.view(np.int32))


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("scale", [1e-42, 1.0, 1e30])
def test_we_load_gensims(binary: bool, header: bool, scale: float, tmp_path: Path) -> None:
    if binary and not header:
        return
    vectors = vectors_of(ODD, scale=scale)
    keyed(vectors).save_word2vec_format(str(tmp_path / "v"), binary=binary, write_header=header)
    found = WordVectors.read(tmp_path / "v")
    assert list(found.words) == ODD
    assert np.array_equal(found.vectors.view(np.int32), vectors.vectors.view(np.int32))
    for limit in (1, 5, 100):
        expected = models.KeyedVectors.load_word2vec_format(
            str(tmp_path / "v"), binary=binary, no_header=not header, limit=limit
        )
        found = WordVectors.read(tmp_path / "v", limit=limit)
        assert list(found.words) == expected.index_to_key
        assert np.array_equal(found.vectors, expected.vectors)


decimal = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-2, 2, width=32).map(repr),
    st.decimals(-100, 100, places=12).map(str),
    st.from_regex(r"-?[0-9]{1,20}\.[0-9]{1,20}(e-?[0-9]{1,2})?", fullmatch=True),
)


@given(rows=st.lists(st.lists(decimal, min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.filterwarnings("ignore")
def test_numbers_as_gensim_reads_them(rows: list[list[str]], tmp_path: Path) -> None:
    lines = [f"w{i} {' '.join(row)}\n" for i, row in enumerate(rows)]
    (tmp_path / "v.txt").write_text(f"{len(rows)} 3\n{''.join(lines)}")
    expected = models.KeyedVectors.load_word2vec_format(str(tmp_path / "v.txt"))
    found = WordVectors.read(tmp_path / "v.txt")
    assert np.array_equal(found.vectors.view(np.int32), expected.vectors.view(np.int32))


@pytest.mark.parametrize("binary", [False, True])
def test_other_encodings_as_gensim(binary: bool, tmp_path: Path) -> None:
    words = ["café", "ñandú", "grün"]
    vectors = vectors_of(words)
    path = tmp_path / "v"
    vectors.write(path, "word2vec-binary" if binary else "word2vec")
    data = path.read_bytes()
    for word in words:
        data = data.replace(word.encode(), word.encode("latin-1"))
    path.write_bytes(data)
    for encoding, errors in [("latin-1", "strict"), ("utf-8", "replace"), ("utf-8", "ignore")]:
        expected = models.KeyedVectors.load_word2vec_format(
            str(path), binary=binary, encoding=encoding, unicode_errors=errors
        )
        found = WordVectors.read(path, encoding=encoding, errors=errors)
        assert list(found.words) == expected.index_to_key
        assert np.array_equal(found.vectors, expected.vectors)


@pytest.mark.parametrize("binary", [False, True])
def test_words_that_come_again_as_gensim(binary: bool, tmp_path: Path) -> None:
    rows = np.arange(10, dtype=np.float32).reshape(5, 2)
    WordVectors(["a", "b", "a", "c", "b"], rows).write(tmp_path / "v", "word2vec-binary" if binary else "word2vec")
    expected = models.KeyedVectors.load_word2vec_format(str(tmp_path / "v"), binary=binary)
    with pytest.warns(UserWarning, match="2 of 5 rows"):
        found = WordVectors.read(tmp_path / "v")
    assert list(found.words) == [word for word in expected.index_to_key if word] == ["a", "b", "c"]
    assert np.array_equal(found.vectors, expected.vectors[:3])


def test_binary_with_newlines_as_word2vec_writes_it(tmp_path: Path) -> None:
    vectors = vectors_of(ODD, d=3)
    with open(tmp_path / "v.bin", "wb") as file:
        file.write(f"{len(ODD)} 3\n".encode())
        for word, row in zip(ODD, vectors.vectors, strict=True):
            file.write(word.encode() + b" " + row.tobytes() + b"\n")
    expected = models.KeyedVectors.load_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    found = WordVectors.read(tmp_path / "v.bin")
    assert list(found.words) == expected.index_to_key == ODD
    assert np.array_equal(found.vectors, expected.vectors)


@pytest.mark.slow
def test_text_is_read_far_faster_than_by_gensim(tmp_path: Path) -> None:
    """By the processor's time, in one process: some 20 times faster when this was written; 8 leaves room for noise."""
    vectors = vectors_of([f"word{i}" for i in range(20_000)], d=100)
    vectors.write(tmp_path / "v.txt")
    WordVectors.read(tmp_path / "v.txt", limit=10)
    start = time.process_time()
    WordVectors.read(tmp_path / "v.txt")
    ours = time.process_time() - start
    start = time.process_time()
    models.KeyedVectors.load_word2vec_format(str(tmp_path / "v.txt"))
    assert (time.process_time() - start) / ours > 8
