"""fastText's files of words: the same vectors as the official package, both ways, and damaged files refused."""

from __future__ import annotations

import json
import shutil
import struct
from collections import namedtuple
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fasttext_oracle import ask

from nlpkit.embeddings.formats.fasttext import write
from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.embeddings.words.character_ngrams import CharacterNgrams
from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.text.terms import Terms

read_fasttext = partial(WordVectors.read, format="fasttext")

FIXTURES = Path(__file__).parents[1] / "fixtures"
OFFICIAL = json.loads((FIXTURES / "fasttext_official.json").read_text(encoding="utf-8"))["words"]
SKIPGRAM = FIXTURES / "fasttext_skipgram.bin"
CBOW = FIXTURES / "fasttext_cbow.bin"
HEADER = 8
SETTINGS = 56


def some_words(words: list[str], used: list[int], *, width: int = 3, bucket: int = 50) -> WordVectors:
    draw = np.random.default_rng(5)
    rows = draw.standard_normal((len(words) + len(used), width)).astype(np.float32)
    subwords = CharacterNgrams(2, 4, bucket, rows[: len(words)], rows[len(words) :], np.array(used, np.int32))
    terms = Terms.of(words)
    return WordVectors(terms, subwords.compose(terms), subwords=subwords)


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_numbers(name: str) -> None:
    told, asked = OFFICIAL[name]["told"], OFFICIAL[name]["asked"]
    vectors = read_fasttext(FIXTURES / name)
    assert list(vectors.words) == told["vocabulary"]
    assert vectors.counts.tolist() == told["counts"]
    for word, expected in zip(asked["words"], told["words"], strict=True):
        if word in vectors or vectors.subwords is not None:
            np.testing.assert_allclose(vectors[word], expected, atol=1e-6)
        if word in vectors:
            np.testing.assert_allclose(vectors.vectors[vectors.index[word]], expected, atol=1e-6)
    for text, expected in zip(asked["sentences"], told["sentences"], strict=True):
        np.testing.assert_allclose(vectors.sentence_vector(text), expected, atol=1e-6)
    for word, expected in zip(asked["neighbours"], told["neighbours"], strict=True):
        found = vectors.most_similar(word)
        assert [neighbour for neighbour, _ in found] == [neighbour for _, neighbour in expected]
        np.testing.assert_allclose([s for _, s in found], [s for s, _ in expected], atol=1e-6)


