"""Features of sound that arrives in pieces, from a microphone or a file of any length, in little memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, is_real, require
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.bands import Bands, bands_of
from nlpkit.speech.features.cepstra import cepstra
from nlpkit.speech.features.kinds import Kind, kind_of
from nlpkit.speech.features.limits import db_size, shifted
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import padded_length


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
    pad_to : float, optional
        At the end, pad a shorter clip with zeros to this duration in seconds. A longer clip keeps its length.
    threads : int, optional
        Default: all available cores.

    Raises
    ------
    ParameterError
        If ``top_db`` is set without ``max_db``, or an option is invalid.

    Warns
    -----
    FeatureWarning
        See `nlpkit.speech.mel_spectrogram`.

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
        kind: str | Kind = "log_mel",
        *,
        preset: str | FeatureOptions = "librosa",
        max_db: float | None = None,
        pad_to: float | None = None,
        threads: int | None = None,
    ) -> None:
        self.options = options = FeatureOptions.of(preset)
        self._kind = kind_of(kind, options)
        self.kind = self._kind.name
        require(max_db is None or is_real(max_db), "max_db", max_db, "a level in dB")
        if self._kind.top_db is not None and max_db is None:
            name = "mfcc_top_db" if self.kind == "mfcc" else "top_db"
            raise ParameterError(
                f"{name} is {self._kind.top_db:g} dB below the loudest band of the whole, which a stream cannot know:"
                f" set max_db, or use options with {name}=None"
            )
        self._max_db, self._threads = max_db, threads
        self._least = padded_length(pad_to, options.sr)
        is_plain = not options.center and not options.drop_last
        self._plain = options if is_plain else replace(options, center=False, drop_last=False)
        self._margin = options.n_fft // 2 if options.center else 0
        self._waiting = np.zeros(0, np.float32)  # samples of incomplete frames
        self._gap = 0  # samples to drop before the next frame, where frames are further apart than they are long
        self._begun = not self._margin
        self._ended = False
        self._latest = self._waiting  # source of the padding after the last sample
        self._held: np.ndarray | None = None  # a frame that may be the last one
        self._samples = self._given = 0

    def push(self, y: np.ndarray) -> np.ndarray:
        """Add samples (n,) float32 or float64, and return the frames (bands, n_frames) that are complete.

        Raises
        ------
        InputError, ParameterError
            See `nlpkit.speech.spectrogram`; also if the stream has ended.
        """
        if self._ended:
            raise ParameterError("the stream has ended with finish(): make a new FeatureStream")
        y = clips_of(y).samples
        if len(y) != 1:
            raise ParameterError(f"y has {len(y)} clips: expected one")
        return self._added(y[0])

    def finish(self) -> np.ndarray:
        """Return the last frames (bands, n_frames), and end the stream."""
        missing = self._least - self._samples
        parts = [self._added(np.zeros(missing, self._waiting.dtype))] if missing > 0 and not self._ended else []
        self._ended = True
        waiting, latest = self._waiting, self._latest
        self._waiting = self._latest = waiting[:0]
        if not self._begun:  # fewer samples than padding
            bands = bands_of(waiting[None], self.options, **self._asked(), threads=self._threads)
            parts.append(self._finished(bands))
            self._begun = True
        else:
            if self._margin and len(latest):
                after = np.pad(latest, (0, self._margin), mode=self._mode)[-self._margin :]
                waiting = np.concatenate([waiting, after[self._gap :]])
            left = self.options.n_frames(self._samples) - self._given
            made = self._made(waiting[None])
            parts.append((made if self._held is None else np.concatenate([self._held, made], axis=1))[:, :left])
        self._given = self.options.n_frames(self._samples)
        self._held = None
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    @property
    def _mode(self) -> Any:
        return self.options.pad_mode

    def _added(self, y: np.ndarray) -> np.ndarray:
        self._samples += len(y)
        self._latest = np.concatenate([self._latest, y])[-(self._margin + 1) :]  # never the caller's own array
        dropped = min(self._gap, len(y))
        self._gap -= dropped
        self._waiting = np.concatenate([self._waiting, y[dropped:]])
        if not self._begun and len(self._waiting) > self._margin:
            self._begin(np.pad(self._waiting[: self._margin + 1], (self._margin, 0), mode=self._mode)[: self._margin])
        return self._frames(self._waiting) if self._begun else self._made(np.zeros((1, 0), self._waiting.dtype))

    def _begin(self, before: np.ndarray) -> None:
        whole = np.concatenate([before, self._waiting])
        self._waiting = whole[(self.options.n_fft - self.options.frame_length) // 2 :]
        self._begun = True

    def _asked(self) -> dict[str, Any]:
        return {"mel": self._kind.mel, "log": self._kind.log, "energies": self._kind.energies}

    def _frames(self, waiting: np.ndarray) -> np.ndarray:
        made = self._made(waiting[None])
        passed = made.shape[1] * self.options.hop_length
        self._waiting = waiting[passed:].copy()
        self._gap += max(0, passed - len(waiting))
        if self.options.drop_last:
            whole = made if self._held is None else np.concatenate([self._held, made], axis=1)
            self._held, made = whole[:, -1:], whole[:, :-1]
        self._given += made.shape[1]
        return made

    def _made(self, samples: np.ndarray) -> np.ndarray:
        return self._finished(bands_of(samples, self._plain, **self._asked(), threads=self._threads))

    def _finished(self, bands: Bands) -> np.ndarray:
        values = bands.values
        if self._kind.top_db is not None and self._max_db is not None:
            least = (self._max_db - self._kind.top_db) * db_size(self.options)
            np.maximum(values, values.dtype.type(least), out=values)
        if self.kind == "log_mel" and self.options.log == "whisper":
            values = shifted(values)
        if self.kind == "mfcc":
            values = cepstra(values, bands.energies, self.options)
        return values[0]
