"""Features in pieces are those of the whole."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from sounds import voice_like

from nlpkit.errors import ParameterError
from nlpkit.speech import FeatureOptions, FeatureStream, log_mel, mel_spectrogram, mfcc, spectrogram, stream_features

FEATURES = {"spectrogram": spectrogram, "mel_spectrogram": mel_spectrogram, "log_mel": log_mel, "mfcc": mfcc}
PRESETS = ["librosa", "torchaudio", "whisper", "kaldi"]
PAIRS = [(kind, preset) for kind in FEATURES for preset in PRESETS if (kind, preset) != ("mfcc", "whisper")]
every_pair = pytest.mark.parametrize(("kind", "preset"), PAIRS)


def pieces(y: np.ndarray, seed: int) -> list[np.ndarray]:
    draw = random.Random(seed)
    cuts = sorted(draw.randrange(len(y) + 1) for _ in range(draw.randrange(8)))
    return np.split(y, cuts)


def loudest_db(y: np.ndarray, preset: Any) -> float:
    return float(10 * np.log10(max(mel_spectrogram(y, preset=preset).max(initial=0), 1e-10)))


@every_pair
@pytest.mark.parametrize("n", [0, 1, 150, 201, 399, 400, 401, 560, 1024, 1025, 5000, 20000])
def test_pieces(kind: str, preset: str, n: int) -> None:
    y = voice_like(20000)[:n]
    expected = FEATURES[kind](y, preset=preset)
    for seed in range(5):
        frames = FeatureStream(kind, preset=preset, max_db=loudest_db(y, preset))
        parts = [frames.push(piece) for piece in pieces(y, seed)]
        parts.append(frames.finish())
        np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("pad_mode", ["constant", "reflect", "edge"])
@pytest.mark.parametrize(("n_fft", "win_length", "hop_length"), [(512, 400, 160), (400, None, 500), (441, 300, 77)])
def test_pieces_with_other_numbers(pad_mode: str, n_fft: int, win_length: int | None, hop_length: int) -> None:
    for drop_last in (False, True):
        options = FeatureOptions(
            n_fft=n_fft, win_length=win_length, hop_length=hop_length, pad_mode=pad_mode, drop_last=drop_last
        )
        y = voice_like(7001)
        frames = FeatureStream("spectrogram", preset=options)
        parts = [frames.push(piece) for piece in pieces(y, 1)]
        whole = np.concatenate([*parts, frames.finish()], axis=1)
        np.testing.assert_allclose(whole, spectrogram(y, preset=options), rtol=1e-6, atol=1e-6)


@every_pair
@pytest.mark.parametrize("sr", [16000, 44100])
def test_files(tmp_path: Path, kind: str, preset: str, sr: int) -> None:
    """Whatever their rate; a file is read twice where its loudest band has to be known."""
    from nlpkit.speech import load

    sf.write(tmp_path / "a.wav", voice_like(200_000), sr)
    options = FeatureOptions.of(preset, sr=16000)
    expected = FEATURES[kind](load(tmp_path / "a.wav", 16000).samples, preset=options)
    parts = list(stream_features(tmp_path / "a.wav", kind, preset=options))
    assert len(parts) > 1
    got = np.concatenate(parts, axis=1)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4 * abs(expected).max())
    if sr == 16000:
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * abs(expected).max())


def test_a_loudest_band_is_needed_where_it_counts() -> None:
    for preset in ("librosa", "whisper"):
        with pytest.raises(ParameterError, match="set max_db, or use options with top_db=None") as caught:
            FeatureStream(preset=preset)
        assert "\n" not in str(caught.value)
    FeatureStream("mel_spectrogram")
    FeatureStream(preset=FeatureOptions(top_db=None))
    FeatureStream(preset="kaldi")
    with pytest.raises(ParameterError, match="mfcc_top_db=None"):
        FeatureStream("mfcc", preset="torchaudio")


def test_streams_that_can_not_be() -> None:
    with pytest.raises(ParameterError, match="kind is 'mel'"):
        FeatureStream("mel")
    with pytest.raises(ParameterError, match="y has 2 clips: expected one"):
        FeatureStream(preset="kaldi").push(np.zeros((2, 100)))
    with pytest.raises(ParameterError, match="int16"):
        FeatureStream(preset="kaldi").push(np.zeros(100, np.int16))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ru_maxrss")
def test_three_hours_take_little_memory(tmp_path: Path) -> None:
    """And give the frames of each part of them."""
    hour = np.tile((voice_like(160_000) * 32767).astype(np.int16), 360)
    with sf.SoundFile(tmp_path / "a.wav", "w", 16000, 1, "PCM_16") as file:
        for _ in range(3):
            file.write(hour)
    code = (
        "import resource, sys; import numpy as np\n"
        "from nlpkit.speech import stream_features\n"
        "n = 0; total = 0.0\n"
        "for block in stream_features(sys.argv[1], preset='whisper'):\n"
        "    n += block.shape[1]; total += float(block.sum(dtype=np.float64))\n"
        "if sys.platform == 'linux':  # where ru_maxrss begins with that of the process before\n"
        "    [peak] = [int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "else: peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "print(n, total, peak // 1024)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path / "a.wav")], capture_output=True, text=True, check=True
    )
    n, total, peak = map(float, ran.stdout.split())
    assert n == 3 * 3600 * 100
    assert peak <= 400
    minute = log_mel(hour[: 16000 * 60].astype(np.float32) / 32768, preset="whisper")
    assert total / n == pytest.approx(float(minute.mean(dtype=np.float64)) * 80, rel=2e-3)
