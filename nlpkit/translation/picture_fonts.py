"""Fonts for the words in a picture: matplotlib's own has no Chinese, Japanese, Korean, Thai, Khmer, …"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

_CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH", "BOPOMOFO")
_NO_FONT = "Last Resort"  # has a box for every character
_OF_MATPLOTLIB = r"(Glyph \d+|Matplotlib currently does not support)"


def fonts_for(words: Iterable[str]) -> tuple[list[str], str]:
    """Choose fonts for words: matplotlib's own, and installed ones for the characters that it lacks.

    Returns
    -------
    fonts : list of str
        Names, in the order in which each character is looked up.
    missing : str
        Characters that no installed font has.
    """
    from matplotlib import font_manager, rcParams

    fonts = list(rcParams["font.family"])
    wanted = {ord(character) for word in words for character in word if not character.isspace()}
    own = font_manager.findfont(font_manager.FontProperties(family=fonts))
    wanted -= _characters(own)
    for name, path in chain(_known(), _new()) if wanted else ():
        found = wanted & _characters(path)
        if found:
            fonts.append(name)
            wanted -= found
        if not wanted:
            break
    return fonts, "".join(map(chr, sorted(wanted)))


def _known() -> list[tuple[str, str]]:
    """Return names and files of the fonts that matplotlib knows, those made for many scripts first."""
    from matplotlib.font_manager import fontManager

    fonts = {(font.name, font.fname) for font in fontManager.ttflist if not font.name.startswith(_NO_FONT)}
    return sorted(fonts, key=lambda font: ("Sans" not in font[0], "Noto" not in font[0], font))


def _new() -> Iterator[tuple[str, str]]:
    """Yield fonts that were installed after matplotlib had made its list."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    for path in sorted(set(findSystemFonts()) - {font.fname for font in fontManager.ttflist}):
        try:
            fontManager.addfont(path)
        except (RuntimeError, OSError, ValueError):
            continue
        name = fontManager.ttflist[-1].name
        if not name.startswith(_NO_FONT):
            yield name, path


def _characters(path: str) -> set[int]:
    from matplotlib.font_manager import get_font

    try:
        return set(get_font(path).get_charmap())
    except (RuntimeError, OSError, ValueError):
        return set()


def warn_of_missing(missing: str) -> None:
    """Warn in one line of characters without a shape, and name the fonts to install."""
    if not missing:
        return
    fonts = sorted({_font_to_install(character) for character in missing})
    shown = missing if len(missing) <= 10 else missing[:10] + "…"
    warnings.warn(
        f"the picture has boxes in place of {len(missing):,} characters that no installed font has ({shown}): install "
        f"{' and '.join(fonts)}",
        stacklevel=3,
    )


def _font_to_install(character: str) -> str:
    """Return the name of a free font.

    Examples
    --------
    >>> _font_to_install("我"), _font_to_install("ก"), _font_to_install("က")
    ('the font Noto Sans CJK', 'the font Noto Sans Thai', 'the font Noto Sans Myanmar')
    """
    name = unicodedata.name(character, "")
    if not name:
        return f"a font that has U+{ord(character):04X}"
    script = name.split()[0].partition("-")[0]
    if unicodedata.category(character)[0] not in "LM" and script not in _CJK:
        return "the font Noto Sans Symbols 2"
    return f"the font Noto Sans {'CJK' if script in _CJK else script.title()}"


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep back matplotlib's own warnings of missing characters, one for each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_OF_MATPLOTLIB)
        yield
