"""Compiled steps of recurrent layers in training: one frame of a batch, forward and back."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel
from nlpkit.inference._parts_numba import sigmoid, tanh


@kernel
def lstm_step(t, before, gates, cells, states, lengths):
    """Make the states of frame ``t`` from its gates, and those of the frame ``before`` it in the direction of reading.

    Parameters
    ----------
    t, before : int
        ``before`` is -1 for the first frame.
    gates : (frames, n, 4 * hidden) float32
        In, forget, cell and out, without their functions; these are applied in place.
    cells, states : (frames, n, hidden) float32
        c and h of frame ``t`` are written; 0 after the end of a clip.
    lengths : (n,) int64
    """
    hidden = states.shape[2]
    for row in range(len(lengths)):
        if t >= lengths[row]:
            gates[t, row, :] = 0
            cells[t, row, :] = 0
            states[t, row, :] = 0
            continue
        gate = gates[t, row]
        cell, state = cells[t, row], states[t, row]
        for k in range(2 * hidden):
            gate[k] = sigmoid(gate[k])
        for k in range(2 * hidden, 3 * hidden):
            gate[k] = tanh(gate[k])
        for k in range(3 * hidden, 4 * hidden):
            gate[k] = sigmoid(gate[k])
        if before < 0:
            for k in range(hidden):
                cell[k] = gate[k] * gate[2 * hidden + k]
        else:
            last = cells[before, row]
            for k in range(hidden):
                cell[k] = gate[hidden + k] * last[k] + gate[k] * gate[2 * hidden + k]
        for k in range(hidden):
            state[k] = gate[3 * hidden + k] * tanh(cell[k])


@kernel
def lstm_step_back(t, before, gates, cells, of_state, of_cell, slopes):
    """Make the gradients of the gates of frame ``t``.

    Parameters
    ----------
    t, before : int
    gates : (frames, n, 4 * hidden) float32
        As `lstm_step` left them; the gradients of the values before their functions are written in their place.
    cells : (frames, n, hidden) float32
    of_state : (n, hidden) float32
        Gradient of h by later frames.
    of_cell : (n, hidden) float32
        Gradient of c by later frames; that of the frame before is written in its place.
    slopes : (frames, n, hidden) float32
        Gradient of the output h.
    """
    hidden = cells.shape[2]
    one = np.float32(1)
    for row in range(gates.shape[1]):
        gate, cell = gates[t, row], cells[t, row]
        slope, later, carried = slopes[t, row], of_state[row], of_cell[row]
        for k in range(hidden):
            entry, keep = gate[k], gate[hidden + k]
            new, leave = gate[2 * hidden + k], gate[3 * hidden + k]
            of_h = slope[k] + later[k]
            squashed = tanh(cell[k])
            of_c = carried[k] + of_h * leave * (one - squashed * squashed)
            last = cells[before, row, k] if before >= 0 else np.float32(0)
            gate[k] = of_c * new * entry * (one - entry)
            gate[hidden + k] = of_c * last * keep * (one - keep)
            gate[2 * hidden + k] = of_c * entry * (one - new * new)
            gate[3 * hidden + k] = of_h * squashed * leave * (one - leave)
            carried[k] = of_c * keep


@kernel
def gru_step(t, before, of_input, of_state, states, lengths):
    """Make the states of frame ``t`` of a GRU.

    Parameters
    ----------
    t, before : int
        ``before`` is -1 for the first frame.
    of_input, of_state : (frames, n, 3 * hidden) float32
        The shares of the input and of the state in reset, update and new; reset, update and new are written to
        ``of_input``.
    states : (frames, n, hidden) float32
    lengths : (n,) int64
    """
    hidden = states.shape[2]
    one = np.float32(1)
    for row in range(len(lengths)):
        if t >= lengths[row]:
            of_input[t, row, :] = 0
            of_state[t, row, :] = 0
            states[t, row, :] = 0
            continue
        gate, shares, state = of_input[t, row], of_state[t, row], states[t, row]
        for k in range(2 * hidden):
            gate[k] = sigmoid(gate[k] + shares[k])
        for k in range(hidden):
            gate[2 * hidden + k] = tanh(gate[2 * hidden + k] + gate[k] * shares[2 * hidden + k])
        for k in range(hidden):
            last = states[before, row, k] if before >= 0 else np.float32(0)
            update = gate[hidden + k]
            state[k] = (one - update) * gate[2 * hidden + k] + update * last


@kernel
def gru_step_back(t, before, of_input, of_state, states, of_next, slopes, lengths):
    """Make the gradients of frame ``t`` of a GRU.

    Parameters
    ----------
    t, before : int
    of_input, of_state : (frames, n, 3 * hidden) float32
        As `gru_step` left them; the gradients of the two shares are written in their place.
    states : (frames, n, hidden) float32
    of_next : (n, hidden) float32
        Gradient of h by later frames; its part that reaches the frame before directly is written in its place.
    slopes : (frames, n, hidden) float32
        Gradient of the output h.
    lengths : (n,) int64
    """
    hidden = states.shape[2]
    one = np.float32(1)
    for row in range(len(lengths)):
        if t >= lengths[row]:
            of_input[t, row, :] = 0
            of_state[t, row, :] = 0
            of_next[row, :] = 0
            continue
        gate, shares = of_input[t, row], of_state[t, row]
        slope, later = slopes[t, row], of_next[row]
        for k in range(hidden):
            reset, update, new = gate[k], gate[hidden + k], gate[2 * hidden + k]
            of_h = slope[k] + later[k]
            last = states[before, row, k] if before >= 0 else np.float32(0)
            of_new = of_h * (one - update) * (one - new * new)
            of_update = of_h * (last - new) * update * (one - update)
            of_reset = of_new * shares[2 * hidden + k] * reset * (one - reset)
            gate[k] = of_reset
            gate[hidden + k] = of_update
            gate[2 * hidden + k] = of_new
            shares[k] = of_reset
            shares[hidden + k] = of_update
            shares[2 * hidden + k] = of_new * reset
            later[k] = of_h * update


@kernel
def keep_some(x, one, two, least, scale, y):
    """Set ``y`` to ``scale`` x where a hash of the place is at least ``least``, elsewhere to 0.

    The hash multiplies and shifts the place by ``one`` and ``two``, which are random: without them it would be the same
    in every call.

    Parameters
    ----------
    x, y : (n,) float32
    one, two, least : uint32
    scale : float32
    """
    word = np.uint32
    for place in range(len(x)):
        number = word(word(place) * word(0x9E3779B9) + one)
        number = word((number ^ (number >> word(16))) * word(0x21F0AAAD))
        number = word((number ^ (number >> word(15))) * word(0x735A2D97))
        number = word(number ^ (number >> word(15)) ^ two)
        number = word((number ^ (number >> word(16))) * word(0x21F0AAAD))
        number = word((number ^ (number >> word(15))) * word(0x735A2D97))
        number = word(number ^ (number >> word(16)))
        y[place] = x[place] * scale if number >= least else np.float32(0)
