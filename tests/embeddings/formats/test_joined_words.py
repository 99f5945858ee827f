"""Words with white space in formats that can't hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlpkit.embeddings import FastText
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import OutputError, ParameterError
from nlpkit.jobs import convert_vectors

WORDS = ["new york", "rome", "a \t b", "naïve é"]
VECTORS = WordVectors(WORDS, np.arange(8).reshape(4, 2), counts=[4, 3, 2, 1])


@pytest.mark.parametrize("format", ["word2vec", "glove", "vec", "word2vec-binary", "fasttext"])
@pytest.mark.parametrize("join", ["_", "", "--", "\\1"])
def test_they_are_joined(format: str, join: str, tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"white space in it.*or join its parts by nlpkit convert --join _ \(join='_'\)"
    ):
        VECTORS.write(tmp_path / "v", format)
    VECTORS.write(tmp_path / "v", format, join=join)
    found = WordVectors.read(tmp_path / "v", format)
    assert list(found.words) == [f"new{join}york", "rome", f"a{join}b", f"naïve{join}é"]
    np.testing.assert_array_equal(found.vectors, VECTORS.vectors)


@pytest.mark.parametrize("name", ["v.npy", "v.safetensors", "folder"])
def test_formats_that_hold_them_keep_them(name: str, tmp_path: Path) -> None:
    VECTORS.write(tmp_path / name, join="_")
    assert list(WordVectors.read(tmp_path / name).words) == WORDS


@pytest.mark.parametrize("words", [["new york", "new_york"], ["a b", "a\tb"], ["x", "a_b", "a b"], ["a  b", "a b"]])
def test_two_words_that_would_be_one_are_an_error(words: list[str], tmp_path: Path) -> None:
    vectors = WordVectors(words, np.ones((len(words), 2)))
    with pytest.raises(OutputError, match=r"would both be '.*_.*': choose another --join"):
        vectors.write(tmp_path / "v.txt", join="_")
    assert not (tmp_path / "v.txt").exists()


def test_white_space_does_not_join(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="join is ' ': name characters without white space"):
        VECTORS.write(tmp_path / "v.txt", join=" ")


def test_a_fasttext_model_keeps_its_letters(tmp_path: Path) -> None:
    texts = [["new york", "city"], ["new york", "taxi"]] * 5
    model = FastText(vector_size=4, min_count=1, bucket=50, epochs=1, threads=1, sample=0).fit(texts)
    with pytest.raises(OutputError, match="a fastText model computes vectors from the letters of words"):
        convert_vectors(model, tmp_path / "v.bin", join="_")
    assert convert_vectors(model, tmp_path / "v.vec", join="_").lost == ("sub-words", "counts", "output weights")
    assert "new_york" in WordVectors.read(tmp_path / "v.vec")