@pytest.mark.parametrize("name", OFFICIAL)
def test_written_again_it_is_the_same_file(name: str, tmp_path: Path) -> None:
    write(read_fasttext(FIXTURES / name), tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == (FIXTURES / name).read_bytes()


def test_limit() -> None:
    whole = read_fasttext(SKIPGRAM)
    part = read_fasttext(SKIPGRAM, limit=4)
    assert list(part.words) == list(whole.words)[:4]
    np.testing.assert_array_equal(part.vectors, whole.vectors[:4])
    np.testing.assert_array_equal(part["unseen"], whole["unseen"])
    assert len(read_fasttext(SKIPGRAM, limit=10**9).words) == len(whole.words)
    for wrong in (0, -1, 2.5, True):
        with pytest.raises(ParameterError, match="a number of words from 1"):
            read_fasttext(SKIPGRAM, limit=wrong)


def headerless(data: bytes) -> bytes:
    """The same model as fastText's first releases stored it: no magic number, no list of buckets, no flags."""
    n, d = struct.unpack_from("<i", data, HEADER + SETTINGS + 4)[0], struct.unpack_from("<i", data, HEADER)[0]
    bucket, maxn = struct.unpack_from("<i", data, HEADER + 32)[0], struct.unpack_from("<i", data, HEADER + 40)[0]
    outputs = 1 + 16 + 4 * n * d
    inputs = 1 + 16 + 4 * (n + (bucket if maxn else 0)) * d
    words = data[HEADER + SETTINGS + 28 : -inputs - outputs]
    head = data[HEADER : HEADER + SETTINGS + 20]
    return head + words + data[-inputs - outputs + 1 : -outputs] + data[-outputs + 1 :]


@pytest.mark.parametrize("source", [SKIPGRAM, CBOW])
def test_files_of_older_versions(source: Path, tmp_path: Path) -> None:
    data = source.read_bytes()
    new = read_fasttext(source)
    (tmp_path / "eleven.bin").write_bytes(data[:4] + struct.pack("<i", 11) + data[8:])
    (tmp_path / "first.bin").write_bytes(headerless(data))
    for name in ("eleven.bin", "first.bin"):
        old = read_fasttext(tmp_path / name)
        assert old.words == new.words
        np.testing.assert_array_equal(old.vectors, new.vectors)
        np.testing.assert_array_equal(old.outputs, new.outputs)
    gensim = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed")
    for name in ["first.bin"] if source == SKIPGRAM else []:
        theirs = gensim.load_facebook_vectors(tmp_path / name)
        for word in set(new.words) - {"</s>"} | {"unseen"}:
            np.testing.assert_allclose(theirs[word], new[word], atol=1e-6)


@pytest.mark.parametrize("name", ["fasttext_skipgram.bin", "fasttext_cut.ftz"])
def test_every_truncation_is_one_clear_line(name: str, tmp_path: Path) -> None:
    data = (FIXTURES / name).read_bytes()
    path = tmp_path / "cut.bin"
    for size in {*range(0, 700, 3), *range(700, len(data), 97), len(data) - 1}:
        path.write_bytes(data[:size])
        with pytest.raises(InputError) as caught:
            read_fasttext(path)
        assert "\n" not in str(caught.value)
        assert f"of {size:,})" in str(caught.value)


@pytest.mark.parametrize("name", ["fasttext_skipgram.bin", "fasttext_hs.bin", "fasttext_cut.ftz"])
def test_changed_bytes_are_refused_or_read(name: str, tmp_path: Path) -> None:
    data = (FIXTURES / name).read_bytes()
    draw = np.random.default_rng(11)
    places = [*range(120), *draw.integers(120, len(data), 150).tolist()]
    for place in places:
        changed = bytearray(data)
        changed[place] = int(draw.choice([0, 1, 127, 128, 255]))
        (tmp_path / "changed.bin").write_bytes(changed)
        message = ""
        try:
            read_fasttext(tmp_path / "changed.bin", errors="replace")
        except (InputError, ParameterError) as error:
            message = str(error)
        assert "\n" not in message


@pytest.mark.parametrize(
    ("place", "layout", "value", "message"),
    [
        (4, "<i", 13, "version 13 of fastText's files, of which 11 and 12 are known (at byte 4"),
        (0, "<i", 7, "no fastText model"),
        (8, "<i", 1 << 19, "damaged"),
        (HEADER + 28, "<i", 9, "model 9 with loss 2 is none of fastText's: damaged"),
        (HEADER + 32, "<i", 2_000_000, "input rows of 5 numbers for"),
        (HEADER + SETTINGS, "<3i", (2_000_000_000, 2_000_000_000, 0), "a dictionary of 2,000,000,000 entries should"),
        (HEADER + SETTINGS, "<i", 5, "the dictionary has 5 entries"),
        (HEADER + SETTINGS + 20, "<q", 1 << 60, "buckets that were kept should take"),
    ],
)
def test_false_numbers(place: int, layout: str, value: object, message: str, tmp_path: Path) -> None:
    data = bytearray(SKIPGRAM.read_bytes())
    struct.pack_into(layout, data, place, *(value if isinstance(value, tuple) else (value,)))
    (tmp_path / "false.bin").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_fasttext(tmp_path / "false.bin")
    assert message in str(caught.value)


def test_false_sizes_of_the_rows_and_bytes_too_many(tmp_path: Path) -> None:
    data = SKIPGRAM.read_bytes()
    n, d = read_fasttext(SKIPGRAM).vectors.shape
    outputs = len(data) - 4 * n * d - 16
    for changed, message in {
        data[:outputs] + struct.pack("<2q", 1 << 60, d) + data[outputs + 16 :]: "output rows of 5 numbers, where",
        data + b"more": "4 bytes follow the model",
    }.items():
        (tmp_path / "false.bin").write_bytes(changed)
        with pytest.raises(InputError, match=message):
            read_fasttext(tmp_path / "false.bin")


def test_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "text.bin").write_text("the 0.1 0.2 0.3\n" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="no fastText model"):
        read_fasttext(tmp_path / "text.bin")
    with pytest.raises(InputError, match="can't be read"):
        read_fasttext(tmp_path / "none.bin")
    with pytest.raises(InputError, match="can't be read"):
        read_fasttext(tmp_path)


