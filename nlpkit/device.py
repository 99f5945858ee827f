"""Selection of the PyTorch device: a CUDA or Apple GPU if available, else the CPU."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .errors import MissingDependencyError, ParameterError, require_whole

if TYPE_CHECKING:
    import torch


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """Return a PyTorch device, and check that it is available.

    Parameters
    ----------
    device : str or torch.device, default="auto"
        ``"auto"``: CUDA, else MPS (an Apple GPU), else the CPU. Or ``"cpu"``, ``"cuda"``, ``"cuda:0"``, ``"mps"``.

    Returns
    -------
    torch.device

    Raises
    ------
    ParameterError
        If the name is unknown, or this machine has no such device.
    MissingDependencyError
        If PyTorch is not installed.

    Examples
    --------
    >>> resolve_device("cpu")  # doctest: +SKIP
    device(type='cpu')
    """
    name = str(device)
    parts = re.fullmatch(r"(auto|cpu|mps)|cuda(?::(\d{1,4}))?", name)
    if not parts:
        raise ParameterError(
            f"device is {device!r}; expected 'auto', 'cpu', 'cuda', 'cuda:0' (a GPU's number) or 'mps'"
        )
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            f"device {name!r} needs PyTorch, which isn't installed: pip install 'nlpkit[gpu]'"
        ) from error
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    elif name == "mps" and not torch.backends.mps.is_available():
        raise ParameterError("device is 'mps', but PyTorch finds no Apple GPU here: use device='auto' or 'cpu'")
    elif name.startswith("cuda"):
        found = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(parts[2] or 0) >= found:
            raise ParameterError(
                f"device is {name!r}, but PyTorch {torch.__version__} finds {found} CUDA GPUs here: "
                "use device='auto' or 'cpu'"
            )
    return torch.device(name)


def gpu_is_likely() -> bool:
    """Return whether PyTorch is installed and may find a GPU on this machine, without importing it."""
    import shutil
    import sys
    from importlib.util import find_spec

    has_driver = os.path.exists("/dev/nvidiactl") or shutil.which("nvidia-smi") is not None
    return (sys.platform == "darwin" or has_driver) and find_spec("torch") is not None


def check_count(name: str, value: int | None) -> None:
    """Raise ParameterError if ``value`` is neither None nor a whole number of at least 1."""
    if value is not None:
        require_whole(name, value)


@contextmanager
def torch_threads(threads: int | None) -> Iterator[None]:
    """Set the number of CPU threads of PyTorch within a context; default: PyTorch's own choice.

    Raises
    ------
    ParameterError
        If ``threads`` is not a whole number of at least 1.
    """
    import torch

    check_count("threads", threads)

    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
