"""Model folders of version 0.1 and later load, give the numbers they gave, and interrupted trainings resume."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import make
import numpy as np
import pytest

import nlpkit
from nlpkit.registry import KINDS

SAVED = Path(__file__).parent / "saved"

ESTIMATORS = ["onehot", "bow", "tfidf", "hashing", "word2vec", "fasttext", "logmel", "mfcc"]


def told(name: str) -> Any:
    return json.loads((SAVED / f"{name}.json").read_text(encoding="utf-8"))


def test_there_is_a_folder_of_every_kind() -> None:
    saved = {json.loads(path.read_bytes())["kind"] for path in SAVED.glob("*/config.json")}
    assert saved == set(KINDS)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_an_estimator_gives_what_it_gave(kind: str) -> None:
    rows = make.dense(nlpkit.load(SAVED / kind).transform(make.inputs(kind)))
    np.testing.assert_allclose(rows, np.load(SAVED / f"{kind}.npy"), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", ["cnn_classifier", "lstm_classifier", "ctc_recognizer"])
def test_a_model_of_speech_gives_what_it_gave(kind: str) -> None:
    model = nlpkit.load(SAVED / kind)
    [(_, logits)] = model.logits([make.tone()], sr=16000)
    np.testing.assert_allclose(logits, np.load(SAVED / f"{kind}.npy"), rtol=1e-4, atol=1e-5)
    assert model.stored() == make.speech_model(kind).stored()


@pytest.mark.parametrize("name", make.marked_estimators())
def test_format_version_2_gives_what_it_gave(name: str) -> None:
    config = json.loads((SAVED / "version_2" / name / "config.json").read_bytes())
    assert config["format_version"] == 2
    rows = make.dense(nlpkit.load(SAVED / "version_2" / name).transform(make.MARKED))
    np.testing.assert_allclose(rows, np.load(SAVED / "version_2" / f"{name}.npy"), rtol=1e-5, atol=1e-5)


def as_version_1(name: str, folder: Path, **options: Any) -> Any:
    """The model of a folder of version 2 as if version 1 had written it, with other options."""
    shutil.copytree(SAVED / "version_2" / name, folder)
    config = json.loads((folder / "config.json").read_bytes())
    config["format_version"] = 1
    config["options"].pop("token_pattern", None)
    config["options"] |= options
    (folder / "config.json").write_text(json.dumps(config))
    return nlpkit.load(folder)


PATTERN = r"(?u)\b\w\w+\b"


@pytest.mark.parametrize(
    ("name", "options", "rule"),
    [
        ("bow", {"token_pattern": PATTERN, "tokenizer": None, "ngram_range": [1, 1]}, r"\w\w+"),
        ("bow", {"token_pattern": PATTERN, "tokenizer": "words", "ngram_range": [1, 1]}, r"\w\w+"),
        ("tfidf", {"token_pattern": PATTERN, "tokenizer": None}, r"\w\w+"),
        ("bow_wordpunct", {"token_pattern": PATTERN, "tokenizer": "wordpunct"}, r"\w+|[^\w\s]+"),
        ("word2vec", {"tokenizer": "words"}, r"\w\w+"),
        ("fasttext", {"tokenizer": "words"}, r"\w\w+"),
    ],
)
def test_version_1_cuts_texts_as_it_did(name: str, options: Any, rule: str, tmp_path: Path) -> None:
    model = as_version_1(name, tmp_path / "old", **options)
    for turn in "old", "again":
        found = {word for text in make.MARKED for word in model._analysis()(text)}
        assert found == {word for text in make.MARKED for word in re.findall(rule, text.lower())}, turn
        model.save(tmp_path / "again", force=True)
        model = nlpkit.load(tmp_path / "again")


def test_version_1_cuts_runs_as_it_did(tmp_path: Path) -> None:
    model = as_version_1("bow_cjk", tmp_path / "old", tokenizer="cjk", token_pattern=PATTERN)
    assert model.build_tokenizer()("中文字 cafe\u0301 हिन्दी") == ["中文", "文字", "cafe"]


def test_word_vectors_of_version_1_cut_texts_as_they_did() -> None:
    from nlpkit.jobs.models import load_model

    texts = ["rain\u0301snow", "train"]
    old = load_model(SAVED / "word_vectors").transform(texts)
    vectors = nlpkit.load(SAVED / "word_vectors")
    np.testing.assert_allclose(old[0], (vectors["rain"] + vectors["snow"]) / 2, rtol=1e-6)
    again = load_model(SAVED / "word_vectors", parameters={"tokenizer": "words"}).transform(texts)
    assert not again[0].any()
    assert again[1].any()


def test_a_vocabulary_gives_what_it_gave() -> None:
    vocabulary = nlpkit.load(SAVED / "vocabulary")
    assert [vocabulary.encode(text.split()).tolist() for text in make.TEXTS] == told("vocabulary")


def test_word_vectors_give_what_they_gave() -> None:
    vectors = nlpkit.load(SAVED / "word_vectors")
    np.testing.assert_array_equal(vectors[["rain", "train", "snow"]], np.load(SAVED / "word_vectors.npy"))


@pytest.mark.parametrize("kind", make.TRAINING)
def test_a_translator_gives_what_it_gave(kind: str) -> None:
    from nlpkit.translation import DecodingOptions

    found = nlpkit.load(SAVED / kind).translate_full(make.SOURCES, DecodingOptions(beam=2))
    assert [one.text for one in found] == [text for text, _ in told(kind)]
    np.testing.assert_allclose([one.score for one in found], [score for _, score in told(kind)], atol=1e-4)


@pytest.mark.parametrize("kind", make.INTERRUPTED)
def test_an_interrupted_translation_training_resumes(kind: str, tmp_path: Path) -> None:
    shutil.copytree(SAVED / kind, tmp_path / "model.partial")
    rows = told(kind)

    def stop(report: Any) -> None:
        seen.append(report.row)
        if report.row.epoch == rows[-1][1]:
            raise make.BrokenError

    seen: list[Any] = []
    with pytest.raises(make.BrokenError):
        make.train(make.INTERRUPTED[kind], tmp_path / "model", resume=True, validated=stop)
    assert seen[0].step > rows[0][0], "it began anew"
    expected = rows[len(rows) - len(seen) :]
    found = [[row.step, row.epoch, row.train_loss, row.valid_loss] for row in seen]
    np.testing.assert_allclose(found, expected, rtol=0.03)  # on a CPU dropout draws other zeros today


def test_an_interrupted_word2vec_training_resumes(tmp_path: Path) -> None:
    from nlpkit.jobs import train_files

    shutil.copytree(SAVED / "interrupted-word2vec", tmp_path / "model.partial")
    (tmp_path / "texts.txt").write_text("\n".join(make.TEXTS * 3000) + "\n", encoding="utf-8")
    plans: list[Any] = []
    report = train_files(
        tmp_path / "texts.txt",
        tmp_path / "model",
        method="word2vec",
        threads=1,
        parameters={name: value for name, value in make.WORDS.items() if name != "threads"} | {"epochs": 8},
        resume=True,
        started=plans.append,
    )
    assert plans[0].epochs_done >= 2
    np.testing.assert_allclose(report.model.losses_, told("interrupted-word2vec"), rtol=1e-4)
