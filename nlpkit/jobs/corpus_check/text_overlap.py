"""Whether texts occur in another collection: compared by hashes, case, spaces and punctuation aside."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from nlpkit.text.text_form import TextForm

_FORM = TextForm("NFC")
_NO_WORD = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """Return ``text`` with nothing in it but its words, in one case and Unicode form; a text without words stays.

    Examples
    --------
    >>> comparable(" It's  HOT!"), comparable("?!")
    ('it s hot', '?!')
    """
    text = one_form(text)
    return _NO_WORD.sub(" ", unicodedata.normalize("NFC", text.casefold())).strip() or text.strip()


def one_form(text: str) -> str:
    """Return ``text`` in NFC, without soft hyphens and zero-width spaces."""
    return _FORM(text)


def text_hash(text: str) -> bytes:
    """Return eight bytes that stand for a text; of 10 million texts two share theirs with probability 3e-6."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class TextOverlap:
    """Texts, or pairs, that a corpus should not hold, and which of them it holds.

    Parameters
    ----------
    name : str
        Name of the texts in the report.

    Attributes
    ----------
    n_texts : int
        Sources added, with those that are there twice.
    has_pairs : bool
        Whether every source has come with its translation.

    Examples
    --------
    >>> test = TextOverlap("test.en")
    >>> test.add(["A dog.", "A cat."])
    >>> test.find([text_hash(comparable(text)) for text in ["a dog", "a cow"]])
    [0]
    >>> test.sources_seen
    1
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.n_texts = 0
        self.has_pairs = False
        self._sources: Counter[bytes] = Counter()
        self._pairs: Counter[bytes] = Counter()
        self._seen: set[bytes] = set()
        self._pairs_seen: set[bytes] = set()

    def add(self, src: Sequence[str], trg: Sequence[str] | None = None) -> None:
        """Take sources, and their translations if there are any."""
        keys = [text_hash(comparable(text)) for text in src]
        self._sources.update(keys)
        self.n_texts += len(keys)
        if trg is not None:
            self.has_pairs = True
            self._pairs.update(key + text_hash(comparable(text)) for key, text in zip(keys, trg, strict=True))

    def find(self, keys: Iterable[bytes]) -> list[int]:
        """Return which of a corpus's sources, as hashes, are among these."""
        found = [(index, key) for index, key in enumerate(keys) if key in self._sources]
        self._seen.update(key for _, key in found)
        return [index for index, _ in found]

    def has_pair(self, key: bytes, trg: str) -> bool:
        """Say whether a pair is among these, given its source's hash."""
        pair = key + text_hash(comparable(trg))
        if pair not in self._pairs:
            return False
        self._pairs_seen.add(pair)
        return True

    @property
    def sources_seen(self) -> int:
        """How many sources the corpus holds."""
        return sum(self._sources[key] for key in self._seen)

    @property
    def pairs_seen(self) -> int | None:
        """How many pairs the corpus holds; None where there are only sources."""
        return sum(self._pairs[key] for key in self._pairs_seen) if self.has_pairs else None