def test_words_that_are_not_utf8(tmp_path: Path) -> None:
    data = CBOW.read_bytes().replace("café".encode(), b"caf\xc3!")
    path = tmp_path / "broken.bin"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"entry \d+: the word .* isn't utf-8"):
        read_fasttext(path)
    assert r"caf\xc3!" in read_fasttext(path, errors="backslashreplace").words
    assert "cafÃ!" in read_fasttext(path, encoding="latin-1").words
    with pytest.raises(ParameterError, match="name one that Python knows"):
        read_fasttext(path, encoding="utf-99")


def test_ngrams_of_words_that_are_not_utf8_are_those_of_their_bytes(tmp_path: Path) -> None:
    data = SKIPGRAM.read_bytes()
    path = tmp_path / "broken.bin"
    path.write_bytes(data.replace("café".encode(), b"caf\xc3!"))
    word = list(read_fasttext(SKIPGRAM).words).index("café")
    raw = Terms(np.frombuffer(b"caf\xc3!" + bytes(16), np.uint8), np.array([0, 5]))
    vectors = read_fasttext(path, errors="replace")
    rows = vectors.subwords
    alone = CharacterNgrams(rows.min_n, rows.max_n, rows.bucket, rows.word_rows[[word]], rows.ngram_rows, rows.buckets)
    np.testing.assert_array_equal(vectors.vectors[word], alone.compose(raw)[0])


@pytest.mark.parametrize("used", [[], [7], list(range(0, 50, 3)), list(range(50))])
def test_buckets_not_in_use_become_zeros(used: list[int], tmp_path: Path) -> None:
    vectors = some_words(["one", "naïve", "</s>", "日本語"], used)
    write(vectors, tmp_path / "some.bin")
    again = read_fasttext(tmp_path / "some.bin")
    assert list(again.words) == list(vectors.words)
    assert again.counts is None
    assert again.outputs is None
    np.testing.assert_array_equal(again.vectors, vectors.vectors)
    assert len(again.subwords.ngram_rows) == 50
    np.testing.assert_array_equal(again.subwords.ngram_rows[used], vectors.subwords.ngram_rows)
    for word in ("two", "naïves", "x"):
        np.testing.assert_allclose(again.subwords.vector(word), vectors.subwords.vector(word), atol=1e-7)


