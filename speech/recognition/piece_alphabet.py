"""PieceAlphabet: sub-words of sentencepiece as the tokens of CTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from nlpkit.errors import InputError
from nlpkit.speech.recognition.alphabet import normalized
from nlpkit.text.subword import Subwords


class PieceAlphabet:
    """Sub-words as tokens; token 0 is the blank. It has the interface of `nlpkit.speech.recognition.alphabet.Alphabet`.

    Parameters
    ----------
    proto : bytes
        The serialised sentencepiece model; its piece 0, padding, serves as the blank.

    Examples
    --------
    >>> pieces = PieceAlphabet.learnt(["one two three", "two three four"] * 20, size=40)
    >>> tokens = pieces.encode("three two")
    >>> pieces.decode(tokens), [word for word, _, _ in pieces.words(tokens)]
    ('three two', ['three', 'two'])
    """

    separator: int | None = None
    """No token stands for a space: a piece that begins a word says so."""

    letters: Sequence[str] = ()

    def __init__(self, proto: bytes) -> None:
        self.proto = proto
        self._subwords = Subwords(proto)
        self._starts = [piece.startswith("▁") for piece in self._subwords.vocabulary]

    @classmethod
    def learnt(cls, texts: Iterable[str], *, size: int) -> PieceAlphabet:
        """Return about ``size`` pieces that suit texts; all their letters are among them."""
        normal = [normalized(text) for text in texts]
        return cls(Subwords.train(normal, vocab_size=size, byte_fallback=False).proto)

    def __len__(self) -> int:
        """Return the number of tokens, the blank included."""
        return len(self._subwords)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text of each token, with a space before a piece that begins a word; that of the blank is empty."""
        return ("", *(piece.replace("▁", " ") for piece in self._subwords.vocabulary[1:]))

    def unknown(self, text: str) -> str:
        """Return the letters of a text that no piece has."""
        return "".join(sorted({letter for letter in normalized(text) if not self._knows(letter)}))

    def _knows(self, letter: str) -> bool:
        return letter == " " or self._subwords.unk_id not in self._subwords.encode([letter])[0]

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises
        ------
        InputError
            If it has other letters.
        """
        tokens = [int(token) for token in self._subwords.encode([normalized(text)])[0]]
        if self._subwords.unk_id in tokens:
            found = self.unknown(text)
            raise InputError(f"the text {text!r} has letters outside the alphabet: {' '.join(map(repr, found))}")
        return tokens

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens."""
        return " ".join(word for word, _, _ in self.words(list(tokens)))

    def words(self, tokens: Sequence[int]) -> list[tuple[str, int, int]]:
        """Return each word with the place of its first token, and of the one after its last."""
        starts = [place for place, token in enumerate(tokens) if self._starts[token] or place == 0]
        found = []
        for start, end in pairwise([*starts, len(tokens)]):
            [text] = self._subwords.decode([list(tokens[start:end])])
            if text:
                found.append((text, start, end))
        return found
