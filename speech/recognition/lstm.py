"""LSTM: a bidirectional LSTM over the frames of each clip, summed up by attention.

An LSTM (Hochreiter and Schmidhuber 1997) reads the frames in both directions (Graves and Schmidhuber 2005). The states
h are weighted by softmax(v · tanh(W h)) (Lin et al. 2017), and their sum gives the label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlpkit.errors import require_number, require_whole
from nlpkit.speech.recognition.layers import Arrays, Recurrence, linear, rectified


@dataclass(frozen=True, kw_only=True)
class LstmOptions:
    """Sizes of a `nlpkit.speech.recognition.LstmClassifier`.

    Parameters
    ----------
    n_mels : int
        Mel bands of the features.
    n_labels : int
    stack : int
        Frames that are read in one step.
    hidden_size : int
        Size of the state of each direction.
    layers : int
    dropout : float

    Raises
    ------
    ParameterError
        If a value is out of range.
    """

    n_mels: int = 40
    n_labels: int
    stack: int = 2
    hidden_size: int = 128
    layers: int = 2
    dropout: float = 0.3

    def __post_init__(self) -> None:
        for name in ("n_mels", "n_labels", "stack", "hidden_size", "layers"):
            require_whole(name, getattr(self, name), 1)
        require_number("dropout", self.dropout, 0, 0.99)

    @property
    def n_outputs(self) -> int:
        """Size of the last layer."""
        return self.n_labels


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
