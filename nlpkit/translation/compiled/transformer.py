"""The Transformer in compiled code: see `nlpkit.translation.transformer`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question, Steps
from nlpkit.inference.product import padded
from nlpkit.translation.model_options import never_generated
from nlpkit.translation.plain.functions import sinusoids

from .next_tokens import NextTokens, OutputLayer, Room
from .packed_weights import PackedWeights, by_head, pack, table_of, with_room

_BLOCK = 512
_MARGIN = 8
_ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh")


class CompiledTransformer:
    """A Transformer translation model.

    Parameters
    ----------
    options : TransformerOptions
    weights : mapping of str to ndarray
        Weights of `Seq2SeqTransformer` by their names.
    precision : {"float32", "int8"}
        Of products.
    """

    is_batch_invariant = True

    def __init__(self, options: Any, weights: Mapping[str, np.ndarray], *, precision: str = "float32") -> None:
        self.options = options
        self.eos_id, self.start_id = options.eos_id, options.start_id
        self.never = never_generated(options)
        d, heads = options.d_model, options.heads
        self.width, self.head = padded(d), padded(d // heads)
        self.sizes = np.array(
            [
                d,
                self.width,
                heads,
                self.head,
                options.ffn_dim,
                options.norm == "pre",
                _ACTIVATIONS.index(options.activation),
            ],
            np.int64,
        )
        self.factor = np.float32(math.sqrt(d) if options.scale_embedding else 1.0)
        self.positions = sinusoids(256, d)
        self._weights = weights
        self.weights, places = pack(self._lay, is_int8=precision == "int8")
        self.depth = max(d, heads * self.head, options.ffn_dim)
        self.encoder, self.decoder, self.source_words, self.target_words, self.output = places
        del self._weights, self._packed

    def _lay(self, packed: PackedWeights) -> tuple[np.ndarray, np.ndarray, Any, Any, OutputLayer]:
        """Lay all weights; return the tables of the layers, and the places of words and output."""
        self._packed, options, weights = packed, self.options, self._weights
        packed.row(None, max(_BLOCK, self.width, padded(options.ffn_dim), 3 * options.heads * self.head))
        encoder = table_of([self._layer(f"encoder.{i}.") for i in range(options.encoder_layers)])
        decoder = table_of([self._layer(f"decoder.{i}.") for i in range(options.decoder_layers)])
        columns = padded(options.trg_size)
        output = weights["output.weight" if options.tie == "none" else "trg_embedding.weight"]
        bias = weights["logits_bias"] if options.logits_bias else np.zeros(options.trg_size, np.float32)
        of_output = packed.layer(output, bias, -np.inf)
        target = of_output if options.tie != "none" else packed.layer(weights["trg_embedding.weight"])
        source = target if options.tie == "all" else packed.layer(weights["src_embedding.weight"])
        layer = OutputLayer(
            place=of_output[0],
            bias=of_output[1],
            size=options.trg_size,
            columns=columns,
            depth=options.d_model,
            width=self.width,
        )
        source_words = *source, *self._norm("encoder_norm")
        return encoder, decoder, source_words, (*target, *self._norm("decoder_norm"), *of_output, columns), layer

    def _row(self, name: str, size: int) -> int:
        return self._packed.row(self._weights[name], size)

    def _norm(self, name: str) -> tuple[int, int]:
        if name + ".weight" not in self._weights:
            return 0, 0
        return self._row(name + ".weight", self.width), self._row(name + ".bias", self.width)

    def _linear(self, name: str, parts: int = 0) -> tuple[int, int]:
        """Lay a linear layer, whose outputs are ``parts`` of all heads; 0: as they are."""
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        if parts:
            weight, bias = (by_head(each, parts, self.options.heads, self.head) for each in (weight, bias))
        return self._packed.layer(weight, bias)

    def _from_heads(self, name: str) -> tuple[int, int]:
        """Lay a linear layer whose inputs are all heads."""
        weight = by_head(self._weights[name + ".weight"].T, 1, self.options.heads, self.head).T
        return self._packed.layer(weight, self._weights[name + ".bias"])

    def _layer(self, name: str) -> list[int]:
        places = [
            *self._norm(name + "around_attention.norm"),
            *self._linear(name + "attention.inward", 3),
            *self._from_heads(name + "attention.outward"),
            *self._norm(name + "around_feed_forward.norm"),
            *self._linear(name + "feed_forward.inner"),
            *self._linear(name + "feed_forward.outer"),
        ]
        if name.startswith("decoder"):
            places += [
                *self._norm(name + "around_source.norm"),
                *self._linear(name + "to_source.inward", 1),
                *self._from_heads(name + "to_source.outward"),
                *self._linear(name + "to_source.source", 2),
            ]
        return places

    def positions_to(self, last: int) -> np.ndarray:
        """Return at least ``last`` positions."""
        if last > len(self.positions):
            self.positions = sinusoids(2 * last, self.options.d_model)
        return self.positions

    def start(self, sources: Sequence[Sequence[int]]) -> CompiledSteps:
        """Encode sources without end tokens; return the state before the first step."""
        from ._transformer_numba import encode, read_source

        with_end = [[*source, self.options.eos_id] for source in sources]
        starts = np.concatenate([[0], np.cumsum([len(source) for source in with_end])]).astype(np.int64)
        ids = np.array([token for source in with_end for token in source], np.int64)
        n, all_heads = len(ids), self.options.heads * self.head
        longest = int(np.diff(starts).max())
        room = [
            np.empty(n * size, np.float32)
            for size in (self.width, self.width, 3 * all_heads, all_heads, padded(self.options.ffn_dim))
        ]
        places, scores = np.empty(longest, np.int64), np.empty(longest + 16, np.float32)
        weights = with_room(self.weights, n, self.depth)
        encode(
            weights,
            self.sizes,
            self.encoder,
            self.positions_to(longest),
            self.source_words,
            self.factor,
            ids,
            starts,
            *room,
            places,
            scores,
        )
        source = np.empty((self.options.decoder_layers, n * 2 * all_heads), np.float32)
        read_source(weights, self.sizes, self.decoder, room[0], n, source)
        return CompiledSteps(self, starts, source)


class CompiledSteps(Steps):
    """Decoding state: keys and values stay where they are, until half of the sentences are finished."""

    def __init__(self, model: CompiledTransformer, starts: np.ndarray, source: np.ndarray) -> None:
        self._model, self._source = model, source
        self._spans = np.stack([starts[:-1], np.diff(starts)], axis=1)
        self._longest = int(np.diff(starts).max())
        n, all_heads = len(self._spans), model.options.heads * model.head
        self._rows = np.arange(n)
        self._time = 0
        self._cache = np.empty((0, model.options.decoder_layers, n, 1, 2 * all_heads), np.float32)
        self._history = np.zeros((n, 1, 0), np.int64)
        self._room = Room()

    def step(self, tokens: np.ndarray, question: Question) -> Answer:
        """Feed the newest tokens (n, beams), and answer a question about the next ones."""
        from ._decoder_numba import step

        model, (n, beams) = self._model, tokens.shape
        self._grow(beams)
        self._history[:, :, self._time] = np.arange(beams)
        rows = n * beams
        all_heads = model.options.heads * model.head
        sizes = {"x": model.width, "h": model.width, "inward": 3 * all_heads, "seen": all_heads}
        room = [
            self._room(name, rows * size) for name, size in {**sizes, "inner": padded(model.options.ffn_dim)}.items()
        ]
        longest = max(self._longest, self._time + 1)
        places, scores = np.empty(longest, np.int64), np.empty(longest + 16, np.float32)
        weights = with_room(model.weights, rows, model.depth)
        block = self._room("block", NextTokens.block_size(rows))
        following = NextTokens(weights, model.output, question, (n, beams), block)
        step(
            weights,
            model.sizes,
            model.decoder,
            model.positions_to(self._time + 1),
            model.target_words,
            model.factor,
            np.ascontiguousarray(tokens),
            self._time,
            self._rows,
            self._spans,
            self._source,
            self._cache,
            self._history,
            *room,
            places,
            scores,
            *following.room,
        )
        self._time += 1
        return following.answer(room[0])

    def choose(self, parents: np.ndarray) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""
        self._history = np.take_along_axis(self._history, parents[:, :, None], axis=1)

    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
        self._rows, self._history, self._spans = self._rows[rows], self._history[rows], self._spans[rows]
        times, _, sentences, beams, _ = self._cache.shape
        if 2 * len(rows) <= sentences:
            self._move(times, beams)

    def _grow(self, beams: int) -> None:
        """Make room for a step of ``beams`` beams."""
        times, _, _, room, _ = self._cache.shape
        if self._time == times or beams > room:
            self._move(max(times, 2 * self._time, self._longest + _MARGIN), max(beams, room))
        if self._time == self._history.shape[2]:
            more = np.zeros((*self._history.shape[:2], len(self._cache) - self._time), np.int64)
            self._history = np.concatenate([self._history, more], axis=2)

    def _move(self, times: int, beams: int) -> None:
        """Move the cache to room for other ``times`` and ``beams``, which costs no memory until it is used."""
        _, layers, _, room, size = self._cache.shape
        made = np.empty((times, layers, len(self._rows), beams, size), np.float32)
        for time in range(self._time):
            made[time, :, :, :room] = self._cache[time][:, self._rows]
        self._cache, self._rows = made, np.arange(len(self._rows))
