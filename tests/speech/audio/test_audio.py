"""Audio files of every kind, whole and in blocks; and files that are no audio."""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from ffmpeg import ffmpeg
from sounds import tone, voice_like

from nlpkit.errors import InputError, MissingDependencyError, NlpkitError, ParameterError
from nlpkit.speech import RawFormat, info, load, resample, stream

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"
KINDS = [
    ("wav", "PCM_U8", 8),
    ("wav", "PCM_16", 16),
    ("wav", "PCM_24", 24),
    ("wav", "PCM_32", 24),  # float32 holds 24 bits
    ("wav", "FLOAT", 24),
    ("wav", "DOUBLE", 24),
    ("aiff", "PCM_16", 16),
    ("flac", "PCM_16", 16),
    ("flac", "PCM_24", 24),
    ("au", "PCM_16", 16),
    ("w64", "PCM_16", 16),
]


def write(path: Path, y: np.ndarray, sr: int = 16000, subtype: str | None = None) -> Path:
    sf.write(path, y.T, sr, subtype=subtype)
    return path


@pytest.mark.parametrize(("suffix", "subtype", "bits"), KINDS)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_what_was_written_is_read(tmp_path: Path, suffix: str, subtype: str, bits: int, channels: int) -> None:
    y = np.stack([voice_like(5000, seed=seed) for seed in range(channels)])
    path = write(tmp_path / f"a.{suffix}", y, 44100, subtype)
    samples, sr = load(path, mono=False)
    assert (samples.dtype, samples.shape, sr) == (np.float32, (channels, 5000), 44100)
    np.testing.assert_allclose(samples, y, atol=2.0 ** (1 - bits))
    np.testing.assert_allclose(load(path).samples, y.mean(axis=0), atol=2.0 ** (1 - bits))
    told = info(path)
    assert (told.sr, told.channels, told.frames, told.duration) == (44100, channels, 5000, 5000 / 44100)


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "opus"])
def test_lossy_files(tmp_path: Path, suffix: str) -> None:
    """A tone stays a tone of that pitch and loudness."""
    path = tmp_path / f"a.{suffix}"
    sf.write(
        path,
        tone(1000, 48000, 48000),
        48000,
        format="OGG" if suffix == "opus" else None,
        subtype="OPUS" if suffix == "opus" else None,
    )
    samples, sr = load(path)
    assert sr == 48000
    assert abs(len(samples) - 48000) <= 2400
    middle = samples[10000:34000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(24000)))
    assert abs(spectrum.argmax() * 2.0 - 1000) <= 2
    assert abs(np.sqrt(2 * np.mean(middle**2)) - 0.5) < 0.01


@pytest.mark.parametrize("sr", [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000])
def test_rates(tmp_path: Path, sr: int) -> None:
    """Half a second of 440 Hz, at any rate, is the same at 16,000."""
    path = write(tmp_path / "a.wav", tone(440, sr, sr), sr, "FLOAT")
    samples, rate = load(path, 16000)
    assert (rate, len(samples)) == (16000, 16000)
    np.testing.assert_allclose(samples[2000:-2000], tone(440)[2000:-2000], atol=1e-3)


