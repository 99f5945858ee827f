"""LogMel and Mfcc: clips in, a vector for each out, as scikit-learn's estimators: for classical pipelines."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator, OutputShape
from nlpkit.speech.audio.reading import load
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.options import PRESETS, FeatureOptions
from nlpkit.speech.features.spectral import log_mel, mfcc
from nlpkit.threads import available_threads, iter_batches


@dataclass(kw_only=True, eq=False, repr=False)
class ClipVectors(Estimator):
    """The mean of each feature over time, and then the deviation of each.

    Parameters
    ----------
    preset : {"librosa", "torchaudio", "whisper", "kaldi"}, default="librosa"
        Whose numbers features have.
    sr : int, default=None
        Samples a second. Files are brought to it, and arrays have it already. The preset's own unless told.
    n_fft : int, default=None
        Samples of a Fourier transform; the preset's own unless told.
    hop_length : int, default=None
        Samples from frame to frame; the preset's own unless told.
    n_mels : int, default=None
        Mel bands; the preset's own unless told.
    segments : int, default=1
        Cut each clip into so many parts of the same length, and give mean and deviation of each.
    threads : int, default=None
        How many clips are worked on at a time; every core that the process may use unless told.
    """

    needs_fit = False
    passes = 0
    takes_sound = True

    preset: str = "librosa"
    sr: int | None = None
    n_fft: int | None = None
    hop_length: int | None = None
    n_mels: int | None = None
    segments: int = 1
    threads: int | None = None

    def fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """Check the parameters: there is nothing to learn, and no clip is read."""
        self._validate()
        if isinstance(X, str | os.PathLike):
            raise _one_clip()
        return self

    def partial_fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """As `fit`."""
        return self.fit(X)

    def fit_transform(self, X: Iterable[Any], y: Any = None) -> np.ndarray:
        """As `transform`."""
        return self.fit(X).transform(X)

    def transform(self, X: Iterable[Any]) -> np.ndarray:
        """Return a vector for each clip.

        Parameters
        ----------
        X : iterable of paths, binary files or arrays
            Arrays are (n_samples,) of float32 or float64.

        Returns
        -------
        (n_clips, segments * 2 * features) float32 array
            Of each segment the means, then the deviations. Those of a clip shorter than a frame are 0.

        Raises
        ------
        InputError
            If a file can't be read.
        ParameterError
            If a parameter can't be, or something is no clip.
        """
        options = self._validate()
        if isinstance(X, str | os.PathLike):
            raise _one_clip()
        workers = range(self.threads or available_threads())
        rows = list(iter_batches(lambda _, clip: self._vector(*clip, options), workers, zip(count(), X, strict=False)))
        whole = np.stack(rows) if rows else np.zeros((0, self._width(options)), np.float32)
        return self._output(whole)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns, such as ``mfcc3_mean``."""
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
        """Write a model folder, of the parameters alone, that `nlpkit.load` reads."""
        self._validate()
        artifact.save(path, kind=self.kind, options=self.get_params(), force=force)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote."""
        return cls(**stored.options)

    def _vector(self, number: int, clip: Any, options: FeatureOptions) -> np.ndarray:
        if isinstance(clip, str | os.PathLike) or hasattr(clip, "read"):
            samples = load(clip, options.sr).samples
        else:
            samples = clips_of(clip, what=f"clip {number}").samples
            if len(samples) != 1:
                raise ParameterError(f"clip {number} has {len(samples)} rows: expected samples of shape (n_samples,)")
            samples = samples[0]
        features = self._features(samples, options)
        if not features.shape[1]:
            return np.zeros(2 * self.segments * len(features), np.float32)
        edges = np.linspace(0, features.shape[1], self.segments + 1)
        parts = [features[:, int(a) : max(int(a) + 1, int(b))] for a, b in pairwise(edges)]
        found = [np.concatenate([part.mean(axis=1), part.std(axis=1)]) for part in parts]
        return np.concatenate(found).astype(np.float32, copy=False)

    def _features(self, samples: np.ndarray, options: FeatureOptions) -> np.ndarray:
        """The features (n, frames) of a clip."""
        raise AttributeError(f"{type(self).__name__} has no features of its own")

    def _width(self, options: FeatureOptions) -> int:
        return 2 * self.segments * options.n_mels

    def _validate(self) -> FeatureOptions:
        self._one_of("preset", *PRESETS)
        self._whole("segments", 1, 1 << 16)
        for name in ("sr", "n_fft", "hop_length", "n_mels", "threads"):
            if getattr(self, name) is not None:
                self._whole(name, 1)
        numbers = {name: getattr(self, name) for name in ("sr", "n_fft", "hop_length", "n_mels")}
        return FeatureOptions.of(self.preset, **{name: value and int(value) for name, value in numbers.items()})


@dataclass(kw_only=True, eq=False, repr=False)
class LogMel(ClipVectors):
    """The logarithms of mel bands: how loud a clip is at each pitch, on average, and by how much that changes.

    Features are those of `nlpkit.speech.log_mel`.

    Parameters
    ----------
    preset : {"librosa", "torchaudio", "whisper", "kaldi"}, default="librosa"
        Whose numbers features have.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.speech import LogMel
    >>> LogMel(n_mels=40).transform([np.zeros(8000), np.ones(9000)]).shape
    (2, 80)
    """

    kind = "logmel"

    def _features(self, samples: np.ndarray, options: FeatureOptions) -> np.ndarray:
        return log_mel(samples, preset=options, threads=1)


@dataclass(kw_only=True, eq=False, repr=False)
class Mfcc(ClipVectors):
    """Mel-frequency cepstral coefficients: the shape of a clip's spectrum in few numbers, on average, and its changes.

    Features are those of `nlpkit.speech.mfcc`; "whisper" has none.

    Parameters
    ----------
    n_mfcc : int, default=None
        Coefficients; the preset's own unless told.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.speech import Mfcc
    >>> Mfcc(n_mfcc=13, segments=3).transform([np.zeros(8000), np.ones(9000)]).shape
    (2, 78)
    """

    kind = "mfcc"

    n_mfcc: int | None = None

    def _features(self, samples: np.ndarray, options: FeatureOptions) -> np.ndarray:
        return mfcc(samples, preset=options, threads=1)

    def _width(self, options: FeatureOptions) -> int:
        return 2 * self.segments * options.n_mfcc

    def _validate(self) -> FeatureOptions:
        options = super()._validate()
        if options.log == "whisper":
            raise ParameterError("whisper's features have no cepstral coefficients: take another preset")
        if self.n_mfcc is not None:
            self._whole("n_mfcc", 1, options.n_mels)
            options = FeatureOptions.of(options, n_mfcc=int(self.n_mfcc))
        if options.n_mfcc > options.n_mels:
            raise ParameterError(f"n_mels is {options.n_mels}: expected at least n_mfcc, {options.n_mfcc}")
        return options


def _one_clip() -> ParameterError:
    return ParameterError("found one path, expected an iterable of clips: put it in a list")
