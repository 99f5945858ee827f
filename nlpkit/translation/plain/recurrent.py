"""Recurrent translation models by NumPy: see `nlpkit.translation.recurrent`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question, Steps, answered
from nlpkit.translation.model_options import never_generated

from .functions import Array, sigmoid, softmax

_KINDS = {"rnn": 1, "gru": 1, "lstm": 2}
"""States of each cell: h, and c of an LSTM."""


def one_step(cell: str, of_input: Array, of_state: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return the next state (h,) or (h, c) from W x + b and U h + b, (n, gates · size) each."""
    if cell == "rnn":
        return (np.tanh(of_input + of_state),)
    size = state[0].shape[1]
    if cell == "lstm":
        gates = of_input + of_state
        i, f, o = (sigmoid(gates[:, first * size : (first + 1) * size]) for first in (0, 1, 3))
        c = f * state[1] + i * np.tanh(gates[:, 2 * size : 3 * size])
        return o * np.tanh(c), c
    r, z = (sigmoid((of_input + of_state)[:, first * size : (first + 1) * size]) for first in (0, 1))
    new = np.tanh(of_input[:, 2 * size :] + r * of_state[:, 2 * size :])
    return (new + z * (state[0] - new),)


class PlainRNN:
    """A recurrent translation model.

    Parameters
    ----------
    options : RNNOptions
    weights : mapping of str to ndarray
        Weights of `Seq2SeqRNN` by their names.
    """

    is_batch_invariant = False

    def __init__(self, options: Any, weights: Mapping[str, Array]) -> None:
        self.options, self.weights = options, weights
        self.eos_id, self.start_id = options.eos_id, options.start_id
        self.never = never_generated(options)
        self.looks_after = options.attention in ("dot", "general")
        self.feeds = self.looks_after and options.input_feeding

    def start(self, sources: Sequence[Sequence[int]]) -> RNNSteps:
        """Encode sources without end tokens; return the state before the first step."""
        lengths = np.array([len(source) + 1 for source in sources])
        src = np.full((len(sources), lengths.max()), self.options.pad_id)
        for row, source in zip(src, sources, strict=True):
            row[: len(source) + 1] = [*source, self.options.eos_id]
        inside = np.arange(src.shape[1]) < lengths[:, None]
        x = self.weights["trg_embedding.weight" if self.options.tie == "all" else "src_embedding.weight"][src]
        read, last = self._encode(x, inside)
        first = self._first_state(last)
        if self.options.attention == "none":
            fixed = last[self.options.encoder_layers - 1][:, None]
            return RNNSteps(self, fixed, fixed, np.ones((len(src), 1), bool), first)
        return RNNSteps(self, read, self._keys(read), inside, first)

    def attention_maps(self, source: Sequence[int], target: Sequence[int] | None) -> Array:
        """Return the attention (1, 1, t, s) of the start token and a target to a source and its end token."""
        assert target is not None
        watched: list[Array] = []
        steps = self.start([source])
        state, made = steps.state, steps.made
        for token in (self.start_id, *target):
            made, state = self.go(np.array([[token]]), state, made, *steps.source, watched)
        return np.concatenate(watched, axis=1)[None]

    def linear(self, x: Array, name: str) -> Array:
        """Return x Wᵀ, + b where there is one."""
        made: Array = x @ self.weights[name + ".weight"].T
        bias = self.weights.get(name + ".bias")
        return made if bias is None else made + bias

    def go(
        self,
        tokens: Array,
        state: Array,
        made: Array,
        read: Array,
        keys: Array,
        inside: Array,
        watched: list[Array] | None = None,
    ) -> tuple[Array, Array]:
        """Run one step of the decoder for all beams (n, beams) of all sentences.

        The attention (n, beams, s) is appended to ``watched``.

        Returns
        -------
        made : ndarray (n, beams, embedding_size)
        state : ndarray (layers, n * beams, hidden_size)
        """
        n, beams = tokens.shape
        embedded = self.weights["trg_embedding.weight"][tokens]
        if self.looks_after:
            inward = np.concatenate([embedded, made], axis=2) if self.feeds else embedded
            top, state = self._stack(inward.reshape(n * beams, -1), state)
            top = top.reshape(n, beams, -1)
            seen = self._look(top, read, keys, inside, watched)
        else:
            seen = self._look(state[self.options.decoder_layers - 1].reshape(n, beams, -1), read, keys, inside, watched)
            top, state = self._stack(np.concatenate([embedded, seen], axis=2).reshape(n * beams, -1), state)
            top = top.reshape(n, beams, -1)
        return np.tanh(self.linear(np.concatenate([seen, top], axis=2), "readout")), state

    def logits(self, x: Array) -> Array:
        """Return the logits (n, beams, trg_size)."""
        made: Array = x @ self.weights["output.weight" if self.options.tie == "none" else "trg_embedding.weight"].T
        return made + self.weights["logits_bias"]

    def _encode(self, x: Array, inside: Array) -> tuple[Array, Array]:
        """Read (n, s, size); return the states (n, s, hidden), 0 in the padding, and the last of each layer."""
        kinds, ends = _KINDS[self.options.cell], []
        for layer in range(self.options.encoder_layers):
            made, last = [], []
            for way in range(2 if self.options.bidirectional else 1):
                states, end = self._direction(x, inside, f"encoder.rnn.{{}}_l{layer}{'_reverse' * way}", way)
                made.append(states)
                last.append(end)
            x = np.concatenate(made, axis=2)
            ends.append([np.concatenate([end[kind] for end in last], axis=1) for kind in range(kinds)])
        return x * inside[..., None], np.stack([end[kind] for kind in range(kinds) for end in ends])

    def _direction(self, x: Array, inside: Array, name: str, way: int) -> tuple[Array, tuple[Array, ...]]:
        inward, onward, of_input, of_state = (
            self.weights[name.format(part)] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        gates = x @ inward.T + of_input
        state: tuple[Array, ...] = (np.zeros((len(x), onward.shape[1]), np.float32),) * _KINDS[self.options.cell]
        made = np.empty((*x.shape[:2], onward.shape[1]), np.float32)
        for t in range(x.shape[1])[:: -1 if way else 1]:
            new = one_step(self.options.cell, gates[:, t], state[0] @ onward.T + of_state, state)
            state = tuple(np.where(inside[:, t, None], *both) for both in zip(new, state, strict=True))
            made[:, t] = state[0]
        return made, state

    def _first_state(self, last: Array) -> Array:
        """Map the encoder's last states to the layers of the decoder; missing layers repeat the topmost."""
        theirs, ours = self.options.encoder_layers, self.options.decoder_layers
        sources = [
            kind * theirs + min(layer, theirs - 1) for kind in range(len(last) // theirs) for layer in range(ours)
        ]
        return np.stack([np.tanh(self.linear(last[source], f"bridge.{i}")) for i, source in enumerate(sources)])

    def _stack(self, x: Array, state: Array) -> tuple[Array, Array]:
        """Run one step of all layers from (n, size)."""
        layers = self.options.decoder_layers
        found: list[list[Array]] = []
        for layer in range(layers):
            inward, onward, of_input, of_state = (
                self.weights[f"decoder.rnn.{part}_l{layer}"]
                for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            own = tuple(state[layer::layers])
            new = one_step(self.options.cell, x @ inward.T + of_input, own[0] @ onward.T + of_state, own)
            x = new[0]
            found.append(list(new))
        return x, np.stack([new[kind] for kind in range(_KINDS[self.options.cell]) for new in found])

    def _keys(self, read: Array) -> Array:
        if self.options.attention == "dot":
            return read
        keys = self.linear(read, "attention.of_source")
        return keys * np.float32(read.shape[-1] ** -0.5) if self.options.attention == "general" else keys

    def _look(
        self, states: Array, read: Array, keys: Array, inside: Array, watched: list[Array] | None = None
    ) -> Array:
        """Return the contexts (n, beams, d) of states."""
        if self.options.attention == "none":
            return np.broadcast_to(read, states.shape)
        if self.options.attention == "additive":
            both = np.tanh(self.linear(states, "attention.of_state")[:, :, None] + keys[:, None])
            scores = (both @ self.weights["attention.score.weight"].T)[..., 0]
        else:
            scores = states @ keys.transpose(0, 2, 1)
        shares = softmax(np.where(inside[:, None], scores, np.float32(-np.inf)))
        if watched is not None:
            watched.append(shares)
        made: Array = shares @ read
        return made


class RNNSteps(Steps):
    """The recurrent state (layers, n * beams, hidden_size), and the last output (n, beams, embedding_size)."""

    def __init__(self, model: PlainRNN, read: Array, keys: Array, inside: Array, first: Array) -> None:
        self._model, self.source, self.state = model, (read, keys, inside), first
        self.made = np.zeros((len(read), 1, model.options.embedding_size), np.float32)

    def step(self, tokens: Array, question: Question) -> Answer:
        """Feed the newest tokens (n, beams), and answer a question about the next ones."""
        self.made, self.state = self._model.go(tokens, self.state, self.made, *self.source)
        return answered(self._model.logits(self.made), question)

    def choose(self, parents: Array) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""
        n, beams, _ = self.made.shape
        rows = (parents + np.arange(n)[:, None] * beams).ravel()
        self.state = self.state[:, rows]
        self.made = self.made.reshape(n * beams, -1)[rows].reshape(n, parents.shape[1], -1)

    def keep(self, rows: Array) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
        n, beams, _ = self.made.shape
        parts = self.state.reshape(len(self.state), n, beams, -1)[:, rows]
        self.state = parts.reshape(len(parts), len(rows) * beams, -1)
        self.made = self.made[rows]
        read, keys, inside = (part[rows] for part in self.source)
        self.source = read, keys, inside
