"""The products of a decoding by themselves, to see how fast they are and what is spent outside them.

A decoding is watched: how many rows each step has. Then the same products run again with the same numbers of rows and
in the same order, on random rows, without all that happens between them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question, Steps
from nlpkit.decoding.options import DecodingOptions
from nlpkit.inference.product import Packed, PackedInt8
from nlpkit.translation.array_decoding import decode_arrays

Call = tuple[list[int], int] | int
"""Lengths of the sources of a batch and the number of their distinct tokens, or the rows of a step."""


class Watched:
    """A model that records the size of each call."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def start(self, sources: Sequence[Sequence[int]]) -> Steps:
        distinct = len({token for source in sources for token in source}) + 1
        self.calls.append(([len(source) + 1 for source in sources], distinct))
        return WatchedSteps(self._model.start(sources), self.calls)


class WatchedSteps(Steps):
    """Steps that are recorded."""

    def __init__(self, steps: Steps, calls: list[Call]) -> None:
        self._steps, self._calls = steps, calls

    def step(self, tokens: np.ndarray, question: Question) -> Answer:
        self._calls.append(tokens.size)
        return self._steps.step(tokens, question)

    def choose(self, parents: np.ndarray) -> None:
        self._steps.choose(parents)

    def keep(self, rows: np.ndarray) -> None:
        self._steps.keep(rows)


class Products:
    """The products of a model, each on its own packed weights.

    The products that an RNN computes once for each distinct token of a translation, or once for a source without
    attention, are left out.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Of a Transformer or an RNN, as `nlpkit.translation.weight_shapes.weight_shapes` names them.
    is_rounded : callable
        Whether a matrix is rounded to 8 bits, by its name.
    options : RNNOptions or TransformerOptions
    """

    def __init__(self, weights: Mapping[str, np.ndarray], is_rounded: Callable[[str], bool], options: Any) -> None:
        self._layers: dict[str, list[Packed | PackedInt8]] = {}
        output = "output.weight" if "output.weight" in weights else "trg_embedding.weight"
        for name, weight in weights.items():
            when = "step" if name == output else _when(name)
            if name == "decoder.rnn.weight_ih_l0":
                weight = weight[:, options.embedding_size : 0 if options.attention == "none" else None]
            if weight.ndim == 2 and len(weight) > 1 and weight.size and when:
                kind = PackedInt8 if is_rounded(name) else Packed
                self._layers.setdefault(when, []).append(kind.of(weight))

    def of(self, calls: Sequence[Call]) -> Iterator[tuple[Packed | PackedInt8, int]]:
        """Yield each layer and its number of rows."""
        for call in calls:
            if isinstance(call, int):
                yield from ((layer, call) for layer in self._layers.get("step", ()))
                continue
            lengths, distinct = call
            yield from ((layer, distinct) for layer in self._layers.get("words", ()))
            yield from ((layer, sum(lengths)) for layer in self._layers.get("tokens", ()))
            yield from ((layer, len(lengths)) for layer in self._layers.get("sentences", ()))
            for layer in self._layers.get("frames", ()):
                yield from ((layer, sum(length > t for length in lengths)) for t in range(max(lengths)))


def _when(name: str) -> str:
    """Return what a matrix is multiplied with: tokens of the source, its frames, sentences, or each step's rows."""
    if "embedding" in name:
        return ""
    if name.startswith("encoder.rnn.weight_ih_l0"):
        return "words"
    if ".weight_hh" in name and name.startswith("encoder"):
        return "frames"
    if name.startswith("encoder") or name.endswith(("to_source.source.weight", "attention.of_source.weight")):
        return "tokens"
    return "sentences" if name.startswith("bridge") else "step"


def share(
    model: Any,
    weights: Mapping[str, np.ndarray],
    precision: str,
    sources: Sequence[Sequence[int]],
    options: DecodingOptions,
    *,
    lengths: Sequence[int] | None = None,
    repeat: int = 3,
) -> dict[str, float]:
    """Return the speed of a decoding by one thread, that of its products alone, and the share of time outside them."""

    def decoded(any_model: Any) -> None:
        list(decode_arrays(any_model, sources, options, lengths=lengths))

    def is_rounded(name: str) -> bool:
        return precision == "int8" and ".weight_hh" not in name

    watched = Watched(model)
    decoded(watched)
    work = [*Products(weights, is_rounded, model.options).of(watched.calls)]
    operations = sum(2 * rows * layer.size * layer.depth for layer, rows in work)
    multiplied = multiplication(work)
    whole, alone = [], []
    for turn in range(repeat + 1):
        pair = seconds_of(lambda: decoded(model)), seconds_of(multiplied)
        if turn:
            whole.append(pair[0])
            alone.append(pair[1])
    return {
        "GFLOP/s": round(operations / statistics.median(whole) / 1e9, 1),
        "GFLOP/s of products alone": round(operations / statistics.median(alone) / 1e9, 1),
        "outside products": round(
            1 - statistics.median(one / other for one, other in zip(alone, whole, strict=True)), 3
        ),
    }


def multiplication(work: Sequence[tuple[Packed | PackedInt8, int]]) -> Callable[[], None]:
    """Return a function that computes layers of random rows."""
    draw = np.random.default_rng(1)
    largest: dict[int, int] = {}
    for layer, rows in work:
        largest[layer.depth] = max(rows, largest.get(layer.depth, 0))
    inputs = {depth: draw.standard_normal((rows, depth), np.float32) for depth, rows in largest.items()}

    def multiplied() -> None:
        for layer, rows in work:
            layer(inputs[layer.depth][:rows])

    return multiplied


def seconds_of(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
