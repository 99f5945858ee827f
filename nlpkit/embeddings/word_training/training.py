"""WordTraining: passes over a corpus in chunks, with progress and checkpoints, and a stop when it goes wrong."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from nlpkit.errors import DivergedError


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


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of a vocabulary.

    Attributes
    ----------
    rows : (n,) int32
        The input rows of the n-grams of word w, from ``ends[w]`` on.
    ends : (n_words + 1,) int64
    buckets : (n_used,) int32
        The bucket of each input row behind the words'.
    """

    rows: np.ndarray
    ends: np.ndarray
    buckets: np.ndarray


PROGRESS_SECONDS = 0.5
CHECKPOINT_SECONDS = 300.0
CHUNK = 100_000
"""How many words are trained at a time, at most: between two chunks a training can stop."""

CHUNK_WORK = 3_000_000_000
"""How many multiplications a chunk has, about: a fraction of a second."""


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """What is to be trained, told before it begins.

    Attributes
    ----------
    texts, tokens : int
        What was read.
    words : int
        How many of the tokens are in the vocabulary.
    vocabulary, ngrams : int
        How many different words and, for FastText, n-gram buckets have a vector.
    vector_size : int
    epochs : int
    memory : int
        About how many bytes training takes: the corpus as numbers, and all weights.
    epochs_done : float
        How many epochs a training that is gone on with has behind it; 0 for a new one.
    """

    texts: int
    tokens: int
    words: int
    vocabulary: int
    ngrams: int
    vector_size: int
    epochs: int
    memory: int
    epochs_done: float


@dataclass(frozen=True, kw_only=True)
class TrainingProgress:
    """How far a training is.

    Attributes
    ----------
    epoch, epochs : int
        The pass over the corpus that is under way, from 1, and how many there are.
    words, total_words : int
        How many words of the corpus were trained so far, and in all passes.
    loss : float
        The mean loss of this pass so far.
    seconds, words_per_second, seconds_left : float
    """

    epoch: int
    epochs: int
    words: int
    total_words: int
    loss: float
    seconds: float
    words_per_second: float
    seconds_left: float


