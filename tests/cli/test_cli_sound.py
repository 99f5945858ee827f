"""Commands on sound: pipes, channels, manifests, and what is left out."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

Y = np.sin(2 * np.pi * 300 * np.arange(24000) / 16000) * np.linspace(0.1, 0.9, 24000)


@pytest.fixture
def call(tmp_path: Path) -> Path:
    sf.write(tmp_path / "call.wav", np.stack([Y, Y[::-1] / 2], axis=1), 16000)
    return tmp_path / "call.wav"


def test_audio_from_a_pipe(run: Any, call: Path, tmp_path: Path) -> None:
    content = call.read_bytes()
    for command in (
        ["spectrogram", "{}", "-o", "out.npy", "-q"],
        ["embed", "-i", "{}", "-m", "mfcc", "-o", "out.npy", "-q"],
    ):
        outputs = []
        for name, stdin in (("call.wav", None), ("-", content)):
            assert run(*(word.format(name) for word in command), stdin=stdin) == (0, "", "")
            outputs.append((tmp_path / "out.npy").read_bytes())
        assert outputs[0] == outputs[1]
    told = json.loads(run("info", "-", stdin=content).out)
    assert told == {**json.loads(run("info", "call.wav").out), "path": "-"}
    assert json.loads(run("embed", "-m", "mfcc", stdin=content).out)["source"] == "<stdin>"


def test_raw_samples_from_a_pipe(run: Any, call: Path, tmp_path: Path) -> None:
    samples, _ = sf.read(call, dtype="int16")
    raw = ["--encoding", "s16le", "--sr", "16000", "--channels", "2"]
    told = json.loads(run("info", "-", *raw, stdin=samples.tobytes()).out)
    assert (told["samples"], told["channels"], told["sr"]) == (24000, 2, 16000)
    for command in (["spectrogram", "-o", "out.npy", "-q"], ["embed", "-m", "mfcc", "-o", "out.npy", "-q"]):
        name = ["-"] if command[0] == "spectrogram" else ["-i", "-"]
        assert run(*command, *name, *raw, stdin=samples.tobytes()) == (0, "", "")
        got = np.load(tmp_path / "out.npy")
        run(*command, *[word.replace("-", "call.wav") if word == "-" else word for word in name])
        np.testing.assert_allclose(got, np.load(tmp_path / "out.npy"), atol=1e-3)
    for command in ("info", "spectrogram", "embed"):
        given = {
            "info": ["call.wav"],
            "spectrogram": ["call.wav", "-o", "x.png"],
            "embed": ["-i", "call.wav", "-m", "mfcc"],
        }
        done = run(command, *given[command], "--encoding", "s16le")
        assert (done.code, "raw samples have no header that says their rate: give --sr" in done.err) == (2, True)


def test_channels(run: Any, call: Path, tmp_path: Path) -> None:
    done = run("spectrogram", "call.wav", "-o", "out/", "--channel", "each", "--format", "npy")
    assert (done.code, done.err) == (0, "nlpkit: 2 files of mel in out/\n")
    run("spectrogram", "call.wav", "-o", "two.npy", "--channel", "2")
    np.testing.assert_array_equal(np.load(tmp_path / "two.npy"), np.load(tmp_path / "out/call-ch2.npy"))
    done = run("embed", "-i", "call.wav", "-m", "mfcc", "--channel", "each")
    assert [json.loads(line)["kept"] for line in done.out.splitlines()] == [{"channel": 1}, {"channel": 2}]
    done = run("spectrogram", "call.wav", "-o", "x.npy", "--channel", "3")
    assert (done.code, done.err) == (2, "nlpkit: call.wav: has 2 channels, and channel 3 was asked for\n")


def test_manifests(run: Any, call: Path, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path;start;end;text;age\ncall.wav;0.5;1;one;30\ncall.wav;;;all;\n")
    done = run("embed", "--manifest", "m.csv", "-m", "mfcc", "--delimiter", "semicolon", "--keep", "age,text")
    assert [json.loads(line)["kept"] for line in done.out.splitlines()] == [
        {"age": "30", "text": "one"},
        {"age": "", "text": "all"},
    ]
    done = run("spectrogram", "--manifest", "m.csv", "-o", "out/", "--delimiter", "semicolon")
    assert (done.code, done.err) == (0, "nlpkit: 2 files of mel in out/\n")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"call-0.5-1.png", "call.png", "manifest.json"}
    done = run("info", "--manifest", "m.csv", "--delimiter", "semicolon")
    told = json.loads(done.out)
    assert (told["recordings"], told["files"], told["seconds"], told["texts"]) == (2, 1, 2.0, 2)
    (tmp_path / "latin.csv").write_bytes("path,text\ncall.wav,M\u00fcll\n".encode("latin-1"))
    done = run("embed", "--manifest", "latin.csv", "-m", "mfcc", "--encoding", "latin-1")
    assert json.loads(done.out)["kept"] == {"text": "M\u00fcll"}
    assert run("info", "--manifest", "latin.csv", "--encoding", "latin-1").code == 0
    for command in (["spectrogram", "-o", "o/"], ["embed", "-m", "mfcc"], ["info"]):
        done = run(*command, "--manifest", "latin.csv")
        assert (done.code, "set --encoding" in done.err or "--encoding" in done.err) == (2, True)


def test_a_list_or_archive_that_is_taken_for_sound(run: Any, call: Path, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path\ncall.wav\n")
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz") as archive:
        archive.add(call, arcname="yes/call.wav")
    for name, what in (("m.csv", "text"), ("m.tar.gz", "a compressed file (.gz)")):
        for command in (["spectrogram", "-o", "o.npy"], ["embed", "-m", "mfcc", "-i"]):
            done = run(*command, name)
            said = (
                f"{name}: is not an audio file, but {what}; to read the recordings that it names or holds, give it to"
            )
            assert (done.code, said in done.err) == (2, True)
            assert run(*[word for word in command if word != "-i"], "--manifest", name).code == 0


def test_salvage(run: Any, call: Path, tmp_path: Path) -> None:
    call.write_bytes(call.read_bytes()[:40000])
    for command in (["spectrogram", "-o", "o.npy"], ["embed", "-m", "mfcc", "-o", "o.npy", "-i"], ["info"]):
        done = run(*command, "call.wav")
        assert (done.code, "--salvage" in done.err) == (2, True)
        done = run(*command, "call.wav", "--salvage")
        assert (done.code, "call.wav: " in done.err, " are missing" in done.err) == (0, True, True)
    (tmp_path / "m.csv").write_text("path\ncall.wav\n")
    assert run("info", "--manifest", "m.csv").code == 2
    assert run("info", "--manifest", "m.csv", "--salvage").code == 0


def test_several_sets_are_named_by_a_message_that_names_the_option(run: Any, call: Path, tmp_path: Path) -> None:
    for name in ("train", "dev"):
        (tmp_path / f"{name}_manifest.json").write_text(json.dumps({"audio_filepath": "call.wav", "text": name}))
    for command in (["spectrogram", "-o", "o/"], ["embed", "-m", "mfcc"], ["info"]):
        done = run(*command, "--manifest", ".")
        assert (done.code, done.err) == (
            2,
            "nlpkit: .: holds several sets, 'dev', 'train': choose one with split (--split)\n",
        )
        assert run(*command, "--manifest", ".", "--split", "dev").code == 0


def test_bad_inputs_are_counted_or_reported(run: Any, call: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_bytes(call.read_bytes())
    (tmp_path / "in/b.wav").write_text("words")
    (tmp_path / "in/c.txt").write_text("words")
    left_out = "nlpkit: left out, not audio (text): 1\n"
    bad = "nlpkit: left out, file that cannot be read as sound: 1\n"
    done = run("spectrogram", "in", "-o", "x/")
    assert (done.code, done.err) == (
        2,
        left_out + "nlpkit: 1 file of mel in x/\nnlpkit: in/b.wav: is not an audio file, but text\n",
    )
    done = run("spectrogram", "in", "-o", "y/", "--on-bad", "skip")
    assert (done.code, done.err) == (0, left_out + bad + "nlpkit: 1 file of mel in y/\n")
    done = run("embed", "-i", "in", "-m", "mfcc", "-o", "o.npy", "--on-bad", "skip")
    assert (done.code, done.err) == (0, left_out + bad + "nlpkit: 1 clip × 40 columns of mfcc in o.npy\n")
    assert json.loads(run("info", "in/a").out)["kind"] == "audio"
    done = run("info", "in/b.wav")
    assert (done.code, done.err) == (2, "nlpkit: in/b.wav: is not an audio file, but text\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["spectrogram", "-o", "a.png"],
            "name what to read: audio files, folders, globs, - for standard",
        ),
        (
            ["spectrogram", "call.wav", "--manifest", "m.csv", "-o", "a/"],
            "call.wav: is an input beside the manifest",
        ),
        (["embed", "call.wav", "--manifest", "m.csv", "-m", "mfcc"], "call.wav: is an input beside the manifest"),
        (
            ["embed", "--manifest", "m.csv"],
            "manifest (--manifest) is about sound, which --method",
        ),
        (["embed", "-i", "call.wav", "-m", "mfcc", "--channel", "left"], "channel is 'left': expected mix, each, or a"),
        (["embed", "-i", "call.wav", "-m", "mfcc", "--split", "train"], "split (--split) chooses a set of recordings"),
        (["info"], "name a model folder, a file of word vectors or an audio file; or give --manifest"),
        (["info", "call.wav", "--manifest", "m.csv"], "call.wav: is named beside --manifest: give one of them"),
        (["info", "call.wav", "--encoding", "pcm"], "encoding is 'pcm': expected one of s8, u8"),
        (["info", "--manifest", "none.csv"], "none.csv: not a manifest"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_can_not_be(run: Any, call: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "m.csv").write_text("path\ncall.wav\n")
    done = run(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err


def test_a_clip_shorter_than_a_frame_is_no_row_of_zeros(run: Any, call: Path, tmp_path: Path) -> None:
    sf.write(tmp_path / "t.wav", Y[:320], 16000)
    embed = ["embed", "-i", "t.wav", "call.wav", "--method", "mfcc", "--preset", "kaldi", "--n-mfcc", "2"]
    done = run(*embed)
    told = "t.wav: is shorter than a frame of 0.025 s: pad it with pad_to=0.025 (--pad-to)"
    assert (done.code, done.out, done.err) == (2, "", f"nlpkit: {told}; --on-bad skip leaves it out\n")
    done = run(*embed, "--on-bad", "skip")
    assert [json.loads(line)["source"] for line in done.out.splitlines()] == ["call.wav"]
    assert (done.code, "file that cannot be read as sound: 1" in done.err) == (0, True)
    (tmp_path / "m.csv").write_text("path,end\ncall.wav,0.01\ncall.wav,0.5\n")
    done = run("embed", "--manifest", "m.csv", "--method", "logmel", "--preset", "kaldi", "--on-bad", "skip")
    assert (done.code, len(done.out.splitlines()), "sound: 1" in done.err) == (0, 1, True)
    done = run(*embed, "--pad-to", "0.025")
    assert (done.code, done.err) == (0, "")
    assert all(any(json.loads(line)["vector"]) for line in done.out.splitlines())


def test_missing_inputs_are_counted_or_an_error(run: Any, call: Path, tmp_path: Path) -> None:
    """A path, a link to nothing in the shell's glob, in a glob of ours, and in a folder."""
    (tmp_path / "calls").mkdir()
    sf.write(tmp_path / "calls/b.wav", Y, 16000)
    (tmp_path / "calls/gone.wav").symlink_to("nowhere.wav")
    (tmp_path / "calls/notes").symlink_to("nowhere")
    for inputs, rows in ((["nope.wav", "call.wav"], 1), (["calls/gone.wav", "call.wav"], 1), (["calls/*.wav"], 1)):
        done = run("spectrogram", *inputs, "-o", "w/", "--on-bad", "skip", "--force")
        assert (done.code, "missing or not readable: 1" in done.err) == (0, True), (inputs, done.err)
        assert len(list((tmp_path / "w").glob("*.png"))) == rows
        done = run("embed", "-i", *inputs, "--method", "mfcc", "--on-bad", "skip")
        assert (done.code, len(done.out.splitlines())) == (0, rows)
        assert "missing or not readable: 1" in done.err
        for command in (["spectrogram", *inputs, "-o", "x/"], ["embed", "-i", *inputs, "--method", "mfcc"]):
            done = run(*command)
            assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
            assert "No such file or directory; --on-bad skip leaves it out" in done.err
    done = run("spectrogram", "calls", "-o", "w/", "--on-bad", "skip", "--force")
    assert (done.code, "not audio (a link to nothing): 1" in done.err) == (0, True)
    assert "missing or not readable: 1" in done.err
    assert "gone.wav" in run("spectrogram", "calls", "-o", "x/").err
    done = run("spectrogram", "none.wav", "*.mp3", "-o", "x/", "--on-bad", "skip")
    assert (done.code, "no input can be read; the first: can't read 'none.wav'" in done.err) == (2, True)
    (tmp_path / "empty").mkdir()
    done = run("spectrogram", "empty", "-o", "x/")
    assert (done.code, "the folder 'empty' has no files: give one with audio" in done.err) == (2, True)
    assert run("spectrogram", "empty", "call.wav", "-o", "x/", "--on-bad", "skip").code == 0
    done = run("info", "none.raw", "--encoding", "s16le", "--sr", "8000")
    assert (done.code, "--on-bad" in done.err) == (2, False)


