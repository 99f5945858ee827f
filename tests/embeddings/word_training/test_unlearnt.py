"""Trainings that learn nothing say so, and so do those that diverge."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from word_texts import sentences

from nlpkit.embeddings import FastText, Word2Vec
from nlpkit.errors import TrainingWarning

everyone = pytest.mark.parametrize("cls", [Word2Vec, FastText])
TEXTS = sentences(3000)


def make(cls: Any, **changed: Any) -> Any:
    small = {"vector_size": 8, "min_count": 1, "threads": 1, "epochs": 2, **changed}
    return cls(**({"bucket": 100} if cls is FastText else {}) | small)


@everyone
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("texts", [["cat", "dog", "bird"] * 20, ["cat", "", "dog", "?!"]])
def test_one_word_a_text(cls: Any, architecture: str, texts: list[str]) -> None:
    with pytest.warns(TrainingWarning, match=r"no text has two words of the vocabulary side by side; .*") as caught:
        make(cls, architecture=architecture).fit(texts)
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


@everyone
def test_words_that_min_count_leaves_alone(cls: Any) -> None:
    texts = [f"{word} only{i}" for i, word in enumerate(["cat", "dog"] * 5)]
    with pytest.warns(TrainingWarning, match=r"10 words are not in it, because .* min_count=5 times.*--min-count"):
        make(cls, min_count=5).fit(texts)


@everyone
def test_all_left_out_by_sample(cls: Any) -> None:
    with pytest.warns(TrainingWarning, match=r"new vectors are random: sample=1e-09 \(--sample\)"):
        make(cls, sample=1e-9).fit(["the cat", "the dog"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(cls, sample=0).fit(["the cat", "the dog"])


@everyone
@pytest.mark.parametrize("loss", ["negative_sampling", "hierarchical_softmax"])
def test_vectors_that_diverge(cls: Any, loss: str) -> None:
    with pytest.warns(TrainingWarning, match=r"diverged, the vector of '\w+' has the length .*alpha \(--alpha\)"):
        model = make(cls, loss=loss, architecture="cbow", alpha=1.0, sample=0).fit(
            TEXTS[: 300 if cls is Word2Vec else 100]
        )
    assert np.linalg.norm(model.word_vectors.vectors, axis=1).max() > 1000
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(cls, loss=loss, sample=0).fit(TEXTS[:300])


def test_a_training_that_was_complete_is_resumed_without_a_warning(tmp_path: Path) -> None:
    make(Word2Vec).fit(TEXTS[:100], checkpoint=tmp_path / "state")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(Word2Vec).fit(TEXTS[:100], checkpoint=tmp_path / "state")
