"""``nlpkit embed``: what it reads, where its rows go, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import load_npz

import nlpkit
from nlpkit.embeddings import BagOfWords, Tfidf, WordVectors


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_texts_in_json_lines_out(run: Any) -> None:
    code, out, err = run("embed", "one cat", "two cats", "--method", "bow")
    assert (code, err) == (0, "")
    assert rows(out) == [
        {"id": 0, "source": "<text>", "text": "one cat", "terms": {"cat": 1, "one": 1}},
        {"id": 1, "source": "<text>", "text": "two cats", "terms": {"cats": 1, "two": 1}},
    ]


def test_after_an_input_every_bare_argument_is_one(run: Any, tmp_path: Path) -> None:
    for name in "abc":
        Path(tmp_path, f"{name}.txt").write_text(f"text {name}{name}\n")
    _, out, _ = run("embed", "-i", "a.txt", "b.txt", "c.txt", "-q")
    assert [row["source"] for row in rows(out)] == ["a.txt", "b.txt", "c.txt"]
    _, out, _ = run("embed", "-i", "a.txt", "-i", "b.txt", "c.txt")
    assert [row["text"] for row in rows(out)] == ["text aa", "text bb", "text cc"]


def test_a_field_that_holds_tokens_is_cut_already(run: Any) -> None:
    lines = b'{"text": ["new york", "taxi"]}\n{"text": ["new york"]}\n{"text": []}\n'
    Path("tokens.jsonl").write_bytes(lines)
    wanted = [{"new york": 1, "taxi": 1}, {"new york": 1}, {}]
    code, out, _ = run("embed", "-i", "tokens.jsonl", "--method", "bow", "--save", "model")
    assert (code, [row["terms"] for row in rows(out)]) == (0, wanted)
    _, out, _ = run("embed", "--field", "text", "--model", "model", stdin=lines)
    assert [row["terms"] for row in rows(out)] == wanted
    _, out, _ = run("embed", "a", "--fit", "tokens.jsonl", "--save", "tfidf")
    assert nlpkit.load("tfidf").terms_ == ["new york", "taxi"]
    Path("words.txt").write_text("new york 1 0\ntaxi 0 1\n")
    _, out, _ = run("embed", "-i", "tokens.jsonl", "--model", "words.txt")
    assert [row["vector"] for row in rows(out)] == [[0.5, 0.5], [1, 0], [0, 0]]
    for method in ("word2vec", "fasttext"):
        options = ("--min-count", "1", "--vector-size", "4", "--epochs", "1", "--threads", "1", "--sample", "0")
        assert run("train", method, "-i", "tokens.jsonl", "-o", method, *options, "-q")[0] == 0
        assert sorted(WordVectors.load(method).words) == ["new york", "taxi"]


@pytest.mark.parametrize("dtype", ["float16", "int32"])
def test_tfidf_warns_of_a_type_that_it_does_not_compute_in(run: Any, dtype: str) -> None:
    code, out, err = run("embed", "one cat", "--dtype", dtype)
    assert (code, err.count("\n")) == (0, 1)
    assert err.startswith("nlpkit: warning: Only (")
    assert out == run("embed", "one cat").out


@pytest.mark.parametrize("arguments", [(), ("-i", "-")])
def test_standard_input(run: Any, arguments: tuple[str, ...]) -> None:
    code, out, _ = run("embed", *arguments, stdin="one é\ntwo\n".encode())
    assert code == 0
    assert [(row["source"], row["text"]) for row in rows(out)] == [("<stdin>", "one é"), ("<stdin>", "two")]


def test_fit_is_read_with_the_given_options(run: Any) -> None:
    Path("l.txt").write_bytes("un café\n".encode("latin-1"))
    code, out, err = run("embed", "x café", "--fit", "l.txt", "--encoding", "latin-1", "--method", "bow")
    assert (code, err) == (0, "")
    assert rows(out)[0]["terms"] == {"café": 1}
    Path("r.csv").write_text("id,review\n1,one cat\n")
    code, out, err = run("embed", "a cat", "--fit", "r.csv", "--column", "review", "--method", "bow")
    assert (code, err) == (0, "")
    assert rows(out)[0]["terms"] == {"cat": 1}


def test_nothing_given_shows_the_help(run: Any) -> None:
    code, out, _ = run("embed")
    assert code == 2
    assert "Usage: nlpkit embed" in out
    code, out, _ = run()
    assert code == 2
    assert "embed" in out


def test_every_format(run: Any, tmp_path: Path) -> None:
    expected = Tfidf().fit_transform(["one cat", "two cats", ""])
    texts = ("one cat", "two cats", "")
    for name in ("a.npz", "a.npy", "a.parquet", "a.jsonl", "a.svmlight", "folder/"):
        code, out, err = run("embed", *texts, "-o", name)
        assert (code, out) == (0, "")
        assert err == f"nlpkit: 3 texts × 4 columns of tfidf in {name}\n"
        assert Path(tmp_path, name).exists()
    assert np.array_equal(load_npz(tmp_path / "a.npz").toarray(), expected.toarray())
    assert np.array_equal(np.load(tmp_path / "a.npy"), expected.toarray())
    assert (tmp_path / "a.npz.terms.txt").read_text("utf-8").split() == ["cat", "cats", "one", "two"]
    assert json.loads((tmp_path / "folder" / "manifest.json").read_text("utf-8"))["rows"] == 3


def test_quiet(run: Any) -> None:
    assert run("embed", "one cat", "-o", "a.npz", "--save", "model", "--quiet") == (0, "", "")


def test_save_and_use_a_model(run: Any, tmp_path: Path) -> None:
    arguments = ("--method", "bow", "--ngram-range", "1,2", "--no-lowercase", "--save", "model")
    code, _, err = run("embed", "One cat", "two cats", *arguments)
    assert code == 0
    assert err == "nlpkit: the bow model is in model\n"
    model = nlpkit.load(tmp_path / "model")
    assert (type(model), model.ngram_range, model.lowercase) == (BagOfWords, (1, 2), False)
    _, out, _ = run("embed", "One cat and one cat", "--model", "model")
    assert rows(out)[0]["terms"] == {"One": 1, "One cat": 1, "cat": 2}


def test_fit_on_other_texts(run: Any, tmp_path: Path) -> None:
    Path(tmp_path, "a.txt").write_text("cat\n")
    _, out, _ = run("embed", "one cat", "--fit", "a.txt")
    assert rows(out)[0]["terms"] == {"cat": 1.0}


def test_words_become_the_parameters_they_stand_for(run: Any, tmp_path: Path) -> None:
    Path(tmp_path, "words.txt").write_text("cat\ndog\n")
    texts = ("the cat", "the dog", "the cat saw the dog")

    def terms(*arguments: str) -> set[str]:
        code, out, err = run("embed", *texts, *arguments)
        assert code == 0, err
        return {term for row in rows(out) for term in row["terms"]}

    assert terms("--min-df", "2") == {"the", "cat", "dog"}
    assert terms("--max-df", "0.7", "--stop-words", "none") == {"cat", "dog", "saw"}
    assert terms("--vocabulary", "words.txt") == {"cat", "dog"}
    assert terms("--stop-words", "words.txt") == {"the", "saw"}
    assert terms("--stop-words", "english") == {"cat", "dog", "saw"}
    assert terms("--token-pattern", r"\b[cd]\w+") == {"cat", "dog"}
    assert terms("--method", "hashing", "--n-features", "1", "--no-alternate-sign") == {"0"}
    _, out, _ = run("embed", *texts, "--dtype", "float32", "--norm", "none", "--no-use-idf")
    assert rows(out)[2]["terms"]["the"] == 2.0


def test_a_table_on_a_terminal(run: Any, tmp_path: Path) -> None:
    code, out, _ = run("embed", "one cat", "one one dog", "\x1b[31mred \x07bell", "...", terminal=True)
    lines = out.splitlines()
    assert code == 0
    assert lines[1].split() == ["id", "text", "terms"]
    cells = [line.split() for line in lines if line.strip()[:1].isdecimal()]
    assert cells[0] == ["0", "one", "cat", "cat", "0.785", "one", "0.619"]
    assert cells[1] == ["1", "one", "one", "dog", "one", "0.844", "dog", "0.536"]
    assert "none of its words is a term" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_a_terminal_shows_the_first_rows(run: Any, tmp_path: Path) -> None:
    Path(tmp_path, "a.txt").write_text("a long text with many words in it, more than there is room for\n" * 100)
    _, out, _ = run("embed", "-i", "a.txt", terminal=True)
    assert "The first 30 texts; -o FILE writes all of them." in out
    assert len(out.splitlines()) < 70
    assert max(map(len, out.splitlines())) <= 100
    _, out, _ = run("embed", "-i", "a.txt", "-o", "-", terminal=True)
    assert len(rows(out)) == 100


def test_skipped_texts_are_reported(run: Any, tmp_path: Path) -> None:
    Path(tmp_path, "a.txt").write_bytes(b"one two\n\xff\n")
    code, out, err = run("embed", "-i", "a.txt", "--decode-errors", "skip")
    assert (code, len(rows(out))) == (0, 1)
    assert err == "nlpkit: left out, can't be decoded: 1\n"


def test_warnings_are_one_line(run: Any) -> None:
    code, _, err = run("embed", "one cat", "--stop-words", "english", "--analyzer", "char")
    assert code == 0
    assert err.startswith("nlpkit: warning: The parameter 'stop_words' will not be used")
    assert err.count("\n") == 1


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
def test_dense_vectors(method: str, run: Any, tmp_path: Path) -> None:
    Path(tmp_path, "a.txt").write_text("the cat drinks milk\nthe dog drinks water\n\n" * 5)
    small = ("--method", method, "--vector-size", "4", "--min-count", "1", "--epochs", "1", "--threads", "1")
    code, _, err = run("embed", "-i", "a.txt", "-o", "a.npy", "--save", "model", "--sample", "0", *small)
    assert (code, err.splitlines()[0]) == (0, f"nlpkit: 15 texts × 4 columns of {method} in a.npy")
    vectors = np.load(tmp_path / "a.npy")
    assert (vectors.dtype, vectors.shape) == (np.float32, (15, 4))
    assert vectors[0].any()
    assert not vectors[2].any()
    for place in ("b.jsonl", "b.parquet", "parts/"):
        code, _, err = run("embed", "-i", "a.txt", "--model", "model", "-o", place)
        assert code == 0, err
    lines = rows((tmp_path / "b.jsonl").read_text())
    assert list(lines[0]) == ["id", "source", "text", "vector"]
    assert np.array_equal(np.array([line["vector"] for line in lines], np.float32), vectors)
    assert np.array_equal(np.load(tmp_path / "parts" / "part-00000.npy"), vectors)
    manifest = json.loads((tmp_path / "parts" / "manifest.json").read_text())
    assert (manifest["sparse"], manifest["shape"], len(manifest["model"])) == (False, [15, 4], 64)
    assert not list(tmp_path.glob("*terms.txt"))
    _, out, _ = run("embed", "-i", "a.txt", "--model", "model", terminal=True)
    assert out.splitlines()[1].split() == ["id", "text", "length", "vector"]
    cells = [line.split() for line in out.splitlines() if line.strip()[:1].isdecimal()]
    assert cells[0][1:6] == ["the", "cat", "drinks", "milk", f"{np.linalg.norm(vectors[0]):.3f}"]
    assert cells[0][7:] == [*(f"{value:.3f}" for value in vectors[0, :3]), "…"]
    assert "none of its words has a vector" in out


def test_options_of_sound(run: Any, tmp_path: Path) -> None:
    """`--window` is a function for sound and a number of words for words."""
    import soundfile as sf

    from nlpkit.speech import Mfcc

    y = np.sin(np.arange(16000) ** 1.3 / 99)
    sf.write(tmp_path / "a.wav", y, 22050, subtype="DOUBLE")
    numbers: dict[str, Any] = {"fmin": 50.0, "fmax": 9000.0, "win_length": 1500, "window": "hamming", "power": 1}
    numbers |= {"top_db": None, "pad_to": 2.0}
    options = [part for name, value in numbers.items() for part in ("--" + name.replace("_", "-"), str(value).lower())]
    done = run("embed", "-i", "a.wav", "--method", "mfcc", "-o", "a.npy", *options)
    assert (done.code, done.err.count("\n")) == (0, 1)
    expected = Mfcc(**numbers).transform([y.astype(np.float32)])
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), expected, rtol=1e-4, atol=1e-3)
    assert not np.allclose(expected, Mfcc(**numbers | {"top_db": "preset"}).transform([y]))
    (tmp_path / "a.txt").write_text("one cat sees two cats and one dog\n" * 9)
    sizes = ["--vector-size", "4", "--min-count", "1", "--epochs", "1"]
    assert run("embed", "-i", "a.txt", "--method", "word2vec", "--window", "2", "-o", "b.npy", *sizes).code == 0
    for method, value, message in (
        ("word2vec", "hann", "--window is 'hann': expected a whole number"),
        ("mfcc", "5", "window is '5': expected one of 'hann'"),
        ("mfcc", "kaiser", "window is 'kaiser': expected one of 'hann'"),
    ):
        source = "a.wav" if method == "mfcc" else "a.txt"
        done = run("embed", "-i", source, "--method", method, "--window", value, "-o", "c.npy")
        assert (done.code, message in done.err, done.err.count("\n")) == (2, True, 1), done.err
