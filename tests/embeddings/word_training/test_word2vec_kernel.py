"""The compiled training of a chunk against an independent one in float64."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from word2vec_oracle import Oracle

from nlpkit.embeddings.word_training.cpu_trainer import CpuTrainer
from nlpkit.embeddings.word_training.huffman import HuffmanTree
from nlpkit.embeddings.word_training.ngrams import Ngrams
from nlpkit.embeddings.word_training.options import WordTrainingOptions

DEFAULTS: dict[str, Any] = {
    "skipgram": True,
    "negative": 5,
    "window": 3,
    "shrink_windows": True,
    "sample": 0.02,
    "ns_exponent": 0.75,
    "cbow_mean": True,
}


def corpus(n_words: int, n_ids: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    ids = np.minimum(rng.zipf(1.4, n_ids) - 1, n_words - 1).astype(np.int32)
    ids[:n_words] = np.arange(n_words)
    ids[rng.random(n_ids) < 0.08] = -1
    ids[-1] = -1
    return ids, np.maximum(np.bincount(ids[ids >= 0], minlength=n_words), 1).astype(np.int64)


def trained(
    n_words: int = 40,
    n_ids: int = 400,
    size: int = 20,
    with_ngrams: bool = False,
    cuts: tuple[int, ...] = (),
    **changed: Any,
) -> tuple[CpuTrainer, Oracle, tuple[float, int]]:
    """The same chunks, trained by both."""
    rng = np.random.default_rng(7)
    ids, counts = corpus(n_words, n_ids, rng)
    options = WordTrainingOptions(
        vector_size=size, alpha=0.1, min_alpha=0.01, epochs=1, seed=3, **{**DEFAULTS, **changed}
    )
    grams: list[list[int]] = []
    rows, ends, n_buckets = np.empty(0, np.int32), np.zeros(n_words + 1, np.int64), 0
    if with_ngrams:
        n_buckets = 15
        grams = [list(n_words + rng.integers(0, n_buckets, rng.integers(0, 5))) for _ in range(n_words)]
        rows = np.array([row for gram in grams for row in gram], np.int32)
        ends = np.concatenate([[0], np.cumsum([len(gram) for gram in grams])])
        n_buckets = 15
    inputs = rng.normal(0, 0.3, (n_words + n_buckets, size)).astype(np.float32)
    n_outputs = n_words if options.negative else n_words - 1
    outputs = rng.normal(0, 0.3, (n_outputs, size)).astype(np.float32)
    trainer = CpuTrainer(
        SimpleNamespace(ids=ids, counts=counts, vocabulary=range(n_words)),  # type: ignore[arg-type]
        inputs, outputs, Ngrams(rows, ends, np.arange(n_buckets)), options, n_workers=1,
    )  # fmt: skip
    tree = HuffmanTree.of(counts)
    oracle = Oracle(
        inputs.astype(np.float64), outputs.astype(np.float64),
        trainer._weights.keep, trainer._weights.accept, trainer._weights.alias,
        paths=[(tree.points[a:b].tolist(), tree.codes[a:b].tolist())
               for a, b in zip(tree.ends[:-1], tree.ends[1:], strict=True)],
        ngrams=grams, skipgram=options.skipgram, negative=options.negative, window=options.window,
        shrink=options.shrink_windows, mean=options.cbow_mean,
    )  # fmt: skip
    loss, examples = 0.0, 0
    places = [0, *cuts, n_ids]
    for start, stop in pairwise(places):
        result = trainer.train(0, start, stop, 0.1, 0.05, 11)
        loss, examples = loss + result[0], examples + result[1]
        oracle.train(ids.tolist(), start, stop, 11, 0.1, 0.05)
    return trainer, oracle, (loss, examples)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"negative": 1},
        {"negative": 7, "shrink_windows": False},
        {"negative": 12, "window": 1},
        {"sample": 0.0, "window": 25, "n_ids": 100, "shrink_windows": False},
        {"cuts": (1, 2, 150, 151, 399)},
        {"size": 1},
        {"size": 16},
        {"size": 100, "n_words": 300},
        {"n_words": 4, "n_ids": 100},
        {"negative": 0},
        {"negative": 0, "n_words": 2, "n_ids": 60},
        {"skipgram": False},
        {"skipgram": False, "cbow_mean": False, "negative": 9},
        {"skipgram": False, "negative": 0},
        {"with_ngrams": True},
        {"with_ngrams": True, "cuts": (37, 38, 200)},
        {"with_ngrams": True, "negative": 0},
        {"with_ngrams": True, "skipgram": False},
        {"with_ngrams": True, "skipgram": False, "cbow_mean": False},
    ],
    ids=str,
)
def test_equals_the_equations_in_float64(changed: dict[str, Any]) -> None:
    trainer, oracle, (loss, examples) = trained(**changed)
    inputs, outputs = trainer.arrays().values()
    np.testing.assert_allclose(inputs, oracle.inputs, atol=2e-5)
    np.testing.assert_allclose(outputs, oracle.outputs, atol=2e-5)
    assert examples == oracle.examples > 0
    assert loss == pytest.approx(oracle.loss, rel=1e-5)


def test_large_logits_saturate() -> None:
    trainer, _, (loss, _) = trained()
    trainer._inputs *= 40
    before = trainer.train(0, 0, 400, 0.0, 0.0, 11)[0]
    assert np.isfinite(before)
    assert before > loss
