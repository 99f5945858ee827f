"""``nlpkit train translation``: what is written, what is said, and what is refused."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlpkit.translation import Translator

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SMALL = ["--embedding-size", "16", "--hidden-size", "24", "--arch", "gru", "--threads", "1"]


def copies(n: int) -> list[str]:
    """Lines of digit words, all different."""
    return [" ".join(DIGITS[int(digit)] for digit in f"{number:03}") for number in range(n)]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two files of 200 lines that are the same."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(copies(200)) + "\n")
    return tmp_path


def train(run: Any, *more: str) -> Any:
    small = SMALL
    if "--threads" in more:
        at = SMALL.index("--threads")
        small = (*SMALL[:at], *SMALL[at + 2 :])
    return run("train", "translation", "--src", "a.txt", "--trg", "b.txt", "-o", "model", *small, *more)


def test_a_model_and_all_that_was_chosen(run: Any, pairs: Path) -> None:
    code, out, err = train(run, "--max-steps", "4", "--seed", "3")
    assert (code, out) == (0, "")
    config = json.loads((pairs / "model" / "config.json").read_text())
    assert config["kind"] == "translation"
    assert config["options"]["architecture"] == "rnn"
    assert config["options"]["model"]["cell"] == "gru"
    assert config["options"]["model"]["hidden_size"] == 24
    told = config["provenance"]
    assert told["training"]["seed"] == 3
    assert told["training"]["batch_tokens"] > 0
    assert told["data"]["valid_source"] == "part of the pairs, chosen by a hash of the source"
    assert told["data"]["valid_pairs"] == 20
    assert told["data"]["pairs"] == 180
    assert told["result"]["steps"] == 4
    assert "validation: 20 pairs, part of the pairs, chosen by a hash of the source" in err
    assert (pairs / "model" / "learning-curve.png").read_bytes().startswith(b"\x89PNG")
    assert not (pairs / "model.partial").exists()
    assert len(Translator(pairs / "model", device="cpu").translate(["one two three"])) == 1
    assert sorted(entry.name for entry in pairs.iterdir()) == ["a.txt", "b.txt", "model"]


def test_the_same_seed_gives_the_same_model(run: Any, pairs: Path) -> None:
    train(run, "--max-steps", "3")
    first = (pairs / "model" / "model.safetensors").read_bytes()
    train(run, "--max-steps", "3", "--force")
    assert (pairs / "model" / "model.safetensors").read_bytes() == first


def test_what_is_left_out_is_said(run: Any, pairs: Path) -> None:
    lines = copies(200)
    lines[7] = lines[8] = ""
    (pairs / "b.txt").write_text("\n".join(lines) + "\n")
    code, _, err = train(run, "--max-steps", "1")
    assert code == 0
    assert "pairs left out because a side is empty: 2" in err


def test_quiet(run: Any, pairs: Path) -> None:
    assert train(run, "--max-steps", "1", "--quiet") == (0, "", "")


def test_validation_that_is_given(run: Any, pairs: Path) -> None:
    (pairs / "v.tsv").write_text("".join(f"{line}\t{line}\n" for line in copies(30)))
    code, _, err = train(run, "--max-steps", "1", "--valid", "v.tsv")
    assert code == 0
    assert "chosen by a hash" not in err
    config = json.loads((pairs / "model" / "config.json").read_text())
    assert (config["provenance"]["data"]["pairs"], config["provenance"]["data"]["valid_pairs"]) == (200, 30)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--attention", "cosine"], "attention is 'cosine'"),
        (["--epochs", "-1"], "epochs is -1"),
        (["--d-model", "12"], "has no option 'd_model'"),
        (["--learning-rate", "fast"], "--learning-rate is 'fast'"),
        (["--optimizer", "magic"], "optimizer is 'magic'"),
        (["--device", "cuda:99"], "cuda:99"),
        (["--valid-src", "a.txt"], "valid_src and valid_trg belong together"),
        (["--threads", "0"], "threads is 0"),
        (["--devices", "0"], "devices is 0"),
        (["--tie", "all", "--separate-vocabularies"], "tie is 'all', and the vocabularies are separate"),
        (["--minutes", "nan"], "minutes is nan"),
        (["--minutes", "inf"], "minutes is inf"),
        (["--pairs", "a.txt"], "pairs"),
        (["--tensorboard", "model/logs"], "tensorboard is 'model/logs', in the model's folder"),
        (["--valid-src", "-", "--valid-trg", "b.txt", "--devices", "2"], "can be read by one process alone"),
    ],
)
def test_refused_in_one_line(run: Any, pairs: Path, more: list[str], message: str) -> None:
    code, out, err = train(run, "--max-steps", "1", "--quiet", *more)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert sorted(entry.name for entry in pairs.iterdir()) == ["a.txt", "b.txt"]


def test_a_transformer_has_attention(run: Any, pairs: Path) -> None:
    code, _, err = run(
        *("train", "translation", "--src", "a.txt", "--trg", "b.txt", "-o", "model", "--attention", "dot")
    )
    assert (code, err.count("\n")) == (2, 1)
    assert "always has attention" in err


@pytest.mark.parametrize("content", ["", "\n\n\n", "one two\n"])
def test_too_few_lines(run: Any, pairs: Path, content: str) -> None:
    (pairs / "b.txt").write_text(content)
    code, _, err = train(run, "--max-steps", "1", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "a.txt" in err


def test_one_pair_only(run: Any, pairs: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (pairs / name).write_text("one two\n")
    code, _, err = train(run, "--max-steps", "2")
    assert code == 0, err
    assert "too few pairs" in err
    assert "loss" in err
    assert err.count("validation") == 1
    assert (pairs / "model" / "learning-curve.png").exists()
    config = json.loads((pairs / "model" / "config.json").read_text())
    assert {row["valid_loss"] for row in config["provenance"]["history"]} == {None}


def test_a_model_that_is_there(run: Any, pairs: Path) -> None:
    train(run, "--max-steps", "1")
    before = (pairs / "model" / "config.json").read_bytes()
    for more, message in (((), "--force"), (("--resume",), "there is nothing to resume")):
        code, _, err = train(run, "--max-steps", "1", *more)
        assert (code, err.count("\n")) == (2, 1)
        assert message in err
        assert (pairs / "model" / "config.json").read_bytes() == before


def test_without_an_unfinished_training_a_new_one_begins(run: Any, pairs: Path) -> None:
    code, _, err = train(run, "--max-steps", "1", "--resume")
    assert code == 0
    assert "no unfinished training to resume: a new one begins" in err


def test_long_pairs_and_vocabularies_are_reported_before_the_training(run: Any, pairs: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (pairs / name).write_text("\n".join(copies(200)) + "\n" + "one " * 90 + "\n")
    code, _, err = train(run, "--max-steps", "1", "--max-length", "60", "--vocab-size", "9000")
    lines = err.splitlines()
    assert code == 0
    assert "9,000 don't fit these texts" in lines[0]
    assert any("longer than --max-length: 1" in line for line in lines[:3])


def test_nothing_to_train_on(run: Any, pairs: Path) -> None:
    code, out, err = run("train", "translation", "-o", "model")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--pairs" in err


def test_what_is_left_out_of_validation_is_reported(run: Any, pairs: Path) -> None:
    for name in ("c.txt", "d.txt"):
        (pairs / name).write_bytes(b"one two\n\xff\nthree\n")
    code, _, err = train(
        *(run, "--max-steps", "1", "--valid-src", "c.txt", "--valid-trg", "d.txt", "--decode-errors", "skip")
    )
    assert code == 0, err
    assert "left out, " in err


def test_inputs_are_never_replaced(run: Any, pairs: Path) -> None:
    train(run, "--max-steps", "1")
    (pairs / "a.txt").rename(pairs / "model" / "a.txt")
    code, _, err = run("train", "translation", "--src", "model/a.txt", "--trg", "b.txt", "-o", "model", "--force")
    assert (code, err.count("\n")) == (2, 1)
    assert "would replace the input" in err
    assert (pairs / "model" / "a.txt").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopped_and_resumed(run: Any, pairs: Path, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    words = ["train", "translation", "--src", "a.txt", "--trg", "b.txt", *SMALL, "--epochs", "12", "--patience", "0"]
    assert run(*words, "-o", "whole", "--quiet").code == 0
    process = start(*words, "-o", "model")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(b"nlpkit: epoch 3,"):
            process.send_signal(signal.SIGINT)
            break
    rest = process.stderr.read().decode()
    process.wait(timeout=120)
    assert not (pairs / "model").exists()
    assert (pairs / "model.partial").exists()
    assert "with --resume continues from here" in rest
    assert process.returncode == 130
    code, _, err = run(*words, "-o", "model")
    assert (code, err.count("an unfinished training is there"), err.count("\n")) == (2, 1, 1)  # before pairs are read
    code, _, err = run(*words, "-o", "model", "--resume")
    assert code == 0, err
    whole, resumed = (pairs / name / "model.safetensors" for name in ("whole", "model"))
    assert whole.read_bytes() == resumed.read_bytes()
    assert not (pairs / "model.partial").exists()


def test_the_unicode_form(run: Any, tmp_path: Path) -> None:
    """Decomposed translations, as from macOS, are said; the form that is asked for is stored and read again."""
    lines = [f"{line} cafe\u0301" for line in copies(40)]
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, _, err = train(run, "--max-steps", "1")
    assert code == 0
    assert "nlpkit: texts are brought to the Unicode form NFD; --normalize NFC chooses the usual one\n" in err
    for asked, stored in (("NFC", "NFC"), ("none", None)):
        code, _, err = train(run, "--max-steps", "1", "--force", "--normalize", asked)
        assert code == 0
        assert "Unicode" not in err
        assert json.loads((tmp_path / "model" / "config.json").read_text())["options"]["normalize"] == stored
    code, _, err = train(run, "--force", "--normalize", "nfc")
    assert (code, err) == (2, "nlpkit: normalize is 'nfc': choose auto, NFC, NFD, NFKC or none\n")


def test_bleu_of_chinese_is_said_with_its_tokenizer(run: Any, tmp_path: Path) -> None:
    """By the references' script; or by ``--to``, which the model remembers for its evaluation."""
    rows = [{"en": f"{line} dogs", "zh": f"老师买了{number}只小狗。"} for number, line in enumerate(copies(40))]
    lines = "".join(json.dumps({"translation": row}) + "\n" for row in rows)
    (tmp_path / "pairs.jsonl").write_text(lines)
    for languages, tokenizer in ((("en", "zh"), "zh"), (("zh", "en"), "13a")):
        options = ["--from", languages[0], "--to", languages[1], "--max-steps", "1", "--force", *SMALL]
        assert run("train", "translation", "--pairs", "pairs.jsonl", "-o", "model", *options).code == 0
        provenance = json.loads((tmp_path / "model" / "config.json").read_text())["provenance"]
        assert f"|tok:{tokenizer}|" in provenance["result"]["bleu_signature"]
        assert Translator(tmp_path / "model").languages == languages
    (tmp_path / "src").write_text("dogs\n")
    outcome = run("evaluate", "model", "--src", "src", "--ref", "src", "--bootstrap", "0", "--max-length", "3")
    assert outcome.code == 2
    outcome = run("evaluate", "model", "--src", "src", "--ref", "src", "--bootstrap", "0", "--beam", "1")
    assert "tok:13a|" in outcome.out


