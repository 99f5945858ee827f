"""Augmentation does what it says to each clip, the same for a seed, on arrays and on tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sounds import tone, voice_like

from nlpkit.errors import ParameterError
from nlpkit.speech.augment import add_noise, change_gain, change_speed, limit_band, reverberate, shift, spec_augment

CLIPS = np.stack([voice_like(8000, seed=seed) * (seed + 1) / 4 for seed in range(3)])
ROOM = np.concatenate(
    [[0.0, 0.1, 1.0], 0.4 * np.exp(-np.arange(900) / 200) * np.random.default_rng(0).normal(size=900)]
)
EVERY: dict[str, Any] = {
    "spec_augment": lambda y: spec_augment(y.reshape(3, 40, 200), seed=5),
    "change_gain": lambda y: change_gain(y, -6),
    "shift": lambda y: shift(y, 100),
    "faster": lambda y: change_speed(y, 1.1),
    "slower": lambda y: change_speed(y, 0.9),
    "white noise": lambda y: add_noise(y, 10, seed=5),
    "noise": lambda y: add_noise(y, 10, noise=ROOM, seed=5),
    "reverberate": lambda y: reverberate(y, ROOM),
    "limit_band": lambda y: limit_band(y, 16000, low=300, high=3400),
}
everyone = pytest.mark.parametrize("name", EVERY)


@everyone
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_and_arrays_agree(name: str, dtype: Any) -> None:
    y = CLIPS.astype(dtype)
    before = y.copy()
    expected = EVERY[name](y)
    assert expected.dtype == dtype
    got = EVERY[name](torch.from_numpy(y))
    assert got.dtype == torch.from_numpy(y).dtype
    np.testing.assert_allclose(got, expected, atol=1e-5 if dtype == np.float32 else 1e-12)
    np.testing.assert_array_equal(EVERY[name](y), expected)
    np.testing.assert_array_equal(y, before)


@everyone
def test_gradients_pass(name: str) -> None:
    y = torch.from_numpy(CLIPS).requires_grad_()
    EVERY[name](y).square().sum().backward()
    assert y.grad is not None
    assert torch.isfinite(y.grad).all()
    assert y.grad.abs().max() > 0


def runs(hidden: np.ndarray) -> list[int]:
    """Lengths of the stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hidden.astype(int), [0]])))
    return list(edges[1::2] - edges[::2])


def test_spec_augment_blanks_whole_rows_and_columns() -> None:
    x = np.random.default_rng(0).normal(size=(50, 40, 200)) + 3
    seen_widths = set()
    for clip, got in zip(
        x, spec_augment(x, time_masks=1, time_width=30, band_masks=1, band_width=8, fill=0.0), strict=True
    ):
        hidden = got == 0
        np.testing.assert_array_equal(got[~hidden], clip[~hidden])
        columns, rows = hidden.all(axis=0), hidden.all(axis=1)
        np.testing.assert_array_equal(hidden, columns[None] | rows[:, None])
        assert len(runs(columns)) <= 1
        assert len(runs(rows)) <= 1
        assert columns.sum() <= 30
        assert rows.sum() <= 8
        seen_widths.add(int(columns.sum()))
    assert len(seen_widths) > 10  # each clip has its own


def test_spec_augment_fills_by_the_mean_and_minds_short_clips() -> None:
    x = np.random.default_rng(0).normal(size=(40, 10)) + 3
    got = spec_augment(x, time_masks=5, time_width=100, time_share=0.1, band_masks=0)
    changed = (got != x).any(axis=0)
    assert max(runs(changed), default=0) <= 5  # each of five masks has one frame
    np.testing.assert_allclose(got[:, changed], x.mean())
    np.testing.assert_array_equal(spec_augment(x, time_masks=0, band_masks=0), x)


