"""Files of word vectors on the command line: undecodable and unknown words, damaged rows, pickles, and ``info``."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest

from nlpkit.embeddings import FastText, WordVectors
from nlpkit.errors import UnknownWordError
from nlpkit.jobs import embed_texts, search_files, similar_words, solve_analogies

CUT = "жираф".encode()[:-1]
TEXT = "cat 1 0\ndog 0.9 0.1\nbird 0 1\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(b"cat", 1, 0), (CUT, 0, 1), (b"dog", 1, 1)]
    binary = b"3 2\n" + b"".join(word + b" " + struct.pack("<2f", x, y) + b"\n" for word, x, y in rows)
    (tmp_path / "cut.bin").write_bytes(binary)
    (tmp_path / "cut.txt").write_bytes(b"".join(word + b" %d %d\n" % (x, y) for word, x, y in rows))
    (tmp_path / "v.txt").write_text(TEXT)


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


COMMANDS = [
    ("similar {} cat", {"жира\ufffd", "dog"}),
    ("analogy {} cat+dog", None),
    ("terms {}", {"cat", "жира\ufffd", "dog"}),
    ("embed --model {} cat", None),
    ("search cat -i v.txt --model {}", None),
    ("info {}", None),
    ("convert {} -", None),
]


@pytest.mark.parametrize("model", ["cut.bin", "cut.txt"])
@pytest.mark.parametrize(("line", "words"), COMMANDS, ids=[line.split()[0] for line, _ in COMMANDS])
def test_decode_errors_reach_the_words_of_the_model(line: str, words: set[str] | None, model: str, run: Any) -> None:
    command = [word.replace("cat+dog", "cat + dog") for word in line.format(model).split()]
    code, out, err = run(*command)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "isn't utf-8" in err
    assert "nlpkit convert --encoding latin-1" in err
    assert "--decode-errors replace" in err
    code, out, err = run(*command, "--decode-errors", "replace")
    assert (code, err) == (0, "")
    if words:
        assert {row.get("word", row.get("term")) for row in rows(out)} == words
    code, out, err = run(*command, "--decode-errors", "skip")
    assert code == 0
    assert "rows left out, because a word isn't utf-8: 1 (the first is " in err
    assert "\ufffd" not in out


def test_decode_errors_in_python() -> None:
    for name in ("cut.bin", "cut.txt"):
        assert len(similar_words(name, ["cat"], errors="replace")[0].found) == 2
        assert len(solve_analogies(name, "cat + dog", errors="skip")[0].found) == 0
        assert embed_texts(["cat"], model=name, decode_errors="replace").vectors.tolist() == [[1, 0]]
        assert len(search_files("cat", "v.txt", model=name, decode_errors="replace")) == 2


def test_an_unknown_word_of_many_costs_itself_alone(run: Any) -> None:
    code, out, err = run("similar", "v.txt", "-", "-k", "1", stdin=b"cat\nzebra\ndog\nbrid\n")
    assert code == 0
    assert [(row["query"], row["word"]) for row in rows(out)] == [("cat", "dog"), ("dog", "cat")]
    assert err.splitlines() == [
        "nlpkit: 'zebra' is none of the 3 words: try another spelling or case",
        "nlpkit: 'brid' is none of the 3 words: did you mean 'bird'?",
    ]
    assert run("similar", "v.txt", "zebra", "cat", "-k", "1", "-q").out == out.splitlines()[0] + "\n"
    code, out, err = run("similar", "v.txt", "zebra", "brid")
    assert (code, out, err.count("\n")) == (2, "", 2)
    code, out, _ = run("similar", "v.txt", "zebra", "cat", terminal=True)
    assert (code, "dog" in out, "zebra" in out) == (0, True, False)


def test_an_expression_without_an_answer_costs_itself_alone(run: Any) -> None:
    lines = b"cat - dog + bird\ncat - zebra\ncat -\ndog - dog\na::b\ncat + bird\n"
    code, out, err = run("analogy", "v.txt", "-", "-k", "1", stdin=lines)
    assert code == 0
    assert [row["query"] for row in rows(out)] == ["cat + bird"]
    told = err.splitlines()
    for line, part in zip(
        told,
        (
            "no word is left for 'cat - dog + bird'",
            "'zebra' is none",
            "a word is missing",
            "comes to nothing",
            "is no analogy",
        ),
        strict=True,
    ):
        assert part in line
    assert run("analogy", "v.txt", "-", stdin=b"cat - zebra\ndog - dog\n")[:2] == (2, "")


def test_problems_are_reported_in_python() -> None:
    with pytest.raises(UnknownWordError, match="zebra"):
        similar_words("v.txt", ["cat", "zebra"])
    cat, zebra, dog = similar_words("v.txt", ["cat", "zebra", "dog"], k=1, on_problem="report")
    assert (cat.found[0][0], dog.found[0][0], cat.problem, dog.problem) == ("dog", "cat", "", "")
    assert (zebra.query, zebra.is_known, zebra.found) == ("zebra", False, [])
    assert zebra.problem.startswith("'zebra' is none of the 3 words")
    assert similar_words("v.txt", ["x"], on_problem="report")[0].found == []
    answers = solve_analogies("v.txt", ["cat + x", "cat -", "cat + dog"], on_problem="report")
    assert [bool(answer.problem) for answer in answers] == [True, True, False]
    with pytest.raises(ValueError, match="on_problem is 'skip': choose error or report"):
        similar_words("v.txt", ["cat"], on_problem="skip")


def test_a_fasttext_word_without_ngrams_is_the_same_error_everywhere(run: Any, tmp_path: Path) -> None:
    options = {"vector_size": 4, "min_count": 1, "bucket": 50, "epochs": 1, "threads": 1, "sample": 0}
    model = FastText(min_n=5, max_n=6, **options).fit(["playing games", "played games"] * 5)
    vectors = model.word_vectors
    model.save(tmp_path / "fast")
    message = "'a' is none of the 3 words, and none of its sub-words is known"
    for ask in (
        lambda: vectors["a"],
        lambda: vectors[["games", "a"]],
        lambda: vectors.most_similar("a"),
        lambda: vectors.most_similar_many(["games", "a"]),
        lambda: vectors.most_similar(["games"], ["a"]),
        lambda: vectors.analogy("games", "a", "played"),
        lambda: vectors.combine("games - a", method="3cosmul"),
        lambda: vectors.similarity("games", "a"),
        lambda: vectors.doesnt_match(["games", "a"]),
        lambda: similar_words(model, ["a"]),
        lambda: solve_analogies(model, "games + a"),
    ):
        with pytest.raises(UnknownWordError, match=message):
            ask()
    for command in (["similar", "fast", "a"], ["analogy", "fast", "games + a"]):
        code, out, err = run(*command)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err
    assert vectors.sentence_vector("a").tolist() == [0] * 4
    assert vectors.sentence_vector("games a").tolist() == vectors.sentence_vector("games").tolist()
    assert vectors.wmdistance("games a", "games") == 0
    assert model.transform(["a"]).tolist() == [[0] * 4]


def test_convert_leaves_damaged_rows_out(run: Any) -> None:
    Path("bad.vec").write_bytes(b"5 2\ncat 1 0\ndog x 1\nbird 0\n\xff 1 1\nowl 1 1\n")
    code, out, err = run("convert", "bad.vec", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "bad.vec, line 3: 'x' is no number" in err
    assert "--on-bad skip" in err
    code, out, err = run("convert", "bad.vec", "-", "--on-bad", "skip")
    assert (code, out) == (0, "2 2\ncat 1 0\nowl 1 1\n")
    assert err.count("\n") == 1
    for reason in ("a field is no number: 1", "a line has too few numbers: 1", "a word isn't utf-8: 1"):
        assert reason in err


def test_convert_joins_words(run: Any) -> None:
    Path("towns.txt").write_text("new york 1 0\nrome 0 1\n")
    code, _, err = run("convert", "towns.txt", "towns.bin")
    assert (code, err.count("\n")) == (2, 1)
    assert "nlpkit convert --join _" in err
    assert run("convert", "towns.txt", "towns.bin", "--join", "_")[0] == 0
    assert list(WordVectors.read("towns.bin").words) == ["new_york", "rome"]
    Path("towns.txt").write_text("new york 1 0\nnew_york 0 1\n")
    code, _, err = run("convert", "towns.txt", "more.bin", "--join", "_")
    assert (code, err.count("\n"), Path("more.bin").exists()) == (2, 1, False)
    assert "would both be 'new_york'" in err


@pytest.mark.parametrize(
    ("name", "format", "dtype"),
    [
        ("v.txt", "glove", "text"),
        ("v.vec", "word2vec", "text"),
        ("v.bin", "word2vec-binary", "float32"),
        ("v.npy", "npy", "float32"),
        ("v.safetensors", "safetensors", "float32"),
        ("v.vec.gz", "word2vec", "text"),
    ],
)
def test_info_of_files(name: str, format: str, dtype: str, run: Any) -> None:
    if name != "v.txt":
        run("convert", "v.txt", name)
    code, out, err = run("info", name)
    assert (code, err) == (0, "")
    assert rows(out) == [
        {
            "path": name,
            "kind": "word vectors",
            "format": format,
            "words": 3,
            "vector_size": 2,
            "dtype": dtype,
            "first_words": ["cat", "dog", "bird"],
        }
    ]
    assert "cat, dog, bird" in run("info", name, terminal=True).out


def test_info_of_more_words_and_of_fasttext(run: Any) -> None:
    Path("many.txt").write_text("".join(f"w{i} {i}\n" for i in range(1000)) + "\n\n")
    (record,) = rows(run("info", "many.txt").out)
    assert (record["words"], record["vector_size"], len(record["first_words"])) == (1000, 1, 5)
    for name, dtype in (("fasttext_ns.bin", "float32"), ("fasttext_quantized.ftz", "quantized")):
        path = Path(__file__).parents[1] / "embeddings" / "fixtures" / name
        (record,) = rows(run("info", str(path)).out)
        assert (record["format"], record["words"], record["vector_size"], record["dtype"]) == ("fasttext", 39, 5, dtype)
    Path("notes.txt").write_text("nothing but words\n")
    code, out, err = run("info", "notes.txt")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "text whose lines don't end with numbers" in err


@pytest.mark.parametrize(
    "command",
    [
        "similar p cat",
        "analogy p cat",
        "terms p",
        "info p",
        "convert p x.vec",
        "embed --model p cat",
        "similar p a --format npy",
    ],
)
def test_pickles_are_refused_by_name(command: str, run: Any) -> None:
    Path("p").write_bytes(pickle.dumps({"cat": 1}))
    code, out, err = run(*command.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "p: is a pickle, which is not read, as a pickle can run code" in err
