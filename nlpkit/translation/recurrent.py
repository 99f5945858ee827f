"""Recurrent sequence-to-sequence models: RNN, LSTM or GRU, with or without attention.

    without (Sutskever et al. 2014; Cho et al. 2014)   sₜ = cell([eₜ; c], sₜ₋₁),      oₜ = tanh(W [c; sₜ])
    additive (Bahdanau et al. 2015)                    sₜ = cell([eₜ; cₜ], sₜ₋₁),     oₜ = tanh(W [cₜ; sₜ]),  cₜ by sₜ₋₁
    dot, general (Luong et al. 2015)                   sₜ = cell([eₜ; oₜ₋₁], sₜ₋₁),   oₜ = tanh(W [cₜ; sₜ]),  cₜ by sₜ

eₜ is the embedding of the previous token, c the last state of the encoder, cₜ the attention context; oₜ₋₁ is only used
with ``input_feeding``. logits = E oₜ + b, with E the target embeddings if tied. The decoder's initial state is tanh(W
[last state of the encoder]) for each layer. Omitted: Bahdanau's maxout readout, Luong's local attention.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlpkit.decoding.state import DecoderState
from nlpkit.layers.attention import make_attention
from nlpkit.layers.deferred import PLAIN, Deferred, Plain
from nlpkit.layers.dropout import dropout
from nlpkit.layers.initializers import initialize
from nlpkit.layers.product import Linear
from nlpkit.layers.recurrent import SourceReader, Stack

from .model import Memory, source_mask
from .model_options import RNNOptions
from .seq2seq import Seq2SeqModel


class Seq2SeqRNN(Seq2SeqModel):
    """A translation model with a recurrent encoder and decoder.

    Parameters
    ----------
    options : RNNOptions

    Examples
    --------
    >>> model = Seq2SeqRNN(RNNOptions(src_size=20, trg_size=20, embedding_size=8, hidden_size=16)).eval()
    >>> src, lengths = torch.tensor([[5, 6, 3], [7, 3, 0]]), torch.tensor([3, 2])
    >>> model(src, lengths, torch.tensor([[2, 8], [2, 9]])).shape
    torch.Size([2, 2, 20])
    """

    def __init__(self, options: RNNOptions) -> None:
        super().__init__(options)
        size, hidden = options.embedding_size, options.hidden_size
        self.encoder = SourceReader(
            options.cell, size, hidden, options.encoder_layers, options.dropout, options.bidirectional
        )
        self.attention = make_attention(options.attention, hidden)
        self.feeds = options.attention in ("dot", "general") and options.input_feeding
        more = size if self.feeds else 0 if options.attention in ("dot", "general") else hidden
        self.decoder = Stack(options.cell, size + more, hidden, options.decoder_layers, options.dropout)
        kinds = 2 if options.cell == "lstm" else 1
        self.bridge = nn.ModuleList(Linear(hidden, hidden) for _ in range(kinds * options.decoder_layers))
        self.readout = Linear(2 * hidden, size)
        initialize(self, options.initializer)
        self.add_words(size, bias=True)

    def encode(self, src: Tensor, lengths: Tensor) -> RNNMemory:
        read, last = self.encoder(self._dropped(self.source_words()(src)), lengths)
        first = self._first_state(last)
        mask = source_mask(lengths, src.shape[1])
        if self.attention is None:
            fixed = last[self.options.encoder_layers - 1][:, None]
            return RNNMemory(fixed, fixed, None, first, lengths)
        return RNNMemory(read, self.attention.keys(read), mask, first, lengths)

    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        assert isinstance(memory, RNNMemory)
        if sampling or self.feeds or self.options.attention == "additive":
            return self._step_by_step(memory, trg_in, sampling)[0]
        return self._at_once(memory, trg_in)

    def start(self, memory: Memory) -> RNNState:
        assert isinstance(memory, RNNMemory)
        return RNNState(self, memory)

    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor | None:
        if self.attention is None:
            return None
        return self._step_by_step(self.encode(src, lengths), trg_in, 0.0)[1][:, None, None].float()

    def go(
        self, embedded: Tensor, state: Tensor, made: Tensor, memory: RNNMemory, by: Plain = PLAIN
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Run one step of the decoder for all beams of all sentences.

        Parameters
        ----------
        embedded : Tensor (n, beams, embedding_size)
            Embeddings of the newest tokens.
        state : Tensor (layers, n * beams, hidden_size)
        made : Tensor (n, beams, embedding_size)
            Output of the previous step.
        memory : RNNMemory
        Implementation of products and attention.
            How products and attention are worked.

        Returns
        -------
        made, state, weights
            ``weights`` (n, beams, s) are the attention weights of each beam to the source.
        """
        n, beams, _ = embedded.shape
        if self.options.attention in ("dot", "general"):
            inward = torch.cat([embedded, made], dim=-1) if self.feeds else embedded
            top, state = self.decoder.step(inward.flatten(0, 1), state, by)
            seen, weights = self._look(top.view(n, beams, -1), memory, by)
        else:
            seen, weights = self._look(state[self.options.decoder_layers - 1].view(n, beams, -1), memory, by)
            top, state = self.decoder.step(torch.cat([embedded, seen], dim=-1).flatten(0, 1), state, by)
        return self._read_out(seen, top.view(n, beams, -1), by), state, weights

    def _look(self, states: Tensor, memory: RNNMemory, by: Plain = PLAIN) -> tuple[Tensor, Tensor]:
        if self.attention is None:
            fixed = memory.read.expand(-1, states.shape[1], -1)
            return fixed, fixed.new_ones(*fixed.shape[:2], 1)
        return by.attend(self.attention, states, memory.keys, memory.read, memory.mask)

    def _read_out(self, seen: Tensor, top: Tensor, by: Plain = PLAIN) -> Tensor:
        made = by.product(torch.cat([seen, top], dim=-1), self.readout.weight, self.readout.bias)
        return self._dropped(made.tanh())

    def _at_once(self, memory: RNNMemory, trg_in: Tensor) -> Tensor:
        inward = self._dropped(self.trg_embedding(trg_in))
        if self.attention is None:
            inward = torch.cat([inward, memory.read.expand(-1, trg_in.shape[1], -1)], dim=-1)
        top, _ = self.decoder(inward, memory.first)
        return self._read_out(self._look(top, memory)[0], top)

    def _step_by_step(self, memory: RNNMemory, trg_in: Tensor, sampling: float) -> tuple[Tensor, Tensor]:
        embedded = self._dropped(self.trg_embedding(trg_in))
        state, made = memory.first, embedded.new_zeros(len(trg_in), 1, self.options.embedding_size)
        by = Deferred() if torch.is_grad_enabled() else PLAIN
        all_made, all_weights = [], []
        for t, newest in enumerate(embedded.split(1, dim=1)):
            if sampling and t:
                with torch.no_grad():
                    own = self._dropped(self.trg_embedding(self.logits(made).argmax(-1)))
                drawn = torch.rand(len(trg_in), 1, 1, device=trg_in.device) < sampling
                newest = torch.where(drawn, own, newest)
            made, state, weights = self.go(newest, state, made, memory, by)
            all_made.append(made)
            all_weights.append(weights)
        return torch.cat(all_made, dim=1), torch.cat(all_weights, dim=1)

    def _first_state(self, last: Tensor) -> Tensor:
        """Map the encoder's last states to the layers of the decoder; missing layers repeat the topmost."""
        theirs, ours = self.options.encoder_layers, self.options.decoder_layers
        sources = [
            kind * theirs + min(layer, theirs - 1) for kind in range(len(last) // theirs) for layer in range(ours)
        ]
        return torch.stack([torch.tanh(bridge(last[i])) for bridge, i in zip(self.bridge, sources, strict=True)])

    def _dropped(self, x: Tensor) -> Tensor:
        return dropout(x, self.options.dropout, self.training)


class RNNMemory(Memory):
    """Encoder outputs of each source, attention keys, and the initial state of the decoder."""

    def __init__(self, read: Tensor, keys: Tensor, mask: Tensor | None, first: Tensor, lengths: Tensor) -> None:
        self.read, self.keys, self.mask, self.first, self.lengths = read, keys, mask, first, lengths

    def keep(self, rows: Tensor) -> RNNMemory:
        mask = None if self.mask is None else self.mask[rows]
        return RNNMemory(self.read[rows], self.keys[rows], mask, self.first[:, rows], self.lengths[rows])


class RNNState(DecoderState):
    """The recurrent state (layers, n * beams, hidden_size), and the last output (n, beams, embedding_size)."""

    def __init__(self, model: Seq2SeqRNN, memory: RNNMemory) -> None:
        self._model, self._memory, self._state = model, memory, memory.first
        self._made = memory.read.new_zeros(memory.read.shape[0], 1, model.options.embedding_size)

    def step(self, tokens: Tensor) -> Tensor:
        embedded = self._model.trg_embedding(tokens)
        self._made, self._state, _ = self._model.go(embedded, self._state, self._made, self._memory)
        return self._model.logits(self._made)

    def choose(self, parents: Tensor) -> None:
        n, beams, _ = self._made.shape
        if parents.shape[1] == beams == 1:
            return
        rows = (parents + torch.arange(n, device=parents.device)[:, None] * beams).flatten()
        self._state = self._state.index_select(1, rows)
        self._made = self._made.flatten(0, 1).index_select(0, rows).view(n, parents.shape[1], -1)

    def keep(self, rows: Tensor) -> None:
        n, beams, _ = self._made.shape
        self._state = self._state.unflatten(1, (n, beams))[:, rows].flatten(1, 2)
        self._made, self._memory = self._made[rows], self._memory.keep(rows)
