"""The Transformer (Vaswani et al. 2017) by NumPy: see `nlpkit.translation.transformer`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question, Steps, answered
from nlpkit.translation.model_options import never_generated

from .functions import ACTIVATIONS, Array, layer_norm, sinusoids, softmax
from .rounded import times


class KeysValues(NamedTuple):
    """Keys and values, (n, h, t, d / h) each."""

    keys: Array
    values: Array


class PlainTransformer:
    """A Transformer translation model.

    Parameters
    ----------
    options : TransformerOptions
    weights : mapping of str to ndarray
        Weights of `Seq2SeqTransformer` by their names; matrices may be `.rounded.RoundedMatrix`.
    """

    is_batch_invariant = False

    def __init__(self, options: Any, weights: Mapping[str, Any]) -> None:
        self.options, self.weights = options, weights
        self.eos_id, self.start_id = options.eos_id, options.start_id
        self.never = never_generated(options)
        self._scale = np.float32(math.sqrt(options.d_model) if options.scale_embedding else 1.0)
        self._sines = sinusoids(256, options.d_model)

    def start(self, sources: Sequence[Sequence[int]]) -> TransformerSteps:
        """Encode sources without end tokens; return the state before the first step."""
        lengths = np.array([len(source) + 1 for source in sources])
        src = np.full((len(sources), lengths.max()), self.options.pad_id)
        for row, source in zip(src, sources, strict=True):
            row[: len(source) + 1] = [*source, self.options.eos_id]
        hidden = np.arange(src.shape[1]) >= lengths[:, None]
        mask = np.where(hidden, np.float32(-np.inf), np.float32(0))[:, None, None]
        x = self._encode(src, mask)
        read = [
            KeysValues(*self._heads(self.linear(x, f"decoder.{number}.to_source.source"), 2))
            for number in range(self.options.decoder_layers)
        ]
        return TransformerSteps(self, read, mask, lengths)

    def _encode(self, src: Array, mask: Array, watched: list[Array] | None = None) -> Array:
        x = self.embed("trg_embedding" if self.options.tie == "all" else "src_embedding", src, 0)
        for number in range(self.options.encoder_layers):
            layer = f"encoder.{number}."
            queries, at = self._split(
                self.linear(self.before(x, layer + "around_attention"), layer + "attention.inward")
            )
            seen = self._look(queries, at, mask, layer + "attention", watched)
            x = self._feed_forward(self.after(x, seen, layer + "around_attention"), layer)
        return self.final(x, "encoder_norm")

    def attention_maps(self, source: Sequence[int], target: Sequence[int] | None) -> Array:
        """Return the attention (layers, heads, t, s) of the start token and a target to a source and its end token.

        Without a target, the attention of the source to itself in the encoder.
        """
        watched: list[Array] = []
        if target is None:
            src = np.array([[*source, self.options.eos_id]])
            self._encode(src, np.zeros((1, 1, 1, src.shape[1]), np.float32), watched)
        else:
            steps = self.start([source])
            x = self.embed("trg_embedding", np.array([[self.start_id, *target]]), 0)
            later = np.triu(np.full((x.shape[1],) * 2, -np.inf, np.float32), 1)[None, None]
            for number, read in enumerate(steps.read):
                x = self.decoder_layer(x, number, Cache(), later, read, steps.hidden, watched)
        return np.concatenate(watched)

    def embed(self, name: str, ids: Array, first: int) -> Array:
        """Embed ids (n, t), starting at position ``first``."""
        last = first + ids.shape[1]
        if last > len(self._sines):
            self._sines = sinusoids(2 * last, self.options.d_model)
        made: Array = self.weights[name + ".weight"][ids] * self._scale + self._sines[first:last]
        return made

    def linear(self, x: Array, name: str) -> Array:
        """Return x Wᵀ + b of a layer."""
        made: Array = times(x, self.weights[name + ".weight"]) + self.weights[name + ".bias"]
        return made

    def before(self, x: Array, name: str) -> Array:
        """Return the input of a part of a layer."""
        return self._norm(x, name + ".norm") if self.options.norm == "pre" else x

    def after(self, x: Array, made: Array, name: str) -> Array:
        """Return the sum of ``x`` and the part's output ``made``."""
        return x + made if self.options.norm == "pre" else self._norm(x + made, name + ".norm")

    def final(self, x: Array, name: str) -> Array:
        """Return the output of a stack."""
        return self._norm(x, name) if self.options.norm == "pre" else x

    def decoder_layer(
        self,
        x: Array,
        number: int,
        cache: Cache,
        mask: Array | None,
        read: KeysValues,
        hidden: Array,
        watched: list[Array] | None = None,
    ) -> Array:
        """Run a layer for the newest tokens (n, beams, d); append the attention to the source to ``watched``."""
        layer = f"decoder.{number}."
        queries, new = self._split(self.linear(self.before(x, layer + "around_attention"), layer + "attention.inward"))
        x = self.after(x, self._look(queries, cache.append(new), mask, layer + "attention"), layer + "around_attention")
        (queries,) = self._heads(self.linear(self.before(x, layer + "around_source"), layer + "to_source.inward"), 1)
        x = self.after(x, self._look(queries, read, hidden, layer + "to_source", watched), layer + "around_source")
        return self._feed_forward(x, layer)

    def logits(self, x: Array) -> Array:
        """Return the logits (n, beams, trg_size)."""
        made = times(x, self.weights["output.weight" if self.options.tie == "none" else "trg_embedding.weight"])
        return made + self.weights["logits_bias"] if self.options.logits_bias else made

    def _norm(self, x: Array, name: str) -> Array:
        return layer_norm(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def _heads(self, x: Array, parts: int) -> tuple[Array, ...]:
        """Split (n, t, parts d) into its parts, (n, h, t, d / h) each."""
        n, t, _ = x.shape
        return tuple(x.reshape(n, t, parts, self.options.heads, -1).transpose(2, 0, 3, 1, 4))

    def _split(self, x: Array) -> tuple[Array, KeysValues]:
        queries, keys, values = self._heads(x, 3)
        return queries, KeysValues(keys, values)

    def _look(
        self, queries: Array, at: KeysValues, mask: Array | None, name: str, watched: list[Array] | None = None
    ) -> Array:
        scores = queries @ at.keys.transpose(0, 1, 3, 2) * np.float32(queries.shape[-1] ** -0.5)
        shares = softmax(scores if mask is None else scores + mask)
        if watched is not None:
            watched.append(shares)
        seen = shares @ at.values
        n, _, t, _ = seen.shape
        return self.linear(seen.transpose(0, 2, 1, 3).reshape(n, t, -1), name + ".outward")

    def _feed_forward(self, x: Array, layer: str) -> Array:
        inner = self.linear(self.before(x, layer + "around_feed_forward"), layer + "feed_forward.inner")
        made = self.linear(ACTIVATIONS[self.options.activation](inner), layer + "feed_forward.outer")
        return self.after(x, made, layer + "around_feed_forward")


class Cache:
    """Keys and values of one decoder layer for all beams, in columns that are appended and never moved."""

    def __init__(self) -> None:
        self._kept: KeysValues | None = None

    def append(self, new: KeysValues) -> KeysValues:
        """Append columns (n, h, beams, d / h) and return all."""
        if self._kept is not None:
            new = KeysValues(*(np.concatenate(both, axis=2) for both in zip(self._kept, new, strict=True)))
        self._kept = new
        return new

    def keep(self, rows: Array) -> None:
        """Keep only the sentences ``rows`` (n,)."""
        if self._kept is not None:
            self._kept = KeysValues(*(part[rows] for part in self._kept))


class TransformerSteps(Steps):
    """Decoding state: each beam sees its own columns of the caches."""

    def __init__(self, model: PlainTransformer, read: list[KeysValues], mask: Array, lengths: Array) -> None:
        self._model, self.read, self.hidden, self.lengths = model, read, mask, lengths
        self._caches = [Cache() for _ in read]
        self._time = 0
        self._seen: Array | None = None  # (n, beams, columns); None while every beam sees every column

    def step(self, tokens: Array, question: Question) -> Answer:
        """Feed the newest tokens (n, beams), and answer a question about the next ones."""
        n, beams = tokens.shape
        x = self._model.embed("trg_embedding", tokens.reshape(-1, 1), self._time).reshape(n, beams, -1)
        mask = None
        if self._seen is not None:
            self._seen = np.concatenate(
                [self._seen, np.broadcast_to(np.eye(beams, dtype=bool), (n, beams, beams))], axis=2
            )
            mask = np.where(self._seen, np.float32(0), np.float32(-np.inf))[:, None]
        for number, (cache, read) in enumerate(zip(self._caches, self.read, strict=True)):
            x = self._model.decoder_layer(x, number, cache, mask, read, self.hidden)
        self._time += 1
        return answered(self._model.logits(self._model.final(x, "decoder_norm")), question)

    def choose(self, parents: Array) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""
        n, beams = parents.shape
        if self._seen is None:
            if beams == 1:
                return
            self._seen = np.ones((n, 1, self._time), bool)
        self._seen = np.take_along_axis(self._seen, parents[:, :, None], axis=1)

    def keep(self, rows: Array) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
        self.lengths = self.lengths[rows]
        longest = self.lengths.max(initial=0)
        self.hidden = self.hidden[rows][..., :longest]
        self.read = [KeysValues(*(part[rows][:, :, :longest] for part in read)) for read in self.read]
        for cache in self._caches:
            cache.keep(rows)
        if self._seen is not None:
            self._seen = self._seen[rows]
