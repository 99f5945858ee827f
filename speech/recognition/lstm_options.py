"""LstmOptions: sizes of the recurrent classifier."""

from __future__ import annotations

from dataclasses import dataclass

from nlpkit.errors import require_number, require_whole


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
    hidden_size: int = 96
    layers: int = 2
    dropout: float = 0.3

    def __post_init__(self) -> None:
        for name in ("n_mels", "n_labels", "stack", "hidden_size", "layers"):
            require_whole(name, getattr(self, name), 1)
        require_number("dropout", self.dropout, 0, 0.99)
