"""Models by NumPy and in compiled code decode as torch's do."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch

from nlpkit.decoding.arrays.constraints import Constraints
from nlpkit.decoding.arrays.search import search
from nlpkit.decoding.options import DecodingOptions
from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions
from nlpkit.translation.array_decoding import decode_arrays
from nlpkit.translation.compiled.recurrent import CompiledRNN
from nlpkit.translation.compiled.transformer import CompiledTransformer
from nlpkit.translation.decoding import decode
from nlpkit.translation.engines import array_model
from nlpkit.translation.model import TranslationModel
from nlpkit.translation.plain.recurrent import PlainRNN
from nlpkit.translation.plain.transformer import PlainTransformer
from nlpkit.translation.weight_shapes import weight_shapes

SIZES: dict[str, Any] = {"src_size": 40, "trg_size": 40, "d_model": 32, "heads": 4, "ffn_dim": 48}
VARIANTS: list[dict[str, Any]] = [
    {},
    {"norm": "post", "activation": "silu", "logits_bias": True, "scale_embedding": False},
    {"tie": "target", "activation": "gelu", "src_size": 50},
    {"tie": "none", "activation": "elu", "encoder_layers": 1, "decoder_layers": 2},
]


RECURRENT: list[dict[str, Any]] = [
    {"cell": "gru", "attention": "additive"},
    {"cell": "lstm", "attention": "general", "tie": "none"},
    {"cell": "rnn", "attention": "dot", "input_feeding": False, "decoder_layers": 2, "tie": "target", "src_size": 50},
    {"cell": "lstm", "attention": "none", "encoder_layers": 2, "bidirectional": False},
    {"cell": "gru", "attention": "dot", "encoder_layers": 2, "decoder_layers": 3},
    {"cell": "gru", "attention": "additive", "hidden_size": 22, "decoder_layers": 2, "bidirectional": False},
    {"cell": "lstm", "attention": "dot", "hidden_size": 54, "embedding_size": 11},
    {"cell": "rnn", "attention": "none", "hidden_size": 10},
]
OPTIONS: list[dict[str, Any]] = [{"beam": 1}, {"beam": 4, "n_best": 2}, {"beam": 3, "stop": "heuristic"}]


def shaken(model: TranslationModel) -> TranslationModel:
    """Return a model whose weights are larger, so that it does not repeat one token."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.3)
    return model.eval()


def assert_decodes_alike(model: TranslationModel, plain_class: Any, options: dict[str, Any]) -> None:
    chosen = DecodingOptions(**options, max_length=12)
    draw = np.random.default_rng(1)
    sources = [draw.integers(4, 40, n).tolist() for n in (5, 0, 9, 3, 9, 1)]
    plain = plain_class(model.options, {name: part.numpy() for name, part in model.state_dict().items()})
    constraints = Constraints(plain, chosen, [len(source) for source in sources])
    found = search(plain.start(sources), plain, constraints, chosen, numbers=range(6))
    expected = dict(decode(model, sources, dataclasses.replace(chosen, leave_share=2)))
    for number, mine in enumerate(found):
        assert [one.tokens for one in mine] == [one.tokens for one in expected[number]]
        np.testing.assert_allclose([one.score for one in mine], [one.score for one in expected[number]], rtol=1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("options", [*OPTIONS, {"beam": 2, "no_repeat_ngram": 2, "min_length": 4}])
@pytest.mark.parametrize("kind", [PlainTransformer, CompiledTransformer])
def test_a_transformer_decodes_as_torchs(variant: dict[str, Any], options: dict[str, Any], kind: Any) -> None:
    torch.manual_seed(3)
    model = Seq2SeqTransformer(TransformerOptions(**{**SIZES, **variant}))
    assert_decodes_alike(shaken(model), kind, options)


@pytest.mark.parametrize("variant", RECURRENT)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [PlainRNN, CompiledRNN])
def test_a_recurrent_model_decodes_as_torchs(variant: dict[str, Any], options: dict[str, Any], kind: Any) -> None:
    torch.manual_seed(3)
    sizes = {"src_size": 40, "trg_size": 40, "embedding_size": 24, "hidden_size": 32}
    model = Seq2SeqRNN(RNNOptions(**{**sizes, **variant}))
    assert_decodes_alike(shaken(model), kind, options)


@pytest.mark.parametrize("variant", [*VARIANTS, *RECURRENT])
def test_shapes_of_weights_are_those_of_torchs_modules(variant: dict[str, Any]) -> None:
    sizes = {"src_size": 40, "trg_size": 40}
    is_recurrent = "cell" in variant
    options: Any = RNNOptions(**{**sizes, **variant}) if is_recurrent else TransformerOptions(**{**SIZES, **variant})
    model = Seq2SeqRNN(options) if is_recurrent else Seq2SeqTransformer(options)
    assert weight_shapes(options) == {name: tuple(part.shape) for name, part in model.state_dict().items()}


