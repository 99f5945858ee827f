"""``nlpkit transcribe`` and ``nlpkit record``: what is printed, told and refused."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tones import SR, ToneClassifier, ToneRecognizer, said

from nlpkit.registry import KINDS

A = said(1.0, "five", 0.2, "ten", 2.0, "?", 1.0, "twenty", 0.5)
B = said(0.5, "ten", 3.0, "five")

PROCESS = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from nlpkit.registry import KINDS
KINDS["tones"] = "tones:ToneRecognizer"
from nlpkit.cli.main import main
sys.exit(main())
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(KINDS, "tones", "tones:ToneRecognizer")
    monkeypatch.setitem(KINDS, "tone_labels", "tones:ToneClassifier")
    ToneRecognizer().save(tmp_path / "tones")
    ToneClassifier().save(tmp_path / "labels")
    (tmp_path / "in").mkdir()
    sf.write(tmp_path / "in/a.wav", A, SR)
    sf.write(tmp_path / "in/b.wav", B, SR)
    return tmp_path


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Any]:
    """Start the command line with a pipe to its standard input."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).parents[1] / "speech")
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROCESS, here, "transcribe", "-", "--model", "tones", *arguments],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def raw(*parts: float | str) -> bytes:
    return (said(*parts) * 32767).astype("<i2").tobytes()


def wav(*parts: float | str) -> bytes:
    """A stream whose header has no length."""
    head = bytearray(44)
    head[:] = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0" + (SR).to_bytes(4, "little")
    head += (2 * SR).to_bytes(4, "little") + b"\x02\0\x10\0data\xff\xff\xff\xff"
    return bytes(head) + raw(*parts)


def test_text(run: Any) -> None:
    done = run("transcribe", "in/a.wav", "--model", "tones")
    assert (done.code, done.out) == (0, "five ten\ntwenty\n")
    assert re.fullmatch(
        r"nlpkit: 1 recording, 5\.9 s of sound, 2\.\d s left out as silence, 1 rejected as unknown, "
        r"real-time factor \d\.\d{3}\n",
        done.err,
    )
    assert run("transcribe", "in/a.wav", "--model", "tones", "-q").err == ""


def test_several_on_standard_output(run: Any) -> None:
    done = run("transcribe", "in", "--model", "tones")
    assert done.out == "in/a.wav: five ten\nin/a.wav: twenty\nin/b.wav: ten\nin/b.wav: five\n"
    done = run("transcribe", "in", "--model", "tones", "--format", "json")
    assert [json.loads(line)["rejected"] for line in done.out.splitlines()] == [1, 0]
    done = run("transcribe", "in", "--model", "tones", "--format", "srt")
    assert (done.code, done.out) == (2, "")
    assert "there are 2 inputs, and subtitles are a file for each recording: name a folder with -o" in done.err
    done = run("transcribe", "in", "--model", "tones", "-o", "in.srt")
    assert "subtitles are a file for each recording: name a folder, as in-srt/" in done.err


def test_labels(run: Any) -> None:
    done = run("transcribe", "in/a.wav", "--model", "labels")
    assert (done.code, done.out) == (0, "five\ntwenty\n")
    done = run("transcribe", "in/a.wav", "--model", "labels", "--format", "json")
    found = json.loads(done.out)["segments"]
    assert [each["label"] for each in found] == ["five", None, "twenty"]
    assert all(sum(each["probabilities"].values()) == pytest.approx(1) for each in found)


def test_files_and_folders(run: Any, place: Path) -> None:
    assert run("transcribe", "in/a.wav", "--model", "tones", "-o", "a.vtt").code == 0
    assert (place / "a.vtt").read_text().startswith("WEBVTT\n")
    done = run("transcribe", "in", "--model", "tones", "-o", "out/", "--format", "tsv", "--resume")
    assert (done.code, done.out) == (0, "")
    assert "2 recordings in out/, 10.0 s of sound" in done.err
    assert (place / "out/b.tsv").read_text().splitlines()[0] == "start\tend\ttext\tconfidence"
    again = run("transcribe", "in", "--model", "tones", "-o", "out/", "--format", "tsv")
    assert (again.code, "--force" in again.err) == (2, True)
    again = run("transcribe", "in", "--model", "tones", "-o", "out/", "--format", "tsv", "--resume")
    assert again == (0, "", "nlpkit: nothing is left to do: out/ has all 2\n")


