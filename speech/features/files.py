"""Features of many files, decoded in parallel, and of long files in blocks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reading import load, stream
from nlpkit.speech.features.kinds import Kind, kind_of
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import features_of, padded_length
from nlpkit.speech.features.stream import FeatureStream
from nlpkit.threads import available_threads, iter_batches


def file_features(
    paths: Iterable[AudioPath],
    kind: str = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    pad_to: float | None = None,
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
    preset, pad_to, raw, channel, salvage
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
    options = FeatureOptions.of(preset)
    asked = kind_of(kind, options)
    padded_length(pad_to, options.sr)

    def work(_: int, path: AudioPath) -> np.ndarray:
        samples = load(path, options.sr, raw=raw, channel=channel, salvage=salvage).samples
        return features_of(samples, asked, options, pad_to=pad_to, threads=1)

    return iter_batches(work, range(threads or available_threads()), paths)


def stream_features(
    path: AudioPath,
    kind: str | Kind = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    max_db: float | None = None,
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
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
    kind, preset, max_db, pad_to, threads
        See `FeatureStream`; by default a first pass finds max_db.

    Yields
    ------
    (bands, frames) float32 array

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `FeatureStream`.

    Warns
    -----
    FeatureWarning
        See `nlpkit.speech.mel_spectrogram`.
    """
    options = FeatureOptions.of(preset)
    asked = kind_of(kind, options)
    padded_length(pad_to, options.sr)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    return _streamed(path, asked, options, part, max_db=max_db, pad_to=pad_to, threads=threads)


def _streamed(
    path: AudioPath,
    kind: Kind,
    options: FeatureOptions,
    part: dict[str, Any],
    *,
    max_db: float | None,
    pad_to: float | None,
    threads: int | None,
) -> Iterator[np.ndarray]:
    if kind.top_db is not None and max_db is None:
        max_db = loudest_band(path, options, pad_to=pad_to, threads=threads, **part)
    frames = FeatureStream(kind, preset=options, max_db=max_db, pad_to=pad_to, threads=threads)
    for block in stream(path, options.sr, **part):
        made = frames.push(block.samples)
        if made.shape[1]:
            yield made
    made = frames.finish()
    if made.shape[1]:
        yield made


def gathered_features(
    path: AudioPath,
    kind: str | Kind = "log_mel",
    *,
    preset: str | FeatureOptions = "librosa",
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
) -> np.ndarray:
    """Return what `stream_features` yields as one array (bands, frames).

    Raises
    ------
    InputError
        If the sound is shorter than a frame; see also `stream_features`.
    MissingDependencyError, ParameterError
        See `stream_features`.
    """
    options = FeatureOptions.of(preset)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    asked = kind_of(kind, options)
    blocks = list(stream_features(path, asked, preset=options, pad_to=pad_to, threads=threads, **part))
    if not blocks:
        raise shorter_than_a_frame(path, options)
    return np.concatenate(blocks, axis=1)


def shorter_than_a_frame(path: AudioPath, options: FeatureOptions) -> InputError:
    """Return the error of a file that has no frame."""
    name = os.fspath(path) if isinstance(path, str | os.PathLike) else getattr(path, "name", "audio")
    frame = options.frame_length / options.sr
    return InputError(f"{name}: is shorter than a frame of {frame:g} s: pad it with pad_to={frame:g} (--pad-to)")


def loudest_band(
    path: AudioPath,
    options: FeatureOptions,
    *,
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
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
    kind = kind_of("log_mel", plain, stacklevel=None)
    frames = FeatureStream(kind, preset=plain, pad_to=pad_to, threads=threads)
    loudest = -inf
    for block in stream(path, options.sr, **part):
        loudest = max(loudest, float(frames.push(block.samples).max(initial=-inf)))
    loudest = max(loudest, float(frames.finish().max(initial=-inf)))
    if hasattr(path, "seek"):
        path.seek(0)
    return loudest
