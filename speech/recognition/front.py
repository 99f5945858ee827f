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
    """Log-mel features, less their mean over the clip, divided by the deviation of each band in the training data.

    The mean over a clip is its loudness and the colour of its microphone: the same words at another volume have the
    same features.

    Parameters
    ----------
    options : FeatureOptions
    deviation : (n_mels,) float32 array
    """

    options: FeatureOptions
    deviation: np.ndarray

    @classmethod
    def fitted(cls, options: FeatureOptions, clips: Sequence[np.ndarray]) -> Front:
        """Return the front whose deviation is that of some clips."""
        total, frames = np.zeros(options.n_mels), 0
        unit = cls(options=options, deviation=np.ones(options.n_mels, np.float32))
        for clip in clips:
            values, _ = unit.features([clip])
            total += np.square(values[0], dtype=np.float64).sum(1)
            frames += values.shape[2]
        return cls(options=options, deviation=np.sqrt(np.maximum(total / max(1, frames), 1e-4)).astype(np.float32))

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
        mean = (values * inside[:, None]).sum(2) / np.maximum(frames, 1)[:, None]
        values = (values - mean[:, :, None]) / self.deviation[:, None]
        return np.where(inside[:, None], values, np.float32(0)).astype(np.float32, copy=False), frames
