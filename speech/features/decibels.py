"""Conversion of powers to decibels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, is_real, require
from nlpkit.speech.clips import is_tensor


def power_to_db(
    powers: Any,
    *,
    ref: float | Callable[[np.ndarray], Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
) -> Any:
    """Return 10 log10 (powers / ref).

    Parameters
    ----------
    powers : (..., bands, frames) array or tensor
        Fewer dimensions are one clip.
    ref : float or callable
        Power of 0 dB, or a function that computes it from each clip (bands, frames), such as ``np.max``. The function
        gets an array, also if ``powers`` is a tensor.
    amin : float
        Lower limit of ``powers`` and of ``ref``.
    top_db : float, optional
        Values lower than the maximum of a clip (its last two dimensions) by more than this are raised to that limit.

    Returns
    -------
    array or tensor of the same shape

    Raises
    ------
    ParameterError
        If a number is not above 0, or ``powers`` are complex.

    Examples
    --------
    >>> import numpy as np
    >>> power_to_db(np.array([[1.0, 0.1, 1e-30]])).tolist()
    [[0.0, -10.0, -80.0]]
    >>> power_to_db(np.array([[200.0, 20.0]]), ref=np.max).tolist()
    [[0.0, -10.0]]
    """
    for name, value in (("ref", ref), ("amin", amin), ("top_db", top_db)):
        given = (name == "ref" and callable(value)) or (name == "top_db" and value is None)
        require(given or (is_real(value) and value > 0), name, value, "a number above 0")  # type: ignore[operator]
    tensor = is_tensor(powers)
    powers = powers if tensor else np.asarray(powers)
    if "complex" in str(powers.dtype):
        raise ParameterError(f"powers is {powers.dtype}: expected powers, as abs(powers) ** 2")
    level = _reference(ref, powers, float(amin))
    of_clip = tuple(range(-min(2, powers.ndim), 0))
    if tensor:
        import torch

        db = 10 * powers.clamp_min(float(amin)).log10() - torch.as_tensor(level).to(powers)
        if top_db is None or not db.numel():
            return db
        return torch.maximum(db, db.amax(of_clip, keepdim=True) - float(top_db))
    db = 10 * np.log10(np.maximum(powers.dtype.type(amin) if powers.dtype.kind == "f" else amin, powers))
    db -= level.astype(db.dtype)
    return db if top_db is None or not db.size else np.maximum(db, db.max(axis=of_clip, keepdims=True) - float(top_db))


def _reference(ref: Any, powers: Any, amin: float) -> np.ndarray:
    """Return the level of 0 dB, a number, or an array that fits the powers."""
    if not callable(ref):
        return np.asarray(10 * np.log10(max(float(ref), amin)))
    given = powers.detach().cpu().numpy() if is_tensor(powers) else powers
    if not given.size:
        return np.zeros(())
    clips = given.reshape(-1, *given.shape[-2:]) if given.ndim > 2 else given[None]
    found = np.stack([np.asarray(ref(clip), dtype=np.float64) for clip in clips])
    if given.ndim > 2:
        found = found.reshape(*given.shape[:-2], *(found.shape[1:] or (1, 1)))
    else:
        found = found[0]
    if not np.isfinite(found).all():
        raise ParameterError("ref gives NaN or infinity: expected a function such as np.max")
    return 10 * np.log10(np.maximum(found, amin))
