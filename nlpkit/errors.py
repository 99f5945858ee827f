"""The exceptions that nlpkit raises, with one base class.

A message is one line: what was found, what was expected, and how to fix it. The command line prints it unchanged and
exits with 2.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any


class NlpkitError(Exception):
    """Base class of nlpkit's exceptions."""


class ParameterError(NlpkitError, ValueError, TypeError):
    """A parameter has an invalid value or type."""


class MethodError(NlpkitError, AttributeError):
    """A model has no such method, and another one in its place."""


class InputError(NlpkitError, ValueError):
    """A text or file cannot be read in the expected format."""


class UnknownWordError(NlpkitError, KeyError):
    """A word has no vector."""

    __str__ = Exception.__str__


class OutputError(NlpkitError, OSError):
    """A result cannot be written to the given path."""


class ArtifactError(NlpkitError, ValueError):
    """A model folder is damaged or foreign, or cannot store a value."""


class DivergedError(NlpkitError, ArithmeticError):
    """A training has diverged: its numbers are infinite or NaN."""


class TrainingWarning(UserWarning):
    """A training has ended, and has learnt nothing, or gone wrong."""


class FeatureWarning(UserWarning):
    """Features of sound are computed, and a part of them holds no information."""


class MissingDependencyError(NlpkitError, ImportError):
    """A required optional package is not installed."""


class DamageWarning(UserWarning):
    """A damaged file was read as far as it can be decoded."""


class Notice(UserWarning):
    """Tells how an input was understood; nothing is wrong."""


def require(fits: bool, name: str, value: object, expected: str) -> None:
    """Raise `ParameterError` with the ``expected`` value unless ``fits``."""
    if not fits:
        raise ParameterError(f"{name} is {value!r}: expected {expected}")


def is_whole(value: Any, least: float = 1, most: int | None = None) -> bool:
    """Whether ``value`` is a whole number from ``least`` to ``most``; NumPy's integers count, bool does not."""
    whole = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least
    return whole and (most is None or int(value) <= most)


def is_number(value: Any, least: float = 0, most: float | None = None) -> bool:
    """Whether ``value`` is a finite number from ``least`` to ``most``; bool is not."""
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value) and float(value) >= least
    return number and (most is None or float(value) <= most)


def is_real(value: Any) -> bool:
    """Whether ``value`` is a number, infinite or not; NaN and bool are not."""
    return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)


def require_whole(name: str, value: Any, least: int = 1, most: int | None = None) -> None:
    """Raise a `ParameterError` unless `is_whole`."""
    if is_whole(value, least, most):
        return
    bounds = f"of at least {least:,}" if most is None else f"from {least:,} to {most:,}"
    raise ParameterError(f"{name} is {value!r}: expected a whole number {bounds}")


def require_number(name: str, value: Any, least: float = 0, most: float | None = None) -> None:
    """Raise a `ParameterError` unless `is_number`."""
    if is_number(value, least, most):
        return
    bounds = f"of at least {least:g}" if most is None else f"from {least:g} to {most:g}"
    raise ParameterError(f"{name} is {value!r}: expected a number {bounds}")


def __getattr__(name: str) -> Any:
    """Create ``NotFittedError`` on first access.

    It derives from scikit-learn's exception, and scikit-learn is slow to import.
    """
    if name != "NotFittedError":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sklearn.exceptions import NotFittedError as SklearnNotFittedError

    class NotFittedError(NlpkitError, SklearnNotFittedError):
        """An estimator was used before it was fitted."""

    NotFittedError.__module__ = __name__
    NotFittedError.__qualname__ = "NotFittedError"
    globals()[name] = NotFittedError
    return NotFittedError
