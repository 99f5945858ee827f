"""Text analysis: converts a text into terms, in plain Python or with a plan for the compiled scanner."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nlpkit.errors import ParameterError

from .normalize import Transform
from .token_lists import is_token_list

_WHITE_SPACES = re.compile(r"\s\s+")


def word_ngrams(tokens: list[str], ngram_range: tuple[int, int], stop_words: Collection[str] | None) -> list[str]:
    """Return the n-grams of tokens without stop words, joined by spaces, shorter ones first.

    Examples
    --------
    >>> word_ngrams(["to", "be", "or"], (1, 2), None)
    ['to', 'be', 'or', 'to be', 'be or']
    """
    if stop_words is not None:
        tokens = [token for token in tokens if token not in stop_words]
    smallest, largest = ngram_range
    if largest == 1:
        return tokens
    terms = list(tokens) if smallest == 1 else []
    for n in range(2 if smallest == 1 else smallest, min(largest, len(tokens)) + 1):
        terms += [" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return terms


def character_ngrams(text: str, ngram_range: tuple[int, int]) -> list[str]:
    """Return the character n-grams of a text; a run of white space counts as one space."""
    text = _WHITE_SPACES.sub(" ", text)
    smallest, largest = ngram_range
    return [text[i : i + n] for n in range(smallest, min(largest, len(text)) + 1) for i in range(len(text) - n + 1)]


def word_character_ngrams(text: str, ngram_range: tuple[int, int]) -> list[str]:
    """Return the character n-grams of each word, padded with a space on both sides.

    A padded word of at most n characters is returned once, whole.
    """
    smallest, largest = ngram_range
    terms = []
    for word in text.split():
        padded = f" {word} "
        for n in range(smallest, largest + 1):
            terms += [padded[i : i + n] for i in range(max(1, len(padded) - n + 1))]
            if n >= len(padded):
                break
    return terms


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Instructions for the compiled scanner: how to split texts, and which Python functions to apply first.

    Attributes
    ----------
    cut : str
        "word" (``\\w``), "space" (``\\S``), "char" or "char_wb".
    shortest : int
        Minimum number of characters in a word.
    marks : bool
        Whether words keep their marks and joiners: see `nlpkit.text.words`.
    lower : bool
        Whether the scanner lower-cases texts that were not transformed.
    transform, ascii_transform : callable or None
        Function applied to each text first, including lower-casing: ``ascii_transform`` if all texts of a batch are
        ASCII, else ``transform``.
    """

    cut: str
    shortest: int = 1
    marks: bool = False
    lower: bool = True
    transform: Transform | None = None
    ascii_transform: Transform | None = None


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Conversion of a text to terms. Calling it returns a list of str; ``scan`` is the compiled equivalent, or None.

    A text may be a list of tokens: then it is not normalised, lower-cased or cut.

    Attributes
    ----------
    own_preprocess, own_tokenize : bool
        Whether these functions are the user's, who may expect other objects than str: they are given lists, too.
    """

    preprocess: Transform
    tokenize: Callable[[str], Any]
    analyzer: str | Callable[[Any], Any] = "word"
    ngram_range: tuple[int, int] = (1, 1)
    stop_words: frozenset[str] | None = None
    scan: Scan | None = None
    own_preprocess: bool = False
    own_tokenize: bool = False

    def __call__(self, text: Any) -> list[str]:
        if callable(self.analyzer):
            return self.analyzer(text)
        prepared = self._prepared(text) if is_token_list(text) else self.preprocess(text)
        if self.analyzer == "char":
            return character_ngrams(prepared, self.ngram_range)
        if self.analyzer == "char_wb":
            return word_character_ngrams(prepared, self.ngram_range)
        return word_ngrams(self._cut(prepared), self.ngram_range, self.stop_words)

    def tokens(self, text: Any) -> list[str]:
        """Return the tokens of a text, before stop words are left out. Empty tokens of a list are none.

        Raises
        ------
        ParameterError
            If the text is a list, and the analyzer cuts texts into characters.
        """
        return self._cut(self._prepared(text) if is_token_list(text) else self.preprocess(text))

    def _cut(self, prepared: Any) -> list[str]:
        if is_token_list(prepared) and not self.own_tokenize:
            return [token for token in prepared if token]
        return list(self.tokenize(prepared))

    def for_texts(self, sample: Iterable[Any]) -> Analysis:
        """Return the analysis for texts of which some may be lists of tokens, as a sample of them shows.

        The tokens of lists may have spaces, so that n-grams of them are counted by their spelling, in plain Python.
        """
        if self.scan is None or self.ngram_range[1] == 1 or not any(map(is_token_list, sample)):
            return self
        return replace(self, scan=None)

    def _prepared(self, tokens: Sequence[str]) -> Any:
        prepared: Any = self.preprocess(tokens) if self.own_preprocess else tokens  # type: ignore[arg-type]
        if self.analyzer != "word" and is_token_list(prepared):
            raise ParameterError(
                f"a text is a list of tokens, and analyzer={self.analyzer!r} (--analyzer) cuts texts into characters:"
                " give strings, or take analyzer='word'"
            )
        return prepared
