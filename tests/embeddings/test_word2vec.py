"""Word2Vec and FastText as estimators: that they learn, repeat themselves, grow, stop and resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from word_texts import sentences, separation

import nlpkit
from nlpkit.embeddings.fasttext import FastText
from nlpkit.embeddings.word2vec import Word2Vec
from nlpkit.embeddings.word_training import WordTrainingPlan, WordTrainingProgress
from nlpkit.embeddings.word_training import options as training_options
from nlpkit.errors import ArtifactError, DivergedError, InputError, NotFittedError, ParameterError

TEXTS = sentences(3000)
SMALL: dict[str, Any] = {"vector_size": 16, "min_count": 1, "threads": 1, "sample": 0, "window": 2}

everyone = pytest.mark.parametrize("cls", [Word2Vec, FastText])


def make(cls: type, **changed: Any) -> Any:
    return cls(**{**SMALL, **({"bucket": 2000} if cls is FastText else {}), **changed})


def weights(model: Any) -> list[np.ndarray]:
    vectors = model.word_vectors
    rows = [vectors.vectors, vectors.outputs]
    return rows if vectors.subwords is None else [*rows, vectors.subwords.word_rows, vectors.subwords.ngram_rows]


def same(one: Any, other: Any) -> bool:
    return one.losses_ == other.losses_ and all(
        np.array_equal(a, b) for a, b in zip(weights(one), weights(other), strict=True)
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_options, "CHUNK", 1000)


@everyone
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["negative_sampling", "hierarchical_softmax"])
def test_kinds_of_words_are_learnt(cls: type, architecture: str, loss: str) -> None:
    model = make(cls, architecture=architecture, loss=loss, epochs=10, alpha=0.05).fit(TEXTS)
    assert separation(model.word_vectors) > 0.4
    assert len(model.losses_) == 10
    assert model.losses_[-1] < model.losses_[0]


@everyone
def test_one_thread_repeats_itself_bit_by_bit(cls: type, small_chunks: None) -> None:
    one, other, third = (make(cls, seed=seed).fit(iter(TEXTS)) for seed in (4, 4, 5))
    assert same(one, other)
    assert not same(one, third)


def test_deterministic_whatever_the_threads(small_chunks: None) -> None:
    one, other = (make(Word2Vec, threads=n, deterministic=True).fit(TEXTS) for n in (1, 3))
    assert same(one, other)


@everyone
def test_threads_learn_as_well(cls: type, small_chunks: None) -> None:
    model = make(cls, threads=3, epochs=10, alpha=0.05).fit(TEXTS)
    assert separation(model.word_vectors) > 0.4


def test_attributes_and_what_is_reported() -> None:
    told: list[Any] = []
    model = make(Word2Vec, min_count=2).fit([*TEXTS, "once"], started=told.append, progress=told.append)
    n = sum(len(text.split()) for text in TEXTS)
    assert (model.corpus_tokens_, model.corpus_words_) == (n + 1, n)
    assert model.training_seconds_ > 0
    plan, *steps = told
    assert isinstance(plan, WordTrainingPlan)
    assert (plan.texts, plan.tokens, plan.words, plan.vocabulary, plan.vector_size) == (3001, n + 1, n, 26, 16)
    assert plan.memory > n * 4
    assert all(isinstance(step, WordTrainingProgress) and step.total_words == 5 * n for step in steps)
    vectors = model.word_vectors
    assert vectors.vectors.shape == vectors.outputs.shape == (26, 16)
    assert list(vectors.counts) == sorted(vectors.counts, reverse=True)
    assert vectors.words[0] == "the"


def test_the_loss_is_the_mean_over_pairs() -> None:
    """Before anything is learnt each of six logits is 0 and costs log 2; an alpha of 0 learns nothing."""
    model = make(Word2Vec, alpha=0.0, min_alpha=0.0, epochs=2).fit(TEXTS)
    assert model.losses_ == pytest.approx([6 * np.log(2)] * 2, rel=1e-6)


@everyone
def test_the_mean_of_a_texts_words(cls: type) -> None:
    model = make(cls).fit(TEXTS)
    vectors = model.word_vectors
    means = model.transform(["The cat the", "", "a 1 unseen"])
    assert means.dtype == np.float32
    np.testing.assert_allclose(means[0], (2 * vectors["the"] + vectors["cat"]) / 3, atol=1e-6)
    np.testing.assert_array_equal(means[1], 0)
    np.testing.assert_allclose(means[2], vectors["unseen"] if cls is FastText else 0, atol=1e-6)
    assert model.transform([]).shape == (0, 16)
    assert list(model.get_feature_names_out()) == [f"{model.kind}{i}" for i in range(16)]
    np.testing.assert_array_equal(make(cls).fit_transform(iter(TEXTS)), model.transform(TEXTS))


@everyone
def test_saved_and_loaded(cls: type, tmp_path: Path) -> None:
    model = make(cls, normalize="NFC").fit(TEXTS)
    model.save(tmp_path / "model")
    loaded = nlpkit.load(tmp_path / "model")
    assert type(loaded) is cls
    assert same(loaded, model)
    assert loaded.get_params() == model.get_params()
    assert list(loaded.word_vectors.words) == list(model.word_vectors.words)
    np.testing.assert_array_equal(loaded.transform(["the cat, unseen"]), model.transform(["the cat, unseen"]))
    assert same(loaded.partial_fit(TEXTS[:50]), model.partial_fit(TEXTS[:50]))


def test_a_function_is_not_saved(tmp_path: Path) -> None:
    model = make(Word2Vec, tokenizer=str.split).fit(TEXTS[:100])
    with pytest.raises(ArtifactError, match="tokenizer"):
        model.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@everyone
@pytest.mark.parametrize("loss", ["negative_sampling", "hierarchical_softmax"])
def test_new_texts_grow_the_vocabulary(cls: type, loss: str) -> None:
    model = make(cls, loss=loss).fit(TEXTS)
    before = {word: model.word_vectors[word].copy() for word in model.word_vectors}
    counts = dict(zip(model.word_vectors.words, model.word_vectors.counts.tolist(), strict=True))
    model.set_params(alpha=1e-9, min_alpha=0.0).partial_fit(["a goat eats the hay", "a goat bites"])
    vectors = model.word_vectors
    assert set(vectors) == {*before, "goat"}
    for word, vector in before.items():
        np.testing.assert_allclose(vectors[word], vector, atol=1e-4)
    grown = dict(zip(vectors.words, vectors.counts.tolist(), strict=True))
    assert (grown["goat"], grown["eats"]) == (2, counts["eats"] + 1)
    assert make(cls).partial_fit(TEXTS).word_vectors.vectors.shape == (26, 16)


def test_growing_keeps_what_was_learnt_with() -> None:
    model = make(FastText).fit(TEXTS)
    for changed in {"vector_size": 8}, {"min_n": 2}, {"bucket": 100}:
        with pytest.raises(ParameterError, match=next(iter(changed))):
            make(FastText).fit(TEXTS).set_params(**changed).partial_fit(TEXTS)
    assert model.word_vectors.vector_size == 16


def test_chunks_are_short_where_words_take_long() -> None:
    def words(**changed: int) -> int:
        return training_options.chunk_words(make(Word2Vec, **changed)._options())

    assert words() == training_options.CHUNK
    assert 100 < words(negative=1000, vector_size=300) < words(negative=100, vector_size=300) < training_options.CHUNK
    assert words(window=2000, vector_size=5000) < 1000


@everyone
def test_texts_that_are_refused(cls: type) -> None:
    for texts, message in [
        ([], "no text"),
        (["one one one"], "one word"),
        (["each word stands here once"], "min_count=2"),
        (["?!"], "no words"),
    ]:
        model = make(cls, min_count=2)
        with pytest.raises(InputError, match=message):
            model.fit(texts)
        with pytest.raises(NotFittedError):
            model.transform(["a text"])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"architecture": "glove"}, "architecture"),
        ({"loss": "softmax"}, "loss"),
        ({"vector_size": 0}, "vector_size"),
        ({"window": 2.5}, "window"),
        ({"negative": 0}, "negative"),
        ({"negative": 1001}, "1,000"),
        ({"sample": -1}, "sample"),
        ({"sample": 2}, "sample"),
        ({"min_alpha": 0.5}, "min_alpha"),
        ({"ns_exponent": 1e6}, "ns_exponent"),
        ({"alpha": float("nan")}, "alpha"),
        ({"epochs": True}, "epochs"),
        ({"seed": -1}, "seed"),
        ({"tokenizer": "none"}, "tokenizer"),
        ({"normalize": "NFX"}, "normalize"),
    ],
)
def test_wrong_parameters(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        make(Word2Vec, **changed).fit(TEXTS)
    assert "\n" not in str(caught.value)


def test_ngrams_that_cannot_be() -> None:
    with pytest.raises(ParameterError, match="min_n"):
        make(FastText, min_n=4, max_n=3).fit(TEXTS)
    plain = make(FastText, max_n=0).fit(TEXTS[:100])
    assert plain.word_vectors.subwords is None


def test_a_training_that_diverges_stops_and_leaves_the_last_state(tmp_path: Path, small_chunks: None) -> None:
    state = tmp_path / "state"
    good = make(Word2Vec, epochs=3).fit(TEXTS, checkpoint=state)
    files = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    model = make(Word2Vec, alpha=1e30)
    with pytest.raises(DivergedError, match="alpha"):
        model.fit(TEXTS)
    assert not hasattr(model, "word_vectors_")
    assert files == {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert np.isfinite(good.word_vectors.vectors).all()


class Stop(Exception):
    """Stands for whatever breaks a training off."""


@everyone
def test_a_broken_training_resumes_and_ends_at_the_same_vectors(cls: type, tmp_path: Path, small_chunks: None) -> None:
    whole = make(cls, epochs=4).fit(TEXTS)
    broken = make(cls, epochs=4)

    def stop(progress: WordTrainingProgress) -> None:
        if progress.epoch >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken.fit(TEXTS, checkpoint=tmp_path / "state", progress=stop)
    assert not hasattr(broken, "word_vectors_")
    assert same(make(cls, epochs=4).fit(TEXTS, checkpoint=tmp_path / "state"), whole)


@pytest.mark.parametrize("damage", ["flip", "cut", "no config", "both cut"])
def test_a_damaged_state_is_passed_over(tmp_path: Path, damage: str) -> None:
    state, plans = tmp_path / "state", []
    whole = make(Word2Vec, epochs=4).fit(TEXTS, checkpoint=state)
    slots = sorted(state.iterdir(), key=lambda slot: -json.loads((slot / "config.json").read_text())["options"]["step"])
    for slot in slots if damage == "both cut" else slots[:1]:
        weights = bytearray((slot / "model.safetensors").read_bytes())
        weights[-1] ^= 1
        (slot / "model.safetensors").write_bytes(weights if damage == "flip" else weights[:-5])
        if damage == "no config":
            (slot / "config.json").unlink()
    model = make(Word2Vec, epochs=4).fit(TEXTS, checkpoint=state, started=plans.append)
    assert plans[0].epochs_done == (0 if damage == "both cut" else 3)
    assert same(model, whole)


def test_a_checkpoint_of_other_texts_or_parameters(tmp_path: Path) -> None:
    make(Word2Vec, epochs=1).fit(TEXTS, checkpoint=tmp_path / "state")
    with pytest.raises(ParameterError, match="other texts"):
        make(Word2Vec, epochs=1).fit(TEXTS[1:], checkpoint=tmp_path / "state")
    with pytest.raises(ParameterError, match="window=2"):
        make(Word2Vec, epochs=1, window=3).fit(TEXTS, checkpoint=tmp_path / "state")
    make(Word2Vec, epochs=1, threads=2).fit(TEXTS, checkpoint=tmp_path / "state")


KILLED = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from word_texts import sentences
    from nlpkit.embeddings.word_training import options
    from nlpkit.embeddings.word2vec import Word2Vec
    options.CHUNK = 1000
    model = Word2Vec(vector_size=16, min_count=1, threads=1, sample=0, window=2, epochs=400)
    model.fit(sentences(3000), checkpoint=sys.argv[2])
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_kill_9_and_resume(tmp_path: Path, small_chunks: None) -> None:
    state = tmp_path / "state"
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", textwrap.dedent(KILLED), str(Path(__file__).parent), str(state)]
    )
    deadline = time.monotonic() + 120
    while len(list(state.glob("state-*/config.json"))) < 2 and time.monotonic() < deadline and child.poll() is None:
        os.sched_yield()
    child.send_signal(signal.SIGKILL)
    child.wait()
    resumed: list[int] = []
    options = {**SMALL, "epochs": 400}
    model = Word2Vec(**options).fit(TEXTS, checkpoint=state, progress=lambda now: resumed.append(now.epoch))
    assert resumed[0] > 1
    assert same(model, Word2Vec(**options).fit(TEXTS))
