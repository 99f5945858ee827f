"""Formats of word vectors: files are read again bit for bit, and detected by their content."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nlpkit.embeddings import formats
from nlpkit.embeddings.formats import text_reader, word2vec_binary
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import OutputError, ParameterError

TEXT = ["word2vec", "glove", "vec", "word2vec-binary"]
WHOLE = ["npy", "safetensors", "folder"]
SUFFIXES = {"word2vec": ".txt", "glove": ".txt", "vec": ".vec", "word2vec-binary": ".bin", "npy": ".npy",
            "safetensors": ".safetensors", "folder": ""}  # fmt: skip

any_word = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain_word = any_word.filter(lambda word: word and not set(word) & set(" \t\n\v\f\r") and word[0] != "\ufeff")
number = st.floats(width=32)


def vectors_of(words: st.SearchStrategy[str], number: st.SearchStrategy[float] = number) -> st.SearchStrategy:
    @st.composite
    def draw_vectors(draw) -> WordVectors:
        chosen = draw(st.lists(words, min_size=1, max_size=12, unique=True))
        d = draw(st.integers(1, 6))
        rows = draw(st.lists(st.lists(number, min_size=d, max_size=d), min_size=len(chosen), max_size=len(chosen)))
        return WordVectors(chosen, np.array(rows, np.float32))

    return draw_vectors()


def same(found: WordVectors, expected: WordVectors) -> bool:
    """Same words in the same order, and the same bits but for those of nan."""
    a, b = np.asarray(found.vectors), np.asarray(expected.vectors)
    assert a.dtype == np.float32
    bits = np.array_equal(np.where(np.isnan(a), 0, a).view(np.int32), np.where(np.isnan(b), 0, b).view(np.int32))
    return list(found.words) == list(expected.words) and bits and np.array_equal(np.isnan(a), np.isnan(b))


def has_control(vectors: WordVectors) -> bool:
    """Whether a word has characters that, after odd numbers, show rows of word2vec's binary form to be out of step."""
    return any(ord(character) < 32 or ord(character) == 127 for word in vectors.words for character in word)


def quietly(path: Path, **options) -> WordVectors:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WordVectors.read(path, **options)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory):
    """New paths, for examples that share a fixture."""
    top = tmp_path_factory.mktemp("formats")
    names = iter(range(10**6))
    return lambda name: top / f"{next(names)}{SUFFIXES.get(name, name)}"


examples = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TEXT)
@given(vectors=vectors_of(plain_word))
@examples
def test_text_and_binary_come_back(name: str, vectors: WordVectors, place) -> None:
    assume(name != "word2vec-binary" or not has_control(vectors))
    path = place(name)
    vectors.write(path, name)
    assert same(quietly(path, format=name), vectors)


@pytest.mark.parametrize("name", WHOLE)
@given(vectors=vectors_of(any_word))
@settings(examples, max_examples=15)
def test_any_words_come_back(name: str, vectors: WordVectors, place) -> None:
    path = place(name)
    vectors.write(path)
    assert same(quietly(path), vectors)


@pytest.mark.parametrize("name", [*TEXT, *WHOLE])
@given(vectors=vectors_of(plain_word, st.floats(-1, 1, width=32)))
@settings(examples, max_examples=15)
def test_the_format_is_detected_from_the_content(name: str, vectors: WordVectors, place) -> None:
    assume(name != "word2vec-binary" or not has_control(vectors))
    path = place(name)
    vectors.write(path, name)
    if path.is_file() and name != "npy":
        path = path.rename(place(".model"))
    if name == "glove" and vectors.vector_size == 1:
        return  # "7 1" might be a header
    if name == "word2vec-binary" and min(vectors.vectors.tobytes(), default=0) > 8:
        return  # a few numbers whose bytes might be those of text
    assert same(quietly(path), vectors)


