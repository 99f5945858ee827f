"""Raw text in, raw text out: the same translation by every way in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import nlpkit
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.subword import Subwords
from nlpkit.translation import (
    DecodingOptions,
    RNNOptions,
    Seq2SeqRNN,
    Seq2SeqTransformer,
    TransformerOptions,
    Translator,
)

TEXTS = ["one two three", "four", "", "  ", "one two three", "nine eight seven six five", "un élan ∀ 😀"]
SHORT = DecodingOptions(beam=3, n_best=2, max_extra=4, max_ratio=1.0)


@pytest.fixture(scope="module")
def subwords() -> Subwords:
    return Subwords.train(["one two three four five", "six seven eight nine ten"] * 20, vocab_size=300)


def make(subwords: Subwords, architecture: str) -> Translator:
    torch.manual_seed(1)
    n = len(subwords)
    if architecture == "transformer":
        sizes = TransformerOptions(src_size=n, trg_size=n, d_model=16, heads=2, ffn_dim=32, encoder_layers=1)
        return Translator(Seq2SeqTransformer(sizes), src_subwords=subwords, device="cpu")
    attention = "none" if architecture == "lstm" else "general"
    sizes_of_rnn = RNNOptions(
        src_size=n, trg_size=n, cell=architecture, attention=attention, embedding_size=16, hidden_size=24
    )
    return Translator(Seq2SeqRNN(sizes_of_rnn), src_subwords=subwords, device="cpu")


@pytest.mark.parametrize("architecture", ["transformer", "gru", "lstm"])
def test_saved_and_loaded(subwords: Subwords, architecture: str, tmp_path: Path) -> None:
    translator = make(subwords, architecture)
    translator.save(tmp_path / "model", provenance={"training": {"seed": 7}})
    loaded = nlpkit.load(tmp_path / "model")
    again = Translator(tmp_path / "model", device="cpu")
    expected = translator.translate(TEXTS, SHORT)
    assert loaded.translate(TEXTS, SHORT) == expected == again.translate(TEXTS, SHORT)
    assert loaded.provenance["training"] == {"seed": 7}
    assert loaded.model.options == translator.model.options


@pytest.mark.parametrize("architecture", ["transformer", "gru", "lstm"])
def test_half_precision(subwords: Subwords, architecture: str, tmp_path: Path) -> None:
    translator = make(subwords, architecture)
    translator.save(tmp_path / "model")
    half = Translator(tmp_path / "model", device="cpu", precision="bfloat16")
    assert {weight.dtype for weight in half.model.parameters()} == {torch.bfloat16}
    greedy = DecodingOptions(beam=1, max_extra=0, max_ratio=1.0)
    for exact, rounded in zip(*(each.translate_full(TEXTS, greedy) for each in (translator, half)), strict=True):
        if exact.n_best[0].ids[:1] == rounded.n_best[0].ids[:1]:
            assert rounded.score == pytest.approx(exact.score, rel=0.1)
        assert len(rounded.n_best[0].ids) == len(exact.n_best[0].ids)
    with pytest.raises(ParameterError, match="rounded to bfloat16"):
        half.save(tmp_path / "again")
    assert not (tmp_path / "again").exists()
    with pytest.raises(ParameterError, match="choose one of auto, float32, bfloat16, int8"):
        Translator(tmp_path / "model", precision="float16")


def test_order_empties_and_equal_texts(subwords: Subwords) -> None:
    translator = make(subwords, "transformer")
    full = translator.translate_full(TEXTS, SHORT)
    assert [found.source for found in full] == TEXTS
    assert (full[2].text, full[3].text) == (TEXTS[2], TEXTS[3])
    assert full[2].n_best[0].finished
    assert full[0].n_best == full[4].n_best
    for text, found in zip(TEXTS, full, strict=True):
        alone = translator.translate_full([text], SHORT)[0]
        assert [candidate.ids for candidate in alone.n_best] == [candidate.ids for candidate in found.n_best]
        assert [c.score for c in found.n_best] == sorted((c.score for c in found.n_best), reverse=True)
        assert "\n" not in found.text


def test_beam_in_place_of_options(subwords: Subwords) -> None:
    translator = make(subwords, "gru")
    greedy = translator.translate(TEXTS, DecodingOptions(beam=1, max_extra=4, max_ratio=1.0))
    assert translator.translate(TEXTS, SHORT, beam=1) == greedy


def test_a_prefix_and_a_phrase(subwords: Subwords) -> None:
    translator = make(subwords, "transformer")
    longer = DecodingOptions(beam=4, max_extra=12)
    begun = translator.translate_full(TEXTS[:2], longer, prefixes=["seven eight", "ten"])
    assert [found.text.startswith(prefix) for found, prefix in zip(begun, ["seven eight", "ten"], strict=True)] == [
        True,
        True,
    ]
    forced = translator.translate_full(TEXTS[:1], longer, phrases=[["nine ten"]])
    ids = subwords.encode(["nine ten"])[0]
    found = forced[0].n_best[0].ids
    assert any(found[i : i + len(ids)] == ids for i in range(len(found)))


def test_word_attention(subwords: Subwords) -> None:
    for architecture in ("transformer", "gru"):
        translator = make(subwords, architecture)
        found = translator.translate_full(["one two three"], SHORT, prefixes=["seven eight"])[0]
        seen = translator.word_attention(found)
        assert seen.source == ["one", "two", "three"]
        assert (seen.target[0], seen.target[1][:5]) == ("seven", "eight")
        assert seen.weights.shape == (len(seen.target), 3)
        np.testing.assert_allclose(seen.weights.sum(1), 1, atol=1e-6)
        assert len(seen.pharaoh.split()) == len(seen.target)


def test_words_of_the_source_look_at_one_another(subwords: Subwords) -> None:
    translator = make(subwords, "transformer")
    found = translator.translate_full(["one two three"], SHORT)[0]
    seen = translator.word_attention(found, of_source=True)
    assert seen.source == seen.target == ["one", "two", "three"]
    assert seen.weights.shape == (3, 3)
    np.testing.assert_allclose(seen.weights.sum(1), 1, atol=1e-6)
    heads = [translator.word_attention(found, of_source=True, head=head).weights for head in (0, 1)]
    assert np.abs(heads[0] - heads[1]).max() > 1e-3


def test_attention_that_there_is_not(subwords: Subwords) -> None:
    with pytest.raises(ParameterError, match="has no attention"):
        make(subwords, "lstm").check_attention()
    with pytest.raises(ParameterError, match="head is 2: expected one from 0 to 1"):
        make(subwords, "transformer").check_attention(head=2)
    with pytest.raises(ParameterError, match="in a Transformer alone"):
        make(subwords, "gru").check_attention(of_source=True)


def test_sub_words_that_do_not_fit(subwords: Subwords) -> None:
    model = make(subwords, "gru").model
    other = Subwords.train(["a b c d e f"] * 10, vocab_size=270)
    with pytest.raises(ParameterError, match="give those it was trained with"):
        Translator(model, src_subwords=other)
    with pytest.raises(ParameterError, match="give src_subwords"):
        Translator(model)


def test_folders_of_other_things(subwords: Subwords, tmp_path: Path) -> None:
    from nlpkit.embeddings import Tfidf

    Tfidf().fit(["a cat"]).save(tmp_path / "tfidf")
    with pytest.raises(ArtifactError, match="of kind 'tfidf'"):
        Translator(tmp_path / "tfidf")
    make(subwords, "gru").save(tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    text = config.read_text()
    for found, damage in [
        ('"hidden_size": 24', '"hidden_size": 26'),
        ('"architecture": "rnn"', '"architecture": "cnn"'),
        ('"cell": "gru"', '"cell": "gnu"'),
        ('"tie": "all"', '"ties": "all"'),
    ]:
        assert found in text
        config.write_text(text.replace(found, damage))
        with pytest.raises(ArtifactError) as error:
            Translator(tmp_path / "model")
        assert "\n" not in str(error.value)


def test_one_text_is_no_list(subwords: Subwords) -> None:
    with pytest.raises(ParameterError, match="put it in brackets"):
        make(subwords, "gru").translate("one two")


@pytest.mark.parametrize("texts", ["one", b"one", ["one", None], [b"one"]])
def test_what_is_no_list_of_texts(subwords: Subwords, texts: object) -> None:
    with pytest.raises(ParameterError, match="text"):
        make(subwords, "gru").translate(texts)  # type: ignore[arg-type]


def test_constraints_that_fit_no_text(subwords: Subwords) -> None:
    translator = make(subwords, "gru")
    with pytest.raises(ParameterError, match="phrases has a text where a list of them is expected"):
        translator.translate_full(["one"], phrases=["two"])
    with pytest.raises(ParameterError, match="prefixes has 2 entries: expected one for each of the 1 texts"):
        translator.translate_full(["one"], prefixes=["two", "three"])


def test_texts_may_come_one_by_one(subwords: Subwords) -> None:
    translator = make(subwords, "gru")
    assert translator.translate((text for text in TEXTS), SHORT) == translator.translate(TEXTS, SHORT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"beam": 1.5},
        {"no_repeat_ngram": 1.5},
        {"seed": "a"},
        {"batch_invariant": "yes"},
        {"beam": True},
        {"beam": None},
    ],
)
def test_options_of_another_type(wrong: dict[str, object]) -> None:
    assert DecodingOptions(beam=np.int64(3)).beam == 3  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        DecodingOptions(**wrong)  # type: ignore[arg-type]
