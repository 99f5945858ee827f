"""The parameters of embedders that count terms: values that are refused, and values that are never used."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.words import WORD_PATTERN

VALUE_DTYPES = "float32, float64, an integer type or bool (--dtype float32)"
"""Values that a sparse matrix can have, in words for messages."""


def check_analysis(model: Any) -> None:
    """Refuse values that no parameter can have."""
    model._one_of("input", "content", "filename", "file")
    model._one_of("decode_error", "strict", "ignore", "replace")
    model._one_of("normalize", None, "NFC", "NFKC")
    model._check("encoding", isinstance(model.encoding, str), "a str")
    model._check("preprocessor", model.preprocessor is None or callable(model.preprocessor), "a callable or None")
    if not callable(model.strip_accents):
        model._one_of("strip_accents", None, "ascii", "unicode")
    if not callable(model.analyzer):
        model._one_of("analyzer", "word", "char", "char_wb")
    model._check("lowercase", isinstance(model.lowercase, bool | np.bool_), "a bool")
    tokenizer = model.tokenizer
    model._check(
        "tokenizer",
        tokenizer is None or isinstance(tokenizer, str) or callable(tokenizer),
        "a name, a callable or None",
    )
    stop = model.stop_words
    model._check(
        "stop_words",
        stop is None or stop == "english" or isinstance(stop, list),
        "'english', a list or None",
    )
    model._check(
        "token_pattern",
        model.token_pattern is None or isinstance(model.token_pattern, str),
        "a str or None",
    )
    n = model.threads
    model._check("threads", n is None or (isinstance(n, Integral) and int(n) > 0), "an int above 0 or None")
    sizes = model.ngram_range
    pair = isinstance(sizes, tuple) and len(sizes) == 2 and all(isinstance(n, Integral) for n in sizes)
    model._check("ngram_range", pair, "a tuple of two ints")
    if sizes[0] > sizes[1]:
        raise ParameterError(f"Invalid value for ngram_range={sizes} lower boundary larger than the upper boundary.")


def check_limits(model: Any) -> None:
    """Refuse limits, a dtype or a vocabulary that can't be."""
    check_dtype(model)
    for name in "max_df", "min_df":
        value = getattr(model, name)
        whole = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1
        share = isinstance(value, Real) and not isinstance(value, Integral) and 0 <= float(value) <= 1
        model._check(name, whole or share, "a float from 0.0 to 1.0 or an int from 1 on")
    most, given = model.max_features, model.vocabulary
    fits = most is None or (isinstance(most, Integral) and int(most) >= 1)
    model._check("max_features", fits, "an int from 1 on or None")
    fits = given is None or hasattr(given, "__iter__")
    model._check("vocabulary", fits, "a mapping or an iterable of terms or None")


def check_dtype(model: Any) -> None:
    """Refuse a dtype that is none of `VALUE_DTYPES`, in this machine's order of bytes.

    A model that computes in float64 for dtypes that are no float may be given float16 too.
    """
    fits = _is_value_dtype(model.dtype) or (model.converts_dtype and is_float16(model.dtype))
    model._check("dtype", fits, VALUE_DTYPES)


def is_float16(dtype: Any) -> bool:
    """Whether ``dtype``, a type, a name or a dtype, is float16."""
    try:
        return dtype is not None and np.dtype(dtype) == np.float16
    except (TypeError, ValueError):
        return False


def warn_of_idle(model: Any) -> None:
    """Warn of parameters that others make idle, as scikit-learn does."""
    pattern_unused = model.token_pattern not in (None, WORD_PATTERN)
    idle = []
    if model.tokenizer is not None and (pattern_unused or (model.token_pattern and callable(model.tokenizer))):
        idle.append(("token_pattern", "'tokenizer' is not None'"))
    if callable(model.analyzer):
        if model.preprocessor is not None:
            idle.append(("preprocessor", "'analyzer' is callable'"))
        if model.ngram_range not in ((1, 1), None):
            idle.append(("ngram_range", "'analyzer' is callable'"))
    if model.analyzer != "word":
        for name, used in ("stop_words", model.stop_words), ("tokenizer", model.tokenizer):
            if used is not None:
                idle.append((name, "'analyzer' != 'word'"))
        if pattern_unused:
            idle.append(("token_pattern", "'analyzer' != 'word'"))
    for name, reason in idle:
        warnings.warn(f"The parameter '{name}' will not be used since {reason}", stacklevel=3)


def _is_value_dtype(dtype: Any) -> bool:
    try:
        known = np.dtype(dtype)
    except (TypeError, ValueError):
        return False
    return known.isnative and (known.kind in "iub" or known in (np.float32, np.float64))
