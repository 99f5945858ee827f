"""Searches that decoding is held against: float64, sentence by sentence, plain Python, by teacher forcing only."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from nlpkit.translation.model import TranslationModel

NextLogProbs = Callable[[tuple[int, ...]], np.ndarray]


class Found(NamedTuple):
    tokens: list[int]
    score: float
    log_prob: float
    finished: bool


def next_log_probs(
    model: TranslationModel, source: Sequence[int], *, allowed: bool = True, ngram: int = 0
) -> NextLogProbs:
    """Return a function from a target's beginning to the log-probabilities of what follows; -inf for what mustn't."""
    src = torch.tensor([[*source, model.eos_id]])

    @lru_cache(None)
    def after(tokens: tuple[int, ...]) -> np.ndarray:
        with torch.inference_mode():
            logits = model(src, torch.tensor([src.shape[1]]), torch.tensor([[model.start_id, *tokens]]))[0, -1]
        log_probs = logits.double().log_softmax(-1).numpy().copy()
        if allowed:
            log_probs[list(model.never)] = -np.inf
        for i in range(len(tokens) - ngram + 1 if ngram else 0):
            if tokens[i : i + ngram - 1] == tokens[len(tokens) - ngram + 1 :]:
                log_probs[tokens[i + ngram - 1]] = -np.inf
        return log_probs

    return after


def exhaustive(
    model: TranslationModel,
    source: Sequence[int],
    words: Sequence[int],
    limit: int,
    alpha: float,
    fulfils: Callable[[list[int]], bool] = lambda tokens: True,
) -> list[Found]:
    """Score every target of at most ``limit`` tokens, the end counted, that fulfils a condition; best first."""
    longest = torch.tensor([*itertools.product(words, repeat=limit - 1)])
    src = torch.tensor([[*source, model.eos_id]]).expand(len(longest), -1)
    trg_in = torch.cat([torch.full_like(longest[:, :1], model.start_id), longest], dim=1)
    with torch.no_grad():
        log_probs = model(src, torch.full_like(src[:, 0], src.shape[1]), trg_in).double().log_softmax(-1)
    word_sums = log_probs[:, :-1].gather(2, longest[..., None])[..., 0].cumsum(1)
    ends = log_probs[..., model.eos_id]
    ends[:, 1:] += word_sums
    found = {}
    for line, sums in zip(longest.tolist(), ends.tolist(), strict=True):
        for n in range(limit):
            found[tuple(line[:n])] = Found(line[:n], sums[n] / (n + 1) ** alpha, sums[n], True)
    return sorted((one for one in found.values() if fulfils(one.tokens)), key=lambda one: -one.score)


def greedy(after: NextLogProbs, eos: int, limit: int) -> Found:
    tokens: list[int] = []
    log_prob = 0.0
    while len(tokens) < limit:
        token = int(after(tuple(tokens)).argmax())
        log_prob += after(tuple(tokens))[token]
        if token == eos:
            return Found(tokens, math.nan, log_prob, True)
        tokens.append(token)
    return Found(tokens, math.nan, log_prob, False)


def beam_search(
    after: NextLogProbs, eos: int, limit: int, beam: int, alpha: float, stop: str, n_best: int
) -> tuple[list[Found], float]:
    """Return the n best, and the narrowest decision: the least by which what was kept was better than what wasn't."""
    running: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    pool: list[Found] = []
    cut_off: list[Found] = []
    size = beam if stop == "heuristic" else n_best
    narrowest = math.inf
    for step in range(limit):
        length = step + 1
        candidates = [
            (total + log_prob, (*tokens, token))
            for total, tokens in running
            for token, log_prob in enumerate(after(tokens))
            if log_prob > -math.inf
        ]
        candidates.sort(key=lambda one: -one[0])
        candidates = candidates[: 2 * beam + 1]
        if len(candidates) > beam and eos in (candidates[beam - 1][1][-1], candidates[beam][1][-1]):
            narrowest = min(narrowest, candidates[beam - 1][0] - candidates[beam][0])
        for total, tokens in candidates[:beam]:
            ends = tokens[-1] == eos
            if ends or length == limit:
                one = Found(list(tokens[:-1] if ends else tokens), total / length**alpha, total, ends)
                (pool if ends or stop == "heuristic" else cut_off).append(one)
        pool.sort(key=lambda one: -one.score)
        narrowest = min([narrowest, *(a.score - b.score for a, b in itertools.pairwise(pool[: size + 1]))])
        pool = pool[:size]
        running = [one for one in candidates if one[1][-1] != eos]
        if len(running) > beam:
            narrowest = min(narrowest, running[beam - 1][0] - running[beam][0])
        running = [one for one in candidates[: 2 * beam] if one[1][-1] != eos][:beam]
        if not running:
            break
        if len(pool) == size and length < limit:
            hoped = running[0][0] / (length if stop == "heuristic" else limit) ** alpha
            narrowest = min(narrowest, abs(hoped - pool[-1].score))
            if hoped <= pool[-1].score:
                break
    return (pool + sorted(cut_off, key=lambda one: -one.score))[:n_best], narrowest
