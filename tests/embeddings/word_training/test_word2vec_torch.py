"""Word vectors trained in PyTorch: one chunk's update against loops over NumPy's float64, chance, and quality."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlpkit.errors import ParameterError

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.embeddings.word_training._rows_torch import Windows  # noqa: E402
from nlpkit.embeddings.word_training._word2vec_torch import TorchTrainer, chooses_triton  # noqa: E402
from nlpkit.embeddings.word_training.huffman import HuffmanTree  # noqa: E402
from nlpkit.embeddings.word_training.ngrams import Ngrams  # noqa: E402
from nlpkit.embeddings.word_training.options import WordTrainingOptions  # noqa: E402

TEXTS = Path(os.environ.get("NLPKIT_DATA", "no data")) / "text" / "enwiki2014.sents.txt.zst"

COUNTS = np.array([40, 30, 20, 9, 8, 7, 5, 4, 3, 2, 2, 1])
N, D, NGRAMS = len(COUNTS), 7, 5
ngram_lists = [[N + (w * 3 + k) % NGRAMS for k in range(w % 4)] for w in range(N)]
TREE = HuffmanTree.of(COUNTS)
tree_paths = [
    list(zip(TREE.points[a:b].tolist(), TREE.codes[a:b].tolist(), strict=True)) for a, b in pairwise(TREE.ends.tolist())
]


def flat(lists: list[list[Any]]) -> tuple[list[Any], np.ndarray]:
    return [item for part in lists for item in part], np.cumsum([0, *map(len, lists)])


DEFAULTS: dict[str, Any] = {
    "skipgram": True, "negative": 4, "vector_size": D, "window": 3, "shrink_windows": True, "sample": 0.05,
    "ns_exponent": 0.75, "cbow_mean": True, "alpha": 0.5, "min_alpha": 0.1, "epochs": 1, "seed": 3,
}  # fmt: skip
NONE = Ngrams(np.empty(0, np.int32), np.zeros(N + 1, np.int64), np.empty(0, np.int32))


def trainer_of(
    ids: Any, counts: Any, inputs: Any, outputs: Any, ngrams: Ngrams = NONE, *, batch: Any = None, **options: Any
) -> TorchTrainer:
    read: Any = SimpleNamespace(ids=np.asarray(ids, np.int32), counts=counts)
    return TorchTrainer(
        read, inputs, outputs, ngrams, WordTrainingOptions(**{**DEFAULTS, **options}),
        device="cpu", batch=batch, kernel="torch",
    )  # fmt: skip


def trainer(ids: Any = (), *, subwords: bool = False, tree: bool = False, scale: float = 1.0, **options: Any) -> Any:
    rng = np.random.default_rng(5)
    rows, ends = flat(ngram_lists)
    ngrams = Ngrams(np.array(rows, np.int32), ends, np.arange(NGRAMS)) if subwords else NONE
    inputs = rng.normal(0, scale, (N + NGRAMS * subwords, D)).astype(np.float32)
    outputs = rng.normal(0, scale, (N - tree, D)).astype(np.float32)
    return trainer_of(ids, COUNTS, inputs, outputs, ngrams, **({"negative": 0} if tree else {}), **options)


def rows_of(made: TorchTrainer) -> tuple[np.ndarray, np.ndarray]:
    arrays = made.arrays()
    assert list(arrays) == ["inputs", "outputs"]
    return arrays["inputs"], arrays["outputs"]


def corpus(n: int = 70) -> np.ndarray:
    rng = np.random.default_rng(8)
    ids = rng.choice(N, n, p=COUNTS / COUNTS.sum()).astype(np.int32)
    ids[rng.choice(n, n // 12, replace=False)] = -1
    return ids


def pairs(windows: Windows, tree: bool) -> Iterator[tuple[int, list[int], list[tuple[int, int]], float]]:
    """Each window: its number, the places of its context, its targets with their labels, and alpha."""
    words, texts, reach = windows.words.tolist(), windows.texts.tolist(), windows.reach.tolist()
    for i, word in enumerate(words):
        near = [j for j in range(len(words)) if j != i and abs(j - i) <= reach[i] and texts[j] == texts[i]]
        if tree:
            targets = [(point, 1 - code) for point, code in tree_paths[word]]
        else:
            drawn = windows.targets[i].tolist()
            assert drawn[0] == word
            targets = [(word, 1), *((negative, 0) for negative in drawn[1:] if negative != word)]
        yield i, near, targets, float(windows.alphas[i])


def updated(
    vectors: np.ndarray, outputs: np.ndarray, windows: Windows, *,
    skipgram: bool, mean: bool, subwords: bool, tree: bool, batch: int,
) -> tuple[np.ndarray, np.ndarray, float, int]:  # fmt: skip
    """The same update in plain loops."""
    vectors, outputs = vectors.astype(np.float64), outputs.astype(np.float64)
    words = windows.words.tolist()
    loss, examples = 0.0, 0
    every = list(pairs(windows, tree))
    rows = {w: [w, *(ngram_lists[w] if subwords else [])] for w in range(N)}
    for start in range(0, len(every), batch):
        v_steps, o_steps = np.zeros_like(vectors), np.zeros_like(outputs)
        v_bend, o_bend = np.zeros(len(vectors)), np.zeros(len(outputs))
        for _, near, targets, alpha in every[start : start + batch]:
            if skipgram:
                hidden = [(vectors[rows[words[j]]].mean(axis=0), rows[words[j]], 1.0) for j in near]
            else:
                members = [row for j in near for row in rows[words[j]]]
                total = vectors[members].sum(axis=0)
                size = max(1, len(members))
                hidden = [(total / size, members, 1.0) if mean else (total, members, 1 / size)] if near else []
            for x, members, share in hidden:
                examples += 1
                for target, label in targets:
                    o = outputs[target]
                    logit = x @ o
                    chance = 1 / (1 + np.exp(-logit))
                    bend = alpha * np.tanh(logit / 2) / (2 * logit)
                    loss += np.logaddexp(0, -logit if label else logit)
                    o_steps[target] += alpha * (label - chance) * x
                    o_bend[target] += bend * (x @ x)
                    for row in members:
                        v_steps[row] += alpha * (label - chance) * share * o
                        v_bend[row] += bend * share * (o @ o)
        vectors += v_steps / np.maximum(1, v_bend)[:, None]
        outputs += o_steps / np.maximum(1, o_bend)[:, None]
    return vectors, outputs, loss, examples


@pytest.mark.parametrize("batch", [1, 9, 1000])
@pytest.mark.parametrize("subwords", [False, True])
@pytest.mark.parametrize("tree", [False, True])
@pytest.mark.parametrize(("skipgram", "mean"), [(True, True), (False, True), (False, False)])
def test_a_chunk_s_update_is_the_loops(skipgram: bool, mean: bool, tree: bool, subwords: bool, batch: int) -> None:
    made = trainer(corpus(), skipgram=skipgram, cbow_mean=mean, tree=tree, subwords=subwords, batch=batch)
    before = rows_of(made)
    windows = made.draw(corpus(), alpha_start=0.5, alpha_end=0.1, seed=4)  # so long that steps are bounded too
    loss, examples = made.train(0, 0, 70, 0.5, 0.1, 4)
    vectors, outputs, true_loss, true_examples = updated(
        *before, windows, skipgram=skipgram, mean=mean, subwords=subwords, tree=tree, batch=batch
    )
    after = rows_of(made)
    assert not np.allclose(after[0], before[0], atol=1e-3)
    np.testing.assert_allclose(after[0], vectors, atol=1e-5)
    np.testing.assert_allclose(after[1], outputs, atol=1e-5)
    assert examples == true_examples
    assert loss == pytest.approx(true_loss, rel=1e-5)


def test_alpha_falls_evenly_and_windows_shrink() -> None:
    windows = trainer(sample=0).draw(corpus(5000), alpha_start=0.4, alpha_end=0.2, seed=1)
    alphas = windows.alphas.numpy()
    assert alphas[0] == pytest.approx(0.4)
    np.testing.assert_allclose(np.diff(alphas), -0.2 / len(alphas), atol=1e-6)
    shares = np.bincount(windows.reach, minlength=4)[1:] / len(alphas)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.03)
    assert (trainer(shrink_windows=False).draw(corpus(), alpha_start=1, alpha_end=0, seed=1).reach == 3).all()


def test_words_are_kept_and_negatives_drawn_by_their_frequency() -> None:
    ids = np.repeat(np.arange(N, dtype=np.int32), 4000)
    windows = trainer(sample=0.01, negative=5).draw(ids, alpha_start=1, alpha_end=0, seed=1)
    threshold = 0.01 * COUNTS.sum()
    expected = np.minimum(1, (np.sqrt(COUNTS / threshold) + 1) * threshold / COUNTS)
    np.testing.assert_allclose(np.bincount(windows.words, minlength=N) / 4000, expected, atol=0.03)
    assert windows.targets is not None
    drawn = np.bincount(windows.targets[:, 1:].flatten(), minlength=N)
    noise = COUNTS**0.75 / (COUNTS**0.75).sum()
    np.testing.assert_allclose(drawn / drawn.sum(), noise, atol=0.005)


def test_the_same_seeds_give_the_same_bits_whatever_was_drawn_before() -> None:
    one, two = trainer(corpus()), trainer(corpus())
    two.draw(corpus(30), alpha_start=0.05, alpha_end=0.01, seed=77)
    assert one.train(0, 0, 70, 0.05, 0.01, 9) == two.train(0, 0, 70, 0.05, 0.01, 9)
    assert all(np.array_equal(a, b) for a, b in zip(rows_of(one), rows_of(two), strict=True))
    other = trainer(corpus(), seed=4)
    other.train(0, 0, 70, 0.05, 0.01, 9)
    assert not np.array_equal(rows_of(other)[0], rows_of(one)[0])


def test_a_chunk_is_the_part_of_the_corpus_that_is_asked_for() -> None:
    whole, part = trainer(corpus()), trainer(corpus()[20:50])
    assert whole.train(0, 20, 50, 0.05, 0.01, 9) == part.train(0, 0, 30, 0.05, 0.01, 29)
    assert np.array_equal(rows_of(whole)[0], rows_of(part)[0])


def test_arrays_are_copies_and_what_is_handed_in_stays() -> None:
    vectors, outputs = np.ones((N, D), np.float32), np.zeros((N, D), np.float32)
    vectors.flags.writeable = outputs.flags.writeable = False
    made = trainer_of(corpus(), COUNTS, vectors, outputs, skipgram=False, window=2, sample=0, negative=2, seed=1)
    first = rows_of(made)
    made.train(0, 0, 70, 0.5, 0.1, 1)
    made.train(0, 0, 70, 0.5, 0.1, 2)
    assert (first[0] == 1).all()
    assert (vectors == 1).all()
    assert not (rows_of(made)[0] == 1).all()


@pytest.mark.parametrize("ids", [[], [-1, -1], [3], [-1, 3, -1, 4, -1]])
def test_chunks_without_pairs_teach_nothing(ids: list[int]) -> None:
    for options in ({}, {"skipgram": False}, {"tree": True}, {"subwords": True}):
        made = trainer(ids, sample=0, **options)
        before = rows_of(made)
        assert made.train(0, 0, len(ids), 0.5, 0.1, 1) == (0.0, 0)
        assert all(np.array_equal(a, b) for a, b in zip(before, rows_of(made), strict=True))


@pytest.mark.parametrize("batch", [64, 4096])
@pytest.mark.parametrize("skipgram", [True, False])
@pytest.mark.parametrize("subwords", [False, True])
def test_large_batches_of_few_words_stay_finite(skipgram: bool, subwords: bool, batch: int) -> None:
    """Many pairs a row and a batch, on texts that can be told apart: unbounded steps diverge here."""
    rng = np.random.default_rng(2)
    ids = np.array([w for t in rng.integers(0, 4, 1500) for w in [*(rng.integers(0, 3, 6) * 4 + t), -1]], np.int32)
    made = trainer(ids, skipgram=skipgram, subwords=subwords, batch=batch, sample=0, negative=5)
    losses = []
    for seed in range(5):
        loss, examples = made.train(0, 0, len(ids), 0.5, 0.5, seed)
        losses.append(loss / examples)
    assert losses[-1] < min(1.8, losses[0])  # 1.0 to 1.7; six targets of which nothing is known have 4.2
    assert np.abs(rows_of(made)[0]).max() < 10


@pytest.mark.parametrize("options", [{}, {"skipgram": False}, {"subwords": True}])
def test_words_of_one_topic_come_together(options: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    topics = rng.integers(0, 2, 3000)
    ids = np.array([word for topic in topics for word in [*(rng.integers(0, 6, 6) * 2 + topic), -1]], np.int32)
    made = trainer(ids, scale=0.05, sample=0, batch=64, **options)
    for seed in range(3):
        made.train(0, 0, len(ids), 0.1, 0.02, seed)
    vectors = rows_of(made)[0]
    if options.get("subwords"):
        vectors = np.array([vectors[[w, *ngram_lists[w]]].mean(axis=0) for w in range(N)])
    vectors = vectors[:N] - vectors[:N].mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T
    same = (np.arange(N)[:, None] - np.arange(N)) % 2 == 0
    assert alike[same].mean() > 0.5 > 0 > alike[~same].mean()


def test_a_kernel_that_can_not_be_is_refused() -> None:
    with pytest.raises(ParameterError, match="expected 'auto'"):
        chooses_triton("other", torch.device("cpu"), plain=True)
    with pytest.raises(ParameterError, match="n-grams"):
        chooses_triton("triton", torch.device("cpu"), plain=False)


def million_words() -> tuple[list[list[str]], list[str], np.ndarray, np.ndarray]:
    zstandard = pytest.importorskip("zstandard", reason="zstandard isn't installed")
    sentences: list[list[str]] = []
    total = 0
    with zstandard.open(TEXTS, "rt", encoding="utf-8") as lines:
        for line in lines:
            sentences.append([word for word in line.lower().split() if word.isalnum()])
            total += len(sentences[-1])
            if total >= 1_000_000:
                break
    counts: dict[str, int] = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    words = sorted((word for word in counts if counts[word] >= 5), key=lambda word: -counts[word])
    number = {word: i for i, word in enumerate(words)}
    ids = np.array([i for s in sentences for i in [*(number[w] for w in s if w in number), -1]], np.int32)
    return sentences, words, np.array([counts[word] for word in words]), ids


def spearman(words: list[str], vectors: np.ndarray, path: Path) -> float:
    from scipy.stats import spearmanr

    number = {word: i for i, word in enumerate(words)}
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [line.lower().split() for line in path.read_text(encoding="utf-8").splitlines()]
    known = [(number[a], number[b], float(score)) for a, b, score in rows if a in number and b in number]
    assert len(known) > 200
    return float(spearmanr([unit[a] @ unit[b] for a, b, _ in known], [score for *_, score in known])[0])


@pytest.mark.slow
@pytest.mark.data
def test_skipgram_on_a_million_words_is_as_good_as_gensim() -> None:
    gensim = pytest.importorskip("gensim.models", reason="gensim isn't installed")
    if not TEXTS.exists():
        pytest.skip(f"NLPKIT_DATA names no folder with text/{TEXTS.name}")
    sentences, words, counts, ids = million_words()
    other = gensim.Word2Vec(
        sentences, vector_size=100, window=5, min_count=5, negative=5, sample=1e-3, epochs=5, sg=1, workers=1, seed=1
    ).wv
    pairs = [TEXTS.parents[1] / "wordeval" / f"{name}.txt" for name in ("EN-WS-353-ALL", "EN-MEN-TR-3k")]
    theirs = [spearman(other.index_to_key, other.vectors, path) for path in pairs]
    rng = np.random.default_rng(1)
    start = ((rng.random((len(words), 100), np.float32) - 0.5) / 50).astype(np.float32)
    chunks = [(epoch, at) for epoch in range(5) for at in range(0, len(ids), 100_000)]
    none = Ngrams(np.empty(0, np.int32), np.zeros(len(words) + 1), np.empty(0))
    made = trainer_of(
        ids, counts, start, np.zeros_like(start), none,
        vector_size=100, window=5, sample=1e-3, negative=5, seed=1, batch=4096,
    )  # fmt: skip
    for number, (_, at) in enumerate(chunks):
        alphas = [0.025 - (0.025 - 0.0001) * place / len(chunks) for place in (number, number + 1)]
        made.train(0, at, min(at + 100_000, len(ids)), alphas[0], alphas[1], number - at)
    ours = [spearman(words, rows_of(made)[0], path) for path in pairs]
    print(f"ours {ours}, gensim {theirs}")
    assert all(mine > other - 0.02 for mine, other in zip(ours, theirs, strict=True))