@pytest.mark.parametrize("variant", [*VARIANTS, *RECURRENT])
def test_attention_is_that_of_torch(variant: dict[str, Any]) -> None:
    torch.manual_seed(3)
    is_recurrent = "cell" in variant
    sizes: dict[str, Any] = {"src_size": 40, "trg_size": 40, "embedding_size": 24, "hidden_size": 32}
    model = shaken(
        Seq2SeqRNN(RNNOptions(**{**sizes, **variant}))
        if is_recurrent
        else Seq2SeqTransformer(TransformerOptions(**{**SIZES, **variant}))
    )
    plain = array_model("numpy", model.options, {name: part.numpy() for name, part in model.state_dict().items()})
    src, lengths, trg_in = torch.tensor([[5, 6, 7, 3]]), torch.tensor([4]), torch.tensor([[2, 9, 8, 5, 5]])
    with torch.inference_mode():
        maps, of_source = model.attention_maps(src, lengths, trg_in), model.self_attention_maps(src, lengths)
    if maps is not None:
        np.testing.assert_allclose(plain.attention_maps([5, 6, 7], [9, 8, 5, 5]), maps[0].numpy(), atol=2e-5)
    if of_source is not None:
        np.testing.assert_allclose(plain.attention_maps([5, 6, 7], None), of_source[0].numpy(), atol=2e-5)


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("variant", [VARIANTS[1], RECURRENT[0], RECURRENT[1]])
def test_company_changes_no_bit_of_compiled_models(variant: dict[str, Any], precision: str) -> None:
    torch.manual_seed(3)
    is_recurrent = "cell" in variant
    sizes: dict[str, Any] = {"src_size": 40, "trg_size": 40, "embedding_size": 24, "hidden_size": 30}
    model = shaken(
        Seq2SeqRNN(RNNOptions(**{**sizes, **variant}))
        if is_recurrent
        else Seq2SeqTransformer(TransformerOptions(**{**SIZES, **variant}))
    )
    weights = {name: part.numpy() for name, part in model.state_dict().items()}
    compiled = array_model("compiled", model.options, weights, precision=precision)
    draw = np.random.default_rng(1)
    sources = [draw.integers(4, 40, n).tolist() for n in draw.integers(0, 20, 30)]
    together, apart = (
        dict(decode_arrays(compiled, sources, DecodingOptions(max_length=15, max_sentences=most))) for most in (30, 1)
    )
    assert together == apart


def test_one_long_translation_does_not_keep_the_memory_of_its_company() -> None:
    model = shaken(Seq2SeqTransformer(TransformerOptions(**SIZES)))
    sources = [[5, 6, 7]] * 31 + [[8, 9]]
    lengths = [2] * 15 + [30] * 16 + [400]
    options = DecodingOptions(beam=4, max_sentences=32, max_tokens=100_000)
    code = array_model("compiled", model.options, {name: part.numpy() for name, part in model.state_dict().items()})

    def peak(sources: list[list[int]], lengths: list[int]) -> tuple[int, list[list[int]]]:
        tracemalloc.start()
        found = dict(decode_arrays(code, sources, options, lengths=lengths))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, [found[number][0].tokens for number in range(len(sources))]

    peak(sources, [2] * 32)  # loads the code
    alone, by_itself = peak(sources[-1:], lengths[-1:])
    together, in_company = peak(sources, lengths)
    assert together < 4 * alone
    assert in_company[-1] == by_itself[0]
    assert [len(tokens) for tokens in in_company] == lengths


@pytest.mark.parametrize("room", [1, 6])
def test_little_room_for_what_is_known_of_tokens_changes_no_bit(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(3)
    sizes: dict[str, Any] = {"src_size": 40, "trg_size": 40, "embedding_size": 24, "hidden_size": 30}
    model = shaken(Seq2SeqRNN(RNNOptions(**sizes, cell="gru", attention="none")))
    code = array_model("compiled", model.options, {name: part.numpy() for name, part in model.state_dict().items()})
    options = DecodingOptions(beam=3, max_length=15)
    sources = [[5, 6, 7], [8], [9, 10]]
    expected = dict(decode_arrays(code, sources, options))
    monkeypatch.setattr("nlpkit.translation.compiled.recurrent._KNOWN", room)
    assert dict(decode_arrays(code, sources, options)) == expected
