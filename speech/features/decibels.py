"""Conversion of powers to decibels."""

from __future__ import annotations

from typing import Any

from nlpkit.errors import require
from nlpkit.speech.clips import is_tensor


def power_to_db(powers: Any, *, ref: float = 1.0, amin: float = 1e-10, top_db: float | None = 80.0) -> Any:
    """Return 10 log10 (powers / ref).

    Parameters
    ----------
    powers : (..., bands, frames) array or tensor
    ref : float
        Power of 0 dB.
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
        If a number is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> power_to_db(np.array([[1.0, 0.1, 1e-30]])).tolist()
    [[0.0, -10.0, -80.0]]
    """
    for name, value in (("ref", ref), ("amin", amin), ("top_db", top_db)):
        require(value is None or value > 0, name, value, "a number above 0")
    if is_tensor(powers):
        import torch

        db = 10 * (powers.clamp_min(amin).log10() - torch.tensor(max(ref, amin)).log10().item())
        return db if top_db is None else torch.maximum(db, db.amax((-2, -1), keepdim=True) - top_db)
    import numpy as np

    db = 10 * np.log10(np.maximum(amin, powers)) - 10 * np.log10(max(ref, amin))
    return db if top_db is None or not db.size else np.maximum(db, db.max(axis=(-2, -1), keepdims=True) - top_db)
