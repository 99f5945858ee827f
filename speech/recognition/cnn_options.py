"""CnnOptions: sizes of the convolutional classifier."""

from __future__ import annotations

from dataclasses import dataclass

from nlpkit.errors import require, require_number, require_whole


@dataclass(frozen=True, kw_only=True)
class CnnOptions:
    """Sizes of a `nlpkit.speech.recognition.CnnClassifier`.

    Parameters
    ----------
    n_mels : int
        Mel bands of the features.
    n_labels : int
    channels : sequence of int
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
        object.__setattr__(self, "channels", tuple(self.channels))
        require(len(self.channels) > 0, "channels", self.channels, "the number of channels of each block")
        for value in self.channels:
            require_whole("channels", value, 1)
        for name in ("n_mels", "n_labels"):
            require_whole(name, getattr(self, name), 1)
        require_number("dropout", self.dropout, 0, 0.99)
