"""Recurrent translation models in compiled code: see `nlpkit.translation.recurrent`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question, Steps
from nlpkit.inference.product import Packed, padded
from nlpkit.translation.model_options import never_generated

from .next_tokens import NextTokens, OutputLayer, Room
from .packed_weights import PackedWeights, by_head, pack, table_of, with_room

_CELLS = ("rnn", "gru", "lstm")
_GATES = (1, 3, 4)
_ATTENTIONS = ("none", "additive", "dot", "general")
_LEAST_ZEROS = 512
_KNOWN = 2048


class CompiledRNN:
    """A recurrent translation model.

    Parameters
    ----------
    options : RNNOptions
    weights : mapping of str to ndarray
        Weights of `Seq2SeqRNN` by their names.
    precision : {"float32", "int8"}
        Of products; those of a state with itself stay float32.
    """

    is_batch_invariant = True

    def __init__(self, options: Any, weights: Mapping[str, np.ndarray], *, precision: str = "float32") -> None:
        self.options = options
        self.eos_id, self.start_id = options.eos_id, options.start_id
        self.never = never_generated(options)
        self.cell, self.gates = _CELLS.index(options.cell), _GATES[_CELLS.index(options.cell)]
        self.size, self.width = options.hidden_size, padded(options.hidden_size)
        self.depth, self.made_row = options.embedding_size, padded(options.embedding_size)
        self.ways = 2 if options.bidirectional else 1
        feeds = options.attention in ("dot", "general") and options.input_feeding
        kind = _ATTENTIONS.index(options.attention)
        self.sizes = np.array([self.cell, self.size, self.width, self.depth, kind, feeds], np.int64)
        self._weights = weights
        self.weights, places = pack(self._lay, is_int8=precision == "int8")
        self.widest = max(2 * self.size, 2 * self.depth, self.depth + self.size)
        self.encoder, self.decoder, self.source_words, self.target_words, self.output = places
        self.keys = self._keys()
        bridges = (2 if options.cell == "lstm" else 1) * options.decoder_layers
        self.bridge = [self._linear(f"bridge.{i}") for i in range(bridges)]
        del self._weights, self._packed

    def _lay(self, packed: PackedWeights) -> tuple[list[list[np.ndarray]], np.ndarray, Any, Any, OutputLayer]:
        """Lay all weights; return the places of the layers, of words and of the output."""
        self._packed, options, weights = packed, self.options, self._weights
        packed.row(None, max(_LEAST_ZEROS, self.gates * self.width, self.made_row))
        encoder = [
            [np.array(self._layer("encoder.rnn", f"_l{n}{'_reverse' * way}")) for way in range(self.ways)]
            for n in range(options.encoder_layers)
        ]
        layers = [self._layer("decoder.rnn", f"_l{n}", self.depth * (not n)) for n in range(options.decoder_layers)]
        decoder = table_of([layer[-4:] for layer in layers])
        columns = padded(options.trg_size)
        matrix = weights["output.weight" if options.tie == "none" else "trg_embedding.weight"]
        output = packed.layer(matrix, weights["logits_bias"], -np.inf)
        target = output if options.tie != "none" else packed.layer(weights["trg_embedding.weight"])
        source = target if options.tie == "all" else packed.layer(weights["src_embedding.weight"])
        readout = packed.layer(weights["readout.weight"], weights["readout.bias"])
        layer = OutputLayer(
            place=output[0],
            bias=output[1],
            size=options.trg_size,
            columns=columns,
            depth=self.depth,
            width=self.made_row,
        )
        return encoder, decoder, source, (*target, *readout, *self._additive(), *output, columns, *layers[0][:2]), layer

    def _layer(self, name: str, end: str, apart: int = 0) -> list[int]:
        """Lay the matrices and biases of a layer, each gate padded; first, with the bias, that of ``apart`` inputs."""
        width = padded(len(self._weights[f"{name}.bias_ih{end}"]) // self.gates)
        inward, inward_bias, onward, onward_bias = (
            by_head(self._weights[f"{name}.{part}{end}"], 1, self.gates, width)
            for part in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
        )
        state = self._packed.matrix(onward), self._packed.row(onward_bias, self.gates * width)
        if not apart:
            return [*self._packed.layer(inward, inward_bias), *state]
        first = self._packed.layer(inward[:, :apart], inward_bias)
        others = self._packed.layer(inward[:, apart:]) if inward.shape[1] > apart else (0, 0)
        return [*first, *others, *state]

    def _additive(self) -> tuple[int, int]:
        """Lay the matrix of queries and the vector of scores of additive attention."""
        if self.options.attention != "additive":
            return 0, 0
        query = self._packed.matrix(self._weights["attention.of_state.weight"])
        return query, self._packed.row(self._weights["attention.score.weight"][0], self.width)

    def _linear(self, name: str, factor: float = 1.0) -> Packed:
        return Packed.of(self._weights[name + ".weight"] * np.float32(factor), self._weights.get(name + ".bias"))

    def _keys(self) -> Packed | None:
        """Return the map from states of the encoder to keys; None if they are the same."""
        if self.options.attention in ("none", "dot"):
            return None
        scale = self.size**-0.5 if self.options.attention == "general" else 1.0
        return self._linear("attention.of_source", scale)

    def start(self, sources: Sequence[Sequence[int]]) -> CompiledRNNSteps:
        """Encode sources without end tokens; return the state before the first step."""
        with_end = [[*source, self.options.eos_id] for source in sources]
        lengths = np.array([len(source) for source in with_end])
        order = np.argsort(-lengths, kind="stable")
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        counts = np.searchsorted(-lengths[order], -np.arange(lengths.max()), side="left")
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        ids = np.empty(starts[-1], np.int64)
        for rank, number in enumerate(order.tolist()):
            ids[starts[: lengths[number]] + rank] = with_end[number]
        read, last = self._encode(ids, len(order), starts)
        state = np.ascontiguousarray(self._first_state(last)[:, ranks])
        if self.options.attention == "none":
            top = np.zeros((len(order), self.width), np.float32)
            top[:, : self.size] = last[self.options.encoder_layers - 1]
            read, starts, lengths = top, np.zeros(2, np.int64), np.ones_like(lengths)
        elif self.keys is not None:
            keys = np.zeros((len(ids), 2 * self.width), np.float32)
            keys[:, : self.size], keys[:, self.width :] = self.keys(read), read
            read = keys
        return CompiledRNNSteps(self, ranks, lengths, starts, read.ravel(), state)

    def _encode(self, ids: np.ndarray, n: int, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the states (tokens, width) of the last layer, and the last states (kinds * layers, n, size)."""
        from ._recurrent_numba import embed_all, read_layer

        distinct, which = np.unique(ids, return_inverse=True)
        x = np.zeros((len(distinct), self.made_row), np.float32)
        weights = with_room(self.weights, len(ids), self.widest)
        embed_all(weights, self.source_words, self.depth, distinct, self.made_row, x.ravel())
        size, depth = self.size // self.ways, self.depth
        width, kinds = padded(size), 2 if self.options.cell == "lstm" else 1
        every = self.gates * width
        gates, of_state = np.empty(len(ids) * every, np.float32), np.empty(n * every, np.float32)
        of_words = np.empty(len(distinct) * every, np.float32)
        last = np.empty((kinds, len(self.encoder), n, self.size), np.float32)
        for number, lines in enumerate(self.encoder):
            made = np.zeros((len(ids), self.width), np.float32)
            for way, line in enumerate(lines):
                states = np.zeros((2, n, width), np.float32)
                read_layer(
                    weights,
                    line,
                    self.cell,
                    x.ravel(),
                    x.shape[1],
                    depth,
                    which if number == 0 else which[:0],
                    of_words,
                    n,
                    starts,
                    way,
                    size,
                    width,
                    gates,
                    of_state,
                    states.ravel(),
                    made.ravel(),
                    (way * size, self.width),
                )
                last[:, number, :, way * size : (way + 1) * size] = states[:kinds, :, :size]
            x, depth = made, self.size
        return x, last.reshape(-1, n, self.size)

    def _first_state(self, last: np.ndarray) -> np.ndarray:
        """Map the last states to the layers of the decoder; missing layers repeat the topmost."""
        theirs, ours = self.options.encoder_layers, self.options.decoder_layers
        state = np.zeros((2 * ours, last.shape[1], self.width), np.float32)
        for kind in range(len(last) // theirs):
            for layer in range(ours):
                number = kind * ours + layer
                state[number, :, : self.size] = np.tanh(
                    self.bridge[number](last[kind * theirs + min(layer, theirs - 1)])
                )
        return state


class CompiledRNNSteps(Steps):
    """The recurrent state (2 layers, n * beams, width), and the last output (n * beams, width of an embedding)."""

    def __init__(
        self,
        model: CompiledRNN,
        ranks: np.ndarray,
        lengths: np.ndarray,
        starts: np.ndarray,
        source: np.ndarray,
        state: np.ndarray,
    ) -> None:
        self._model, self._source, self._starts = model, source, starts
        self._ranks, self._lengths, self._state = ranks, lengths, state
        self._made = np.zeros((len(ranks), model.made_row), np.float32)
        self._beams = 1
        self._room = Room()
        self._slots, self._filled = np.full(model.options.trg_size, -1), np.zeros(2, np.int64)
        every, is_fixed = model.gates * model.width, model.options.attention == "none"
        self._known = np.empty((max(_KNOWN, len(ranks)), every), np.float32)
        self._fixed = np.empty(len(ranks) * every if is_fixed else 0, np.float32)

    def step(self, tokens: np.ndarray, question: Question) -> Answer:
        """Feed the newest tokens (n, beams), and answer a question about the next ones."""
        from ._recurrent_numba import step

        model, (n, beams) = self._model, tokens.shape
        rows, every, longest = n * beams, model.gates * model.width, int(self._lengths.max())
        weights = with_room(model.weights, rows, model.widest)
        if self._filled[0] + rows > len(self._known):
            self._slots[:], self._filled[0] = -1, 0
            if rows > len(self._known):
                self._known = np.empty((rows, every), np.float32)
        following = NextTokens(
            weights, model.output, question, (n, beams), self._room("block", NextTokens.block_size(rows))
        )
        step(
            weights,
            model.sizes,
            model.decoder,
            model.target_words,
            np.ascontiguousarray(tokens),
            self._slots,
            self._known.ravel(),
            self._filled,
            self._fixed,
            self._ranks,
            self._lengths,
            self._starts,
            self._source,
            self._state.ravel(),
            self._made.ravel(),
            self._room("inward", rows * model.made_row),
            self._room("gates", rows * every),
            self._room("of_state", rows * every),
            self._room("both", rows * 2 * model.width),
            np.empty(longest, np.int64),
            self._room("asked", rows * model.width),
            self._room("scores", longest + 16),
            *following.room,
        )
        return following.answer(self._made.ravel())

    def choose(self, parents: np.ndarray) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""
        rows = (parents + np.arange(len(parents))[:, None] * self._beams).ravel()
        self._state, self._made = np.ascontiguousarray(self._state[:, rows]), self._made[rows]
        self._beams = parents.shape[1]

    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
        beams = (rows[:, None] * self._beams + np.arange(self._beams)).ravel()
        self._state, self._made = np.ascontiguousarray(self._state[:, beams]), self._made[beams]
        self._ranks, self._lengths = self._ranks[rows], self._lengths[rows]
