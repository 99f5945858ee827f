"""`propose`: defaults of a translation model and its training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlpkit.errors import ParameterError

from .options import TrainingOptions

ARCHITECTURES = ("transformer", "lstm", "gru", "rnn")

_LEAST_STEPS = 2000
_TOKENS_PER_SECOND = {"cpu": 3_000, "gpu": 300_000}
"""Roughly, of targets: a training with little time takes smaller steps by it."""
_DROPOUT = ((8, 0.1), (16, 0.2))
"""The greatest, where there is time for fewer epochs."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Result of `propose`.

    Attributes
    ----------
    model : dict
        Sizes and dropout, by the names of `nlpkit.translation.transformer.TransformerOptions` or
        `nlpkit.translation.recurrent.RNNOptions`; vocabulary sizes, ids and what is tied aren't among them.
    training : TrainingOptions
    """

    model: dict[str, Any]
    training: TrainingOptions


def propose(
    n_pairs: int,
    n_tokens: int,
    *,
    architecture: str = "transformer",
    minutes: float = 0.0,
    device: str = "cpu",
    seed: int = 1,
) -> Proposal:
    """Propose a model and its training from the number of pairs and the device.

    ==========================  ===========  ============  ==============  ============
    pairs                       to 10,000    to 200,000    to 1,000,000    more
    ==========================  ===========  ============  ==============  ============
    Transformer, width × layers 128 × 2+2    256 × 3+3     512 × 4+4       512 × 6+6
    RNN, LSTM, GRU: word, state 128, 256     256, 512      512, 1024       512, 1024
    dropout                     0.1          0.3           0.2             0.1
    source and target ids in a
    batch, padding included     2,048        4,096         8,192           16,384
    learning rate               0.001        0.001         0.0007          0.0007
    ... of RNN, LSTM, GRU       0.002        0.002         0.0007          0.0007
    warm-up, steps              200          1,000         4,000           4,000
    epochs, at most             100          60            30              20
    patience, validations       15           10            10              10
    ==========================  ===========  ============  ==============  ============

    - The inner size of a Transformer is four times its width; a head has 64 numbers, or 32 in the narrowest.
    - Without CUDA a model is never larger than the second column's.
    - On a CPU up to 10,000 pairs are trained in float32: models so small gain no time by bfloat16.
    - Up to 200,000 pairs RNN, LSTM and GRU learn at twice the Transformer's rate. Validation loss after two epochs of
      Multi30k, one seed, at 0.001, 0.002, 0.003 and 0.004: RNN 3.69, 3.44, 5.05, -; LSTM 3.65, 2.91, 2.64, 3.46; GRU
      3.36, 2.75, -, 2.55; what stands for - was not tried.
    - A warm-up is at most a tenth of all steps; an epoch has at least ten batches, as long as these have 256 ids.
    - With ``minutes`` the learning rate falls linearly to 0 at their end, and batches are as much smaller as some 2,000
      steps in that time need, but not below 1,024 ids; else it falls by the inverse square root. Where there is time
      for fewer than 16 epochs the dropout is at most 0.2, for fewer than 8 at most 0.1: pairs that are seen a few times
      aren't learnt by heart.
    - A training ends early after ``patience`` validations without progress; one is made after each epoch, and every
      2,000 steps where that is sooner.

    Parameters
    ----------
    n_pairs : int
    n_tokens : int
        Pieces of all targets together.
    architecture : {"transformer", "lstm", "gru", "rnn"}
    minutes : float
        Longest duration of the training; 0 sets no limit.
    device : str
        Device of the training; anything but "cuda" counts as a CPU.
    seed : int

    Returns
    -------
    Proposal

    Raises
    ------
    ParameterError
        If the architecture is unknown.

    Examples
    --------
    >>> proposal = propose(29_000, 400_000)
    >>> proposal.model["d_model"], proposal.model["dropout"], proposal.training.schedule
    (256, 0.3, 'inverse_sqrt')
    """
    if architecture not in ARCHITECTURES:
        raise ParameterError(f"architecture is {architecture!r}: expected one of {', '.join(ARCHITECTURES)}")
    kind = "gpu" if device == "cuda" else "cpu"
    column = next(number for number, row in enumerate(_COLUMNS) if n_pairs <= row.pairs)
    row, size = _COLUMNS[column], _COLUMNS[min(column, 1) if kind == "cpu" else column]
    batch_tokens, epochs, dropout = row.batch_tokens, float(row.epochs), row.dropout
    if minutes:
        in_time = minutes * 60 * _TOKENS_PER_SECOND[kind]
        epochs = min(epochs, in_time / max(1, n_tokens))
        dropout = min(dropout, next((most for below, most in _DROPOUT if epochs < below), dropout))
        batch_tokens = min(batch_tokens, max(1024, int(2 * in_time / _LEAST_STEPS)))
    batch_tokens = max(256, min(batch_tokens, 2 * n_tokens // 10))
    steps = max(1, 2 * n_tokens // batch_tokens)
    is_transformer = architecture == "transformer"
    training = TrainingOptions(
        learning_rate=row.learning_rate if is_transformer else row.rnn_learning_rate,
        schedule="linear" if minutes else "inverse_sqrt",
        warmup=min(row.warmup, max(20, int(steps * epochs / 10))),
        batch_tokens=batch_tokens,
        epochs=row.epochs,
        minutes=minutes,
        patience=row.patience,
        validate_every=0 if steps <= 2000 else 2000,
        precision="float32" if kind == "cpu" and column == 0 else "auto",
        seed=seed,
    )
    if not is_transformer:
        model = {"embedding_size": size.width, "hidden_size": 2 * size.width, "dropout": dropout}
        return Proposal(model=model, training=training)
    sizes = {
        "d_model": size.width,
        "heads": max(4, size.width // 64),
        "ffn_dim": 4 * size.width,
        "encoder_layers": size.layers,
        "decoder_layers": size.layers,
        "dropout": dropout,
    }
    return Proposal(model=sizes, training=training)


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column of the table above."""

    pairs: float
    width: int
    layers: int
    dropout: float
    batch_tokens: int
    learning_rate: float
    rnn_learning_rate: float
    warmup: int
    epochs: int
    patience: int


_COLUMNS = (
    _Column(
        pairs=10_000,
        width=128,
        layers=2,
        dropout=0.1,
        batch_tokens=2048,
        learning_rate=1e-3,
        rnn_learning_rate=2e-3,
        warmup=200,
        epochs=100,
        patience=15,
    ),
    _Column(
        pairs=200_000,
        width=256,
        layers=3,
        dropout=0.3,
        batch_tokens=4096,
        learning_rate=1e-3,
        rnn_learning_rate=2e-3,
        warmup=1000,
        epochs=60,
        patience=10,
    ),
    _Column(
        pairs=1_000_000,
        width=512,
        layers=4,
        dropout=0.2,
        batch_tokens=8192,
        learning_rate=7e-4,
        rnn_learning_rate=7e-4,
        warmup=4000,
        epochs=30,
        patience=10,
    ),
    _Column(
        pairs=float("inf"),
        width=512,
        layers=6,
        dropout=0.1,
        batch_tokens=16384,
        learning_rate=7e-4,
        rnn_learning_rate=7e-4,
        warmup=4000,
        epochs=20,
        patience=10,
    ),
)
