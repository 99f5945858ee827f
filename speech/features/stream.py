"""Features of sound that arrives in pieces, from a microphone or a file of any length, in little memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.bands import Bands, bands_of
from nlpkit.speech.features.cepstra import cepstra
from nlpkit.speech.features.limits import db_size, shifted
from nlpkit.speech.features.options import FeatureOptions

KINDS = ("spectrogram", "mel_spectrogram", "log_mel", "mfcc")


class FeatureStream:
    """Frames of samples that arrive in pieces. Together they equal the frames of the whole.

    Parameters
    ----------
    kind : {"spectrogram", "mel_spectrogram", "log_mel", "mfcc"}
        The function of `nlpkit.speech` to apply.
    preset : {"librosa", "torchaudio", "whisper", "kaldi"} or FeatureOptions
    max_db : float, optional
        Level of the loudest band of the whole in dB (10 log10 of its power), the reference of the options' ``top_db``.
        Required unless ``top_db`` is None.
    threads : int, optional
        Default: all available cores.

    Raises
    ------
    ParameterError
        If ``top_db`` is set without ``max_db``, or an option is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.speech import log_mel
    >>> y = np.sin(np.arange(5000.0))
    >>> frames = FeatureStream("log_mel", preset="kaldi")
    >>> parts = [frames.push(y[:1234]), frames.push(y[1234:]), frames.finish()]
    >>> bool(np.allclose(np.concatenate(parts, axis=1), log_mel(y, preset="kaldi")))
    True
    """

    def __init__(
        self,
        kind: str = "log_mel",
        *,
        preset: str | FeatureOptions = "librosa",
        max_db: float | None = None,
        threads: int | None = None,
    ) -> None:
        require(kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
        self.options = options = FeatureOptions.of(preset)
        if kind == "mfcc" and options.log == "whisper":
            raise ParameterError("preset 'whisper' has no cepstral coefficients: use another preset")
        self.kind = kind
        self._top_db = top_db_of(options, kind)
        if self._top_db is not None and max_db is None:
            raise ParameterError(
                f"top_db is {self._top_db:g}, relative to the loudest band of the whole, which is unknown in a stream:"
                " set max_db, or use options with top_db=None and mfcc_top_db=None"
            )
        self._max_db, self._threads = max_db, threads
        is_plain = not options.center and not options.drop_last
        self._plain = options if is_plain else replace(options, center=False, drop_last=False)
        self._margin = options.n_fft // 2 if options.center else 0
        self._waiting: np.ndarray | None = None  # samples of incomplete frames
        self._begun = not self._margin
        self._latest: np.ndarray | None = None  # source of the padding after the last sample
        self._held: np.ndarray | None = None  # a frame that may be the last one
        self._samples = self._given = 0

    def push(self, y: np.ndarray) -> np.ndarray:
        """Add samples (n,) float32 or float64, and return the frames (bands, n_frames) that are complete.

        Raises
        ------
        InputError, ParameterError
            See `nlpkit.speech.spectrogram`.
        """
        y = clips_of(y).samples
        if len(y) != 1:
            raise ParameterError(f"y has {len(y)} clips: expected one")
        self._samples += y.shape[1]
        self._latest = self._joined(self._latest, y[0])[-(self._margin + 1) :]
        self._waiting = self._joined(self._waiting, y[0])
        if not self._begun and len(self._waiting) > self._margin:
            self._begin(np.pad(self._waiting[: self._margin + 1], (self._margin, 0), mode=self._mode)[: self._margin])
        return self._frames(self._waiting) if self._begun else self._made(np.zeros((1, 0), self._waiting.dtype))

    def finish(self) -> np.ndarray:
        """Return the last frames (bands, n_frames)."""
        waiting = self._waiting if self._waiting is not None else np.zeros(0, np.float32)
        latest = self._latest if self._latest is not None else waiting
        self._latest = self._waiting = None
        if not self._begun:  # fewer samples than padding
            bands = bands_of(waiting[None], self.options, **self._asked(), threads=self._threads)
            return self._finished(bands)
        if self._margin:
            after = np.pad(latest, (0, self._margin), mode=self._mode)[-self._margin :]
            waiting = np.concatenate([waiting, after])
        left = self.options.n_frames(self._samples) - self._given
        made = self._made(waiting[None])
        return (made if self._held is None else np.concatenate([self._held, made], axis=1))[:, :left]

    @property
    def _mode(self) -> Any:
        return self.options.pad_mode

    def _begin(self, before: np.ndarray) -> None:
        whole = np.concatenate([before, self._waiting])
        self._waiting = whole[(self.options.n_fft - self.options.frame_length) // 2 :]
        self._begun = True

    @staticmethod
    def _joined(one: np.ndarray | None, other: np.ndarray) -> np.ndarray:
        return other if one is None or not len(one) else np.concatenate([one, other])

    def _asked(self) -> dict[str, Any]:
        return {
            "mel": self.kind != "spectrogram",
            "log": self.kind in ("log_mel", "mfcc"),
            "energies": self.kind == "mfcc" and self.options.use_energy,
        }

    def _frames(self, waiting: np.ndarray) -> np.ndarray:
        made = self._made(waiting[None])
        self._waiting = waiting[made.shape[1] * self.options.hop_length :].copy()
        if self.options.drop_last:
            whole = made if self._held is None else np.concatenate([self._held, made], axis=1)
            self._held, made = whole[:, -1:], whole[:, :-1]
        self._given += made.shape[1]
        return made

    def _made(self, samples: np.ndarray) -> np.ndarray:
        return self._finished(bands_of(samples, self._plain, **self._asked(), threads=self._threads))

    def _finished(self, bands: Bands) -> np.ndarray:
        values = bands.values
        if self._top_db is not None and self._max_db is not None:
            least = (self._max_db - self._top_db) * db_size(self.options)
            np.maximum(values, values.dtype.type(least), out=values)
        if self.kind == "log_mel" and self.options.log == "whisper":
            values = shifted(values)
        if self.kind == "mfcc":
            values = cepstra(values, bands.energies, self.options)
        return values[0]


def top_db_of(options: FeatureOptions, kind: str) -> float | None:
    """Return ``top_db`` for a kind of features, or None."""
    return {"log_mel": options.top_db, "mfcc": options.mfcc_top_db}.get(kind)
