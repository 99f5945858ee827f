"""Functions of the plain models: activations, layer norm, softmax, positions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def gelu(x: Array) -> Array:
    """x Φ(x), with the exact distribution function of the normal distribution."""
    from scipy.special import erf

    made: Array = (0.5 * x * (1 + erf(x * np.float32(0.5**0.5)))).astype(x.dtype)
    return made


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2."""
    made: Array = np.tanh(x * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    return made


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, x * np.float32(0.01)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    "tanh": np.tanh,
}


def layer_norm(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Array:
    """Normalise each row (..., d) to mean 0 and variance 1, then scale and shift it (Ba et al. 2016)."""
    mean = x.mean(-1, keepdims=True)
    offset = x - mean
    variance = np.square(offset).mean(-1, keepdims=True)
    made: Array = offset / np.sqrt(variance + np.float32(eps)) * weight + bias
    return made


def softmax(scores: Array) -> Array:
    """Return the softmax over the last axis; -inf has no share."""
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    made: Array = shares / shares.sum(-1, keepdims=True)
    return made


def sinusoids(n_positions: int, d_model: int) -> Array:
    """Return the positions 0 to ``n_positions`` - 1 as rows (n_positions, d_model), as `nlpkit.layers.positions` does.

    Examples
    --------
    >>> sinusoids(2, 2).round(4).tolist()
    [[0.0, 1.0], [0.8414999842643738, 0.5403000116348267]]
    """
    exponents = np.arange((d_model + 1) // 2, dtype=np.float64) * 2 / d_model
    angles = np.arange(n_positions, dtype=np.float64)[:, None] / 10000**exponents
    return np.concatenate([np.sin(angles), np.cos(angles[:, : d_model // 2])], axis=1).astype(np.float32)
