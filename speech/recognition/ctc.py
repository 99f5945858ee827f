"""CTC: speech to text by connectionist temporal classification (Graves et al. 2006).

A network gives each frame a letter or a blank. A text is a path of such frames, without blanks and repetitions;
training adds up the probabilities of all paths of a text, and `nlpkit.speech.recognition.greedy.best_path` takes the
likeliest path. Beam search is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlpkit.errors import is_whole, require, require_number, require_whole
from nlpkit.speech.recognition.layers import Arrays, Convolution, Recurrence, Residual, linear, rectified


@dataclass(frozen=True, kw_only=True)
class CtcOptions:
    """Sizes of a `nlpkit.speech.recognition.CtcRecognizer`.

    Parameters
    ----------
    n_mels : int
        Mel bands of the features.
    n_tokens : int
        Letters or sub-words, and the blank, which is token 0.
    stride : {1, 2, 4}
        Frames of features per frame of the output: with 10 ms per frame, 2 gives a token at most every 20 ms.
    channels : int
        Channels of the two convolutions.
    blocks : int or sequence of int
        Channels of each residual block that follows; each halves the bands. Default: none.
    cell : {"lstm", "gru"}
    hidden_size : int
        Size of the state of each direction.
    layers : int
        Recurrent layers.
    dropout : float

    Raises
    ------
    ParameterError
        If a value is out of range.
    """

    n_mels: int = 40
    n_tokens: int
    stride: int = 2
    channels: int = 32
    blocks: tuple[int, ...] = ()
    cell: str = "lstm"
    hidden_size: int = 96
    layers: int = 2
    dropout: float = 0.2

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", (self.blocks,) if is_whole(self.blocks, 0) else tuple(self.blocks))
        for value in self.blocks:
            require_whole("blocks", value, 1)
        for name in ("n_mels", "n_tokens", "channels", "hidden_size", "layers"):
            require_whole(name, getattr(self, name), 1)
        require(self.stride in (1, 2, 4), "stride", self.stride, "1, 2 or 4")
        require(self.cell in ("lstm", "gru"), "cell", self.cell, "lstm or gru")
        require_number("dropout", self.dropout, 0, 0.99)

    @property
    def strides(self) -> tuple[int, int]:
        """Strides over time of the two convolutions."""
        return 2 if self.stride > 1 else 1, 2 if self.stride == 4 else 1

    @property
    def bands(self) -> int:
        """Bands behind all convolutions."""
        return -(-self.n_mels // 2 ** (2 + len(self.blocks)))

    @property
    def n_outputs(self) -> int:
        """Size of the last layer."""
        return self.n_tokens


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
        self._blocks = [Residual.of(arrays, f"blocks.{number}", (2, 1)) for number in range(len(options.blocks))]
        self._layers = [Recurrence.of(arrays, "reader.rnn", n, options.cell) for n in range(options.layers)]
        self._output = {name: arrays[name].astype(np.float32) for name in ("output.weight", "output.bias")}

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the logits (frames', n_tokens) of one clip's features (n_mels, frames)."""
        x = rectified(self._first(features[None]))
        x = rectified(self._second(x))
        for block in self._blocks:
            x = block(x)
        x = x.transpose(2, 0, 1).reshape(x.shape[2], -1)
        for layer in self._layers:
            x = layer(x)
        return linear(x, self._output, "output")