def test_plain_vectors(tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    rows, outputs = draw.standard_normal((2, 3, 4)).astype(np.float32)
    told = {"architecture": "cbow", "loss": "hierarchical_softmax", "window": 7, "sample": 0.25, "epochs": 3}
    given = WordVectors(["a", "b", "c"], rows, counts=np.array([9, 5, 2]), outputs=outputs[:2], provenance=told)
    write(given, tmp_path / "plain.bin")
    again = read_fasttext(tmp_path / "plain.bin")
    assert again.subwords is None
    assert again.counts.tolist() == [9, 5, 2]
    np.testing.assert_array_equal(again.vectors, rows)
    np.testing.assert_array_equal(again.outputs, np.vstack([outputs[:2], np.zeros((1, 4))]))
    assert {name: again.provenance[name] for name in told} == told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fine", "new york"], r"'new york' of row 1 has white space in it"),
        (["nul\0", "fine"], "of row 0 has NUL"),
        (["a", "", "b"], "'' of row 1 is empty"),
        (["a", "b", "\ud800c"], "of row 2 has half a surrogate pair"),
        ([], "there are no words"),
    ],
)
def test_words_that_fasttext_cannot_have(words: list[str], message: str, tmp_path: Path) -> None:
    vectors = WordVectors(words, np.zeros((len(words), 2), np.float32))
    with pytest.raises(OutputError, match=message):
        write(vectors, tmp_path / "words.bin")
    assert not list(tmp_path.iterdir())


def test_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = some_words(["one"], [3])
    with pytest.raises(OutputError, match="create it first"):
        write(vectors, tmp_path / "none" / "some.bin")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 90, 10))
    with pytest.raises(OutputError, match="and 10 are free"):
        write(vectors, tmp_path / "some.bin")
    assert not list(tmp_path.iterdir())


def test_models_with_labels_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="models with labels can't be written"):
        write(read_fasttext(FIXTURES / "fasttext_softmax.bin"), tmp_path / "labels.bin")


@pytest.mark.parametrize("variable", ["NLPKIT_FASTTEXT_PYTHON", "NLPKIT_FASTTEXT_COMMUNITY_PYTHON"])
def test_the_official_package_reads_ours(variable: str, tmp_path: Path) -> None:
    words = ["one", "two", "naïve", "日本語", "</s>", "on", "twos", "</s", "x"]
    texts = ["one two", "unseen wörds", "</s> naïve", "a\x0bb", ""]
    vectors = some_words(words[:5], list(range(0, 50, 4)), width=16)
    write(vectors, tmp_path / "ours.bin")
    told = ask(variable, model=tmp_path / "ours.bin", words=words, sentences=texts, neighbours=["one"])
    assert told["vocabulary"] == list(vectors.words)
    unit = variable != "NLPKIT_FASTTEXT_PYTHON"  # fasttext-community gives word vectors of length 1
    for word, expected in zip(words, told["words"], strict=True):
        ours = vectors[word]
        scale = max(float(np.linalg.norm(ours)), 1e-12) if unit else 1.0
        np.testing.assert_allclose(ours / scale, expected, atol=1e-6)
    for text, expected in zip(texts, told["sentences"], strict=True):
        np.testing.assert_allclose(vectors.sentence_vector(text), expected, atol=1e-6)
    assert [word for word, _ in vectors.most_similar("one")] == [word for _, word in told["neighbours"][0]]


@pytest.mark.parametrize("options", [{"model": "skipgram", "minn": 1, "maxn": 5}, {"model": "cbow", "loss": "hs"}])
def test_we_read_what_the_packages_train(options: dict, tmp_path: Path) -> None:
    lines = [f"word{i % 7} wört{i % 5} x{i % 3} 日本{i % 2}" for i in range(300)]
    (tmp_path / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    train = {"how": "unsupervised", "input": str(tmp_path / "text.txt"), "dim": 12, "bucket": 300, **options}
    ask("NLPKIT_FASTTEXT_COMMUNITY_PYTHON", model=tmp_path / "theirs.bin", train=train)
    words = ["word1", "word", "wört9", "日本0", "</s>", "q"]
    told = ask("NLPKIT_FASTTEXT_PYTHON", model=tmp_path / "theirs.bin", words=words, sentences=lines[:5])
    vectors = read_fasttext(tmp_path / "theirs.bin")
    assert list(vectors.words) == told["vocabulary"]
    np.testing.assert_allclose([vectors[word] for word in words], told["words"], atol=1e-6)
    np.testing.assert_allclose([vectors.sentence_vector(line) for line in lines[:5]], told["sentences"], atol=1e-6)
