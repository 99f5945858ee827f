r"""Tokenizers by name or by pattern, and which of them the compiled scanner supports.

============================ ======================================================================
``"words"``                  words of two or more characters: see `nlpkit.text.words`
``"whitespace"``             runs of characters other than white space
``"wordpunct"``              words, and runs of other characters except white space
``"cjk"``                    words; overlapping character bigrams for scripts without spaces
``"sentencepiece:FILE"``     the pieces of a sentencepiece model
============================ ======================================================================

Models of version 1 cut words at marks. ``"wordpunct-1"`` and ``"cjk-1"`` are these tokenizers as they were then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from nlpkit.errors import InputError, ParameterError

from .analysis import Scan
from .words import WORD_PATTERN, pattern, word_punct, words

Tokenizer = Callable[[str], list[str]]

# Scripts without spaces: letters, marks and digits of these blocks form one run.
_UNSPACED = (
    "\u0e00-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59"  # Thai
    "\u0e80-\u0edf"  # Lao
    "\u1000-\u1049\u1050-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17d3\u17dc\u17dd\u17e0-\u17e9"  # Khmer
    "\u1950-\u19df\u1a20-\u1aad"  # Tai Le, New Tai Lue, Tai Tham
    "\ua980-\ua9c0\u1b05-\u1b4b"  # Javanese, Balinese
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u3099\u309a\u309d-\u309f"  # Hiragana
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Katakana
    "\u3105-\u312f\u31a0-\u31bf\ua000-\ua48c"  # Bopomofo, Yi
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_SPACED = rf"(?![{_UNSPACED}])"
_old_runs = re.compile(rf"([{_UNSPACED}]+)|((?:{_SPACED}\w){{2,}})").findall


@cache
def _runs() -> Callable[[str], list[tuple[str, str]]]:
    return re.compile(rf"([{_UNSPACED}]+)|({pattern(_SPACED)})").findall


def cjk(text: str) -> list[str]:
    """Return words, and overlapping character bigrams for scripts without spaces.

    Examples
    --------
    >>> cjk("東京都に I live")
    ['東京', '京都', '都に', 'live']
    """
    return _with_bigrams(_old_runs(text) if text.isascii() else _runs()(text))


def cjk_1(text: str) -> list[str]:
    """Return what `cjk` returned in version 1."""
    return _with_bigrams(_old_runs(text))


def _with_bigrams(runs: list[tuple[str, str]]) -> list[str]:
    tokens = []
    for run, word in runs:
        if word:
            tokens.append(word)
        elif len(run) == 1:
            tokens.append(run)
        else:
            tokens += [run[i : i + 2] for i in range(len(run) - 1)]
    return tokens


class SentencePiece:
    """The tokenizer of a sentencepiece model file, which is loaded on first use; pickling includes the loaded model.

    Raises
    ------
    InputError
        If the file does not exist, or, on first use, is not a sentencepiece model.
    """

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise InputError(f"there is no sentencepiece model {path}: name an existing .model file")
        self.path = path

    @cached_property
    def processor(self) -> Any:
        """The loaded model."""
        import sentencepiece

        try:
            return sentencepiece.SentencePieceProcessor(model_file=self.path)
        except (RuntimeError, OSError) as error:
            raise InputError(
                f"{self.path} can't be read as a sentencepiece model: train one, or name another file"
            ) from error

    def __call__(self, text: str) -> list[str]:
        return self.processor.encode(text, out_type=str)


NAMED: dict[str, Tokenizer] = {
    "words": words,
    "whitespace": str.split,
    "wordpunct": word_punct,
    "cjk": cjk,
}

_OLD: dict[str, Tokenizer] = {
    "wordpunct-1": re.compile(r"\w+|[^\w\s]+").findall,
    "cjk-1": cjk_1,
}


def as_in_version_1(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a model of version 1, with a tokenizer and a token pattern that cut texts as it did."""
    name = parameters.get("tokenizer")
    if name is None or name == "words":
        old = parameters.get("token_pattern") if name is None else None
        return {**parameters, "tokenizer": None, "token_pattern": old or WORD_PATTERN}
    return {**parameters, "tokenizer": f"{name}-1" if f"{name}-1" in _OLD else name}


def new_tokenizer(tokenizer: str | Callable[[str], Any] | None, token_pattern: str | None) -> Callable[[str], Any]:
    """Return the function that cuts a text into tokens: a named or given one, or that of a pattern, or `words`.

    Raises
    ------
    ParameterError
        If the name is unknown, or the pattern has more than one group.
    InputError
        If the sentencepiece model does not exist.
    """
    if isinstance(tokenizer, str):
        return named_tokenizer(tokenizer)
    if tokenizer is not None:
        return tokenizer
    if token_pattern is None:
        return words
    known = re.compile(token_pattern)
    if known.groups > 1:
        raise ParameterError("More than 1 capturing group in token pattern. Only a single group should be captured.")
    return known.findall


def named_tokenizer(name: str) -> Tokenizer:
    """Return the tokenizer called ``name``.

    Raises
    ------
    ParameterError
        If the name is unknown.
    InputError
        If the sentencepiece model does not exist.
    """
    if name.startswith("sentencepiece:"):
        return SentencePiece(name.partition(":")[2])
    if name in _OLD:
        return _OLD[name]
    if name not in NAMED:
        raise ParameterError(
            f"tokenizer is {name!r}: choose one of {', '.join(NAMED)}, sentencepiece:FILE or a callable"
        )
    return NAMED[name]


def scanned(tokenizer: object, token_pattern: str | None) -> Scan | None:
    """Return the compiled equivalent of a tokenizer, or None if there is none."""
    if tokenizer == "whitespace":
        return Scan(cut="space")
    if tokenizer == "words" or (tokenizer is None and token_pattern is None):
        return Scan(cut="word", shortest=2, marks=True)
    if tokenizer is not None:
        return None
    return {
        r"\b\w\w+\b": Scan(cut="word", shortest=2),
        r"\w\w+": Scan(cut="word", shortest=2),
        r"\b\w{2,}\b": Scan(cut="word", shortest=2),
        r"\w{2,}": Scan(cut="word", shortest=2),
        r"\b\w+\b": Scan(cut="word"),
        r"\w+": Scan(cut="word"),
        r"\S+": Scan(cut="space"),
    }.get((token_pattern or "").removeprefix("(?u)"))
