"""Supervised fastText models: the official labels and probabilities, whole and quantised."""

from __future__ import annotations

import json
import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fasttext_oracle import ask

from nlpkit.embeddings.formats.fasttext.product_quantizer import ProductQuantizer
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.embeddings.words.classifier import Classifier
from nlpkit.errors import ArtifactError, InputError, ParameterError, UnknownWordError

read_fasttext = partial(WordVectors.read, format="fasttext")

FIXTURES = Path(__file__).parents[1] / "fixtures"
OFFICIAL = json.loads((FIXTURES / "fasttext_official.json").read_text(encoding="utf-8"))["labels"]


@pytest.fixture(params=OFFICIAL)
def model(request: pytest.FixtureRequest) -> tuple[str, WordVectors]:
    return request.param, read_fasttext(FIXTURES / request.param)


def test_the_official_labels_and_probabilities(model: tuple[str, WordVectors]) -> None:
    name, vectors = model
    told, asked = OFFICIAL[name]["told"], OFFICIAL[name]["asked"]
    assert vectors.classifier.labels == told["all_labels"]
    for k, threshold, labels, probabilities in [
        (asked["k"], 0.0, told["labels"], told["probabilities"]),
        (1, 0.0, *told["first"]),
        (-1, 0.2, *told["likely"]),
    ]:
        found, chances = vectors.predict(asked["predict"], k=k, threshold=threshold)
        assert found == labels  # and of equal ones in the same order
        for ours, theirs in zip(chances, probabilities, strict=True):
            assert ours.dtype == np.float32
            np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_official_vectors(model: tuple[str, WordVectors]) -> None:
    name, vectors = model
    told, asked = OFFICIAL[name]["told"], OFFICIAL[name]["asked"]
    assert list(vectors.words) == told["vocabulary"]
    assert vectors.counts.tolist() == told["counts"]
    for word, expected in zip(asked["words"], told["words"], strict=True):
        if vectors.subwords is not None and not np.any(expected):  # fastText gives zeros where no sub-word is known
            with pytest.raises(UnknownWordError, match="none of its sub-words is known"):
                vectors[word]
        elif word in vectors or vectors.subwords is not None:
            np.testing.assert_allclose(vectors[word], expected, atol=1e-6)
    for text, expected in zip(asked["sentences"], told["sentences"], strict=True):
        np.testing.assert_allclose(vectors.sentence_vector(text), expected, atol=1e-6)


def test_many_texts_are_as_one_by_one(model: tuple[str, WordVectors]) -> None:
    name, vectors = model
    texts = OFFICIAL[name]["asked"]["predict"] * 150
    labels, chances = vectors.classifier.predict(vectors, iter(texts), k=2)
    for i in (0, 1023, 1024, len(texts) - 1):
        alone, chance = vectors.classifier.predict(vectors, [texts[i]], k=2)
        assert labels[i] == alone[0]
        np.testing.assert_array_equal(chances[i], chance[0])


def test_stored_as_arrays(model: tuple[str, WordVectors]) -> None:
    name, vectors = model
    classifier = vectors.classifier
    options = json.loads(json.dumps(classifier.options()))
    again = Classifier.from_arrays(classifier.arrays(), options)
    texts = OFFICIAL[name]["asked"]["predict"]
    assert again.predict(vectors, texts, 3)[0] == classifier.predict(vectors, texts, 3)[0]
    assert again.labels == classifier.labels
    with pytest.raises(ArtifactError, match="damaged"):
        Classifier.from_arrays(classifier.arrays() | {"label_ends": np.array([5, 3])}, options)
    with pytest.raises(ArtifactError, match="damaged"):
        Classifier.from_arrays(classifier.arrays() | {"counts": np.array([5])}, options)
    with pytest.raises(ArtifactError, match="damaged"):
        Classifier.from_arrays(classifier.arrays(), options | {"loss": "hinge"})


