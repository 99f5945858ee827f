"""What a training tells: as it goes, at each validation, and at its end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainingProgress:
    """How far a training is.

    Attributes
    ----------
    step, epoch, epochs : int
        Steps of the optimizer that are done; the pass over the pairs that is under way, from 1; how many there are at
        most, 0 where there is no limit.
    epoch_share : float
        How much of the epoch is done, 0 to 1.
    tokens : int
        Target tokens trained so far, by all processes.
    loss : float
        -log p of a target token, mean since the last validation.
    learning_rate : float
    tokens_per_second : float
        Target tokens, validations and checkpoints not counted.
    seconds, seconds_left : float
        So far; and to the end, infinite where nothing sets one. It may end sooner, by ``patience``.
    bleu, valid_loss : float or None
        Of the last validation.
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
    bleu: float | None
    valid_loss: float | None


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """How well a model did at one validation.

    Attributes
    ----------
    step, epoch, tokens : int
        Done by then; an epoch counts when it is complete.
    seconds : float
        The training's, up to then.
    train_loss : float
        -log p of a target token, without label smoothing: mean over what was trained since the last validation, with
        dropout.
    valid_loss : float or None
        The same over the validation data; None where there are none.
    bleu : float or None
        Of greedy translations of the validation data, 0 to 100; None where nothing could be translated.
    learning_rate, tokens_per_second : float
    """

    step: int
    epoch: int
    tokens: int
    seconds: float
    train_loss: float
    valid_loss: float | None
    bleu: float | None
    learning_rate: float
    tokens_per_second: float

    @property
    def loss(self) -> float:
        """What says how good the model is: the validation's loss, or the training's where there is none."""
        return self.train_loss if self.valid_loss is None else self.valid_loss


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sentence of the validation data as the model translates it now.

    Attributes
    ----------
    number : int
        Which pair of the validation data it is.
    translation, reference : str
    """

    number: int
    translation: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class ValidationReport:
    """A validation that is just done.

    Attributes
    ----------
    row : HistoryRow
    is_best : bool
        Whether it is the best so far.
    samples : tuple of Sample
    """

    row: HistoryRow
    is_best: bool
    samples: tuple[Sample, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What a training did. The model itself has the weights that were chosen.

    Attributes
    ----------
    history : tuple of HistoryRow
    chosen_steps : tuple of int
        The step whose weights were chosen, or those whose mean was.
    bleu, valid_loss : float or None
        Of the chosen weights, on the validation data; None without any.
    ended_by : str
        "epochs", "max_steps", "minutes" or "patience".
    steps, epochs, tokens : int
        Steps of the optimizer, complete passes, target tokens.
    seconds : float
        In all, interrupted runs included.
    tokens_per_second : float
        Target tokens of this run, validations and checkpoints not counted.
    pairs, valid_pairs : int
        How many were trained on, and validated with.
    left_out : int
        Pairs of either that have more pieces than ``max_length``, and were left out.
    padding : float
        Which share of the ids in an epoch's batches is padding.
    precision, device : str
    is_main : bool
        False in the further processes of a training on several devices: only the main one has the chosen weights.
    resumed_at : int or None
        The step that it was gone on from.
    """

    history: tuple[HistoryRow, ...]
    chosen_steps: tuple[int, ...]
    bleu: float | None
    valid_loss: float | None
    ended_by: str
    steps: int
    epochs: int
    tokens: int
    seconds: float
    tokens_per_second: float
    pairs: int
    valid_pairs: int
    left_out: int
    padding: float
    precision: str
    device: str
    is_main: bool
    resumed_at: int | None