def random_vectors(n: int, d: int, seed: int = 0) -> WordVectors:
    rng = np.random.default_rng(seed)
    return WordVectors([f"w{i}é" for i in range(n)], rng.standard_normal((n, d)).astype(np.float32))


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("packed", [False, True])
def test_many_blocks_and_limits(name: str, packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that end anywhere within rows give the same rows, in threads too."""
    monkeypatch.setattr(text_reader, "BLOCK", 977)
    monkeypatch.setattr(text_reader, "_FIRST_BLOCK", 300)
    monkeypatch.setattr(word2vec_binary, "_BLOCK", 977)
    vectors = random_vectors(700, 5)
    path = tmp_path / ("vectors" + SUFFIXES[name] + (".gz" if packed else ""))
    vectors.write(path, name)
    assert path.read_bytes().startswith(b"\x1f\x8b") == packed
    assert same(WordVectors.read(path), vectors)
    for limit in (1, 2, 350, 699, 700, 10**9):
        expected = WordVectors(list(vectors.words)[:limit], vectors.vectors[:limit])
        assert same(WordVectors.read(path, limit=limit), expected)


@pytest.mark.parametrize("name", WHOLE)
def test_limits_of_mapped_files(name: str, tmp_path: Path) -> None:
    vectors = random_vectors(50, 4)
    vectors.write(tmp_path / f"v{SUFFIXES[name]}")
    found = WordVectors.read(tmp_path / f"v{SUFFIXES[name]}", limit=7)
    assert same(found, WordVectors(list(vectors.words)[:7], vectors.vectors[:7]))


@pytest.mark.parametrize("name", [*TEXT, "npy"])
def test_a_limit_reads_no_more(name: str, tmp_path: Path) -> None:
    """Ten rows of a file of 8 MB need some kilobytes."""
    vectors = random_vectors(20_000, 100)
    path = tmp_path / f"v{SUFFIXES[name]}"
    vectors.write(path, name)
    if name in ("glove", "word2vec", "vec"):
        with open(path, "r+b") as file:
            file.seek(1 << 18)
            file.write(b" what follows is no number \n")
    assert same(
        WordVectors.read(path, format=name, limit=10), WordVectors(list(vectors.words)[:10], vectors.vectors[:10])
    )


def test_no_words_at_all(tmp_path: Path) -> None:
    nothing = WordVectors([], np.zeros((0, 3), np.float32))
    for name in ["word2vec", "word2vec-binary", *WHOLE]:
        path = tmp_path / f"{name}{SUFFIXES[name]}"
        nothing.write(path, name)
        assert WordVectors.read(path, format=name).vectors.shape == (0, 3)


def test_counts_are_kept_where_there_is_room(tmp_path: Path) -> None:
    vectors = WordVectors(["a", "b"], np.eye(2), counts=np.array([5, 3]))
    vectors.write(tmp_path / "v.safetensors")
    assert WordVectors.read(tmp_path / "v.safetensors").counts.tolist() == [5, 3]
    assert WordVectors.read(tmp_path / "v.safetensors", limit=1).counts.tolist() == [5]


def test_safetensors_are_what_the_library_reads(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    vectors = random_vectors(9, 4)
    vectors.write(tmp_path / "v.safetensors")
    tensors = load_file(tmp_path / "v.safetensors")
    assert np.array_equal(tensors["vectors"], vectors.vectors)
    assert tensors["words"].tobytes().decode().split("\n")[:-1] == list(vectors.words)
    save_file({"words": tensors["words"], "vectors": vectors.vectors.astype(np.float16)}, tmp_path / "half.safetensors")
    assert np.allclose(WordVectors.read(tmp_path / "half.safetensors").vectors, vectors.vectors, atol=2e-3)


def test_npy_of_other_numbers_and_order(tmp_path: Path) -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.float64).reshape(3, 2))
    np.save(tmp_path / "v.npy", array)
    (tmp_path / "v.words.txt").write_bytes("\ufeffx\r\ny z\r\n\\n".encode())
    found = WordVectors.read(tmp_path / "v.npy")
    assert list(found.words) == ["x", "y z", "\n"]
    assert found.vectors.tolist() == array.tolist()
    assert found.vectors.flags.c_contiguous


@pytest.mark.parametrize("word", ["", "a b", "a\tb", "\n", "x\r", "a\vb", "a\fb"])
@pytest.mark.parametrize("name", TEXT)
def test_words_that_a_format_cannot_hold_are_refused(name: str, word: str, tmp_path: Path) -> None:
    vectors = WordVectors(["fine", word, "too"], np.eye(3))
    with pytest.raises(OutputError, match=r"row 1 ") as refused:
        vectors.write(tmp_path / "v.txt", name)
    assert repr(word) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_half_a_surrogate_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="half a surrogate pair"):
        WordVectors(["a", "b\udc80"], np.eye(2)).write(tmp_path / "v.txt")
    WordVectors(["a", "b\udc80"], np.eye(2)).write(tmp_path / "v.npy")
    assert list(WordVectors.read(tmp_path / "v.npy").words) == ["a", "b\udc80"]


def test_names_choose_what_to_write(tmp_path: Path) -> None:
    names = {"a.txt": "word2vec", "a.VEC": "vec", "a.vec.gz": "vec", "a.bin": "word2vec-binary", "a/": "folder"}
    assert {name: formats.format_named(name) for name in names} == names
    for name in ("a.xyz", "a.npy.gz", "a.ftz"):
        with pytest.raises(ParameterError, match="by --to \\(format=\\): word2vec"):
            formats.format_named(name)
    with pytest.raises(ParameterError, match="'words2vec'"):
        random_vectors(1, 1).write(tmp_path / "v.txt", "words2vec")


def test_gzip_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        random_vectors(3, 2).write(tmp_path / f"{name}.txt.gz")
    assert (tmp_path / "a.txt.gz").read_bytes() == (tmp_path / "b.txt.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.txt.gz").read_bytes()).startswith(b"3 2\nw0")
