"""``nlpkit similar``, ``analogy`` and ``convert``, and word vectors where other commands take a model."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlpkit
from nlpkit.embeddings import FastText, WordVectors

WORDS = ["king", "queen", "man", "woman", "apple", "e-mail"]
ROWS = np.array([[1, 1, 0], [1, 0, 1], [0.5, 1, 0], [0.5, 0, 1], [-1, 0.25, 0.25], [-1, 0.5, 0]], np.float32)
TEXT = "".join(f"{word} {' '.join(f'{x:g}' for x in row)}\n" for word, row in zip(WORDS, ROWS, strict=True))


@pytest.fixture(autouse=True)
def vectors(tmp_path: Path) -> WordVectors:
    (tmp_path / "glove.txt").write_text(TEXT)
    vectors = WordVectors(WORDS, ROWS)
    vectors.save(tmp_path / "model")
    return vectors


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def cosine(a: str, b: str) -> float:
    x, y = (ROWS[WORDS.index(word)].astype(float) for word in (a, b))
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


@pytest.mark.parametrize("model", ["glove.txt", "model"])
def test_similar(model: str, run: Any) -> None:
    code, out, err = run("similar", model, "king", "apple", "-k", "2")
    assert (code, err) == (0, "")
    expected = [("king", "man"), ("king", "queen"), ("apple", "e-mail"), ("apple", "man")]
    assert [(row["query"], row["word"]) for row in rows(out)] == expected
    for row in rows(out):
        assert row["similarity"] == pytest.approx(cosine(row["query"], row["word"]))


def test_similar_on_a_terminal_and_from_a_pipe(run: Any) -> None:
    _, out, _ = run("similar", "model", "king", "-k", "3", terminal=True)
    lines = [line.split() for line in out.splitlines()]
    assert ["king", "similarity"] in lines
    assert lines[3][:2] == ["man", f"{cosine('king', 'man'):.3f}"]
    for words in (("-",), ()):
        _, out, _ = run("similar", "model", *words, "-k", "1", stdin=b"queen\n\n apple\n")
        assert [(row["query"], row["word"]) for row in rows(out)] == [("queen", "woman"), ("apple", "e-mail")]


def test_similar_among_the_first_words(run: Any) -> None:
    _, out, _ = run("similar", "model", "king", "--restrict", "2")
    assert [row["word"] for row in rows(out)] == ["queen"]


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize(
    "words", [("king - man + woman",), ("man:king :: woman:?",), ("king", "-", "man", "+", "woman")]
)
def test_analogy(words: tuple[str, ...], method: str, run: Any) -> None:
    code, out, err = run("analogy", "model", *words, "-k", "1", "--method", method)
    assert (code, err) == (0, "")
    assert [row["word"] for row in rows(out)] == ["queen"]
    assert rows(out)[0]["query"] == " ".join(words)


def test_analogies_from_a_pipe_and_on_a_terminal(run: Any) -> None:
    _, out, _ = run("analogy", "model", "-", "-k", "1", stdin=b"king - man + woman\nqueen - woman + man\n")
    assert [row["word"] for row in rows(out)] == ["queen", "king"]
    _, out, _ = run("analogy", "model", "king - man + e-mail", "-k", "1", terminal=True)
    assert "king - man + e-mail" in out


def test_unseen_words_of_a_model_with_subwords(run: Any, tmp_path: Path) -> None:
    texts = ["she plays a game", "they played the games"] * 10
    FastText(vector_size=8, min_count=1, bucket=1000, epochs=1, threads=1).fit(texts).save(tmp_path / "fast")
    code, out, err = run("similar", "fast", "playing", "-k", "2")
    assert (code, len(rows(out))) == (0, 2)
    assert err == "nlpkit: 'playing' is no word that the model has seen: its vector comes from its sub-words\n"
    code, _, err = run("analogy", "fast", "playing - play", "-q")
    assert (code, err) == (0, "")
    code, _, err = run("similar", "fast", "жук")
    assert (code, err.count("\n")) == (2, 1)
    assert "none of its sub-words is known" in err
    code, out, _ = run("embed", "--model", "fast", "playing", "жук")
    assert any(rows(out)[0]["vector"])


def test_convert_there_and_back(run: Any, tmp_path: Path) -> None:
    chain = ["glove.txt", "a.bin", "a.vec", "a.safetensors", "a.npy", "folder", "b.txt.gz"]
    for given, wanted in pairwise(chain):
        code, out, err = run("convert", given, wanted)
        assert (code, out) == (0, ""), err
        places = "a.npy and a.words.txt" if wanted == "a.npy" else wanted
        assert err.startswith(f"nlpkit: 6 words × 3 numbers in {places} (")
    code, out, err = run("convert", "b.txt.gz", "-", "--to", "glove")
    assert (code, out, err) == (0, TEXT, "")
    code, out, _ = run("convert", "-", "-", "--limit", "1", "--to", "vec", stdin=TEXT.encode())
    assert out == "1 3\nking 1 1 0\n"
    assert np.array_equal(WordVectors.read(tmp_path / "folder").vectors, ROWS)


def test_convert_by_name_with_precision_and_force(run: Any, tmp_path: Path) -> None:
    assert run("convert", "glove.txt", "half", "--precision", "float16", "-q") == (0, "", "")
    assert nlpkit.artifact.describe(tmp_path / "half").arrays["vectors"][0] == "F16"
    code, _, err = run("convert", "glove.txt", "half")
    assert (code, err.count("\n")) == (2, 1)
    assert run("convert", "glove.txt", "half", "--force")[0] == 0
    assert run("convert", "glove.txt", "x.dat", "--from", "glove", "--to", "word2vec-binary")[0] == 0
    assert (tmp_path / "x.dat").read_bytes().startswith(b"6 3\nking ")


def test_convert_says_what_is_lost(run: Any, tmp_path: Path) -> None:
    FastText(vector_size=4, min_count=1, bucket=50, epochs=1, threads=1).fit(["one two", "two six"] * 9).save(
        tmp_path / "fast"
    )
    _, _, err = run("convert", "fast", "fast.bin")
    assert err == "nlpkit: 3 words × 4 numbers in fast.bin (fasttext)\n"
    _, _, err = run("convert", "fast.bin", "fast.vec")
    assert err.splitlines()[1:] == ["nlpkit: left out: sub-words, counts"]


def test_embed_and_search_with_word_vectors(run: Any, tmp_path: Path) -> None:
    for model in ("glove.txt", "model"):
        _, out, _ = run("embed", "--model", model, "King apple", "unheard")
        assert rows(out)[0]["vector"] == ((ROWS[0] + ROWS[4]) / 2).tolist()
        assert rows(out)[1]["vector"] == [0, 0, 0]
    _, out, _ = run("embed", "--model", "glove.txt", "--no-lowercase", "King apple")
    assert rows(out)[0]["vector"] == ROWS[4].tolist()
    (tmp_path / "texts.txt").write_text("the woman\nan apple\nunheard\nthe king\n")
    _, out, _ = run("search", "queen", "-i", "texts.txt", "--model", "glove.txt")
    assert [row["text"] for row in rows(out)] == ["the woman", "the king", "an apple"]
    assert rows(out)[0]["score"] == pytest.approx(cosine("queen", "woman"))
    code, out, err = run("search", "unheard", "-i", "texts.txt", "--model", "glove.txt", terminal=True)
    assert (code, out, err) == (0, "", "nlpkit: no text has anything in common with the query\n")


def test_terms_of_word_vectors(run: Any) -> None:
    _, out, _ = run("terms", "glove.txt", "-k", "1")
    assert rows(out) == [{"term": "king", "count": None}]
    code, out, _ = run("terms", "model", "-k", "2", terminal=True)
    assert (code, "queen" in out) == (0, True)


def test_info_of_word_vectors(run: Any) -> None:
    _, out, _ = run("info", "model")
    (record,) = rows(out)
    assert record["kind"] == "word_vectors"
    assert record["arrays"]["vectors"] == {"dtype": "F32", "shape": [6, 3]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["similar", "none", "king"], "none: there is no such model"),
        (["similar", "model", "qeen"], "'qeen' is none of the 6 words: did you mean 'queen'?"),
        (["similar", "model", "king", "-k", "0"], "k is 0"),
        (["similar", "model", "king", "--restrict", "0"], "restrict is 0"),
        (["similar", "glove.txt", "king", "--format", "nope"], "nope"),
        (["similar", "sparse", "king"], "sparse"),
        (["analogy", "model", "king -"], "a word is missing in 'king -'"),
        (["analogy", "model", "king::man"], "'king::man' is no analogy: write it as"),
        (["analogy", "model", "king - mann"], "'mann' is none of the 6 words: did you mean 'man'?"),
        (["analogy", "model", "king-man+woman"], "if these are several words, write + and - between spaces"),
        (["analogy", "model", "king - king"], "'king - king' comes to nothing"),
        (["similar", "model", "zzzzz"], "none of the 6 words: try another spelling or case"),
        (["analogy", "model", "king - man", "--method", "sum"], "method is 'sum'"),
        (["convert", "none", "x.vec"], "none: there is no such file or folder"),
        (["convert", "glove.txt", "glove.txt"], "would replace the input"),
        (["convert", "glove.txt", "x.foo"], "x.foo: its name implies no format that can be written: name one by --to"),
        (["convert", "glove.txt", "x.vec", "--to", "foo"], "there is no format 'foo': choose one of word2vec"),
        (["convert", "glove.txt", "x.vec", "--precision", "int8"], "only a folder holds int8"),
        (["convert", "glove.txt", "x", "--precision", "int4"], "precision is 'int4'"),
        (["convert", "glove.txt", "-", "--to", "folder"], "folder isn't one file"),
        (["convert", "glove.txt", "none/x.vec"], "there is no folder"),
        (["convert", "glove.txt", "x.vec", "--limit", "0"], "limit is 0"),
        (["embed", "cat", "--model", "glove.txt", "--min-df", "2"], "leave out min_df"),
        (["embed", "cat", "--model", "glove.txt", "--method", "bow"], "the model is word_vectors, not bow"),
        (
            ["embed", "cat", "--model", "model", "-o", "x.npz"],
            ".npz needs sparse rows, found dense ones: write .npy",
        ),
        (["terms", "model", "--sort", "idf"], "sort by count, not by idf"),
    ],
)
def test_one_line_and_2(words: list[str], message: str, run: Any, tmp_path: Path) -> None:
    nlpkit.embeddings.BagOfWords().fit(["a cat"]).save(tmp_path / "sparse")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", ["similar", "analogy", "convert", "train"])
def test_help(command: str, run: Any) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: nlpkit {command}" in out
    if command in ("similar", "analogy"):
        code, out, _ = run(command, "model")
        assert code == 2
        assert f"Usage: nlpkit {command}" in out
