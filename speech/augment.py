"""Random augmentation of sound and features, which makes models robust when there are few recordings.

Every function takes arrays or tensors (..., n) on any device, returns the same type, and changes each clip
independently. Random numbers depend only on ``seed``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, is_number, is_real, is_whole, require, require_number, require_whole
from nlpkit.speech.clips import is_tensor


def spec_augment(
    features: Any,
    *,
    time_masks: int = 2,
    time_width: int = 40,
    time_share: float = 0.2,
    band_masks: int = 2,
    band_width: int = 15,
    fill: float | None = None,
    seed: int = 0,
) -> Any:
    """Mask random blocks of frames and of bands: SpecAugment (Park et al. 2019), without time warping.

    Parameters
    ----------
    features : (..., bands, frames) array or tensor
    time_masks, band_masks : int
        Number of masks of each kind per clip.
    time_width, band_width : int
        Maximum width of a mask, in frames or bands. The width is drawn uniformly from 0 to this number.
    time_share : float
        Maximum width of a time mask, as a share of the clip.
    fill : float, optional
        Value of the masked cells; default: the mean of each clip.
    seed : int

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If a number is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> masked = spec_augment(np.ones((80, 300)), fill=0.0, seed=1)
    >>> bool(0 < masked.mean() < 1)
    True
    """
    whole = {"time_masks": time_masks, "time_width": time_width, "band_masks": band_masks, "band_width": band_width}
    for name, value in whole.items():
        require_whole(name, value, 0)
    require_number("time_share", time_share, 0, 1)
    require(fill is None or is_real(fill), "fill", fill, "a number")
    bands, frames = features.shape[-2:]
    draw = _draw(seed)
    hidden = np.zeros((int(np.prod(features.shape[:-2], dtype=int)), bands, frames), dtype=bool)
    for clip in hidden:
        for first, last in _stretches(draw, time_masks, min(time_width, int(time_share * frames)), frames):
            clip[:, first:last] = True
        for first, last in _stretches(draw, band_masks, min(band_width, bands), bands):
            clip[first:last] = True
    hidden = hidden.reshape(tuple(features.shape))
    if is_tensor(features):
        import torch

        value = features.mean((-2, -1), keepdim=True) if fill is None else features.new_tensor(fill)
        return torch.where(torch.from_numpy(hidden).to(features.device), value, features)
    value = features.mean(axis=(-2, -1), keepdims=True) if fill is None else features.dtype.type(fill)
    return np.where(hidden, value, features)


def _check_sound(y: Any) -> None:
    kind = str(getattr(y, "dtype", type(y).__name__)).removeprefix("torch.")
    require(kind in ("float32", "float64"), "y", kind, "an array or tensor of float32 or float64")


def _draw(seed: int) -> np.random.Generator:
    require_whole("seed", seed, 0)
    return np.random.default_rng(seed)


def _stretches(draw: np.random.Generator, count: int, most: int, size: int) -> Iterator[tuple[int, int]]:
    for _ in range(count):
        width = int(draw.integers(0, most + 1))
        first = int(draw.integers(0, size - width + 1))
        yield first, first + width


def change_gain(y: Any, db: float) -> Any:
    """Change the volume by ``db`` decibels; negative values make it softer.

    Examples
    --------
    >>> import numpy as np
    >>> change_gain(np.array([0.1]), 20.0).tolist()
    [1.0]
    """
    _check_sound(y)
    require(is_number(db, -math.inf), "db", db, "a number of dB")
    return y * 10 ** (float(db) / 20)


def shift(y: Any, n: int) -> Any:
    """Shift sound by ``n`` samples: later if positive, earlier if negative. Samples outside the clip are dropped, and
    zeros fill the gap.

    Examples
    --------
    >>> import numpy as np
    >>> shift(np.array([1.0, 2.0, 3.0]), 1).tolist(), shift(np.array([1.0, 2.0, 3.0]), -2).tolist()
    ([0.0, 1.0, 2.0], [3.0, 0.0, 0.0])
    """
    _check_sound(y)
    require(is_whole(n, -math.inf), "n", n, "a whole number of samples")
    size = y.shape[-1]
    n = max(-size, min(int(n), size))
    kept = y[..., : size - n] if n >= 0 else y[..., -n:]
    return _padded(kept, max(n, 0), max(-n, 0))


def change_speed(y: Any, factor: float) -> Any:
    """Change speed and pitch by ``factor`` (Ko et al. 2015), like a tape played faster.

    The sound is resampled in the frequency domain.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    factor : float
        1.1 is 10 % faster.

    Returns
    -------
    (..., round(n_samples / factor)) array or tensor

    Raises
    ------
    ParameterError
        If the factor is not from 0.1 to 10.

    Examples
    --------
    >>> import numpy as np
    >>> change_speed(np.zeros(1100), 1.1).shape
    (1000,)
    """
    _check_sound(y)
    require_number("factor", factor, 0.1, 10)
    factor, size = float(factor), y.shape[-1]
    wanted = round(size / factor)
    if factor == 1 or not size:
        return y
    ratio = Fraction(factor).limit_denominator(1000)
    times = -(
        -(size + 1024 * max(1, round(factor))) // ratio.numerator
    )  # padded with silence, because the transform is periodic
    before, after = ratio.numerator * times, ratio.denominator * times
    xp = _transforms(y)
    kept = xp.rfft(_padded(y, 0, before - size))[..., : after // 2 + 1]
    kept = _padded(kept, 0, after // 2 + 1 - kept.shape[-1])
    return (xp.irfft(kept, after) * (after / before))[..., :wanted]


def add_noise(y: Any, snr_db: float, *, noise: Any = None, seed: int = 0) -> Any:
    """Add noise with a given signal-to-noise ratio.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    snr_db : float
        Ratio of the power of each clip to the power of its noise, in dB. A silent clip stays silent.
    noise : (n,) array or tensor, optional
        Noise samples; default: white noise. The excerpt starts at a random place and wraps around at the end.
    seed : int

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the noise is silent, or not one-dimensional.
    """
    _check_sound(y)
    require(is_number(snr_db, -math.inf), "snr_db", snr_db, "a number of dB")
    shape, draw = tuple(y.shape), _draw(seed)
    if noise is None:
        added: Any = draw.standard_normal(shape)
    else:
        given = noise.detach().cpu().numpy() if is_tensor(noise) else np.asarray(noise)
        if given.ndim != 1 or not given.any():
            raise ParameterError(f"noise has shape {given.shape}: expected a row of samples that are not all 0")
        starts = draw.integers(0, len(given), size=(*shape[:-1], 1))
        added = given[(starts + np.arange(shape[-1])) % len(given)]
    added = _like(added, y)
    power = (y * y).mean(-1)[..., None] * 10 ** (-float(snr_db) / 10)
    own = (added * added).mean(-1)[..., None]
    least = float(np.finfo(np.float32).tiny)
    share = power / (own.clamp_min(least) if is_tensor(own) else np.maximum(own, least))
    return y + added * share**0.5


def reverberate(y: Any, impulse: Any) -> Any:
    """Add reverberation: convolve sound with the impulse response of a room.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    impulse : (n,) array or tensor
        Its largest sample is taken as the direct sound, which keeps the time of the input. The result is scaled to
        the power of each clip.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the response is silent, or not one-dimensional.
    """
    _check_sound(y)
    given = impulse.detach().cpu().numpy() if is_tensor(impulse) else np.asarray(impulse)
    if given.ndim != 1 or not given.any():
        raise ParameterError(f"impulse has shape {given.shape}: expected a row of samples that are not all 0")
    size, direct = y.shape[-1], int(np.abs(given).argmax())
    length = size + len(given) - 1
    xp = _transforms(y)
    wet = xp.irfft(xp.rfft(y, length) * xp.rfft(_like(given, y), length), length)[..., direct : direct + size]
    if wet.shape[-1] < size:
        wet = _padded(wet, 0, size - wet.shape[-1])
    before, after = ((x * x).sum(-1)[..., None] for x in (y, wet))
    least = float(np.finfo(np.float32).tiny)
    return wet * (before / (after.clamp_min(least) if is_tensor(after) else np.maximum(after, least))) ** 0.5


def limit_band(y: Any, sr: int, *, low: float = 0.0, high: float | None = None) -> Any:
    """Band-pass filter: keep the frequencies from ``low`` to ``high`` Hz, like a telephone line.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    sr : int
        Sampling rate in Hz.
    low, high : float
        Cut-off frequencies in Hz; default of ``high``: no upper limit. Beyond them the gain falls to 0 within a tenth
        of an octave.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If ``low`` is not from 0 to below ``high``.
    """
    _check_sound(y)
    require(is_number(sr) and sr > 0, "sr", sr, "a number of Hz above 0")
    require(high is None or is_number(high), "high", high, "a number of Hz")
    top = float(sr / 2 if high is None else high)
    require(is_number(low) and low < top, "low", low, f"a number from 0 to below high ({top:g})")
    size = y.shape[-1]
    if not size:
        return y
    hz = np.fft.rfftfreq(size, 1 / float(sr))
    with np.errstate(divide="ignore"):
        octaves_below = np.log2(low / hz) if low else np.full_like(hz, -np.inf)
        octaves_above = np.log2(hz / top) if high is not None else np.full_like(hz, -np.inf)
    beyond = np.clip(np.maximum(octaves_below, octaves_above) / 0.1, 0, 1)
    xp = _transforms(y)
    return xp.irfft(xp.rfft(y) * _like(0.5 + 0.5 * np.cos(np.pi * beyond), y), size)


def _transforms(y: Any) -> Any:
    if is_tensor(y):
        import torch

        return torch.fft
    import scipy.fft

    return scipy.fft


def _like(x: np.ndarray, y: Any) -> Any:
    """Return the array as the type of ``y``."""
    if is_tensor(y):
        import torch

        return torch.from_numpy(np.ascontiguousarray(x)).to(y)
    return x.astype(y.dtype, copy=False)


def _padded(y: Any, before: int, after: int) -> Any:
    if is_tensor(y):
        import torch

        return torch.nn.functional.pad(y, (before, after))
    return np.pad(y, [(0, 0)] * (y.ndim - 1) + [(before, after)])
