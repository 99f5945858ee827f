"""BothWays: LSTM and GRU layers that read clips in both directions, for training; on a CPU by compiled steps."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from nlpkit.layers.product import large_product
from nlpkit.layers.recurrent import CELLS, weights_of
from nlpkit.speech.recognition._dropout_torch import dropout


class BothWays(nn.Module):
    """Recurrent layers in both directions, with torch's own weights; padding is skipped.

    On a CPU a frame is one small product and one compiled step for the whole batch. Gradients of weights are products
    over all frames together. On a GPU torch's layer computes all frames in one call.

    Parameters
    ----------
    cell : {"lstm", "gru"}
    size, hidden_size : int
        Sizes of a frame, and of the state of each direction.
    layers : int
    dropout : float
        Between layers.
    """

    def __init__(self, cell: str, size: int, hidden_size: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.cell, self.dropout = cell, dropout
        self.rnn = CELLS[cell](
            size,
            hidden_size,
            layers,
            dropout=dropout if layers > 1 else 0.0,
            bidirectional=True,
            batch_first=True,
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the states (n, frames, 2 hidden_size) of (n, frames, size); 0 after the end of a clip."""
        with torch.autocast(x.device.type, enabled=False):
            return self.at_once(x.float(), lengths) if x.device.type != "cpu" else self.by_steps(x.float(), lengths)

    def at_once(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Run torch's layer."""
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        made, _ = self.rnn(packed)
        return pad_packed_sequence(made, batch_first=True, total_length=x.shape[1])[0]

    def by_steps(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Run compiled steps."""
        run = _Lstm if self.cell == "lstm" else _Gru
        x = x.transpose(0, 1).contiguous()
        for layer in range(self.rnn.num_layers):
            if layer and self.dropout:
                x = dropout(x, self.dropout, self.training)
            ways = [run.apply(x, lengths, way, *weights_of(self.rnn, layer, "_reverse" * way)) for way in (0, 1)]
            x = torch.cat(ways, dim=2)
        return x.transpose(0, 1)


def _order(frames: int, way: int) -> list[tuple[int, int]]:
    """Return each frame with the one before it in the direction of reading, -1 for none."""
    if way:
        return [(t, t + 1 if t + 1 < frames else -1) for t in reversed(range(frames))]
    return [(t, t - 1) for t in range(frames)]


def _before(states: Tensor, way: int) -> Tensor:
    """Return the state before each frame."""
    none = torch.zeros_like(states[:1])
    return torch.cat([states[1:], none]) if way else torch.cat([none, states[:-1]])


class _Lstm(torch.autograd.Function):
    """States (frames, n, hidden) of (frames, n, size)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, lengths: Tensor, way: int, *weights: Tensor) -> Tensor:
        from nlpkit.speech.recognition._training_numba import lstm_step

        inward, onward, inward_bias, onward_bias = weights
        frames, n, size = x.shape
        hidden = onward.shape[1]
        gates = large_product(x.view(-1, size), inward, inward_bias + onward_bias).view(frames, n, 4 * hidden)
        cells, states = x.new_empty(frames, n, hidden), x.new_empty(frames, n, hidden)
        arrays = gates.numpy(), cells.numpy(), states.numpy(), lengths.numpy()
        across = onward.T.contiguous()
        for t, before in _order(frames, way):
            if before >= 0:
                gates[t].addmm_(states[before], across)
            lstm_step(t, before, *arrays)
        ctx.save_for_backward(x, gates, cells, states, inward, onward)
        ctx.way = way
        return states

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Any, ...]:
        from nlpkit.speech.recognition._training_numba import lstm_step_back

        x, gates, cells, states, inward, onward = ctx.saved_tensors
        frames, n, hidden = states.shape
        slope = slopes[0].contiguous()
        gates = gates.clone()
        of_state, of_cell = torch.zeros_like(states[0]), torch.zeros_like(states[0])
        arrays = gates.numpy(), cells.numpy(), of_state.numpy(), of_cell.numpy(), slope.numpy()
        for t, before in reversed(_order(frames, ctx.way)):
            lstm_step_back(t, before, *arrays)
            torch.mm(gates[t], onward, out=of_state)
        flat = gates.view(-1, 4 * hidden)
        of_onward = large_product(_before(states, ctx.way).view(-1, hidden).T, flat.T).T
        of_inward = large_product(x.view(frames * n, -1).T, flat.T).T
        of_bias = flat.sum(0)
        of_x = large_product(flat, inward.T).view_as(x) if ctx.needs_input_grad[0] else None
        return of_x, None, None, of_inward, of_onward, of_bias, of_bias


class _Gru(torch.autograd.Function):
    """States (frames, n, hidden) of (frames, n, size)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, lengths: Tensor, way: int, *weights: Tensor) -> Tensor:
        from nlpkit.speech.recognition._training_numba import gru_step

        inward, onward, inward_bias, onward_bias = weights
        frames, n, size = x.shape
        hidden = onward.shape[1]
        of_input = large_product(x.view(-1, size), inward, inward_bias).view(frames, n, 3 * hidden)
        of_state = onward_bias.expand(frames, n, -1).contiguous()
        states = x.new_empty(frames, n, hidden)
        arrays = of_input.numpy(), of_state.numpy(), states.numpy(), lengths.numpy()
        across = onward.T.contiguous()
        for t, before in _order(frames, way):
            if before >= 0:
                of_state[t].addmm_(states[before], across)
            gru_step(t, before, *arrays)
        ctx.save_for_backward(x, of_input, of_state, states, inward, onward, lengths)
        ctx.way = way
        return states

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Any, ...]:
        from nlpkit.speech.recognition._training_numba import gru_step_back

        x, of_input, of_state, states, inward, onward, lengths = ctx.saved_tensors
        frames, n, hidden = states.shape
        slope = slopes[0].contiguous()
        of_input, of_state = of_input.clone(), of_state.clone()
        of_next = torch.zeros_like(states[0])
        arrays = of_input.numpy(), of_state.numpy(), states.numpy(), of_next.numpy(), slope.numpy(), lengths.numpy()
        for t, before in reversed(_order(frames, ctx.way)):
            gru_step_back(t, before, *arrays)
            of_next.addmm_(of_state[t], onward)
        inner, outer = of_state.view(-1, 3 * hidden), of_input.view(-1, 3 * hidden)
        of_onward = large_product(_before(states, ctx.way).view(-1, hidden).T, inner.T).T
        of_inward = large_product(x.view(frames * n, -1).T, outer.T).T
        of_x = large_product(outer, inward.T).view_as(x) if ctx.needs_input_grad[0] else None
        return of_x, None, None, of_inward, of_onward, outer.sum(0), inner.sum(0)
