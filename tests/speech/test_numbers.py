"""NumPy's integers and floats are numbers in all functions of sound; what is no number is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sounds import voice_like

from nlpkit.errors import ParameterError
from nlpkit.speech import (
    FeatureOptions,
    FeatureStream,
    LogMel,
    Mfcc,
    augment,
    cmvn,
    deltas,
    griffin_lim,
    istft,
    log_mel,
    mel_spectrogram,
    mfcc,
    pcen,
    power_to_db,
    resample,
    spectrogram,
    speech_regions,
    stft,
)

Y = voice_like(8000).astype(np.float32)
BANDS = mel_spectrogram(Y, n_mels=24)
SPECTRUM = stft(Y, n_fft=256, hop_length=64)

CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "resample": (lambda **given: resample(Y, **given), {"sr": 16000, "to": 8000}),
    "log_mel": (lambda **given: log_mel(Y, **given), {"sr": 16000, "n_fft": 512, "hop_length": 160, "n_mels": 40}),
    "spectrogram": (lambda **given: spectrogram(Y, **given), {"n_fft": 512, "hop_length": 160, "pad_to": 2}),
    "padded": (lambda **given: log_mel(Y, preset="whisper", **given), {"pad_to": 1.5, "threads": 1}),
    "mfcc": (lambda **given: mfcc(Y, preset="kaldi", **given), {"sr": 16000, "n_mels": 30, "n_mfcc": 12}),
    "options": (
        lambda **given: log_mel(Y, preset=FeatureOptions(**given)),
        {"fmin": 50.5, "fmax": 7000, "win_length": 300, "power": 1, "top_db": 20.5, "amin": 1e-6, "n_fft": 512},
    ),
    "preset": (
        lambda **given: log_mel(Y, preset=FeatureOptions.of("kaldi", **given)),
        {"sr": 8000, "win_length": 160, "preemphasis": 0.5, "sample_scale": 2.5},
    ),
    "FeatureStream": (
        lambda **given: FeatureStream(**given).push(Y),
        {"max_db": 20.5, "pad_to": 1},
    ),
    "LogMel": (
        lambda **given: LogMel(**given).transform([Y]),
        {"sr": 16000, "n_mels": 40, "segments": 2, "fmin": 40.5, "top_db": 30.5, "power": 1, "win_length": 900},
    ),
    "Mfcc": (lambda **given: Mfcc(**given).transform([Y]), {"n_mfcc": 12, "n_mels": 40, "pad_to": 1.5}),
    "deltas": (lambda **given: deltas(BANDS, **given), {"width": 5, "order": 2}),
    "cmvn": (lambda **given: cmvn(BANDS, **given), {"eps": 0.5}),
    "pcen": (
        lambda **given: pcen(BANDS, **given),
        {"sr": 16000, "hop_length": 160, "gain": 0.5, "bias": 1, "power": 0.25, "time_constant": 0.5, "eps": 0.25},
    ),
    "power_to_db": (lambda **given: power_to_db(BANDS, **given), {"ref": 2, "amin": 0.25, "top_db": 30}),
    "stft": (lambda **given: stft(Y, **given), {"n_fft": 256, "hop_length": 64}),
    "istft": (lambda **given: istft(SPECTRUM, **given), {"n_fft": 256, "hop_length": 64, "length": 7000}),
    "griffin_lim": (
        lambda **given: griffin_lim(np.abs(SPECTRUM), **given),
        {"n_fft": 256, "hop_length": 64, "n_iter": 2, "momentum": 0.5, "length": 7000, "seed": 3},
    ),
    "speech_regions": (
        lambda **given: speech_regions(Y, **given),
        {"sr": 16000, "padding": 0.25, "min_speech": 0.5, "min_silence": 0.25},
    ),
    "spec_augment": (
        lambda **given: augment.spec_augment(BANDS, **given),
        {"time_masks": 1, "time_width": 4, "time_share": 0.5, "band_masks": 1, "band_width": 3, "fill": 0.5, "seed": 2},
    ),
    "change_gain": (lambda **given: augment.change_gain(Y, **given), {"db": -6}),
    "shift": (lambda **given: augment.shift(Y, **given), {"n": -5}),
    "change_speed": (lambda **given: augment.change_speed(Y, **given), {"factor": 1.25}),
    "add_noise": (lambda **given: augment.add_noise(Y, **given), {"snr_db": 10, "seed": 2}),
    "limit_band": (lambda **given: augment.limit_band(Y, **given), {"sr": 16000, "low": 300, "high": 3000.5}),
}


def numbers(values: dict[str, Any], whole: Any, real: Any) -> dict[str, Any]:
    return {name: whole(value) if isinstance(value, int) else real(value) for name, value in values.items()}


@pytest.mark.parametrize("name", CALLS)
def test_numbers_of_numpy(name: str) -> None:
    """They give what Python's give; the floats of these calls are the same in 32 and in 64 bits, or nearly so."""
    function, given = CALLS[name]
    expected = function(**given)
    for whole, real in ((np.int64, np.float64), (np.int32, np.float32), (np.uint64, np.float64)):
        if whole is np.uint64 and any(isinstance(value, int) and value < 0 for value in given.values()):
            continue
        got = function(**numbers(given, whole, real))
        if isinstance(expected, np.ndarray):
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
        else:
            assert got == expected


@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_number(name: str) -> None:
    function, given = CALLS[name]
    for parameter in given:
        if parameter == "threads":
            continue
        for wrong in ("8000", True, float("nan"), [1]):
            with pytest.raises(ParameterError, match=parameter) as caught:
                function(**{**given, parameter: wrong})
            assert "\n" not in str(caught.value)
