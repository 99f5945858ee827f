"""TrainingOptions: how word vectors are trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """What `nlpkit.embeddings.Word2Vec` and `nlpkit.embeddings.FastText` are told, ready for the training.

    ``negative`` is 0 for hierarchical softmax; without n-grams ``max_n`` is 0.
    """

    skipgram: bool
    negative: int
    vector_size: int
    window: int
    shrink_windows: bool
    sample: float
    ns_exponent: float
    cbow_mean: bool
    alpha: float
    min_alpha: float
    epochs: int
    seed: int
    min_n: int = 0
    max_n: int = 0
    bucket: int = 0
