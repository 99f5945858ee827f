"""`train_recognizer`: a model of speech and clips in, the trained model out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch

from nlpkit.errors import InputError
from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer
from nlpkit.speech.recognition.speech_model import SpeechModel
from nlpkit.training.report import TrainingProgress, TrainingResult, ValidationReport
from nlpkit.training.trainer import train_task
from nlpkit.training.weights import weights_of

from .classifier_task import ClassifierTask
from .clip_store import ClipStore
from .ctc_task import CtcTask
from .options import SpeechTrainingOptions
from .transfer import freeze_body

AnyModel = TypeVar("AnyModel", bound=SpeechModel)


def train_recognizer(
    model: AnyModel,
    clips: ClipStore,
    valid: ClipStore | None = None,
    options: SpeechTrainingOptions | None = None,
    *,
    frozen: bool = False,
    state_folder: str | os.PathLike[str] | None = None,
    resume: bool = True,
    progress: Callable[[TrainingProgress], None] | None = None,
    validated: Callable[[ValidationReport], None] | None = None,
    device: str | torch.device = "auto",
    devices: int = 1,
    threads: int | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    begun: float | None = None,
) -> tuple[AnyModel, TrainingResult]:
    """Train a model of speech.

    Parameters
    ----------
    model : CnnClassifier, LstmClassifier or CtcRecognizer
        The training begins with its weights.
    clips, valid : ClipStore
        Clips for training and for validation, at the model's rate. Without ``valid`` the training loss decides which
        weights are best.
    options : SpeechTrainingOptions, optional
    frozen : bool
        Whether only the last layer is trained.
    state_folder, resume, progress, validated, device, devices, threads, tensorboard, begun
        As in `nlpkit.training.trainer.train_task`.

    Returns
    -------
    model
        A copy with the best weights.
    TrainingResult

    Raises
    ------
    InputError
        If there is no clip to train on.
    ParameterError, ArtifactError, DivergedError, OutputError, KeyboardInterrupt, SystemExit
        As `nlpkit.training.trainer.train_task`.

    Examples
    --------
    >>> from nlpkit.speech.recognition import CtcOptions, CtcRecognizer, Front, front_features
    >>> from nlpkit.speech.recognition._ctc_torch import CtcNetwork
    >>> draw = np.random.default_rng(1)
    >>> sounds = [draw.standard_normal(4000).astype(np.float32) for _ in range(8)]
    >>> front = Front.fitted(front_features(8000, n_mels=8), sounds)
    >>> sizes = CtcOptions(n_mels=8, n_tokens=3, channels=4, hidden_size=8, layers=1)
    >>> model = CtcRecognizer(sizes, front, initial_weights(CtcNetwork, sizes, 1), letters="ab")
    >>> clips = ClipStore.of(sounds, [model.alphabet.encode("ab")] * 8, 8000)
    >>> options = SpeechTrainingOptions(epochs=2, batch_clips=4)
    >>> model, result = train_recognizer(model, clips, options=options, device="cpu", threads=1)
    >>> result.steps, result.ended_by
    (4, 'epochs')
    """
    options = options or SpeechTrainingOptions()
    if not len(clips):
        raise InputError("there is no clip to train on")
    module = model.module()
    if frozen:
        freeze_body(module)
    task = task_of(model, module, clips, valid, options)
    result = train_task(
        task,
        options,
        state_folder=state_folder,
        resume=resume,
        progress=progress,
        validated=validated,
        device=device,
        devices=devices,
        threads=threads,
        tensorboard=tensorboard,
        begun=begun,
    )
    return model.with_weights(weights_of(module)), result


def task_of(
    model: SpeechModel,
    module: torch.nn.Module,
    clips: ClipStore,
    valid: ClipStore | None,
    options: SpeechTrainingOptions,
) -> ClassifierTask | CtcTask:
    """Return the task of the training loop that trains a model's network."""
    if isinstance(model, CtcRecognizer):
        alphabet = model.alphabet
        decode, space = alphabet.decode, alphabet.separator
        return CtcTask(module, model.front, clips, valid, options, decode=decode, separator=space)
    return ClassifierTask(module, model.front, clips, valid, options)


def initial_weights(network: Callable[[Any], torch.nn.Module], options: Any, seed: int) -> dict[str, np.ndarray]:
    """Return random weights of a network, which depend on the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return weights_of(network(options))
