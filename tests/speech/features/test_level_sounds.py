"""Sounds and bands that do not change: Kaldi's values of constant frames, and no noise out of rounding."""

from __future__ import annotations

from typing import Any

import kaldi_native_fbank
import numpy as np
import pytest
import torch

from nlpkit.speech import FeatureOptions, FeatureStream, cmvn, log_mel, mfcc

LEVELS = [0.0, 0.25, -0.5, 1.0, 1e-4, 0.1, 0.3, -0.7, 1 / 3, 0.99]
FLOOR = float(np.log(2.0**-23))


def kaldis(y: np.ndarray, name: str, **changes: Any) -> np.ndarray:
    given = getattr(kaldi_native_fbank, f"{name}Options")()
    given.frame_opts.dither, given.mel_opts.num_bins = 0, 23
    for option, value in changes.items():
        setattr(given, option, value)
    extractor = getattr(kaldi_native_fbank, f"Online{name}")(given)
    extractor.accept_waveform(16000, (y.astype(np.float64) * 32768).tolist())
    extractor.input_finished()
    return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).T


@pytest.mark.parametrize("level", LEVELS)
def test_a_constant_frame_has_kaldis_values(level: float) -> None:
    """Where the sum of its samples is exact, that is the floor; elsewhere what the rounded mean leaves."""
    y = np.full(1600, level, np.float32)
    bands = log_mel(y, preset="kaldi")
    np.testing.assert_allclose(bands, kaldis(y, "Fbank"), atol=1e-4)
    np.testing.assert_allclose(mfcc(y, preset="kaldi"), kaldis(y, "Mfcc"), atol=1e-3)
    plain = FeatureOptions.of("kaldi", use_energy=False)
    np.testing.assert_allclose(mfcc(y, preset=plain), kaldis(y, "Mfcc", use_energy=False), atol=1e-3)
    if level in LEVELS[:5]:
        np.testing.assert_allclose(bands, FLOOR, rtol=1e-6)
        np.testing.assert_allclose(mfcc(y, preset="kaldi")[0], FLOOR, rtol=1e-6)
        np.testing.assert_allclose(mfcc(y, preset="kaldi")[1:], 0, atol=1e-4)
    exact = log_mel(y.astype(np.float64), preset="kaldi")
    np.testing.assert_allclose(exact, FLOOR, rtol=1e-12)


def test_constant_frames_among_others() -> None:
    """Each frame by itself: in one block, in a stream, in several clips."""
    draw = np.random.default_rng(0)
    y = np.concatenate([np.full(900, 0.3), 0.1 * draw.standard_normal(1000), np.full(1500, -0.7), np.zeros(500)])
    y = y.astype(np.float32)
    expected = kaldis(y, "Fbank")
    np.testing.assert_allclose(log_mel(y, preset="kaldi"), expected, atol=1e-3)
    np.testing.assert_allclose(log_mel(np.stack([y, y]), preset="kaldi")[1], expected, atol=1e-3)
    frames = FeatureStream("log_mel", preset="kaldi")
    parts = [frames.push(piece) for piece in np.split(y, range(70, len(y), 70))]
    np.testing.assert_allclose(np.concatenate([*parts, frames.finish()], axis=1), expected, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["array", "tensor"])
@pytest.mark.parametrize("value", [FLOOR, -80.0, 0.1, 1e6 / 3, -1e-9, 12345.678])
def test_a_constant_band_becomes_0(kind: Any, dtype: Any, value: float) -> None:
    for frames in (1, 2, 3, 7, 98, 1000, 30011):
        got = np.asarray(cmvn(kind(np.full((2, frames), value, dtype))))
        assert got.dtype == dtype
        assert not got.any(), frames
    clips = np.full((2, 3, 50), value, dtype)
    clips[1, :, 20:] = 9  # of which only twenty frames count
    assert not np.asarray(cmvn(kind(clips), lengths=[50, 20])).any()
    assert not np.asarray(cmvn(kind(clips), lengths=[50, 20], variance=False)).any()


@pytest.mark.parametrize("offset", [0.0, -80.0, 1000.0])
def test_float32_agrees_with_float64(offset: float) -> None:
    draw = np.random.default_rng(0)
    for spread in (1e-2, 1.0, 30.0):
        bands = (offset + spread * draw.standard_normal((20, 3000))).astype(np.float32)
        bands[:5] = bands[:5, :1]  # some that do not change
        bands[5:8, 100] += spread  # and some that change once
        bands[5:8, 101:] = bands[5:8, :1]
        exact = cmvn(bands.astype(np.float64))
        np.testing.assert_allclose(cmvn(bands), exact, atol=2e-4)
        np.testing.assert_allclose(exact[8:].mean(axis=1), 0, atol=1e-9)
        np.testing.assert_allclose(exact[8:].std(axis=1), 1, atol=1e-9)
    assert cmvn(np.zeros((3, 0), np.float32)).shape == (3, 0)