def test_a_stop_says_how_it_goes_on(run: Any, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recognize = ToneRecognizer.recognize

    def stopped(self: ToneRecognizer, clips: Any, **options: Any) -> Any:
        clips = list(clips)
        if any(len(clip) > 2 * SR for clip in clips):
            raise KeyboardInterrupt
        return recognize(self, clips, **options)

    sf.write(place / "in/c.wav", said(1.0, *["five", 0.2] * 6), SR)
    with monkeypatch.context() as patch:
        patch.setattr(ToneRecognizer, "recognize", stopped)
        done = run("transcribe", "in", "--model", "tones", "-o", "out/")
    assert (done.code, done.out) == (130, "")
    assert done.err == "nlpkit: stopped: the same command continues from here\n"
    done = run("transcribe", "in", "--model", "tones", "-o", "out/")
    assert (done.code, (place / "out/c.txt").read_text()) == (0, " ".join(["five"] * 6) + "\n")


def test_a_file_that_can_not_be_read_is_one_line(run: Any, place: Path) -> None:
    (place / "in/text.wav").write_text("these are words\n" * 20)
    (place / "in/dead.wav").symlink_to("nowhere.wav")
    done = run("transcribe", "in", "--model", "tones", "-o", "out/")
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (2, 3)
    assert [name for name in ("dead.wav", "text.wav") if any(name in line for line in lines)] == [
        "dead.wav",
        "text.wav",
    ]
    done = run("transcribe", "in", "--model", "tones", "-o", "out/", "--force", "--on-bad", "skip")
    assert done.code == 0
    assert "left out, file that cannot be read as sound: 1" in done.err
    assert "left out, missing or not readable: 1" in done.err


def test_what_breaks_on_standard_output_is_told(run: Any, place: Path) -> None:
    """The JSON of a file that cannot be read to its end is whole, and says so."""
    damaged = np.concatenate([*[said(1.0, "five")] * 40, np.full(100, np.nan, np.float32)])
    sf.write(place / "nan.wav", damaged, SR, subtype="FLOAT")
    done = run("transcribe", "nan.wav", "in/b.wav", "--model", "tones", "--format", "json")
    first, second = map(json.loads, done.out.splitlines())
    assert (done.code, len(second["segments"])) == (2, 2)
    assert len(first["segments"]) >= 16
    assert "NaN" in first["error"]


def test_nothing_known_is_said(run: Any, place: Path) -> None:
    sf.write(place / "unknown.wav", said(1.0, "?", 1.0), SR)
    done = run("transcribe", "unknown.wav", "--model", "tones")
    assert (done.code, done.out) == (0, "")
    assert "no text: nothing in the sound is a known word" in done.err
    assert "1 rejected as unknown" in done.err
    assert "nothing in the sound is a known label" in run("transcribe", "unknown.wav", "--model", "labels").err
    sf.write(place / "quiet.wav", np.zeros(3 * SR), SR)
    done = run("transcribe", "quiet.wav", "--model", "tones")
    assert "no text: all of it was left out as silence: --vad off leaves nothing out" in done.err
    done = run("transcribe", "quiet.wav", "--model", "tones", "--vad", "off")
    assert done.err.startswith("nlpkit: no text: nothing in the sound is a word\n")
    assert "silence" not in done.err


@pytest.mark.parametrize("vad", ["off", "energy"])
@pytest.mark.parametrize("n", [1, SR // 20])
def test_a_recording_that_is_too_short_for_a_word(run: Any, place: Path, vad: str, n: int) -> None:
    sf.write(place / "short.wav", np.full(n, 0.1), SR)
    done = run("transcribe", "short.wav", "--model", "tones", "--vad", vad)
    first, second = done.err.splitlines()
    assert (done.code, first) == (0, "nlpkit: no text: the recording is too short to hold a word")
    assert second.startswith("nlpkit: 1 recording, less than 0.1 s of sound, ")
    assert ("silence" in second, "factor" in second) == (vad == "energy", False)
    sf.write(place / "other.wav", np.full(n, 0.1), SR)
    done = run("transcribe", "short.wav", "other.wav", "--model", "tones", "--vad", vad)
    assert done.err.startswith("nlpkit: no text: the recordings are too short to hold a word\n")


def test_standard_input(run: Any) -> None:
    parts = (1.0, "five", 0.2, "ten", 2.0, "twenty", 0.5)
    assert run("transcribe", "-", "--model", "tones", stdin=wav(*parts)).out == "five ten\ntwenty\n"
    options = ["--encoding", "s16le", "--sr", str(SR)]
    assert run("transcribe", "-", "--model", "tones", *options, stdin=raw(*parts)).out == "five ten\ntwenty\n"
    stereo = np.repeat(np.frombuffer(raw(*parts), "<i2"), 2).tobytes()
    options += ["--raw-channels", "2", "--channels", "2"]
    assert run("transcribe", "-", "--model", "tones", *options, stdin=stereo).out == "five ten\ntwenty\n"


@pytest.mark.parametrize(
    ("format", "expected"),
    [("txt", ["five\n"]), ("tsv", ["start", "0.7"]), ("srt", ["1\n", "00:00:01,000 --> ", "five\n", "\n"])],
)
def test_each_segment_of_a_stream_is_printed_when_it_ends(live: Any, format: str, expected: list[str]) -> None:
    process = live("--format", format)
    process.stdin.write(wav(1.0, "five", 1.3))
    process.stdin.flush()
    for line in expected:  # the stream has not ended: readline would wait for ever
        assert process.stdout.readline().decode().startswith(line)
    process.stdin.write(raw("ten", 1.0))
    process.stdin.close()
    assert b"ten" in process.stdout.read()
    assert process.wait() == 0


def test_a_part_of_a_stream_ends_while_the_pipe_is_open(live: Any) -> None:
    process = live("--offset", "0.5", "--duration", "2.5")
    process.stdin.write(wav(1.0, "five", 1.3, "ten", 1.0))
    process.stdin.flush()
    assert process.stdout.read() == b"five\nten\n"
    assert process.wait() == 0


@pytest.mark.parametrize("part", [[], ["--offset", "0.5", "--duration", "60"]])
def test_ctrl_c_ends_a_stream_and_loses_nothing(live: Any, part: list[str]) -> None:
    process = live(*part)
    process.stdin.write(wav(1.0, "five", 1.3, "ten", 0.3))
    process.stdin.flush()
    assert process.stdout.readline() == b"five\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.read() == b"ten\n"  # the pipe is open still
    assert process.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name what to read"),
        (["in/a.wav", "--model", "tones", "--vad", "loud"], "vad is 'loud': expected one of 'energy'"),
        (["in/a.wav", "--model", "tones", "--channels", "left"], "channels is 'left': expected mix, split, or"),
        (["in/a.wav", "--model", "tones", "--channels", "2"], "has 1 channel, and channel 2 was asked for"),
        (["in/a.wav", "--model", "tones", "--sr", "8000"], "--sr is about raw samples: give --encoding too"),
        (["in/a.wav", "--model", "tones", "--raw-channels", "2"], "--raw-channels is about raw samples"),
        (["in/a.wav", "--model", "tones", "-o", "a.mp3"], "transcripts cannot be written as 'mp3'"),
        (["in/a.wav", "--model", "tones", "--resume"], "--resume continues a file or a folder"),
        (["in/c.wav", "--model", "tones"], "in/c.wav"),
        (["in/a.wav", "--model", "none"], "none"),
    ],
)
def test_what_can_not_be(run: Any, arguments: list[str], message: str) -> None:
    done = run("transcribe", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err


def test_recording_needs_a_place_and_a_microphone(run: Any, place: Path) -> None:
    assert "name what to write with -o" in run("record").err
    assert "recordings are WAV files" in run("record", "-o", "a.mp3").err
    assert "duration is -1" in run("record", "-o", "a.wav", "--duration", "-1").err
    assert not list(place.glob("a.*"))