@pytest.mark.parametrize("factor", [0.9, 0.5, 1.1, 1.25, 2.0])
def test_speed_raises_the_pitch_and_keeps_the_loudness(factor: float) -> None:
    got = change_speed(tone(1000, 16000), factor)
    assert len(got) == round(16000 / factor)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * factor * np.arange(len(got)) / 16000)
    middle = slice(1500, len(got) - 1500)
    np.testing.assert_allclose(got[middle], expected[middle], atol=2e-3)


def test_speed_removes_what_would_fold_over() -> None:
    got = change_speed(tone(6000), 1.6)
    assert abs(got[500:-500]).max() < 1e-2


@pytest.mark.parametrize("snr", [-5.0, 0.0, 15.0])
@pytest.mark.parametrize("noise", [None, ROOM])
def test_noise_has_the_ratio_asked_for_in_each_clip(snr: float, noise: np.ndarray | None) -> None:
    added = add_noise(CLIPS, snr, noise=noise) - CLIPS
    ratio = 10 * np.log10((CLIPS**2).sum(axis=1) / (added**2).sum(axis=1))
    np.testing.assert_allclose(ratio, snr, atol=1e-6)
    assert abs(np.corrcoef(added[0], added[1])[0, 1]) < 0.999
    assert not add_noise(np.zeros(100), snr, noise=noise).any()


def test_white_noise_is_white() -> None:
    added = add_noise(np.ones(1 << 16), 0.0) - 1
    powers = (np.abs(np.fft.rfft(added)) ** 2)[1:].reshape(8, -1).mean(axis=1)
    assert powers.max() / powers.min() < 1.2


def test_reverberation_is_a_convolution() -> None:
    got = reverberate(CLIPS, ROOM)
    for clip, wet in zip(CLIPS, got, strict=True):
        expected = np.convolve(clip, ROOM)[2 : 2 + len(clip)]
        np.testing.assert_allclose(wet, expected * np.sqrt((clip**2).sum() / (expected**2).sum()), atol=1e-9)
    np.testing.assert_allclose(reverberate(CLIPS, np.array([0.0, 2.0])), CLIPS, atol=1e-12)


def test_a_band_is_kept_and_the_rest_goes() -> None:
    for hz, kept in ((100, 0.0), (250, 0.0), (400, 1.0), (3000, 1.0), (4000, 0.0), (7000, 0.0)):
        got = limit_band(tone(hz), 16000, low=300, high=3400)
        middle = slice(2000, -2000)
        np.testing.assert_allclose(got[middle], kept * tone(hz)[middle], atol=5e-3)
    np.testing.assert_allclose(limit_band(CLIPS, 16000), CLIPS, atol=1e-12)


def test_shift_and_gain() -> None:
    np.testing.assert_array_equal(shift(CLIPS, -8000), np.zeros_like(CLIPS))
    np.testing.assert_array_equal(shift(CLIPS, 9999), np.zeros_like(CLIPS))
    np.testing.assert_array_equal(shift(CLIPS, 3)[:, 3:], CLIPS[:, :-3])
    np.testing.assert_allclose((change_gain(CLIPS, -6.0) ** 2).sum(), (CLIPS**2).sum() * 10**-0.6)


def test_what_can_not_be() -> None:
    for call in (
        lambda: change_speed(CLIPS, 0.0),
        lambda: shift(CLIPS, 1.5),
        lambda: change_gain(CLIPS, float("nan")),
        lambda: change_gain((CLIPS * 3000).astype(np.int16), 3),
        lambda: add_noise(CLIPS, 3, seed=-1),
        lambda: add_noise(CLIPS, float("inf")),
        lambda: add_noise(CLIPS, 3, noise=np.zeros(5)),
        lambda: add_noise(CLIPS, 3, noise=np.ones((2, 5))),
        lambda: reverberate(CLIPS, np.zeros(3)),
        lambda: limit_band(CLIPS, 16000, low=4000, high=300),
        lambda: spec_augment(CLIPS, time_share=1.5),
        lambda: spec_augment(CLIPS, band_masks=-1),
    ):
        with pytest.raises(ParameterError):
            call()
