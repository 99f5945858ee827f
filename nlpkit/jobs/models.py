"""The model of a job: made, or loaded from a folder or a file of word vectors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlpkit.corpora import Block
from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator
from nlpkit.registry import EMBEDDERS, KINDS, OPENERS, resolve

from .inputs import AnyTexts
from .passes import Progress, fit, learn

DEFAULT_METHOD = "tfidf"


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """The model that a job asks for: a method with parameters, or a model that has learnt already.

    Attributes
    ----------
    method : str or None
        Name in `nlpkit.registry.EMBEDDERS`; default: tfidf, or the model's own.
    model : path, fitted estimator or WordVectors, or None
    parameters : mapping or None
    threads : int or None
    errors : str
        Handling of words of a file of word vectors that are not UTF-8, as in `nlpkit.embeddings.formats.read`.
    """

    method: str | None = None
    model: str | os.PathLike[str] | Any | None = None
    parameters: Mapping[str, Any] | None = None
    threads: int | None = None
    errors: str = "strict"

    @property
    def gives_sparse(self) -> bool | None:
        """Whether the method gives sparse rows; None if a model decides, or the name is unknown."""
        name = DEFAULT_METHOD if self.method is None else self.method
        return resolve(name).gives_sparse if self.model is None and name in EMBEDDERS else None

    @property
    def sound_method(self) -> str | None:
        """Name of the method if it embeds sound; None for texts. A file or an unknown name counts as texts."""
        if self.model is None:
            name = DEFAULT_METHOD if self.method is None else self.method
            chosen: Any = resolve(name) if name in EMBEDDERS else None
        elif not isinstance(self.model, str | os.PathLike):
            chosen = self.model
        else:
            from nlpkit.artifact.reading import read

            name = read(self.model).kind if os.path.isdir(self.model) else ""
            chosen = resolve(name, KINDS) if name in KINDS else None
        return chosen.kind if getattr(chosen, "takes_sound", False) else None


def make_model(method: str | None, parameters: Mapping[str, Any] | None, threads: int | None) -> Any:
    """Return an estimator of a method with ``parameters``, not fitted yet.

    Raises
    ------
    ParameterError
        If there is no such method, or the method has no such parameter.
    """
    name = DEFAULT_METHOD if method is None else method
    estimator = resolve(name)
    known = estimator.defaults()
    for parameter in parameters or {}:
        if parameter not in known:
            owners = [other for other in EMBEDDERS if parameter in resolve(other).defaults()]
            where = f"it belongs to {', '.join(owners)}" if owners else f"it has {', '.join(known)}"
            raise ParameterError(f"{name} has no parameter {parameter!r}: {where}")
    shared = {"threads": threads} if "threads" in known else {}
    return estimator(**{**(parameters or {}), **shared})


def load_model(
    model: str | os.PathLike[str] | Any,
    method: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    errors: str = "strict",
) -> Any:
    """Return a fitted model, which is loaded if ``model`` is a path.

    Word vectors become a model that takes the mean of a text's words; ``parameters`` then say how texts are cut, and
    ``errors`` how words of a file that are not UTF-8 are read.

    Raises
    ------
    ArtifactError
        If the folder is no model.
    InputError
        If a file holds no word vectors.
    ParameterError
        If a method or parameters are given too, which the model has already, or the model embeds no texts.
    """
    if isinstance(model, str | os.PathLike):
        model = open_model(model, errors)
    if not isinstance(model, Estimator):
        from nlpkit.embeddings import WordVectors
        from nlpkit.embeddings.pooling import WordAverages

        if not isinstance(model, WordVectors):
            raise ParameterError(f"a {type(model).__name__} embeds no texts: expected a model that does")
        model = WordAverages.of(model, parameters or {})
    elif parameters:
        raise ParameterError(f"a model keeps the parameters that it learnt with: leave out {', '.join(parameters)}")
    if method is not None and method != model.kind:
        raise ParameterError(f"the model is {model.kind}, not {method}: leave out the method, or the model")
    if threads is not None and "threads" in model.defaults():
        model.set_params(threads=threads)
    return model


def open_model(path: str | os.PathLike[str], errors: str = "strict") -> Any:
    """Open a model of nlpkit's or another tool's, by the first of `nlpkit.registry.OPENERS` that knows it.

    ``errors`` says how words that are not UTF-8 are read.
    """
    for name in OPENERS:
        found = resolve(name, OPENERS)(path, errors)
        if found is not None:
            return found
    raise ParameterError(f"{os.fspath(path)}: is no model that nlpkit knows")


def fitted(
    choice: ModelChoice, texts: AnyTexts, training: AnyTexts | None, progress: Progress | None = None
) -> tuple[Any, tuple[Block, Any] | None]:
    """Return a fitted model, and all ``texts`` with their vectors if learning computed them.

    Raises
    ------
    ParameterError
        If there are both a model and texts for ``training``, or as `make_model` and `load_model`.
    """
    if choice.model is not None:
        if training is not None:
            raise ParameterError("a model has learnt already: give either a model or something to fit on")
        return load_model(choice.model, choice.method, choice.parameters, choice.threads, choice.errors), None
    model = make_model(choice.method, choice.parameters, choice.threads)
    if training is None:
        return model, learn(model, texts, progress)
    fit(model, training, progress)
    return model, None