@pytest.mark.parametrize("to", [None, 16000, 44100, 8000])
@pytest.mark.parametrize("mono", [True, False])
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_blocks_are_the_whole(tmp_path: Path, suffix: str, mono: bool, to: int | None) -> None:
    path = write(tmp_path / f"a.{suffix}", np.stack([voice_like(200_000), voice_like(200_000, seed=1)]), 22050)
    whole, sr = load(path, to, mono=mono)
    blocks = list(stream(path, to, mono=mono))
    assert len(blocks) > 2
    assert {block.sr for block in blocks} == {sr}
    joined = np.concatenate([block.samples for block in blocks], axis=-1)
    assert joined.shape == whole.shape
    np.testing.assert_allclose(joined, whole, atol=1e-6)


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3"])
def test_a_part_of_a_file(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"a.{suffix}", voice_like(100_000), 16000)
    whole = load(path).samples
    for offset, duration in ((0.0, 1.0), (1.5, 2.0), (3.0, None), (5.0, 100.0)):
        part = load(path, offset=offset, duration=duration).samples
        first = round(offset * 16000)
        last = None if duration is None else first + round(duration * 16000)
        np.testing.assert_allclose(part, whole[first:last], atol=1e-6 if suffix != "mp3" else 2e-3)
    with pytest.raises(InputError, match=r"has no samples after 99 s"):
        load(path, offset=99)
    for wrong in ({"offset": -1.0}, {"duration": float("nan")}, {"offset": "2"}, {"duration": 0.0}):
        with pytest.raises(ParameterError, match="expected seconds"):
            load(path, **wrong)


@pytest.mark.parametrize(
    ("encoding", "dtype", "scale"),
    [
        ("s16le", "<i2", 32768),
        ("s16be", ">i2", 32768),
        ("s8", "i1", 128),
        ("s32le", "<i4", 2**31),
        ("f32le", "<f4", 1),
        ("f32be", ">f4", 1),
        ("f64le", "<f8", 1),
    ],
)
def test_samples_without_a_header(tmp_path: Path, encoding: str, dtype: str, scale: int) -> None:
    y = voice_like(4000).reshape(2000, 2)
    path = tmp_path / "a.raw"
    path.write_bytes((y * scale).astype(dtype).tobytes())
    samples, sr = load(path, raw=RawFormat(sr=8000, channels=2, encoding=encoding), mono=False)
    assert (samples.shape, sr) == ((2, 2000), 8000)
    np.testing.assert_allclose(samples, y.T, atol=1.01 / scale if scale > 1 else 1e-7)
    with pytest.raises(InputError, match="has no header: set sr, channels and encoding"):
        load(path)
    for wrong in ({"sr": 0}, {"sr": 8000, "channels": 0}, {"sr": 8000, "encoding": "mp3"}):
        with pytest.raises(ParameterError):
            RawFormat(**wrong)


def test_an_open_file() -> None:
    file = io.BytesIO()
    y = voice_like(3000)
    sf.write(file, y, 16000, format="FLAC")
    file.seek(0)
    np.testing.assert_allclose(load(file).samples, y, atol=1e-4)
    file.seek(0)
    assert info(file, name="tape.tar/a.flac").frames == 3000
    with pytest.raises(InputError, match=r"^tape.tar/b.wav: is not an audio file"):
        load(io.BytesIO(b"some words"), name="tape.tar/b.wav")


def test_a_stream_without_a_length_in_its_header(tmp_path: Path) -> None:
    """Output of a program into a pipe, which cannot return to the header."""
    file = io.BytesIO()
    sf.write(file, voice_like(3000), 16000, format="WAV", subtype="PCM_16")
    made = bytearray(file.getvalue())
    made[4:8] = made[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(made)
    assert len(load(tmp_path / "a.wav").samples) == 3000


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "mp3", "ogg", "w64", "rf64", "au"])
def test_a_file_that_is_cut_off(tmp_path: Path, suffix: str) -> None:
    """It is an error, not a shorter file; its beginning can be read."""
    path = tmp_path / f"a.{suffix}"
    sf.write(path, voice_like(100_000), 16000, format=suffix.upper())
    whole = load(path).samples
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"cut off|damaged") as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    with pytest.raises(InputError, match=r"cut off|damaged"):
        for _ in stream(path):
            pass
    if suffix not in ("flac", "mp3"):
        with pytest.raises(InputError, match=r"cut off|damaged"):
            info(path)
    if suffix not in ("flac", "ogg"):
        np.testing.assert_allclose(load(path, duration=1.0).samples, whole[:16000], atol=1e-3)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(tmp_path: Path, wrong: float) -> None:
    y = voice_like(100_000)
    y[80_000] = wrong
    path = write(tmp_path / "a.wav", y, 16000, "FLOAT")
    with pytest.raises(InputError, match=r"the sample at 5.0000 s is NaN or infinite"):
        load(path)
    assert len(load(path, duration=4.0).samples) == 64_000


