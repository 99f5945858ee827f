"""Changes of features over time: the slope of a polynomial fitted to the frames around each frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, is_whole, require, require_whole
from nlpkit.speech.clips import as_features, is_tensor

MODES = ("interp", "nearest")


def deltas(features: Any, *, width: int = 9, order: int = 1, mode: str = "interp") -> Any:
    """Return the derivative of features over time (Savitzky and Golay 1964).

    With ``mode="nearest"`` and order 1 it is the regression of the HTK book, Σ n (c[t + n] - c[t - n]) / 2 Σ n².

    Parameters
    ----------
    features : (..., frames) array or tensor of float32 or float64
    width : int
        Number of frames that the polynomial is fitted to; odd, 3 or more.
    order : int
        Order of the derivative and of the polynomial.
    mode : {"interp", "nearest"}
        Method for the first and last frames: "interp" evaluates the outermost polynomial, "nearest" repeats the
        outermost frame.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If the width is even, or larger than the number of frames while ``mode`` is "interp"; or ``features`` has no
        dimension.

    Examples
    --------
    >>> import numpy as np
    >>> deltas(np.arange(10.0) ** 2, width=3).round(6).tolist()
    [2.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 16.0]
    """
    require(is_whole(width, 3) and int(width) % 2 == 1, "width", width, "an odd number, 3 or more")
    require_whole("order", order, 1, int(width) - 1)
    width, order = int(width), int(order)
    require(mode in MODES, "mode", mode, " or ".join(map(repr, MODES)))
    features = as_features(features, "features", "(..., frames)", least=1)
    frames = features.shape[-1]
    if mode == "interp" and frames < width:
        raise ParameterError(f"width is {width}: expected at most {frames}, the number of frames, or mode='nearest'")
    if not is_tensor(features):
        from scipy.signal import savgol_filter

        if not features.size:
            return features.copy()
        return savgol_filter(features, width, polyorder=order, deriv=order, axis=-1, mode=mode)
    return _of_tensor(features, width, order, mode)


def _of_tensor(features: Any, width: int, order: int, mode: str) -> Any:
    import torch
    from scipy.signal import savgol_coeffs, savgol_filter

    half = width // 2
    weights = torch.from_numpy(savgol_coeffs(width, order, deriv=order, use="dot").copy()).to(features)
    if mode == "nearest":
        ends = [features[..., at].expand(*features.shape[:-1], half) for at in (slice(0, 1), slice(-1, None))]
        return torch.cat([ends[0], features, ends[1]], -1).unfold(-1, width, 1) @ weights
    whole = savgol_filter(np.eye(width), width, polyorder=order, deriv=order, axis=0, mode="interp")
    rows = torch.from_numpy(whole).to(features)
    first = features[..., :width] @ rows[:half].T
    last = features[..., -width:] @ rows[-half:].T
    return torch.cat([first, features.unfold(-1, width, 1) @ weights, last], -1)
