"""The training loops that `recognition.py` compares, in turns: nlpkit's training, and the plain torch loop."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from plain_recognition import Batch, PlainLoop, plain_loss, plain_network
from plain_sound import plain_batches
from threadpoolctl import threadpool_limits

from nlpkit.registry import resolve
from nlpkit.speech.recognition import CnnClassifier, CtcRecognizer, LstmClassifier
from nlpkit.speech.recognition.front import Front, front_features
from nlpkit.training.speech.clip_batches import ClipBatch
from nlpkit.training.speech.clip_store import ClipStore
from nlpkit.training.speech.options import SpeechTrainingOptions
from nlpkit.training.speech.proposal import model_options
from nlpkit.training.speech.training import initial_weights, task_of
from nlpkit.training.trainer import train_task

KINDS: dict[str, Any] = {"cnn": CnnClassifier, "lstm": LstmClassifier, "ctc": CtcRecognizer}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LETTERS = tuple(sorted({" ", *"".join(DIGITS)}))
_CHANGES = ("speed", "tempo", "gain", "shift", "noise", "reverberation", "filter", "time_masks", "band_masks")
AS_THEY_ARE: dict[str, Any] = dict.fromkeys(_CHANGES, 0)


def model_of(architecture: str, sr: int, clips: Sequence[np.ndarray]) -> Any:
    """Return a model of random weights and the default sizes."""
    size = {"n_tokens": 1 + len(LETTERS)} if architecture == "ctc" else {"n_labels": len(DIGITS)}
    options = model_options(architecture, {}, **size)
    cls = KINDS[architecture]
    weights = initial_weights(resolve("network", {"network": cls.network}), options, 1)
    rest = {"letters": LETTERS} if architecture == "ctc" else {"labels": DIGITS}
    return cls(options, Front.fitted(front_features(sr), clips), weights, **rest)


def architecture_of(model: Any) -> str:
    """Return the name of a model's architecture."""
    return next(name for name, cls in KINDS.items() if isinstance(model, cls))


def spoken(data: Path | None, n: int) -> tuple[list[np.ndarray], list[str]]:
    """Return about ``n`` clips of digits at 8 kHz, and what is said in them; noise where there is no data."""
    if data is None:
        draw = np.random.default_rng(1)
        sounds = [draw.normal(0, 0.1, length).astype(np.float32) for length in draw.integers(2_400, 6_400, n)]
        return sounds, [DIGITS[number % 10] for number in range(n)]
    from spoken_digits import digit_clips, unpacked

    with tempfile.TemporaryDirectory() as folder:
        records = digit_clips(unpacked(data / "speech/fsdd.tar.gz", Path(folder)) / "fsdd/recordings")
        records = records[:: max(1, len(records) // n)][:n]
        sounds = [soundfile.read(record["path"], dtype="float32")[0] for record in records]
    return sounds, [record["text"] for record in records]


def store_of(architecture: str, clips: Sequence[np.ndarray], texts: Sequence[str], sr: int = 8_000) -> ClipStore:
    """Return the clips of a training; for CTC, strings of five."""
    if architecture != "ctc":
        return ClipStore.of(clips, [[DIGITS.index(text)] for text in texts], sr)
    starts = range(0, len(clips), 5)
    strings = [" ".join(texts[first : first + 5]) for first in starts]
    sounds = [np.concatenate(clips[first : first + 5]) for first in starts]
    return ClipStore.of(sounds, [[1 + LETTERS.index(letter) for letter in text] for text in strings], sr)


def losses(model: Any, store: ClipStore, training: SpeechTrainingOptions) -> tuple[float, float]:
    """Return both losses of a batch with the same weights, as in training but without dropout, on clips of one
    length."""
    still = replace(model.options, dropout=0.0)
    module = type(model)(still, model.front, model.weights, **model.stored()).module()
    task = task_of(model, module, store, None, replace(training, mixup=0.0, **AS_THEY_ARE))
    items = task.plan(0)[0][:8]
    batch = task.collate(items, 1)
    batch = replace(batch, lengths=torch.full_like(batch.lengths, batch.features.shape[2]))
    plain = plain_network(architecture_of(model), still, module.state_dict()).train()
    module.train()
    with torch.no_grad():
        own, _ = task.loss(batch, step=1, divisor=task.count(items))
        return float(own), float(plain_loss(plain, plain_batch(batch), training.label_smoothing))


def plain_batch(batch: ClipBatch) -> Batch:
    """Return a batch of nlpkit's as the plain loop takes it."""
    return batch.features, batch.lengths, batch.targets, batch.counts


class Turns:
    """A task of nlpkit's training that gives way to the plain loop after each turn of some steps.

    A turn of nlpkit's lasts from the batch that it asks for first to the first one of the next turn.

    Parameters
    ----------
    task : Task
    ready : mapping or None
        Finished batches by their clips.
    other : PlainLoop
    steps : int
    """

    def __init__(self, task: Any, ready: dict[Any, ClipBatch] | None, other: PlainLoop, steps: int) -> None:
        self._task, self._ready, self._other, self._steps = task, ready, other, steps
        self._asked = self._clips = 0
        self._since = 0.0
        self.rates: list[tuple[float, float]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._task, name)

    def collate(self, items: Any, seed: int) -> ClipBatch:
        """Return a batch, after the turn of the other loop where it is due."""
        if self._asked % self._steps == 0:
            own = self._clips / (time.perf_counter() - self._since)
            begun = time.perf_counter()
            clips = self._other.run(self._steps)
            if self._asked > self._steps:  # the first turn warms up
                self.rates.append((own, clips / (time.perf_counter() - begun)))
            self._clips, self._since = 0, time.perf_counter()
        self._asked += 1
        self._clips += len(items)
        return self._task.collate(items, seed) if self._ready is None else self._ready[tuple(items)]


def alternate(
    model: Any, store: ClipStore, training: SpeechTrainingOptions, kind: str, options: argparse.Namespace
) -> list[tuple[float, float]]:
    """Return clips per second of nlpkit's training and of the plain loop, turn by turn."""
    training = replace(training, mixup=0.0, **({} if kind == "augmented" else AS_THEY_ARE))
    module = model.module()
    task = task_of(model, module, store, None, training)
    plans = chain.from_iterable(task.plan(epoch) for epoch in count())
    ready = None
    if kind == "given":
        ready, planned = {}, chain.from_iterable(task.plan(epoch) for epoch in count())
        for _ in range(options.steps * (options.turns + 3)):
            items = next(planned)
            ready[tuple(items)] = task.collate(items, 1)
        batches = (plain_batch(ready[tuple(items)]) for items in plans)
    else:
        clips = [store.clip(number) for number in range(len(store))]
        numbers = ([number for (number,) in items] for items in plans)
        changes = training if kind == "augmented" else None
        batches = plain_batches(clips, store.targets, numbers, model.front, changes)
    plain = plain_network(architecture_of(model), model.options, module.state_dict())
    same = {"rate": training.learning_rate, "decay": training.weight_decay, "clip": training.clip}
    turns = Turns(task, ready, PlainLoop(plain, batches, smoothing=training.label_smoothing, **same), options.steps)
    limited = replace(training, max_steps=options.steps * (options.turns + 2), epochs=10_000, average="none")
    with threadpool_limits(options.threads):
        train_task(turns, limited, device="cpu", threads=options.threads)
    return turns.rates[: options.turns]
