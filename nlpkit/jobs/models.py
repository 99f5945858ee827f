"""The model of a job: made or loaded, and what writers have to know of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from nlpkit.corpora import Block
from nlpkit.errors import ParameterError
from nlpkit.registry import EMBEDDERS, resolve

from .passes import AnyTexts, Progress, fit, learn

DEFAULT_METHOD = "tfidf"

_LEARNT = ("document_frequency_", "term_frequency_", "idf_")


def make_model(method: str | None, parameters: Mapping[str, Any] | None, threads: int | None) -> tuple[str, Any]:
    """Return a method's name and an estimator of it with ``parameters``, not fitted yet.

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
    return name, estimator(**{**(parameters or {}), "threads": threads})


def load_model(
    model: str | os.PathLike[str] | Any,
    method: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
) -> tuple[str, Any]:
    """Return a fitted model's method and the model, which is loaded if ``model`` is a path.

    Raises
    ------
    ArtifactError
        If the folder is no model.
    ParameterError
        If a method or parameters are given too, which the model has already.
    """
    if parameters:
        raise ParameterError(f"a model keeps the parameters that it learnt with: leave out {', '.join(parameters)}")
    if isinstance(model, str | os.PathLike):
        from nlpkit.artifact import load

        model = load(model)
    if method is not None and method != model.kind:
        raise ParameterError(f"the model is {model.kind}, not {method}: leave out the method, or the model")
    if threads is not None:
        model.set_params(threads=threads)
    return model.kind, model


def fitted(
    texts: AnyTexts,
    training: AnyTexts | None,
    model: str | os.PathLike[str] | Any | None,
    method: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[str, Any, tuple[Block, Any] | None]:
    """Return the method, ``model`` or one that learns, and all ``texts`` with their vectors if they came with it.

    Raises
    ------
    ParameterError
        If there are both a model and texts for ``training``, or as `make_model` and `load_model`.
    """
    if model is not None:
        if training is not None:
            raise ParameterError("a model has learnt already: give either a model or something to fit on")
        return *load_model(model, method, parameters, threads), None
    method, model = make_model(method, parameters, threads)
    if training is None:
        return method, model, learn(model, texts, progress)
    fit(model, training, progress)
    return method, model, None


def names_of(model: Any) -> Sequence[str] | None:
    """Return the terms of the columns of a fitted model, or None if it keeps none."""
    return getattr(model, "terms_", None)


def shape_of(model: Any) -> tuple[int, Any]:
    """Return the number and the dtype of the columns of a fitted model's vectors."""
    vectors = model.transform([""])
    return vectors.shape[1], vectors.dtype


def describe_parameters(model: Any) -> dict[str, Any]:
    """Return the parameters that the vectors depend on and that aren't the defaults, as JSON holds them."""
    defaults = model.defaults()
    changed = {
        name: _described(value)
        for name, value in model.get_params().items()
        if name != "threads" and repr(value) != repr(defaults[name])
    }
    return json.loads(json.dumps(changed))


def model_hash(model: Any) -> str:
    """Return the SHA-256 of the parameters and of what a fitted model has learnt."""
    import numpy as np

    digest = hashlib.sha256(json.dumps([model.kind, describe_parameters(model)], sort_keys=True).encode())
    terms = names_of(model)
    if terms is not None:
        for first in range(0, len(terms), 1 << 14):
            names = "\0".join(terms[first : first + (1 << 14)])
            digest.update(names.encode("utf-8", "surrogatepass"))
    for name in _LEARNT:
        array = getattr(model, name, None)
        if array is not None:
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _described(value: Any) -> Any:
    """Return what JSON holds of a parameter, the same in every process: no address, no order of a set."""
    if callable(value):
        named = value if hasattr(value, "__qualname__") else type(value)
        return f"{getattr(named, '__module__', None) or 'builtins'}.{named.__qualname__}"
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return repr(value)
    return value
