"""Normalisation against differences between recordings: mean and variance (`cmvn`), or automatic gain (`pcen`)."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from nlpkit.errors import InputError, is_number, require, require_number
from nlpkit.speech.clips import as_features, is_tensor


def cmvn(features: Any, *, lengths: Any = None, variance: bool = True, eps: float = 1e-10) -> Any:
    """Subtract the mean of each band over time and divide by its standard deviation (Atal 1974; Viikki and Laurila
    1998).

    Parameters
    ----------
    features : (..., bands, frames) array or tensor of float32 or float64
    lengths : (...) ints, optional
        Number of valid frames of each clip; the frames after them become 0.
    variance : bool
        Also divide by the standard deviation.
    eps : float
        Lower limit of the variance; a constant band becomes 0.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the features have no bands and frames, or the shape or values of ``lengths`` do not match them.

    Examples
    --------
    >>> import numpy as np
    >>> cmvn(np.array([[1.0, 3.0], [5.0, 5.0]])).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    tensor = is_tensor(features)
    features = as_features(features, "features", "(..., bands, frames)", least=2)
    frames = features.shape[-1]
    require_number("eps", eps, 0)
    eps = float(eps)
    counts = np.asarray(lengths.cpu() if is_tensor(lengths) else frames if lengths is None else lengths)
    if lengths is not None:
        fits = counts.dtype.kind in "iu" and counts.shape == tuple(features.shape[:-2])
        require(fits, "lengths", lengths, f"whole numbers of shape {tuple(features.shape[:-2])}, one per clip")
        require(((counts >= 0) & (counts <= frames)).all(), "lengths", lengths, f"numbers from 0 to {frames}")
    there: Any = (np.arange(frames) < counts[..., None])[..., None, :]
    number: Any = np.maximum(counts, 1)[..., None, None]
    if tensor:
        import torch

        there = torch.from_numpy(there).to(features)
        number = torch.as_tensor(number).to(features)
    else:
        there, number = there.astype(features.dtype), number.astype(features.dtype)
    shifted = (features - features[..., :1]) * there  # exactly 0 in a constant band, whose mean may be rounded
    centred = (shifted - shifted.sum(-1)[..., None] / number) * there
    if not variance:
        return centred
    spread = (centred * centred).sum(-1)[..., None] / number
    return centred / (spread.clamp_min(eps).sqrt() if tensor else np.sqrt(np.maximum(spread, eps)))


def pcen(
    energies: Any,
    *,
    sr: int = 22050,
    hop_length: int = 512,
    gain: float = 0.98,
    bias: float = 2.0,
    power: float = 0.5,
    time_constant: float = 0.4,
    eps: float = 1e-6,
) -> Any:
    """Per-channel energy normalisation (Wang et al. 2017): each band is divided by its recent level.

    ``(E / (eps + M) ** gain + bias) ** power - bias ** power``, where M is E, smoothed over ``time_constant``; the
    defaults are librosa's. Samples within ±1 should be multiplied by 2³¹ first.

    Parameters
    ----------
    energies : (..., frames) array or tensor
        Powers or amplitudes, not negative.
    sr, hop_length : int
        Together they give the duration of a frame.
    gain, bias, power : float
        Exponent of the gain control; offset added before the root; exponent of the root.
    time_constant : float
        Smoothing time in seconds.
    eps : float
        Prevents division by 0.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    InputError
        If an energy is negative.
    ParameterError
        If a number is out of range, or ``energies`` has no dimension.

    Examples
    --------
    >>> import numpy as np
    >>> pcen(np.full((1, 3), 100.0)).shape
    (1, 3)
    """
    for name, value in (("gain", gain), ("bias", bias), ("power", power)):
        require_number(name, value, 0)
    for name, value in (("sr", sr), ("hop_length", hop_length), ("time_constant", time_constant), ("eps", eps)):
        require(is_number(value) and value > 0, name, value, "a number above 0")
    gain, bias, power, eps = float(gain), float(bias), float(power), float(eps)
    tensor = is_tensor(energies)
    energies = as_features(energies, "energies", "(..., frames)", least=1)
    if (energies < 0).any():
        raise InputError("an energy is negative: expected powers or amplitudes, not their logarithms")
    steps = float(time_constant) * float(sr) / float(hop_length)
    share = (sqrt(1 + 4 * steps**2) - 1) / (2 * steps**2)
    if tensor:
        import torch as xp
    else:
        xp = np  # type: ignore[misc]
    smooth = xp.exp(-gain * (float(np.log(eps)) + xp.log1p(_smoothed(energies, share) / eps)))
    if power == 0:
        return xp.log1p(energies * smooth)
    if bias == 0:
        return (energies * smooth) ** power
    return bias**power * xp.expm1(power * xp.log1p(energies * smooth / bias))


def _smoothed(energies: Any, share: float) -> Any:
    """Return M[t] = (1 - share) M[t - 1] + share E[t], starting from 1."""
    if not is_tensor(energies):
        from scipy.signal import lfilter

        start = np.full((*energies.shape[:-1], 1), 1 - share, dtype=energies.dtype)
        return lfilter([share], [1, share - 1], energies, axis=-1, zi=start)[0].astype(energies.dtype, copy=False)
    import torch

    last = torch.ones_like(energies[..., 0])
    found = []
    for column in energies.unbind(-1):
        last = (1 - share) * last + share * column
        found.append(last)
    return torch.stack(found, -1) if found else energies
