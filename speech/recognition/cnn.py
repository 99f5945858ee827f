"""CNN: a small residual network on the spectrogram of each clip.

The spectrogram is a picture, in which the network finds patterns of some frames and bands, whenever they occur. Each
block adds its convolutions to its input (He et al. 2016), as in small networks for spoken commands (Tang and Lin 2018):
y = relu(x + conv(relu(conv(x)))). The mean and the maximum over time of each channel and band
give the label. Batch normalisation is left out of
the statistics of padding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlpkit.errors import is_whole, require, require_number, require_whole
from nlpkit.speech.recognition.layers import Arrays, Convolution, Residual, linear, rectified


@dataclass(frozen=True, kw_only=True)
class CnnOptions:
    """Sizes of a `nlpkit.speech.recognition.CnnClassifier`.

    Parameters
    ----------
    n_mels : int
        Mel bands of the features.
    n_labels : int
    channels : int or sequence of int
        Channels of each residual block; from the second on, each halves bands and frames.
    dropout : float

    Raises
    ------
    ParameterError
        If a value is out of range.
    """

    n_mels: int = 40
    n_labels: int
    channels: tuple[int, ...] = (32, 48, 64)
    dropout: float = 0.2

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", (self.channels,) if is_whole(self.channels, 0) else tuple(self.channels))
        require(len(self.channels) > 0, "channels", self.channels, "the number of channels of each block")
        for value in self.channels:
            require_whole("channels", value, 1)
        for name in ("n_mels", "n_labels"):
            require_whole(name, getattr(self, name), 1)
        require_number("dropout", self.dropout, 0, 0.99)

    @property
    def n_outputs(self) -> int:
        """Size of the last layer."""
        return self.n_labels


class CnnInference:
    """Logits of labels.

    Parameters
    ----------
    options : CnnOptions
    arrays : mapping of str to array
        Weights by torch's names.
    """

    def __init__(self, options: CnnOptions, arrays: Arrays) -> None:
        self._stem = Convolution.of(arrays, "stem", (2, 2))
        self._blocks = [
            Residual.of(arrays, f"blocks.{number}", (1, 1) if number == 0 else (2, 2))
            for number in range(len(options.channels))
        ]
        self._output = {name: arrays[name].astype(np.float32) for name in ("output.weight", "output.bias")}

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the logits (n_labels,) of one clip's features (n_mels, frames)."""
        x = rectified(self._stem(features[None]))
        for block in self._blocks:
            x = block(x)
        flat = x.reshape(-1, x.shape[2])
        pooled = np.concatenate([flat.mean(1), flat.max(1)])
        return linear(pooled, self._output, "output")
