"""Sound and features, changed at random, so that a model learns from few recordings what doesn't matter.

Every function takes arrays or tensors (..., n), on any device, gives back the same kind, and changes each clip by
itself. What is drawn depends on ``seed`` alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require
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
    """Blank out stretches of time and of frequency: SpecAugment (Park et al. 2019), without its warping of time.

    Parameters
    ----------
    features : (..., bands, frames) array or tensor
    time_masks, band_masks : int
        How many stretches of each kind a clip gets.
    time_width, band_width : int
        Frames or bands that a stretch has at most; from 0 on, all widths are as likely.
    time_share : float
        A stretch of time is no longer than this share of the clip.
    fill : float, optional
        What stretches are filled with; each clip's mean unless told.
    seed : int

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If a number can't be.

    Examples
    --------
    >>> import numpy as np
    >>> masked = spec_augment(np.ones((80, 300)), fill=0.0, seed=1)
    >>> bool(0 < masked.mean() < 1)
    True
    """
    whole = {"time_masks": time_masks, "time_width": time_width, "band_masks": band_masks, "band_width": band_width}
    for name, value in whole.items():
        require(isinstance(value, int) and value >= 0, name, value, "a whole number, 0 or more")
    require(0 <= time_share <= 1, "time_share", time_share, "a number from 0 to 1")
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
    require(isinstance(seed, int) and seed >= 0, "seed", seed, "a whole number, 0 or more")
    return np.random.default_rng(seed)


def _stretches(draw: np.random.Generator, count: int, most: int, size: int) -> Iterator[tuple[int, int]]:
    for _ in range(count):
        width = int(draw.integers(0, most + 1))
        first = int(draw.integers(0, size - width + 1))
        yield first, first + width


def change_gain(y: Any, db: float) -> Any:
    """Make sound louder or softer by so many dB.

    Examples
    --------
    >>> import numpy as np
    >>> change_gain(np.array([0.1]), 20.0).tolist()
    [1.0]
    """
    _check_sound(y)
    require(math.isfinite(db), "db", db, "a number of dB")
    return y * float(10 ** (db / 20))


def shift(y: Any, n: int) -> Any:
    """Move sound ``n`` samples later, or earlier if it is negative; what leaves the clip is lost, silence comes in.

    Examples
    --------
    >>> import numpy as np
    >>> shift(np.array([1.0, 2.0, 3.0]), 1).tolist(), shift(np.array([1.0, 2.0, 3.0]), -2).tolist()
    ([0.0, 1.0, 2.0], [3.0, 0.0, 0.0])
    """
    _check_sound(y)
    require(isinstance(n, int), "n", n, "a whole number of samples")
    size = y.shape[-1]
    n = max(-size, min(n, size))
    kept = y[..., : size - n] if n >= 0 else y[..., -n:]
    return _padded(kept, max(n, 0), max(-n, 0))


def change_speed(y: Any, factor: float) -> Any:
    """Play sound faster, and higher, by ``factor`` (Ko et al. 2015), as a tape would.

    Resampled by way of its Fourier transform.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    factor : float
        1.1 for a tenth faster.

    Returns
    -------
    (..., round(n_samples / factor)) array or tensor

    Raises
    ------
    ParameterError
        If the factor isn't from 0.1 to 10.

    Examples
    --------
    >>> import numpy as np
    >>> change_speed(np.zeros(1100), 1.1).shape
    (1000,)
    """
    _check_sound(y)
    require(0.1 <= factor <= 10, "factor", factor, "a number from 0.1 to 10")
    size = y.shape[-1]
    wanted = round(size / factor)
    if factor == 1 or not size:
        return y
    ratio = Fraction(factor).limit_denominator(1000)
    times = -(
        -(size + 1024 * max(1, round(factor))) // ratio.numerator
    )  # with silence, so that no end meets a beginning
    before, after = ratio.numerator * times, ratio.denominator * times
    xp = _transforms(y)
    kept = xp.rfft(_padded(y, 0, before - size))[..., : after // 2 + 1]
    kept = _padded(kept, 0, after // 2 + 1 - kept.shape[-1])
    return (xp.irfft(kept, after) * (after / before))[..., :wanted]


def add_noise(y: Any, snr_db: float, *, noise: Any = None, seed: int = 0) -> Any:
    """Add noise, so much softer than each clip.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    snr_db : float
        The ratio of the power of the clip to that of its noise, in dB. A silent clip stays silent.
    noise : (n,) array or tensor, optional
        Taken from a place that is drawn, and from its beginning again where it ends; white noise unless told.
    seed : int

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the noise is silent, or no single row.
    """
    _check_sound(y)
    require(math.isfinite(snr_db), "snr_db", snr_db, "a number of dB")
    shape, draw = tuple(y.shape), _draw(seed)
    if noise is None:
        added: Any = draw.standard_normal(shape)
    else:
        given = noise.detach().cpu().numpy() if is_tensor(noise) else np.asarray(noise)
        if given.ndim != 1 or not given.any():
            raise ParameterError(f"noise has shape {given.shape}: expected a row of samples that aren't all 0")
        starts = draw.integers(0, len(given), size=(*shape[:-1], 1))
        added = given[(starts + np.arange(shape[-1])) % len(given)]
    added = _like(added, y)
    power = (y * y).mean(-1)[..., None] * float(10 ** (-snr_db / 10))
    own = (added * added).mean(-1)[..., None]
    least = float(np.finfo(np.float32).tiny)
    share = power / (own.clamp_min(least) if is_tensor(own) else np.maximum(own, least))
    return y + added * share**0.5


def reverberate(y: Any, impulse: Any) -> Any:
    """Put sound into a room: convolve it with the room's impulse response.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    impulse : (n,) array or tensor
        Its largest sample counts as the direct sound: what stands before it comes earlier. It is scaled so that each
        clip keeps its power.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the response is silent, or no single row.
    """
    _check_sound(y)
    given = impulse.detach().cpu().numpy() if is_tensor(impulse) else np.asarray(impulse)
    if given.ndim != 1 or not given.any():
        raise ParameterError(f"impulse has shape {given.shape}: expected a row of samples that aren't all 0")
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
    """Keep the frequencies from ``low`` to ``high`` Hz alone, as a telephone does.

    Parameters
    ----------
    y : (..., n_samples) array or tensor
    sr : int
        Samples a second.
    low, high : float
        Beyond them loudness falls to nothing within a tenth of an octave; half of ``sr`` unless told.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If they aren't in order.
    """
    _check_sound(y)
    top = sr / 2 if high is None else high
    require(0 <= low < top, "low", low, f"a number from 0 to below high ({top:g})")
    size = y.shape[-1]
    if not size:
        return y
    hz = np.fft.rfftfreq(size, 1 / sr)
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
    """An array of the kind of ``y``."""
    if is_tensor(y):
        import torch

        return torch.from_numpy(np.ascontiguousarray(x)).to(y)
    return x.astype(y.dtype, copy=False)


def _padded(y: Any, before: int, after: int) -> Any:
    if is_tensor(y):
        import torch

        return torch.nn.functional.pad(y, (before, after))
    return np.pad(y, [(0, 0)] * (y.ndim - 1) + [(before, after)])
