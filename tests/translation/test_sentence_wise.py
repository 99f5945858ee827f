"""Texts of several sentences: each is translated as if it stood alone."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from nlpkit.errors import ParameterError
from nlpkit.jobs import translate_texts
from nlpkit.jobs.train_translation import train_translation
from nlpkit.text.subword import Subwords
from nlpkit.translation import DecodingOptions, RNNOptions, Seq2SeqRNN, Translator

PARTS = ["One two three.", "Is it four?", "Nine eight!"]
TEXTS = [" ".join(PARTS), PARTS[0], "", "\n".join(PARTS[1:]), "no sentence", PARTS[0]]
SHORT = DecodingOptions(beam=2, max_extra=4, max_ratio=1.0, batch_invariant=True)


@pytest.fixture(scope="module")
def translator() -> Translator:
    subwords = Subwords.train([*PARTS, "five six."] * 20, vocab_size=300)
    torch.manual_seed(1)
    sizes = RNNOptions(src_size=len(subwords), trg_size=len(subwords), embedding_size=8, hidden_size=12)
    return Translator(Seq2SeqRNN(sizes), src_subwords=subwords, device="cpu")


def test_each_sentence_is_translated_as_if_alone(translator: Translator) -> None:
    alone = translator.translate_full(PARTS, SHORT)
    found = list(translator.stream(TEXTS, SHORT, split_sentences=True))
    assert [each.source for each in found] == TEXTS
    whole = found[0]
    assert whole.text == " ".join(each.text for each in alone)
    assert found[3].text == f"{alone[1].text}\n{alone[2].text}"
    assert whole.sentences == tuple(alone)
    assert whole.source_ids == [number for each in alone for number in each.source_ids]
    assert whole.n_best[0].tokens == [token for each in alone for token in each.n_best[0].tokens]
    assert whole.n_best[0].finished == all(each.n_best[0].finished for each in alone)
    assert found[1] == found[5] == alone[0]
    assert found[2].text == ""
    assert found[4] == translator.translate_full(["no sentence"], SHORT)[0]
    assert translator.translate(TEXTS, SHORT, split_sentences=True) == [each.text for each in found]


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
def test_the_score_is_of_all_tokens_together(translator: Translator, alpha: float) -> None:
    options = DecodingOptions(beam=2, alpha=alpha, max_extra=4, max_ratio=1.0, batch_invariant=True)
    parts = translator.translate_full(PARTS, options)
    lengths = [len(each.n_best[0].ids) + each.n_best[0].finished for each in parts]
    log_probs = [each.score * length**alpha for each, length in zip(parts, lengths, strict=True)]
    [found] = translator.translate_full(TEXTS[:1], options, split_sentences=True)
    np.testing.assert_allclose(found.score, sum(log_probs) / sum(lengths) ** alpha, rtol=1e-9)


def test_what_only_whole_texts_have_is_refused(translator: Translator) -> None:
    message = "split_sentences translates each sentence by itself: leave out "
    with pytest.raises(ParameterError, match=message + "n_best"):
        translator.translate(TEXTS, DecodingOptions(n_best=2), split_sentences=True)
    with pytest.raises(ParameterError, match=message + "prefixes"):
        translator.translate_full(TEXTS[:1], prefixes=["a"], split_sentences=True)
    with pytest.raises(ParameterError, match=message + "phrases"):
        translator.translate_full(TEXTS[:1], phrases=[["a"]], split_sentences=True)
    whole, single = translator.translate_full(TEXTS[:2], SHORT, split_sentences=True)
    with pytest.raises(ParameterError, match=r"translated by sentences: give one of translation\.sentences"):
        translator.word_attention(whole)
    for each in (single, *whole.sentences):
        assert translator.word_attention(each).weights.shape[1] == len(each.source.split())


def test_several_sentences_are_one_warning(translator: Translator) -> None:
    with pytest.warns(UserWarning, match=r"^2 of 6 texts have more sentences .* split_sentences=True") as caught:
        translator.translate(TEXTS, SHORT, split_sentences=False)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        translator.translate([*PARTS, "Dr. Smith, 3.5 km.", "1. one", "wait..."], SHORT, split_sentences=False)
        translator.translate(TEXTS, SHORT, split_sentences=True)


def test_a_job_counts_them(translator: Translator) -> None:
    assert translate_texts(TEXTS, model=translator, parameters={"max_length": 3}, split_sentences=False).several == 2
    report = translate_texts(TEXTS, model=translator, parameters={"max_length": 3})
    assert (report.several, report.texts) == (0, 6)
    assert report.translations is not None
    assert len(report.translations[0].sentences) == 3


def test_a_model_remembers_how_many_sentences_its_sources_had(tmp_path: Path) -> None:
    for name, texts, expected in (("one", PARTS, 1), ("two", [f"{PARTS[0]} {part}" for part in PARTS], 2)):
        pairs = tmp_path / f"{name}.tsv"
        pairs.write_text("".join(f"{text} {n}\t{text}\n" for text in texts for n in range(10)))
        report = train_translation(
            tmp_path / name,
            pairs=pairs,
            architecture="gru",
            parameters={"max_steps": 1, "hidden_size": 8, "embedding_size": 8},
            device="cpu",
        )
        assert report.plan.sentences == expected
        assert json.loads((tmp_path / name / "config.json").read_text())["provenance"]["data"]["sentences"] == expected
        model = Translator(tmp_path / name, device="cpu")
        given = [TEXTS[0], " ".join(PARTS[:2]), PARTS[0]]
        found = translate_texts(given, model=model, parameters={"max_length": 2}).translations
        assert found is not None
        assert [len(each.sentences) for each in found] == [3, 2 if expected == 1 else 0, 0]
        report = translate_texts(given, model=model, parameters={"max_length": 2}, split_sentences=False)
        assert report.several == (2 if expected == 1 else 1)
