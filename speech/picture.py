"""Pictures of sound as PNG: a waveform above a spectrogram, a mel spectrogram or cepstral coefficients."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, require
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reading import info, stream
from nlpkit.speech.features.files import shorter_than_a_frame, stream_features
from nlpkit.speech.features.kinds import Kind, kind_of
from nlpkit.speech.features.mel_filters import to_mel
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import padded_length

KINDS = {"stft": "spectrogram", "mel": "mel_spectrogram", "mfcc": "mfcc"}
"""Kinds of pictures, with the function of `nlpkit.speech` that computes each."""

_COLUMNS = 2000  # maximum; beyond it, each column shows the maximum of several frames
_RANGE = 80.0  # dB below the maximum, unless the options have a top_db
_TICKS = (0, 100, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000)


@dataclass(frozen=True, kw_only=True)
class SoundPicture:
    """The data of a picture.

    Attributes
    ----------
    low, high : (n,) float32 arrays
        Minimum and maximum of the waveform in each column of pixels.
    seconds : float
        Duration of the sound.
    values : (bands, columns) float32 array
        Levels in dB below the maximum; cepstral coefficients unchanged.
    first, last : float
        Start of the first column and end of the last one, in seconds.
    """

    low: np.ndarray
    high: np.ndarray
    seconds: float
    values: np.ndarray
    first: float
    last: float


def sound_picture(
    path: AudioPath,
    kind: str | Kind = "mel",
    *,
    preset: str | FeatureOptions = "librosa",
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
) -> SoundPicture:
    """Compute the data of a picture. Memory use does not depend on the length of the file.

    Parameters
    ----------
    path, offset, duration, raw, channel, salvage
        See `nlpkit.speech.load`.
    kind : {"stft", "mel", "mfcc"}
        Linear frequency bands, mel bands, or cepstral coefficients.
    preset, pad_to, threads
        See `nlpkit.speech.spectrogram`. Levels are limited to the options' ``top_db`` below the maximum, or to 80 dB if
        there is none.

    Raises
    ------
    InputError
        If the sound is shorter than a frame; see also `nlpkit.speech.load`.
    MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `nlpkit.speech.spectrogram`.

    Warns
    -----
    FeatureWarning
        See `nlpkit.speech.mel_spectrogram`.
    """
    options = FeatureOptions.of(preset)
    features = _features(kind, options)
    least = padded_length(pad_to, options.sr)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    told = info(path, raw=raw, salvage=salvage)
    left = max(0.0, told.duration - offset)
    expected = max(round((left if duration is None else min(left, duration)) * options.sr), least)
    _rewind(path)
    low: list[np.ndarray] = []
    high: list[np.ndarray] = []
    n = 0
    for block in stream(path, options.sr, **part):
        grouped = _groups(block.samples[None], max(1, math.ceil(expected / _COLUMNS)))
        low += [group.min(axis=2)[0] for group in grouped]
        high += [group.max(axis=2)[0] for group in grouped]
        n += len(block.samples)
    if n < least:
        silence = np.zeros(math.ceil((least - n) / max(1, math.ceil(expected / _COLUMNS))), np.float32)
        low, high, n = [*low, silence], [*high, silence], least
    if not options.n_frames(n):
        raise shorter_than_a_frame(path, options)
    _rewind(path)
    pool = max(1, math.ceil(options.n_frames(n) / _COLUMNS))
    waiting = np.zeros((0, 0), np.float32)
    columns: list[np.ndarray] = []
    for frames in stream_features(path, features, preset=options, pad_to=pad_to, threads=threads, **part):
        waiting = frames if not waiting.size else np.concatenate([waiting, frames], axis=1)
        whole = waiting.shape[1] // pool * pool
        if whole:
            columns += [group.max(axis=2) for group in _groups(waiting[:, :whole], pool)]
            waiting = waiting[:, whole:]
    if waiting.size:
        columns.append(waiting.max(axis=1, keepdims=True))
    values = np.concatenate(columns, axis=1)
    if features.name != "mfcc":
        values = 20 / options.power * np.log10(np.maximum(values, 1e-10 ** (options.power / 2)))
        values = np.maximum(values - values.max(initial=-100), -_range(options))
    hop = options.hop_length / options.sr
    first = -hop / 2 if options.center else (options.frame_length - options.hop_length) / 2 / options.sr
    return SoundPicture(
        low=np.concatenate(low),
        high=np.concatenate(high),
        seconds=n / options.sr,
        values=values,
        first=first,
        last=first + values.shape[1] * pool * hop,
    )


def spectrogram_png(
    path: AudioPath,
    kind: str | Kind = "mel",
    *,
    preset: str | FeatureOptions = "librosa",
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    threads: int | None = None,
    title: str = "",
) -> bytes:
    """Draw the waveform and the features of `sound_picture`, with axes in seconds and Hz and a colour bar in dB.

    Parameters
    ----------
    path, kind, preset, offset, duration, pad_to, raw, channel, salvage, threads
        See `sound_picture`.
    title : str
        Title above the picture.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `sound_picture`.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(
            "a picture needs matplotlib, which isn't installed: pip install 'nlpkit[plot]'"
        ) from error
    options = FeatureOptions.of(preset)
    features = _features(kind, options)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    picture = sound_picture(path, features, preset=options, pad_to=pad_to, threads=threads, **part)
    figure = Figure(figsize=(11, 5.2), dpi=110, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    above, axes = figure.subplots(2, 1, sharex=True, height_ratios=(1, 4))
    _draw_waveform(above, picture)
    name = features.name
    shown = _draw_values(axes, picture, name, options)
    figure.colorbar(shown, ax=axes, pad=0.01, label="coefficient" if name == "mfcc" else "dB below the maximum")
    axes.set_xlim(0, max(picture.seconds, 1e-3))
    axes.set_xlabel("seconds")
    if offset:
        axes.xaxis.set_major_formatter(lambda x, _: f"{x + offset:g}")
    if title:
        above.set_title(title.replace("$", r"\$"), loc="left", fontsize=10)
    content = io.BytesIO()
    canvas.print_png(content)
    return content.getvalue()


def _features(kind: str | Kind, options: FeatureOptions) -> Kind:
    if isinstance(kind, Kind):
        return kind
    require(isinstance(kind, str) and kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
    return kind_of(KINDS[kind], options, stacklevel=4)


def _draw_waveform(axes: Any, picture: SoundPicture) -> None:
    n = len(picture.low)
    times = (np.arange(n) + 0.5) / n * picture.seconds
    axes.fill_between(times, picture.low, picture.high, color="#13315c", linewidth=0.6, edgecolor="#13315c")
    most = max(1e-6, float(np.abs([picture.low.min(), picture.high.max()]).max()))
    axes.set_ylim(-1.05 * most, 1.05 * most)
    axes.set_yticks([-most, 0, most], [f"{-most:.2g}", "0", f"{most:.2g}"], fontsize=8)
    axes.tick_params(labelbottom=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _draw_values(axes: Any, picture: SoundPicture, kind: str, options: FeatureOptions) -> Any:
    bands = picture.values.shape[0]
    given: dict[str, Any] = {"aspect": "auto", "origin": "lower", "interpolation": "nearest"}
    if kind == "mfcc":
        rest = np.abs(picture.values[1:])
        most = float(np.percentile(rest, 99)) if rest.size else 1.0
        extent = (picture.first, picture.last, -0.5, bands - 0.5)
        axes.set_ylabel("coefficient")
        return axes.imshow(picture.values, cmap="RdBu_r", vmin=-most, vmax=most, extent=extent, **given)
    axes.set_ylabel("Hz")
    given |= {"cmap": "magma", "vmin": -_range(options), "vmax": 0}
    if kind == "spectrogram":
        step = options.sr / options.n_fft
        extent = (picture.first, picture.last, -step / 2, (bands - 0.5) * step)
        shown = axes.imshow(picture.values, extent=extent, **given)
        axes.set_ylim(0, options.sr / 2)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        return shown
    # band i is the triangle around mel i + 1, in units of step
    scale = options.mel_scale
    lowest, highest = (float(to_mel(hz, scale)) for hz in (options.fmin, options.highest))
    step = (highest - lowest) / (bands + 1)
    extent = (picture.first, picture.last, lowest + step / 2, lowest + (bands + 0.5) * step)
    shown = axes.imshow(picture.values, extent=extent, **given)
    ticks = [hz for hz in _TICKS if lowest + step / 2 <= float(to_mel(hz, scale)) <= highest - step / 2]
    axes.set_yticks([float(to_mel(hz, scale)) for hz in ticks], [f"{hz:,}" for hz in ticks])
    axes.set_ylim(lowest + step / 2, lowest + (bands + 0.5) * step)
    return shown


def _range(options: FeatureOptions) -> float:
    return _RANGE if options.top_db is None else options.top_db


def _groups(values: np.ndarray, size: int) -> list[np.ndarray]:
    """Group adjacent columns of (bands, columns): (bands, n, size) arrays; a shorter last group is separate."""
    whole = values.shape[1] // size * size
    parts = []
    if whole:
        parts.append(values[:, :whole].reshape(len(values), -1, size))
    if whole < values.shape[1]:
        parts.append(values[:, None, whole:])
    return parts


def _rewind(path: AudioPath) -> None:
    if hasattr(path, "seek"):
        path.seek(0)
