"""Clips side by side, of different lengths, in threads, as arrays and as tensors; and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sounds import voice_like

from nlpkit.errors import InputError, ParameterError
from nlpkit.speech import FeatureOptions, log_mel, mel_spectrogram, mfcc, spectrogram

PRESETS = ["librosa", "torchaudio", "whisper", "kaldi"]
FEATURES = {"spectrogram": spectrogram, "mel_spectrogram": mel_spectrogram, "log_mel": log_mel, "mfcc": mfcc}
PAIRS = [(name, preset) for name in FEATURES for preset in PRESETS if (name, preset) != ("mfcc", "whisper")]
every_pair = pytest.mark.parametrize(("name", "preset"), PAIRS)


@every_pair
def test_clips_side_by_side_are_the_clips_alone(name: str, preset: str) -> None:
    y = np.stack([voice_like(9000, seed=seed) * (seed + 1) / 8 for seed in range(6)]).reshape(2, 3, 9000)
    together = FEATURES[name](y, preset=preset)
    assert together.shape[:2] == (2, 3)
    for i in range(2):
        for j in range(3):
            np.testing.assert_array_equal(together[i, j], FEATURES[name](y[i, j], preset=preset))


@every_pair
@pytest.mark.parametrize("kind", ["array", "tensor", "with gradients"])
def test_lengths(name: str, preset: str, kind: str) -> None:
    """Samples behind the end of a shorter clip do not count, and its further frames are 0."""
    y = np.stack([voice_like(9000, seed=seed) for seed in range(4)])
    lengths = [9000, 0, 401, 5003]
    given: Any = y if kind == "array" else torch.from_numpy(y).requires_grad_(kind == "with gradients")
    together = FEATURES[name](given, preset=preset, lengths=lengths)
    together = together if kind == "array" else together.detach().numpy()
    for clip, length, got in zip(y, lengths, together, strict=True):
        alone = FEATURES[name](clip[:length], preset=preset)
        np.testing.assert_allclose(got[:, : alone.shape[1]], alone, rtol=1e-9, atol=1e-9)
        assert not got[:, alone.shape[1] :].any()


@every_pair
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_change_nothing(name: str, preset: str, dtype: Any) -> None:
    y = voice_like(300_000).astype(dtype)
    expected = FEATURES[name](y, preset=preset, threads=1)
    for threads in (2, 3, 7):
        np.testing.assert_array_equal(FEATURES[name](y, preset=preset, threads=threads), expected)


def test_threads_on_the_plain_code_path() -> None:
    y = voice_like(100_000)
    expected = log_mel(y, n_fft=1103, threads=1)
    np.testing.assert_array_equal(log_mel(y, n_fft=1103, threads=3), expected)


@every_pair
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tensors(name: str, preset: str, dtype: torch.dtype) -> None:
    """A plain tensor takes the compiled code path; one that requires gradients takes PyTorch's; both give the same."""
    y = torch.from_numpy(voice_like(9000)).to(dtype)
    expected = FEATURES[name](y.numpy(), preset=preset)
    plain = FEATURES[name](y, preset=preset)
    assert (plain.dtype, plain.requires_grad) == (dtype, False)
    np.testing.assert_array_equal(plain.numpy(), expected)
    tracked = FEATURES[name](y.clone().requires_grad_(), preset=preset)
    assert tracked.requires_grad
    scale = abs(expected).max()
    tolerance = 2e-6 * scale if name in ("spectrogram", "mel_spectrogram") else 1e-3
    np.testing.assert_allclose(
        tracked.detach().numpy(), expected, atol=tolerance if dtype == torch.float32 else 1e-9 * scale
    )


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("n_fft", [16, 15])
def test_gradients(preset: str, n_fft: int) -> None:
    """Those of finite differences; without ``top_db``, whose limit has a corner."""
    options = FeatureOptions.of(preset)
    small: dict[str, Any] = {"n_fft": n_fft, "hop_length": 5, "win_length": 14, "n_mels": 3, "n_mfcc": 2, "fmin": 0.0}
    y = torch.from_numpy(voice_like(40)).requires_grad_()
    from dataclasses import replace

    options = replace(options, **small, top_db=None, mfcc_top_db=None, sample_scale=1.0)
    for feature in (spectrogram, mel_spectrogram, log_mel, mfcc):
        if feature is not mfcc or preset != "whisper":
            assert torch.autograd.gradcheck(lambda y, feature=feature: feature(y, preset=options), y)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")
@every_pair
def test_a_gpu_gives_the_same(name: str, preset: str) -> None:
    y = np.stack([voice_like(9000, seed=seed).astype(np.float32) for seed in range(3)])
    expected = FEATURES[name](y, preset=preset, lengths=[9000, 4000, 8999])
    got = FEATURES[name](torch.from_numpy(y).cuda(), preset=preset, lengths=[9000, 4000, 8999])
    assert got.is_cuda
    np.testing.assert_allclose(got.cpu().numpy(), expected, rtol=1e-4, atol=1e-4 * abs(expected).max())


