"""Features of many files, decoded side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nlpkit.errors import require
from nlpkit.speech.audio import load
from nlpkit.speech.audio_source import AudioPath, RawFormat
from nlpkit.speech.feature_options import FeatureOptions
from nlpkit.speech.feature_stream import KINDS
from nlpkit.speech.features import log_mel, mel_spectrogram, mfcc, spectrogram
from nlpkit.threads import available_threads, iter_batches

_FUNCTIONS = dict(zip(KINDS, (spectrogram, mel_spectrogram, log_mel, mfcc), strict=True))


def file_features(
    paths: Iterable[AudioPath],
    kind: str = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    raw: RawFormat | None = None,
    threads: int | None = None,
) -> Iterator[np.ndarray]:
    """The features of each file, in order; as many files at a time as there are threads.

    Parameters
    ----------
    paths : iterable of paths or binary files
        Brought to the options' sampling rate, channels mixed. Each is held in memory while it is worked on; for files
        of hours see `nlpkit.speech.stream_features`.
    kind : {"spectrogram", "mel_spectrogram", "log_mel", "mfcc"}
    preset, raw
        See `nlpkit.speech.stream_features`.
    threads : int, optional
        Every core that the process may use, unless told.

    Yields
    ------
    (bands, frames) float32 array

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `nlpkit.speech.spectrogram`; at the file that is wrong.
    """
    require(kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
    options = FeatureOptions.of(preset)
    function: Any = _FUNCTIONS[kind]

    def work(_: int, path: AudioPath) -> np.ndarray:
        return function(load(path, options.sr, raw=raw).samples, preset=options, threads=1)

    return iter_batches(work, range(threads or available_threads()), paths)