def test_what_cannot_be_predicted() -> None:
    vectors = read_fasttext(FIXTURES / "fasttext_softmax.bin")
    with pytest.raises(InputError, match="text 1 has a line end in it"):
        vectors.classifier.predict(vectors, ["one line", "two\nlines"])
    with pytest.raises(ParameterError, match="give a list of texts"):
        vectors.classifier.predict(vectors, "one text")
    with pytest.raises(ParameterError, match="text 0 is of type int"):
        vectors.classifier.predict(vectors, [3])
    for k in (0, -2, 1.5, None):
        with pytest.raises(ParameterError, match="1 or more, or -1"):
            vectors.classifier.predict(vectors, ["x"], k=k)
    vectors.classifier.outputs = np.full_like(vectors.classifier.outputs, np.nan)
    with pytest.raises(ArtifactError, match="NaN"):
        vectors.classifier.predict(vectors, ["the cook"])


def test_a_limit_leaves_the_labels_out() -> None:
    assert read_fasttext(FIXTURES / "fasttext_hs.bin", limit=5).classifier is None


def two_words(**options: object) -> WordVectors:
    classifier = Classifier(["__label__a", "__label__b"], np.array([3, 2]), np.eye(2, dtype=np.float32), **options)
    return WordVectors(["big", "small"], np.array([[4, 0], [0, 2]], np.float32), classifier=classifier)


def test_softmax_worked_by_hand() -> None:
    vectors = two_words()
    labels, chances = vectors.classifier.predict(vectors, ["big big small", "unseen"], k=2)
    powers = np.exp([8 / 3, 2 / 3])
    np.testing.assert_allclose(chances[0], powers / powers.sum() + 1e-5, atol=1e-6)
    assert labels == [["__label__a", "__label__b"], []]
    assert len(chances[1]) == 0
    assert not vectors.classifier.sentence_vector(vectors, "unseen").any()


def test_one_vs_all_worked_by_hand() -> None:
    vectors = two_words(loss="one_vs_all")
    labels, chances = vectors.classifier.predict(vectors, ["big"], k=-1)
    assert labels == [["__label__a", "__label__b"]]
    np.testing.assert_allclose(chances[0], [1 / (1 + np.exp(-4)) + 1e-5, 0.5 + 1e-5], atol=1e-6)
    assert vectors.classifier.predict(vectors, ["big"], k=-1, threshold=0.6)[0] == [["__label__a"]]


def test_a_tree_of_three_labels_worked_by_hand() -> None:
    # counts 5, 3, 2: 3 and 2 are joined first (inner node 0: left the rarer), then that and 5 (inner node 1)
    outputs = np.array([[1, 0], [0, 1], [9, 9]], np.float32)
    classifier = Classifier(["a", "b", "c"], np.array([5, 3, 2]), outputs, loss="hierarchical_softmax")
    vectors = WordVectors(["w"], np.array([[2, -1]], np.float32), classifier=classifier)
    labels, chances = classifier.predict(vectors, ["w"], k=-1)
    low, top = 1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(1.0))
    sides = {"c": (1 - low) * (1 - top), "b": low * (1 - top), "a": top}
    if not np.isclose(dict(zip(labels[0], chances[0], strict=True))["a"], top, atol=1e-4):
        sides = {"c": (1 - low) * top, "b": low * top, "a": 1 - top}
    assert labels[0] == sorted(sides, key=sides.get, reverse=True)
    np.testing.assert_allclose(chances[0], sorted(sides.values(), reverse=True), atol=1e-4)


def test_one_label_only() -> None:
    only = Classifier(["x"], np.array([1]), np.zeros((1, 2), np.float32), loss="hierarchical_softmax")
    vectors = WordVectors(["w"], np.ones((1, 2), np.float32), classifier=only)
    assert only.predict(vectors, ["w"], k=5)[0] == [["x"]]


