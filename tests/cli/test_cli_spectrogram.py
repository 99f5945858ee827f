"""``nlpkit spectrogram``: what is written, compared and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from nlpkit.speech import FeatureOptions, load, log_mel, mfcc, spectrogram

Y = np.sin(2 * np.pi * 300 * np.arange(24000) / 16000) * np.linspace(0.1, 0.9, 24000)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    sf.write(tmp_path / "a.wav", Y, 16000)
    return tmp_path / "a.wav"


def test_a_picture(run: Any, sound: Path, tmp_path: Path) -> None:
    done = run("spectrogram", "a.wav", "-o", "a.png")
    assert (done.code, done.out, done.err) == (0, "", "nlpkit: 1 file of mel in a.png\n")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert run("spectrogram", "a.wav", "-o", "b.png", "-q").err == ""


@pytest.mark.parametrize("preset", ["librosa", "whisper", "kaldi"])
def test_arrays_are_what_the_library_gives(run: Any, sound: Path, tmp_path: Path, preset: str) -> None:
    options = FeatureOptions.of(preset)
    y = load(sound, options.sr).samples
    for kind, function in (("stft", spectrogram), ("mel", log_mel), ("mfcc", mfcc)):
        if (kind, preset) == ("mfcc", "whisper"):
            continue
        done = run("spectrogram", "a.wav", "-o", "a.npy", "--preset", preset, "--kind", kind)
        assert done.code == 0
        got = np.load(tmp_path / "a.npy")
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, function(y, preset=options), rtol=1e-5, atol=1e-5)


def test_numbers(run: Any, sound: Path, tmp_path: Path) -> None:
    numbers = ["--sr", "16000", "--n-fft", "512", "--hop-length", "200", "--n-mels", "20", "--n-mfcc", "7"]
    run("spectrogram", "a.wav", "-o", "a.npy", "--kind", "mfcc", "--offset", "0.5", "--duration", "0.75", *numbers)
    expected = mfcc(load(sound).samples[8000:20000], sr=16000, n_fft=512, hop_length=200, n_mels=20, n_mfcc=7)
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), expected, atol=1e-3)


def test_a_folder_has_a_file_for_each_and_loses_none_to_a_bad_one(run: Any, sound: Path, tmp_path: Path) -> None:
    (tmp_path / "in/x").mkdir(parents=True)
    for name in ("a.wav", "b.flac", "x/a.wav"):
        sf.write(tmp_path / "in" / name, Y, 16000)
    (tmp_path / "in/c.wav").write_bytes(b"PK\3\4 no sound at all")
    (tmp_path / "in/d.wav").touch()
    done = run("spectrogram", "in", "-o", "out/")
    assert done.code == 2
    first, *others = done.err.splitlines()
    assert first == "nlpkit: 3 files of mel in out/"
    assert [line.split(": ")[1] for line in others] == ["in/c.wav", "in/d.wav"]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == ["b.png", "in-a.png", "x-a.png"] or sorted(
        path.name for path in (tmp_path / "out").glob("*.png")
    ) == ["in-a.png", "in-b.png", "x-a.png"]
    again = run("spectrogram", "in", "-o", "out/")
    assert (again.code, "the folder exists" in again.err) == (2, True)
    replaced = run("spectrogram", "in/a.wav", "-o", "out/", "--format", "npy", "--force")
    assert replaced.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.npy", "manifest.json"]


def test_info(run: Any, sound: Path) -> None:
    import json

    done = run("info", "a.wav")
    assert done.code == 0
    assert json.loads(done.out) == {
        "path": "a.wav",
        "kind": "audio",
        "encoding": "WAV (Microsoft), Signed 16 bit PCM",
        "sr": 16000,
        "channels": 1,
        "samples": 24000,
        "seconds": 1.5,
    }
    assert "Signed 16 bit PCM" in run("info", "a.wav", terminal=True).out


def test_raw_samples(run: Any, tmp_path: Path) -> None:
    whole = (Y * 32767).astype("<i2")
    (tmp_path / "a.raw").write_bytes(whole.tobytes())
    sf.write(tmp_path / "a.wav", whole, 16000)
    run("spectrogram", "a.raw", "-o", "raw.npy", "--encoding", "s16le", "--sr", "16000", "--preset", "whisper")
    run("spectrogram", "a.wav", "-o", "wav.npy", "--preset", "whisper")
    np.testing.assert_allclose(np.load(tmp_path / "raw.npy"), np.load(tmp_path / "wav.npy"), atol=1e-6)


def test_verification(run: Any, sound: Path) -> None:
    for kind in ("stft", "mel", "mfcc"):
        done = run("spectrogram", "a.wav", "--verify-against", "librosa", "--kind", kind)
        assert done.code == 0
        assert f"a.wav: {kind}, 65 frames: the largest difference from librosa" in done.out
        assert ", within " in done.out
    done = run("spectrogram", "a.wav", "--verify-against", "kaldi-native-fbank")
    assert (done.code, "a.wav: mel, 148 frames" in done.out) == (0, True)


def test_verification_goes_on_after_a_file_that_is_none(run: Any, sound: Path, tmp_path: Path) -> None:
    (tmp_path / "a-bad.wav").write_bytes(b"no sound")
    done = run("spectrogram", "a-bad.wav", "a.wav", "--verify-against", "librosa")
    assert (done.code, done.out.count("\n"), done.err.count("\n")) == (2, 1, 1)
    assert done.err.startswith("nlpkit: a-bad.wav: is not an audio file")


def test_decoders_write_nothing_to_the_screen(start: Any, tmp_path: Path) -> None:
    """One line for a damaged MP3, whatever its decoder has to say."""
    sf.write(tmp_path / "a.mp3", Y, 16000)
    made = bytearray((tmp_path / "a.mp3").read_bytes())
    for i in range(600, len(made), 97):
        made[i] ^= 0xFF
    (tmp_path / "a.mp3").write_bytes(made)
    process = start("spectrogram", "a.mp3", "-o", "a.png")
    out, err = process.communicate(timeout=120)
    assert out == b""
    assert err.startswith(b"nlpkit: ")
    assert err.count(b"\n") == 1


def test_a_difference_too_large_is_reported(run: Any, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nlpkit.speech.verification as verification

    monkeypatch.setattr(verification, "log_mel", lambda y, preset: log_mel(y, preset=preset) + 0.02)
    done = run("spectrogram", "a.wav", "--verify-against", "librosa")
    assert (done.code, done.out.endswith("is 0.02, ABOVE 0.01\n")) == (1, True)
    done = run("spectrogram", "a.wav", "--verify-against", "kaldi-native-fbank")
    assert (done.code, done.out.endswith(", ABOVE 0.005\n")) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.wav"], "name what to write with -o"),
        (["a.wav", "-o", "a.jpg"], "a.jpg: is no .png or .npy"),
        (["a.wav", "a.wav", "-o", "a.png"], "there are 2 inputs and one file to write: name a folder"),
        (["none.wav", "-o", "a.png"], "none.wav"),
        (["text.txt", "-o", "a.png"], "text.txt: is not an audio file"),
        (["a.wav", "-o", "a.png", "--kind", "mels"], "kind is 'mels'"),
        (["a.wav", "-o", "a.png", "--preset", "htk"], "preset is 'htk'"),
        (["a.wav", "-o", "a.png", "--preset", "whisper", "--sr", "8000"], "expected 16000 for preset 'whisper'"),
        (["a.wav", "-o", "a.png", "--kind", "mfcc", "--preset", "whisper"], "no cepstral coefficients"),
        (["a.wav", "-o", "a.png", "--channels", "2"], "--channels is about raw samples"),
        (["a.wav", "-o", "a.png", "--encoding", "s16le"], "give --sr"),
        (["a.wav", "-o", "a.png", "--encoding", "pcm", "--sr", "8000"], "encoding is 'pcm'"),
        (["a.wav", "-o", "a.png", "--offset", "9"], "has no samples after 9 s"),
        (["a.wav", "--verify-against", "torchaudio"], "reference is 'torchaudio'"),
        (["a.wav", "--verify-against", "librosa", "--preset", "kaldi"], "use that preset"),
        (["a.wav", "--verify-against", "kaldi-native-fbank", "--kind", "stft"], "use that preset"),
        (["a.wav", "-o", "none/a.png"], "there is no folder"),
        (["a.npy", "-o", "a.npy"], "would replace the input"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_can_not_be(run: Any, sound: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "text.txt").write_text("some words\n")
    (tmp_path / "a.npy").write_bytes(sound.read_bytes())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = run("spectrogram", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
