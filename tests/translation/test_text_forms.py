"""The same letters give the same translation, however Unicode writes them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import torch

import nlpkit
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.jobs import train_translation
from nlpkit.text.subword import Subwords
from nlpkit.translation import DecodingOptions, RNNOptions, Seq2SeqRNN, Translator

LINES = ["une école fière pèse", "une pièce rêve", "la forêt éloignée brûle", "où est la bête isolée"]
SHORT = DecodingOptions(beam=2, max_extra=6, max_ratio=1.0, batch_invariant=True)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def make(texts: list[str], **options: Any) -> Translator:
    subwords = Subwords.train(texts * 20, vocab_size=330)
    torch.manual_seed(1)
    sizes = RNNOptions(src_size=len(subwords), trg_size=len(subwords), embedding_size=8, hidden_size=12)
    return Translator(Seq2SeqRNN(sizes), src_subwords=subwords, device="cpu", **options)


def as_saved_before(folder: Path) -> Path:
    """Take from a model folder what models of version 0.1 did not store."""
    config = json.loads((folder / "config.json").read_text())
    del config["options"]["normalize"]
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def translator() -> Translator:
    return make(LINES)


def test_input_in_every_form(translator: Translator) -> None:
    composed = translator.translate_full(LINES, SHORT)
    for texts in ([nfd(text) for text in LINES], [text.replace(" ", "\u00a0\u200b") for text in LINES]):
        found = translator.translate_full(texts, SHORT)
        assert [each.n_best for each in found] == [each.n_best for each in composed]
        assert [each.source_ids for each in found] == [each.source_ids for each in composed]
        assert [each.source for each in found] == texts
    hyphenated = translator.translate_full([LINES[0].replace("éc", "é\u00adc")], SHORT)[0]
    assert hyphenated.source_ids == composed[0].source_ids


def test_prefixes_and_phrases_in_every_form(translator: Translator) -> None:
    options = DecodingOptions(beam=2, max_extra=20)
    for demand in (
        lambda text: {"prefixes": [text]},
        lambda text: {"phrases": [[text]]},
    ):
        expected = translator.translate_full(LINES[:1], options, **demand("la forêt"))[0]
        assert translator.translate_full(LINES[:1], options, **demand(nfd("la fo\u00adrêt")))[0] == expected


def test_the_form_is_stored(translator: Translator, tmp_path: Path) -> None:
    translator.save(tmp_path / "model")
    assert json.loads((tmp_path / "model" / "config.json").read_text())["options"]["normalize"] == "NFC"
    for loaded in (Translator(tmp_path / "model"), nlpkit.load(tmp_path / "model")):
        assert loaded.text_form == translator.text_form
    unchanged = make(LINES, normalize=None)
    unchanged.save(tmp_path / "other")
    again = Translator(tmp_path / "other", device="cpu")
    assert again.translate_full([nfd(LINES[0])])[0].source_ids == unchanged.src_subwords.encode([nfd(LINES[0])])[0]
    with pytest.raises(ParameterError, match="a folder has sub-words and a form"):
        Translator(tmp_path / "model", normalize="NFC")
    config = (tmp_path / "model" / "config.json").read_text().replace('"normalize": "NFC"', '"normalize": "NFX"')
    (tmp_path / "model" / "config.json").write_text(config)
    with pytest.raises(ArtifactError, match=r"config\.json: normalize is 'NFX': choose NFC"):
        Translator(tmp_path / "model")


def test_a_model_saved_before(translator: Translator, tmp_path: Path) -> None:
    translator.save(tmp_path / "new")
    before = Translator(as_saved_before(tmp_path / "new"), device="cpu")
    odd = ["co\u00adope\u200brate", "a\u00a0b", *LINES]
    assert [each.source_ids for each in before.translate_full(odd)] == before.src_subwords.encode(odd)
    decomposed = before.translate_full([nfd(text) for text in LINES])
    assert [each.source_ids for each in decomposed] == before.src_subwords.encode(LINES)
    before.save(tmp_path / "again")
    assert "normalize" not in json.loads((tmp_path / "again" / "config.json").read_text())["options"]


def test_a_model_of_decomposed_text_saved_before(tmp_path: Path) -> None:
    model = make([nfd(text) for text in LINES])
    assert model.text_form.name == "NFD"
    model.save(tmp_path / "model")
    before = Translator(as_saved_before(tmp_path / "model"), device="cpu")
    expected = before.src_subwords.encode([nfd(text) for text in LINES])
    assert [each.source_ids for each in before.translate_full(LINES)] == expected
    assert [each.source_ids for each in before.translate_full([nfd(text) for text in LINES])] == expected


@pytest.mark.parametrize(
    ("change", "normalize", "stored"),
    [(nfd, "NFC", "NFC"), (nfd, "auto", "NFD"), (str, "auto", "NFC"), (str, "NFD", "NFD"), (nfd, None, None)],
)
def test_training_text_goes_through_the_form(
    change: Any, normalize: str | None, stored: str | None, tmp_path: Path
) -> None:
    pairs = [f"{change(line)} {'la ' * n}\t{change(line)}\u00ad\n" for n in range(1, 8) for line in LINES]
    (tmp_path / "pairs.tsv").write_text("".join([*pairs, "vide\t\u200b\n"]))
    report = train_translation(
        tmp_path / "model",
        pairs=tmp_path / "pairs.tsv",
        architecture="gru",
        normalize=normalize,
        parameters={"max_steps": 1, "hidden_size": 8, "embedding_size": 8},
        device="cpu",
    )
    translator = Translator(tmp_path / "model", device="cpu")
    assert report.plan.empty == 1
    assert report.plan.normalize == translator.text_form.name == stored
    characters = set("".join(translator.src_subwords.vocabulary))
    assert ("\u0301" in characters) == (stored != "NFC")
    assert ("é" in characters) == (stored == "NFC")
    assert ("\u00ad" in characters) == (stored is None)
