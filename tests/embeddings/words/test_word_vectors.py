"""Word vectors: what they are made of, how they are kept in folders, and what a damaged folder says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlpkit
from nlpkit import artifact
from nlpkit.embeddings import WordVectors
from nlpkit.embeddings.words.character_ngrams import CharacterNgrams
from nlpkit.embeddings.words.classifier import Classifier
from nlpkit.errors import ArtifactError, MissingDependencyError, OutputError, ParameterError, UnknownWordError
from nlpkit.text.terms import Terms

WORDS = ["the", "cat", "new york", "line\nend", "back\\slash", "ü"]
ROWS = np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)


def plain() -> WordVectors:
    return WordVectors(WORDS, ROWS, counts=np.arange(6, 0, -1), provenance={"by": "hand"})


def with_subwords(*, pruned: bool = False) -> WordVectors:
    rng = np.random.default_rng(2)
    ngrams = rng.normal(size=(40, 5)).astype(np.float32)
    buckets = np.sort(rng.choice(100, 40, replace=False)).astype(np.int32)
    subwords = CharacterNgrams(3, 4, 100, ROWS, ngrams, buckets, pruned)
    outputs = rng.normal(size=(6, 5)).astype(np.float32)
    return WordVectors(WORDS, subwords.compose(Terms.of(WORDS)), subwords=subwords, outputs=outputs)


def supervised() -> WordVectors:
    labels = Classifier(["__label__a", "__label__é"], np.array([3, 2]), ROWS[:2], loss="softmax", word_ngrams=1)
    return WordVectors(["</s>", *WORDS[1:]], ROWS, classifier=labels)


def test_what_they_are_made_of() -> None:
    vectors = plain()
    assert vectors.words == WORDS
    assert list(vectors) == WORDS
    assert len(vectors) == 6
    assert vectors.vector_size == 5
    assert vectors.vectors is ROWS
    assert vectors.index["cat"] == 1
    assert "cat" in vectors
    assert "dog" not in vectors
    assert 1 not in vectors
    np.testing.assert_array_equal(vectors["cat"], ROWS[1])
    np.testing.assert_array_equal(vectors[["ü", "the"]], ROWS[[5, 0]])
    assert vectors[[]].shape == (0, 5)
    assert repr(vectors) == "<WordVectors of 6 words, 5 numbers each>"


def test_a_vector_is_a_copy() -> None:
    vectors = WordVectors(["a"], np.ones((1, 2), np.float32))
    vectors["a"][:] = 5
    assert vectors["a"].tolist() == [1, 1]


def test_other_numbers_become_float32() -> None:
    for rows in ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], ">f8"), np.array([[1, 3], [2, 4]], np.float32).T):
        vectors = WordVectors(iter(["a", "b"]), rows)
        assert vectors.vectors.dtype == np.float32
        assert vectors.vectors.flags.c_contiguous
        assert vectors["b"].tolist() == [3, 4]


def test_of_a_word_that_is_there_twice_the_first_is_found() -> None:
    vectors = WordVectors(["a", "b", "a"], np.eye(3))
    assert vectors.index == {"a": 0, "b": 1}
    assert len(vectors) == 3


@pytest.mark.parametrize(
    ("words", "rows", "options"),
    [
        ("ab", np.eye(2), {}),
        (["a"], np.eye(2), {}),
        (["a", "b"], np.ones(2), {}),
        (["a", "b"], np.array([["1"], ["2"]]), {}),
        (["a", 2], np.eye(2), {}),
        (["a", b"b"], np.eye(2), {}),
        (["a", "b"], np.eye(2), {"counts": np.ones(3)}),
        (["a", "b"], np.eye(2), {"outputs": np.ones(3)}),
        (["a", "b"], np.eye(2), {"outputs": np.ones((2, 3))}),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(words: Any, rows: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError) as caught:
        WordVectors(words, rows, **options)
    assert "\n" not in str(caught.value)


def test_unseen_words_have_vectors_by_their_subwords() -> None:
    vectors = with_subwords()
    assert "cats" not in vectors
    assert vectors.subwords is not None
    np.testing.assert_array_equal(vectors["cats"], vectors.subwords.vector("cats"))
    np.testing.assert_allclose(vectors["cat"], vectors.subwords.vector("cat", 1), atol=1e-6)
    assert len(vectors.most_similar("cats", k=6)) == 6
    assert "cat" not in dict(vectors.most_similar(["cats", "cat"], k=6))
    assert vectors.similarity("cats", "cats") == pytest.approx(1)


def test_a_sentence_is_the_mean_of_directions() -> None:
    vectors = WordVectors(["a", "b", "o", "c\u00a0d"], np.array([[3, 0], [0, 0.1], [0, 0], [-7, 0]]))
    assert vectors.sentence_vector("a b").tolist() == [0.5, 0.5]
    assert vectors.sentence_vector(" a\ta unknown o\v\f\r\na b").tolist() == [0.75, 0.25]
    assert vectors.sentence_vector("c\u00a0d").tolist() == [-1, 0]  # only ASCII white space parts words
    assert vectors.sentence_vector("o unknown").tolist() == [0, 0]
    assert vectors.sentence_vector("").tolist() == [0, 0]
    assert vectors.sentence_vector("a").dtype == np.float32


def test_labels_are_predicted_where_there_are_any() -> None:
    labels, probabilities = supervised().predict(["cat the", "cat"], k=2)
    assert {*labels[0]} == {"__label__a", "__label__é"}
    assert sum(probabilities[1]) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ParameterError, match="have no labels to predict"):
        plain().predict(["cat"])


MAKERS = {
    "plain": plain,
    "subwords": with_subwords,
    "pruned": lambda: with_subwords(pruned=True),
    "supervised": supervised,
    "none": lambda: WordVectors([], np.zeros((0, 3), np.float32)),
}


def same(found: WordVectors, expected: WordVectors, within: float = 0.0) -> None:
    """All parts are equal, rows up to ``within`` times the largest number of each."""

    def rows_are(one: np.ndarray | None, other: np.ndarray | None) -> None:
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert one.dtype == np.float32
            assert (np.abs(one - other) <= within * np.abs(other).max(axis=1, keepdims=True, initial=0)).all()

    assert found.words == expected.words
    assert found.provenance == expected.provenance
    rows_are(found.vectors, expected.vectors)
    rows_are(found.outputs, expected.outputs)
    np.testing.assert_equal(found.counts, expected.counts)
    assert (found.subwords is None) == (expected.subwords is None)
    if found.subwords is not None and expected.subwords is not None:
        rows_are(found.subwords.word_rows, expected.subwords.word_rows)
        rows_are(found.subwords.ngram_rows, expected.subwords.ngram_rows)
        for name in ("min_n", "max_n", "bucket", "pruned"):
            assert getattr(found.subwords, name) == getattr(expected.subwords, name)
        np.testing.assert_array_equal(found.subwords.buckets, expected.subwords.buckets)
        np.testing.assert_allclose(found["cats"], expected["cats"], atol=5 * within)
    if expected.classifier is not None:
        assert found.predict(["cat the"], k=2)[0] == expected.predict(["cat the"], k=2)[0]


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
@pytest.mark.parametrize("maker", MAKERS)
def test_a_folder_gives_them_back(tmp_path: Path, maker: str, precision: str) -> None:
    vectors = MAKERS[maker]()
    vectors.save(tmp_path / "m", precision=precision)
    within = {"float32": 0.0, "float16": 2.0**-11, "int8": 0.5001 / 127}[precision]
    for found in (
        WordVectors.load(tmp_path / "m"),
        WordVectors.load(tmp_path / "m", mmap=False),
        nlpkit.load(tmp_path / "m"),
    ):
        assert isinstance(found, WordVectors)
        same(found, vectors, within)
    found.save(tmp_path / "again", precision=precision)
    same(WordVectors.load(tmp_path / "again"), found, 1e-6)


def test_folders_of_less_precision_are_smaller(tmp_path: Path) -> None:
    vectors = WordVectors([str(i) for i in range(2000)], np.random.default_rng(0).normal(size=(2000, 100)))
    sizes = []
    for precision in ("float32", "float16", "int8"):
        vectors.save(tmp_path / precision, precision=precision)
        sizes.append((tmp_path / precision / "model.safetensors").stat().st_size)
    assert sizes[0] / sizes[1] == pytest.approx(2, rel=0.01)
    assert sizes[0] / sizes[2] == pytest.approx(400 / 104, rel=0.01)


def test_int8_rows_have_scales_of_their_own(tmp_path: Path) -> None:
    rows = np.array([[1e-6, -5e-7], [1e6, 3e5], [0, 0], [127, 64]], np.float32)
    WordVectors(list("abcd"), rows).save(tmp_path / "m", precision="int8")
    found = WordVectors.load(tmp_path / "m").vectors
    np.testing.assert_allclose(found, rows, rtol=0.01)
    assert found[3].tolist() == [127, 64]


def test_a_mapped_folder_is_not_read(tmp_path: Path) -> None:
    plain().save(tmp_path / "m")
    vectors = WordVectors.load(tmp_path / "m")
    assert not vectors.vectors.flags.owndata
    path = tmp_path / "m" / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    WordVectors.load(tmp_path / "m")
    with pytest.raises(ArtifactError, match="its SHA-256 differs from"):
        WordVectors.load(tmp_path / "m", mmap=False)
    with pytest.raises(ArtifactError, match="its SHA-256 differs from"):
        nlpkit.load(tmp_path / "m")


def test_numbers_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for number, precision in [(1e5, "float16"), (np.nan, "int8"), (np.inf, "int8")]:
        with pytest.raises(ArtifactError, match="choose another precision"):
            WordVectors(["a"], np.array([[number, 1]])).save(tmp_path / "m", precision=precision)
    with pytest.raises(ParameterError, match="precision is 'int4'"):
        plain().save(tmp_path / "m", precision="int4")
    assert not (tmp_path / "m").exists()
    WordVectors(["a"], np.array([[np.inf, np.nan]])).save(tmp_path / "m", precision="float16")
    plain().save(tmp_path / "m", force=True)
    with pytest.raises(OutputError):
        plain().save(tmp_path / "m")


def changed(folder: Path, *, arrays: dict[str, Any] | None = None, lines: bytes | None = None, **options: Any) -> Path:
    """A folder saved by nlpkit, whole in itself, in which some things are other ones."""
    vectors = with_subwords()
    vectors.save(folder / "good")
    stored = artifact.read(folder / "good")
    artifact.save(
        folder / "bad",
        kind=options.pop("kind", "word_vectors"),
        options={**stored.options, **options},
        arrays={name: array for name, array in {**stored.arrays, **(arrays or {})}.items() if array is not None},
        files={"vocabulary.txt": lines if lines is not None else stored.file("vocabulary.txt")},
    )
    return folder / "bad"


@pytest.mark.parametrize(
    "changes",
    [
        {"arrays": {"vectors": None}},
        {"arrays": {"vectors": np.ones((5, 5), np.float32)}},
        {"arrays": {"vectors": np.ones(6, np.float32)}},
        {"arrays": {"vectors": np.ones((6, 5), np.int8)}},
        {"arrays": {"vectors": np.ones((6, 5), np.int8), "vectors_scale": np.ones(5, np.float32)}},
        {"arrays": {"counts": np.ones(7, np.int64)}},
        {"arrays": {"outputs": np.ones((6, 4), np.float32)}},
        {"arrays": {"word_rows": None}},
        {"arrays": {"word_rows": np.ones((6, 4), np.float32)}},
        {"arrays": {"word_rows": np.ones((5, 5), np.float32)}},
        {"arrays": {"ngram_buckets": None}},
        {"arrays": {"ngram_buckets": np.arange(39, dtype=np.int32)}},
        {"arrays": {"ngram_buckets": np.arange(40, dtype=np.int64)}},
        {"arrays": {"ngram_buckets": np.arange(40, dtype=np.int32)[::-1]}},
        {"arrays": {"ngram_buckets": np.arange(61, 101, dtype=np.int32)}},
        {"arrays": {"ngram_buckets": np.arange(-1, 39, dtype=np.int32)}},
        {"min_n": None},
        {"bucket": "many"},
        {"max_n": -1},
        {"classifier": {"loss": "softmax"}},
        {"lines": b"a\nb\n"},
        {"lines": b"\xff\n" * 6},
        {"lines": b"a\nb\nc\nd\ne\nf"},
        {"kind": "vocabulary"},
    ],
    ids=str,
)
def test_what_does_not_fit_in_a_folder_is_one_clear_line(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = changed(tmp_path, **changes)
    for mmap in (True, False):
        with pytest.raises(ArtifactError) as caught:
            WordVectors.load(folder, mmap=mmap)
        assert str(caught.value).startswith(str(folder))
        assert "\n" not in str(caught.value)


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path, colour="red")
    with pytest.raises(ArtifactError, match="unknown option 'colour'"):
        nlpkit.load(folder)


def test_a_folder_describes_what_it_holds(tmp_path: Path) -> None:
    plain().save(tmp_path / "m", precision="float16")
    found = artifact.describe(tmp_path / "m")
    assert found.kind == "word_vectors"
    assert found.arrays["vectors"] == ("F16", (6, 5))
    assert found.options["precision"] == "float16"
    assert json.loads((tmp_path / "m" / "config.json").read_text())["provenance"]["vectors"] == {"by": "hand"}


class TestGensim:
    """Vectors that go to gensim and come back."""

    @pytest.fixture(autouse=True)
    def _gensim(self) -> None:
        pytest.importorskip("gensim", reason="gensim isn't installed")

    def test_there_and_back(self) -> None:
        keyed = plain().to_gensim()
        assert keyed.index_to_key == WORDS
        np.testing.assert_array_equal(keyed["new york"], ROWS[2])
        assert keyed.get_vecattr("cat", "count") == 5
        back = WordVectors.from_gensim(keyed)
        assert back.words == WORDS
        np.testing.assert_array_equal(back.vectors, ROWS)
        np.testing.assert_array_equal(back.counts, plain().counts)
        keyed.vectors[:] = 0
        assert ROWS.any()
        assert back.vectors.any()

    def test_subwords_there_and_back(self) -> None:
        vectors = with_subwords()
        keyed = vectors.to_gensim()
        for word in ("cat", "cats", "unheard", "ü"):
            np.testing.assert_allclose(keyed[word], vectors[word], atol=1e-6)
        back = WordVectors.from_gensim(keyed)
        for word in ("cat", "cats", "unheard", "ü"):
            np.testing.assert_allclose(back[word], vectors[word], atol=1e-6)
        assert type(with_subwords(pruned=True).to_gensim()).__name__ == "KeyedVectors"

    def test_gensims_own_models(self) -> None:
        from gensim.models import FastText, Word2Vec

        texts = [["red", "green", "blue"], ["green", "blue", "grey"]] * 5
        model = Word2Vec(texts, vector_size=4, min_count=1, epochs=1, workers=1)
        vectors = WordVectors.from_gensim(model)
        np.testing.assert_array_equal(vectors["grey"], model.wv["grey"])
        assert vectors.counts is not None
        assert vectors.counts.tolist() == [10, 10, 5, 5]
        grams = FastText(texts, vector_size=4, min_count=1, epochs=1, workers=1, bucket=50)
        vectors = WordVectors.from_gensim(grams.wv)
        for word in ("green", "greenish"):
            np.testing.assert_allclose(vectors[word], grams.wv[word], atol=1e-6)

    def test_what_gensim_cannot_have(self) -> None:
        with pytest.raises(ParameterError, match="'a' is there twice"):
            WordVectors(["a", "b", "a"], np.eye(3)).to_gensim()
        with pytest.raises(ParameterError, match="given dict"):
            WordVectors.from_gensim({})
        from gensim.models import KeyedVectors

        keyed = KeyedVectors(2)
        keyed.add_vectors([1, 2], np.eye(2))
        with pytest.raises(ParameterError, match="gensim's key 1 is int"):
            WordVectors.from_gensim(keyed)


def test_gensim_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("gensim")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "gensim", None)
    with pytest.raises(MissingDependencyError, match=r"pip install nlpkit\[gensim\]") as caught:
        plain().to_gensim()
    assert "\n" not in str(caught.value)


def test_an_unknown_word_is_a_key_error() -> None:
    with pytest.raises(UnknownWordError) as caught:
        plain()["dog"]
    assert isinstance(caught.value, KeyError)
    assert str(caught.value).startswith("'dog' is none of the 6 words: ")


def test_a_number_is_no_word() -> None:
    vectors = WordVectors(["a"], np.ones((1, 2)))
    for strange in (3, np.int64(0), slice(0, 1), None, [3]):
        with pytest.raises(ParameterError, match=r"a word is .*: expected str"):
            vectors[strange]
