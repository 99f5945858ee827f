"""``nlpkit train speech``: what is written, what is said, and what is refused."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tone_words import SR, WORDS, spoken, write_recordings

import nlpkit

SMALL = ("--n-mels", "12", "--threads", "1", "--device", "cpu", "--batch-clips", "8")
CNN = (*SMALL, "--channels", "6,8")
CTC = (*SMALL, "--arch", "ctc", "--channels", "4", "--hidden-size", "8", "--layers", "1")


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """A manifest of 15 recordings, in the folder of the command."""
    return write_recordings(tmp_path / "tones", n=5)


def train(run: Any, *more: str, manifest: str = "tones/manifest.jsonl") -> Any:
    return run("train", "speech", "--manifest", manifest, "-o", "model", *more)


def config(folder: Path) -> Any:
    return json.loads((folder / "model" / "config.json").read_text())


def test_a_model_and_all_that_is_said(run: Any, tones: Path, tmp_path: Path) -> None:
    (tones.parent / "text.wav").write_text("no sound")
    rows = [{"path": "text.wav", "label": "ab"}, {"path": "ab-0.wav"}]
    tones.write_text(tones.read_text() + "".join(json.dumps(row) + "\n" for row in rows))
    code, out, err = train(run, *CNN, "--epochs", "2", "--seed", "3")
    assert (code, out) == (0, "")
    lines = err.splitlines()
    assert lines[0].startswith("nlpkit: 12 recordings of 0.1 minutes, 3 labels; cnn of ")
    assert lines[0].endswith(" parameters to train, at 8,000 Hz")
    assert lines[1] == "nlpkit: validation: 3 recordings, kept from the training"
    assert lines[2].startswith("nlpkit: left out, cannot be read: 1 (such as ")
    assert lines[3].startswith("nlpkit: left out, no label: 1 (such as tones/ab-0")
    assert [line[:16] for line in lines[4:6]] == ["nlpkit: epoch 1,", "nlpkit: epoch 2,"]
    assert "accuracy" in lines[4]
    assert ", ended by epochs, " in lines[6]
    assert lines[7].startswith("nlpkit: validation: 3 recordings, accuracy ")
    assert len(lines) == 8
    told = config(tmp_path)["provenance"]
    assert (told["training"]["seed"], told["result"]["epochs"]) == (3, 2)
    assert told["data"]["left_out"] == {"cannot be read": 1, "no label": 1}
    assert nlpkit.load(tmp_path / "model").options.channels == (6, 8)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["model", "tones"]


def test_quiet_says_nothing(run: Any, tones: Path) -> None:
    assert train(run, *CNN, "--epochs", "1", "--quiet") == (0, "", "")


def test_ctc_says_that_all_texts_are_empty_so_far(run: Any, tones: Path, tmp_path: Path) -> None:
    code, _, err = train(run, *CTC, "--epochs", "1")
    assert code == 0
    assert "nlpkit: all validation recordings have an empty text so far: CTC learns blanks first\n" in err
    assert "nlpkit: the model admits any word; --vocabulary closed rejects those that are not in the texts\n" in err
    assert "nlpkit: validation: 2 recordings, WER " in err
    assert nlpkit.load(tmp_path / "model").options.channels == 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--arch", "rnn"], "architecture is 'rnn': expected one of cnn, lstm, ctc"),
        (["--epochs", "-1"], "epochs is -1"),
        (["--stride", "2"], "cnn has no option 'stride': it belongs to ctc"),
        (["--learning-rate", "fast"], "--learning-rate is 'fast'"),
        (["--channels", "6,x"], "--channels is '6,x': expected whole numbers"),
        (["--arch", "ctc", "--channels", "6,8"], "channels is (6, 8): expected a whole number"),
        (["--monitor", "wer"], "monitor is 'wer': cnn has accuracy and loss"),
        (["--accept", "2"], "accept is 2"),
        (["--pieces", "50"], "pieces belongs to ctc"),
        (["--unfreeze"], "--base"),
        (
            ["--base", "missing"],
            "missing: there is no such folder: expected a model that nlpkit train speech wrote, or",
        ),
        (
            ["--base", "spoken-digits"],
            "spoken-digits: is a CtcRecognizer, and cnn (--arch) starts from a CnnClassifier",
        ),
        (["--device", "cuda:99"], "cuda:99"),
        (["--threads", "0"], "threads is 0"),
        (["--devices", "0"], "devices is 0"),
        (["--sr", "0"], "sr is 0"),
        (
            ["--max-seconds", "0.001"],
            "there is no recording to train on; left out: longer than max_seconds, 0.001 s: 15",
        ),
        (["--label", "age"], "there is no column 'age' of labels (--label); found text, label, speaker"),
        (["--reject", "cab"], "reject is 'cab', a label that no recording has (--reject): expected one of ab, ba, ca"),
        (["--snr", "5,x"], "--snr is '5,x': expected two numbers, such as 1,2, or one for both"),
        (["--valid", "missing.jsonl"], "missing.jsonl"),
        (["--tensorboard", "model.partial/logs"], "tensorboard is 'model.partial/logs', in the model's folder"),
        (["--split", "train"], "split"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_refused_in_one_line(run: Any, tones: Path, tmp_path: Path, more: list[str], message: str) -> None:
    code, out, err = train(run, "--quiet", *more)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["tones"]


def test_records_that_cannot_be_used_are_told_and_no_option_is_advised_that_is_not_there(
    run: Any, tones: Path, tmp_path: Path
) -> None:
    rows = [
        {"path": "gone.wav", "label": "ab"},
        {"path": "ab-0.wav", "label": "ab", "start": 2, "end": 1},
        {"label": 1},
    ]
    tones.write_text(tones.read_text() + "".join(json.dumps(row) + "\n" for row in rows) + "{")
    code, _, err = train(run, *CNN, "--epochs", "1")
    assert code == 0
    told = [line for line in err.splitlines() if line.startswith("nlpkit: left out, ")]
    place = "(such as tones/manifest.jsonl, line "
    assert [line.split(place)[0][18:] for line in told] == [
        "file is missing: 1 ",
        "time that cannot be used: 1 ",
        "no path: 1 ",
        "not JSON: 1 ",
    ]
    (tmp_path / "latin.csv").write_bytes("path,label\ntones/ab-0.wav,d\xe9\ntones/ba-0.wav,a\n".encode("latin-1"))
    more = ("--force", "--epochs", "1", "--encoding", "latin-1")
    known = set(re.findall(r"--[a-z][a-z-]+", run("train", "speech", "--help").out))
    err = train(run, *CNN, "--force", manifest="latin.csv").err
    assert set(re.findall(r"--[a-z][a-z-]+", err)) == {"--encoding", "--decode-errors"} <= known
    assert train(run, *CNN, *more, manifest="latin.csv").code == 0
    assert nlpkit.load(tmp_path / "model").labels == ("a", "dé")


def test_one_of_a_thing_is_told_in_the_singular(run: Any, tones: Path) -> None:
    rows = [json.loads(line) for line in tones.read_text().splitlines()]
    tones.write_text("".join(json.dumps(row | {"text": "ab"}) + "\n" for row in rows))
    err = train(run, *CTC, "--epochs", "1", "--vocabulary", "closed", "--blank-penalty", "2").err
    assert "nlpkit: validation of the saved model (closed vocabulary, blank penalty 2): " in err
    assert "nlpkit: the texts have 1 different word, and the model rejects others" in err
    assert "\nnlpkit: 1 epoch in " in err
    err = train(run, *CTC, "--epochs", "1", "--pieces", "5000", "--force", "--vocabulary", "open").err
    assert "admits any word" not in err
    [line] = [line for line in err.splitlines() if "--pieces" in line]
    assert re.fullmatch(
        r"nlpkit: (\d+) sub-words instead of the 5,000 of --pieces: the texts have too few different words for more",
        line,
    )
    assert err.startswith(f"nlpkit: 13 recordings of 0.1 minutes, {line.split()[1]} sub-words; ctc of ")


def test_too_few_recordings_for_a_validation(run: Any, tmp_path: Path) -> None:
    write_recordings(tmp_path / "tones", n=2)
    code, _, err = train(run, *CNN, "--epochs", "1")
    assert code == 0
    assert "validation: none can be spared; the loss of the training decides which weights are best\n" in err
    assert err.count("validation") == 1
    assert sorted(entry.name for entry in (tmp_path / "model").iterdir())[:2] == ["config.json", "learning-curve.png"]


def test_what_has_to_be_named(run: Any, tones: Path) -> None:
    assert run("train", "speech", "-o", "model")[2] == "nlpkit: name the recordings to train on with --manifest\n"
    found = run("train", "speech", "--manifest", str(tones))
    assert (found.code, found.err) == (2, "nlpkit: name the folder of the model with -o\n")
    assert run("train", "speech").code == 2
    code, out, _ = run("train", "speech", "--help")
    assert code == 0
    for option in ("--manifest", "--arch", "--base", "--resume", "--split", "--label-smoothing", "--channels"):
        assert f" {option} " in out


def test_a_model_that_is_there_is_replaced_by_force_alone(run: Any, tones: Path, tmp_path: Path) -> None:
    train(run, *CNN, "--epochs", "1", "--quiet")
    before = (tmp_path / "model" / "model.safetensors").read_bytes()
    code, _, err = train(run, *CNN, "--epochs", "1", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "--force" in err
    code, _, err = train(run, *CNN, "--epochs", "1", "--quiet", "--resume")
    assert (code, err.count("\n")) == (2, 1)
    assert "there is nothing to resume" in err
    assert train(run, *CNN, "--epochs", "1", "--quiet", "--force") == (0, "", "")
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == before


def test_a_base_keeps_its_body(run: Any, tones: Path, tmp_path: Path) -> None:
    train(run, *CNN, "--epochs", "1", "--quiet")
    (tmp_path / "model").rename(tmp_path / "base")
    more = ("--base", "base", "--label", "speaker", "--epochs", "1", "--threads", "1", "--device", "cpu")
    code, _, err = train(run, *more)
    assert code == 0
    assert "4 labels; cnn of " in err
    base, new = nlpkit.load(tmp_path / "base"), nlpkit.load(tmp_path / "model")
    assert new.labels == ("s0", "s1", "s2", "s3")
    np.testing.assert_array_equal(base.weights["stem.conv.weight"], new.weights["stem.conv.weight"])
    code, _, err = train(run, *more, "--force", "--n-mels", "20")
    assert (code, err) == (2, "nlpkit: n_mels is 20, and the model of --base has 12: leave it out\n")


# layouts of folders


def label_folders(place: Path) -> None:
    for number in range(5):
        for word in WORDS:
            (place / word).mkdir(parents=True, exist_ok=True)
            sf.write(place / word / f"{number}.wav", spoken(word, number), SR)


def test_a_folder_with_a_folder_for_each_label_and_a_tar_of_it(run: Any, tmp_path: Path) -> None:
    label_folders(tmp_path / "words")
    assert train(run, *CNN, "--max-steps", "2", "--quiet", manifest="words") == (0, "", "")
    assert nlpkit.load(tmp_path / "model").labels == WORDS
    with tarfile.open(tmp_path / "words.tar", "w") as archive:
        archive.add(tmp_path / "words", "words")
    one = (tmp_path / "model" / "model.safetensors").read_bytes()
    assert train(run, *CNN, "--max-steps", "2", "--quiet", "--force", manifest="words.tar") == (0, "", "")
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == one


def test_folders_of_kaldi_and_lj_speech(run: Any, tmp_path: Path) -> None:
    place = tmp_path / "kaldi"
    (place / "wavs").mkdir(parents=True)
    names = [f"{word}{number}" for word in WORDS for number in range(5)]
    for number, name in enumerate(names):
        sf.write(place / "wavs" / f"{name}.wav", spoken(name[:2], number), SR)
    (place / "wav.scp").write_text("".join(f"{name} wavs/{name}.wav\n" for name in names))
    (place / "text").write_text("".join(f"{name} {name[:2]}\n" for name in names))
    (place / "utt2spk").write_text("".join(f"{name} s{number % 3}\n" for number, name in enumerate(names)))
    assert train(run, *CTC, "--max-steps", "2", "--quiet", manifest="kaldi") == (0, "", "")
    assert nlpkit.load(tmp_path / "model").alphabet.letters == (" ", "a", "b", "c")
    assert train(run, *CNN, "--label", "speaker", "--max-steps", "2", "--quiet", "--force", manifest="kaldi").code == 0
    assert nlpkit.load(tmp_path / "model").labels == ("s0", "s1", "s2")
    for name in ("wav.scp", "text", "utt2spk"):
        (place / name).unlink()
    (place / "metadata.csv").write_text("".join(f"{name}|{name[:2]}|{name[:2]}\n" for name in names))
    assert train(run, *CTC, "--max-steps", "2", "--quiet", "--force", manifest="kaldi") == (0, "", "")
    assert config(tmp_path)["provenance"]["data"]["clips"] == 13


def test_one_set_of_a_folder_that_holds_several(run: Any, tmp_path: Path) -> None:
    for name, first in (("train", 0), ("test", 50)):
        write_recordings(tmp_path / "all" / name, n=5, first=first)
        rows = [json.loads(line) for line in (tmp_path / "all" / name / "manifest.jsonl").read_text().splitlines()]
        (tmp_path / "all" / name / "manifest.jsonl").unlink()
        lines = ["file_name,label", *(f"{row['path']},{row['label']}" for row in rows)]
        (tmp_path / "all" / name / "metadata.csv").write_text("\n".join(lines) + "\n")
    code, _, err = train(run, *CNN, "--max-steps", "2", manifest="all")
    assert (code, err.count("\n")) == (2, 1), err
    assert "--split" in err
    assert train(run, *CNN, "--max-steps", "2", "--quiet", "--split", "train", manifest="all") == (0, "", "")
    assert config(tmp_path)["provenance"]["data"]["clips"] == 12


# stopped trainings


def until(process: subprocess.Popen[bytes], words: bytes) -> list[bytes]:
    """Return the lines of standard error up to the one with these words."""
    lines: list[bytes] = []
    assert process.stderr is not None
    while not lines or words not in lines[-1]:
        lines.append(process.stderr.readline())
        assert lines[-1], lines
    return lines


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs signals of Unix")
def test_a_training_that_is_stopped_and_killed_ends_as_a_whole_one(
    run: Any, start: Callable[..., subprocess.Popen[bytes]], tones: Path, tmp_path: Path
) -> None:
    options = ("train", "speech", "--manifest", "tones/manifest.jsonl", *CNN, "--epochs", "60")
    assert run(*options, "-o", "whole", "--quiet") == (0, "", "")

    stopped = start(*options, "-o", "model")
    until(stopped, b"epoch 3,")
    stopped.send_signal(signal.SIGSTOP)
    code, _, err = run(*options, "-o", "model", "--resume", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "model.partial: another process is writing to it" in err
    stopped.send_signal(signal.SIGINT)
    stopped.send_signal(signal.SIGCONT)
    _, said = stopped.communicate(timeout=120)
    assert stopped.returncode == 130
    assert said.decode().splitlines()[-1] == "nlpkit: stopped: the same command with --resume continues from here"
    assert not (tmp_path / "model").exists()

    code, _, err = run(*options, "-o", "model")
    assert (code, err.count("\n")) == (2, 1)
    assert "--resume" in err
    assert "--force" in err
    code, _, err = run(*options, "-o", "model", "--resume", "--learning-rate", "0.1", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "learning_rate" in err

    killed = start(*options, "-o", "model", "--resume")
    until(killed, b"epoch 10,")
    killed.kill()
    killed.communicate()
    assert not (tmp_path / "model").exists()
    code, _, err = run(*options, "-o", "model", "--resume")
    assert code == 0
    assert ", resumed at step " in err
    for name in ("model.safetensors", "confusion.png"):
        assert (tmp_path / "model" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    one, other = (json.loads((tmp_path / name / "config.json").read_text()) for name in ("whole", "model"))
    assert one["options"] == other["options"]
    assert not (tmp_path / "model.partial").exists()


def test_resume_without_a_state_begins_and_says_so(run: Any, tones: Path) -> None:
    code, _, err = train(run, *CNN, "--max-steps", "1", "--resume")
    assert code == 0
    assert err.startswith("nlpkit: there is no unfinished training to resume: a new one begins\n")
