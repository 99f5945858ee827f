"""Verification: rounding is no difference, and a wrong option is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sounds import tone, voice_like

from nlpkit.speech import FeatureOptions, log_mel, mfcc, resample
from nlpkit.speech.verification import verify_features

VOICE = resample(voice_like(24000).astype(np.float32), 16000, 22050)
"""Nothing above 8 kHz."""

SOUNDS = {
    "voice": VOICE,
    "a quiet half": np.concatenate([VOICE, VOICE * np.float32(1e-4), np.zeros(9000, np.float32)]),
    "on an offset": VOICE * np.float32(0.01) + np.float32(0.5),
    "tone": tone(1000, 20000).astype(np.float32),
}
FUNCTIONS: dict[str, Any] = {"mel": log_mel, "mfcc": mfcc}


@pytest.mark.parametrize("sound", SOUNDS)
@pytest.mark.parametrize("kind", FUNCTIONS)
@pytest.mark.parametrize(
    ("reference", "options"),
    [
        ("librosa", FeatureOptions(power=1)),
        ("librosa", FeatureOptions(power=1, n_fft=512, n_mels=40)),
        ("librosa", FeatureOptions(top_db=np.inf, mfcc_top_db=np.inf)),
        ("kaldi-native-fbank", FeatureOptions.of("kaldi")),
        ("kaldi-native-fbank", FeatureOptions.of("kaldi", n_mels=40)),
    ],
    ids=str,
)
def test_rounding_is_no_difference(sound: str, kind: str, reference: str, options: FeatureOptions) -> None:
    found = verify_features(SOUNDS[sound], kind, options, reference)
    assert found.equal, found


@pytest.mark.parametrize("kind", FUNCTIONS)
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize(
    "wrong", [{"window": "hamming"}, {"fmin": 20.0}, {"win_length": 2047}, {"n_mels": 127}], ids=str
)
def test_a_wrong_option_is_a_difference(kind: str, power: int, wrong: dict[str, Any]) -> None:
    options = FeatureOptions(power=power)
    features = FUNCTIONS[kind](VOICE, preset=replace(options, **wrong))
    if kind == "mel" and "n_mels" in wrong:
        features = np.pad(features, ((0, 1), (0, 0)))
    found = verify_features(VOICE, kind, options, "librosa", found=features)
    assert not found.equal


@pytest.mark.parametrize("kind", FUNCTIONS)
@pytest.mark.parametrize("wrong", [{"preemphasis": 0.96}, {"remove_dc": False}, {"window": "hamming"}], ids=str)
def test_a_wrong_option_of_kaldi_is_a_difference(kind: str, wrong: dict[str, Any]) -> None:
    options = FeatureOptions.of("kaldi")
    samples = SOUNDS["on an offset"]
    features = FUNCTIONS[kind](samples, preset=replace(options, **wrong))
    assert not verify_features(samples, kind, options, "kaldi-native-fbank", found=features).equal


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_one_wrong_value_60_db_below_the_loudest(kind: str) -> None:
    options = FeatureOptions()
    features = FUNCTIONS[kind](VOICE, preset=options)
    levels = log_mel(VOICE, preset=options)
    band, frame = np.argwhere((levels > levels.max() - 60) & (levels < levels.max() - 55))[0]
    features[band if kind == "mel" else 3, frame] += 0.02
    assert verify_features(VOICE, kind, options, "librosa", found=features).difference == pytest.approx(0.02, abs=1e-3)
