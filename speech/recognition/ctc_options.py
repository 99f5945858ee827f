"""CtcOptions: sizes of the recogniser by CTC."""

from __future__ import annotations

from dataclasses import dataclass

from nlpkit.errors import require, require_number, require_whole


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
    cell: str = "lstm"
    hidden_size: int = 96
    layers: int = 2
    dropout: float = 0.2

    def __post_init__(self) -> None:
        for name in ("n_mels", "n_tokens", "channels", "hidden_size", "layers"):
            require_whole(name, getattr(self, name), 1)
        require(self.stride in (1, 2, 4), "stride", self.stride, "1, 2 or 4")
        require(self.cell in ("lstm", "gru"), "cell", self.cell, "lstm or gru")
        require_number("dropout", self.dropout, 0, 0.99)

    @property
    def strides(self) -> tuple[int, int]:
        """Strides over time of the two convolutions."""
        return 2 if self.stride > 1 else 1, 2 if self.stride == 4 else 1
