"""Scripts whose words stand without spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese and others."""

from __future__ import annotations

import re
from collections.abc import Iterable

KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f"
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""With Bopomofo, which is written beside it."""

OTHERS = (
    "\u0e00-\u0e3a\u0e40-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f"  # Thai, Lao, Tibetan, Burmese
    "\u1780-\u17da\u17dc-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"  # Khmer, and of the Tai languages
)
_MARKS = "\u3000-\u3004\u3008-\u3020\u3030-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Punctuation of East Asia, wide forms included."""

_LETTER = re.compile(f"[{KANA}{HAN}{OTHERS}]")
_KANA = re.compile(f"[{KANA}]")
_HAN = re.compile(f"[{HAN}]")
_OTHER = re.compile(f"[{OTHERS}]")
_ALONE = re.compile(f"[{KANA}{HAN}{OTHERS}{_MARKS}]")
_EAST_ASIAN = re.compile(f"[{KANA}{HAN}{_MARKS}]")
_SPACED = re.compile(r"[^\W\d_]+")

_LETTERS_OF_A_WORD = 4
"""Letters of a spaced script that weigh as much as one of these."""

_KANA_SHARE = 0.05


def stands_alone(character: str) -> bool:
    """Whether words may begin and end on both sides of a character.

    Examples
    --------
    >>> [stands_alone(character) for character in "aé日。กက1!"]
    [False, False, True, True, True, True, False, False]
    """
    return _ALONE.match(character) is not None


def is_east_asian(character: str) -> bool:
    """Whether a character is a letter or mark of Chinese or Japanese, beside which no space stands.

    Examples
    --------
    >>> [is_east_asian(character) for character in "日。aก"]
    [True, True, False, False]
    """
    return _EAST_ASIAN.match(character) is not None


def has_unspaced(text: str) -> bool:
    """Whether a text has a letter of these scripts.

    Examples
    --------
    >>> has_unspaced("iPhone 手机"), has_unspaced("手。"), has_unspaced("전화。")
    (True, True, False)
    """
    return not text.isascii() and _LETTER.search(text) is not None


def unspaced_script(texts: Iterable[str]) -> str | None:
    """Return the script of most of the texts: ``"japanese"``, ``"han"``, ``"other"``, or None if it has spaces.

    Texts with kana are Japanese. Letters of a script with spaces weigh a quarter, because a word has several.

    Examples
    --------
    >>> unspaced_script(["我用 iPhone 12。"]), unspaced_script(["犬がいる"]), unspaced_script(["สวัสดี"])
    ('han', 'japanese', 'other')
    >>> unspaced_script(["a dog 犬", "two dogs"]), unspaced_script(["학교에 간다"])
    (None, None)
    """
    kana = han = other = spaced = 0
    for text in texts:
        if text.isascii():
            spaced += len(text)
            continue
        own = len(_KANA.findall(text)), len(_HAN.findall(text)), len(_OTHER.findall(text))
        kana, han, other = kana + own[0], han + own[1], other + own[2]
        spaced += sum(map(len, _SPACED.findall(_LETTER.sub(" ", text))))
    east_asian = kana + han
    if (east_asian + other) * _LETTERS_OF_A_WORD <= spaced or not east_asian + other:
        return None
    if other > east_asian:
        return "other"
    return "japanese" if kana >= _KANA_SHARE * east_asian else "han"


def count_words(text: str) -> int:
    """Return the number of words between spaces, each letter of these scripts counted as one.

    Examples
    --------
    >>> count_words("two dogs"), count_words("我用 iPhone 12。")
    (2, 4)
    """
    if not has_unspaced(text):
        return len(text.split())
    rest, letters = _LETTER.subn(" ", text)
    return letters + len(rest.split())
