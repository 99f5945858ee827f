"""Whole jobs with word vectors: training, embedding, questions and conversions, called from Python."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlpkit
from nlpkit.embeddings import BagOfWords, FastText, Word2Vec, WordVectors
from nlpkit.errors import DivergedError, InputError, OutputError, ParameterError, UnknownWordError
from nlpkit.jobs import (
    convert_vectors,
    embed_files,
    embed_texts,
    passes,
    search_files,
    similar_words,
    solve_analogies,
    terms,
    train_files,
)

TEXTS = ["the cat drinks milk and sleeps", "", "the dog drinks water and runs", "the bird sings and flies"] * 10
SMALL = {"vector_size": 8, "min_count": 1, "epochs": 3}
CASED = WordVectors(["Paris", "paris", "in"], np.eye(3), counts=[1, 5, 3])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{text}\n" for text in TEXTS))
    return path


def fitted(cls: Any = Word2Vec, **parameters: Any) -> Any:
    return cls(**{**SMALL, "threads": 1, **parameters}).fit(TEXTS)


def test_train_files(path: Path, tmp_path: Path) -> None:
    read, plans, states = [], [], []
    report = train_files(
        path,
        tmp_path / "model",
        method="word2vec",
        parameters=SMALL,
        threads=1,
        reading=lambda *state: read.append(state),
        started=plans.append,
        progress=states.append,
    )
    assert (report.method, report.words, report.vector_size, report.skipped) == ("word2vec", 12, 8, 0)
    assert report.loss == report.model.losses_[-1]
    assert read[-1] == ("learning", path.stat().st_size, path.stat().st_size)
    assert [(plan.texts, plan.vocabulary, plan.epochs) for plan in plans] == [(40, 12, 3)]
    assert all(state.epochs == 3 for state in states)
    expected = fitted().word_vectors.vectors
    assert np.array_equal(report.model.word_vectors.vectors, expected)
    assert np.array_equal(nlpkit.load(tmp_path / "model").word_vectors.vectors, expected)


def test_train_from_a_stream_and_on_many_files(path: Path, tmp_path: Path) -> None:
    report = train_files(
        "-", tmp_path / "one", method="word2vec", parameters=SMALL, threads=1, stdin=io.BytesIO(path.read_bytes())
    )
    assert np.array_equal(report.model.word_vectors.vectors, fitted().word_vectors.vectors)
    report = train_files([path, path], tmp_path / "two", method="word2vec", parameters=SMALL, threads=1)
    assert report.model.word_vectors.counts.tolist() == (2 * fitted().word_vectors.counts).tolist()


def test_a_training_that_diverges_leaves_its_last_good_state(path: Path, tmp_path: Path) -> None:
    parameters = {**SMALL, "alpha": 1e30, "min_alpha": 1e-4, "epochs": 5}
    with pytest.raises(DivergedError, match="diverged"):
        train_files(path, tmp_path / "model", method="word2vec", parameters=parameters, threads=1)
    assert not (tmp_path / "model").exists()


def test_a_stopped_training_is_resumed(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.embeddings.word_training.checkpoint import WordCheckpoint

    job: dict[str, Any] = {"method": "fasttext", "parameters": {**SMALL, "bucket": 50}, "threads": 1}
    write = WordCheckpoint.write

    def write_and_stop(self: WordCheckpoint, state: Any, *arrays: Any) -> None:
        write(self, state, *arrays)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(WordCheckpoint, "write", write_and_stop)
        with pytest.raises(KeyboardInterrupt):
            train_files(path, tmp_path / "model", **job)
    with pytest.raises(OutputError, match="--resume"):
        train_files(path, tmp_path / "model", **job)
    leavings = [tmp_path / "model.partial" / name for name in (".nlpkit-1234.partial", "state-1.1234.old")]
    for folder in leavings:
        folder.mkdir()
    with pytest.raises(ParameterError, match="other texts"):
        train_files([path, path], tmp_path / "model", resume=True, **job)
    report = train_files(path, tmp_path / "model", resume=True, **job)
    expected = fitted(FastText, bucket=50)
    assert report.model.losses_ == expected.losses_
    assert np.array_equal(report.model.word_vectors.vectors, expected.word_vectors.vectors)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.txt", "model"]


def test_two_trainings_of_one_model(path: Path, tmp_path: Path) -> None:
    def second(_: Any) -> None:
        train_files(path, tmp_path / "model", method="word2vec", parameters=SMALL, threads=1, resume=True)

    with pytest.raises(OutputError, match="another process is writing to it"):
        train_files(path, tmp_path / "model", method="word2vec", parameters=SMALL, threads=1, started=second)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.txt"]


@pytest.mark.parametrize("blocks", ["one", "many"])
def test_embed_files_trains_and_reports(blocks: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if blocks == "many":
        monkeypatch.setattr(passes, "IN_MEMORY_CHARACTERS", 500)
        monkeypatch.setattr(passes, "BLOCK_CHARACTERS", 500)
        monkeypatch.setattr("nlpkit.corpora.lines.BLOCK_BYTES", 256)
    told = []
    report = embed_files(
        path, method="word2vec", parameters=SMALL, threads=1, progress=lambda *state: told.append(state)
    )
    model = fitted()
    assert np.array_equal(report.vectors, model.transform(TEXTS))
    assert (report.rows, report.columns, report.nonzeros) == (40, 8, np.count_nonzero(report.vectors))
    training = [state for state in told if state[0] == passes.TRAINING]
    assert {total for *_, total in training} <= {model.corpus_words_ * 3}


def test_word_vectors_embed_by_the_mean_of_their_words(path: Path, tmp_path: Path) -> None:
    for model in (CASED, str(tmp_path / "vectors"), tmp_path / "vectors.vec"):
        if model is not CASED:
            convert_vectors(CASED, model)
        assert embed_texts(["Paris in paris", ""], model=model).vectors.tolist() == [
            pytest.approx([1 / 3, 1 / 3, 1 / 3]),
            [0, 0, 0],
        ]
    lower = {"lowercase": True}
    assert embed_texts(["Paris in"], model=CASED, parameters=lower).vectors.tolist() == [[0, 0.5, 0.5]]
    small = WordVectors(["paris", "in"], np.eye(2))
    assert embed_texts(["Paris in"], model=small).vectors.tolist() == [[0.5, 0.5]]
    with pytest.raises(ParameterError, match="leave out window"):
        embed_texts(["Paris"], model=CASED, parameters={"window": 3})
    with pytest.raises(ParameterError, match="keeps the parameters"):
        embed_texts(["Paris"], model=fitted(), parameters={"lowercase": False})


def test_a_vocabulary_embeds_nothing(tmp_path: Path) -> None:
    from nlpkit.text.vocabulary import Vocabulary

    with pytest.raises(ParameterError, match="embeds no texts"):
        embed_texts(["cat"], model=Vocabulary.__new__(Vocabulary))


def test_the_hash_of_a_model_is_that_of_its_vectors() -> None:
    one, other = fitted(), fitted(seed=2)
    assert one.model_hash() == fitted().model_hash()
    other.seed = 1
    assert one.model_hash() != other.model_hash()


def test_search_files_with_dense_vectors(path: Path) -> None:
    model = fitted(epochs=30)
    hits = search_files("bird flies", path, model=model, k=50)
    assert len(hits) == 30
    assert hits[0].text == "the bird sings and flies"
    rows = model.transform(["bird flies", hits[0].text]).astype(float)
    assert hits[0].score == pytest.approx(rows[0] @ rows[1] / np.prod(np.linalg.norm(rows, axis=1)))
    assert search_files("unheard", path, model=model) == []


def test_terms_of_words(tmp_path: Path) -> None:
    assert [(term.term, term.count, term.idf) for term in terms(CASED, k=2)] == [("paris", 5, None), ("in", 3, None)]
    found = terms(fitted(), k=None)
    assert len(found) == 12
    assert {term.term for term in found[:2]} == {"the", "and"}


def test_questions_to_any_model() -> None:
    model = fitted()
    for given in (model, model.word_vectors):
        (answer,) = similar_words(given, ["cat"], k=3)
        assert (answer.query, answer.is_known) == ("cat", True)
        assert answer.found == model.word_vectors.most_similar("cat", k=3)
    expression = solve_analogies(model, "cat - milk + water")[0].found
    assert expression == model.word_vectors.analogy("milk", "cat", "water")
    assert solve_analogies(model, ["milk : cat::water:?"])[0].found == expression
    with pytest.raises(ParameterError, match="has no word vectors"):
        similar_words(BagOfWords().fit(TEXTS), ["cat"])
    with pytest.raises(UnknownWordError):
        similar_words(model, ["cat", "lion"])
    with pytest.raises(InputError, match="no word was given"):
        similar_words(model, [])


def test_conversions_report_what_they_did(tmp_path: Path) -> None:
    model = fitted(FastText, bucket=50)
    report = convert_vectors(model, tmp_path / "a.bin")
    assert (report.words, report.vector_size, report.format, report.lost) == (12, 8, "fasttext", ())
    assert convert_vectors(tmp_path / "a.bin", tmp_path / "a.npy").lost == ("sub-words", "counts", "output weights")
    report = convert_vectors(tmp_path / "a.bin", tmp_path / "b.bin", output_format="word2vec-binary", limit=5)
    assert (report.words, report.format) == (5, "word2vec-binary")
    words = WordVectors.read(tmp_path / "a.bin")
    assert np.allclose(words["sleeping"], model.word_vectors["sleeping"], atol=1e-6)
    with pytest.raises(ParameterError, match="limit"):
        convert_vectors(model, tmp_path / "c.vec", limit=5)
