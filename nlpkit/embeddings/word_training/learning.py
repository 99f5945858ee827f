"""WordLearning: from a corpus to word vectors: the weights to begin with, a training, and what comes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.embeddings.words.character_ngrams import CharacterNgrams
from nlpkit.errors import InputError
from nlpkit.text.analysis import Analysis

from .checkpoint import WordCheckpoint
from .corpus import WordCorpus, read_corpus
from .ngrams import Ngrams
from .options import WordTrainingOptions, chunk_words
from .progress import WordTrainingPlan, WordTrainingProgress, WordTrainingState
from .rare_words import RareWords
from .training import ChunkTrainer, WordTraining


@dataclass(frozen=True)
class LearntWords:
    """Result of a training: the vectors, the mean loss of each epoch, the duration, and whether it had an example."""

    vectors: WordVectors
    losses: list[float]
    seconds: float
    has_learnt: bool


class WordLearning:
    """Learns the vectors of a corpus's words.

    Parameters
    ----------
    corpus : WordCorpus
    before : WordVectors or None
        The vectors that its words had before, to begin with.
    options : WordTrainingOptions
    described : dict
        Everything that the vectors depend on besides the corpus, as JSON holds it.
    n_workers : int
        How many threads train on the CPU.
    device : str
    """

    def __init__(
        self,
        corpus: WordCorpus,
        before: WordVectors | None,
        *,
        options: WordTrainingOptions,
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
        started: Callable[[WordTrainingPlan], None] | None = None,
        progress: Callable[[WordTrainingProgress], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> LearntWords:
        """Train; the parameters and the errors are those of `WordEstimator.fit`."""
        kept = None
        if checkpoint is not None:
            kept = WordCheckpoint(checkpoint, self.described, self.corpus.fingerprint())
        state, arrays = (None if kept is None else kept.read()) or (WordTrainingState(), None)
        if started is not None:
            started(self.plan(state))
        trainer = self._trainer(self.weights() if arrays is None else arrays)
        del arrays
        training = WordTraining(
            trainer,
            n_units=len(self.corpus.ids),
            chunk_units=chunk_words(self.options),
            n_words=self.corpus.n_words,
            epochs=self.options.epochs,
            alpha=self.options.alpha,
            min_alpha=self.options.min_alpha,
            seed=self.options.seed,
            state=state,
            progress=progress,
            save=None if kept is None else kept.write,
        )
        begun = time.perf_counter()
        losses = training.run().losses
        seconds = time.perf_counter() - begun
        has_learnt = training.n_examples > 0 or any(losses)
        return LearntWords(self._vectors(trainer.arrays()), losses, seconds, has_learnt)

    def plan(self, state: WordTrainingState) -> WordTrainingPlan:
        """Return the plan of the training from ``state`` on, with an estimate of its memory."""
        corpus, n, n_ngrams = self.corpus, len(self.corpus.vocabulary), len(self.ngrams.buckets)
        # The weights in training, and once more as they begin or end.
        rows = 2 * (n + n_ngrams + self.n_outputs) + (n if n_ngrams else 0)
        return WordTrainingPlan(
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
        before = None if self.before is None else self.before.subwords
        return Ngrams.of(self.corpus.vocabulary, self.options, before)

    def weights(self) -> dict[str, np.ndarray]:
        """The rows to begin with: "inputs", the words' and then the n-grams', and "outputs".

        Known words have the rows that they had. New input rows are spread evenly between -1/d and 1/d, new output rows
        are zeros.
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
        return {"inputs": inputs, "outputs": outputs}

    def _trainer(self, arrays: Mapping[str, np.ndarray]) -> ChunkTrainer:
        """Return the trainer of the rows on the device."""
        device: Any = self.device
        if device == "auto" and find_spec("torch") is None:
            device = "cpu"
        if device != "cpu":
            from nlpkit.device import resolve_device

            device = resolve_device(device)
        given = self.corpus, arrays["inputs"], arrays["outputs"], self.ngrams, self.options
        if str(device) == "cpu":
            from .cpu_trainer import CpuTrainer

            return CpuTrainer(*given, n_workers=self.n_workers)
        from ._word2vec_torch import TorchTrainer

        return TorchTrainer(*given, device=device)

    def _vectors(self, arrays: Mapping[str, np.ndarray]) -> WordVectors:
        words, n = self.corpus.vocabulary, len(self.corpus.vocabulary)
        inputs, subwords = np.ascontiguousarray(arrays["inputs"]), None
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
            outputs=np.ascontiguousarray(arrays["outputs"]),
            subwords=subwords,
            provenance=self.described,
        )


def read_words(
    texts: Iterable[str],
    before: WordVectors | None,
    *,
    analysis: Analysis,
    min_count: int,
    max_final_vocab: int | None,
    threads: int,
    rare: RareWords | None = None,
) -> WordCorpus:
    """Read the texts to learn from; the words of ``before`` stay in the vocabulary. Parameters as of `read_corpus`.

    With ``rare``, words may be too rare so far: the corpus then has fewer than two.

    Raises
    ------
    InputError
        If there are fewer than two words, or as `read_corpus`.
    """
    known = None
    if before is not None:
        known = before.words, before.counts if before.counts is not None else np.ones(len(before), np.int64)
    corpus = read_corpus(
        texts,
        analysis,
        min_count=min_count,
        max_final_vocab=max_final_vocab,
        known=known,
        rare=rare,
        may_lack_words=rare is not None,
        threads=threads,
    )
    if len(corpus.vocabulary) < 2 and rare is None:
        raise InputError(
            f"there is one word that is frequent enough, {corpus.vocabulary[0]!r}, and no other one:"
            " give more text, or lower min_count (--min-count)"
        )
    return corpus
