"""WordLearning: from a corpus to word vectors: weights to begin with, a training, and what comes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.embeddings.words.character_ngrams import CharacterNgrams, ngram_buckets

from .checkpoint import WordCheckpoint
from .corpus import WordCorpus
from .training import (
    Ngrams,
    Road,
    TrainingOptions,
    TrainingPlan,
    TrainingProgress,
    TrainingState,
    WordTraining,
    chunk_words,
)


@dataclass(frozen=True)
class LearntWords:
    """What a training gave: the vectors, the mean loss of each epoch, and how long it took."""

    vectors: WordVectors
    losses: list[float]
    seconds: float


class WordLearning:
    """Learns the vectors of a corpus's words.

    Parameters
    ----------
    corpus : WordCorpus
    before : WordVectors or None
        What its words had before, to go on from.
    options : TrainingOptions
    described : dict
        What the vectors depend on beside the corpus, as JSON holds it.
    n_workers : int
        How many threads train on the CPU.
    device : str
    """

    def __init__(
        self,
        corpus: WordCorpus,
        before: WordVectors | None,
        *,
        options: TrainingOptions,
        described: dict[str, Any],
        n_workers: int,
        device: str,
    ) -> None:
        self.corpus = corpus
        self.before = before
        self.options = options
        self.described = described
        self.n_workers = n_workers
        self.device = device
        self.n_outputs = len(corpus.vocabulary) - (0 if options.negative else 1)

    def run(
        self,
        started: Callable[[TrainingPlan], None] | None = None,
        progress: Callable[[TrainingProgress], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> LearntWords:
        """Train; what is told and kept on the way, and the errors, are those of `WordEstimator.fit`."""
        kept = None if checkpoint is None else WordCheckpoint(checkpoint, self.described, self.corpus.fingerprint())
        before = kept.read() if kept else None
        if started is not None:
            started(self.plan(before[0] if before else TrainingState()))
        state = before[0] if before else None
        inputs, outputs = (before[1]["inputs"], before[1]["outputs"]) if before else self.weights()
        road = self._road(inputs, outputs)
        del before, inputs, outputs
        training = WordTraining(
            road,
            self.options,
            n_ids=len(self.corpus.ids),
            n_words=self.corpus.n_words,
            state=state,
            progress=progress,
            save=None
            if kept is None
            else lambda state: kept.write(state, dict(zip(("inputs", "outputs"), road.arrays(), strict=True))),
        )
        begun = time.perf_counter()
        losses = training.run().losses
        return LearntWords(self._vectors(*road.arrays()), losses, time.perf_counter() - begun)

    def plan(self, state: TrainingState) -> TrainingPlan:
        """What is to be trained from ``state`` on, and about how much memory it takes."""
        corpus, n, n_ngrams = self.corpus, len(self.corpus.vocabulary), len(self.ngrams.buckets)
        # The weights in training, and once more as they begin or end.
        rows = 2 * (n + n_ngrams + self.n_outputs) + (n if n_ngrams else 0)
        return TrainingPlan(
            texts=corpus.n_texts,
            tokens=corpus.n_tokens,
            words=corpus.n_words,
            vocabulary=n,
            ngrams=n_ngrams,
            vector_size=self.options.vector_size,
            epochs=self.options.epochs,
            epochs_done=state.epoch + min(1.0, state.chunk * chunk_words(self.options) / len(corpus.ids)),
            memory=corpus.ids.nbytes + self.ngrams.rows.nbytes + rows * 4 * self.options.vector_size,
        )

    @cached_property
    def ngrams(self) -> Ngrams:
        """The n-grams of all words; only buckets that are in use have rows."""
        options, n = self.options, len(self.corpus.vocabulary)
        ids, ends = ngram_buckets(
            self.corpus.vocabulary, min_n=options.min_n, max_n=options.max_n, bucket=options.bucket
        )
        used = np.zeros(options.bucket, bool)
        used[ids] = True
        if self.before is not None and self.before.subwords is not None:
            used[self.before.subwords.buckets] = True
        buckets = np.flatnonzero(used).astype(np.int32)
        rows = np.zeros(options.bucket, np.int32)
        rows[buckets] = np.arange(n, n + len(buckets), dtype=np.int32)
        return Ngrams(rows[ids], ends, buckets)

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """The input rows, words' and n-grams', and the output rows to begin with: known words have what they had.

        New input rows are spread evenly between -1/d and 1/d, new output rows are zeros.
        """
        n, size = len(self.corpus.vocabulary), self.options.vector_size
        inputs = np.random.default_rng(self.options.seed).random((n + len(self.ngrams.buckets), size), np.float32)
        inputs *= 2 / size
        inputs -= 1 / size
        outputs = np.zeros((self.n_outputs, size), np.float32)
        before = self.before
        if before is not None:
            number = {word: row for row, word in enumerate(self.corpus.vocabulary)}
            rows = np.array([number[word] for word in before.words], np.int64)
            inputs[rows] = before.vectors if before.subwords is None else before.subwords.word_rows
            if before.subwords is not None:
                inputs[n + np.searchsorted(self.ngrams.buckets, before.subwords.buckets)] = before.subwords.ngram_rows
            if before.outputs is not None and len(before.outputs) == len(rows) and self.options.negative:
                outputs[rows] = before.outputs
        return inputs, outputs

    def _road(self, inputs: np.ndarray, outputs: np.ndarray) -> Road:
        device: Any = self.device
        if device == "auto" and find_spec("torch") is None:
            device = "cpu"
        if device != "cpu":
            from nlpkit.device import resolve_device

            device = resolve_device(device)
        if str(device) == "cpu":
            from .cpu_trainer import CompiledRoad

            return CompiledRoad(self.corpus, inputs, outputs, self.ngrams, self.options, self.n_workers)
        from .torch_road import TorchRoad

        return TorchRoad(self.corpus, inputs, outputs, self.ngrams, self.options, device)

    def _vectors(self, inputs: np.ndarray, outputs: np.ndarray) -> WordVectors:
        words, n = self.corpus.vocabulary, len(self.corpus.vocabulary)
        inputs, subwords = np.ascontiguousarray(inputs), None
        if len(self.ngrams.buckets):
            subwords = CharacterNgrams(
                min_n=self.options.min_n,
                max_n=self.options.max_n,
                bucket=self.options.bucket,
                word_rows=inputs[:n],
                ngram_rows=inputs[n:],
                buckets=self.ngrams.buckets,
            )
        return WordVectors(
            words,
            inputs if subwords is None else subwords.compose(words),
            counts=self.corpus.counts,
            outputs=np.ascontiguousarray(outputs),
            subwords=subwords,
            provenance=self.described,
        )
