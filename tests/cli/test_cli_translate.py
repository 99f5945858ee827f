"""``nlpkit translate``, with a model that has learnt nothing: what comes out, where, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from nlpkit.translation import Translator

SHORT = ["--max-extra", "3", "--max-ratio", "1", "--quiet"]


def test_texts_files_and_pipes_agree(run: Any, model: Translator, tmp_path: Path) -> None:
    lines = ["one two", "", "nine ten five", "one two"]
    (tmp_path / "in.txt").write_text("\n".join(lines) + "\n")
    by_text = run("translate", *lines, "--model", "model", *SHORT)
    by_file = run("translate", "-i", "in.txt", "--model", "model", *SHORT)
    by_pipe = run("translate", "--model", "model", *SHORT, stdin=(tmp_path / "in.txt").read_bytes())
    to_file = run("translate", "-i", "in.txt", "--model", "model", "-o", "out.txt", *SHORT)
    assert by_text.code == by_file.code == by_pipe.code == to_file.code == 0
    assert by_text.out == by_file.out == by_pipe.out == (tmp_path / "out.txt").read_text()
    out = by_text.out.split("\n")
    assert len(out) == 5
    assert out[1] == ""
    assert out[0] == out[3]
    assert to_file.out == ""


def test_n_best(run: Any, model: Translator) -> None:
    code, out, _ = run("translate", "one", "two", "--model", "model", "--n-best", "3", *SHORT)
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [row[0] for row in rows] == ["0"] * 3 + ["1"] * 3
    scores = [float(row[1]) for row in rows[:3]]
    assert scores == sorted(scores, reverse=True)
    _, out, _ = run("translate", "", "two", "--model", "model", "--n-best", "2", *SHORT)
    assert out.splitlines()[:2] == ["0\t0.0000\t", "0\t-inf\t"]
    assert len(out.splitlines()) == 4


def test_jsonl(run: Any, model: Translator) -> None:
    code, out, _ = run("translate", "one", "", "--model", "model", "--beam", "2", "--format", "jsonl", *SHORT)
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [record["id"] for record in records] == [0, 1]
    assert records[0]["text"] == "one"
    assert records[0]["translation"] == records[0]["n_best"][0]["text"]
    assert records[1]["translation"] == ""
    assert {record["engine"] for record in records} == {"numpy"}
    _, out, _ = run(
        *("translate", "one", "--model", "model", "--beam", "1", "--no-scores", "--format", "jsonl", *SHORT)
    )
    assert json.loads(out, parse_constant=pytest.fail)["score"] is None


def test_attention(run: Any, model: Translator, tmp_path: Path) -> None:
    code, _, err = run(
        *("translate", "one two three", "four", "--model", "model", "--prefix", "six seven"),
        *("--attention", "map.png", "--alignments", "pairs.txt", *SHORT),
    )
    assert (code, err) == (0, "")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    lines = (tmp_path / "pairs.txt").read_text().splitlines()
    assert len(lines) == 2
    for line, sources in zip(lines, (3, 1), strict=True):
        pairs = [pair.split("-") for pair in line.split()]
        assert [int(target) for _, target in pairs] == list(range(len(pairs)))
        assert all(int(source) < sources for source, _ in pairs)
    code, _, err = run("translate", "one two three", "--model", "model", "--attention", "-", *SHORT)
    assert code == 0
    assert "one two three" in err
    code, _, err = run("translate", "one two", "--model", "model", "--attention", "-", "--self-attention", *SHORT)
    assert code == 0
    assert [line.split()[0] for line in err.splitlines()] == ["one", "one", "two"]


def test_what_was_cut_off_is_said(run: Any, model: Translator) -> None:
    _, _, err = run("translate", "one", "--model", "model", "--max-length", "1")
    assert "were cut off at the greatest length: raise --max-length" in err
    code, _, err = run("translate", "", "--model", "model", "--attention", "map.png")
    assert code == 0
    assert "map.png: there is no picture" in err


def test_a_long_line_and_unknown_characters(run: Any, model: Translator) -> None:
    long = "seven " * 850
    code, out, _ = run(
        "translate", "--model", "model", "--beam", "1", "--max-length", "5", stdin=f"{long}\n☃☃\n".encode()
    )
    assert code == 0
    assert out.count("\n") == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["one"], "name the language to translate into: --to"),
        (["one", "--model", "nowhere"], "there is no such folder"),
        (["one", "--model", "model", "--beam", "0"], "beam is 0"),
        (["one", "--model", "model", "--format", "xml"], "choose text, jsonl, csv or tsv"),
        (["one", "--model", "model", "--attention", "map.jpg"], "ends in .png"),
        (["one", "--model", "model", "--attention", "-", "--head", "7"], "head is 7"),
        (["one", "--model", "model", "--self-attention"], "shown by --attention"),
        (["one", "--model", "model", "--head", "1"], "give one of these too"),
        (["one", "--model", "model", "--attention", "no/map.png"], "no folder"),
        (["one", "--model", "model", "--attention", "x.png", "--alignments", "x.png"], "is read or written already"),
        (["one", "--model", "model", "--alignments", "-"], "where translations go: name a file"),
        (["one", "--model", "model", "--threads", "0"], "threads is 0"),
        (["one", "--model", "model", "--phrase", ""], "a phrase is empty"),
        (["one", "--model", "model", "--top-k", "3"], "sample is False"),
        (["one", "--model", "model", "--sample", "--temperature", "1e-45"], "temperature is 1e-45"),
        (["one", "--model", "model", "--min-ratio", "3"], "min_ratio is 3.0"),
        (["one", "--model", "model", "-o", "out.txt", "--alignments", "out.txt"], "is read or written already"),
        (["model/config.json", "--model", "model"], "did you mean -i"),
        (["-i", "nothing.txt", "--model", "model"], "nothing.txt"),
        (["one", "--model", "model", "-o", "no/where.txt"], "no"),
    ],
)
def test_refused_in_one_line(run: Any, model: Translator, words: list[str], message: str) -> None:
    code, out, err = run("translate", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_bytes_that_are_no_text(run: Any, model: Translator) -> None:
    code, out, err = run("translate", "--model", "model", *SHORT, stdin=b"one\n\xff\xfe\n")
    assert (code, err.count("\n")) == (2, 1)
    code, out, _ = run("translate", "--model", "model", "--decode-errors", "replace", *SHORT, stdin=b"one\n\xff\xfe\n")
    assert (code, out.count("\n")) == (0, 2)


def test_precision(run: Any, model: Translator) -> None:
    code, out, _ = run("translate", "one two", "six", "--model", "model", "--precision", "bfloat16", *SHORT)
    assert code == 0
    assert len(out.splitlines()) == 2
    code, out, said = run("translate", "one", "--model", "model", "--precision", "int4", *SHORT)
    assert (code, out) == (2, "")
    assert "choose one of auto, float32, bfloat16, int8" in said
    assert len(said.splitlines()) == 1


def test_a_model_of_8_bits(run: Any, model: Translator) -> None:
    code, _, said = run("quantize", "model", "-o", "small")
    assert (code, said.count("\n")) == (0, 1)
    assert said.endswith(" %), in small\n")
    by_folder = run("translate", "one two", "six", "--model", "small", *SHORT)
    by_option = run("translate", "one two", "six", "--model", "model", "--precision", "int8", *SHORT)
    assert by_folder[:2] == by_option[:2]
    assert (by_folder[0], by_folder[1].count("\n")) == (0, 2)
    assert run("quantize", "model", "-o", "small")[0] == 2
    assert run("quantize", "small", "-o", "smaller")[2].endswith("its matrices have 8 bits already: copy the folder\n")
    assert run("translate", "one", "--model", "small", "--engine", "torch")[0] == 2


@pytest.mark.parametrize("text", ["昨天我们找到了一把红雨伞。", "駅で赤い傘を見つけた。", "พบร่มสีแดง", "\U0010fffd"])
def test_a_picture_without_a_font_is_one_line(run: Any, model: Translator, text: str) -> None:
    words = [*("--attention", "map.png", "--alignments", "pairs", "--max-length", "4", "--prefix", "one"), "--quiet"]
    code, _, err = run("translate", text, "--model", "model", *words)
    assert code == 0
    lines = err.splitlines()
    assert len(lines) <= 1
    assert all(line.startswith("nlpkit: warning: the picture has boxes") for line in lines)
    assert text.isprintable() or lines[0].endswith("): install a font that has U+10FFFD")


def test_a_document_cannot_be_resumed(run: Any, model: Translator, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>one</p>")
    code, _, err = run("translate", "-i", "a.html", "--model", "model", "--resume", "-o", "b.html")
    assert code == 2
    assert "a document is translated as a whole" in err
    assert not (tmp_path / "b.html").exists()


LINES = ["One two. Three four!", "five", "", "Six.  Seven?"]


def test_several_sentences_on_a_line(run: Any, model: Translator, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("\n".join(LINES) + "\n")
    options = ["--model", "model", "--max-length", "3"]
    code, plain, err = run("translate", "-i", "in.txt", "--no-split-sentences", *options)
    assert code == 0
    warned = [line for line in err.splitlines() if "sentences" in line]
    assert len(warned) == 1
    assert warned[0].startswith("nlpkit: warning: 2 of 4 texts have more sentences")
    assert "--split-sentences translates each by itself" in warned[0]
    code, split, err = run("translate", "-i", "in.txt", "--split-sentences", *options)
    assert code == 0
    assert "sentences" not in err
    assert run("translate", "-i", "in.txt", *options) == (0, split, err)
    alone = run("translate", "One two.", "Three four!", "five", "", "Six.", "Seven?", *options).out.split("\n")
    assert split.split("\n") == [f"{alone[0]} {alone[1]}", alone[2], "", f"{alone[4]}  {alone[5]}", ""]
    assert plain != split
    _, whole, _ = run("translate", "-i", "in.txt", "--per", "file", "--split-sentences", *options)
    assert len(whole.splitlines()) == 1
    _, records, _ = run("translate", *LINES[:1], "--split-sentences", "--format", "jsonl", *options)
    assert json.loads(records)["translation"] == split.split("\n")[0]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--n-best", "2"], "--n-best"),
        (["--prefix", "one"], "--prefix"),
        (["--phrase", "one"], "--phrase"),
        (["--attention", "map.png"], "--attention"),
        (["--alignments", "pairs"], "--alignments"),
    ],
)
def test_sentences_by_themselves_are_refused_with(run: Any, model: Translator, words: list[str], option: str) -> None:
    code, out, err = run("translate", "One. Two.", "--model", "model", "--split-sentences", *words)
    assert (code, out) == (2, "")
    assert err == f"nlpkit: --split-sentences translates each sentence by itself: leave out {option}\n"


LAID_OUT = [b"One two.\r\n", b"\r\n", b"\t- five\tsix  \n", b" \t \n", b"---- 12 ----\r\n", b"One. Two.\n", b"three"]


def test_the_layout_of_lines_stays(run: Any, model: Translator, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"".join(LAID_OUT))
    code, _, _ = run("translate", "-i", "in.txt", "--model", "model", "--max-length", "3", "-o", "out.txt")
    assert code == 0
    found = (tmp_path / "out.txt").read_bytes().splitlines(keepends=True)
    assert len(found) == len(LAID_OUT)
    copied = [number for number, line in enumerate(LAID_OUT) if not any(byte > 64 for byte in line)]
    assert [found[number] for number in copied] == [LAID_OUT[number] for number in copied]
    ends = [[line[len(line.rstrip()) :] for line in lines] for lines in (LAID_OUT, found)]
    assert ends[0] == ends[1]
    assert found[2].startswith(b"\t- ") or found[2].startswith(b"\t")
    assert found[2].rstrip().count(b"\t") == 2
    (tmp_path / "old.txt").write_bytes(b"one.\rtwo.\nthree.\n")
    assert run("translate", "-i", "old.txt", "--model", "model", "--max-length", "3", "-o", "old.out")[0] == 0
    assert [len(re.findall(sign, (tmp_path / "old.out").read_bytes())) for sign in (b"\r", b"\n")] == [1, 2]
    (tmp_path / "table.csv").write_text("text\none\ntwo\n''\n")
    _, rows, _ = run("translate", "-i", "table.csv", "--model", "model", "--max-length", "3")
    assert (rows.count("\n"), rows[-1:]) == (3, "\n")
    (tmp_path / "next.txt").write_bytes(b"one\n")
    _, both, _ = run("translate", "-i", "in.txt", "next.txt", "--model", "model", "--max-length", "3")
    assert len(both.splitlines()) == len(LAID_OUT) + 1


def test_a_glossary(run: Any, model: Translator, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("one\ttwo\n")
    options = ["--model", "model", "--glossary", "terms.tsv", *SHORT]
    code, out, err = run("translate", "one three", "three", *options)
    assert code == 0
    assert "two" in out.splitlines()[0] or "glossary term missing 1" in err
    (tmp_path / "terms.tsv").write_text("one two\n")
    code, out, err = run("translate", "one", *options)
    assert (code, out) == (2, "")
    assert err == "nlpkit: terms.tsv, line 1: expected a term, a tab, and its translation\n"
