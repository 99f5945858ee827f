"""Conversion of texts to words by a named tokenizer, for methods that learn one vector or count per word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nlpkit.errors import ParameterError

from . import tokenize
from .analysis import Analysis
from .normalize import chain, unicode_form
from .token_lists import checked_tokens, is_token_list


def word_analysis(
    tokenizer: Any, *, lowercase: bool, normalize: str | None, token_pattern: str | None = None
) -> Analysis:
    """Return the analysis that converts a text to words.

    Without a ``tokenizer``, words are those of ``token_pattern``; without both, those of `nlpkit.text.words`.

    Raises
    ------
    ParameterError
        If the tokenizer or Unicode form is unknown.
    InputError
        If the sentencepiece model does not exist.

    Examples
    --------
    >>> word_analysis("words", lowercase=True, normalize=None)("To be, or not")
    ['to', 'be', 'or', 'not']
    """
    preprocess = chain(unicode_form(normalize), str.lower if lowercase else None) or str
    scan = tokenize.scanned(tokenizer, token_pattern)
    if scan is not None:
        scan = replace(scan, lower=lowercase, transform=preprocess if normalize else None)
    tokens = tokenize.new_tokenizer(tokenizer, token_pattern)
    return Analysis(preprocess=preprocess, tokenize=tokens, scan=scan, own_tokenize=callable(tokenizer))


def checked_texts(texts: Iterable[Any]) -> Iterator[Any]:
    """Yield the texts, and check that each is a str, or a list or tuple of str: see `nlpkit.text.token_lists`.

    Raises
    ------
    ParameterError
        If ``texts`` is a str, or, during iteration, an item is neither.
    """
    _refuse_str(texts)
    return map(_checked_text, texts)


def checked_strings(texts: Iterable[Any]) -> Iterator[str]:
    """Yield the texts, and check that each is a str; raises as `checked_texts`."""
    _refuse_str(texts)
    return map(_checked, texts)


def _refuse_str(texts: Any) -> None:
    if isinstance(texts, str):
        raise ParameterError("Iterable over raw text documents expected, string object received.")


def _checked_text(text: Any) -> Any:
    return text if isinstance(text, str) else checked_tokens(text) if is_token_list(text) else _checked(text)


def _checked(text: Any) -> str:
    if not isinstance(text, str):
        raise ParameterError(f"a text is {type(text).__name__}, expected str: convert the texts first")
    return text
