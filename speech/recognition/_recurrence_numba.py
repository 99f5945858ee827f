"""Compiled recurrences: the states of an LSTM or GRU over the frames of one clip."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel


@kernel
def lstm_states(of_input, onward, way, states):
    """Run one direction of an LSTM from a state of zeros; the gates are in, forget, cell and out.

    Parameters
    ----------
    of_input : (frames, 4 * hidden) float32
        The inputs' share in the gates, with all biases; it is overwritten.
    onward : (hidden, 4 * hidden) float32
    way : int
        0 from the first frame to the last, 1 back.
    states : (frames, 2 * hidden) float32
        The half of the direction is written.
    """
    frames, hidden = len(of_input), len(onward)
    h = np.zeros(hidden, np.float32)
    c = np.zeros(hidden, np.float32)
    one = np.float32(1)
    for step in range(frames):
        t = frames - 1 - step if way else step
        gates = of_input[t]
        for k in range(hidden):
            weight = h[k]
            row = onward[k]
            for j in range(4 * hidden):
                gates[j] += weight * row[j]
        for k in range(hidden):
            entry = one / (one + np.exp(-gates[k]))
            keep = one / (one + np.exp(-gates[hidden + k]))
            leave = one / (one + np.exp(-gates[3 * hidden + k]))
            c[k] = keep * c[k] + entry * np.tanh(gates[2 * hidden + k])
            h[k] = leave * np.tanh(c[k])
            states[t, way * hidden + k] = h[k]


@kernel
def gru_states(of_input, onward, onward_bias, way, states):
    """Run one direction of a GRU from a state of zeros; the gates are reset, update and new.

    Parameters
    ----------
    of_input : (frames, 3 * hidden) float32
        The inputs' share in the gates, with their bias.
    onward : (hidden, 3 * hidden) float32
    onward_bias : (3 * hidden,) float32
    way : int
        0 from the first frame to the last, 1 back.
    states : (frames, 2 * hidden) float32
        The half of the direction is written.
    """
    frames, hidden = len(of_input), len(onward)
    h = np.zeros(hidden, np.float32)
    of_state = np.empty(3 * hidden, np.float32)
    one = np.float32(1)
    for step in range(frames):
        t = frames - 1 - step if way else step
        of_state[:] = onward_bias
        for k in range(hidden):
            weight = h[k]
            row = onward[k]
            for j in range(3 * hidden):
                of_state[j] += weight * row[j]
        for k in range(hidden):
            reset = one / (one + np.exp(-(of_input[t, k] + of_state[k])))
            update = one / (one + np.exp(-(of_input[t, hidden + k] + of_state[hidden + k])))
            new = np.tanh(of_input[t, 2 * hidden + k] + reset * of_state[2 * hidden + k])
            h[k] = (one - update) * new + update * h[k]
            states[t, way * hidden + k] = h[k]
