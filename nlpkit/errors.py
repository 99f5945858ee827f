"""Every exception that nlpkit raises on purpose, under one root.

A message says what was found, what was expected and what to do about it, in one line: the command
line prints it as it stands and exits with 2.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any


class NlpkitError(Exception):
    """The root of nlpkit's exceptions."""


class ParameterError(NlpkitError, ValueError, TypeError):
    """A parameter has a value or a type that it can't have."""


class InputError(NlpkitError, ValueError):
    """A text or a file that was handed in can't be read as what it should be."""


class UnknownWordError(NlpkitError, KeyError):
    """A word has no vector."""

    __str__ = Exception.__str__


class OutputError(NlpkitError, OSError):
    """A result can't be written where it was asked for."""


class ArtifactError(NlpkitError, ValueError):
    """A model folder is damaged, foreign, or can't hold what it was asked to."""


class DivergedError(NlpkitError, ArithmeticError):
    """A training has left the range of numbers."""


class MissingDependencyError(NlpkitError, ImportError):
    """An optional package is needed and not installed."""


def require(fits: bool, name: str, value: object, expected: str) -> None:
    """Raise a `ParameterError` unless the value of the parameter ``name`` fits."""
    if not fits:
        raise ParameterError(f"{name} is {value!r}: expected {expected}")


def require_whole(name: str, value: Any, least: int = 1, most: int | None = None) -> None:
    """Raise a `ParameterError` unless ``value`` is a whole number from ``least`` to ``most``; NumPy's count too."""
    fits = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least
    if fits and (most is None or int(value) <= most):
        return
    bounds = f"of at least {least:,}" if most is None else f"from {least:,} to {most:,}"
    raise ParameterError(f"{name} is {value!r}: expected a whole number {bounds}")


def require_number(name: str, value: Any, least: float = 0, most: float | None = None) -> None:
    """Raise a `ParameterError` unless ``value`` is a finite number from ``least`` to ``most``."""
    fits = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if fits and float(value) >= least and (most is None or float(value) <= most):
        return
    bounds = f"of at least {least:g}" if most is None else f"from {least:g} to {most:g}"
    raise ParameterError(f"{name} is {value!r}: expected a number {bounds}")


def __getattr__(name: str) -> Any:
    """Build ``NotFittedError`` when it is first asked for.

    It is scikit-learn's own exception too, and scikit-learn is slow to import.
    """
    if name != "NotFittedError":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sklearn.exceptions import NotFittedError as SklearnNotFittedError

    class NotFittedError(NlpkitError, SklearnNotFittedError):
        """An estimator was used before it had learnt anything."""

    NotFittedError.__module__ = __name__
    NotFittedError.__qualname__ = "NotFittedError"
    globals()[name] = NotFittedError
    return NotFittedError
