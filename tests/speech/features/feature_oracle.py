"""Features worked out frame by frame in float64, from the formulas of each reference, by sums and nothing faster.

Written from the papers and the documentation, not from nlpkit.speech: filters are found by asking of each frequency
where it stands in each triangle, transforms are products with a matrix of cosines and sines.
"""

from __future__ import annotations

import math

import numpy as np


def powers(frames: np.ndarray, n_fft: int) -> np.ndarray:
    """|DFT|² of frames (n, size <= n_fft), (n, 1 + n_fft // 2)."""
    n, k = np.arange(frames.shape[1]), np.arange(1 + n_fft // 2)[:, None]
    spectrum = frames @ np.exp(-2j * math.pi * n * k / n_fft).T
    return spectrum.real**2 + spectrum.imag**2


def htk_mel(f: float) -> float:
    return 2595 * math.log10(1 + f / 700)


def kaldi_mel(f: float) -> float:
    return 1127 * math.log(1 + f / 700)


def slaney_mel(f: float) -> float:
    return f * 3 / 200 if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)


def bisect(mel, value: float, top: float) -> float:
    """The frequency whose mel is ``value``."""
    low, high = 0.0, top
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mel(middle) < value else (low, middle)
    return (low + high) / 2


def triangle(x: float, left: float, middle: float, right: float) -> float:
    if not left < x < right:
        return 0.0
    return (x - left) / (middle - left) if x <= middle else (right - x) / (right - middle)


def filters(
    mel, n_mels: int, sr: int, n_fft: int, low: float, high: float, *, over_mel: bool, area: bool
) -> np.ndarray:
    """(n_mels, 1 + n_fft // 2), triangles over Hz or over mel, of equal area or of equal height."""
    step = (mel(high) - mel(low)) / (n_mels + 1)
    rows = []
    for band in range(n_mels):
        edges = [mel(low) + (band + i) * step for i in range(3)]
        hz = [bisect(mel, edge, sr) for edge in edges]
        places = [sr * k / n_fft for k in range(1 + n_fft // 2)]
        if over_mel:
            row = [triangle(mel(f), *edges) if k < n_fft // 2 else 0.0 for k, f in enumerate(places)]
        else:
            row = [triangle(f, *hz) * (2 / (hz[2] - hz[0]) if area else 1) for f in places]
        rows.append(row)
    return np.array(rows)


def hann(n: int) -> np.ndarray:
    return np.array([0.5 - 0.5 * math.cos(2 * math.pi * i / n) for i in range(n)])


def centred(y: np.ndarray, n_fft: int, hop: int, mode: str) -> np.ndarray:
    padded = np.pad(y, n_fft // 2, mode=mode)
    return np.array([padded[i : i + n_fft] for i in range(0, len(padded) - n_fft + 1, hop)])


def whisper(y: np.ndarray, n_mels: int = 80) -> np.ndarray:
    """Radford et al. 2022, section 2.2, and its published code's numbers."""
    frames = centred(y, 400, 160, "reflect")[:-1] * hann(400)
    bands = filters(slaney_mel, n_mels, 16000, 400, 0, 8000, over_mel=False, area=True) @ powers(frames, 400).T
    logs = np.log10(np.maximum(bands, 1e-10))
    return (np.maximum(logs, logs.max() - 8) + 4) / 4


def torchaudio_mel(y: np.ndarray, sr: int = 16000, n_mels: int = 128) -> np.ndarray:
    """MelSpectrogram(sr, n_mels=n_mels): n_fft 400, hop 200, reflected, HTK's scale, no norm, power 2."""
    frames = centred(y, 400, 200, "reflect") * hann(400)
    return filters(htk_mel, n_mels, sr, 400, 0, sr // 2, over_mel=False, area=False) @ powers(frames, 400).T


def torchaudio_db(y: np.ndarray, top_db: float | None = None) -> np.ndarray:
    """AmplitudeToDB of it."""
    db = 10 * np.log10(np.maximum(torchaudio_mel(y), 1e-10))
    return db if top_db is None else np.maximum(db, db.max() - top_db)


def cosine_transform(n_out: int, n_in: int) -> np.ndarray:
    rows = [[math.cos(math.pi * k * (n + 0.5) / n_in) for n in range(n_in)] for k in range(n_out)]
    return np.array(rows) * math.sqrt(2 / n_in) * np.array([math.sqrt(0.5)] + [1.0] * (n_out - 1))[:, None]


def torchaudio_mfcc(y: np.ndarray) -> np.ndarray:
    """MFCC(16000): 40 coefficients of dB within 80 dB."""
    return cosine_transform(40, 128) @ torchaudio_db(y, 80.0)


def kaldi(y: np.ndarray, sr: int = 16000, n_mels: int = 23) -> tuple[np.ndarray, np.ndarray]:
    """compute-fbank-feats and compute-mfcc-feats without dither: bands' logarithms, and coefficients."""
    size, hop = sr * 25 // 1000, sr // 100
    n_fft = 2 ** math.ceil(math.log2(size))
    window = np.array([(0.5 - 0.5 * math.cos(2 * math.pi * i / (size - 1))) ** 0.85 for i in range(size)])
    epsilon = float(np.finfo(np.float32).eps)
    frames, energies = [], []
    for start in range(0, len(y) - size + 1, hop):
        frame = y[start : start + size] * 32768.0
        frame = frame - sum(frame) / size
        energies.append(math.log(max(float(frame @ frame), epsilon)))
        before = [frame[0], *frame[:-1]]
        frames.append((frame - 0.97 * np.array(before)) * window)
    matrix = filters(kaldi_mel, n_mels, sr, n_fft, 20, sr / 2, over_mel=True, area=False)
    logs = np.log(np.maximum(matrix @ powers(np.array(frames), n_fft).T, epsilon))
    lifter = np.array([1 + 11 * math.sin(math.pi * i / 22) for i in range(13)])
    cepstra = cosine_transform(13, n_mels) @ logs * lifter[:, None]
    cepstra[0] = energies
    return logs, cepstra