class Road(Protocol):
    """What trains a chunk: compiled code on the CPU, or torch on any device."""

    n_workers: int

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        """Train part of the corpus; return the sum of the loss, and over how many examples."""

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The input and output rows as they are now."""


@dataclass
class TrainingState:
    """Where a training stands.

    Attributes
    ----------
    epoch, chunk : int
        The next chunk to train, both from 0.
    loss, examples : float, int
        Of this epoch, up to that chunk.
    losses : list of float
        The mean loss of each epoch that is done.
    seconds : float
        How long it took so far.
    """

    epoch: int = 0
    chunk: int = 0
    loss: float = 0.0
    examples: int = 0
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


class WordTraining:
    """A training that can be watched, stopped and gone on with.

    Parameters
    ----------
    road : Road
    options : TrainingOptions
    n_ids : int
        The corpus's length, ends of texts included.
    n_words : int
        Without them.
    state : TrainingState, optional
        Where to begin.
    progress : callable, optional
        Is given a `TrainingProgress` about twice a second.
    save : callable, optional
        Is given the state at the end of each epoch, after five minutes, and at Ctrl-C, while nothing is trained.
    """

    def __init__(
        self,
        road: Road,
        options: TrainingOptions,
        *,
        n_ids: int,
        n_words: int,
        state: TrainingState | None = None,
        progress: Callable[[TrainingProgress], None] | None = None,
        save: Callable[[TrainingState], None] | None = None,
    ) -> None:
        self.road = road
        self.state = state or TrainingState()
        self._n_ids = n_ids
        self._n_words = n_words
        self._epochs = options.epochs
        self._alphas = options.alpha, options.min_alpha
        self._seed = options.seed
        self._progress = progress
        self._save = save
        self._chunk = chunk_words(options)
        self._n_chunks = -(-n_ids // self._chunk)
        self._lock = threading.Lock()
        self._stop = False
        self._running = 0
        self._ended = threading.Event()
        self._failure: BaseException | None = None

    def run(self) -> TrainingState:
        """Train to the end.

        Raises
        ------
        DivergedError
            If the loss is no longer a number.
        KeyboardInterrupt
            After a checkpoint at the next chunk's end.
        """
        state = self.state
        begun, before, saved = time.monotonic(), state.seconds, time.monotonic()
        while state.epoch < self._epochs:
            try:
                self._train_until(saved + CHECKPOINT_SECONDS, begun - before)
            finally:
                state.seconds = before + time.monotonic() - begun
            if state.chunk == self._n_chunks:
                state.losses.append(state.loss / max(1, state.examples))
                state.epoch, state.chunk, state.loss, state.examples = state.epoch + 1, 0, 0.0, 0
            self._checkpoint()
            saved = time.monotonic()
        return state

    def _train_until(self, deadline: float, begun: float) -> None:
        """Train chunks of this epoch in threads; return when all of them stand still."""
        self._stop = False
        first = self.state.chunk
        workers = [
            threading.Thread(target=self._work, args=(worker,), daemon=True)
            for worker in range(min(self.road.n_workers, self._n_chunks - first))
        ]
        self._running = len(workers)
        self._ended.clear()
        for thread in workers:
            thread.start()
        interrupted: BaseException | None = None
        while self._running:  # not Thread.join: Ctrl-C in it can take a thread that runs for one that has ended
            try:
                self._ended.wait(PROGRESS_SECONDS)
                self._tell(begun)
                if time.monotonic() > deadline:
                    self._stop = True
            except BaseException as error:
                self._stop, interrupted = True, error
        if self._failure is not None:
            raise self._failure
        if interrupted is not None:
            self._checkpoint()
            raise interrupted

    def _work(self, worker: int) -> None:
        """Train chunk after chunk, whichever is next."""
        state = self.state
        try:
            while True:
                with self._lock:
                    if self._stop or state.chunk == self._n_chunks:
                        return
                    epoch, chunk = state.epoch, state.chunk
                    state.chunk += 1
                start = chunk * self._chunk
                stop = min(start + self._chunk, self._n_ids)
                loss, examples = self.road.train(
                    worker, start, stop, self._alpha(epoch, start), self._alpha(epoch, stop), self._seed + (epoch << 32)
                )
                with self._lock:
                    state.loss += loss
                    state.examples += examples
                if not math.isfinite(loss):
                    raise DivergedError(
                        f"the training diverged in epoch {epoch + 1} of {self._epochs}, its loss is {loss}:"
                        f" lower alpha, which is {self._alphas[0]:g}"
                    )
        except BaseException as error:
            self._stop, self._failure = True, error
        finally:
            with self._lock:
                self._running -= 1
                if not self._running:
                    self._ended.set()

    def _alpha(self, epoch: int, place: int) -> float:
        """The learning rate, which falls linearly from the first word to the last."""
        alpha, min_alpha = self._alphas
        return alpha - (alpha - min_alpha) * (epoch + place / self._n_ids) / self._epochs

    def _checkpoint(self) -> None:
        if self._save is None:
            return
        for name, rows in zip(("input", "output"), self.road.arrays(), strict=True):
            if not np.isfinite(rows).all():
                raise DivergedError(
                    f"the training diverged, an {name} weight is no number: lower alpha, which is {self._alphas[0]:g}"
                )
        self._save(replace(self.state, losses=list(self.state.losses)))

    def _tell(self, begun: float) -> None:
        if self._progress is None:
            return
        state = self.state
        with self._lock:
            epoch, chunk, loss = state.epoch, state.chunk, state.loss / max(1, state.examples)
        done = (epoch + min(1.0, chunk * self._chunk / self._n_ids)) * self._n_words
        total = self._epochs * self._n_words
        seconds = time.monotonic() - begun
        speed = done / seconds if seconds else 0.0
        self._progress(
            TrainingProgress(
                epoch=epoch + 1,
                epochs=self._epochs,
                words=int(done),
                total_words=total,
                loss=loss,
                seconds=seconds,
                words_per_second=speed,
                seconds_left=(total - done) / speed if speed else math.inf,
            )
        )


def chunk_words(options: TrainingOptions) -> int:
    """How many words are trained at a time: fewer where each takes long."""
    targets = options.negative + 1 if options.negative else 20
    work = options.vector_size * (options.window + 1) * targets + options.negative**2
    return max(1, min(CHUNK, CHUNK_WORK // work))
