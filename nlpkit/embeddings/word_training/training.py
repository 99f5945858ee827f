"""WordTraining: passes over a corpus in chunks, with progress and checkpoints, stopped when it goes wrong.

It knows nothing of what is trained: a `ChunkTrainer` has the weights, and the units of its work are, for Word2Vec and
FastText, places in a corpus.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from nlpkit.errors import DivergedError

from .progress import WordTrainingProgress, WordTrainingState

PROGRESS_SECONDS = 0.5
CHECKPOINT_SECONDS = 300.0


class ChunkTrainer(Protocol):
    """Weights in training, a chunk of the work at a time.

    Attributes
    ----------
    n_workers : int
        How many threads may train side by side.
    """

    n_workers: int

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        """Train the units from ``start`` to ``stop``.

        Parameters
        ----------
        worker : int
            The number of the thread that calls.
        start, stop : int
        alpha_start, alpha_end : float
            The learning rate falls linearly from one to the other.
        seed : int
            Seed of the epoch; with ``start`` it determines the chunk's random numbers.

        Returns
        -------
        loss : float
            The sum over all examples.
        examples : int
        """

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as they are now, by name."""


class WordTraining:
    """A training that can be watched, stopped and resumed.

    Parameters
    ----------
    trainer : ChunkTrainer
    n_units : int
        How many units of work an epoch has.
    chunk_units : int
        How many of them are trained at a time.
    n_words : int
        Words of an epoch, for the progress.
    epochs : int
    alpha, min_alpha : float
        The learning rate at the beginning and at the end, to which it falls linearly.
    seed : int
    state : WordTrainingState, optional
        Where to begin, if not with the first chunk.
    progress : callable, optional
        Is given a `WordTrainingProgress` about twice a second.
    save : callable, optional
        Is given the state and the trainer's arrays at the end of each epoch, after five minutes, and at Ctrl-C, while
        nothing is trained.
    """

    def __init__(
        self,
        trainer: ChunkTrainer,
        *,
        n_units: int,
        chunk_units: int,
        n_words: int,
        epochs: int,
        alpha: float,
        min_alpha: float,
        seed: int,
        state: WordTrainingState | None = None,
        progress: Callable[[WordTrainingProgress], None] | None = None,
        save: Callable[[WordTrainingState, dict[str, np.ndarray]], None] | None = None,
    ) -> None:
        self.trainer = trainer
        self.state = state or WordTrainingState()
        self.n_examples = 0
        self._n_units = n_units
        self._chunk = chunk_units
        self._n_chunks = -(-n_units // chunk_units)
        self._n_words = n_words
        self._epochs = epochs
        self._alphas = alpha, min_alpha
        self._seed = seed
        self._progress = progress
        self._save = save
        self._lock = threading.Lock()
        self._stop = False
        self._running = 0
        self._ended = threading.Event()
        self._failure: BaseException | None = None

    def run(self) -> WordTrainingState:
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
                self.n_examples += state.examples
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
            for worker in range(min(self.trainer.n_workers, self._n_chunks - first))
        ]
        self._running = len(workers)
        self._ended.clear()
        for thread in workers:
            thread.start()
        interrupted: BaseException | None = None
        has_reported = False
        # Not Thread.join: Ctrl-C in it can take a thread that runs for one that has ended.
        while self._running or not has_reported:
            has_reported = True
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
                stop = min(start + self._chunk, self._n_units)
                loss, examples = self.trainer.train(
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
        """The learning rate, which falls linearly from the first unit of the first epoch to the last of the last."""
        alpha, min_alpha = self._alphas
        return alpha - (alpha - min_alpha) * (epoch + place / self._n_units) / self._epochs

    def _checkpoint(self) -> None:
        if self._save is None:
            return
        arrays = self.trainer.arrays()
        for name, rows in arrays.items():
            if not np.isfinite(rows).all():
                raise DivergedError(
                    f"the training diverged, some of the weights called {name!r} are no longer finite: lower alpha,"
                    f" which is {self._alphas[0]:g}"
                )
        self._save(replace(self.state, losses=list(self.state.losses)), arrays)

    def _tell(self, begun: float) -> None:
        if self._progress is None:
            return
        state = self.state
        with self._lock:
            epoch, chunk, loss = state.epoch, state.chunk, state.loss / max(1, state.examples)
        done = (epoch + min(1.0, chunk * self._chunk / self._n_units)) * self._n_words
        total = self._epochs * self._n_words
        seconds = time.monotonic() - begun
        speed = done / seconds if seconds else 0.0
        self._progress(
            WordTrainingProgress(
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
