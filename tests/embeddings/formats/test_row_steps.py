"""word2vec's binary form with words that it can't hold: refused, or at least told, and never garbage in silence."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import InputError, OutputError


def written(path: Path, words: list[str], vectors: np.ndarray, *, newlines: bool = False, count: int = 0) -> Path:
    """The file that gensim writes, or with ``newlines`` the program of Mikolov et al."""
    rows = [word.encode() + b" " + row.tobytes() for word, row in zip(words, vectors.astype("<f4"), strict=True)]
    end = b"\n" if newlines else b""
    path.write_bytes(b"%d %d\n" % (count or len(words), vectors.shape[1]) + b"".join(row + end for row in rows))
    return path


@pytest.mark.parametrize("york", [[1, 0], [1, 1]], ids=["zeros", "numbers"])
@pytest.mark.parametrize("errors", ["strict", "replace", "skip"])
def test_a_word_with_a_space(york: list[int], errors: str, tmp_path: Path) -> None:
    path = written(tmp_path / "v.bin", ["cat", "new york", "dog"], np.array([[1, 0], york, [0, 1]]))
    with pytest.raises(InputError, match=r"row 3: .*the rows are out of step, by a word with a space") as found:
        WordVectors.read(path, errors=errors)
    assert "replace" not in str(found.value)


@pytest.mark.parametrize(
    "word", ["new york", "тёплый дождь", "the end of time", "日本 語", "\nfirst", "in\nner", "nul\0", " a"]
)
@pytest.mark.parametrize("place", [0, 7, 18])
@pytest.mark.parametrize("newlines", [False, True])
def test_words_that_the_form_cannot_hold(word: str, place: int, newlines: bool, tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(20)]
    words[place] = word
    vectors = np.random.default_rng(place).standard_normal((20, 16))
    path = written(tmp_path / "v.bin", words, vectors, newlines=newlines)
    if newlines and word == "\nfirst":
        return  # two newlines before a word are passed over, as by gensim
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            (InputError, UserWarning), match="the rows are out of step, by a word with a space, newline or"
        ):
            WordVectors.read(path)


@pytest.mark.parametrize("place", [18, 19])
def test_the_last_words(place: int, tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(20)]
    words[place] = "new york"
    path = written(tmp_path / "v.bin", words, np.full((20, 3), 0.5))
    with pytest.raises(InputError, match="out of step, by a word with a space"):
        WordVectors.read(path)


def test_rows_are_checked_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.embeddings.formats import word2vec_binary

    monkeypatch.setattr(word2vec_binary, "_BLOCK", 64)
    words = [f"word{i}" for i in range(200)]
    words[100] = "new york"
    path = written(tmp_path / "v.bin", words, np.random.default_rng(1).standard_normal((200, 8)))
    with pytest.raises(InputError, match=r"row 102: .*out of step"):
        WordVectors.read(path)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e5, 1e25])
@pytest.mark.parametrize("newlines", [False, True])
def test_rows_in_step_are_read_without_a_word(scale: float, newlines: bool, tmp_path: Path) -> None:
    words = ["the", "naïve", "日本語", "\x01", "e\u0301", "a\u00a0b", *(f"word{i}" for i in range(50))]
    vectors = np.random.default_rng(2).standard_normal((len(words), 5)).astype(np.float32) * np.float32(scale)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = WordVectors.read(written(tmp_path / "v.bin", words, vectors, newlines=newlines))
    assert list(found.words) == words
    np.testing.assert_array_equal(found.vectors, vectors)


def test_a_cut_word_advises_how_to_read_it_and_strange_bytes_say_what_they_may_be(tmp_path: Path) -> None:
    path = written(tmp_path / "v.bin", ["cat", "####!", "dog"], np.eye(3))
    path.write_bytes(path.read_bytes().replace(b"####!", "жир".encode()[:-1]))
    with pytest.raises(InputError, match=r"--encoding latin-1 .* --decode-errors replace \(errors='replace'\)$"):
        WordVectors.read(path)
    assert list(WordVectors.read(path, errors="replace").words) == ["cat", "жи\ufffd", "dog"]
    with pytest.warns(UserWarning, match=r"rows left out, because a word isn't utf-8: 1 \(the first is row 2\)"):
        found = WordVectors.read(path, errors="skip")
    assert (list(found.words), found.rows_left_out) == (["cat", "dog"], {"a word isn't utf-8": 1})
    np.testing.assert_array_equal(found.vectors, np.eye(3)[[0, 2]])
    path.write_bytes(path.read_bytes().replace("жир".encode()[:-1], b"caf\xe9s"))
    with pytest.raises(
        InputError, match=r"or read it with --decode-errors replace .*if it looks like no word, the rows"
    ):
        WordVectors.read(path)
    with pytest.warns(
        UserWarning, match="row 2: the word isn't utf-8, .* if it looks like no word, the rows are out of"
    ):
        WordVectors.read(path, errors="replace")


def test_numbers_that_letters_make_are_told(tmp_path: Path) -> None:
    vectors = np.eye(4)
    vectors[2, 1] = 2e26
    path = written(tmp_path / "v.bin", ["a", "b", "c", "d"], vectors)
    with pytest.warns(UserWarning, match=r"row 3: has numbers above 10\^10 or below 10\^-12, and 0 further rows have"):
        assert WordVectors.read(path).vectors[2, 1] == np.float32(2e26)


def test_nul_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"row 0 has NUL in it: write \.npy or a folder"):
        WordVectors(["a\0"], [[1]]).write(tmp_path / "v.bin")
