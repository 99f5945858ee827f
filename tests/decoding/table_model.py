"""TableModel: a translation model made of a random table: two tokens, the source's sum and the step give the next."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor, nn

from nlpkit.decoding.state import DecoderState
from nlpkit.translation.model import Memory, TranslationModel


class TableModel(TranslationModel):
    """Vocabulary: pad 0, start 1, eos 2, words from 3 on."""

    def __init__(self, size: int = 6, *, sums: int = 5, seed: int = 0, spread: float = 1.5, eos: float = 0.0) -> None:
        super().__init__()
        self.options = SimpleNamespace(src_size=100, trg_size=size)
        self.pad_id, self.start_id, self.eos_id, self.never = 0, 1, 2, (0, 1)
        table = np.random.default_rng(seed).normal(0, spread, (sums, min(size, 8), size, size)).astype(np.float32)
        table[..., 2] += eos
        self.table = nn.Parameter(torch.from_numpy(table))

    def encode(self, src: Tensor, lengths: Tensor) -> Memory:
        inside = torch.arange(src.shape[1]) < lengths[:, None]
        assert bool((src.gather(1, lengths[:, None] - 1) == self.eos_id).all())
        assert bool((src[~inside] == self.pad_id).all())
        return Sums(torch.where(inside, src, 0).sum(1) % len(self.table), lengths)

    def start(self, memory: Memory) -> DecoderState:
        assert isinstance(memory, Sums)
        return LastTwo(self, memory)

    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        assert isinstance(memory, Sums)
        before = torch.cat([torch.zeros_like(trg_in[:, :1]), trg_in[:, :-1]], dim=1)
        sums = memory.sums[:, None] + torch.arange(trg_in.shape[1])
        return self.table[sums % len(self.table), before % self.table.shape[1], trg_in]

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden

    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> None:
        return None


class Sums(Memory):
    def __init__(self, sums: Tensor, lengths: Tensor) -> None:
        self.sums, self.lengths = sums, lengths

    def keep(self, rows: Tensor) -> Sums:
        return Sums(self.sums[rows], self.lengths[rows])


class LastTwo(DecoderState):
    def __init__(self, model: TableModel, memory: Sums) -> None:
        self.model, self.memory = model, memory
        self.before = torch.zeros(len(memory.sums), 1, dtype=torch.long)
        self.rows: list[int] = []

    def step(self, tokens: Tensor) -> Tensor:
        self.rows.append(len(tokens))
        sums = (self.memory.sums[:, None] + len(self.rows) - 1).expand_as(tokens)
        table = self.model.table
        before, self.before = self.before, tokens
        return table[sums % len(table), before % table.shape[1], tokens].clone()

    def choose(self, parents: Tensor) -> None:
        self.before = self.before.gather(1, parents)

    def keep(self, rows: Tensor) -> None:
        self.before, self.memory = self.before[rows], self.memory.keep(rows)
