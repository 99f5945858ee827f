"""The base of every estimator: scikit-learn's contract, without importing scikit-learn until it asks.

A subclass is a dataclass whose fields are its parameters::

    @dataclass(kw_only=True, eq=False, repr=False)
    class Counter(Estimator):
        min_df: int = 1
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from typing import Any, ClassVar, NamedTuple, NoReturn, Self

from .errors import ParameterError, is_number, is_whole


class OutputShape(NamedTuple):
    """The shape of a fitted model's vectors: the number and the dtype of the columns, and whether they are sparse."""

    n_columns: int
    dtype: Any
    sparse: bool


class Estimator:
    """Parameters by name, `set_output`, and what scikit-learn asks an estimator for.

    The class attributes say what kind of estimator it is, so that whoever uses one needs no list of methods. A subclass
    sets those that differ.
    """

    kind: str
    """The name of the method: on the command line, in the registry and in model folders."""

    needs_fit: ClassVar[bool] = True
    """Whether it has to learn from texts before it can transform any."""

    passes: ClassVar[int] = 1
    """How many times `fit` goes through the texts; 0 if there is nothing to learn."""

    is_trained_in_epochs: ClassVar[bool] = False
    """Whether `fit` trains for a while, takes ``started``, ``progress`` and ``checkpoint``, and can be resumed."""

    takes_sound: ClassVar[bool] = False
    """Whether it transforms clips of sound, not texts."""

    gives_sparse: ClassVar[bool] = False
    """Whether `transform` returns a CSR matrix, not an array."""

    def __init_subclass__(cls) -> None:
        """Add the parameters of the bases to the list of parameters in the docstring."""
        super().__init_subclass__()
        cls.__doc__ = _with_inherited_parameters(cls)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The parameters' names and default values, in the order of their definition."""
        return {f.name: f.default for f in fields(cls) if f.default is not MISSING}  # type: ignore[arg-type]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters and their values."""
        return {name: getattr(self, name) for name in sorted(self.defaults())}

    def set_params(self, **params: Any) -> Self:
        """Change parameters, and return the estimator.

        Raises
        ------
        ParameterError
            If there is no parameter of a given name.
        """
        known = self.defaults()
        for name in params:
            if name not in known:
                raise ParameterError(
                    f"Invalid parameter {name!r} for estimator {self!r}. Valid parameters are: {sorted(known)!r}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self.defaults().items()
            if not _same(getattr(self, name, default), default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns: "default", or "pandas" or "polars" for dense vectors."""
        if transform not in (None, "default", "pandas", "polars"):
            raise ParameterError(f"transform is {transform!r}: choose 'default', 'pandas' or 'polars'")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def _output(self, vectors: Any) -> Any:
        """Return a matrix of vectors in the form that `set_output`, or else scikit-learn's global setting, asks for.

        A sparse matrix stays one under the global setting, as scikit-learn's own vectorizers leave it.
        """
        asked = getattr(self, "_sklearn_output_config", {}).get("transform")
        is_sparse = not hasattr(vectors, "__array__")
        if asked == "default" or (is_sparse and asked is None):
            return vectors
        wanted = _global_output() if asked is None else asked
        if wanted == "default":
            return vectors
        if is_sparse:
            raise ParameterError(
                f"{type(self).__name__} gives a sparse matrix, which {wanted} can't hold: "
                "call set_output(transform='default')"
            )
        names = [str(name) for name in self.get_feature_names_out()]  # type: ignore[attr-defined]
        if wanted == "pandas":
            import pandas

            return pandas.DataFrame(vectors, columns=names)
        import polars

        return polars.DataFrame(vectors, schema=names, orient="row")

    def fit_transform(self, texts: Iterable[Any], y: Any = None) -> Any:
        """`fit`, then `transform`; texts that can be read only once are held."""
        held = texts if isinstance(texts, list | tuple | str) else list(texts)
        return self.fit(held, y).transform(held)  # type: ignore[attr-defined]

    def output_shape(self) -> OutputShape:
        """The shape of the vectors that the fitted model gives.

        Raises
        ------
        NotFittedError
            If the model has to be fitted first.
        """
        vectors = self.transform([""])  # type: ignore[attr-defined]
        if hasattr(vectors, "to_numpy"):  # a data frame, see `set_output`
            vectors = vectors.to_numpy()
        return OutputShape(vectors.shape[1], vectors.dtype, hasattr(vectors, "indptr"))

    def described_parameters(self) -> dict[str, Any]:
        """The parameters that the vectors depend on and that aren't the defaults, as JSON holds them."""
        defaults = self.defaults()
        changed = {
            name: _described(value)
            for name, value in self.get_params().items()
            if name != "threads" and repr(value) != repr(defaults[name])
        }
        return json.loads(json.dumps(changed))

    def model_hash(self) -> str:
        """SHA-256 of the parameters and of what the model has learnt; the same in every process."""
        import numpy as np

        digest = hashlib.sha256(json.dumps([self.kind, self.described_parameters()], sort_keys=True).encode())
        terms, arrays = self._learnt_parts()
        if terms is not None:
            for first in range(0, len(terms), 1 << 14):
                names = "\0".join(terms[first : first + (1 << 14)])
                digest.update(names.encode("utf-8", "surrogatepass"))
        for array in arrays:
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def _learnt_parts(self) -> tuple[Sequence[str] | None, Iterable[Any]]:
        """The terms and the arrays that the model has learnt, for `model_hash`: its attributes that end in ``_``."""
        import numpy as np

        others, arrays = [], []
        for name, value in sorted(vars(self).items()):
            if name[0] == "_" or name[-1] != "_":
                continue
            if isinstance(value, np.ndarray) and value.dtype != object:
                others.append(f"{name}: {value.dtype} {value.shape}")
                arrays.append(value)
            else:
                plain = value.tolist() if isinstance(value, np.ndarray) else value
                others.append(f"{name}: {json.dumps(_described(plain), sort_keys=True)}")
        return others, arrays

    def _not_fitted(self) -> NoReturn:
        from . import errors

        raise errors.NotFittedError(f"this {type(self).__name__} is not fitted yet: call fit or partial_fit first")

    def _check(self, name: str, fits: bool, expected: str) -> None:
        """Raise ParameterError unless a parameter ``fits``."""
        if not fits:
            raise ParameterError(
                f"The {name!r} parameter of {type(self).__name__} must be {expected}. "
                f"Got {getattr(self, name)!r} instead."
            )

    def _one_of(self, name: str, *choices: str | None) -> None:
        value = getattr(self, name)
        self._check(name, value is None or isinstance(value, str), "a str")
        self._check(name, value in choices, "one of " + ", ".join(map(repr, choices)))

    def _whole(self, name: str, least: int, most: int = (1 << 31) - 1) -> None:
        self._check(name, is_whole(getattr(self, name), least, most), f"a whole number from {least} to {most:,}")

    def _number(self, name: str, least: float, most: float = 1e38) -> None:
        self._check(name, is_number(getattr(self, name), least, most), f"a number from {least:g} to {most:g}")

    def __sklearn_clone__(self) -> Self:
        """A new estimator with copies of the parameters, which has learnt nothing."""
        twin = type(self)(**copy.deepcopy(self.get_params()))
        if hasattr(self, "_sklearn_output_config"):
            twin._sklearn_output_config = dict(self._sklearn_output_config)
        return twin

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(string=True, two_d_array=False),
            requires_fit=self.needs_fit,
        )


def _with_inherited_parameters(cls: type) -> str:
    """The docstring of ``cls``, with its bases' entries under "Parameters" put before its own."""
    own = inspect.cleandoc(cls.__doc__ or "")
    heading = "\nParameters\n----------\n"
    inherited = []
    for base in reversed(cls.__mro__[1:]):
        _, found, rest = inspect.cleandoc(vars(base).get("__own_doc__") or "").partition(heading)
        if found:
            inherited.append(re.split(r"\n\n(?=\S)", rest)[0].strip() + "\n")
    cls.__own_doc__ = own  # type: ignore[attr-defined]
    return own.replace(heading, heading + "".join(inherited))


def _described(value: Any) -> Any:
    """Return a parameter as JSON holds it, the same in every process: without addresses, sets in order."""
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


def _same(a: Any, b: Any) -> bool:
    try:
        return a is b or bool(a == b)
    except ValueError:
        return False


def _global_output() -> str:
    """scikit-learn's global setting, or "default" if nothing has imported scikit-learn."""
    import sys

    sklearn = sys.modules.get("sklearn")
    return str(sklearn.get_config()["transform_output"]) if sklearn and hasattr(sklearn, "get_config") else "default"
