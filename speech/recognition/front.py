"""Front: the features that a recogniser sees, computed from samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import log_mel


def front_features(sr: int, n_mels: int = 40) -> FeatureOptions:
    """Return the default features of a recogniser: logarithms of mel bands, every 10 ms over 25 ms.

    Examples
    --------
    >>> front_features(8000).hop_length, front_features(16000).n_fft
    (80, 512)
    """
    frame = round(sr * 0.025)
    return FeatureOptions(
        sr=sr,
        n_fft=1 << (frame - 1).bit_length(),
        win_length=frame,
        hop_length=round(sr * 0.01),
        n_mels=n_mels,
        fmin=60.0,
        mel_scale="htk",
        mel_norm=None,
        log="ln",
        amin=1e-7,
        top_db=None,
    )


@dataclass(frozen=True, kw_only=True)
class Front:
    """Log-mel features, relative to the loudness of the clip, and normalised by mean and deviation of each band.

    The loudness of a clip is one number: the logarithm of the mean energy of its frames, weighted by energy, so
    that pauses don't count. The same words at another volume have the same features. The mean of each band over a clip
    isn't subtracted: in a clip of one short word it is much of what tells it from another.

    Parameters
    ----------
    options : FeatureOptions
    mean, deviation : (n_mels,) float32 array
        Of the training data.
    """

    options: FeatureOptions
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fitted(cls, options: FeatureOptions, clips: Sequence[np.ndarray]) -> Front:
        """Return the front with the mean and the deviation of some clips."""
        zeros, ones = np.zeros(options.n_mels, np.float32), np.ones(options.n_mels, np.float32)
        unit = cls(options=options, mean=zeros, deviation=ones)
        total, squares, frames = np.zeros(options.n_mels), np.zeros(options.n_mels), 0
        for clip in clips:
            values = unit.features([clip])[0][0].astype(np.float64)
            total += values.sum(1)
            squares += np.square(values).sum(1)
            frames += values.shape[1]
        mean = total / max(1, frames)
        deviation = np.sqrt(np.maximum(squares / max(1, frames) - np.square(mean), 1e-4))
        return cls(options=options, mean=mean.astype(np.float32), deviation=deviation.astype(np.float32))

    @property
    def sr(self) -> int:
        """Sampling rate in Hz."""
        return self.options.sr

    def features(self, clips: Sequence[np.ndarray], *, threads: int | None = 1) -> tuple[np.ndarray, np.ndarray]:
        """Return the features of clips of any lengths.

        Parameters
        ----------
        clips : sequence of (n_samples,) float32 arrays
        threads : int, optional

        Returns
        -------
        values : (n_clips, n_mels, frames) float32 array
            0 after the end of a clip.
        lengths : (n_clips,) int64 array
            Frames of each clip.
        """
        samples = np.zeros((len(clips), max([1, *map(len, clips)])), np.float32)
        for row, clip in zip(samples, clips, strict=True):
            row[: len(clip)] = clip
        counts = np.array([len(clip) for clip in clips])
        values = log_mel(samples, preset=self.options, lengths=counts, threads=threads)
        frames = np.array([self.options.n_frames(int(count)) for count in counts], dtype=np.int64)
        inside = np.arange(values.shape[2]) < frames[:, None]
        values -= loudness(values, inside)[:, None, None]
        values -= self.mean[:, None]
        values /= self.deviation[:, None]
        values *= inside[:, None]
        return values, frames


def loudness(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the loudness of clips, in the unit of the features: ln(Σ e² / Σ e) of the energies e of their frames.

    Parameters
    ----------
    values : (n_clips, n_mels, frames) array
        Logarithms of mel bands.
    inside : (n_clips, frames) bool array
        Which frames belong to a clip.
    """
    energies = np.exp(values).sum(1) * inside
    least = np.finfo(np.float32).tiny
    return np.log(np.maximum(np.square(energies).sum(1), least) / np.maximum(energies.sum(1), least))
