"""Sound from a stream is what the same bytes give as a file, however they arrive."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from nlpkit.errors import DamageWarning, InputError, ParameterError
from nlpkit.speech import RawFormat, load
from nlpkit.speech.audio.live_source import LiveSource, live_source

Y = np.random.default_rng(0).uniform(-0.9, 0.9, (4001, 2))


def reader(data: bytes, most: int = 1 << 20) -> Callable[[int], bytes]:
    """A stream that gives at most so many bytes at once."""
    file = io.BytesIO(data)
    return lambda n: file.read(min(n, most))


def gathered(source: LiveSource | bytes, sr: int, **options: object) -> np.ndarray:
    assert isinstance(source, LiveSource)
    return np.concatenate(list(source.blocks(sr, **options)), axis=-1)  # type: ignore[arg-type]


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
@pytest.mark.parametrize("most", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("format", ["WAV", "WAVEX"])
def test_wav(tmp_path: Path, subtype: str, most: int, format: str) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, Y, 8000, subtype=subtype, format=format)
    data = path.read_bytes()
    for options in ({"mono": False}, {"mono": True}, {"channel": 2}):
        found = gathered(live_source(reader(data, most)), 8000, **options)
        np.testing.assert_array_equal(found, load(path, **options).samples)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_header_without_a_length(tmp_path: Path, size: int) -> None:
    """As ffmpeg and sox write it to a pipe: everything that follows is sound."""
    sf.write(tmp_path / "a.wav", Y, 8000, subtype="PCM_16")
    data = bytearray((tmp_path / "a.wav").read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", size)
    data[4:8] = struct.pack("<I", size)
    assert gathered(live_source(reader(bytes(data))), 8000, mono=False).shape == (2, 4001)


def test_other_chunks_are_no_sound(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", Y, 8000, subtype="PCM_16")
    data = (tmp_path / "a.wav").read_bytes()
    before, behind = b"LIST" + struct.pack("<I", 5) + b"abcde\0", b"LIST" + struct.pack("<I", 1000) + bytes(1000)
    at = data.index(b"data")
    changed = data[:at] + before + data[at:] + behind
    expected = load(tmp_path / "a.wav", mono=False).samples
    np.testing.assert_array_equal(gathered(live_source(reader(changed)), 8000, mono=False), expected)


def test_raw_samples_and_another_rate() -> None:
    data = (Y[:, 0] * 32767).astype("<i2").tobytes()
    raw = RawFormat(sr=8000)
    for most in (1, 999, 1 << 20):
        found = gathered(live_source(reader(data, most), raw), 16000)
        np.testing.assert_allclose(found, load(io.BytesIO(data), 16000, raw=raw).samples, atol=1e-5)


def test_what_is_no_wav_is_given_back(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.flac", Y, 8000)
    for data in ((tmp_path / "a.flac").read_bytes(), b"RIFF", b"", b"RIFF\0\0\0\0WAVEjunk\xff\xff\xff\x7f", b"a text"):
        read = reader(data)
        head = live_source(read)
        assert isinstance(head, bytes)
        assert head + read(1 << 20) == data


def test_damage(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", Y, 8000, subtype="PCM_16")
    data = (tmp_path / "a.wav").read_bytes()
    with pytest.warns(DamageWarning, match="<stdin>: ends after 3,001 of the 4,001 samples in its header"):
        assert gathered(live_source(reader(data[:-4000])), 8000, mono=False).shape == (2, 3001)
    for missing, rest in ((1, "3 bytes"), (3, "1 byte")):
        with pytest.warns(DamageWarning, match=f"ends {rest} into a sample"):
            gathered(live_source(reader(data[:-missing])), 8000)
    with pytest.raises(InputError, match="<stdin>: has no samples"):
        gathered(live_source(reader(data[:44])), 8000)
    with pytest.raises(InputError, match="has 2 channels, and channel 3 was asked for"):
        gathered(live_source(reader(data)), 8000, channel=3)
    sf.write(tmp_path / "nan.wav", [0.1, 0.2, np.nan], 8000, subtype="FLOAT")
    with pytest.raises(InputError, match=r"the sample at 0\.0003 s is NaN"):
        gathered(live_source(reader((tmp_path / "nan.wav").read_bytes())), 8000)


@pytest.mark.parametrize("most", [1, 7, 1000, 1 << 20])
def test_a_part_is_that_of_a_file_and_what_is_behind_it_is_not_read(tmp_path: Path, most: int) -> None:
    sf.write(tmp_path / "a.wav", Y, 8000, subtype="PCM_16")
    data = (tmp_path / "a.wav").read_bytes()
    for part in ({"offset": 0.1}, {"duration": 0.2}, {"offset": 0.1, "duration": 0.2}, {"offset": 0.4, "duration": 1}):
        for rate in (8000, 16000):
            file = io.BytesIO(data)
            source = live_source(lambda n, file=file: file.read(min(n, most)))  # type: ignore[misc]
            found = gathered(source, rate, mono=False, **part)
            expected = load(tmp_path / "a.wav", rate, mono=False, **part).samples  # type: ignore[arg-type]
            np.testing.assert_allclose(found, expected, atol=1e-5)
            end = part.get("offset", 0) + part.get("duration", 1)
            assert file.tell() == min(44 + 4 * round(8000 * end), len(data))
    for options in ({"offset": -1}, {"duration": 0}, {"duration": float("nan")}):
        with pytest.raises(ParameterError, match=f"{next(iter(options))} is "):
            gathered(live_source(reader(data)), 8000, **options)
    with pytest.raises(InputError, match="<stdin>: has no samples after 2 s"):
        gathered(live_source(reader(data)), 8000, offset=2)
    broken = np.concatenate([np.full(800, np.nan), np.zeros(800), np.full(800, np.nan)])
    sf.write(tmp_path / "nan.wav", broken, 8000, subtype="FLOAT")
    source = live_source(reader((tmp_path / "nan.wav").read_bytes()))
    assert not gathered(source, 8000, offset=0.1, duration=0.1).any()


def test_a_stream_that_is_stopped_gives_what_was_read() -> None:
    source = live_source(reader(bytes(8000), 100), RawFormat(sr=8000))
    assert isinstance(source, LiveSource)
    found = 0
    for block in source.blocks(8000):
        found += len(block)
        if found >= 200:
            source.stop()
    assert found == 200
