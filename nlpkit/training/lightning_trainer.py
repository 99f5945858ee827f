"""Lightning's Trainer, set up to print nothing, write nothing, and honour ``torchrun``."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import lightning as L
import torch

from nlpkit.errors import MissingDependencyError, ParameterError


def make_trainer(
    callbacks: Sequence[L.Callback],
    *,
    device: torch.device,
    devices: int = 1,
    precision: str = "float32",
    shares_buffers: bool = False,
    tensorboard: str | os.PathLike[str] | None = None,
) -> L.Trainer:
    """Make a Trainer that goes over one endless epoch and leaves everything else to its callbacks.

    Parameters
    ----------
    callbacks : sequence of Callback
    device : torch.device
    devices : int
        Number of devices of that kind, each in its own process (DDP). Under ``torchrun`` it sets the number.
    precision : {"bfloat16", "float32"}
    shares_buffers : bool, default=False
        Whether each step of several processes begins with the main one's buffers, such as BatchNorm's statistics.
    tensorboard : path, optional
        Folder for TensorBoard's logs.

    Raises
    ------
    ParameterError
        If there are fewer devices.
    MissingDependencyError
        If TensorBoard is asked for and is not installed.
    """
    from lightning.pytorch.strategies import DDPStrategy

    nodes = 1
    if launched_processes() > 1:
        devices = int(os.environ.get("LOCAL_WORLD_SIZE", launched_processes()))
        nodes = max(1, launched_processes() // devices)
    if device.type == "cuda" and devices > torch.cuda.device_count():
        raise ParameterError(f"devices is {devices}, but PyTorch finds {torch.cuda.device_count()} CUDA GPUs here")
    if device.type == "mps" and devices > 1:
        raise ParameterError(f"devices is {devices}, but an Apple GPU trains alone: expected 1")
    several = devices * nodes > 1
    place: list[int] | int = devices if several or device.type != "cuda" else [device.index or 0]
    strategy: Any = DDPStrategy(broadcast_buffers=shares_buffers) if several else "auto"
    return L.Trainer(
        accelerator=device.type,
        devices=place,
        num_nodes=nodes,
        strategy=strategy,
        precision="bf16-mixed" if precision == "bfloat16" else "32-true",
        max_epochs=1,
        limit_val_batches=0,
        num_sanity_val_steps=0,
        logger=_tensorboard(tensorboard) if tensorboard is not None else False,
        callbacks=list(callbacks),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
    )


def launched_processes() -> int:
    """Return the number of processes that ``torchrun`` or the like has started, 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ or "LOCAL_RANK" in os.environ else 1


def process_rank() -> int:
    """Return this process's number in a training on several devices; 0 is the main one, which writes the results."""
    return int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")))


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Lightning's notes and warnings from standard error."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric", "lightning")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning.*")
            warnings.filterwarnings("ignore", module=r"torch\..*")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _tensorboard(path: str | os.PathLike[str]) -> Any:
    from lightning.pytorch.loggers import TensorBoardLogger

    try:
        return TensorBoardLogger(os.fspath(path), name="", version="")
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "TensorBoard's logs need tensorboard, which isn't installed: pip install tensorboard"
        ) from error
