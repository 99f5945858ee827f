"""Input samples: arrays or tensors, one clip or many; checks, and conversion back to the input's type and shape."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import InputError, ParameterError

if TYPE_CHECKING:
    import torch

    Samples = np.ndarray | torch.Tensor

_FEW = 8192


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a PyTorch tensor; does not import PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def as_features(x: Any, name: str, shape: str, *, least: int) -> Any:
    """Return a tensor as it is, and anything else as an array.

    Raises
    ------
    ParameterError
        If it has fewer dimensions than ``least``, or holds no numbers.
    """
    found = x if is_tensor(x) else np.asarray(x)
    if found.ndim < least or (not is_tensor(found) and found.dtype.kind not in "iuf"):
        raise ParameterError(
            f"{name} is {found.dtype} of shape {tuple(found.shape)}: expected numbers of shape {shape}"
        )
    return found


@dataclass(frozen=True)
class Clips:
    """Clips as rows of one array.

    Attributes
    ----------
    samples : (n_clips, n_samples) array, or tensor if it is on a GPU or requires gradients
    lengths : (n_clips,) int64 array, or None
        Samples of each clip; None if all samples are valid.
    restored : callable
        Converts an array (n_clips, ...) to the type and the leading dimensions of the input.
    """

    samples: Any
    lengths: np.ndarray | None
    restored: Callable[[Any], Any]


def clips_of(y: Any, lengths: Any = None, *, what: str = "y") -> Clips:
    """Check samples and arrange the clips as rows.

    Parameters
    ----------
    y : (..., n_samples) array or tensor of float32 or float64
        Samples within ±1.
    lengths : (...) ints, optional
        Number of valid samples in each clip.
    what : str
        Name of the argument in messages.

    Raises
    ------
    InputError
        If a sample is NaN or infinite.
    ParameterError
        If ``y`` is not a floating-point array, or the shape or values of ``lengths`` do not match it.
    """
    tensor = is_tensor(y)
    kind = str(y.dtype).removeprefix("torch.") if tensor or isinstance(y, np.ndarray) else type(y).__name__
    if kind not in ("float32", "float64"):
        raise ParameterError(f"{what} is {kind}: expected an array or tensor of float32 or float64{_cure(kind)}")
    if y.ndim == 0:
        raise ParameterError(f"{what} is a single number: expected samples of shape (..., n_samples)")
    leading, n_samples = tuple(y.shape[:-1]), y.shape[-1]
    flat: Any = y.reshape((-1, n_samples) if n_samples else (int(np.prod(leading)), 0))
    stays = tensor and (y.requires_grad or y.device.type != "cpu")
    if tensor and not stays:
        flat = flat.numpy()
    _check_finite(flat, what)

    def restored(made: Any) -> Any:
        if tensor and not stays:
            import torch

            made = torch.from_numpy(made)
        return made.reshape(leading + tuple(made.shape[1:]))

    return Clips(flat, None if lengths is None else _lengths(lengths, leading, n_samples), restored)


def _cure(kind: str) -> str:
    most = {"int16": "32768", "int32": "2147483648", "int8": "128"}.get(kind)
    if most:
        return f" within ±1: divide by {most}, as y.astype('float32') / {most}"
    if kind == "uint8":
        return " within ±1: use (y.astype('float32') - 128) / 128"
    return ""


def _check_finite(y: Any, what: str) -> None:
    if is_tensor(y):
        fine = abs(float(y.detach().sum())) < float("inf")
    elif y.size < _FEW:
        with np.errstate(over="ignore"):
            fine = abs(float(y.sum())) < float("inf")
    else:  # an extreme is found faster than a sum
        fine = float(y.max()) < float("inf") and float(y.min()) > -float("inf")
    if fine:
        return
    wrong = ~np.isfinite(y if isinstance(y, np.ndarray) else y.detach().cpu().numpy())
    if wrong.any():
        clip, place = (int(number) for number in np.argwhere(wrong)[0])
        n = int(wrong.sum())
        found = "1 sample that is" if n == 1 else f"{n:,} samples that are"
        where = f" at {place:,}" if n == 1 else f", the first at {place:,}"
        raise InputError(
            f"{what} has {found} NaN or infinite{where}{f' of clip {clip}' if len(wrong) > 1 else ''}: replace"
            f" {'it' if n == 1 else 'them'}, for instance with numpy.nan_to_num"
        )


def _lengths(lengths: Any, leading: tuple[int, ...], n_samples: int) -> np.ndarray:
    given = np.asarray(lengths.cpu() if is_tensor(lengths) else lengths)
    if given.dtype.kind not in "iu" or given.shape != leading:
        raise ParameterError(
            f"lengths is {given.dtype} of shape {given.shape}: expected whole numbers of shape {leading}, one per clip"
        )
    if given.size and (given.min() < 0 or given.max() > n_samples):
        raise ParameterError(f"lengths ranges from {given.min()} to {given.max()}: expected 0 to {n_samples}")
    return given.reshape(-1).astype(np.int64)
