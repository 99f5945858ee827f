"""The network of `nlpkit.speech.recognition.networks.cnn`, without torch."""

from __future__ import annotations

import numpy as np

from nlpkit.speech.recognition.cnn_options import CnnOptions
from nlpkit.speech.recognition.inference.layers import Arrays, Convolution, linear, rectified


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
        self._blocks = []
        for number in range(len(options.channels)):
            name, stride = f"blocks.{number}", (1, 1) if number == 0 else (2, 2)
            shortcut = arrays.get(f"{name}.shortcut.weight")
            self._blocks.append(
                (
                    None if shortcut is None else Convolution.plain(shortcut, stride),
                    Convolution.of(arrays, f"{name}.first", stride),
                    Convolution.of(arrays, f"{name}.second", (1, 1)),
                )
            )
        self._output = {name: arrays[name].astype(np.float32) for name in ("output.weight", "output.bias")}

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the logits (n_labels,) of one clip's features (n_mels, frames)."""
        x = rectified(self._stem(features[None]))
        for shortcut, first, second in self._blocks:
            plus = x if shortcut is None else shortcut(x)
            x = second(rectified(first(x)))
            x += plus
            rectified(x)
        flat = x.reshape(-1, x.shape[2])
        pooled = np.concatenate([flat.mean(1), flat.max(1)])
        return linear(pooled, self._output, "output")
