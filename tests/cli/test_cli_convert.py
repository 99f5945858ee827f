"""``nlpkit convert``: what is left out is said, nothing is replaced unannounced, and messages name the right place."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.embeddings import WordVectors
from nlpkit.jobs import convert_vectors

SUPERVISED = Path(__file__).parents[1] / "embeddings" / "fixtures" / "fasttext_softmax.bin"


@pytest.fixture(autouse=True)
def glove(tmp_path: Path) -> None:
    (tmp_path / "glove.txt").write_text("king 1 0.5\nqueen 0.5 1\n")


@pytest.mark.parametrize("source", ["labels.bin", "labels"])
@pytest.mark.parametrize("output", ["x", "x.vec", "-"])
def test_a_limit_reports_that_it_drops_labels(source: str, output: str, run: Any, tmp_path: Path) -> None:
    shutil.copy(SUPERVISED, tmp_path / "labels.bin")
    convert_vectors(tmp_path / "labels.bin", tmp_path / "labels")
    code, _, err = run("convert", source, output, "--limit", "2")
    assert code == 0
    assert "left out: " in err.splitlines()[-1]
    assert "labels" in err.splitlines()[-1]
    assert "labels" in convert_vectors(tmp_path / source, tmp_path / "y", limit=2).lost
    assert convert_vectors(tmp_path / source, tmp_path / "z", limit=10**6).lost == ()


def test_a_limit_reports_that_it_drops_output_weights(tmp_path: Path) -> None:
    WordVectors(["a", "b"], np.eye(2), counts=[2, 1], outputs=np.eye(2)).save(tmp_path / "trained")
    assert convert_vectors(tmp_path / "trained", tmp_path / "x", limit=1).lost == ("output weights",)
    assert convert_vectors(tmp_path / "trained", tmp_path / "x.safetensors").lost == ("output weights",)
    assert convert_vectors(tmp_path / "trained", tmp_path / "x.vec").lost == ("counts", "output weights")
    assert convert_vectors(tmp_path / "trained", tmp_path / "y").lost == ()


@pytest.mark.parametrize("name", ["x.txt", "x.npy", "x.safetensors", "x.bin", "x.txt.gz"])
def test_a_full_disk_is_reported_with_the_path(
    name: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        writelines = write

        def __getattr__(self, attribute: str) -> Any:
            return getattr(self.file, attribute)

    monkeypatch.setattr("nlpkit.outputs.PendingFile.__enter__", lambda self: Full(self.file))
    code, out, err = run("convert", "glove.txt", name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{name}: the disk is full" in err
    assert "standard output" not in err
    assert not list(tmp_path.glob("x*"))
    _, _, err = run("convert", "glove.txt", "-")
    assert "can't write a temporary file for standard output (No space left on device): set TMPDIR" in err


def test_words_beside_npy_replace_no_foreign_file(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.words.txt").write_text("mine\n")
    code, _, err = run("convert", "glove.txt", "x.npy")
    assert (code, err.count("\n")) == (2, 1)
    assert "x.words.txt: exists, and the words of x.npy go there: name another place, or move" in err
    assert (tmp_path / "x.words.txt").read_text() == "mine\n"
    _, _, err = run("convert", "glove.txt", "y.npy")
    assert err == "nlpkit: 2 words × 2 numbers in y.npy and y.words.txt (npy)\n"
    assert run("convert", "glove.txt", "y.npy", "-q") == (0, "", "")
    _, out, _ = run("convert", "--help")
    assert "which is replaced" in " ".join(out.split())


def test_the_input_is_not_written_into(run: Any, tmp_path: Path) -> None:
    assert run("convert", "glove.txt", "model", "-q")[0] == 0
    shutil.copy(tmp_path / "glove.txt", tmp_path / "model" / "in.txt")
    shutil.copy(tmp_path / "glove.txt", tmp_path / "a.words.txt")
    (tmp_path / "a.npy").write_bytes(b"")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for words, message in [
        (("model", "model/x"), "model/x: is inside the input folder model"),
        (("model", "model/x.vec"), "model/x.vec: is inside the input folder model"),
        (("model/in.txt", "model", "--force"), "model: would replace the input"),
        (("a.words.txt", "a.npy"), "a.npy: would replace the input"),
    ]:
        code, _, err = run("convert", *words)
        assert (code, err.count("\n")) == (2, 1)
        assert message in err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_messages_name_standard_input_and_options(run: Any, recwarn: pytest.WarningsRecorder) -> None:
    code, _, err = run("convert", "-", "x.vec", stdin=b"a 1 2\n\xe9 1 2\nb 2 3\n", encoding="utf-8")
    assert code == 2
    assert "nlpkit: standard input, line 2: " in err
    assert "--encoding latin-1 (encoding='latin-1')" in err
    code, _, err = run("convert", "-", "x.vec", stdin=b"no numbers here\n")
    assert "nlpkit: standard input: its format cannot be detected" in err
    assert "nlpkit convert --from, or --format of similar, analogy and info (format= in Python)" in err
    code, _, err = run("convert", "-", "-", "--to", "glove", stdin=b"new york 1 2\nrome 1 3\n")
    assert err.startswith("nlpkit: standard output: the word 'new york' of row 0 has white space")
    code, _, err = run("convert", "-", "x.vec", stdin=b"a 1 2\na 3 4\nb 2 3\n")
    assert code == 0
    told = err + "".join(str(each.message) for each in recwarn)
    assert "standard input: 1 of 3 rows" in told
    assert "/standard input" not in told
