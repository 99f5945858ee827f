"""LogMel and Mfcc: scikit-learn estimators that convert each clip into one vector, for classical pipelines."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count, pairwise
from typing import Any, ClassVar, Self

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError, is_number, require
from nlpkit.estimator import Estimator, OutputShape
from nlpkit.speech.audio.part import AudioPart
from nlpkit.speech.audio.reading import load
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.cepstra import check_cepstra
from nlpkit.speech.features.files import shorter_than_a_frame
from nlpkit.speech.features.kinds import Kind, kind_of
from nlpkit.speech.features.options import PRESETS, FeatureOptions
from nlpkit.speech.features.spectral import features_of, padded_length
from nlpkit.threads import available_threads, iter_batches

_OWN = ("sr", "n_fft", "hop_length", "n_mels", "win_length", "window", "power", "fmin", "fmax")
"""Parameters that are options of features; None keeps the preset's value."""


@dataclass(kw_only=True, eq=False, repr=False)
class ClipVectors(Estimator):
    """Mean and standard deviation of each feature over time.

    Parameters
    ----------
    preset : {"librosa", "torchaudio", "whisper", "kaldi"}, default="librosa"
        The library whose features are reproduced.
    sr : int, default=None
        Sampling rate in Hz; default: the preset's. Files are resampled to it; arrays must already have it.
    n_fft : int, default=None
        Samples per Fourier transform; default: the preset's.
    hop_length : int, default=None
        Samples between frames; default: the preset's.
    n_mels : int, default=None
        Number of mel bands; default: the preset's.
    win_length : int, default=None
        Samples of a frame, at most those of a Fourier transform; default: the preset's.
    window : {"hann", "hamming", "blackman", "bartlett", "boxcar", "povey"}, default=None
        Window function: hann, hamming, blackman, bartlett, boxcar or povey; default: the preset's.
    power : {1, 2}, default=None
        1 for amplitudes, 2 for powers; default: the preset's.
    fmin : float, default=None
        Lowest frequency of the mel bands, in Hz; default: the preset's.
    fmax : float, default=None
        Highest frequency of the mel bands, in Hz; default: the preset's.
    top_db : float or None, default="preset"
        Raise levels that are lower than the loudest of a clip by more dB than this; none for no limit.
    pad_to : float, default=None
        Pad shorter clips with silence to this duration in seconds; longer ones keep theirs. Default: no padding.
    segments : int, default=1
        Number of parts of equal length; mean and deviation are computed for each part.
    threads : int, default=None
        Number of clips processed at once; default: all available cores.
    """

    needs_fit = False
    passes = 0
    takes_sound = True
    features: ClassVar[str]
    """The function of `nlpkit.speech` that gives the features of a clip."""

    preset: str = "librosa"
    sr: int | None = None
    n_fft: int | None = None
    hop_length: int | None = None
    n_mels: int | None = None
    win_length: int | None = None
    window: str | None = None
    power: int | None = None
    fmin: float | None = None
    fmax: float | None = None
    top_db: float | str | None = "preset"
    pad_to: float | None = None
    segments: int = 1
    threads: int | None = None

    def fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """Check the parameters. No clip is read, because there is nothing to learn."""
        options = self._validate()
        kind_of(self.features, options, stacklevel=None if self._is_told(options) else 3)
        if isinstance(X, str | os.PathLike):
            raise _one_clip()
        return self

    def partial_fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """Same as `fit`."""
        return self.fit(X)

    def fit_transform(self, X: Iterable[Any], y: Any = None) -> np.ndarray:
        """Same as `transform`."""
        return self.fit(X).transform(X)

    def transform(self, X: Iterable[Any]) -> np.ndarray:
        """Return one vector per clip.

        Parameters
        ----------
        X : iterable of paths, binary files, AudioPart or arrays
            Arrays are (n_samples,) of float32 or float64.

        Returns
        -------
        (n_clips, segments * 2 * features) float32 array
            For each segment the means, then the deviations.

        Raises
        ------
        InputError
            If a file cannot be read, or a clip is shorter than one frame; ``pad_to`` pads it.
        ParameterError
            If a parameter is invalid, or an item is not a clip.
        """
        options = self._validate()
        if isinstance(X, str | os.PathLike):
            raise _one_clip()
        kind = kind_of(self.features, options, stacklevel=None if self._is_told(options) else 3)
        workers = range(self.threads or available_threads())
        clips = zip(count(), X, strict=False)
        rows = list(iter_batches(lambda _, clip: self._vector(*clip, kind, options), workers, clips))
        whole = np.stack(rows) if rows else np.zeros((0, self._width(options)), np.float32)
        return self._output(whole)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns, such as ``mfcc3_mean``."""
        features = self._width(self._validate()) // (2 * self.segments)
        parts = [f"part{i + 1}_" for i in range(self.segments)] if self.segments > 1 else [""]
        names = [
            f"{part}{self.kind}{i}_{what}" for part in parts for what in ("mean", "deviation") for i in range(features)
        ]
        return np.array(names, dtype=object)

    def output_shape(self) -> OutputShape:
        """The shape of the vectors."""
        return OutputShape(self._width(self._validate()), np.dtype(np.float32), sparse=False)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write a model folder for `nlpkit.load`. It holds only the parameters."""
        self._validate()
        options = {
            name: value.item() if isinstance(value, np.generic) else value for name, value in self.get_params().items()
        }
        artifact.save(path, kind=self.kind, options=options, force=force)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """Return the estimator that `save` wrote."""
        return cls(**stored.options)

    def _vector(self, number: int, clip: Any, kind: Kind, options: FeatureOptions) -> np.ndarray:
        named: Any
        if isinstance(clip, AudioPart):
            samples, named = clip.load(options.sr).samples, clip.name
        elif isinstance(clip, str | os.PathLike) or hasattr(clip, "read"):
            samples, named = load(clip, options.sr).samples, clip
        else:
            named = f"clip {number}"
            samples = clips_of(clip, what=f"clip {number}").samples
            if len(samples) != 1:
                raise ParameterError(f"clip {number} has {len(samples)} rows: expected samples of shape (n_samples,)")
            samples = samples[0]
        features = features_of(samples, kind, options, pad_to=self.pad_to, threads=1)
        if not features.shape[1]:
            raise shorter_than_a_frame(named, options)
        edges = np.linspace(0, features.shape[1], self.segments + 1)
        parts = [features[:, int(a) : max(int(a) + 1, int(b))] for a, b in pairwise(edges)]
        found = [np.concatenate([part.mean(axis=1), part.std(axis=1)]) for part in parts]
        return np.concatenate(found).astype(np.float32, copy=False)

    def _width(self, options: FeatureOptions) -> int:
        return 2 * self.segments * options.n_mels

    def _is_told(self, options: FeatureOptions) -> bool:
        """Whether these options have been warned of before; from now on they have."""
        before, self._told = getattr(self, "_told", None), options
        return before == options

    def _validate(self) -> FeatureOptions:
        self._one_of("preset", *PRESETS)
        self._whole("segments", 1, 1 << 16)
        for name in ("sr", "n_fft", "hop_length", "n_mels", "threads"):
            if getattr(self, name) is not None:
                self._whole(name, 1)
        options = FeatureOptions.of(self.preset, **{name: getattr(self, name) for name in _OWN})
        padded_length(self.pad_to, options.sr)
        if isinstance(self.top_db, str) and self.top_db == "preset":
            return options
        fits = self.top_db is None or (is_number(self.top_db) and self.top_db > 0)  # type: ignore[operator]
        require(fits, "top_db", self.top_db, "a number above 0, None for no limit, or 'preset'")
        return replace(options, top_db=self.top_db, mfcc_top_db=self.top_db)  # type: ignore[arg-type]


