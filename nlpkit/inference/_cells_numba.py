"""Compiled steps of recurrent cells, from their gates to their next states."""

from __future__ import annotations

from nlpkit._kernel import part
from nlpkit._lanes import LANES, add, load, multiply, multiply_add, store, subtract
from nlpkit.inference._parts_numba import sigmoid_of, tanh_of
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
        for k in range(0, width, LANES):
            if kind == RNN:
                store(states, to + k, tanh_of(load(gates, at + k)))
            elif kind == LSTM:
                cell = c + row * width + k
                new = multiply(sigmoid_of(load(gates, at + k)), tanh_of(load(gates, at + 2 * width + k)))
                kept = multiply_add(sigmoid_of(load(gates, at + width + k)), load(states, cell), new)
                store(states, cell, kept)
                store(states, to + k, multiply(sigmoid_of(load(gates, at + 3 * width + k)), tanh_of(kept)))
            else:
                there = row * every + k
                reset = sigmoid_of(add(load(gates, at + k), load(of_state, there)))
                update = sigmoid_of(add(load(gates, at + width + k), load(of_state, there + width)))
                far = at + 2 * width + k
                new = tanh_of(multiply_add(reset, load(of_state, there + 2 * width), load(gates, far)))
                store(states, to + k, multiply_add(update, subtract(load(states, to + k), new), new))
