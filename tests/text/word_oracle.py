"""nlpkit's word by a plain loop over the characters and their properties."""

from __future__ import annotations

import unicodedata

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"


def is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")


def counts(character: str) -> bool:
    """Whether it is one of the characters that a word needs two of."""
    if is_word_character(character):
        return True
    selects = "VARIATION SELECTOR" in unicodedata.name(character, "")
    return is_mark(character) and not unicodedata.combining(character) and not selects


def words(text: str, shortest: int = 2) -> list[str]:
    found = []
    i = 0
    while i < len(text):
        if not is_word_character(text[i]):
            i += 1
            continue
        start, i = i, i + 1
        while i < len(text):
            after = i
            while after < len(text) and text[after] in JOINERS:
                after += 1
            if after == len(text) or not (is_word_character(text[after]) or is_mark(text[after])):
                break
            i = after + 1
        if sum(map(counts, text[start:i])) >= shortest:
            found.append(text[start:i])
    return found


def word_punct(text: str) -> list[str]:
    """Words of any length, and runs of what is neither theirs nor white space."""
    found: list[str] = []
    for word in words(text, 1):
        before, _, text = text.partition(word)
        found += [*before.split(), word]
    return found + text.split()
