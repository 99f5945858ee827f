"""The network of `nlpkit.speech.recognition.networks.ctc`, without torch."""

from __future__ import annotations

import numpy as np

from nlpkit.speech.recognition.ctc_options import CtcOptions
from nlpkit.speech.recognition.inference.layers import Arrays, Convolution, Recurrence, linear, rectified


class CtcInference:
    """Logits of tokens.

    Parameters
    ----------
    options : CtcOptions
    arrays : mapping of str to array
        Weights by torch's names.
    """

    def __init__(self, options: CtcOptions, arrays: Arrays) -> None:
        strides = options.strides
        self._first = Convolution.of(arrays, "first", (2, strides[0]))
        self._second = Convolution.of(arrays, "second", (2, strides[1]))
        self._layers = [Recurrence.of(arrays, "reader.rnn", n, options.cell) for n in range(options.layers)]
        self._output = {name: arrays[name].astype(np.float32) for name in ("output.weight", "output.bias")}

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the logits (frames', n_tokens) of one clip's features (n_mels, frames)."""
        x = rectified(self._first(features[None]))
        x = rectified(self._second(x))
        x = x.transpose(2, 0, 1).reshape(x.shape[2], -1)
        for layer in self._layers:
            x = layer(x)
        return linear(x, self._output, "output")