@pytest.mark.parametrize(
    "arguments",
    [["spectrogram", "-", "-", "-o", "x/"], ["embed", "-i", "-", "-", "-m", "mfcc"], ["embed", "-i", "-", "-"]],
)
def test_standard_input_twice(run: Any, call: Path, arguments: list[str]) -> None:
    done = run(*arguments, stdin=call.read_bytes())
    assert (done.code, done.err) == (2, "nlpkit: standard input (-) is given 2 times: it can be read once\n")


def test_nothing_from_a_pipe_is_empty_as_a_file_is(run: Any, tmp_path: Path) -> None:
    (tmp_path / "e.wav").touch()
    for command in (["info"], ["spectrogram", "-o", "e.png"], ["embed", "-m", "mfcc", "-i"]):
        for name, called in (("e.wav", "e.wav"), ("-", "<stdin>")):
            done = run(*command, name, stdin=b"")
            assert (done.code, f"nlpkit: {called}: is empty; expected an audio file" in done.err) == (2, True), done


def test_info_of_what_a_manifest_is_given_for(run: Any, call: Path, tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text('{"audio_filepath": "call.wav", "duration": 1.5, "text": "x"}\n')
    (tmp_path / "n.jsonl").write_text('{"audio_filepath": "gone.wav"}\n')
    (tmp_path / "n.csv").write_text("path,text\ncall.wav,x\n")
    for name in ("n.json", "n.jsonl", "n.csv"):
        done = run("info", name)
        assert (done.code, done.err) == (2, f"nlpkit: {name}: is a manifest of recordings: give it to --manifest\n")
    (tmp_path / "labels/yes").mkdir(parents=True)
    (tmp_path / "mix").mkdir()
    (tmp_path / "words").mkdir()
    for folder in ("labels/yes", "mix"):
        sf.write(tmp_path / folder / "a.wav", Y, 16000)
    assert "labels: is a folder of recordings: give it to --manifest" in run("info", "labels").err
    said = "mix/: is a folder of audio (1 file): name one file, or give --manifest a list of them"
    assert run("info", "mix/").err == f"nlpkit: {said}\n"
    with tarfile.open(tmp_path / "l.tar", "w") as archive:
        archive.add(tmp_path / "labels", "labels")
    assert "l.tar: is a tar file of recordings: give it to --manifest" in run("info", "l.tar").err
    (tmp_path / "kaldi").mkdir()
    (tmp_path / "kaldi/wav.scp").write_text("u1 ../call.wav\n")
    assert "kaldi: is a folder of recordings: give it to --manifest" in run("info", "kaldi").err
    (tmp_path / "words/a.txt").write_text("a cat")
    assert "words: has no config.json" in run("info", "words").err


def test_a_record_whose_file_does_not_fit_is_named(run: Any, call: Path, tmp_path: Path) -> None:
    (tmp_path / "t.wav").write_text("words")
    for row, message in (
        ("call.wav,3", "m.csv, line 3: call.wav: has 2 channels, and channel 3 was asked for"),
        ("t.wav,", "m.csv, line 3: t.wav: is not an audio file, but text"),
    ):
        (tmp_path / "m.csv").write_text(f"path,channel\ncall.wav,2\n{row}\n")
        for command in (["info"], ["embed", "-m", "mfcc"], ["spectrogram", "-o", "out/", "--force"]):
            done = run(*command, "--manifest", "m.csv")
            assert (done.code, f"nlpkit: {message}" in done.err) == (2, True), done
            assert run(*command, "--manifest", "m.csv", "--on-bad", "skip").code == 0
        told = json.loads(run("info", "--manifest", "m.csv", "--on-bad", "skip").out)
        assert (told["recordings"], told["seconds"]) == (1, 1.5)


def test_a_limit_that_is_no_number(run: Any, call: Path) -> None:
    done = run("embed", "-i", "call.wav", "-m", "mfcc", "--top-db", "abc")
    assert (done.code, done.err) == (2, "nlpkit: --top-db is 'abc': expected a number above 0, or none\n")
    assert "--pad-to is 'x': expected a number, or none" in run("embed", "-i", "a", "-m", "mfcc", "--pad-to", "x").err
    assert run("embed", "-i", "call.wav", "-m", "mfcc", "--top-db", "none").code == 0


def test_info_of_what_is_not_there(run: Any) -> None:
    status, _, said = run("info", "nope.wav")
    assert status == 2
    assert "nope.wav: there is no such file or folder" in said


def test_a_damaged_file_that_is_read_twice_is_told_once(run: Any, call: Path) -> None:
    call.write_bytes(call.read_bytes()[:-4000])
    for command in (
        ["spectrogram", "call.wav", "-o", "a.png"],
        ["embed", "-i", "call.wav", "-m", "mfcc", "-o", "a.npy"],
    ):
        status, _, said = run(*command, "--salvage")
        assert status == 0
        assert said.count("0.06 of 1.50 s are missing") == 1
