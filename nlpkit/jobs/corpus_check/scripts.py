"""The script that a text is written in: Latin, Cyrillic, Arabic, …"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

NO_SCRIPT = ""
HAN_AND_KANA = "Han/kana"

_LIVING = """
    LATIN GREEK CYRILLIC ARMENIAN GEORGIAN HEBREW ARABIC SYRIAC THAANA NKO ADLAM DEVANAGARI BENGALI GURMUKHI GUJARATI
    ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA THAI LAO TIBETAN MYANMAR KHMER MONGOLIAN HANGUL ETHIOPIC CHEROKEE
    CANADIAN TIFINAGH YI JAVANESE BALINESE SUNDANESE VAI COPTIC
"""
_TOGETHER = dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC"), HAN_AND_KANA)

SCRIPTS = (NO_SCRIPT, *(name.title() for name in _LIVING.split()), HAN_AND_KANA)
"""Scripts; the first stands for a text without letters, or with letters of none of the others."""

_NUMBERS = {name: number for number, name in enumerate(SCRIPTS)}
_UNKNOWN = 255


def script_of(character: str) -> str:
    """Return the script of a letter; none for what isn't a letter of one.

    Unicode's names of characters begin with it. Han, hiragana, katakana and bopomofo, which a text mixes, are one.

    Examples
    --------
    >>> script_of("é"), script_of("я"), script_of("ﾊ"), script_of("7")
    ('Latin', 'Cyrillic', 'Han/kana', '')
    """
    if not character.isalpha():
        return NO_SCRIPT
    words = unicodedata.name(character, "").split()
    if words[:1] in (["HALFWIDTH"], ["FULLWIDTH"]):
        words = words[1:]
    word = words[0] if words else ""
    script = _TOGETHER.get(word, word.title())
    return script if script in _NUMBERS else NO_SCRIPT


class ScriptCounter:
    """Finds the script that most letters of a text belong to.

    Examples
    --------
    >>> [SCRIPTS[number] for number in ScriptCounter().main(["Hello, мир", "да!", "42"])]
    ['Latin', 'Cyrillic', '']
    """

    def __init__(self) -> None:
        self._table = np.full(0x110000, _UNKNOWN, np.uint8)

    def main(self, texts: Sequence[str]) -> np.ndarray:
        """Return the number in `SCRIPTS` of each text's main script: shape (n_texts,), uint8."""
        return self.main_of(*code_points(texts), len(texts))

    def main_of(self, codes: np.ndarray, owners: np.ndarray, n_texts: int) -> np.ndarray:
        """Return the same for texts as `code_points` gives them."""
        scripts = self._table[codes]
        if (scripts == _UNKNOWN).any():
            for code in np.unique(codes[scripts == _UNKNOWN]).tolist():
                self._table[code] = _NUMBERS[script_of(chr(code))]
            scripts = self._table[codes]
        letters = scripts > 0
        cells = owners[letters] * len(SCRIPTS) + scripts[letters]
        counts = np.bincount(cells, minlength=n_texts * len(SCRIPTS)).reshape(n_texts, len(SCRIPTS))
        return counts.argmax(axis=1).astype(np.uint8)


def code_points(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the code points of all texts in a row, and the number of the text that each stands in."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return codes, np.repeat(np.arange(len(texts)), lengths)
