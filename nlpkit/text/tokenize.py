r"""Tokenizers by name, and the patterns that the compiled scanner supports.

============================ ======================================================================
``"words"``                  runs of two or more word characters: scikit-learn's ``(?u)\b\w\w+\b``
``"whitespace"``             runs of characters other than white space
``"wordpunct"``              runs of word characters, and runs of other characters except white space
``"cjk"``                    words; overlapping character bigrams for scripts without spaces
``"sentencepiece:FILE"``     the pieces of a sentencepiece model
============================ ======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from nlpkit.errors import InputError, ParameterError

Tokenizer = Callable[[str], list[str]]

WORD_PATTERN = r"(?u)\b\w\w+\b"

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
_CJK_RUNS = re.compile(rf"([{_UNSPACED}]+)|((?:(?![{_UNSPACED}])\w){{2,}})")
_WORD_PUNCT = re.compile(r"\w+|[^\w\s]+")


def cjk(text: str) -> list[str]:
    """Return words, and overlapping character bigrams for scripts without spaces.

    Examples
    --------
    >>> cjk("東京都に I live")
    ['東京', '京都', '都に', 'live']
    """
    tokens = []
    for run, word in _CJK_RUNS.findall(text):
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
    "words": re.compile(WORD_PATTERN).findall,
    "whitespace": str.split,
    "wordpunct": _WORD_PUNCT.findall,
    "cjk": cjk,
}


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
    if name not in NAMED:
        raise ParameterError(
            f"tokenizer is {name!r}: choose one of {', '.join(NAMED)}, sentencepiece:FILE or a callable"
        )
    return NAMED[name]


def scanned(tokenizer: object, token_pattern: str | None) -> tuple[str, int] | None:
    """Return the compiled equivalent of a tokenizer: ("word" or "space", minimum length), or None if there is none."""
    if tokenizer is not None:
        return {"words": ("word", 2), "whitespace": ("space", 1)}.get(tokenizer) if isinstance(tokenizer, str) else None
    pattern = (token_pattern or "").removeprefix("(?u)")
    return {
        r"\b\w\w+\b": ("word", 2),
        r"\w\w+": ("word", 2),
        r"\b\w{2,}\b": ("word", 2),
        r"\w{2,}": ("word", 2),
        r"\b\w+\b": ("word", 1),
        r"\w+": ("word", 1),
        r"\S+": ("space", 1),
    }.get(pattern)
