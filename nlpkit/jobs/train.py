"""`train_files`: texts in, a model out, by a training that can be watched, stopped and resumed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlpkit.errors import OutputError, ParameterError
from nlpkit.registry import EMBEDDERS, resolve

from .inputs import Reading, StrPath, spelled_out
from .models import make_model
from .passes import Progress, read_texts
from .places import check_apart, check_place
from .unfinished import check_nothing_unfinished, is_unfinished, unfinished_training

if TYPE_CHECKING:
    from nlpkit.embeddings.word_training import TrainingPlan, TrainingProgress

_FILES = {".bin", ".ftz", ".vec", ".txt", ".npy", ".safetensors", ".gz"}


@dataclass(frozen=True, kw_only=True)
class TrainReport:
    """Result of `train_files`.

    Attributes
    ----------
    method : str
        Name of the method.
    model : estimator
        The trained model.
    words, vector_size : int
        Number of words with a vector, and size of a vector.
    loss : float
        Mean loss of the last epoch.
    words_per_second : float or None
        Speed over all epochs; None if nothing was left to train.
    left_out : dict of str to int
        Number of texts and records that were left out, by reason.
    """

    method: str
    model: Any
    words: int
    vector_size: int
    loss: float
    words_per_second: float | None
    left_out: dict[str, int]

    @property
    def skipped(self) -> int:
        """Number of texts and records that were left out."""
        return sum(self.left_out.values())


@spelled_out
def train_files(
    inputs: StrPath | Iterable[StrPath],
    output: StrPath,
    *,
    method: str,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    read_as: Reading = Reading(),
    force: bool = False,
    resume: bool = False,
    reading: Progress | None = None,
    started: Callable[[TrainingPlan], None] | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
) -> TrainReport:
    """Train a model on the texts of files, and save it.

    Each epoch, at least every five minutes, and when it is stopped by Ctrl-C, the state of the training is kept in
    ``OUTPUT.partial``. That folder is removed once the model is saved.

    Parameters
    ----------
    inputs, read_as
        As in `nlpkit.jobs.embed_files`. They are read once.
    output : path
        The folder to save the model in.
    method : str
        Name in `nlpkit.registry.EMBEDDERS` of a method that trains in epochs, such as "word2vec".
    parameters : mapping, optional
        The estimator's parameters, by name.
    threads : int, optional
        Number of threads; default: every core that the process may use.
    force : bool
        Replace a folder that nlpkit wrote before; and without ``resume`` drop an unfinished training.
    resume : bool
        Resume an unfinished training of the same texts and parameters, or begin one.
    reading : callable, optional
        Called with the progress of the reading: see `nlpkit.jobs.passes.Progress`.
    started, progress : callable, optional
        Called with a `TrainingPlan` when the texts are read, and a `TrainingProgress` about twice a second: see
        `nlpkit.embeddings.word_training`.

    Returns
    -------
    TrainReport

    Raises
    ------
    InputError
        If an input can't be read, or has no words to learn from.
    OutputError
        If the model can't be written where it should be, or there is an unfinished training and neither ``resume`` nor
        ``force``.
    ParameterError
        If parameters are unknown or wrong, or the unfinished training is of other texts or parameters.
    DivergedError
        If the weights leave the range of numbers; the last good state stays in ``OUTPUT.partial``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_text("the cat drinks milk\\nthe dog drinks water\\n" * 10)
    ...     report = train_files(path, Path(folder, "model"), method="word2vec", parameters={"vector_size": 8})
    >>> report.words, report.vector_size
    (6, 8)
    """
    check_model_place(output, force=force, resume=resume)
    model = make_trained(method, parameters, threads)
    last: list[TrainingProgress] = []

    def tell(state: TrainingProgress) -> None:
        last[:] = [state]
        if progress is not None:
            progress(state)

    with read_as.texts(inputs) as texts:
        check_apart(output, texts)
        with unfinished_training(output, resume=resume, force=force) as folder:
            model.fit(read_texts(texts, reading), started=started, progress=tell, checkpoint=folder)
            model.save(output, force=force)
            shutil.rmtree(folder, ignore_errors=True)
        return TrainReport(
            method=model.kind,
            model=model,
            words=len(model.word_vectors),
            vector_size=model.word_vectors.vector_size,
            loss=model.losses_[-1],
            words_per_second=last[0].words_per_second if last else None,
            left_out=dict(getattr(texts, "left_out", {})),
        )


def trained_methods() -> list[str]:
    """Return the names of the methods that train in epochs, and so can be watched, stopped and resumed."""
    return [name for name in EMBEDDERS if resolve(name).is_trained_in_epochs]


def make_trained(method: str, parameters: Mapping[str, Any] | None, threads: int | None) -> Any:
    """Return an estimator of a method that trains in epochs, not fitted yet; raises as `make_model`."""
    if method not in EMBEDDERS or not resolve(method).is_trained_in_epochs:
        raise ParameterError(f"there is no {method!r}: choose one of {', '.join(trained_methods())}")
    return make_model(method, parameters, threads)


def check_model_place(output: StrPath, *, force: bool, resume: bool) -> None:
    """Refuse a place where no model folder can be written, before anything is read; and to resume a finished training.

    Raises
    ------
    OutputError, ParameterError
        With the reason.
    """
    name = os.fspath(output)
    suffix = os.path.splitext(name)[1].lower()
    if name == "-" or suffix in _FILES:
        raise ParameterError(
            f"{name}: a model is a folder: name one without {suffix or 'a dash'}, and write other formats of it by"
            " nlpkit convert (WordVectors.write)"
        )
    if resume and not force and os.path.isdir(name) and not is_unfinished(output):
        raise OutputError(f"{name}: the folder exists, and no unfinished training: there is nothing to resume")
    check_place(output, is_folder=True, force=force)
    check_nothing_unfinished(output, resume=resume, force=force)
