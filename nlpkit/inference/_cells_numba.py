"""Compiled steps of recurrent cells, from their gates to their next states."""

from __future__ import annotations

from nlpkit._kernel import part
from nlpkit.inference._parts_numba import sigmoid, tanh
from nlpkit.inference._product_numba import products

RNN, GRU, LSTM = range(3)
"""Kinds of cells."""


@part
def gates_of(kind):
    """The number of gates of a cell."""
    return 1 if kind == RNN else 3 if kind == GRU else 4


@part
def cell_step(kind, gates, gate, n, size, width, weights, onward, bias, floor, of_state, states, h, c):
    """Make the next states of ``n`` rows in place, from W x + b in ``gates``.

    Parameters
    ----------
    kind : int
    gates : array
    gate : int
        Rows of all gates, padded to ``width`` each, begin there; they are overwritten.
    n, size, width : int
        Rows; size of a state, and the same padded.
    weights : array
        It begins with zeros, and holds the packed matrix ``onward`` of the state, and its ``bias``.
    floor : float32
        -inf.
    of_state : array
        Room for the gates of a GRU.
    states : array
    h, c : int
        States begin there, in rows of ``width``.
    """
    every = gates_of(kind) * width
    sizes = size, width, every, every
    if kind == GRU:
        starts = h, onward, 0, bias, 0
        products(states, weights, weights, weights, of_state, n, every, (size, width, 0, every), starts, floor)
    else:
        products(states, weights, gates, weights, gates, n, every, sizes, (h, onward, gate, bias, gate), floor)
    for row in range(n):
        at, to = gate + row * every, h + row * width
        if kind == RNN:
            for k in range(width):
                states[to + k] = tanh(gates[at + k])
        elif kind == LSTM:
            cell, forget, new, leave = c + row * width, at + width, at + 2 * width, at + 3 * width
            for k in range(width):
                kept = sigmoid(gates[forget + k]) * states[cell + k]
                states[cell + k] = kept + sigmoid(gates[at + k]) * tanh(gates[new + k])
            for k in range(width):
                states[to + k] = sigmoid(gates[leave + k]) * tanh(states[cell + k])
        else:
            there = row * every
            for k in range(width):
                gates[at + k] = sigmoid(gates[at + k] + of_state[there + k])
            for k in range(width, 2 * width):
                gates[at + k] = sigmoid(gates[at + k] + of_state[there + k])
            new, update, that = at + 2 * width, at + width, there + 2 * width
            for k in range(width):
                made = tanh(gates[new + k] + gates[at + k] * of_state[that + k])
                states[to + k] = made + gates[update + k] * (states[to + k] - made)