def test_samples_that_can_not_be_sound(tmp_path: Path) -> None:
    y = voice_like(1000)
    y[800] = 1e38
    with pytest.raises(InputError, match=r"the sample at 0.0500 s is 1e\+38, where ±1 is full scale"):
        load(write(tmp_path / "a.wav", y, 16000, "FLOAT"))


@pytest.mark.parametrize(("encoding", "channels", "rest"), [("s16le", 1, 1), ("s24le", 2, 5), ("f64le", 1, 3)])
def test_raw_samples_that_are_cut_off(tmp_path: Path, encoding: str, channels: int, rest: int) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(4800 + rest))
    with pytest.raises(InputError, match=f"is truncated or damaged: ends {rest} bytes into a sample; --salvage"):
        load(tmp_path / "a.raw", raw=RawFormat(sr=8000, channels=channels, encoding=encoding))


def test_silence_and_clipping_are_sounds(tmp_path: Path) -> None:
    assert not load(write(tmp_path / "a.wav", np.zeros(4000))).samples.any()
    clipped = load(write(tmp_path / "b.wav", np.sign(tone(100)))).samples
    assert abs(clipped).max() == pytest.approx(1, abs=1e-4)


def hostile(draw: random.Random, whole: dict[str, bytes]) -> tuple[str, bytes]:
    """A file that can't be what its name says."""
    suffix = draw.choice(list(whole))
    made = bytearray(whole[suffix])
    way = draw.randrange(7)
    if way == 0:
        made = made[: draw.randrange(44)]
    elif way == 1:
        made = made[: draw.randrange(len(made) // 3)]
    elif way == 2:
        made = bytearray(draw.randbytes(draw.randrange(1, 5000)))
    elif way == 3:
        for _ in range(200):
            made[draw.randrange(len(made))] = draw.randrange(256)
    elif way == 4:
        made[4:8] = struct.pack("<I", draw.randrange(1 << 32))
        made[16:48] = draw.randbytes(32)
    elif way == 5:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.txt", "words " * draw.randrange(1, 500))
        made = bytearray(file.getvalue())
    else:
        made = made[:12] + made[draw.randrange(12, len(made)) :]
    return suffix, bytes(made)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_hostile_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    whole = {}
    for suffix in ("wav", "flac", "ogg", "mp3", "aiff"):
        whole[suffix] = write(tmp_path / f"good.{suffix}", voice_like(20_000)).read_bytes()
    draw = random.Random(1)
    refused = 0
    for number in range(200):
        suffix, made = hostile(draw, whole)
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(made)
        said = ""
        try:
            samples = load(path).samples
        except NlpkitError as error:
            said = str(error)
        if said:
            refused += 1
            assert "\n" not in said
            assert said.startswith(f"{path}: ")
            assert len(said) < len(str(path)) + 300
        else:
            assert np.isfinite(samples).all()
            assert len(samples)
    assert refused >= 100


def test_what_is_no_file(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "none.wav", "cannot be read: No such file")):
        with pytest.raises(InputError, match=message):
            load(path)
    (tmp_path / "empty.wav").touch()
    with pytest.raises(InputError, match="is empty; expected an audio file"):
        load(tmp_path / "empty.wav")
    with pytest.raises(InputError, match="has no samples"):
        load(write(tmp_path / "none.wav", np.zeros(0)))


def test_a_package_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.m4a").write_bytes(b"some words")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingDependencyError, match=r"needs the package av, .* pip install 'nlpkit\[speech\]'"):
        load(tmp_path / "a.m4a")


def test_what_libsndfile_does_not_read(tmp_path: Path) -> None:
    """M4A: a tone stays a tone; a play list that names another file is not followed."""
    write(tmp_path / "tone.wav", np.stack([tone(1000, 44100, 44100)] * 2), 44100)
    made = tmp_path / "- it's a tone.m4a"
    ffmpeg("-i", str(tmp_path / "tone.wav"), "-c:a", "aac", f"file:{made}")
    samples, sr = load(made)
    told = info(made)
    assert (sr, told.channels, told.frames) == (44100, 2, len(samples)) == (44100, 2, 44100)
    assert abs(np.abs(np.fft.rfft(samples[10000:30000] * np.hanning(20000))).argmax() * 2.205 - 1000) <= 2.205
    with open(made, "rb") as file:
        np.testing.assert_array_equal(load(file).samples, samples)
    np.testing.assert_array_equal(load(made, offset=0.5, duration=0.1).samples, samples[22050:26460])

    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'tone.wav'}\n")
    (tmp_path / "list.ffconcat").write_text(f"ffconcat version 1.0\nfile '{tmp_path / 'tone.wav'}'\n")
    for name in ("list.m3u8", "list.ffconcat"):
        with pytest.raises(InputError, match="is not an audio file, or too damaged even for --salvage"):
            load(tmp_path / name)


