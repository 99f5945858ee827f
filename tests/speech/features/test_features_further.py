"""Decibels, deltas, normalisation, Fourier transforms there and back: librosa's numbers, as arrays and as tensors."""

from __future__ import annotations

from typing import Any

import librosa
import numpy as np
import pytest
import torch
from sounds import voice_like

from nlpkit.errors import InputError, ParameterError
from nlpkit.speech import (
    FeatureOptions,
    cmvn,
    deltas,
    griffin_lim,
    istft,
    mel_spectrogram,
    pcen,
    power_to_db,
    spectrogram,
    stft,
)

BANDS = mel_spectrogram(voice_like(), n_mels=24)
both_kinds = pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["array", "tensor"])


@both_kinds
@pytest.mark.parametrize("options", [{}, {"top_db": None}, {"ref": 0.3, "amin": 1e-5, "top_db": 40.0}, {"ref": 1e-12}])
def test_power_to_db_is_librosas(kind: Any, options: dict[str, Any]) -> None:
    got = power_to_db(kind(BANDS), **options)
    np.testing.assert_allclose(got, librosa.power_to_db(BANDS, **options), rtol=1e-6, atol=1e-6)


@both_kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ref", [np.max, np.median, np.mean, np.min, lambda powers: np.median(powers, axis=0)])
@pytest.mark.parametrize("options", [{}, {"top_db": None}, {"amin": 1e-3, "top_db": 30.0}])
def test_a_reference_that_is_computed_is_librosas(kind: Any, dtype: Any, ref: Any, options: dict[str, Any]) -> None:
    bands = BANDS.astype(dtype)
    got = power_to_db(kind(bands), ref=ref, **options)
    assert str(got.dtype).endswith(np.dtype(dtype).name)
    np.testing.assert_allclose(got, librosa.power_to_db(bands, ref=ref, **options), rtol=1e-5, atol=1e-4)


@both_kinds
def test_a_reference_is_that_of_each_clip(kind: Any) -> None:
    clips = np.stack([BANDS, BANDS * 1e-3, BANDS * 0])
    got = np.asarray(power_to_db(kind(clips), ref=np.max))
    for clip, each in zip(clips, got, strict=True):
        np.testing.assert_allclose(each, librosa.power_to_db(clip, ref=np.max), atol=1e-9)
    assert power_to_db(kind(np.zeros((2, 24, 0))), ref=np.max).shape == (2, 24, 0)


def test_references_that_can_not_be() -> None:
    for options in ({"ref": 0}, {"ref": "max"}, {"amin": 0.0}, {"top_db": -1}, {"ref": lambda powers: np.nan}):
        with pytest.raises(ParameterError, match=f"{next(iter(options))} "):
            power_to_db(BANDS, **options)
    with pytest.raises(ParameterError, match="powers is complex128: expected powers, as abs"):
        power_to_db(stft(voice_like()))


def test_top_db_counts_from_each_clip_by_itself() -> None:
    clips = np.stack([BANDS, BANDS * 1e-6])
    np.testing.assert_allclose(power_to_db(clips)[1], power_to_db(clips[1]))


