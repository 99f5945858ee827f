"""Layers over one clip, as products of NumPy and a compiled recurrence.

Each clip is computed by itself, so that no neighbour in a batch changes its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Arrays = Mapping[str, np.ndarray]

_EPS = 1e-5  # of batch normalisation: see nlpkit.speech.recognition._convolution_torch


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """A convolution whose batch normalisation is folded into its weights.

    Attributes
    ----------
    weights : (after, before * kernel area) float32 array
    bias : (after,) float32 array
    kernel, stride : (int, int)
        Bands and frames.
    """

    weights: np.ndarray
    bias: np.ndarray
    kernel: tuple[int, int]
    stride: tuple[int, int]

    @classmethod
    def of(cls, arrays: Arrays, name: str, stride: tuple[int, int]) -> Convolution:
        """Return the convolution of a `nlpkit.speech.recognition._convolution_torch.ConvBlock`."""
        norm = {each: arrays[f"{name}.norm.{each}"].astype(np.float64) for each in _NORM}
        scale = norm["weight"] / np.sqrt(norm["running_var"] + _EPS)
        weights = arrays[f"{name}.conv.weight"].astype(np.float64) * scale[:, None, None, None]
        return cls(
            weights=weights.reshape(len(weights), -1).astype(np.float32),
            bias=(norm["bias"] - norm["running_mean"] * scale).astype(np.float32),
            kernel=(weights.shape[2], weights.shape[3]),
            stride=stride,
        )

    @classmethod
    def plain(cls, weights: np.ndarray, stride: tuple[int, int]) -> Convolution:
        """Return a convolution without bias."""
        flat = weights.reshape(len(weights), -1).astype(np.float32)
        bias = np.zeros(len(weights), np.float32)
        return cls(weights=flat, bias=bias, kernel=(weights.shape[2], weights.shape[3]), stride=stride)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Convolve (before, bands, frames) with zeros around it; return (after, bands', frames')."""
        (high, wide), (down, across) = self.kernel, self.stride
        if self.kernel == (1, 1):
            columns = x[:, ::down, ::across]
            shape = columns.shape[1:]
        else:
            x = np.pad(x, ((0, 0), (high // 2, high // 2), (wide // 2, wide // 2)))
            windows = np.lib.stride_tricks.sliding_window_view(x, self.kernel, axis=(1, 2))[:, ::down, ::across]
            shape = windows.shape[1:3]
            columns = windows.transpose(0, 3, 4, 1, 2)
        made = self.weights @ columns.reshape(self.weights.shape[1], -1)
        made += self.bias[:, None]
        return made.reshape(-1, *shape)


@dataclass(frozen=True, kw_only=True)
class Residual:
    """Two convolutions, whose result is added to the input: y = relu(x' + conv(relu(conv(x)))).

    Attributes
    ----------
    shortcut : Convolution or None
        Gives x' its shape, if it is another.
    first, second : Convolution
    """

    shortcut: Convolution | None
    first: Convolution
    second: Convolution

    @classmethod
    def of(cls, arrays: Arrays, name: str, stride: tuple[int, int]) -> Residual:
        """Return the block of a `nlpkit.speech.recognition._cnn_torch.ResidualBlock`."""
        shortcut = arrays.get(f"{name}.shortcut.weight")
        return cls(
            shortcut=None if shortcut is None else Convolution.plain(shortcut, stride),
            first=Convolution.of(arrays, f"{name}.first", stride),
            second=Convolution.of(arrays, f"{name}.second", (1, 1)),
        )

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return y (after, bands', frames') of x (before, bands, frames)."""
        plus = x if self.shortcut is None else self.shortcut(x)
        made = self.second(rectified(self.first(x)))
        made += plus
        return rectified(made)


_NORM = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A layer of an LSTM or GRU in both directions.

    Attributes
    ----------
    cell : {"lstm", "gru"}
    inward : pair of (size, gates * hidden) float32 arrays
        Input weights of the two directions.
    onward : pair of (hidden, gates * hidden) float32 arrays
    inward_bias, onward_bias : pair of (gates * hidden,) float32 arrays
    """

    cell: str
    inward: tuple[np.ndarray, np.ndarray]
    onward: tuple[np.ndarray, np.ndarray]
    inward_bias: tuple[np.ndarray, np.ndarray]
    onward_bias: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, arrays: Arrays, name: str, layer: int, cell: str) -> Recurrence:
        """Return a layer of torch's ``nn.LSTM`` or ``nn.GRU``."""

        def both(kind: str) -> tuple[np.ndarray, np.ndarray]:
            found = [arrays[f"{name}.{kind}_l{layer}{way}"].astype(np.float32) for way in ("", "_reverse")]
            return np.ascontiguousarray(found[0].T), np.ascontiguousarray(found[1].T)

        return cls(
            cell=cell,
            inward=both("weight_ih"),
            onward=both("weight_hh"),
            inward_bias=both("bias_ih"),
            onward_bias=both("bias_hh"),
        )

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the states (frames, 2 hidden) of (frames, size)."""
        from nlpkit.speech.recognition._recurrence_numba import gru_states, lstm_states

        hidden = len(self.onward[0])
        states = np.empty((len(x), 2 * hidden), np.float32)
        for way in range(2):
            of_input = x @ self.inward[way]
            of_input += self.inward_bias[way]
            if self.cell == "lstm":
                of_input += self.onward_bias[way]
                lstm_states(of_input, self.onward[way], way, states)
            else:
                gru_states(of_input, self.onward[way], self.onward_bias[way], way, states)
        return states


def linear(x: np.ndarray, arrays: Arrays, name: str) -> np.ndarray:
    """Return x W' + b of a layer of torch's ``nn.Linear``."""
    made = x @ arrays[f"{name}.weight"].T
    return made + arrays[f"{name}.bias"] if f"{name}.bias" in arrays else made


def rectified(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0), in place."""
    return np.maximum(x, 0, out=x)
