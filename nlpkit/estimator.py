"""The base of every estimator: scikit-learn's contract, without importing scikit-learn until it asks.

A subclass is a dataclass whose fields are its parameters::

    @dataclass(kw_only=True, eq=False, repr=False)
    class Counter(Estimator):
        min_df: int = 1
"""

from __future__ import annotations

import copy
import inspect
from dataclasses import MISSING, fields
from numbers import Integral, Real
from typing import Any, NoReturn, Self

from .errors import ParameterError


class Estimator:
    """Parameters by name, `set_output`, and what scikit-learn asks an estimator for."""

    kind: str
    """The name of the method: on the command line, in the registry and in model folders."""

    def __init_subclass__(cls) -> None:
        """Complete the list of parameters in the docstring by those of the bases."""
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
        """Change parameters; returns the estimator.

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
        """Choose what `transform` returns: "default", or, for dense vectors, "pandas" or "polars"."""
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
        wanted = _global_output() if asked is None else asked
        is_sparse = not hasattr(vectors, "__array__")
        if wanted == "default" or (is_sparse and asked is None):
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
        value = getattr(self, name)
        fits = isinstance(value, Integral) and not isinstance(value, bool) and least <= int(value) <= most
        self._check(name, fits, f"a whole number from {least} to {most:,}")

    def _number(self, name: str, least: float, most: float = 1e38) -> None:
        value = getattr(self, name)
        fits = isinstance(value, Real) and not isinstance(value, bool) and least <= float(value) <= most
        self._check(name, fits, f"a number from {least:g} to {most:g}")

    def __sklearn_clone__(self) -> Self:
        """A new estimator with copies of the parameters, and nothing learnt."""
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
        )


def _with_inherited_parameters(cls: type) -> str:
    """The docstring of ``cls``, with the entries that its bases' docstrings have under "Parameters" put first."""
    own = inspect.cleandoc(cls.__doc__ or "")
    heading = "\nParameters\n----------\n"
    inherited = []
    for base in reversed(cls.__mro__[1:]):
        _, found, rest = inspect.cleandoc(vars(base).get("__own_doc__") or "").partition(heading)
        if found:
            inherited.append(rest.split("\n\n")[0])
    cls.__own_doc__ = own  # type: ignore[attr-defined]
    return own.replace(heading, heading + "".join(f"{entries.strip()}\n" for entries in inherited))


def _same(a: Any, b: Any) -> bool:
    try:
        return a is b or bool(a == b)
    except ValueError:
        return False


def _global_output() -> str:
    """scikit-learn's global setting, if anything has imported scikit-learn."""
    import sys

    sklearn = sys.modules.get("sklearn")
    return str(sklearn.get_config()["transform_output"]) if sklearn and hasattr(sklearn, "get_config") else "default"