@both_kinds
@pytest.mark.parametrize(("width", "order"), [(9, 1), (9, 2), (3, 1), (5, 3)])
@pytest.mark.parametrize("mode", ["interp", "nearest"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_deltas_are_librosas(kind: Any, width: int, order: int, mode: str, dtype: Any) -> None:
    logs = power_to_db(BANDS).astype(dtype)
    got = deltas(kind(logs), width=width, order=order, mode=mode)
    expected = librosa.feature.delta(logs.astype(np.float64), width=width, order=order, mode=mode)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 if dtype == np.float64 else 1e-3)
    assert str(got.dtype).endswith(np.dtype(dtype).name)


def test_deltas_by_the_regression_of_the_htk_book() -> None:
    """d[t] = Σ n (c[t + n] - c[t - n]) / 2 Σ n², worked out term by term."""
    c = voice_like(30)
    padded = np.pad(c, 2, mode="edge")
    expected = [sum(n * (padded[t + 2 + n] - padded[t + 2 - n]) for n in (1, 2)) / 10 for t in range(30)]
    np.testing.assert_allclose(deltas(c, width=5, mode="nearest"), expected, atol=1e-12)


def test_deltas_that_can_not_be() -> None:
    with pytest.raises(ParameterError, match="width is 9: expected at most 8, the number of frames"):
        deltas(np.zeros((3, 8)))
    assert deltas(np.zeros((3, 8)), mode="nearest").shape == (3, 8)
    for wrong in ({"width": 4}, {"width": 1}, {"order": 0}, {"order": 9}, {"mode": "wrap"}):
        with pytest.raises(ParameterError):
            deltas(np.zeros((3, 20)), **wrong)


@both_kinds
def test_cmvn(kind: Any) -> None:
    got = np.asarray(cmvn(kind(BANDS)))
    np.testing.assert_allclose(got.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(got.std(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(cmvn(kind(BANDS), variance=False), BANDS - BANDS.mean(axis=1, keepdims=True), atol=1e-12)


@both_kinds
def test_cmvn_of_clips_of_different_lengths(kind: Any) -> None:
    clips = np.stack([BANDS, BANDS[::-1]])
    got = np.asarray(cmvn(kind(clips), lengths=[BANDS.shape[1], 11]))
    np.testing.assert_allclose(got[0], cmvn(BANDS))
    np.testing.assert_allclose(got[1, :, :11], cmvn(BANDS[::-1, :11]))
    assert not got[1, :, 11:].any()
    with pytest.raises(ParameterError, match="lengths"):
        cmvn(kind(clips), lengths=[3])


@both_kinds
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sr": 16000, "hop_length": 160},
        {"power": 0},
        {"bias": 0.0},
        {"gain": 0.5, "time_constant": 0.06, "eps": 1e-3},
    ],
    ids=str,
)
def test_pcen_is_librosas(kind: Any, options: dict[str, Any]) -> None:
    loud = BANDS * 2**31
    np.testing.assert_allclose(pcen(kind(loud), **options), librosa.pcen(loud, **options), rtol=1e-6, atol=1e-9)


def test_pcen_of_logarithms() -> None:
    with pytest.raises(InputError, match="an energy is negative: expected powers or amplitudes"):
        pcen(power_to_db(BANDS))


def test_gradients() -> None:
    x = torch.from_numpy(BANDS[:2, :12].copy()).requires_grad_()
    for function in (lambda x: deltas(x, width=3), cmvn, pcen, lambda x: power_to_db(x, top_db=None)):
        assert torch.autograd.gradcheck(function, x)
    y = torch.from_numpy(voice_like(60)).requires_grad_()
    options = FeatureOptions(n_fft=16, hop_length=5)
    assert torch.autograd.gradcheck(lambda y: istft(stft(y, preset=options) ** 2, preset=options), y)


@pytest.mark.parametrize("n_fft", [400, 441, 2048])
@pytest.mark.parametrize("hop_length", [100, 160])
def test_stft_is_librosas(n_fft: int, hop_length: int) -> None:
    y = np.stack([voice_like(9000), voice_like(9000, seed=1)])
    expected = librosa.stft(y, n_fft=n_fft, hop_length=hop_length)
    for got in (
        stft(y, n_fft=n_fft, hop_length=hop_length),
        stft(torch.from_numpy(y), n_fft=n_fft, hop_length=hop_length).numpy(),
        stft(torch.from_numpy(y).requires_grad_(), n_fft=n_fft, hop_length=hop_length).detach().numpy(),
    ):
        np.testing.assert_allclose(got, expected, atol=1e-9)
    narrow = stft(y.astype(np.float32), n_fft=n_fft, hop_length=hop_length, threads=2)
    assert narrow.dtype == np.complex64
    assert abs(narrow - expected).max() <= 1e-6 * abs(expected).max()


@pytest.mark.parametrize("preset", ["librosa", "torchaudio", "whisper", "kaldi"])
def test_its_powers_are_the_spectrogram(preset: str) -> None:
    y = voice_like(9000)
    if preset == "kaldi":
        options = FeatureOptions.of(preset, sample_scale=1.0, preemphasis=0.0, remove_dc=False)
    else:
        options = FeatureOptions.of(preset)
    np.testing.assert_allclose(
        np.abs(stft(y, preset=options)) ** 2, spectrogram(y, preset=options), rtol=1e-6, atol=1e-9
    )


@both_kinds
@pytest.mark.parametrize("n_fft", [400, 441])
@pytest.mark.parametrize("hop_length", [100, 147])
@pytest.mark.parametrize("length", [None, 9000, 8000, 9500])
def test_istft_is_librosas_and_brings_the_samples_back(
    kind: Any, n_fft: int, hop_length: int, length: int | None
) -> None:
    y = voice_like(9000)
    spectrum = librosa.stft(y, n_fft=n_fft, hop_length=hop_length)
    got = istft(kind(spectrum), n_fft=n_fft, hop_length=hop_length, length=length)
    expected = librosa.istft(spectrum, n_fft=n_fft, hop_length=hop_length, length=length)
    np.testing.assert_allclose(got, expected, atol=1e-9)
    n = min(len(expected), 9000 - n_fft)
    np.testing.assert_allclose(got[:n], y[:n], atol=1e-9)


@both_kinds
def test_griffin_lim_finds_phases(kind: Any) -> None:
    """The result has about the amplitudes asked for, more so after more rounds, and as much so as librosa's."""
    y = voice_like(12000)
    amplitudes = np.sqrt(spectrogram(y, n_fft=512, hop_length=128))

    def far(samples: Any) -> float:
        made = np.sqrt(spectrogram(np.asarray(samples), n_fft=512, hop_length=128))
        return float(np.linalg.norm(made - amplitudes) / np.linalg.norm(amplitudes))

    found = {n: griffin_lim(kind(amplitudes), n_fft=512, hop_length=128, n_iter=n, length=12000) for n in (0, 8, 32)}
    distances = {n: far(samples) for n, samples in found.items()}
    assert distances[32] < distances[8] < distances[0]
    theirs = librosa.griffinlim(amplitudes, n_fft=512, hop_length=128, n_iter=32, length=12000, random_state=0)
    assert distances[32] < 1.2 * far(theirs)
    again = griffin_lim(kind(amplitudes), n_fft=512, hop_length=128, n_iter=8, length=12000)
    np.testing.assert_array_equal(again, found[8])


def test_transforms_that_can_not_be() -> None:
    with pytest.raises(ParameterError, match=r"n_fft is 100: expected 400 or 401 for 201 frequencies"):
        istft(np.zeros((201, 5), complex), n_fft=100)
    with pytest.raises(ParameterError, match=r"shape \(201,\): expected \(..., frequencies, frames\)"):
        istft(np.zeros(201, complex))
    with pytest.raises(ParameterError, match="n_iter is -1"):
        griffin_lim(np.zeros((201, 5)), n_iter=-1)


@pytest.mark.parametrize("length", [0, 3000, 7000, 8100])
def test_griffin_lim_of_any_length(length: int) -> None:
    """A length that some frames lie beyond cuts the sound, and nothing else."""
    amplitudes = np.abs(stft(voice_like(8000), n_fft=256, hop_length=64))
    got = griffin_lim(amplitudes, n_fft=256, hop_length=64, n_iter=3, length=length)
    assert got.shape == (length,)
    whole = griffin_lim(amplitudes, n_fft=256, hop_length=64, n_iter=3)
    if length < 8000:
        np.testing.assert_allclose(got, whole[:length])


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["array", "tensor"])
@pytest.mark.parametrize("options", [{}, {"ref": np.max}, {"top_db": None}, {"top_db": 30.0, "ref": 0.5}], ids=",".join)
def test_powers_of_fewer_dimensions_keep_their_shape(kind: Any, options: dict[str, Any]) -> None:
    row = BANDS[3]
    got = np.asarray(power_to_db(kind(row), **options))
    np.testing.assert_allclose(got, librosa.power_to_db(row, **options), atol=1e-5)
    np.testing.assert_allclose(got, np.asarray(power_to_db(kind(row[None]), **options))[0])
    assert power_to_db(kind(100.0), top_db=None).shape == ()
    assert float(power_to_db(kind(100.0))) == pytest.approx(20)
    assert power_to_db([1, 0.1, 1e-30]).tolist() == [0.0, -10.0, -80.0]


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["array", "tensor"])
def test_features_of_too_few_dimensions(kind: Any) -> None:
    for call, given in ((cmvn, kind(np.ones(5))), (cmvn, kind(1.0)), (pcen, kind(1.0)), (deltas, kind(1.0))):
        with pytest.raises(
            ParameterError, match=r"^(features|energies) is .* of shape \(.*\): expected numbers of shape"
        ):
            call(given)
    np.testing.assert_allclose(np.asarray(pcen(kind(BANDS[3]))), np.asarray(pcen(kind(BANDS)))[3])
    assert cmvn([[1.0, 3.0]]).tolist() == [[-1.0, 1.0]]
    with pytest.raises(ParameterError, match="expected numbers"):
        deltas("words")
