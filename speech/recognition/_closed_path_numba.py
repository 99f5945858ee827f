"""Compiled search for the likeliest path through words of a closed vocabulary."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel


@kernel
def closed_path(log_p, gap, tokens, opens, closes, skips, penalty):
    """Return the state of each frame: the Viterbi algorithm (Forney 1973) over words and the gaps between them.

    Parameters
    ----------
    log_p : (frames, n_tokens) float64
    gap : (frames,) float64
        Log-probability of a frame between words.
    tokens : (states,) int64
        Token of each state: letters of a word with a blank between them, one word after the other.
    opens, closes, skips : (states,) bool
        Whether a state is a word's first one, its last one, and may be reached from the last letter without a blank.
    penalty : float
        Cost of a word that follows another one without a gap.

    Returns
    -------
    path : (frames,) int64
        Number of a state, or ``states`` for a gap.
    begins : (frames,) bool
        Whether a word begins in a frame.
    """
    frames, states = len(log_p), len(tokens)
    before = np.full(states + 1, -np.inf)
    after = np.full(states + 1, -np.inf)
    came = np.full((frames, states + 1), -1, np.int32)
    path = np.empty(frames, np.int64)
    begins = np.zeros(frames, np.bool_)
    for s in range(states):
        if opens[s]:
            before[s] = log_p[0, tokens[s]]
    before[states] = gap[0]
    for t in range(1, frames):
        end = states
        for s in range(states):
            if closes[s] and (end == states or before[s] > before[end]):
                end = s
        for s in range(states):
            best, source = before[s], s
            if opens[s]:
                if before[states] > best:
                    best, source = before[states], states
                if end < states and before[end] - penalty > best and tokens[end] != tokens[s]:
                    best, source = before[end] - penalty, end
            else:
                if before[s - 1] > best:
                    best, source = before[s - 1], s - 1
                if skips[s] and before[s - 2] > best:
                    best, source = before[s - 2], s - 2
            after[s] = best + log_p[t, tokens[s]]
            came[t, s] = source
        best, source = before[states], states
        if end < states and before[end] > best:
            best, source = before[end], end
        after[states] = best + gap[t]
        came[t, states] = source
        before, after = after, before
    state = states
    for s in range(states):
        if closes[s] and before[s] > before[state]:
            state = s
    for t in range(frames - 1, -1, -1):
        path[t] = state
        begins[t] = state < states and opens[state] and came[t, state] != state
        state = came[t, state]
    return path, begins
