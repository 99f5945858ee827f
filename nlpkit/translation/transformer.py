"""The Transformer (Vaswani et al. 2017) as a translation model.

    encoder: x = embed(src) · √d + PE, then layers;    decoder: the same for the target, with attention to the encoder
    logits = W · decoder,   W the target's embedding matrix, also the source's if the vocabulary is shared

Omitted: learnt and relative positions, sparse attention.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nlpkit.decoding.state import DecoderState
from nlpkit.layers.dropout import dropout
from nlpkit.layers.initializers import initialize
from nlpkit.layers.positions import sinusoids
from nlpkit.layers.transformer import Cache, DecoderLayer, EncoderLayer, KeysValues, Shape, blind

from .model import Memory, padding_mask, source_mask
from .model_options import TransformerOptions
from .seq2seq import Seq2SeqModel


class Seq2SeqTransformer(Seq2SeqModel):
    """A Transformer translation model.

    Parameters
    ----------
    options : TransformerOptions

    Examples
    --------
    >>> model = Seq2SeqTransformer(TransformerOptions(src_size=20, trg_size=20, d_model=16, heads=2, ffn_dim=32)).eval()
    >>> src, lengths = torch.tensor([[5, 6, 3], [7, 3, 0]]), torch.tensor([3, 2])
    >>> model(src, lengths, torch.tensor([[2, 8], [2, 9]])).shape
    torch.Size([2, 2, 20])
    """

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__(options)
        self._scale = math.sqrt(options.d_model) if options.scale_embedding else 1.0
        shape = Shape(
            options.d_model,
            options.heads,
            options.ffn_dim,
            options.norm,
            options.activation,
            options.dropout,
            options.attention_dropout,
            options.activation_dropout,
        )
        encoder = nn.ModuleList(EncoderLayer(shape) for _ in range(options.encoder_layers))
        decoder = nn.ModuleList(DecoderLayer(shape) for _ in range(options.decoder_layers))
        self.encoder: Sequence[EncoderLayer] = encoder  # type: ignore[assignment]
        self.decoder: Sequence[DecoderLayer] = decoder  # type: ignore[assignment]
        last = nn.LayerNorm if options.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = last(options.d_model), last(options.d_model)
        initialize(self, options.initializer)
        self.add_words(options.d_model, bias=options.logits_bias)
        self._sines = sinusoids(
            256, options.d_model
        )  # not a buffer: it grows, and must not be rounded like the weights

    def encode(self, src: Tensor, lengths: Tensor) -> TransformerMemory:
        x = self._embed(self.source_words(), src)
        mask = source_mask(lengths, src.shape[1])
        mask = None if mask is None else mask[:, None, None]
        for layer in self.encoder:
            x = layer(x, mask)
        x = self.encoder_norm(x)
        return TransformerMemory([layer.to_source.project(x) for layer in self.decoder], mask, lengths)

    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        assert isinstance(memory, TransformerMemory)
        if sampling:  # two passes, the first for predictions (Mihaylova and Martins 2019)
            with torch.no_grad():
                guesses = self.logits(self.teach(memory, trg_in)).argmax(-1)
            trg_in = mixed(trg_in, guesses, sampling, self.pad_id)
        x = self._embed(self.trg_embedding, trg_in)
        for layer, source in zip(self.decoder, memory.layers, strict=True):
            x = layer(x, source, memory.mask)
        return self.decoder_norm(x)

    def start(self, memory: Memory) -> TransformerState:
        assert isinstance(memory, TransformerMemory)
        return TransformerState(self, memory)

    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor:
        memory = self.encode(src, lengths)
        x = self._embed(self.trg_embedding, trg_in)
        maps = []
        for layer, source in zip(self.decoder, memory.layers, strict=True):
            x, weights = layer.source_weights(x, source, memory.mask)
            maps.append(weights)
        return torch.stack(maps, dim=1)

    def self_attention_maps(self, src: Tensor, lengths: Tensor) -> Tensor:
        x = self._embed(self.source_words(), src)
        mask = padding_mask(lengths, src.shape[1])[:, None, None]
        maps = []
        for layer in self.encoder:
            maps.append(layer.weights(x, mask))
            x = layer(x, mask)
        return torch.stack(maps, dim=1)

    def _embed(self, embedding: nn.Embedding, ids: Tensor, first: int = 0) -> Tensor:
        """Embed ids (n, t), starting at position ``first``."""
        x = embedding(ids) * self._scale + self._positions(first, ids.shape[1], embedding.weight)
        return dropout(x, self.options.dropout, self.training)

    def _positions(self, first: int, n: int, like: Tensor) -> Tensor:
        room, last = len(self._sines), first + n
        if last > room or self._sines.dtype != like.dtype or self._sines.device != like.device:
            with torch.inference_mode(False):
                self._sines = sinusoids(room if last <= room else 2 * last, self.options.d_model).to(like)
        return self._sines[first:last]


class TransformerMemory(Memory):
    """Keys and values of the source for each decoder layer, and its padding mask."""

    def __init__(self, layers: list[KeysValues], mask: Tensor | None, lengths: Tensor) -> None:
        self.layers, self.mask, self.lengths = layers, mask, lengths

    def keep(self, rows: Tensor) -> TransformerMemory:
        lengths = self.lengths[rows]
        longest = int(lengths.max()) if len(rows) else 0
        mask = None if self.mask is None else self.mask[rows][..., :longest]
        kept = [KeysValues(*(part.index_select(0, rows)[:, :, :longest] for part in layer)) for layer in self.layers]
        return TransformerMemory(kept, None if mask is None or bool(mask.all()) else mask, lengths)


class TransformerState(DecoderState):
    """Decoding state. Keys and values of all beams are stored in columns; ``reach`` selects those that each beam sees.

    A beam that continues another one only changes its selection; nothing is copied.
    """

    def __init__(self, model: Seq2SeqTransformer, memory: TransformerMemory) -> None:
        self._model = model
        self._caches = [Cache() for _ in model.decoder]
        self._time = 0
        self._reach: Tensor | None = None  # (n, beams, columns); None while every beam sees every column
        self._beams = 1
        self._see(memory)

    def step(self, tokens: Tensor) -> Tensor:
        model = self._model
        x = model.trg_embedding(tokens) * model._scale
        x = x + model._positions(self._time, 1, x)
        mask = None
        if self._reach is not None:
            own = torch.eye(tokens.shape[1], dtype=torch.bool, device=tokens.device)
            self._reach = torch.cat([self._reach, own.expand(len(tokens), -1, -1)], dim=2)
            mask = blind(self._reach, x.dtype)[:, None]
        for layer, cache, source in zip(model.decoder, self._caches, self._memory.layers, strict=True):
            queries, new = layer.attention.queries_keys_values(layer.around_attention.before(x))
            x = layer.around_attention.after(x, layer.attention.look(queries, cache.append(new), mask))
            x = layer.after_attention(x, source, self._source_mask)
        self._time += 1
        return model.logits(model.decoder_norm(x))

    def choose(self, parents: Tensor) -> None:
        n, beams = parents.shape
        if self._reach is None:
            if beams == self._beams == 1:
                return
            self._reach = torch.ones(n, 1, self._time, dtype=torch.bool, device=parents.device)
        self._reach = self._reach.gather(1, parents[:, :, None].expand(-1, -1, self._reach.shape[2]))
        self._beams = beams

    def keep(self, rows: Tensor) -> None:
        self._see(self._memory.keep(rows))
        for cache in self._caches:
            cache.keep(rows)
        if self._reach is not None:
            self._reach = self._reach[rows]

    def _see(self, memory: TransformerMemory) -> None:
        self._memory = memory
        mask = memory.mask
        self._source_mask = None if mask is None else blind(mask, memory.layers[0].keys.dtype)


def mixed(trg_in: Tensor, guesses: Tensor, sampling: float, pad_id: int) -> Tensor:
    """Replace tokens after the first by ``guesses`` (n, t) of the previous position, with probability ``sampling``."""
    own = torch.cat([trg_in[:, :1], guesses[:, :-1]], dim=1)
    drawn = torch.rand(trg_in.shape, device=trg_in.device) < sampling
    drawn[:, 0] = False
    return torch.where(drawn & (trg_in != pad_id), own, trg_in)
