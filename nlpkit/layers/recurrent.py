"""Recurrent layers: a plain RNN (Elman 1990), LSTM (Hochreiter and Schmidhuber 1997), GRU (Cho et al. 2014).

    RNN:  h = tanh(W x + U h)
    LSTM: i, f, o = σ(W x + U h),  g = tanh(W x + U h),  c = f c + i g,  h = o tanh(c)
    GRU:  r, z = σ(W x + U h),  n = tanh(W x + r (U h + b)),  h = (1 - z) n + z h

A stack's state is one tensor (layers, n, size), or (2 layers, n, size) for an LSTM: h of every layer, then every c.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .deferred import PLAIN, Plain

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class SourceReader(nn.Module):
    """Reads sources from left to right, or both ways; of rows that are filled up, the tokens alone."""

    def __init__(
        self, cell: str, size: int, hidden_size: int, layers: int, dropout: float, bidirectional: bool
    ) -> None:
        super().__init__()
        self.directions = 2 if bidirectional else 1
        self.layers = layers
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
            Of each position, both directions side by side; 0 where a row has no token.
        last : Tensor (layers or 2 layers, n, hidden_size)
            The state at the end of each direction, as a `Stack` takes it.
        """
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        made, last = self.rnn(packed)
        memory, _ = pad_packed_sequence(made, batch_first=True, total_length=x.shape[1])
        parts = last if isinstance(last, tuple) else (last,)
        return memory, torch.cat([self._side_by_side(part) for part in parts])

    def _side_by_side(self, last: Tensor) -> Tensor:
        return last.unflatten(0, (self.layers, self.directions)).transpose(1, 2).flatten(2)


class Stack(nn.Module):
    """Layers of one kind of cell, a step at a time or many."""

    def __init__(self, cell: str, size: int, hidden_size: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.cell, self.layers, self.dropout = cell, layers, dropout
        self.rnn = CELLS[cell](size, hidden_size, layers, dropout=dropout if layers > 1 else 0.0, batch_first=True)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Go over (n, t, size) from ``state``; return what the top layer gives (n, t, hidden_size), and the state."""
        made, last = self.rnn(x, self._parts(state))
        return made, torch.cat(last) if isinstance(last, tuple) else last

    def step(self, x: Tensor, state: Tensor, by: Plain = PLAIN) -> tuple[Tensor, Tensor]:
        """Go one step, from (n, size): as `forward`, at a fraction of its cost for one position."""
        states = state.unbind(0)
        made = []
        cells = []
        for layer in range(self.layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            inward, onward, inward_bias, onward_bias = (
                getattr(self.rnn, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            of_input = by.product(x, inward, inward_bias)
            of_state = by.product(states[layer], onward, onward_bias)
            if self.cell == "lstm":
                i, f, g, o = (of_input + of_state).chunk(4, dim=-1)
                c = f.sigmoid() * states[self.layers + layer] + i.sigmoid() * g.tanh()
                x = o.sigmoid() * c.tanh()
                cells.append(c)
            elif self.cell == "gru":
                size = of_input.shape[-1] // 3
                r, z = (of_input[:, : 2 * size] + of_state[:, : 2 * size]).sigmoid().chunk(2, dim=-1)
                new = (of_input[:, 2 * size :] + r * of_state[:, 2 * size :]).tanh()
                x = new + z * (states[layer] - new)
            else:
                x = (of_input + of_state).tanh()
            made.append(x)
        return x, torch.stack(made + cells)

    def matrices(self) -> list[Tensor]:
        """Return all matrices of `step`."""
        return [weight for weight in self.rnn.parameters() if weight.dim() == 2]

    def _parts(self, state: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        if self.cell == "lstm":
            return state[: self.layers].contiguous(), state[self.layers :].contiguous()
        return state.contiguous()
