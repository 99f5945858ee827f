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


FURTHER = {
    "fmin": 100,
    "fmax": 5000,
    "win_length": 300,
    "window": "hamming",
    "power": 1,
    "top_db": 25,
    "n_mels": 40,
}


@pytest.mark.parametrize(("kind", "preset"), [("mel", "librosa"), ("mfcc", "torchaudio"), ("mel", "whisper")])
def test_further_numbers(run: Any, sound: Path, tmp_path: Path, kind: str, preset: str) -> None:
    """Each option is the library's; the limit is that of the kind."""
    y = load(sound).samples
    own = FeatureOptions.of(preset, sr=16000, **{**FURTHER, "mfcc_top_db": 25})
    options = [part for name, value in FURTHER.items() for part in ("--" + name.replace("_", "-"), str(value))]
    where = ["--sr", "16000", "--preset", preset, "--kind", kind, "--pad-to", "2"]
    done = run("spectrogram", "a.wav", "-o", "a.npy", *where, *options)
    assert (done.code, done.err) == (0, f"nlpkit: 1 file of {kind} in a.npy\n")
    expected = {"mel": log_mel, "mfcc": mfcc}[kind](y, preset=own, pad_to=2)
    got = np.load(tmp_path / "a.npy")
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * abs(expected).max())
    assert got.shape[1] > log_mel(y, preset=own).shape[1]


def test_no_limit(run: Any, sound: Path, tmp_path: Path) -> None:
    assert run("spectrogram", "a.wav", "-o", "a.npy", "--top-db", "none").code == 0
    expected = log_mel(load(sound, 22050).samples, preset=FeatureOptions(top_db=None))
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), expected, rtol=1e-4, atol=1e-3)
    assert np.ptp(expected) > 80


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--top-db", "loud"], "--top-db is 'loud': expected a number above 0, or none"),
        (["--top-db", "-3"], "top_db is -3.0: expected a number above 0"),
        (["--top-db", "20", "--kind", "stft"], "--top-db limits decibels, and --kind stft writes powers"),
        (["--n-mfcc", "7"], "--n-mfcc is about cepstral coefficients, and --kind mel has none: leave it out"),
        (["--window", "kaiser"], "window is 'kaiser': expected one of 'hann'"),
        (["--power", "3"], "power is 3: expected 1 or 2"),
        (["--fmin", "9000", "--fmax", "8000"], "fmin is 9000.0: expected a number from 0 to below fmax (8000)"),
        (["--win-length", "4000"], "win_length is 4000: expected a whole number from 1 to 2,048"),
        (["--pad-to", "-1"], "pad_to is -1.0: expected a number of seconds"),
        (["--kind", "mfcc", "--preset", "kaldi", "--n-mfcc", "30"], "n_mfcc is 30: expected at most n_mels (23)"),
        (["--kind", "mfcc", "--n-mels", "16"], "n_mfcc is 20: expected at most n_mels (16)"),
        (["--kind", "mfcc", "--preset", "whisper"], "preset 'whisper' has no cepstral coefficients"),
    ],
)
def test_numbers_that_can_not_be(run: Any, sound: Path, tmp_path: Path, options: list[str], message: str) -> None:
    """Of arrays; of pictures, too, where a picture is no exception."""
    done = run("spectrogram", "a.wav", "-o", "a.npy", *options)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert message in done.err
    if "stft" not in options:
        assert message in run("spectrogram", "a.wav", "-o", "a.png", *options).err
    assert not list(tmp_path.glob("a.[np][pn]*"))


@pytest.mark.parametrize("option", ["--n-mels", "--n-mfcc", "--fmin", "--fmax"])
@pytest.mark.parametrize("rest", [["-o", "a.npy"], ["-o", "a.png"], ["--verify-against", "librosa"]])
def test_numbers_that_say_nothing_about_powers(run: Any, sound: Path, option: str, rest: list[str]) -> None:
    done = run("spectrogram", "a.wav", "--kind", "stft", option, "10", *rest)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"{option} is about " in done.err
    assert "--kind stft has none: leave it out, or give --kind m" in done.err


def test_a_limit_says_nothing_about_powers_that_are_compared(run: Any, sound: Path) -> None:
    done = run("spectrogram", "a.wav", "--kind", "stft", "--top-db", "30", "--verify-against", "librosa")
    assert (done.code, "--top-db limits decibels" in done.err) == (2, True)


def test_empty_bands_are_told_once(run: Any, sound: Path, tmp_path: Path) -> None:
    sf.write(tmp_path / "b.wav", Y, 16000)
    for output in ("out", "pictures"):
        kind = "npy" if output == "out" else "png"
        done = run("spectrogram", "a.wav", "b.wav", "-o", f"{output}/", "--format", kind, "--n-fft", "256")
        told = [line for line in done.err.splitlines() if "empty" in line]
        assert (done.code, len(told)) == (0, 1)
        assert "mel bands are empty" in told[0]
        assert "use n_fft=512 or n_mels=" in told[0]
    fewer = told[0].rpartition("n_mels=")[2]
    assert "empty" not in run("spectrogram", "a.wav", "-o", "c.npy", "--n-fft", "256", "--n-mels", fewer).err


def test_a_clip_shorter_than_a_frame(run: Any, sound: Path, tmp_path: Path) -> None:
    """It is refused, as numbers and as a picture, and the others are written all the same."""
    sf.write(tmp_path / "short.wav", np.full(300, 0.1), 16000)
    for name in ("s.png", "s.npy"):
        done = run("spectrogram", "short.wav", "-o", name, "--preset", "kaldi")
        expected = "nlpkit: short.wav: is shorter than a frame of 0.025 s: pad it with pad_to=0.025 (--pad-to)\n"
        assert (done.code, done.err) == (2, expected)
        assert run("spectrogram", "short.wav", "-o", name, "--preset", "kaldi", "--pad-to", "0.025").code == 0
        folder = name.replace(".", "-") + "/"
        format = name.partition(".")[2]
        done = run("spectrogram", "short.wav", "a.wav", "-o", folder, "--preset", "kaldi", "--format", format)
        assert (done.code, done.err.count("shorter than a frame")) == (2, 1)
        assert (tmp_path / folder / f"a.{format}").exists()


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


@pytest.mark.parametrize(
    "options",
    [
        ["--kind", "stft", "--n-fft", "256", "--hop-length", "1000"],
        ["--kind", "mel", "--pad-to", "3", "--win-length", "1000", "--top-db", "70"],
        ["--kind", "mfcc", "--window", "hamming", "--fmin", "50", "--power", "1"],
        ["--kind", "mel", "--power", "1"],  # the band above 8 kHz is empty but for the rounding of resampling
        ["--kind", "mfcc", "--power", "1", "--n-mels", "40"],
        ["--kind", "mel", "--top-db", "none"],
    ],
)
def test_verification_with_further_numbers(run: Any, sound: Path, options: list[str]) -> None:
    done = run("spectrogram", "a.wav", "--verify-against", "librosa", *options)
    assert (done.code, ", within " in done.out) == (0, True), done


def test_what_a_library_does_not_have(run: Any, sound: Path) -> None:
    for options in (["--window", "hann"], ["--top-db", "60"], ["--n-fft", "1024"]):
        done = run("spectrogram", "a.wav", "--verify-against", "kaldi-native-fbank", *options)
        assert (done.code, done.err.count("\n"), "leave out" in done.err) == (2, 1, True)


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

    blocks = verification.gathered_features  # what is compared is what the command writes
    monkeypatch.setattr(verification, "gathered_features", lambda *given, **options: blocks(*given, **options) + 0.02)
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
