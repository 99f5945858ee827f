"""What a translation model and its training are to be like where nothing is said: `propose`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nlpkit.errors import ParameterError

from .training_options import TrainingOptions

ARCHITECTURES = ("transformer", "lstm", "gru", "rnn")

_SMALL, _MIDDLE, _LARGE = 10_000, 200_000, 1_000_000


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What `propose` proposes.

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
    attention: str = "general",
    minutes: float = 0.0,
    seed: int = 1,
) -> Proposal:
    """Propose a model and its training from the number of pairs.

    ================  ==============  ================  ==================  ==================
    pairs             to 10,000       to 200,000        to 1,000,000        more
    ================  ==============  ================  ==================  ==================
    Transformer       128 × 2+2       256 × 3+3         512 × 4+4           512 × 6+6
    its inner size    512             1024              2048                2048
    RNN, LSTM, GRU    128, 256        256, 512          512, 1024           512, 1024
    dropout           0.1             0.3               0.2                 0.1
    ids in a batch    2,048           4,096             8,192               16,384
    epochs            100             60                30                  20
    ================  ==============  ================  ==================  ==================

    Parameters
    ----------
    n_pairs : int
    n_tokens : int
        Of all targets together, in pieces.
    architecture : {"transformer", "lstm", "gru", "rnn"}
    attention : str
        Of the latter three: see `nlpkit.translation.recurrent.RNNOptions`.
    minutes : float
        What the training may take; 0 sets no limit.
    seed : int

    Returns
    -------
    Proposal

    Raises
    ------
    ParameterError
        If the architecture is none of these.

    Examples
    --------
    >>> proposal = propose(29_000, 400_000)
    >>> proposal.model["d_model"], proposal.model["dropout"], proposal.training.schedule
    (256, 0.3, 'inverse_sqrt')
    """
    if architecture not in ARCHITECTURES:
        raise ParameterError(f"architecture is {architecture!r}: expected one of {', '.join(ARCHITECTURES)}")
    row = next(row for row in _ROWS if n_pairs <= row.pairs)
    batch_tokens = min(row.batch_tokens, max(256, n_tokens // 10))
    steps = max(1, 2 * n_tokens // batch_tokens)
    warmup = min(row.warmup, max(20, steps * row.epochs // 15))
    training = TrainingOptions(
        learning_rate=row.learning_rate,
        warmup=warmup,
        batch_tokens=batch_tokens,
        epochs=row.epochs,
        minutes=minutes,
        seed=seed,
    )
    if architecture == "transformer":
        model: dict[str, Any] = {
            "d_model": row.d_model,
            "heads": row.d_model // 64 if row.d_model > 128 else 4,
            "ffn_dim": 4 * row.d_model,
            "encoder_layers": row.layers,
            "decoder_layers": row.layers,
            "dropout": row.dropout,
        }
    else:
        model = {
            "embedding_size": row.embedding_size,
            "hidden_size": 2 * row.embedding_size,
            "dropout": row.dropout,
        }
        training = replace(training, learning_rate=row.rnn_learning_rate)
    return Proposal(model=model, training=training)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A column of the table above."""

    pairs: float
    d_model: int
    layers: int
    embedding_size: int
    dropout: float
    batch_tokens: int
    epochs: int
    learning_rate: float
    rnn_learning_rate: float
    warmup: int


_ROWS = (
    _Row(
        pairs=_SMALL,
        d_model=128,
        layers=2,
        embedding_size=128,
        dropout=0.1,
        batch_tokens=2048,
        epochs=100,
        learning_rate=1e-3,
        rnn_learning_rate=2e-3,
        warmup=200,
    ),
    _Row(
        pairs=_MIDDLE,
        d_model=256,
        layers=3,
        embedding_size=256,
        dropout=0.3,
        batch_tokens=4096,
        epochs=60,
        learning_rate=1e-3,
        rnn_learning_rate=1e-3,
        warmup=1000,
    ),
    _Row(
        pairs=_LARGE,
        d_model=512,
        layers=4,
        embedding_size=512,
        dropout=0.2,
        batch_tokens=8192,
        epochs=30,
        learning_rate=7e-4,
        rnn_learning_rate=7e-4,
        warmup=4000,
    ),
    _Row(
        pairs=float("inf"),
        d_model=512,
        layers=6,
        embedding_size=512,
        dropout=0.1,
        batch_tokens=16384,
        epochs=20,
        learning_rate=7e-4,
        rnn_learning_rate=7e-4,
        warmup=4000,
    ),
)
