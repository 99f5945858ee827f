"""Networks of transformers under nlpkit's decoding: NLLB and M2M-100 (Fan et al. 2020, NLLB Team 2022), mBART (Liu et
al. 2020, Tang et al. 2020) and T5 (Raffel et al. 2019).

A source begins with the id of the target language, which the encoder does not read. It is the first token of the
translation, with probability 1, as with transformers' ``forced_bos_token_id``; in the first mBART it begins the target
in the place of the start token. T5 reads its languages in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nlpkit.decoding.state import DecoderState

from ..model import Memory, TranslationModel, padding_mask


@dataclass(frozen=True, kw_only=True)
class NetworkOptions:
    """Facts about a network that decoding needs.

    Attributes
    ----------
    src_size, trg_size : int
        Size of the vocabulary.
    pad_id, start_id, eos_id : int
    positions : int or None
        The greatest number of tokens of a source and of a target.
    language : {"first", "start", "none"}
        The target language is the first token of a target, begins it in the place of the start token, or is no token.
    language_last : bool
        The source language stands after the end token of a source.
    attention : str
        "none", because attention weights are not given out.
    """

    src_size: int
    trg_size: int
    pad_id: int
    start_id: int
    eos_id: int
    positions: int | None
    language: str
    language_last: bool
    attention: str = "none"


class PretrainedNetwork(TranslationModel):
    """An encoder and decoder of transformers.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    options : NetworkOptions
    """

    def __init__(self, network: Any, options: NetworkOptions) -> None:
        super().__init__()
        self.network, self.options = network, options
        self.pad_id, self.start_id, self.eos_id = options.pad_id, options.start_id, options.eos_id
        self.never = () if options.pad_id == options.eos_id else (options.pad_id,)

    def encode(self, src: Tensor, lengths: Tensor) -> NetworkMemory:
        first = None
        if self.options.language != "none":
            first, src, lengths = src[:, 0], src[:, 1:], lengths - 1
        if self.options.language_last:  # decoding puts the end token last
            rows = torch.arange(len(src), device=src.device)
            src = src.clone()
            src[rows, lengths - 2], src[rows, lengths - 1] = src[rows, lengths - 1], src[rows, lengths - 2]
        mask = padding_mask(lengths, src.shape[1]).long()
        hidden = self.network.get_encoder()(input_ids=src, attention_mask=mask).last_hidden_state
        return NetworkMemory(hidden, mask, lengths, first)

    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        """Not available: these models are not trained here."""
        raise NotImplementedError

    def logits(self, hidden: Tensor) -> Tensor:
        """Not available: these models are not trained here."""
        raise NotImplementedError

    def start(self, memory: Memory) -> NetworkState:
        assert isinstance(memory, NetworkMemory)
        return NetworkState(self, memory)

    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> None:
        return None


class NetworkMemory(Memory):
    """States of the encoder (n, s, d), their mask (n, s), and the target language of each sentence."""

    def __init__(self, hidden: Tensor, mask: Tensor, lengths: Tensor, first: Tensor | None) -> None:
        self.hidden, self.mask, self.lengths, self.first = hidden, mask, lengths, first

    def keep(self, rows: Tensor) -> NetworkMemory:
        first = None if self.first is None else self.first[rows]
        return NetworkMemory(self.hidden[rows], self.mask[rows], self.lengths[rows], first)


class NetworkState(DecoderState):
    """Decoding state: transformers' cache, with a row for each beam of each sentence."""

    def __init__(self, model: PretrainedNetwork, memory: NetworkMemory) -> None:
        from transformers.cache_utils import DynamicCache, EncoderDecoderCache

        self._model, self._memory = model, memory
        self._cache: Any = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self._time = 0
        self._see(1)

    def _see(self, beams: int) -> None:
        """Repeat what all beams of a sentence share."""
        self._beams = beams
        self._hidden = self._memory.hidden.repeat_interleave(beams, dim=0)
        self._mask = self._memory.mask.repeat_interleave(beams, dim=0)

    def step(self, tokens: Tensor) -> Tensor:
        n, beams = tokens.shape
        language, first = self._model.options.language, self._memory.first
        if self._time == 0 and language == "start" and first is not None:
            tokens = first[:, None]
        found = self._model.network(
            encoder_outputs=(self._hidden,),
            attention_mask=self._mask,
            decoder_input_ids=tokens.reshape(-1, 1),
            past_key_values=self._cache,
            use_cache=True,
        )
        logits: Tensor = found.logits[:, -1].view(n, beams, -1)
        if self._time == 0 and language == "first" and first is not None:
            logits = torch.full_like(logits, -torch.inf).scatter_(2, first[:, None, None], 0.0)
        self._time += 1
        return logits

    def choose(self, parents: Tensor) -> None:
        n, beams = parents.shape
        if beams == self._beams == 1:
            return
        rows = (torch.arange(n, device=parents.device)[:, None] * self._beams + parents).flatten()
        self._cache.self_attention_cache.reorder_cache(rows)
        if beams != self._beams:
            self._cache.cross_attention_cache.reorder_cache(rows)
            self._see(beams)

    def keep(self, rows: Tensor) -> None:
        beams = (rows[:, None] * self._beams + torch.arange(self._beams, device=rows.device)).flatten()
        self._cache.reorder_cache(beams)
        self._memory = self._memory.keep(rows)
        self._see(self._beams)