def test_validation_has_its_own_options(run: Any, pairs: Path) -> None:
    """The encoding and the columns of the training pairs are not those of the pairs to validate with."""
    rows = [(f"rain {n}", f"öl {n}") for n in range(40)]
    (pairs / "t.csv").write_bytes(("English;German\n" + "".join(f"{a};{b}\n" for a, b in rows)).encode("cp1252"))
    (pairs / "v.en").write_text("green\n" * 3)
    (pairs / "v.de").write_text("grün\n" * 3)
    (pairs / "v.csv").write_bytes("English;German\ngreen;grün\n".encode("cp1252"))
    (pairs / "v.tsv").write_text("id\ten\tde\n1\tgreen\tgrün\n")
    train = ("train", "translation", "--pairs", "t.csv", "--columns", "English,German", "--encoding", "cp1252", *SMALL)
    more = ("--max-steps", "1", "--quiet", "-o")
    assert run(*train, "--valid-src", "v.en", "--valid-trg", "v.de", *more, "m1")[0] == 0
    code, _, err = run(*train, "--valid", "v.csv", *more, "m2")
    assert (code, "0xfc is not utf-8; set --valid-encoding" in err) == (2, True)
    assert run(*train, "--valid", "v.csv", "--valid-encoding", "cp1252", *more, "m2")[0] == 0
    code, _, err = run(*train, "--valid", "v.tsv", *more, "m3")
    assert (code, "set --valid-columns" in err) == (2, True)
    assert run(*train, "--valid", "v.tsv", "--valid-columns", "en,de", *more, "m3")[0] == 0
    code, _, err = run(*train, "--valid-columns", "en,de", *more, "m4")
    assert (code, "give it with --valid" in err) == (2, True)


def test_validation_equal_to_the_training_is_warned_of(run: Any, pairs: Path) -> None:
    (pairs / "v.tsv").write_text("".join(f"{line}\t{line}\n" for line in (pairs / "a.txt").read_text().splitlines()))
    shutil.copy(pairs / "a.txt", pairs / "b.txt")
    code, _, err = train(run, "--max-steps", "1", "--valid", "v.tsv", "--quiet")
    assert code == 0
    assert "pairs to validate with are also trained on" in err
