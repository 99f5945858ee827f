"""Features of many files, decoded in parallel, and of long files in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from nlpkit.errors import require
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reading import load, stream
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import log_mel, mel_spectrogram, mfcc, spectrogram
from nlpkit.speech.features.stream import KINDS, FeatureStream, top_db_of
from nlpkit.threads import available_threads, iter_batches

_FUNCTIONS = dict(zip(KINDS, (spectrogram, mel_spectrogram, log_mel, mfcc), strict=True))


def file_features(
    paths: Iterable[AudioPath],
    kind: str = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
) -> Iterator[np.ndarray]:
    """Yield the features of each file, in order; each thread processes one file at a time.

    Parameters
    ----------
    paths : iterable of paths or binary files
        Files are resampled to the options' rate and mixed to mono. Each is held in memory while it is processed; for
        long files see `nlpkit.speech.stream_features`.
    kind : {"spectrogram", "mel_spectrogram", "log_mel", "mfcc"}
    preset, raw, channel, salvage
        See `nlpkit.speech.stream_features`.
    threads : int, optional
        Default: all available cores.

    Yields
    ------
    (bands, frames) float32 array

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `nlpkit.speech.spectrogram`; raised when the file is reached.
    """
    require(kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
    options = FeatureOptions.of(preset)
    function: Any = _FUNCTIONS[kind]

    def work(_: int, path: AudioPath) -> np.ndarray:
        return function(
            load(path, options.sr, raw=raw, channel=channel, salvage=salvage).samples, preset=options, threads=1
        )

    return iter_batches(work, range(threads or available_threads()), paths)


def stream_features(
    path: AudioPath,
    kind: str = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    max_db: float | None = None,
    offset: float = 0.0,
    duration: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
) -> Iterator[np.ndarray]:
    """Yield the features of a file of any length, in blocks of frames.

    The file is read twice if the maximum of the whole file is needed first.

    Parameters
    ----------
    path, offset, duration, raw, channel, salvage
        See `nlpkit.speech.load`. The file is resampled to the options' rate.
    kind, preset, max_db, threads
        See `FeatureStream`; by default a first pass finds max_db.

    Yields
    ------
    (bands, frames) float32 array

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `FeatureStream`.
    """
    options = FeatureOptions.of(preset)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    if top_db_of(options, kind) is not None and max_db is None:
        max_db = loudest_band(path, options, threads=threads, **part)
    frames = FeatureStream(kind, preset=options, max_db=max_db, threads=threads)
    for block in stream(path, options.sr, **part):
        made = frames.push(block.samples)
        if made.shape[1]:
            yield made
    made = frames.finish()
    if made.shape[1]:
        yield made


def loudest_band(
    path: AudioPath,
    options: FeatureOptions,
    *,
    offset: float = 0.0,
    duration: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
) -> float:
    """Return the level of the loudest band of a file, in dB.

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load`.
    """
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    plain = replace(options, log="db", top_db=None)
    frames = FeatureStream("log_mel", preset=plain, threads=threads)
    loudest = -inf
    for block in stream(path, options.sr, **part):
        loudest = max(loudest, float(frames.push(block.samples).max(initial=-inf)))
    loudest = max(loudest, float(frames.finish().max(initial=-inf)))
    if hasattr(path, "seek"):
        path.seek(0)
    return loudest
