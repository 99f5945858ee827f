"""``nlpkit evaluate``: the report, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

sacrebleu = pytest.importorskip("sacrebleu")

REFERENCES = ["Ein Hund läuft über die Wiese .", "Zwei Männer stehen am Herd .", "Ein kleines Mädchen klettert ."] * 20
OURS = [text.replace("kleines", "großes").replace("am Herd", "an einem Ofen") for text in REFERENCES]
OTHERS = [text.replace("läuft über", "rennt auf").replace("Männer", "Leute").replace("kleines ", "") for text in OURS]
SOURCES = ["A dog runs across the meadow .", "Two men stand at the stove .", "A little girl is climbing high up ."] * 20


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    for name, texts in (("ref", REFERENCES), ("hyp", OURS), ("other", OTHERS), ("src", SOURCES)):
        (tmp_path / f"{name}.txt").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def test_a_report_to_read(run: Any) -> None:
    outcome = run("evaluate", "--hyp", "hyp.txt", "--ref", "ref.txt", "--src", "src.txt", "--against", "other.txt")
    assert (outcome.code, outcome.err) == (0, "")
    bleu = sacrebleu.corpus_bleu(OURS, [REFERENCES])
    before = sacrebleu.corpus_bleu(OTHERS, [REFERENCES])
    lines = outcome.out.splitlines()
    assert "60 sentences" in outcome.out
    [scores, difference] = [line.split() for line in lines if line.lstrip().startswith("BLEU  ")]
    assert scores[1] == f"{bleu.score:.2f}"
    assert difference[1:3] == [f"{before.score:.2f}", f"{bleu.score - before.score:+.2f}"]
    assert "against other.txt" in outcome.out
    assert "source words" in outcome.out
    assert [line.split()[:2] for line in lines if "█" in line] == [["6–10", "60"]]
    assert "BLEU nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:" in outcome.out
    assert "chrF nrefs:1|" in outcome.out
    assert "TER nrefs:1|" in outcome.out
    assert "tokens/s" not in outcome.out


def test_a_report_as_json(run: Any) -> None:
    options = ("--lowercase", "--tokenize", "intl", "--bootstrap", "0", "--lengths", "6,7")
    outcome = run("evaluate", "--hyp", "hyp.txt", "--ref", "ref.txt", "--src", "src.txt", "--format", "json", *options)
    assert (outcome.code, outcome.err) == (0, "")
    report = json.loads(outcome.out)
    theirs = sacrebleu.corpus_bleu(OURS, [REFERENCES], lowercase=True, tokenize="intl")
    assert report["score"]["bleu"]["score"] == pytest.approx(theirs.score, abs=1e-12)
    assert "case:lc|eff:no|tok:intl" in report["score"]["bleu"]["signature"]
    assert report["score"]["bleu"]["low"] is None
    assert [(group["shortest"], group["sentences"]) for group in report["score"]["by_length"]] == [(7, 40), (8, 20)]
    assert report["comparison"] is report["tokens_per_second"] is None


def test_several_references_compressed_files_and_standard_input(run: Any, tmp_path: Path) -> None:
    text = "\n".join(OTHERS) + "\n"
    (tmp_path / "second.txt.gz").write_bytes(gzip.compress(text.encode()))
    given = "\n".join(OURS).encode()
    outcome = run(
        "evaluate", "--hyp", "-", "--ref", "ref.txt", "--ref", "second.txt.gz", "--format", "json", stdin=given
    )
    assert outcome.code == 0, outcome.err
    score = json.loads(outcome.out)["score"]["bleu"]
    assert score["score"] == pytest.approx(sacrebleu.corpus_bleu(OURS, [REFERENCES, OTHERS]).score, abs=1e-12)
    assert score["signature"].startswith("nrefs:2|")


def test_empty_lines_are_sentences(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\n\nthe cat sat down\n")
    (tmp_path / "b.txt").write_bytes(b"a dog\n\nthe cat sat down\n")
    outcome = run("evaluate", "--hyp", "a.txt", "--ref", "b.txt", "--format", "json")
    assert json.loads(outcome.out)["score"]["sentences"] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hyp", "hyp.txt"], "nothing to compare with"),
        (["--hyp", "none.txt", "--ref", "ref.txt"], "none.txt"),
        (["--ref", "ref.txt"], "nothing to score"),
        (["model", "--hyp", "hyp.txt", "--ref", "ref.txt"], "two translations"),
        (["model", "--ref", "ref.txt"], "give the sources with --src"),
        (["none", "--src", "src.txt", "--ref", "ref.txt"], "none"),
        (["--hyp", "short.txt", "--ref", "ref.txt"], "short.txt has 1 lines and ref.txt has 60"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--against", "short.txt"], "short.txt has 1 lines"),
        (["--hyp", "empty.txt", "--ref", "empty.txt"], "empty.txt is empty"),
        (["--hyp", "bytes.txt", "--ref", "short.txt"], "bytes.txt"),
        (["--hyp", "bytes.txt", "--ref", "short.txt", "--decode-errors", "skip"], "have to correspond"),
        (["--hyp", "-", "--ref", "-"], "standard input is named twice"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--beam", "2"], "beam is about a model"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "-o", "new.txt"], "output is about a model"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--batch-invariant"], "batch_invariant is about a model"),
        (["none", "--src", "src.txt", "--ref", "ref.txt", "-o", "ref.txt"], "would replace the input ref.txt"),
        (["none", "--src", "src.txt", "--ref", "ref.txt", "-o", "-"], "give -o the name of a file"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--tokenize", "15a"], "tokenize is '15a'"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--format", "xml"], "choose text or json"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--lengths", "5,x"], "--lengths is '5,x'"),
        (["--hyp", "hyp.txt", "--ref", "ref.txt", "--against", "other.txt", "--test", "t"], "method is 't'"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_is_refused_in_one_line(run: Any, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "short.txt").write_bytes(b"one line\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\n")
    outcome = run("evaluate", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_without_anything_the_help(run: Any) -> None:
    outcome = run("evaluate")
    assert outcome.code == 2
    assert "--against" in outcome.out


def translator(folder: Path) -> None:
    """Save a tiny model of random weights."""
    torch = pytest.importorskip("torch")
    from nlpkit.text.subword import Subwords
    from nlpkit.translation import Seq2SeqTransformer, TransformerOptions, Translator

    subwords = Subwords.train([*SOURCES, *REFERENCES], vocab_size=400)
    torch.manual_seed(1)
    sizes = {"src_size": len(subwords), "trg_size": len(subwords), "d_model": 16, "heads": 2, "ffn_dim": 16}
    model = Seq2SeqTransformer(TransformerOptions(**sizes))
    Translator(model, src_subwords=subwords).save(folder)


def test_a_model_translates_and_is_scored(run: Any, tmp_path: Path) -> None:
    translator(tmp_path / "model")
    arguments = ("--src", "src.txt", "--ref", "ref.txt", "--beam", "1", "--against", "other.txt")
    outcome = run("evaluate", "model", *arguments, "-o", "out.txt", "--format", "json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    written = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert len(written) == 60
    theirs = sacrebleu.corpus_chrf(written, [REFERENCES])
    assert report["score"]["chrf"]["score"] == pytest.approx(theirs.score, abs=1e-12)
    assert report["tokens"] > 0
    assert report["tokens_per_second"] == pytest.approx(report["tokens"] / report["seconds"])
    assert report["comparison"]["bleu"]["difference"] < 0
    assert "tokens/s" in run("evaluate", "model", *arguments).out


def test_what_is_scored_is_what_translate_gives(run: Any, tmp_path: Path) -> None:
    translator(tmp_path / "model")
    outcome = run("evaluate", "model", "--src", "src.txt", "--ref", "ref.txt", "--batch-invariant", "-o", "scored.txt")
    assert outcome.code == 0, outcome.err
    assert run("translate", "-i", "src.txt", "--model", "model", "--batch-invariant", "-o", "given.txt").code == 0
    given = (tmp_path / "given.txt").read_text(encoding="utf-8")
    assert (tmp_path / "scored.txt").read_text(encoding="utf-8") == given
    alone = run("translate", (tmp_path / "src.txt").read_text(encoding="utf-8").splitlines()[7], "--model", "model")
    assert alone.out == given.splitlines(keepends=True)[7]


def test_a_language_without_spaces(run: Any, tmp_path: Path) -> None:
    right = ["昨天司机在车站卖了一只小狗。", "上周老师在学校附近买了书。"]
    ours = ["昨天司机在车站买了一只小狗。", "上周老师在学校买了书。"]
    for name, texts in (("right", right), ("ours", ours)):
        (tmp_path / f"{name}.zh").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    command = ["evaluate", "--hyp", "ours.zh", "--ref", "right.zh", "--bootstrap", "0", "--format", "json"]
    for asked, tokenizer in (([], "zh"), (["--tokenize", "char"], "char"), (["--tokenize", "13a"], "13a")):
        outcome = run(*command, *asked)
        assert (outcome.code, outcome.err) == (0, "")
        bleu = json.loads(outcome.out)["score"]["bleu"]
        assert bleu["score"] == pytest.approx(sacrebleu.corpus_bleu(ours, [right], tokenize=tokenizer).score)
        assert f"tok:{tokenizer}|" in bleu["signature"]
    assert "reference characters" in run(*command[:-2]).out
