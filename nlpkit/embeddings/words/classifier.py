"""A supervised fastText model: labels for texts, by their words' mean (Joulin et al. 2016).

A text's features are its words' rows, the rows of their character n-grams, and the rows of its n-grams of words,
hashed into the same buckets; their mean h is multiplied with the labels' rows. Softmax: p = exp(o·h) / Σ exp(o'·h).
Negative sampling and one-vs-all: p = σ(o·h), from fastText's table of 512 steps between -8 and 8. Hierarchical
softmax: the product of σ(±o·h) on the way down a Huffman tree of the labels' counts. The probabilities are fastText's
own: it takes logarithms of 1e-5 more than p, so that a sure label has 1.00001. Training is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.terms import Terms

from .line_features import LineFeatures
from .table import WordTable

LOSSES = ("softmax", "negative_sampling", "hierarchical_softmax", "one_vs_all")
_TEXTS = 1024
_SCORES = 1 << 24


@dataclass
class Classifier:
    """The labels of a supervised fastText model, and how their probabilities are computed.

    Parameters
    ----------
    labels : list of str
        As they stand in the training text, prefix and all.
    counts : (n_labels,) int64
        How often each was seen in training; most frequent first.
    outputs : (n_labels, d) float32
        The labels' rows; for hierarchical softmax those of the inner nodes of the tree.
    loss : {"softmax", "negative_sampling", "hierarchical_softmax", "one_vs_all"}
        Options of the model's training.
    word_ngrams : int
        The longest n-grams of words among a text's features; below 2 there are none.
    prefix : str
        Prefix of labels: a token with it is no word.
    first_release : bool
        The file is of fastText's first releases: words that aren't in the vocabulary have no features, there is no line
        end, and n-grams of words are made of their numbers, not of their hashes.
    """

    labels: list[str]
    counts: np.ndarray
    outputs: np.ndarray
    loss: str = "softmax"
    word_ngrams: int = 1
    prefix: str = "__label__"
    first_release: bool = False

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ParameterError(f"loss is {self.loss!r}: it has to be one of {', '.join(LOSSES)}")
        if not len(self.labels) == len(self.counts) == len(self.outputs) or not self.labels:
            found = f"{len(self.labels):,} labels, {len(self.counts):,} counts and {len(self.outputs):,} rows of labels"
            raise ParameterError(f"{found}: they need to be as many, and one at least")

    def predict(
        self, vectors: WordTable, texts: Iterable[str], k: int = 1, threshold: float = 0.0
    ) -> tuple[list[list[str]], list[np.ndarray]]:
        """Predict the most probable labels of each text.

        Parameters
        ----------
        vectors : WordTable
            The model's words.
        texts : iterable of str
            Each is one line of text.
        k : int
            How many labels, at most; -1 for all.
        threshold : float
            Labels less probable are left out.

        Returns
        -------
        labels : list of list of str
            For each text, the most probable first; equal ones in the order in which fastText has them on Linux.
        probabilities : list of (n,) float32
            Theirs, as fastText gives them. Both are empty for a text without features.

        Raises
        ------
        ParameterError
            If ``k`` is neither -1 nor 1 or more, or ``texts`` is one str.
        InputError
            If a text has a line end in it.
        """
        if not isinstance(k, int | np.integer) or k == 0 or k < -1:
            raise ParameterError(f"k is {k!r}: it has to be 1 or more, or -1 for all labels")
        labels: list[list[str]] = []
        probabilities: list[np.ndarray] = []
        most = len(self.labels) if k == -1 else min(int(k), len(self.labels))
        for means, counts in self._means(vectors, texts):
            for mean, count, (found, scores) in zip(means, counts, self._best(means, most, threshold), strict=True):
                if np.isnan(mean).any() or np.isnan(scores).any():
                    raise ArtifactError("the model's weights hold NaN, so no label can be predicted: train it anew")
                labels.append([self.labels[i] for i in found] if count else [])
                probabilities.append(np.exp(scores) if count else scores[:0])
        return labels, probabilities

    def sentence_vector(self, vectors: WordTable, text: str) -> np.ndarray:
        """Compute the mean of the features of one line of text.

        Parameters
        ----------
        vectors : WordTable
            The model's words.
        text : str
            The line.

        Returns
        -------
        (d,) float32
            Zeros when it has no features.
        """
        return next(self._means(vectors, [text]))[0][0]

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything but the `options` as arrays, for a folder; `from_arrays` takes them back."""
        labels = Terms.of(self.labels)
        ends = labels.offsets[1:]
        return {"outputs": self.outputs, "counts": self.counts, "labels": labels.buffer[: ends[-1]], "label_ends": ends}

    def options(self) -> dict[str, Any]:
        """The settings, for a folder's configuration."""
        names = ("loss", "word_ngrams", "prefix", "first_release")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], options: Mapping[str, Any]) -> Classifier:
        """Make the classifier that `arrays` and `options` came from.

        Raises
        ------
        ArtifactError
            If they don't fit together.
        """
        ends, buffer = np.asarray(arrays["label_ends"], np.int64), np.asarray(arrays["labels"], np.uint8)
        starts = np.append(np.int64(0), ends)
        if (np.diff(starts) < 0).any() or starts[-1] != len(buffer):
            raise ArtifactError("the names of the labels are damaged: their ends aren't in order")
        labels = Terms(np.append(buffer, np.zeros(16, np.uint8)), starts)
        try:
            return cls(list(labels), arrays["counts"], arrays["outputs"], **options)
        except (ParameterError, UnicodeDecodeError, TypeError) as error:
            raise ArtifactError(f"the classifier is damaged: {error}") from error

    @cached_property
    def _tree(self) -> tuple[np.ndarray, np.ndarray]:
        from ._classifier_numba import build_tree

        left, right = np.empty((2, len(self.labels) - 1), np.int32)
        build_tree(np.asarray(self.counts, np.int64), left, right)
        return left, right

    @cached_property
    def _columns(self) -> np.ndarray:
        return np.ascontiguousarray(np.asarray(self.outputs, np.float32).T)

    @cached_property
    def _label_set(self) -> frozenset[str]:
        return frozenset(self.labels)

    def _best(self, means: np.ndarray, k: int, threshold: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The numbers of the ``k`` best labels of each text, and the logarithms of their probabilities."""
        from ._classifier_numba import find_best, walk_tree

        outputs = np.ascontiguousarray(self.outputs, np.float32)
        least = np.float32(threshold)
        found, scores = np.empty(k + 1, np.int64), np.empty(k + 1, np.float32)
        step = max(1, _SCORES // len(outputs))
        for first in range(0, len(means), step):
            if self.loss == "hierarchical_softmax":
                for mean in means[first : first + step]:
                    size = walk_tree(mean, outputs, *self._tree, k, least, found, scores)
                    yield found[:size].copy(), scores[:size].copy()
            else:
                for chances in self._chances(means[first : first + step]):
                    size = find_best(chances, k, least, found, scores)
                    yield found[:size].copy(), scores[:size].copy()

    def _chances(self, means: np.ndarray) -> np.ndarray:
        """The probability of every label."""
        from ._classifier_numba import multiply_rows, normalise_rows

        products = np.empty((len(means), len(self.outputs)), np.float32)
        multiply_rows(means, self._columns, products)
        if self.loss == "softmax":
            normalise_rows(products)
            return products
        edges = np.arange(513, dtype=np.float32) / np.float32(32) - np.float32(8)
        table = (1.0 / (1.0 + np.exp(-edges).astype(np.float64))).astype(np.float32)
        whole = np.nan_to_num(np.clip(products, -8, 8), nan=0.0)
        chances = table[((whole + np.float32(8)) * np.float32(32)).astype(np.int64)]
        chances[products < -8] = 0
        chances[products > 8] = 1
        chances[np.isnan(products)] = np.nan
        return chances

    def _means(self, vectors: WordTable, texts: Iterable[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The means of the features of texts, and of how many features: a block of texts at a time."""
        if isinstance(texts, str | bytes):
            raise ParameterError("texts is one string: give a list of texts")
        lines = LineFeatures(vectors, self._label_set, self.prefix, self.word_ngrams, self.first_release)
        numbered = enumerate(texts)
        while block := list(islice(numbered, _TEXTS)):
            yield lines.means(block)
