"""WordAlphabet: whole words as the tokens of CTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlpkit.errors import InputError
from nlpkit.speech.recognition.alphabet import normalized


class WordAlphabet:
    """Words as tokens; token 0 is the blank. It has the interface of `nlpkit.speech.recognition.alphabet.Alphabet`.

    A word is a single token, so that a few words are learnt sooner and from fewer voices than letter by letter.

    Parameters
    ----------
    words : sequence of str
        The words of tokens 1, 2, ....

    Examples
    --------
    >>> words = WordAlphabet.learnt(["go left", "go right"])
    >>> words.encode("left go"), words.decode([3, 3])
    ([2, 1], 'right right')
    """

    separator: int | None = None
    """No token stands for a space."""

    letters: Sequence[str] = ()
    unit = "word"
    missing = "words outside the alphabet"

    def __init__(self, words: Sequence[str]) -> None:
        self.names = tuple(words)
        self._numbers = {word: number for number, word in enumerate(self.names, 1)}

    @classmethod
    def learnt(cls, texts: Iterable[str]) -> WordAlphabet:
        """Return the words of texts, in Unicode's order."""
        return cls(sorted({word for text in texts for word in normalized(text).split()}))

    def __len__(self) -> int:
        """Return the number of tokens, the blank included."""
        return 1 + len(self.names)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text of each token; that of the blank is empty."""
        return ("", *self.names)

    def unknown(self, text: str) -> list[str]:
        """Return the words of a text that the alphabet lacks."""
        return sorted({word for word in normalized(text).split() if word not in self._numbers})

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises
        ------
        InputError
            If it has other words.
        """
        found = self.unknown(text)
        if found:
            raise InputError(f"the text {text!r} has words that are not known: {', '.join(found)}")
        return [self._numbers[word] for word in normalized(text).split()]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens."""
        return " ".join(self.names[token - 1] for token in tokens)

    def words(self, tokens: Sequence[int]) -> list[tuple[str, int, int]]:
        """Return each word with the place of its token, and of the one after it."""
        return [(self.names[token - 1], place, place + 1) for place, token in enumerate(tokens)]