def test_resample_keeps_the_shape() -> None:
    y = np.stack([tone(440, 8000, 8000), tone(880, 8000, 8000)]).astype(np.float32)
    made = resample(y, 8000, 16000)
    assert (made.shape, made.dtype) == ((2, 16000), np.float32)
    np.testing.assert_allclose(made[1, 2000:-2000], tone(880)[2000:-2000], atol=1e-3)
    np.testing.assert_array_equal(made[0], resample(y[0], 8000, 16000))
    assert resample(y, 8000, 8000) is y
    for rates in ((0, 8000), (8000, -1), (8000.5, 8000)):
        with pytest.raises(ParameterError):
            resample(y, *rates)


@pytest.mark.data
@pytest.mark.slow
def test_every_sample_of_a_format_is_read_or_refused(tmp_path: Path) -> None:
    import tarfile

    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/format_samples.tar.gz")
    with tarfile.open(DATA / "format_samples.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    told: dict[str, Any] = {}
    for path in sorted(tmp_path.rglob("*")):
        if path.suffix in (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".webm", ".sph", ".aiff"):
            try:
                whole = load(path)
                blocks = np.concatenate([block.samples for block in stream(path)])
                np.testing.assert_array_equal(blocks, whole.samples)
            except InputError as error:
                told[path.name] = str(error)
        elif path.suffix == ".raw":
            assert len(load(path, raw=RawFormat(sr=16000)).samples) > 16000
    assert set(told) == {"bad.wav", "evil.wav", "null.wav"}
    assert not [message for message in told.values() if "\n" in message]


@pytest.mark.parametrize("channel", [1, 2, np.int64(2)])
def test_one_channel_is_read(tmp_path: Path, channel: int) -> None:
    both = np.stack([voice_like(), voice_like(seed=1)]).astype(np.float32)
    sf.write(tmp_path / "call.wav", both.T, 16000, subtype="FLOAT")
    np.testing.assert_array_equal(load(tmp_path / "call.wav", channel=channel).samples, both[channel - 1])
    pieces = [block.samples for block in stream(tmp_path / "call.wav", channel=channel)]
    np.testing.assert_array_equal(np.concatenate(pieces), both[channel - 1])
    assert load(tmp_path / "call.wav", channel=channel, mono=False).samples.shape == (1, 20000)


def test_a_channel_that_is_not_there_is_refused(tmp_path: Path) -> None:
    sf.write(tmp_path / "mono.wav", voice_like(), 16000)
    with pytest.raises(InputError, match="has 1 channel, and channel 2 was asked for"):
        load(tmp_path / "mono.wav", channel=2)
