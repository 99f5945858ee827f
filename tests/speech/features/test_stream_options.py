"""Frames of a stream are those of the whole, for options, lengths and cuts that are drawn."""

from __future__ import annotations

import random
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile as sf
from sounds import voice_like

from nlpkit.errors import FeatureWarning, ParameterError
from nlpkit.jobs.spectrograms import save_spectrograms
from nlpkit.speech import (
    FeatureOptions,
    FeatureStream,
    file_features,
    log_mel,
    mel_spectrogram,
    mfcc,
    spectrogram,
    stream_features,
)

FUNCTIONS: dict[str, Any] = {
    "spectrogram": spectrogram,
    "mel_spectrogram": mel_spectrogram,
    "log_mel": log_mel,
    "mfcc": mfcc,
}
SOUND = voice_like(4000)


def drawn(seed: int) -> tuple[str, FeatureOptions, np.ndarray, list[int], float | None]:
    """A kind of features, options, samples, places to cut them at, and a duration to pad to."""
    draw = random.Random(seed)
    preset = draw.choice(["librosa", "torchaudio", "whisper", "kaldi"])
    kind = draw.choice([kind for kind in FUNCTIONS if (kind, preset) != ("mfcc", "whisper")])
    n_fft = draw.choice([1, 2, 3, 5, 16, 25, 64, 100, 128, 200, 257, 400, 512, 441])
    n_mels = draw.randint(1, 40)
    changes: dict[str, Any] = {
        "n_fft": n_fft,
        "win_length": draw.choice([n_fft, n_fft, draw.randint(1, n_fft)]),
        "hop_length": draw.choice([draw.randint(1, n_fft), n_fft, draw.randint(1, 3 * n_fft), 4 * n_fft + 7]),
        "center": draw.random() < 0.6,
        "pad_mode": draw.choice(["constant", "reflect", "edge"]),
        "drop_last": draw.random() < 0.3,
        "power": draw.choice([1, 2]),
        "window": draw.choice(["hann", "hamming", "blackman", "bartlett", "boxcar", "povey"]),
        "n_mels": n_mels,
        "n_mfcc": draw.randint(1, n_mels),
        "fmin": draw.choice([0.0, 20.0, 300.0]),
        "fmax": draw.choice([3800.0, 7000.0]),
        "remove_dc": draw.random() < 0.3,
        "preemphasis": draw.choice([0.0, 0.0, 0.97]),
        "use_energy": draw.random() < 0.3,
        "lifter": draw.choice([0, 22]),
    }
    options = replace(FeatureOptions.of(preset), sr=16000, **changes)
    if draw.random() < 0.5:
        limit = draw.choice([None, 10.0, 80.0])
        options = replace(options, top_db=limit, mfcc_top_db=limit)
    size = draw.choice([0, 1, 2, n_fft // 2, n_fft // 2 + 1, draw.randint(0, n_fft), draw.randint(0, 3000)])
    y = SOUND[:size].astype(draw.choice([np.float32, np.float64]))
    cuts = sorted(draw.randint(0, size) for _ in range(draw.randint(0, 8)))
    if size < 200 and draw.random() < 0.5:
        cuts = list(range(1, size))  # pieces of one sample
    return kind, options, y, cuts, draw.choice([None, None, 0.0, 0.01, 0.1])


def streamed(
    kind: str, options: FeatureOptions, pieces: list[np.ndarray], max_db: float, pad_to: float | None
) -> np.ndarray:
    frames = FeatureStream(kind, preset=options, max_db=max_db, pad_to=pad_to)
    parts = [frames.push(piece) for piece in pieces]
    return np.concatenate([*parts, frames.finish()], axis=1)


def check(seed: int) -> None:
    kind, options, y, cuts, pad_to = drawn(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FeatureWarning)
        whole = FUNCTIONS[kind](y, preset=options, pad_to=pad_to)
        powers = mel_spectrogram(y, preset=options, pad_to=pad_to)
        max_db = float(10 * np.log10(max(powers.max(initial=0), options.amin)))
        plain = replace(
            options, use_energy=False
        )  # the scale of coefficients is that of the first one, before energies
        scale = float(np.abs(FUNCTIONS[kind](y, preset=plain, pad_to=pad_to)).max(initial=0))
        got = streamed(kind, options, np.split(y, cuts), max_db, pad_to)
    assert got.shape == whole.shape, (seed, options)
    scale = max(scale, 1.0 if kind in ("log_mel", "mfcc") else 1e-30)
    assert np.abs(got - whole).max(initial=0) <= 1e-6 * scale, (seed, options)


def test_a_stream_is_the_whole() -> None:
    for seed in range(150):
        check(seed)


@pytest.mark.slow
def test_a_stream_is_the_whole_for_a_thousand_options() -> None:
    for seed in range(1000, 2000):
        check(seed)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(1024, 4000), (64, 100), (400, 401), (256, 5000)])