@dataclass(kw_only=True, eq=False, repr=False)
class LogMel(ClipVectors):
    """Log-mel features: the mean level of each mel band and its standard deviation.

    Features are computed by `nlpkit.speech.log_mel`.

    Parameters
    ----------
    preset : {"librosa", "torchaudio", "whisper", "kaldi"}, default="librosa"
        The library whose features are reproduced.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.speech import LogMel
    >>> LogMel(n_mels=40).transform([np.zeros(8000), np.ones(9000)]).shape
    (2, 80)
    """

    kind = "logmel"
    features = "log_mel"


@dataclass(kw_only=True, eq=False, repr=False)
class Mfcc(ClipVectors):
    """Mel-frequency cepstral coefficients: a short description of the spectrum's shape, with mean and standard
    deviation.

    Features are computed by `nlpkit.speech.mfcc`; preset "whisper" is not supported.

    Parameters
    ----------
    n_mfcc : int, default=None
        Number of coefficients; default: the preset's.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.speech import Mfcc
    >>> Mfcc(n_mfcc=13, segments=3).transform([np.zeros(8000), np.ones(9000)]).shape
    (2, 78)
    """

    kind = "mfcc"
    features = "mfcc"

    n_mfcc: int | None = None

    def _width(self, options: FeatureOptions) -> int:
        return 2 * self.segments * options.n_mfcc

    def _validate(self) -> FeatureOptions:
        options = super()._validate()
        if self.n_mfcc is not None:
            self._whole("n_mfcc", 1)
            options = FeatureOptions.of(options, n_mfcc=self.n_mfcc)
        check_cepstra(options)
        return options


def _one_clip() -> ParameterError:
    return ParameterError("found one path, expected an iterable of clips: put it in a list")
