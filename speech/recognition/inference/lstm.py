"""The network of `nlpkit.speech.recognition.networks.lstm`, without torch."""

from __future__ import annotations

import numpy as np

from nlpkit.speech.recognition.inference.layers import Arrays, Recurrence, linear, rectified
from nlpkit.speech.recognition.lstm_options import LstmOptions


class LstmInference:
    """Logits of labels.

    Parameters
    ----------
    options : LstmOptions
    arrays : mapping of str to array
        Weights by torch's names.
    """

    def __init__(self, options: LstmOptions, arrays: Arrays) -> None:
        self._stack = options.stack
        self._arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
        self._layers = [Recurrence.of(arrays, "reader.rnn", n, "lstm") for n in range(options.layers)]

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the logits (n_labels,) of one clip's features (n_mels, frames)."""
        frames = np.pad(features, ((0, 0), (0, -features.shape[1] % self._stack))).T
        x = rectified(linear(frames.reshape(-1, self._stack * len(features)), self._arrays, "input"))
        for layer in self._layers:
            x = layer(x)
        scores = linear(np.tanh(linear(x, self._arrays, "keys")), self._arrays, "query")[:, 0]
        weights = np.exp(scores - scores.max())
        return linear((weights / weights.sum()) @ x, self._arrays, "output")