def test_hops_larger_than_the_window(tmp_path: Path, n_fft: int, hop_length: int) -> None:
    """librosa's frames, whole, in pieces, and as the command writes them."""
    t = np.arange(20 * 16000) / 16000
    y = (0.3 * np.sin(2 * np.pi * (200 + 75 * t) * t)).astype(np.float32)
    expected = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop_length)) ** 2
    options = FeatureOptions(sr=16000, n_fft=n_fft, hop_length=hop_length)
    sf.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    save_spectrograms(tmp_path / "a.wav", tmp_path / "a.npy", kind="stft", preset=options)
    frames = FeatureStream("spectrogram", preset=options)
    parts = [frames.push(piece) for piece in np.split(y, range(1000, len(y), 1000))]
    for got in (
        spectrogram(y, preset=options),
        np.concatenate([*parts, frames.finish()], axis=1),
        np.load(tmp_path / "a.npy"),
    ):
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5 * expected.max())


def test_a_stream_keeps_no_view_of_the_samples() -> None:
    """A microphone's buffer is filled again and again."""
    y = voice_like(3000)
    buffer = np.empty(100)
    frames = FeatureStream("spectrogram", preset="torchaudio")
    parts = []
    for piece in y.reshape(-1, 100):
        buffer[:] = piece
        parts.append(frames.push(buffer))
    buffer[:] = 9
    got = np.concatenate([*parts, frames.finish()], axis=1)
    np.testing.assert_allclose(got, spectrogram(y, preset="torchaudio"), rtol=1e-9, atol=1e-12)


def test_a_stream_ends_once() -> None:
    frames = FeatureStream("spectrogram", preset="kaldi")
    frames.push(np.ones(500))
    assert frames.finish().shape == (257, 0)
    assert frames.finish().shape == (257, 0)
    with pytest.raises(ParameterError, match="has ended with finish"):
        frames.push(np.ones(500))


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_files_padded_to_a_duration(tmp_path: Path, kind: str) -> None:
    y = voice_like(9000).astype(np.float32)
    sf.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    for pad_to in (0.1, 2, np.float32(1.5)):
        expected = FUNCTIONS[kind](y, preset="torchaudio", pad_to=pad_to)
        parts = list(stream_features(tmp_path / "a.wav", kind, preset="torchaudio", pad_to=pad_to))
        atol = 1e-6 * np.abs(expected).max()
        np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=0, atol=atol)
        [whole] = file_features([tmp_path / "a.wav"], kind, preset="torchaudio", pad_to=pad_to)
        np.testing.assert_allclose(whole, expected, rtol=0, atol=atol)
    assert FUNCTIONS[kind](y, preset="torchaudio", pad_to=0.1).shape[1] == 46  # a longer clip keeps its length


@pytest.mark.parametrize("pad_to", [-1, float("nan"), float("inf"), "30", True])
def test_durations_that_can_not_be(pad_to: Any) -> None:
    for function in (
        lambda: log_mel(SOUND, pad_to=pad_to),
        lambda: FeatureStream(preset="kaldi", pad_to=pad_to),
        lambda: stream_features("a.wav", pad_to=pad_to),
        lambda: file_features(["a.wav"], pad_to=pad_to),
    ):
        with pytest.raises(ParameterError, match=r"pad_to is .*expected a number of seconds"):
            function()
