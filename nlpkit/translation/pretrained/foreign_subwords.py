"""Base of the sub-words of pretrained models: the interface of `nlpkit.text.subword.Subwords` that translation uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

from nlpkit.errors import InputError, ParameterError
from nlpkit.text.subword_training import clean_text
from nlpkit.text.word_spans import parts_of_words, spaced_words

from .directions import untagged


class ForeignSubwords(ABC):
    """Converts texts to ids and back, as a pretrained model has them.

    As in `Subwords`, every run of Unicode spaces is one space, and text is never encoded as a special token.

    Parameters
    ----------
    size : int
        The size of the model's vocabulary.
    most : int, optional
        The greatest number of tokens of a source, its end token and languages counted.
    unread : int
        The number of ids at the beginning of a source that the encoder does not read.
    tagged : bool
        Whether texts begin with the tag of their languages: see `nlpkit.translation.pretrained.directions`.
    """

    def __init__(self, size: int, *, most: int | None = None, unread: int = 0, tagged: bool = False) -> None:
        self._size, self._most, self._unread, self._tagged = size, most, unread, tagged

    @abstractmethod
    def _vocabulary(self) -> dict[int, str]:
        """Return the tokens by id."""

    @abstractmethod
    def _encoded(self, texts: list[str], directions: list[tuple[str, str]]) -> list[list[int]]:
        """Encode clean texts of the given source and target languages, which are empty where they are not marked."""

    @abstractmethod
    def _decoded(self, ids: list[list[int]]) -> list[str]:
        """Decode ids without special tokens."""

    @property
    @abstractmethod
    def _special(self) -> frozenset[int]:
        """Ids of tokens that are no text."""

    @cached_property
    def vocabulary(self) -> list[str]:
        """The tokens, by id; empty strings for ids that the tokenizer lacks."""
        known = self._vocabulary()
        return [known.get(number, "") for number in range(self._size)]

    def __len__(self) -> int:
        return self._size

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Encode texts as ids, without the end token; an empty list for an empty text.

        Raises
        ------
        InputError
            If a text has more tokens than the model can read.
        """
        split = [untagged(text) if self._tagged else ("", "", text) for text in texts]
        found = self._encoded([clean_text(text) for _, _, text in split], [(out, into) for out, into, _ in split])
        for ids, (_, _, text) in zip(found, split, strict=True):
            n = len(ids) - self._unread + 1
            if self._most is not None and n > self._most:
                raise InputError(
                    f"a text has {n:,} tokens, and the model reads at most {self._most:,}: split it, or"
                    f" translate its sentences by themselves (--split-sentences): {text[:40]!r}…"
                )
        return found

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """Decode ids to texts; special tokens are left out."""
        for row in ids:
            self._check(row)
        return self._decoded([[number for number in row if number not in self._special] for row in ids])

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens as strings."""
        self._check(ids)
        return [self.vocabulary[number] for number in ids]

    def words(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Find the tokens of each word: see `nlpkit.text.subword.Subwords.words`."""
        pieces = zip(ids, self.pieces(ids), strict=True)
        return spaced_words([None if number in self._special else piece for number, piece in pieces])

    def parts(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Same as `words`, but words in scripts without spaces are cut into their tokens."""

        def texts(spans: list[tuple[int, int]]) -> list[str]:
            return self.decode([ids[begin:end] for begin, end in spans])

        return parts_of_words(self.words(ids), self.pieces(ids), texts)

    def _check(self, ids: Sequence[int]) -> None:
        wrong = next((number for number in ids if not 0 <= number < self._size), None)
        if wrong is not None:
            raise ParameterError(f"{wrong} is no token's id; expected 0 to {self._size - 1}")
