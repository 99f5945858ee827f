"""Pickles where word vectors are expected: said to be pickles, with the way to the vectors, and never opened."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import pytest

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import InputError
from nlpkit.jobs import embed_texts, similar_words, terms

gensim = pytest.importorskip("gensim", reason="gensim isn't installed")
CALL = r'\.save_word2vec_format\("vectors.bin", binary=True\)$'


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gensim")
    options: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1}
    model = gensim.models.Word2Vec([["a", "cat", "sat"]] * 5, **options)
    model.save(str(folder / "word2vec.model"))
    model.wv.save(str(folder / "word2vec.kv"))
    gensim.models.FastText([["a", "cat", "sat"]] * 5, bucket=10, **options).save(str(folder / "fasttext.model"))
    for protocol in (2, 3, 4, 5):
        (folder / f"dict{protocol}.pkl").write_bytes(pickle.dumps({"cat": [1.0, 2.0]}, protocol))
    (folder / "packed.gz").write_bytes(gzip.compress(pickle.dumps({"cat": 1})))
    return folder


@pytest.mark.parametrize("name", ["word2vec.model", "fasttext.model", "word2vec.kv"])
@pytest.mark.parametrize("format", ["auto", "word2vec", "word2vec-binary", "glove", "fasttext", "npy", "safetensors"])
def test_gensims(name: str, format: str, models: Path) -> None:
    wanted = "vectors" if name.endswith("kv") else r"model\.wv"
    with pytest.raises(InputError, match=f"{name}: is a pickle that gensim saved, .* in gensim, by {wanted}{CALL}"):
        WordVectors.read(models / name, format)


@pytest.mark.parametrize("name", ["dict2.pkl", "dict3.pkl", "dict4.pkl", "dict5.pkl", "packed.gz"])
def test_others(name: str, models: Path) -> None:
    with pytest.raises(InputError, match=f"{name}: is a pickle, which is not read, as a pickle can run code: save its"):
        WordVectors.read(models / name)


def test_wherever_a_model_is_read(models: Path) -> None:
    path = models / "word2vec.model"
    for ask in (lambda: similar_words(path, ["cat"]), lambda: terms(path), lambda: embed_texts(["cat"], model=path)):
        with pytest.raises(InputError, match=f"is a pickle that gensim saved.*{CALL}"):
            ask()


def test_text_that_begins_with_such_a_byte_is_none(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(b"\x80 1 2\na 1 2\n")
    assert list(WordVectors.read(tmp_path / "v.txt", encoding="cp1252").words) == ["€", "a"]
