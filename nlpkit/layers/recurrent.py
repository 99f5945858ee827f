"""Recurrent layers: a plain RNN (Elman 1990), LSTM (Hochreiter and Schmidhuber 1997), GRU (Cho et al. 2014).

A step of a cell is in `nlpkit.layers.cells`.
A stack's state is one tensor (layers, n, size), or (2 layers, n, size) for an LSTM: h of every layer, then every c.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .cells import one_step
from .deferred import PLAIN, Deferred, Plain
from .dropout import dropout
from .product import product

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def weights_of(rnn: nn.RNNBase, layer: int, way: str = "") -> list[Tensor]:
    """Return the matrices W and U of a layer, and their biases."""
    return [getattr(rnn, f"{name}_l{layer}{way}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


class SourceReader(nn.Module):
    """Encoder that reads sources from left to right or in both directions; padding is skipped."""

    def __init__(
        self, cell: str, size: int, hidden_size: int, layers: int, dropout: float, bidirectional: bool
    ) -> None:
        super().__init__()
        self.cell, self.layers, self.dropout = cell, layers, dropout
        self.directions = 2 if bidirectional else 1
        self.rnn = CELLS[cell](
            size,
            hidden_size // self.directions,
            layers,
            dropout=dropout if layers > 1 else 0.0,
            bidirectional=bidirectional,
            batch_first=True,
        )

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Read (n, s, size).

        Returns
        -------
        memory : Tensor (n, s, hidden_size)
            States of each position, both directions concatenated; 0 for padding.
        last : Tensor (layers or 2 layers, n, hidden_size)
            Final state of each direction, in the format of `Stack`.
        """
        return self.at_once(x, lengths) if x.device.type == "cuda" else self.by_steps(x, lengths)

    def at_once(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Run torch's layer; CUDA's library computes all steps in one call."""
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        made, last = _run(self.rnn, packed)
        memory, _ = pad_packed_sequence(made, batch_first=True, total_length=x.shape[1])
        return memory, torch.cat([self._side_by_side(part) for part in last])

    def by_steps(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Run step by step: on a CPU this gives products of few different shapes, and deferred gradients of weights."""
        inside = torch.arange(x.shape[1], device=x.device)[:, None, None] < lengths[:, None]  # (s, n, 1)
        masks: Sequence[Tensor | None] = [None if bool(mask.all()) else mask for mask in inside]
        states = []
        for layer in range(self.layers):
            if layer and self.dropout:
                x = dropout(x, self.dropout, self.training)
            made, ends = zip(*(self._direction(x, masks, layer, way) for way in range(self.directions)), strict=True)
            x = torch.cat(made, dim=-1)
            states.append([torch.cat(part, dim=-1) for part in zip(*ends, strict=True)])
        return x * inside.transpose(0, 1), torch.stack([state for part in zip(*states, strict=True) for state in part])

    def _direction(
        self, x: Tensor, masks: Sequence[Tensor | None], layer: int, way: int
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Run one direction over (n, s, size); the state is unchanged at padding."""
        by = Deferred() if torch.is_grad_enabled() else PLAIN
        inward, onward, inward_bias, onward_bias = weights_of(self.rnn, layer, "_reverse" if way else "")
        steps = list(zip(product(x, inward, inward_bias).unbind(1), masks, strict=True))
        state: tuple[Tensor, ...] = (x.new_zeros(len(x), onward.shape[1]),) * (2 if self.cell == "lstm" else 1)
        made = []
        for of_input, mask in reversed(steps) if way else steps:
            new = one_step(self.cell, of_input, by.product(state[0], onward, onward_bias), state)
            if mask is not None:
                new = tuple(torch.where(mask, *both) for both in zip(new, state, strict=True))
            state = new
            made.append(state[0])
        return torch.stack(made[::-1] if way else made, dim=1), state

    def _side_by_side(self, last: Tensor) -> Tensor:
        return last.unflatten(0, (self.layers, self.directions)).transpose(1, 2).flatten(2)


class Stack(nn.Module):
    """A stack of recurrent layers, for one or many steps."""

    def __init__(self, cell: str, size: int, hidden_size: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.cell, self.layers, self.dropout = cell, layers, dropout
        self.rnn = CELLS[cell](size, hidden_size, layers, dropout=dropout if layers > 1 else 0.0, batch_first=True)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run over (n, t, size) from ``state``; return the outputs of the top layer (n, t, hidden_size), and the
        state."""
        made, last = _run(self.rnn, x, state.split(self.layers))
        return made, torch.cat(last)

    def step(self, x: Tensor, state: Tensor, by: Plain = PLAIN) -> tuple[Tensor, Tensor]:
        """Run one step from (n, size): same as `forward`, but much faster for one position."""
        states = state.unbind(0)
        made = []
        cells = []
        for layer in range(self.layers):
            if layer and self.dropout:
                x = dropout(x, self.dropout, self.training)
            inward, onward, inward_bias, onward_bias = weights_of(self.rnn, layer)
            state_of = tuple(states[layer :: self.layers])
            of_state = by.product(state_of[0], onward, onward_bias)
            x, *cell = one_step(self.cell, by.product(x, inward, inward_bias), of_state, state_of)
            made.append(x)
            cells += cell
        return x, torch.stack(made + cells)

    def matrices(self) -> list[Tensor]:
        """Return all matrices used by `step`."""
        return [weight for weight in self.rnn.parameters() if weight.dim() == 2]


def _run(rnn: nn.RNNBase, x: Any, state: Sequence[Tensor] | None = None) -> tuple[Any, tuple[Tensor, ...]]:
    """Run all steps of torch's layer from a state (h,) or (h, c), default: zeros; return the outputs and the last
    state.

    Uses float32 under CUDA's autocast, which would otherwise force float16.
    """
    kind = x.data.device.type
    own = [part.contiguous() for part in state or ()]
    casts = kind == "cuda" and torch.is_autocast_enabled(kind)
    if casts:
        x, own = x.float(), [part.float() for part in own]
    with torch.autocast(kind, enabled=False) if casts else nullcontext():
        made, last = rnn(x, None if not own else tuple(own) if len(own) > 1 else own[0])
    return made, last if isinstance(last, tuple) else (last,)
