"""Alphabet: the tokens of CTC, letters or sub-words, and the text that they stand for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from nlpkit.errors import InputError


class Alphabet:
    """Letters as tokens; token 0 is the blank.

    Parameters
    ----------
    letters : sequence of str
        The letters of tokens 1, 2, ...; among them the space, if texts have several words.

    Examples
    --------
    >>> letters = Alphabet.learnt(["two", "to go"])
    >>> letters.encode("got"), letters.decode([2, 3, 4])
    ([2, 3, 4], 'got')
    """

    def __init__(self, letters: Sequence[str]) -> None:
        self.letters = tuple(letters)
        self._numbers = {letter: number for number, letter in enumerate(self.letters, 1)}

    @classmethod
    def learnt(cls, texts: Iterable[str], *, least: int = 1) -> Alphabet:
        """Return the alphabet of texts: letters that occur at least ``least`` times, in Unicode's order."""
        counts: dict[str, int] = {}
        for text in texts:
            for letter in normalized(text):
                counts[letter] = counts.get(letter, 0) + 1
        return cls(sorted(letter for letter, count in counts.items() if count >= least))

    @classmethod
    def with_space(cls, texts: Iterable[str]) -> Alphabet:
        """Return the alphabet of texts and a space, so that clips of one word can be joined."""
        return cls(sorted({*cls.learnt(texts).letters, " "}))

    def __len__(self) -> int:
        """Return the number of tokens, the blank included."""
        return 1 + len(self.letters)

    @property
    def separator(self) -> int | None:
        """Token of the space; None without one."""
        return self._numbers.get(" ")

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text of each token; that of the blank is empty."""
        return ("", *self.letters)

    def unknown(self, text: str) -> str:
        """Return the letters of a text that the alphabet lacks."""
        return "".join(sorted({letter for letter in normalized(text) if letter not in self._numbers}))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises
        ------
        InputError
            If it has other letters.
        """
        found = self.unknown(text)
        if found:
            raise InputError(f"the text {text!r} has letters outside the alphabet: {' '.join(map(repr, found))}")
        return [self._numbers[letter] for letter in normalized(text)]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens."""
        return " ".join("".join(self.letters[token - 1] for token in tokens).split())

    def words(self, tokens: Sequence[int]) -> list[tuple[str, int, int]]:
        """Return each word with the place of its first token, and of the one after its last."""
        found: list[tuple[str, int, int]] = []
        start = 0
        for place in range(len(tokens) + 1):
            if place == len(tokens) or self.letters[tokens[place] - 1] == " ":
                if place > start:
                    found.append(("".join(self.letters[token - 1] for token in tokens[start:place]), start, place))
                start = place + 1
        return found


def normalized(text: str) -> str:
    """Return a text in NFC, with single spaces between its words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def spoken_form(text: str) -> str:
    """Return a text as it is spoken: in lower case, without punctuation, in NFC.

    Letters, marks, digits and apostrophes within words are kept.

    Examples
    --------
    >>> spoken_form("Don't -- stop, 2nd ROOM!")
    "don't stop 2nd room"
    """
    text = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    kept = "".join(
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" or letter == "'" else " "
        for letter in text
    )
    return " ".join(word for word in (part.strip("'") for part in kept.split()) if word)
