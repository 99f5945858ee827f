"""Features that depend less on the recording: mean and variance normalised (`cmvn`), or gain controlled (`pcen`)."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from nlpkit.errors import InputError, require
from nlpkit.speech.clips import is_tensor


def cmvn(features: Any, *, lengths: Any = None, variance: bool = True, eps: float = 1e-10) -> Any:
    """Take each band's mean over time away, and divide by its standard deviation (Atal 1974; Viikki and Laurila 1998).

    Parameters
    ----------
    features : (..., bands, frames) array or tensor of float32 or float64
    lengths : (...) ints, optional
        How many frames of each clip count; further ones become 0.
    variance : bool
        Divide, too.
    eps : float
        The smallest variance that is divided by; a band that doesn't change becomes 0.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the lengths don't fit.

    Examples
    --------
    >>> import numpy as np
    >>> cmvn(np.array([[1.0, 3.0], [5.0, 5.0]])).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    frames = features.shape[-1]
    tensor = is_tensor(features)
    counts = np.asarray(lengths.cpu() if is_tensor(lengths) else frames if lengths is None else lengths)
    if lengths is not None:
        fits = counts.dtype.kind in "iu" and counts.shape == tuple(features.shape[:-2])
        require(fits, "lengths", lengths, f"whole numbers of shape {tuple(features.shape[:-2])}, one a clip")
        require(((counts >= 0) & (counts <= frames)).all(), "lengths", lengths, f"numbers from 0 to {frames}")
    there: Any = (np.arange(frames) < counts[..., None])[..., None, :]
    number: Any = np.maximum(counts, 1)[..., None, None]
    if tensor:
        import torch

        there = torch.from_numpy(there).to(features)
        number = torch.as_tensor(number).to(features)
    else:
        there, number = there.astype(features.dtype), number.astype(features.dtype)
    mean = (features * there).sum(-1)[..., None] / number
    centred = (features - mean) * there
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
    """Per-channel energy normalisation (Wang et al. 2017): each band is divided by how loud it has been lately.

    ``(E / (eps + M) ** gain + bias) ** power - bias ** power``, where M is E, smoothed over ``time_constant``; with
    librosa's numbers. Samples of ±1 are meant to be multiplied by 2³¹ beforehand.

    Parameters
    ----------
    energies : (..., bands, frames) array or tensor
        Not negative.
    sr, hop_length : int
        What a frame lasts.
    gain, bias, power : float
        How much of the loudness is taken away; what is added before the root; the root.
    time_constant : float
        Seconds.
    eps : float
        Against division by 0.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    InputError
        If an energy is negative.
    ParameterError
        If a number can't be.

    Examples
    --------
    >>> import numpy as np
    >>> pcen(np.full((1, 3), 100.0)).shape
    (1, 3)
    """
    for name, value in (("gain", gain), ("bias", bias), ("power", power)):
        require(value >= 0, name, value, "a number, 0 or more")
    for name, value in (("sr", sr), ("hop_length", hop_length), ("time_constant", time_constant), ("eps", eps)):
        require(value > 0, name, value, "a number above 0")
    tensor = is_tensor(energies)
    if (energies < 0).any():
        raise InputError("an energy is negative: expected powers or amplitudes, not their logarithms")
    steps = time_constant * sr / hop_length
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
    """M[t] = (1 - share) M[t - 1] + share E[t], from 1 on."""
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
