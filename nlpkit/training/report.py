"""Reports of a training: its progress, each validation, and its result.

Metrics of a task, such as BLEU, stand in ``metrics`` by name, and are attributes too: ``row.bleu``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


class _Named:
    """Entries of the mappings named in `_MAPPINGS` are attributes, and stand flat in JSON."""

    _MAPPINGS: tuple[str, ...] = ("metrics",)

    def __getattr__(self, name: str) -> Any:
        for mapping in type(self)._MAPPINGS:
            entries = self.__dict__.get(mapping, {})
            if name in entries:
                return entries[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        flat = {key: value for key, value in asdict(self).items() if key not in self._MAPPINGS}  # type: ignore[call-overload]
        for mapping in self._MAPPINGS:
            flat |= getattr(self, mapping)
        return flat


@dataclass(frozen=True, kw_only=True)
class TrainingProgress(_Named):
    """Progress of a training.

    Attributes
    ----------
    step, epoch, epochs : int
        Steps of the optimizer so far; the current pass over the data, from 1; most passes, 0 without a limit.
    epoch_share : float
        Share of the epoch that is done, 0 to 1.
    tokens : int
        Units trained so far, by all processes: target tokens in translation, labels or clips in other tasks.
    loss : float
        Mean loss of a token since the last validation.
    learning_rate : float
    tokens_per_second : float
        Speed of this run, without validations and checkpoints.
    seconds, seconds_left : float
        Time so far; and to the end, infinite where nothing sets one. ``patience`` may end it earlier.
    valid_loss : float or None
        Loss of the last validation.
    metrics : mapping of str to float
        Metrics of the last validation, such as ``bleu``; None before the first.
    """

    step: int
    epoch: int
    epochs: int
    epoch_share: float
    tokens: int
    loss: float
    learning_rate: float
    tokens_per_second: float
    seconds: float
    seconds_left: float
    valid_loss: float | None
    metrics: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HistoryRow(_Named):
    """One validation.

    Attributes
    ----------
    step, epoch, tokens : int
        Steps, complete epochs and tokens by then.
    seconds : float
        Duration of the training by then.
    train_loss : float
        Mean loss of a token over what was trained since the last validation, with dropout, without label smoothing.
    valid_loss : float or None
        The same over the validation data; None without any.
    learning_rate, tokens_per_second : float
    metrics : mapping of str to float
        Metrics of the validation data, such as ``bleu`` (greedy translations, 0 to 100); None where not computed.
    """

    step: int
    epoch: int
    tokens: int
    seconds: float
    train_loss: float
    valid_loss: float | None
    learning_rate: float
    tokens_per_second: float
    metrics: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def loss(self) -> float:
        """Loss that decides how good the model is: of the validation, or of the training without validation data."""
        return self.train_loss if self.valid_loss is None else self.valid_loss

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a row from what `as_json` returned."""
        own = {entry.name for entry in fields(cls)}
        metrics = {name: value for name, value in stored.items() if name not in own}
        return cls(**{name: value for name, value in stored.items() if name in own}, metrics=metrics)


@dataclass(frozen=True, kw_only=True)
class ValidationReport:
    """A validation that has just been made.

    Attributes
    ----------
    row : HistoryRow
    is_best : bool
        Whether it is the best so far.
    samples : tuple
        A few outputs of the task, such as translations beside their references.
    """

    row: HistoryRow
    is_best: bool
    samples: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingResult(_Named):
    """Result of a training. The model has the weights that were chosen.

    Attributes
    ----------
    history : tuple of HistoryRow
    chosen_steps : tuple of int
        The step whose weights were chosen, or the steps whose mean was.
    valid_loss : float or None
        Validation loss of the chosen weights; None without validation data.
    metrics : mapping of str to float
        Their validation metrics, such as ``bleu``.
    ended_by : str
        "epochs", "max_steps", "minutes" or "patience".
    steps, epochs, tokens : int
        Steps of the optimizer, complete passes, tokens.
    seconds : float
        Duration, interrupted runs included.
    tokens_per_second : float
        Speed of this run, without validations and checkpoints.
    precision, device : str
    is_main : bool
        False in the further processes of a training on several devices: only the main one has the chosen weights.
    resumed_at : int or None
        The step from which the training was resumed.
    summary : mapping
        Entries of the task. Translation's are ``pairs`` and ``valid_pairs``, the numbers of pairs for training and
        validation; ``left_out``, pairs of either with more pieces than ``max_length``; and ``padding``, the share of
        padding in an epoch's batches.
    """

    _MAPPINGS = ("metrics", "summary")

    history: tuple[HistoryRow, ...]
    chosen_steps: tuple[int, ...]
    valid_loss: float | None
    metrics: Mapping[str, float | None]
    ended_by: str
    steps: int
    epochs: int
    tokens: int
    seconds: float
    tokens_per_second: float
    precision: str
    device: str
    is_main: bool
    resumed_at: int | None
    summary: Mapping[str, Any]
