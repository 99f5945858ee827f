"""Pretrained models through `Translator`, from text to text, against transformers' tokenizers and ``generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
transformers = pytest.importorskip("transformers", reason="transformers isn't installed")
import pretrained_models  # noqa: E402

from nlpkit.translation import DecodingOptions, Translator  # noqa: E402

TEXTS = ["", *pretrained_models.sentences(14, seed=9), "naïve café, qq 字!", "  small\u00a0dog\nruns  "]
LIMIT = 14
LANGUAGES = {
    "nllb": ("eng_Latn", "fra_Latn"),
    "m2m": ("en", "fr"),
    "mbart": ("en_XX", "fr_XX"),
    "mbart50": ("en_XX", "fr_XX"),
}
MODELS = ["marian", "marian_many", *LANGUAGES, "t5"]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module", params=MODELS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Translator]:
    name = request.param
    folder = tmp_path_factory.mktemp("pretrained") / name
    folder = getattr(pretrained_models, name)(folder)
    return name, folder, Translator(folder, engine="torch" if name.startswith("marian") else "auto")


def languages(name: str) -> dict[str, str]:
    return {} if name == "marian" else {"from_": "en", "to": "fr"}


def peer(name: str, folder: Path) -> tuple[Any, Any, dict[str, Any]]:
    """Transformers' tokenizer, its encoded texts, and what ``generate`` has to be given."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    texts = [" ".join(text.split()) for text in TEXTS if text]
    options: dict[str, Any] = {}
    if name == "t5":
        texts = [f"translate English to French: {text}" for text in texts]
    if name == "marian_many":
        texts = [f">>fra<< {text}" for text in texts]
    if name in LANGUAGES:
        tokenizer.src_lang, target = LANGUAGES[name]
        known = tokenizer.get_lang_id(target) if name == "m2m" else tokenizer.convert_tokens_to_ids(target)
        options = {"decoder_start_token_id" if name == "mbart" else "forced_bos_token_id": known}
    return tokenizer, tokenizer(texts, return_tensors="pt", padding=True), options


@pytest.mark.parametrize("beam", [1, 4])
def test_the_same_tokens_and_texts_as_generate(pair: tuple[str, Path, Translator], beam: int) -> None:
    name, folder, translator = pair
    tokenizer, batch, options = peer(name, folder)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    known = model.config
    lines = model.generate(
        **batch, **options, num_beams=beam, do_sample=False, early_stopping=False, max_new_tokens=LIMIT,
        bad_words_ids=[[known.pad_token_id]], forced_eos_token_id=None, length_penalty=1.0,
    )  # fmt: skip
    expected = []
    for line in lines[:, 1:].tolist():
        line = line[: line.index(known.eos_token_id)] if known.eos_token_id in line else line
        line = [token for token in line if token != known.pad_token_id]
        expected.append(line[1:] if "forced_bos_token_id" in options else line)
    search = DecodingOptions(beam=beam, stop="heuristic", max_ratio=0, max_extra=LIMIT)
    first, *found = translator.translate_full(TEXTS, search, split_sentences=False, **languages(name))
    assert first.text == ""
    assert [each.n_best[0].ids for each in found] == expected
    tags = getattr(tokenizer, "lang_code_to_id", {}).values()  # which M2M's tokenizer writes out, and nlpkit doesn't
    words = [[token for token in ids if token not in tags] for ids in expected]
    texts = tokenizer.batch_decode(words, skip_special_tokens=True)
    assert [each.text for each in found] == [" ".join(text.split()) for text in texts]
    assert len({tuple(ids) for ids in expected}) > 8
    assert len({token for ids in expected for token in ids}) > 8


def test_sources_are_encoded_as_by_transformers(pair: tuple[str, Path, Translator]) -> None:
    name, folder, translator = pair
    _, batch, _ = peer(name, folder)
    seen = []
    direction = translator.marks.target(languages(name).get("to"), from_=languages(name).get("from_"))
    for ids in translator.src_subwords.encode([translator.marks.put(text, direction)[0] for text in TEXTS[1:]]):
        ids = ids[1:] if name in LANGUAGES else ids
        end = translator.model.eos_id
        last = name == "mbart"
        seen.append([*ids[:-1], end, ids[-1]] if last else [*ids, end])
    mask = batch["attention_mask"].bool()
    assert seen == [row[own].tolist() for row, own in zip(batch["input_ids"], mask, strict=True)]


def test_alone_and_in_batches(pair: tuple[str, Path, Translator]) -> None:
    name, _, translator = pair
    texts, options = TEXTS[:7], DecodingOptions(beam=3, n_best=2, max_length=12)
    together = translator.translate_full(texts, options, **languages(name))
    for text, found in zip(texts, together, strict=True):
        [alone] = translator.translate_full([text], options, **languages(name))
        assert [each.ids for each in alone.n_best] == [each.ids for each in found.n_best]
        assert [each.score for each in alone.n_best] == pytest.approx([each.score for each in found.n_best], abs=1e-4)


def test_prefixes_phrases_and_bounds(pair: tuple[str, Path, Translator]) -> None:
    name, _, translator = pair
    texts = TEXTS[1:6]
    options = DecodingOptions(beam=3, min_length=4, max_length=9)
    begun = translator.translate_full(texts, options, prefixes=["small dog"] * 5, **languages(name))
    assert all(each.text.startswith("small dog") for each in begun)
    assert all(4 <= len(each.n_best[0].ids) + each.n_best[0].finished <= 9 for each in begun)
    forced = translator.translate_full(texts, options, phrases=[["red house"]] * 5, **languages(name))
    assert all("red house" in each.text for each in forced)
    samples = [DecodingOptions(sample=True, n_best=2, max_length=9, seed=seed) for seed in (1, 1, 2)]
    drawn = [translator.translate_full(texts, options, **languages(name)) for options in samples]
    assert drawn[0] == drawn[1] != drawn[2]
