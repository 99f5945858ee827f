"""``nlpkit train``: what it writes and says, and how it goes on after Ctrl-C and kill -9."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlpkit
from nlpkit.cli.parameters import parameters
from nlpkit.cli.screens.training_screen import WordScreen, training_screen
from nlpkit.embeddings import FastText, Word2Vec
from nlpkit.jobs import train_files
from nlpkit.registry import EMBEDDERS, resolve

LINES = ["the cat drinks milk and sleeps", "the dog drinks water and runs", "the bird sings and flies"]
SMALL = ("--vector-size", "8", "--min-count", "1", "--threads", "1", "--epochs", "2")
LONG = ("--vector-size", "50", "--min-count", "1", "--threads", "1", "--epochs", "40")

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{line}\n" for line in LINES * 20))
    (tmp_path / "long.txt").write_text("".join(f"{line}\n" for line in LINES * 5000))
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_model_is_trained_and_saved(run: Any, tmp_path: Path) -> None:
    code, out, err = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL)
    assert (code, out) == (0, "")
    assert re.fullmatch(r"nlpkit: 12 words × 8 numbers of word2vec, loss \d\.\d{3}(, [\d,]+ words/s)?, in model\n", err)
    model = nlpkit.load(tmp_path / "model")
    assert (type(model), model.vector_size, model.epochs) == (Word2Vec, 8, 2)
    expected = Word2Vec(vector_size=8, min_count=1, threads=1, epochs=2).fit(LINES * 20)
    assert np.array_equal(model.word_vectors.vectors, expected.word_vectors.vectors)
    assert names(tmp_path) == {"a.txt", "long.txt", "model"}


@pytest.mark.parametrize("output", ["model", "word2vec"])
def test_options_may_come_before_the_method(run: Any, tmp_path: Path, output: str) -> None:
    code, _, err = run("train", "-q", "-o", output, "-i", "a.txt", *SMALL, "fasttext")
    assert (code, err) == (0, "")
    assert type(nlpkit.load(tmp_path / output)) is FastText


def test_options_without_a_method(run: Any) -> None:
    code, _, err = run("train", "--threads", "1", "-o", "model")
    assert (code, err) == (2, "nlpkit: name what to train: word2vec, fasttext, translation or speech\n")
    code, out, _ = run("train", "--threads", "1", "--help")
    assert code == 0
    assert "translation" in out


def test_parameters_and_ways_to_read(run: Any, tmp_path: Path) -> None:
    rows = [json.dumps({"body": line.upper()}) for line in LINES * 5]
    arguments = (
        "--field",
        "body",
        "--no-lowercase",
        "--max-n",
        "4",
        "--bucket",
        "50",
        "--loss",
        "hierarchical_softmax",
    )
    code, _, err = run(
        "train", "fasttext", "-o", "model", *SMALL, *arguments, "--quiet", stdin="\n".join(rows).encode()
    )
    assert (code, err) == (0, "")
    model = nlpkit.load(tmp_path / "model")
    assert (type(model), model.max_n, model.bucket, model.lowercase) == (FastText, 4, 50, False)
    assert "CAT" in model.word_vectors


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_plan_and_the_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.stderr", Terminal())
    with training_screen(WordScreen, quiet=True) as screen:
        assert screen is None
    with training_screen(WordScreen, quiet=False) as screen:
        assert screen is not None
        train_files(
            tmp_path / "long.txt",
            tmp_path / "model",
            method="word2vec",
            parameters={"vector_size": 8, "min_count": 1},
            threads=1,
            reading=screen.reading,
            started=screen.started,
            progress=screen.progress,
        )
    shown = " ".join(sys.stderr.getvalue().split())  # type: ignore[attr-defined]
    assert "15,000 texts, 85,000 words; 12 different ones to train; about 1 MB of memory" in shown
    assert re.search(r"epoch \d of 5, [\d,]+ words/s, loss \d\.\d{3}, \d+:\d\d left", shown)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("-o model", "Usage"),
        ("-i a.txt", "name the folder of the model with -o"),
        ("a.txt -o model", "'a.txt' stands alone: give inputs with -i, as in -i a.txt"),
        ("-i a.txt -o vectors.bin", "vectors.bin: a model is a folder: name one without .bin"),
        ("-i a.txt -o -", "-: a model is a folder"),
        ("-i a.txt -o none/model", "there is no folder"),
        ("-i a.txt -o a.txt/", "found a file, expected a folder"),
        ("-i none.txt -o model", "can't read 'none.txt'"),
        ("-i a.txt -o model --min-n 2", "word2vec has no --min-n: it belongs to fasttext"),
        ("-i a.txt -o model --min-df 2", "No such option: --min-df"),
        ("-i a.txt -o model --window 0", "window"),
        ("-i a.txt -o model --min-count 1000", "no word is as frequent as min_count=1000"),
    ],
)
def test_one_line_and_2(words: str, message: str, run: Any, tmp_path: Path) -> None:
    before = names(tmp_path)
    code, out, err = run("train", "word2vec", *words.split())
    assert code == 2
    assert message in (out or err)
    assert out or err.count("\n") == 1
    assert names(tmp_path) == before


def test_an_unknown_method(run: Any) -> None:
    code, _, err = run("train", "tfidf", "-i", "a.txt", "-o", "model")
    assert (code, err) == (
        2,
        "nlpkit: there is no training 'tfidf': choose one of word2vec, fasttext, translation, speech\n",
    )


def test_a_model_that_is_there_is_replaced_by_force_alone(run: Any, tmp_path: Path) -> None:
    run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL)
    code, _, err = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL, "--seed", "7")
    assert (code, err.count("\n")) == (2, 1)
    assert "the folder exists" in err
    code, _, _ = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL, "--seed", "7", "--force")
    assert code == 0
    assert nlpkit.load(tmp_path / "model").seed == 7


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
def test_every_parameter_is_an_option(method: str, run: Any) -> None:
    code, out, _ = run("train", method, "--help")
    assert code == 0
    own = parameters({method: EMBEDDERS[method]})
    for parameter in own.values():
        assert parameter.option in out
    assert set(own) == set(resolve(method).defaults()) - {"threads"}


def stopped(start: Start, folder: Path, number: int) -> tuple[int, str]:
    """Stop a training as soon as a state is kept; returns its exit code and what it said."""
    process = start("train", "word2vec", "-i", "long.txt", "-o", "model", *LONG)
    deadline = time.monotonic() + 60
    while not (folder / "model.partial" / "state-1" / "config.json").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        os.sched_yield()
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said.decode()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_training_goes_on_after_a_break(number: int, run: Any, start: Start, tmp_path: Path) -> None:
    code, said = stopped(start, tmp_path, number)
    if number == signal.SIGINT:
        assert (code, said) == (130, "nlpkit: stopped: the same command with --resume continues from here\n")
    assert names(tmp_path) == {"a.txt", "long.txt", "model.partial"}

    arguments = ("train", "word2vec", "-i", "long.txt", "-o", "model", *LONG)
    code, _, err = run(*arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert "an unfinished training is there: resume it with --resume" in err
    code, _, err = run(*arguments, "--resume", "--alpha", "0.5")
    assert (code, err.count("\n")) == (2, 1)
    assert "was begun with alpha=None, now it is 0.5" in err

    code, _, err = run(*arguments, "--resume")
    assert code == 0, err
    assert re.match(r"nlpkit: going on after \d+(\.\d+)? of 40 epochs\n", err)
    assert names(tmp_path) == {"a.txt", "long.txt", "model"}
    model = nlpkit.load(tmp_path / "model")
    assert len(model.losses_) == 40
    whole = Word2Vec(vector_size=50, min_count=1, threads=1, epochs=40).fit(LINES * 5000)
    assert np.array_equal(model.word_vectors.vectors, whole.word_vectors.vectors)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_force_begins_anew(run: Any, start: Start, tmp_path: Path) -> None:
    stopped(start, tmp_path, signal.SIGKILL)
    code, _, err = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL, "--force")
    assert code == 0, err
    assert names(tmp_path) == {"a.txt", "long.txt", "model"}


def test_resume_says_that_there_is_nothing_to_go_on_from(run: Any, tmp_path: Path) -> None:
    code, _, err = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL, "--resume")
    assert code == 0, err
    assert err.startswith("nlpkit: there is no state of such a training to go on from: it begins anew\n")


def test_a_strange_folder_is_left_as_it_is(run: Any, tmp_path: Path) -> None:
    (tmp_path / "model.partial").mkdir()
    (tmp_path / "model.partial" / "diary.txt").write_text("mine")
    for option in ("--resume", "--force"):
        code, _, err = run("train", "word2vec", "-i", "a.txt", "-o", "model", *SMALL, option)
        assert (code, err.count("\n")) == (2, 1)
        assert "holds 'diary.txt', which isn't a training's" in err
    assert (tmp_path / "model.partial" / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("cat\ndog\nbird\n" * 20, [], "no text has two words of the vocabulary side by side"),
        ("the cat\n", ["--min-count", "1"], "sample=0.001 (--sample) left out too many words"),
    ],
)
def test_what_was_not_learnt_is_said(
    method: str, text: str, options: list[str], message: str, run: Any, tmp_path: Path
) -> None:
    (tmp_path / "c.txt").write_text(text)
    small = ["--vector-size", "8", "--threads", "1", *(["--bucket", "100"] if method == "fasttext" else [])]
    code, _, err = run("train", method, "-i", "c.txt", "-o", "model", *small, *options)
    assert code == 0
    assert [line for line in err.splitlines() if line.startswith("nlpkit: warning: ") and message in line]
    assert err.count("\n") == 2
