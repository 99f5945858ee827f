"""WordTrainingOptions: how Word2Vec and FastText are trained; and how many words are trained at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

CHUNK = 100_000
"""The most words that are trained at a time: a training can stop between two chunks."""

CHUNK_WORK = 3_000_000_000
"""About how many multiplications a chunk has: a fraction of a second."""


@dataclass(frozen=True, kw_only=True)
class WordTrainingOptions:
    """The parameters of `nlpkit.embeddings.Word2Vec` and `nlpkit.embeddings.FastText` that the training depends on.

    ``negative`` is 0 for hierarchical softmax; ``max_n`` is 0 without n-grams.
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

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the options from an estimator's parameters.

        Examples
        --------
        >>> from nlpkit.embeddings import Word2Vec
        >>> WordTrainingOptions.of(Word2Vec(architecture="cbow").get_params()).alpha
        0.05
        """
        skipgram, alpha = parameters["architecture"] == "skipgram", parameters["alpha"]
        same = {field.name: parameters[field.name] for field in fields(cls) if field.name in parameters}
        return cls(
            **same
            | {
                "skipgram": skipgram,
                "negative": parameters["negative"] if parameters["loss"] == "negative_sampling" else 0,
                "shrink_windows": bool(parameters["shrink_windows"]),
                "sample": float(parameters["sample"]),
                "ns_exponent": float(parameters["ns_exponent"]),
                "cbow_mean": bool(parameters["cbow_mean"]),
                "alpha": alpha if alpha is not None else 0.025 if skipgram else 0.05,
            }
        )


def chunk_words(options: WordTrainingOptions) -> int:
    """How many words are trained at a time: fewer where each takes long."""
    targets = options.negative + 1 if options.negative else 20
    work = options.vector_size * (options.window + 1) * targets + options.negative**2
    return max(1, min(CHUNK, CHUNK_WORK // work))
