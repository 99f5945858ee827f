"""One step of a recurrent cell, from W x + b and U h + b, with an explicit gradient.

    RNN:  h' = tanh(W x + U h)
    LSTM: i, f, o = σ(W x + U h),  g = tanh(W x + U h),  c' = f c + i g,  h' = o tanh(c')
    GRU:  r, z = σ(W x + U h),  n = tanh(W x + r (U h + b)),  h' = n + z (h - n)

Gates are in torch's order. Autograd would need a dozen small backward steps, most of them to concatenate gates.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def one_step(cell: str, of_input: Tensor, of_state: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the next state: (h,), or (h, c) of an LSTM.

    Parameters
    ----------
    cell : {"rnn", "lstm", "gru"}
    of_input, of_state : Tensor (n, gates · size)
        W x + b and U h + b.
    state : tuple of Tensor (n, size)
    """
    if cell == "lstm":
        h, c = _LSTM.apply(of_input, of_state, state[1])
        return h, c
    if cell == "gru":
        return (_GRU.apply(of_input, of_state, state[0]),)
    return ((of_input + of_state).tanh(),)


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, of_input: Tensor, of_state: Tensor, h: Tensor) -> Tensor:
        size = h.shape[-1]
        gates = (of_input[:, : 2 * size] + of_state[:, : 2 * size]).sigmoid_()
        r, z = gates.chunk(2, dim=-1)
        new = torch.addcmul(of_input[:, 2 * size :], r, of_state[:, 2 * size :]).tanh_()
        ctx.save_for_backward(gates, new, of_state, h)
        ctx.dtype = of_input.dtype
        return new + z * (h - new)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, new, of_state, h = ctx.saved_tensors
        size = h.shape[-1]
        r, z = gates.chunk(2, dim=-1)
        of_h = slope * z
        of_new = (slope - of_h).to(ctx.dtype).mul_(torch.addcmul(_one(new), new, new, value=-1))
        to_input = torch.empty_like(of_state)
        torch.mul(of_new, of_state[:, 2 * size :], out=to_input[:, :size])
        to_input[:, size : 2 * size] = slope * (h - new)
        both = to_input[:, : 2 * size]
        both.mul_(torch.addcmul(gates, gates, gates, value=-1))
        to_input[:, 2 * size :] = of_new
        to_state = to_input.clone()
        to_state[:, 2 * size :].mul_(r)
        return to_input, to_state, of_h


class _LSTM(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, of_input: Tensor, of_state: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        size = c.shape[-1]
        gates = of_input + of_state
        gates[:, : 2 * size].sigmoid_()
        gates[:, 2 * size : 3 * size].tanh_()
        gates[:, 3 * size :].sigmoid_()
        i, f, g, o = gates.chunk(4, dim=-1)
        cell = torch.addcmul(f * c, i, g)
        seen = cell.tanh()
        ctx.save_for_backward(gates, c, seen)
        return o * seen, cell

    @staticmethod
    def backward(ctx: Any, of_h: Tensor, of_cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, c, seen = ctx.saved_tensors
        i, f, g, o = gates.chunk(4, dim=-1)
        of_cell = torch.addcmul(of_cell, of_h * o, torch.addcmul(_one(seen), seen, seen, value=-1))
        slopes = torch.addcmul(gates, gates, gates, value=-1)  # σ' of all
        to_i, to_f, to_g, to_o = slopes.chunk(4, dim=-1)
        to_i.mul_(of_cell * g)
        to_f.mul_(of_cell * c)
        torch.addcmul(_one(g), g, g, value=-1, out=to_g)
        to_g.mul_(of_cell * i)
        to_o.mul_(of_h * seen)
        return slopes, slopes, of_cell * f


def _one(like: Tensor) -> Tensor:
    return like.new_ones(())
