"""Translations that are killed and resumed: the file is the same, byte for byte, as without a stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlpkit.errors import OutputError, ParameterError
from nlpkit.jobs import translate
from nlpkit.jobs.translate import translate_files, translate_texts

SHORT = {"max_extra": 3, "max_ratio": 1.0, "beam": 2}
TABLES = "in.tsv in2.tsv"
KILLED = """
import os, signal, sys
from nlpkit.jobs import translate
from nlpkit.jobs.unfinished_translations import UnfinishedTranslations

translate._WINDOW = 300
keep, n = UnfinishedTranslations.keep, int(sys.argv[3])

def kept(self, progress):
    global n
    n -= 1
    if n == 0 and sys.argv[4] == "before":
        self.file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    keep(self, progress)
    if n == 0:
        os.kill(os.getpid(), signal.SIGKILL)

UnfinishedTranslations.keep = kept
translate.translate_files(sys.argv[1].split(), sys.argv[2], model="model", parameters=%r)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that has learnt nothing, and texts of several windows."""
    import torch

    from nlpkit.text.subword import Subwords
    from nlpkit.translation import Seq2SeqTransformer, TransformerOptions, Translator

    torch.manual_seed(1)
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    subwords = Subwords.train([" ".join(words)] * 20, vocab_size=300)
    place = tmp_path_factory.mktemp("resumed")
    sizes = TransformerOptions(
        src_size=len(subwords), trg_size=len(subwords), d_model=16, heads=2, ffn_dim=32, encoder_layers=1
    )
    Translator(Seq2SeqTransformer(sizes), src_subwords=subwords, device="cpu").save(place / "model")
    texts = [" ".join(words[(7 * i + k) % 10] for k in range(i % 5)) for i in range(80)]
    (place / "in.txt").write_text("\n".join(texts))  # the last line has no end
    (place / "in.tsv").write_text("".join(f'"{i}"\t"{text}"\n' for i, text in enumerate(["text", *texts])))
    (place / "in2.tsv").write_bytes((place / "in.tsv").read_bytes())
    return place


def killed(folder: Path, source: str, output: str, at: int, when: str) -> None:
    code = subprocess.run(
        [sys.executable, "-c", KILLED % SHORT, source, output, str(at), when], cwd=folder, check=False
    ).returncode
    assert code == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("in.txt", "a.txt"),
        ("in.txt", "a.jsonl"),
        ("in.tsv in2.tsv", "b.tsv"),
        ("in.txt", "c.txt.gz"),
        ("in.tsv in2.tsv", "d.csv"),
    ],
)
def test_resumed_files_are_the_same(folder: Path, monkeypatch: Any, source: str, output: str) -> None:
    monkeypatch.setattr(translate, "_WINDOW", 300)
    monkeypatch.chdir(folder)
    translate_files(source.split(), f"whole-{output}", model="model", parameters=SHORT)
    expected = Path(f"whole-{output}").read_bytes()
    assert not Path(f"whole-{output}.partial").exists()
    for at, when in ((1, "after"), (2, "before")):
        killed(folder, source, output, at, when)
        assert not Path(output).exists()
        assert Path(f"{output}.partial").is_dir()
        report = translate_files(source.split(), output, model="model", parameters=SHORT, resume=True)
        assert 0 < report.resumed < report.texts
        assert Path(output).read_bytes() == expected
        assert not Path(f"{output}.partial").exists()
        Path(output).unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_other_options_need_force(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(translate, "_WINDOW", 300)
    monkeypatch.chdir(folder)
    killed(folder, "in.txt", "e.txt", 2, "after")
    for other, what in (({"beam": 3}, "beam=2, now 3"), ({"alpha": 0.0}, "alpha=")):
        with pytest.raises(OutputError, match=what):
            translate_files("in.txt", "e.txt", model="model", parameters={**SHORT, **other}, resume=True)
    with pytest.raises(OutputError, match="another input"):
        translate_files("in.tsv", "e.txt", model="model", parameters=SHORT)
    with pytest.raises(OutputError, match="another model"):
        translate_files("in.txt", "e.txt", model="model", parameters=SHORT, engine="compiled")
    progress = Path("e.txt.partial", "progress.jsonl")
    lines = progress.read_text()
    assert [json.loads(line)["texts"] for line in lines.splitlines()[1:]] == sorted(
        {json.loads(line)["texts"] for line in lines.splitlines()[1:]}
    )
    progress.write_text(lines + '{"texts": 99')  # a line that was being written
    report = translate_files("in.txt", "e.txt", model="model", parameters={**SHORT, "beam": 3}, force=True)
    assert report.resumed == 0
    assert len(Path("e.txt").read_text().split("\n")) == 80


def test_damage_is_seen(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(translate, "_WINDOW", 300)
    monkeypatch.chdir(folder)
    killed(folder, "in.txt", "f.txt", 2, "after")
    Path("f.txt.partial", "translations").write_text("")
    with pytest.raises(OutputError, match="missing or damaged"):
        translate_files("in.txt", "f.txt", model="model", parameters=SHORT)
    Path("f.txt.partial", "progress.jsonl").write_text("{}\n[]\n")
    with pytest.raises(OutputError, match="damaged"):
        translate_files("in.txt", "f.txt", model="model", parameters=SHORT)
    Path("f.txt.partial", "progress.jsonl").unlink()
    Path("f.txt.partial", "mine").write_text("")
    with pytest.raises(OutputError, match="did not write"):
        translate_files("in.txt", "f.txt", model="model", parameters=SHORT)
    assert Path("f.txt.partial", "mine").exists()


def test_an_error_in_the_first_window_leaves_nothing(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(folder)
    Path("bad.jsonl").write_text('{"text": "one"}\n{"text": 2}\n')
    with pytest.raises(Exception, match="2"):
        translate_files("bad.jsonl", "g.txt", model="model", parameters=SHORT)
    assert not Path("g.txt.partial").exists()
    assert not Path("g.txt").exists()


def test_what_cannot_be_resumed(folder: Path, monkeypatch: Any) -> None:
    from nlpkit.translation import Translator

    monkeypatch.chdir(folder)
    with pytest.raises(ParameterError, match="needs a file"):
        translate_texts(["one"], "-", model="model", parameters=SHORT, resume=True)
    with pytest.raises(ParameterError, match="needs texts from files"):
        translate_texts(["one"], "h.txt", model="model", parameters=SHORT, resume=True, seen=print)
    read = Translator("model")
    made = Translator(read.model, src_subwords=read.src_subwords)
    with pytest.raises(ParameterError, match="needs a model from a folder"):
        translate_texts(["one"], "h.txt", model=made, parameters=SHORT, resume=True)
    translate_texts(["one"], "h.txt", model=made, parameters=SHORT)
    assert Path("h.txt").exists()