def test_no_samples() -> None:
    nothing = np.zeros((2, 0), np.float32)
    assert log_mel(nothing, preset="kaldi").shape == (2, 23, 0)
    assert log_mel(nothing, preset="whisper").shape == (2, 80, 0)
    np.testing.assert_array_equal(log_mel(nothing), np.full((2, 128, 1), -100, np.float32))
    assert mel_spectrogram(np.zeros((0, 900), np.float32)).shape == (0, 128, 2)


def test_a_clip_is_padded_where_that_is_asked_for_and_never_cut() -> None:
    y = voice_like(8000)
    np.testing.assert_array_equal(
        log_mel(y, preset="kaldi", pad_to=2.0), log_mel(np.pad(y, (0, 24000)), preset="kaldi")
    )
    np.testing.assert_array_equal(log_mel(y, preset="kaldi", pad_to=0.1), log_mel(y, preset="kaldi"))


@pytest.mark.parametrize("n_fft", [1, 2, 3, 4])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_shortest_transforms(n_fft: int) -> None:
    import librosa

    y = voice_like(200)
    expected = librosa.feature.melspectrogram(y=y, sr=22050, n_fft=n_fft, hop_length=7, n_mels=2)
    np.testing.assert_allclose(mel_spectrogram(y, n_fft=n_fft, hop_length=7, n_mels=2), expected, atol=1e-7)


def test_bands_too_narrow_for_a_frequency_are_silent() -> None:
    quiet = mel_spectrogram(voice_like(4000), sr=16000, n_fft=64, hop_length=32, n_mels=128)
    assert (quiet == 0).all(axis=1).any()
    assert (quiet > 0).all(axis=1).any()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(100, np.int16), r"int16.*divide by 32768"),
        (np.zeros(100, np.int32), r"int32.*divide by 2147483648"),
        (np.zeros(100, np.uint8), r"uint8.*128\) / 128"),
        (torch.zeros(100, dtype=torch.int16), r"int16.*divide by 32768"),
        (np.zeros(100, np.float16), "float16: expected"),
        (np.zeros(100, complex), "complex128"),
        ([0.0, 0.5], "list"),
        (0.5, "float"),
        (np.array(0.5), "single number"),
    ],
    ids=str,
)
def test_what_is_no_sound(y: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        log_mel(y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_samples_that_are_no_numbers(wrong: float, kind: Any) -> None:
    y = np.zeros((2, 5000))
    y[1, 4321] = wrong
    with pytest.raises(InputError, match=r"y has 1 sample that is NaN or infinite at 4,321 of clip 1: replace it,"):
        log_mel(kind(y))
    with pytest.raises(InputError, match=r"y has 1 sample that is NaN or infinite at 4,321: replace it,"):
        log_mel(kind(y[1]))
    y[1, 4400] = wrong
    with pytest.raises(InputError, match=r"2 samples that are NaN or infinite, the first at 4,321 of clip 1: replace"):
        log_mel(kind(y))


def test_large_samples_are_numbers() -> None:
    assert np.isfinite(log_mel(np.full(9000, 1e36, np.float32))).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "mel"}, "preset is 'mel': expected one of librosa, torchaudio, whisper, kaldi"),
        ({"preset": "whisper", "sr": 8000}, "expected 16000 for preset 'whisper'"),
        ({"n_fft": 0}, "n_fft is 0"),
        ({"hop_length": 2.5}, "hop_length is 2.5"),
        ({"n_mels": True}, "n_mels is True"),
        ({"lengths": [5]}, r"lengths is int64 of shape \(1,\): expected whole numbers of shape \(\)"),
        ({"lengths": 4001}, "lengths ranges from 4001 to 4001: expected 0 to 4000"),
        ({"lengths": 2.0}, "lengths is float64"),
    ],
    ids=str,
)
def test_options_that_can_not_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        log_mel(np.zeros(4000), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"win_length": 3000}, "win_length is 3000: expected a whole number from 1 to 2,048"),
        ({"fmax": 12000.0}, r"fmax is 12000.0: expected at most half of sr \(11025\)"),
        ({"fmin": 11025.0}, "fmin is 11025.0"),
        ({"window": "kaiser"}, "window is 'kaiser'"),
        ({"amin": 0.0}, "amin is 0.0"),
        ({"top_db": -3.0}, "top_db is -3.0"),
        ({"power": 3}, "power is 3"),
    ],
    ids=str,
)
def test_feature_options_that_can_not_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        FeatureOptions(**options)


def test_an_unknown_option() -> None:
    with pytest.raises(ParameterError, match="option is 'mels': expected one of sr, n_fft"):
        FeatureOptions.of("librosa", mels=3)


def test_more_coefficients_than_bands() -> None:
    with pytest.raises(ParameterError, match=r"n_mfcc is 30: expected at most n_mels \(23\)"):
        mfcc(np.zeros(4000), preset="kaldi", n_mfcc=30)
    with pytest.raises(ParameterError, match="preset 'whisper' has no cepstral coefficients"):
        mfcc(np.zeros(4000), preset="whisper")


def test_a_forked_process_has_threads_of_its_own() -> None:
    import multiprocessing

    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no fork")
    y = voice_like(200_000)
    log_mel(y, threads=2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        [made] = pool.map_async(_with_two_threads, [y]).get(timeout=60)
    np.testing.assert_array_equal(made, log_mel(y))


def _with_two_threads(y: np.ndarray) -> np.ndarray:
    return log_mel(y, threads=2)
