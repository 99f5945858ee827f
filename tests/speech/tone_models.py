"""Models that recognise tones: networks of random weights, whose last layer is fitted to their states."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from tone_words import SR, spoken

from nlpkit.registry import resolve
from nlpkit.speech.recognition import CnnClassifier, CnnOptions, CtcOptions, CtcRecognizer
from nlpkit.speech.recognition.front import Front, front_features
from nlpkit.training.weights import weights_of

LETTERS = " abc"
_EACH = 40
_SIZE = 20.0  # of the logit of the right token


@lru_cache
def tone_classifier(labels: Sequence[str] = ("a", "b", "c", "_other_")) -> CnnClassifier:
    """Return a classifier of tones, of which some are close to its limit; silence is ``_other_``, and is rejected."""
    clips = [spoken("   " if label == "_other_" else 3 * label, seed) for label in labels for seed in range(_EACH)]
    targets = np.repeat(np.arange(len(labels)), _EACH)
    front = Front.fitted(front_features(SR, 20), clips)
    options = CnnOptions(n_mels=20, n_labels=len(labels), channels=(32,))
    network, states = _random(CnnClassifier, options), []
    with torch.inference_mode():
        for clip in clips:
            values, lengths = front.features([clip])
            states.append(network.pooled(torch.from_numpy(values), torch.from_numpy(lengths)).numpy())
    weights = _fitted(network, np.concatenate(states), targets, len(labels))
    rejects = tuple(label for label in labels if label == "_other_")
    return CnnClassifier(options, front, weights, labels=labels, rejects=rejects, limit=0.9)


@lru_cache
def tone_recognizer() -> CtcRecognizer:
    """Return a recogniser of letters a, b, c and spaces, each of which is a tone or a silence."""
    texts = ["abc", "a bc", "cab", "b ac", "c b a", "aabbcc", "bca", "ac b"]
    clips = [spoken(text, seed) for seed, text in enumerate(texts)]
    front = Front.fitted(front_features(SR, 20), clips)
    options = CtcOptions(n_mels=20, n_tokens=1 + len(LETTERS), channels=16, hidden_size=32, layers=1)
    network = _random(CtcRecognizer, options)
    states, targets = [], []
    with torch.inference_mode():
        for clip, text in zip(clips, texts, strict=True):
            values, lengths = front.features([clip])
            found = network.states(torch.from_numpy(values), torch.from_numpy(lengths))[0][0].numpy()
            states.append(found)
            targets.append(_tokens(clip, text, len(found)))
    weights = _fitted(network, np.concatenate(states), np.concatenate(targets), options.n_tokens)
    return CtcRecognizer(options, front, weights, letters=LETTERS)


def _tokens(clip: np.ndarray, text: str, frames: int) -> np.ndarray:
    """Return the token of each frame: that of the letter in the middle of a tone, blank between tones."""
    edges = np.linspace(0.05, len(clip) / SR - 0.05, len(text) + 1) / (len(clip) / SR) * frames
    tokens = np.zeros(frames, np.int64)
    for letter, start, end in zip(text, edges[:-1], edges[1:], strict=True):
        third = (end - start) / 4
        tokens[round(start + third) : round(end - third)] = 1 + LETTERS.index(letter)
    return tokens


def _random(cls: Any, options: Any) -> Any:
    torch.manual_seed(0)
    return resolve("network", {"network": cls.network})(options).eval()


def _fitted(network: Any, states: np.ndarray, targets: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Return the weights of a network whose last layer is fitted by least squares."""
    x = np.hstack([states, np.ones((len(states), 1))]).astype(np.float64)
    aim = _SIZE * np.eye(n)[targets]
    found = np.linalg.solve(x.T @ x + 1e-6 * len(x) * np.eye(x.shape[1]), x.T @ aim)
    weights = weights_of(network)
    weights["output.weight"] = np.ascontiguousarray(found[:-1].T, np.float32)
    weights["output.bias"] = found[-1].astype(np.float32)
    return weights
