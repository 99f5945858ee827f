"""From texts to words by a named tokenizer, for what learns one thing for each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.errors import ParameterError

from . import tokenize
from .analysis import Analysis, Scan
from .normalize import chain, unicode_form


def word_analysis(tokenizer: Any, *, lowercase: bool, normalize: str | None) -> Analysis:
    """How a text becomes words.

    Raises
    ------
    ParameterError
        If there is no such tokenizer or Unicode form.
    InputError
        If there is no such sentencepiece model.

    Examples
    --------
    >>> word_analysis("words", lowercase=True, normalize=None)("To be, or not")
    ['to', 'be', 'or', 'not']
    """
    preprocess = chain(unicode_form(normalize), str.lower if lowercase else None) or str
    cut = tokenize.scanned(tokenizer, None)
    scan = None
    if cut is not None:
        scan = Scan(cut=cut[0], shortest=cut[1], lower=lowercase, transform=preprocess if normalize else None)
    tokens = tokenize.named_tokenizer(tokenizer) if isinstance(tokenizer, str) else tokenizer
    return Analysis(preprocess=preprocess, tokenize=tokens, scan=scan)


def checked_texts(texts: Iterable[Any]) -> Iterator[str]:
    """The texts, each of which is found to be a str when it is drawn.

    Raises
    ------
    ParameterError
        If ``texts`` is itself a str, or, later, if one of them is none.
    """
    if isinstance(texts, str):
        raise ParameterError("Iterable over raw text documents expected, string object received.")
    return map(_checked, texts)


def _checked(text: Any) -> str:
    if not isinstance(text, str):
        raise ParameterError(f"a text is {type(text).__name__}, expected str: convert the texts first")
    return text
