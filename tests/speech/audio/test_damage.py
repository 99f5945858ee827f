"""A damaged file is refused, by a message that names what reads the rest; salvaged, it tells what is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from ffmpeg import decoded, ffmpeg
from sounds import voice_like

from nlpkit.errors import DamageWarning, InputError
from nlpkit.speech import info, load, log_mel, stream, stream_features
from nlpkit.speech.features.files import file_features

FORMATS = {
    "wav": [],
    "flac": [],
    "mp3": [],
    "ogg": ["-c:a", "libvorbis"],
    "opus": [],
    "m4a": [],
    "mp4": ["-c:a", "aac", "-movflags", "faststart"],
    "webm": ["-c:a", "libopus"],
    "mka": ["-c:a", "aac"],
    "wma": [],
    "aac": [],
    "wv": [],
    "aiff": [],
    "ac3": ["-ar", "48000"],
    "amr": ["-ar", "8000"],
}
SECONDS = 6


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    sf.write(folder / "source.wav", voice_like(16000 * SECONDS), 16000)
    made = {suffix: folder / f"a.{suffix}" for suffix in FORMATS}
    for suffix, path in made.items():
        ffmpeg("-i", str(folder / "source.wav"), *FORMATS[suffix], str(path))
    return made


def cut(content: bytes) -> bytes:
    return content[: int(len(content) * 0.6)]


def overwritten(content: bytes) -> bytes:
    made, at, size = bytearray(content), int(len(content) * 0.45), len(content) // 10
    made[at : at + size] = np.random.default_rng(1).bytes(size)
    return bytes(made)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("way", [cut, overwritten])
def test_damage_is_told_and_salvaged(whole: dict[str, Path], tmp_path: Path, suffix: str, way: object) -> None:
    if way is overwritten and suffix in ("wav", "aiff"):
        return  # samples: nothing shows
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(way(whole[suffix].read_bytes()))  # type: ignore[operator]
    with pytest.raises(InputError, match="--salvage") as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    with pytest.raises(InputError, match="--salvage"):
        for _ in stream(path):
            pass
    if suffix == "m4a" and way is cut:  # its index is at the end
        assert "too damaged even for --salvage" in str(caught.value)
        return
    expected, _ = decoded(str(path), 1)
    with pytest.warns(DamageWarning, match=r"are missing|is missing is unknown|perhaps wrong") as told:
        samples, sr = load(path, salvage=True)
    assert str(told[0].message).startswith(f"{path}: ")
    assert len(samples) / sr >= 0.98 * len(expected) / {"ac3": 48000, "amr": 8000, "opus": 48000, "webm": 48000}.get(
        suffix, 16000
    )
    with pytest.warns(DamageWarning):
        found = info(path, salvage=True)
    assert found.frames == len(samples)
    if suffix not in ("aac", "ac3", "amr", "wma") and not (
        way is cut and suffix in ("ogg", "opus")
    ):  # which state no length
        assert abs((found.frames + found.missing) / found.sr - SECONDS) < 0.1


def test_the_beginning_of_a_damaged_file_is_read(whole: dict[str, Path], tmp_path: Path) -> None:
    for suffix in ("wav", "mp3", "flac", "ogg", "opus", "webm", "mp4", "wma", "aac"):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(cut(whole[suffix].read_bytes()))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            start, sr = load(path, duration=1.0)
        assert len(start) == sr


@pytest.mark.parametrize("salvage", [True, False])
def test_an_undamaged_file_is_not_complained_of(whole: dict[str, Path], salvage: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in whole.values():
            found = info(path, salvage=salvage)
            assert found.frames == len(load(path, salvage=salvage).samples)
            assert found.missing == 0
            assert abs(found.duration - SECONDS) < 0.4


def test_an_mp3_without_a_length_that_ends_within_a_frame(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", voice_like(48_000), 16000)
    ffmpeg("-i", str(tmp_path / "a.wav"), "-write_xing", "0", "-q:a", "5", str(tmp_path / "a.mp3"))
    (tmp_path / "b.mp3").write_bytes((tmp_path / "a.mp3").read_bytes()[:-20])
    with pytest.raises(InputError, match="ends in the middle of a frame; --salvage"):
        load(tmp_path / "b.mp3")


def test_features_of_a_salvaged_file(whole: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(overwritten(whole["mp3"].read_bytes()))
    for features in (stream_features(path, preset="kaldi"), file_features([path], preset="kaldi")):
        with pytest.raises(InputError, match="--salvage"):
            list(features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        samples = load(path, salvage=True).samples
        streamed = np.concatenate(list(stream_features(path, preset="kaldi", salvage=True)), axis=1)
    np.testing.assert_allclose(streamed, log_mel(samples, preset="kaldi"), atol=1e-3)


def test_damaged_files_in_many_threads(whole: dict[str, Path], tmp_path: Path) -> None:
    """The complaints of one decoder are not taken for those of another."""
    (tmp_path / "bad.mp3").write_bytes(overwritten(whole["mp3"].read_bytes()))
    good = next(iter(file_features([whole["mp3"]], preset="kaldi"))).shape
    paths = [whole["mp3"], whole["m4a"], whole["webm"]] * 8
    assert all(made.shape[1] > 500 for made in file_features(paths, preset="kaldi", threads=4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixed = [tmp_path / "bad.mp3", whole["mp3"]] * 8
        shapes = [made.shape for made in file_features(mixed, preset="kaldi", threads=4, salvage=True)]
    assert shapes[1::2] == [good] * 8
    assert len(set(shapes[::2])) == 1


def damaged(draw: random.Random, content: bytes) -> bytes:
    made, n = bytearray(content), len(content)
    at, size = draw.randrange(n), draw.randrange(1, n // 8)
    way = draw.randrange(8)
    if way == 0:
        return bytes(made[: draw.randrange(1, n)])
    if way == 1:
        made[at : at + size] = draw.randbytes(len(made[at : at + size]))
    elif way == 2:
        made[at : at + size] = bytes(len(made[at : at + size]))
    elif way == 3:
        del made[at : at + size]
    elif way == 4:
        made[at:at] = draw.randbytes(size)
    elif way == 5:
        for _ in range(draw.randrange(1, 10)):
            made[draw.randrange(n)] ^= 1 << draw.randrange(8)
    elif way == 6:
        for _ in range(draw.randrange(1, 6)):
            made[draw.randrange(200)] = draw.randrange(256)
    else:
        for _ in range(draw.randrange(1, 100)):
            made[draw.randrange(n)] = draw.randrange(256)
    return bytes(made)


@pytest.mark.parametrize("n", [40, pytest.param(250, marks=pytest.mark.slow)])
def test_random_damage_is_told_or_there_is_none_by_ffmpegs_account(
    whole: dict[str, Path], tmp_path: Path, n: int
) -> None:
    draw = random.Random(n)
    counts = {"refused": 0, "salvaged": 0, "read": 0}
    for number in range(n):
        suffix = draw.choice(["wav", "flac", "mp3", "ogg", "opus", "m4a", "mp4", "webm"])
        path = tmp_path / f"{number}.{suffix}"
        content = whole[suffix].read_bytes()
        made = damaged(draw, content)
        path.write_bytes(made)
        expected, complaints = decoded(str(path), 1)
        refusal = ""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                load(path)
            except InputError as error:
                refusal = str(error)
        if not refusal:
            counts["read"] += 1
            assert made == content or not complaints, (path, complaints)
            continue
        counts["refused"] += 1
        assert "--salvage" in refusal
        assert "\n" not in refusal
        if not len(expected):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            samples, sr = load(path, mono=False, salvage=True)
            found = info(path, salvage=True)
        counts["salvaged"] += 1
        rate = 48000 if suffix in ("opus", "webm") else 16000
        frames = 2048 / 16000  # the package av loses a frame of AAC where its decoder fails in a certain way
        assert samples.shape[1] / sr * samples.shape[0] >= 0.98 * len(expected) / rate - frames, (path, complaints)
        assert found.frames == samples.shape[1]
    assert min(counts.values()) > n / 10, counts


def test_decoders_do_not_write_to_standard_error(whole: dict[str, Path], tmp_path: Path) -> None:
    """They are C libraries, which would write there from within Python."""
    (tmp_path / "a.mp3").write_bytes(overwritten(whole["mp3"].read_bytes()))
    (tmp_path / "b.flac").write_bytes(overwritten(whole["flac"].read_bytes()))
    (tmp_path / "c.mp3").write_bytes(b"\0" * 100 + (tmp_path / "a.mp3").read_bytes()[100:])
    program = "import sys; from nlpkit.speech import load\nfor name in sys.argv[1:]: load(name, salvage=True)"
    command = [sys.executable, "-P", "-W", "ignore", "-c", program, *map(str, sorted(tmp_path.iterdir()))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("kind", ["NIST", "AIFF", "W64", "CAF", "RF64", "WAVEX", "AU"])
def test_given_and_missing_samples_are_the_stated_ones(tmp_path: Path, kind: str) -> None:
    for channels in (1, 6):
        y = np.stack([voice_like(20_000)] * channels, axis=1)
        sf.write(tmp_path / "whole", y, 16000, format=kind, subtype="PCM_16")
        (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[: -7777 * channels])
        with pytest.raises(InputError, match="--salvage"):
            info(tmp_path / "cut")
        with pytest.warns(DamageWarning, match="are missing"):
            found = info(tmp_path / "cut", salvage=True)
        assert found.frames + found.missing == 20_000
        assert abs(found.missing - 7777 / 2) <= 1


def test_a_film_that_is_cut_off(whole: dict[str, Path], tmp_path: Path) -> None:
    source = str(whole["wav"])
    video = ["-f", "lavfi", "-i", "testsrc=d=6:s=160x120:r=10"]
    for suffix, codec in (("avi", "mp3"), ("mkv", "aac"), ("mp4", "aac")):
        path = tmp_path / f"film.{suffix}"
        ffmpeg(
            *video,
            "-i",
            source,
            "-c:v",
            "mpeg4",
            "-c:a",
            codec,
            *(["-movflags", "faststart"] if suffix == "mp4" else []),
            str(path),
        )
        assert abs(info(path).duration - SECONDS) < 0.15
        path.write_bytes(cut(path.read_bytes()))
        with pytest.raises(InputError, match="--salvage"):
            load(path)


def test_samples_that_are_no_numbers_are_salvaged_as_silence(tmp_path: Path) -> None:
    y = voice_like(2000).astype(np.float32)
    y[[5, 1000]] = np.inf, np.nan
    sf.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    with pytest.raises(InputError, match=r"the sample at 0.0003 s is NaN or infinite; --salvage"):
        load(tmp_path / "a.wav")
    with pytest.warns(DamageWarning, match="NaN or infinite"):
        got = load(tmp_path / "a.wav", salvage=True).samples
    np.testing.assert_array_equal(got, np.where(np.isfinite(y), y, 0))
