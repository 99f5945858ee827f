"""Model folders of version 0.1 load, give the numbers they gave, and interrupted trainings resume."""

from __future__ import annotations

import json
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


def test_an_interrupted_translation_training_resumes(tmp_path: Path) -> None:
    shutil.copytree(SAVED / "interrupted-translation", tmp_path / "model.partial")
    rows = told("interrupted-translation")

    def stop(report: Any) -> None:
        seen.append(report.row)
        if report.row.epoch == rows[-1][1]:
            raise make.BrokenError

    seen: list[Any] = []
    with pytest.raises(make.BrokenError):
        make.train("translation-gru", tmp_path / "model", resume=True, validated=stop)
    assert seen[0].step > rows[0][0], "it began anew"
    expected = rows[len(rows) - len(seen) :]
    found = [[row.step, row.epoch, row.train_loss, row.valid_loss] for row in seen]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


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
