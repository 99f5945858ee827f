"""Voice activity detection: `speech_regions`, by energy and spectral flatness, or by silero-vad if installed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlpkit.errors import MissingDependencyError, ParameterError, is_number, is_whole, require
from nlpkit.speech.audio.resampling import resample
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import spectrogram

METHODS = ("energy", "silero")

_HOP = 0.01  # seconds from frame to frame
_BELOW_SPEECH = 35.0  # dB; frames down to this far below the level of speech are speech
_ABOVE_FLOOR = 3.0  # dB above the level of pauses
_FLAT = 0.5  # spectral flatness above which a frame is noise, unless it is loud: white noise has 0.56


@dataclass(frozen=True, kw_only=True)
class SpeechRegion:
    """A region of speech.

    Attributes
    ----------
    start, end : float
        Seconds.
    """

    start: float
    end: float


def speech_regions(
    y: np.ndarray,
    sr: int,
    *,
    method: str = "energy",
    padding: float = 0.0,
    min_speech: float = 0.1,
    min_silence: float = 0.3,
) -> list[SpeechRegion]:
    """Find the regions that contain speech.

    A frame of 10 ms is speech if it is louder than the pauses and at most 35 dB below the loud parts of the speech.
    Frames with a flat spectrum (noise) must be louder.

    Parameters
    ----------
    y : (n_samples,) float32 or float64 array
    sr : int
        Sampling rate in Hz.
    method : {"energy", "silero"}
        Detection method; "silero" needs the package silero-vad.
    padding : float
        Seconds to add before and after each region.
    min_speech : float
        Shorter regions are dropped; in seconds.
    min_silence : float
        Shorter pauses are ignored; in seconds.

    Returns
    -------
    list of SpeechRegion
        In order of time, without overlaps.

    Raises
    ------
    InputError
        If a sample is NaN or infinite.
    MissingDependencyError
        If the method is "silero" and silero-vad is not installed.
    ParameterError
        If a number is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(16000) / 16000
    >>> voice = np.where((t > 0.3) & (t < 0.8), np.sin(2 * np.pi * 150 * t), 0.0)
    >>> [(round(region.start, 1), round(region.end, 1)) for region in speech_regions(voice, 16000)]
    [(0.3, 0.8)]
    """
    require(method in METHODS, "method", method, "one of " + ", ".join(map(repr, METHODS)))
    for name, value in (("padding", padding), ("min_speech", min_speech), ("min_silence", min_silence)):
        require(is_number(value, 0), name, value, "seconds, 0 or more")
    require(is_whole(sr, 1000), "sr", sr, "at least 1,000 samples a second")
    sr, padding, min_speech, min_silence = int(sr), float(padding), float(min_speech), float(min_silence)
    samples = clips_of(y).samples
    if len(samples) != 1:
        raise ParameterError(f"y has {len(samples)} clips: expected one, (n_samples,)")
    if method == "silero":
        found = _by_silero(samples[0], sr, min_speech, min_silence)
    else:
        found = _by_energy(samples[0], sr, min_speech, min_silence)
    return _padded(found, padding, samples.shape[1] / sr)


def _by_energy(y: np.ndarray, sr: int, min_speech: float, min_silence: float) -> list[tuple[float, float]]:
    hop = max(1, round(sr * _HOP))
    n = len(y) // hop
    if not n:
        return []
    levels = 10 * np.log10(np.maximum(np.square(y[: n * hop].reshape(n, hop), dtype=np.float64).mean(axis=1), 1e-12))
    floor, speech = _levels(levels)
    if speech - floor < 2 * _ABOVE_FLOOR:
        return [] if speech < -70 or _flatness(y, sr, hop, n).mean() > _FLAT / 2 else [(0.0, len(y) / sr)]
    threshold = max(floor + _ABOVE_FLOOR, speech - _BELOW_SPEECH)
    active = levels > threshold
    faint = active & (levels < floor + 3 * _ABOVE_FLOOR) & (floor > speech - _BELOW_SPEECH)
    if faint.any():
        active &= ~(faint & (_flatness(y, sr, hop, n) > _FLAT))
    regions = _runs(active)
    joined: list[list[int]] = []
    for start, end in regions:
        if joined and (start - joined[-1][1]) * hop < min_silence * sr:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return [(a * hop / sr, b * hop / sr) for a, b in joined if (b - a) * hop >= min_speech * sr]


def _levels(levels: np.ndarray) -> tuple[float, float]:
    """Return the level of the pauses and of the speech, in dB."""
    floor = float(np.percentile(levels, 10))
    loud = levels > max(floor + _ABOVE_FLOOR, levels.max() - 40)
    powers = 10 ** (levels[loud] / 10)
    return floor, float(10 * np.log10(powers.mean())) if len(powers) else floor


def _flatness(y: np.ndarray, sr: int, hop: int, n: int) -> np.ndarray:
    """Return the spectral flatness of each frame: the geometric mean of its powers divided by the arithmetic mean."""
    size = 1 << max(6, (round(sr * 0.025) - 1).bit_length())
    powers = spectrogram(y, preset=FeatureOptions(sr=sr, n_fft=size, hop_length=hop))[:, :n]
    first, last = round(100 * size / sr), max(round(min(4000, sr / 2) * size / sr), 4)
    band = np.maximum(powers[first:last], 1e-12)
    return np.exp(np.log(band).mean(axis=0)) / band.mean(axis=0)


def _runs(active: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _padded(found: list[tuple[float, float]], padding: float, duration: float) -> list[SpeechRegion]:
    regions: list[SpeechRegion] = []
    for start, end in found:
        start, end = max(0.0, start - padding), min(duration, end + padding)
        if regions and start <= regions[-1].end:
            start = regions.pop().start
        regions.append(SpeechRegion(start=start, end=end))
    return regions


def _by_silero(y: np.ndarray, sr: int, min_speech: float, min_silence: float) -> list[tuple[float, float]]:
    try:
        import silero_vad
        import torch
    except ImportError as error:
        raise MissingDependencyError("silero-vad isn't installed: pip install silero-vad") from error
    samples = torch.from_numpy(np.ascontiguousarray(resample(y.astype(np.float32), sr, 16000)))
    found = silero_vad.get_speech_timestamps(
        samples,
        silero_vad.load_silero_vad(onnx=False),
        sampling_rate=16000,
        min_speech_duration_ms=round(1000 * min_speech),
        min_silence_duration_ms=round(1000 * min_silence),
        speech_pad_ms=0,
    )
    return [(part["start"] / 16000, part["end"] / 16000) for part in found]
