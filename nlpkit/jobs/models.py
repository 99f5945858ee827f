"""The model of a job: made or loaded, and what writers have to know of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from nlpkit.corpora import Block
from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator
from nlpkit.registry import CLIP_EMBEDDERS, EMBEDDERS, resolve

from .passes import AnyTexts, Progress, fit, learn

DEFAULT_METHOD = "tfidf"

_LEARNT = ("document_frequency_", "term_frequency_", "idf_")


def make_model(
    method: str | None,
    parameters: Mapping[str, Any] | None,
    threads: int | None,
    methods: dict[str, str] = EMBEDDERS,
) -> tuple[str, Any]:
    """Return the name of one of ``methods`` and an estimator of it with ``parameters``, not fitted yet.

    Raises
    ------
    ParameterError
        If there is no such method, or the method has no such parameter.
    """
    name = DEFAULT_METHOD if method is None else method
    estimator = resolve(name, methods)
    known = estimator.defaults()
    for parameter in parameters or {}:
        if parameter not in known:
            owners = [other for other in methods if parameter in resolve(other).defaults()]
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

    Word vectors become a model that takes the mean of a text's words; ``parameters`` then say how texts are cut.

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
        if parameters and not _may_be_vectors(model):
            raise _has_parameters(parameters)
        model = _read_model(model)
    if not isinstance(model, Estimator):
        from nlpkit.embeddings import WordVectors
        from nlpkit.embeddings.pooling import WordAverages

        if not isinstance(model, WordVectors):
            raise ParameterError(f"a {type(model).__name__} embeds no texts: expected a model that does")
        model = WordAverages.of(model, parameters or {})
    elif parameters:
        raise _has_parameters(parameters)
    if method is not None and method != model.kind:
        raise ParameterError(f"the model is {model.kind}, not {method}: leave out the method, or the model")
    if threads is not None:
        model.set_params(threads=threads)
    return model.kind, model


def _read_model(path: str | os.PathLike[str]) -> Any:
    if os.path.isfile(path):
        from nlpkit.embeddings import WordVectors

        return WordVectors.read(path)
    from nlpkit.artifact.writing import load

    return load(path)


def _may_be_vectors(path: str | os.PathLike[str]) -> bool:
    if not os.path.isdir(path):
        return True
    from nlpkit.artifact.reading import read

    return read(path).kind == "word_vectors"


def _has_parameters(parameters: Mapping[str, Any]) -> ParameterError:
    return ParameterError(f"a model keeps the parameters that it learnt with: leave out {', '.join(parameters)}")


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


def shape_of(model: Any) -> tuple[int, Any, bool]:
    """Return the number and the dtype of the columns of a fitted model's vectors, and whether these are sparse."""
    if model.kind in CLIP_EMBEDDERS:
        import numpy as np

        return len(model.get_feature_names_out()), np.dtype(np.float32), False
    vectors = model.transform([""])
    return vectors.shape[1], vectors.dtype, hasattr(vectors, "indptr")


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
    vectors = getattr(model, "word_vectors", None)
    terms = names_of(model) if vectors is None else vectors.words
    if terms is not None:
        for first in range(0, len(terms), 1 << 14):
            names = "\0".join(terms[first : first + (1 << 14)])
            digest.update(names.encode("utf-8", "surrogatepass"))
    arrays = [getattr(model, name, None) for name in _LEARNT]
    if vectors is not None:
        arrays = [vectors.vectors, vectors.subwords and vectors.subwords.ngram_rows]
    for array in arrays:
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
