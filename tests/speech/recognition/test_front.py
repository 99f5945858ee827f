"""The features that a recogniser sees."""

from __future__ import annotations

import numpy as np
import pytest
from tone_words import spoken

from nlpkit.speech import log_mel
from nlpkit.speech.recognition.front import Front, front_features

CLIPS = [spoken("abc", 1), spoken("a", 2), spoken("ca", 3)]


def test_a_clip_in_a_batch_has_its_own_features() -> None:
    front = Front.fitted(front_features(8000), CLIPS)
    together, lengths = front.features(CLIPS)
    for number, clip in enumerate(CLIPS):
        alone, [frames] = front.features([clip])
        assert frames == lengths[number]
        np.testing.assert_allclose(together[number, :, :frames], alone[0], atol=2e-5)
        assert not together[number, :, frames:].any()


def test_fitted_clips_have_mean_0_and_deviation_1() -> None:
    front = Front.fitted(front_features(8000), CLIPS)
    values = np.concatenate([front.features([clip])[0][0] for clip in CLIPS], axis=1)
    np.testing.assert_allclose(values.mean(1), 0, atol=1e-3)
    np.testing.assert_allclose(values.std(1), 1, atol=1e-3)


@pytest.mark.parametrize("gain", [0.25, 3.0])
def test_another_volume_has_the_same_features(gain: float) -> None:
    front = Front.fitted(front_features(8000), CLIPS)
    expected, _ = front.features(CLIPS[:1])
    found, _ = front.features([CLIPS[0] * np.float32(gain)])
    np.testing.assert_allclose(found, expected, atol=0.05)  # but for the limit of the logarithm


def test_pauses_do_not_change_the_loudness() -> None:
    """ln of the energy-weighted mean energy, by hand; silence of any length adds next to nothing to either sum."""
    options = front_features(8000)
    front = Front(options=options, mean=np.zeros(40, np.float32), deviation=np.ones(40, np.float32))
    bands = log_mel(CLIPS[0], preset=options)
    energies = np.exp(bands.astype(np.float64)).sum(0)
    expected = bands - np.log((energies**2).sum() / energies.sum())
    np.testing.assert_allclose(front.features(CLIPS[:1])[0][0], expected, atol=1e-4)
    longer, _ = front.features([np.concatenate([CLIPS[0], np.zeros(20000, np.float32)])])
    np.testing.assert_allclose(longer[0][:, 3:30], expected[:, 3:30], atol=1e-3)


def test_silence_and_no_sample_have_finite_features() -> None:
    front = Front.fitted(front_features(16000), [np.zeros(16000, np.float32)])
    for clip in (np.zeros(8000, np.float32), np.zeros(0, np.float32), np.ones(1, np.float32)):
        values, [frames] = front.features([clip])
        assert frames == values.shape[2] >= 1
        assert np.isfinite(values).all()
