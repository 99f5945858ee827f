"""Resampling: as many samples as librosa gives, whole or in pieces."""

from __future__ import annotations

import random
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile as sf
from sounds import voice_like

from nlpkit.errors import ParameterError
from nlpkit.speech import load, log_mel, resample, stream
from nlpkit.speech.audio.resampling import ResampleStream

RATES = [8000, 11025, 12345, 16000, 22050, 32000, 44056, 44100, 48000, 96000, 192000]


@pytest.mark.parametrize(
    ("sr", "to", "n"),
    [
        *[(44100, 16000, 44101), (22050, 16000, 44099), (11025, 16000, 50000), (44056, 16000, 44101)],
        *[(48000, 16000, 1000), (44100, 16000, 1), (96000, 16000, 2), (8000, 48000, 1), (16000, 44100, 3)],
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_samples_are_as_many_as_librosas(sr: int, to: int, n: int, dtype: type) -> None:
    y = voice_like(n).astype(dtype)
    got, expected = resample(y, sr, to), librosa.resample(y, orig_sr=sr, target_sr=to)
    assert len(got) == len(expected) == -(-n * to // sr)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert resample(np.stack([y, -y])[None], sr, to).shape == (1, 2, len(got))


def test_pieces_are_the_whole() -> None:
    draw = random.Random(0)
    for _ in range(150):
        sr, to = draw.choice(RATES), draw.choice(RATES)
        n = draw.choice([1, 2, 3, 10, 100, draw.randint(1, 20000)])
        y = voice_like(n).astype(np.float32)
        pieces = np.split(y, sorted(draw.randint(0, n) for _ in range(draw.randint(0, 5))))
        resampler = ResampleStream(sr, to, 1)
        parts = [resampler.push(piece[:, None], last=i == len(pieces) - 1) for i, piece in enumerate(pieces)]
        got = np.concatenate(parts)[:, 0]
        assert len(got) == -(-n * to // sr), (sr, to, n)
        np.testing.assert_allclose(got, resample(y, sr, to), atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 44099, 150_001])
def test_files(tmp_path: Path, n: int) -> None:
    """Read whole or in blocks; the number of Whisper's frames follows from it."""
    sf.write(tmp_path / "a.wav", voice_like(n).astype(np.float32), 22050, subtype="FLOAT")
    whole, expected = load(tmp_path / "a.wav", 16000).samples, librosa.load(tmp_path / "a.wav", sr=16000)[0]
    blocks = np.concatenate([block.samples for block in stream(tmp_path / "a.wav", 16000)])
    assert len(whole) == len(blocks) == len(expected)
    np.testing.assert_allclose(blocks, whole, atol=1e-6)
    assert log_mel(whole, preset="whisper").shape == log_mel(expected, preset="whisper").shape


def test_nothing_stays_nothing_and_rates_are_whole_numbers() -> None:
    assert resample(np.zeros((3, 0)), 44100, 16000).shape == (3, 0)
    assert resample(np.zeros((0, 441)), 44100, 16000).shape == (0, 160)
    for wrong in (0, -1, 16000.0, "16000", True, 1 << 25):
        with pytest.raises(ParameterError, match=r"to is .*: expected a whole number"):
            resample(np.zeros(10), 8000, wrong)
        with pytest.raises(ParameterError, match=r"sr is .*: expected a whole number"):
            resample(np.zeros(10), wrong, 8000)