def test_the_first_releases_number_their_ngrams_by_words() -> None:
    vectors = read_fasttext(FIXTURES / "fasttext_ns.bin")
    classifier, subwords = vectors.classifier, vectors.subwords
    classifier.first_release = True
    words = ["the", "cook", "stirs"]
    ids = [vectors.index[word] for word in words]
    rows = [subwords.word_rows[i] for i in ids]
    for chain in (ids[:2], ids, ids[1:]):
        number = chain[0]
        for other in chain[1:]:
            number = (number * 116049371 + other) % 2**64
        rows.append(subwords.ngram_rows[number % subwords.bucket])
    mean = classifier.sentence_vector(vectors, "the unseen cook __label__sea stirs </s> bread")
    np.testing.assert_allclose(mean, np.mean(rows, axis=0), atol=1e-6)


def test_version_11_has_no_ngrams_of_characters(tmp_path: Path) -> None:
    data = (FIXTURES / "fasttext_hs.bin").read_bytes()
    (tmp_path / "old.bin").write_bytes(data[:4] + struct.pack("<i", 11) + data[8:])
    old = read_fasttext(tmp_path / "old.bin")
    np.testing.assert_array_equal(old["soup"], old.subwords.word_rows[old.index["soup"]])
    mean = old.classifier.sentence_vector(old, "unseen")
    rows = [old.subwords.word_rows[old.index["</s>"]], *old.subwords.ngram_rows]
    assert any(np.allclose(mean, (rows[0] + row) / 2, atol=1e-6) for row in rows[1:])  # </s> and one pair of words


def test_quantised_rows() -> None:
    draw = np.random.default_rng(4)
    for width, part in [(1, 1), (5, 2), (6, 3), (7, 7)]:
        centroids = draw.standard_normal(256 * width).astype(np.float32)
        quantizer = ProductQuantizer(width, part, centroids)
        codes = draw.integers(0, 256, (9, quantizer.parts)).astype(np.uint8)
        rows = quantizer.expand(codes)
        for i, row in enumerate(codes):
            expected = []
            for number, code in enumerate(row.tolist()):
                first, size = 256 * number * part, min(part, width - number * part)
                expected += centroids[first + code * size : first + (code + 1) * size].tolist()
            assert rows[i].tolist() == expected


@pytest.mark.parametrize("loss", ["softmax", "ns", "hs", "ova"])
@pytest.mark.parametrize("quantize", [None, {"qnorm": True}, {"cutoff": 400, "qout": True}])
def test_what_the_package_trains(loss: str, quantize: dict | None, tmp_path: Path) -> None:
    draw = np.random.default_rng(8)
    lines = []
    for i in draw.integers(0, 300, 1500).tolist():
        words = [f"w{i % 23}", f"v{i % 13}x", f"ü{i}", "and"]
        lines.append(f"__label__{i} __label__m{i % 4} " + " ".join(draw.permutation(words)))
    (tmp_path / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = {"dim": 10, "epoch": 3, "lr": 0.5, "wordNgrams": 2, "bucket": 500, "minn": 2, "maxn": 3}
    asked = {"train": {"how": "supervised", "input": str(tmp_path / "text.txt"), "loss": loss, **options}}
    if quantize is not None:
        asked["quantize"] = quantize
    texts = [line.split(" ", 2)[2] for line in lines[:40]] + ["", "new wörds and"]
    told = ask(
        "NLPKIT_FASTTEXT_COMMUNITY_PYTHON", model=tmp_path / "m.ftz", predict=texts, sentences=texts, k=4, **asked
    )
    vectors = read_fasttext(tmp_path / "m.ftz")
    labels, chances = vectors.predict(texts, k=4)
    assert vectors.classifier.labels == told["all_labels"]
    assert labels == told["labels"]
    for ours, theirs in zip(chances, told["probabilities"], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose([vectors.sentence_vector(text) for text in texts], told["sentences"], atol=1e-6)
