"""Training through PyTorch, which is for GPUs, on the CPU: it learns what the compiled code learns."""

from __future__ import annotations

from typing import Any

import pytest
from word_texts import sentences, separation

from nlpkit.embeddings.fasttext import FastText
from nlpkit.embeddings.word2vec import Word2Vec
from nlpkit.embeddings.word_training import learning
from nlpkit.errors import ParameterError

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture
def on_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def trainer(self: Any, arrays: Any) -> Any:
        from nlpkit.embeddings.word_training._word2vec_torch import TorchTrainer

        return TorchTrainer(self.corpus, *arrays.values(), self.ngrams, self.options, device="cpu")

    monkeypatch.setattr(learning.WordLearning, "_trainer", trainer)


@pytest.mark.parametrize(
    ("cls", "changed"),
    [
        (Word2Vec, {}),
        (Word2Vec, {"architecture": "cbow", "loss": "hierarchical_softmax"}),
        (FastText, {"bucket": 2000}),
    ],
)
def test_it_learns(on_torch: None, cls: type, changed: dict[str, Any]) -> None:
    options = {"vector_size": 16, "min_count": 1, "sample": 0, "window": 2, "epochs": 10, "alpha": 0.05}
    model = cls(**options, **changed).fit(sentences(3000))
    assert separation(model.word_vectors) > 0.4
    assert model.losses_[-1] < model.losses_[0]


def test_auto_is_the_cpu_where_there_is_no_gpu() -> None:
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("there is a GPU")
    options = {"vector_size": 16, "min_count": 1, "threads": 1, "epochs": 1}
    auto, cpu = (Word2Vec(**options, device=device).fit(sentences(100)) for device in ("auto", "cpu"))
    assert auto.losses_ == cpu.losses_
    with pytest.raises(ParameterError, match="cuda"):
        Word2Vec(**options, device="cuda").fit(sentences(100))
