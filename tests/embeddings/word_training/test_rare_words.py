"""Counts of words that are too rare add up, call after call, also over saving and loading."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from word_texts import sentences

import nlpkit
from nlpkit.embeddings import FastText, Word2Vec
from nlpkit.embeddings.word_training import corpus as word_corpus
from nlpkit.errors import ArtifactError, NotFittedError, TrainingWarning
from nlpkit.text.counting import rows as counting

everyone = pytest.mark.parametrize("cls", [Word2Vec, FastText])
TEXTS = sentences(200)


def make(cls: Any, **changed: Any) -> Any:
    small = {"vector_size": 4, "min_count": 5, "threads": 1, "epochs": 1, **changed}
    return cls(**({"bucket": 100} if cls is FastText else {}) | small)


def grow(model: Any, texts: list[str], times: int = 1) -> Any:
    for _ in range(times):
        with pytest.warns(TrainingWarning):
            model.partial_fit(texts)
    return model


@everyone
@pytest.mark.parametrize("small", [0, 10**12], ids=["compiled", "plain"])
def test_the_fifth_time_counts(cls: Any, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    model = make(cls).fit(TEXTS)
    grow(model, ["python snake"], 4)
    assert "python" not in model.word_vectors.words
    model.partial_fit(["python snake"])
    counts = dict(zip(model.word_vectors.words, model.word_vectors.counts.tolist(), strict=True))
    assert (counts["python"], counts["snake"]) == (5, 5)
    assert counts["the"] == sum(text.split().count("the") for text in TEXTS)


@everyone
def test_words_of_fit_count_too(cls: Any) -> None:
    model = make(cls).fit([*TEXTS, *["python snake"] * 3])
    grow(model, ["snake python"])
    assert "python" in model.partial_fit(["snake python"]).word_vectors
    model.fit(TEXTS)
    grow(model, ["python snake"])  # a new fit begins to count anew


@everyone
def test_from_nothing(cls: Any) -> None:
    model = make(cls)
    grow(model, ["python snake"], 4)
    with pytest.raises(NotFittedError):
        model.transform(["python"])
    model.partial_fit(["python snake"])
    assert list(model.word_vectors.words) == ["python", "snake"]
    assert model.word_vectors.counts.tolist() == [5, 5]


def test_calls_give_the_counts_of_one_fit() -> None:
    texts = [*TEXTS, *(f"word{i % 60} and word{i % 7} the" for i in range(100))]
    model = make(Word2Vec, min_count=3)
    for first in range(0, len(texts), 10):
        model.partial_fit(texts[first : first + 10])
    whole = make(Word2Vec, min_count=3).fit(texts)
    found, wanted = (dict(zip(m.word_vectors.words, m.word_vectors.counts, strict=True)) for m in (model, whole))
    assert {word: n for word, n in found.items() if n >= 3} == wanted


@everyone
def test_saved_and_loaded(cls: Any, tmp_path: Path) -> None:
    model = make(cls).fit(TEXTS)
    model.save(tmp_path / "none")
    assert not (tmp_path / "none" / "rare.txt").exists()
    for i in range(4):
        grow(model, ["python snake"])
        model.save(tmp_path / f"model{i}")
        model = nlpkit.load(tmp_path / f"model{i}")
    assert "python" not in model.word_vectors.words
    assert "python" in model.partial_fit(["python snake"]).word_vectors.words
    (tmp_path / "model3" / "rare.txt").unlink()
    with pytest.raises(ArtifactError, match=r"rare.txt is missing"):
        nlpkit.load(tmp_path / "model3")


def test_an_interrupted_call_goes_on_from_the_same_counts(tmp_path: Path) -> None:
    model = grow(make(Word2Vec).fit(TEXTS), ["python snake"], 4)
    model.save(tmp_path / "model")
    model.partial_fit(["python snake"] * 2, checkpoint=tmp_path / "state")
    shutil.rmtree(tmp_path / "state" / "state-0")  # of two states, the first one
    again = nlpkit.load(tmp_path / "model").partial_fit(["python snake"] * 2, checkpoint=tmp_path / "state")
    np.testing.assert_array_equal(again.word_vectors.vectors, model.word_vectors.vectors)
    np.testing.assert_array_equal(again.word_vectors.counts, model.word_vectors.counts)


def test_memory_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_corpus, "MOST", 10)
    model = make(Word2Vec).fit([*TEXTS, "python snake python snake", *(f"word{i} the" for i in range(30))])
    assert len(model._rare) == 10
    assert list(model._rare.words)[:2] == ["python", "snake"]
    grow(model, ["python snake"], 2)
    assert "python" in model.partial_fit(["python snake"]).word_vectors.words


def test_max_final_vocab() -> None:
    model = make(Word2Vec, min_count=1, max_final_vocab=3).fit(["one two one two one six ten"])
    assert list(model.word_vectors.words) == ["one", "two"]
    model.set_params(max_final_vocab=4).partial_fit(["six six two ten"])
    assert dict(zip(model.word_vectors.words, model.word_vectors.counts.tolist(), strict=True)) == {
        "one": 3, "two": 3, "six": 3, "ten": 2,
    }  # fmt: skip
