"""Options of translation models that can't be are refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.errors import ParameterError  # noqa: E402
from nlpkit.translation import (  # noqa: E402
    RNNOptions,
    Seq2SeqTransformer,
    TransformerOptions,
)

REFUSED = [
    ({"src_size": 0}, "src_size is 0: expected a whole number of at least 1"),
    ({"src_size": "30"}, "src_size is '30': expected a whole number of at least 1"),
    ({"src_size": 20}, "tie is 'all': expected 'target' or 'none': the vocabularies have 20 and 30"),
    ({"tie": "some"}, "tie is 'some': expected one of all, target, none"),
    ({"dropout": 1.0}, "dropout is 1.0: expected from 0 up to, but not, 1"),
    ({"dropout": float("nan")}, "dropout is nan: expected from 0 up to, but not, 1"),
    ({"dropout": None}, "dropout is None: expected from 0 up to, but not, 1"),
    ({"initializer": "ones"}, "initializer is 'ones': expected one of xavier_uniform, "),
    ({"pad_id": -1}, "pad_id is -1: expected a word's number, from 0 to 29"),
    ({"eos_id": 30}, "eos_id is 30: expected a word's number, from 0 to 29"),
    ({"start_id": None}, "start_id is None: expected a word's number, from 0 to 29"),
    ({"eos_id": 0}, "eos_id is 0, and pad_id too: expected two different ones"),
]
REFUSED_OF_RECURRENT = [
    ({"cell": "LSTM"}, "cell is 'LSTM': expected one of rnn, lstm, gru"),
    ({"attention": "luong"}, "attention is 'luong': expected one of none, additive, dot, general"),
    ({"hidden_size": 7}, "hidden_size is 7: expected an even number, half of it for each direction"),
    ({"encoder_layers": 0}, "encoder_layers is 0: expected a whole number of at least 1"),
    ({"embedding_size": 2.5}, "embedding_size is 2.5: expected a whole number of at least 1"),
]
REFUSED_OF_TRANSFORMER = [
    ({"norm": "none"}, "norm is 'none': expected one of pre, post"),
    ({"activation": "swish"}, "activation is 'swish': expected one of relu, leaky_relu, elu, gelu, silu, tanh"),
    ({"heads": 3}, "heads is 3: expected a divisor of d_model, 256"),
    ({"heads": 0}, "heads is 0: expected a whole number of at least 1"),
    ({"decoder_layers": -1}, "decoder_layers is -1: expected a whole number of at least 1"),
    ({"attention_dropout": -0.1}, "attention_dropout is -0.1: expected from 0 up to, but not, 1"),
]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        *((kind, *case) for kind in (RNNOptions, TransformerOptions) for case in REFUSED),
        *((RNNOptions, *case) for case in REFUSED_OF_RECURRENT),
        *((TransformerOptions, *case) for case in REFUSED_OF_TRANSFORMER),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(kind: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as refused:
        kind(**{"src_size": 30, "trg_size": 30, **options})
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_an_end_that_is_the_start_too_can_be_generated() -> None:
    model = Seq2SeqTransformer(TransformerOptions(src_size=9, trg_size=9, d_model=8, ffn_dim=8, start_id=3, eos_id=3))
    assert model.never == (0,)
