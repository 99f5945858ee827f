"""Vocabulary: tokens and their ids, most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.threads import available_threads

from .counting import rows as counting
from .counting.counter import new_counter
from .terms import Terms
from .word_analysis import checked_strings, word_analysis


def _refuse_repeated(tokens: list[str]) -> None:
    if len(set(tokens)) < len(tokens):
        token = next(token for token, count in Counter(tokens).items() if count > 1)
        raise ParameterError(f"{token!r} is in the vocabulary twice: give each token once, special ones too")


class Vocabulary(Sequence[str]):
    """Tokens with ids from 0 on: special tokens first, then the others in the given order.

    Parameters
    ----------
    tokens : iterable of str
        The tokens, without the special ones.
    counts : (n_tokens,) int, optional
        Number of occurrences of each token.
    specials : sequence of str, default=()
        Special tokens, such as ``"<pad>"``; their counts are 0.
    unknown : str, optional
        The special token that replaces unknown tokens in `encode`; without one, unknown tokens raise an error.

    Raises
    ------
    ParameterError
        If a token is repeated (for packed `Terms` without special tokens only `encode` checks this), the numbers of
        counts and tokens differ, or ``unknown`` is not a special token.

    Examples
    --------
    >>> vocabulary = Vocabulary.from_texts(["the cat saw the dog"], specials=["<unk>"], unknown="<unk>")
    >>> list(vocabulary)
    ['<unk>', 'the', 'cat', 'dog', 'saw']
    >>> vocabulary.encode(["the", "bird"]).tolist()
    [1, 0]
    """

    def __init__(
        self,
        tokens: Iterable[str],
        counts: Iterable[int] | np.ndarray | None = None,
        *,
        specials: Sequence[str] = (),
        unknown: str | None = None,
    ) -> None:
        self.specials = tuple(specials)
        self.unknown = unknown
        if isinstance(tokens, Terms) and not self.specials:
            self.terms = tokens
        else:
            names = [*self.specials, *tokens]
            _refuse_repeated(names)
            self.terms = Terms.of(names)
        n = len(self.terms) - len(self.specials)
        seen = np.zeros(n, np.int64) if counts is None else np.asarray(counts, np.int64)
        if seen.shape != (n,):
            raise ParameterError(f"there are {n} tokens and {seen.size} counts: give one count for each token")
        self.counts = np.concatenate([np.zeros(len(self.specials), np.int64), seen])
        if unknown is not None and unknown not in self.specials:
            raise ParameterError(f"unknown is {unknown!r}, which is not among the special tokens: add it to specials")

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        *,
        tokenizer: Any = "words",
        lowercase: bool = True,
        normalize: str | None = None,
        min_count: int = 1,
        max_count: int | None = None,
        max_size: int | None = None,
        specials: Sequence[str] = (),
        unknown: str | None = None,
        threads: int | None = None,
    ) -> Vocabulary:
        """Count the tokens of ``texts``, which are read once, and keep those within the limits.

        Tokens with equal counts are ordered by code points. ``max_size`` includes the special tokens.

        Raises
        ------
        ParameterError
            If ``texts`` is a str or contains other types, the tokenizer or Unicode form is unknown, a special token is
            repeated, or ``unknown`` is not a special token.
        InputError
            If a sentencepiece model cannot be read.
        """
        analysis = word_analysis(tokenizer, lowercase=lowercase, normalize=normalize)
        few, texts = counting.take(checked_strings(texts), counting.SMALL)
        counter = new_counter(analysis, None, few=few)
        counter.count(texts, insert=True, learn=True, keep=False, threads=threads or available_threads())
        numbers = counter.sorted_numbers()
        seen = counter.frequency[numbers, 1]
        kept = (seen >= min_count) & (seen <= (max_count if max_count is not None else np.inf))
        numbers, seen = numbers[kept], seen[kept]
        order = np.argsort(-seen, kind="stable")
        if max_size is not None:
            order = order[: max(0, max_size - len(specials))]
        names = counter.spell(numbers[order])
        taken = set(specials)
        if taken:
            plain = np.array([token not in taken for token in names], bool)
            names, order = Terms.of(token for token in names if token not in taken), order[plain]
        return cls(names, seen[order], specials=specials, unknown=unknown)

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, index: Any) -> Any:
        return self.terms[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __contains__(self, token: object) -> bool:
        return token in self.ids

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self)} tokens>"

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each token; created on first access."""
        ids = {token: number for number, token in enumerate(self.terms)}
        if len(ids) < len(self):
            _refuse_repeated(list(self.terms))
        return ids

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """Return the ids of ``tokens``: (n,) int32.

        Raises
        ------
        ParameterError
            If a token is not in the vocabulary and ``unknown`` is None.
        """
        ids = self.ids
        if self.unknown is not None:
            unknown = ids[self.unknown]
            return np.array([ids.get(token, unknown) for token in tokens], np.int32)
        try:
            return np.array([ids[token] for token in tokens], np.int32)
        except KeyError as error:
            raise ParameterError(f"{error.args[0]!r} is not in the vocabulary, which has no unknown token") from error

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the tokens of ids.

        Raises
        ------
        ParameterError
            If an id is out of range.
        """
        numbers = [int(number) for number in ids]
        for number in numbers:
            if not 0 <= number < len(self):
                raise ParameterError(f"there is no token {number}: the numbers go from 0 to {len(self) - 1}")
        return [self.terms[number] for number in numbers]

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write a folder for `load` and `nlpkit.load`."""
        artifact.save(
            path,
            kind="vocabulary",
            options={"specials": list(self.specials), "unknown": self.unknown},
            arrays={"counts": self.counts},
            files={"vocabulary.txt": self.terms.lines()},
            force=force,
        )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Vocabulary:
        """Read a vocabulary written by `save`."""
        return cls.from_artifact(artifact.read(path))

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Vocabulary:
        """Return the vocabulary of a model folder."""
        if stored.kind != "vocabulary":
            raise ArtifactError(f"{stored.path} holds a {stored.kind} model, expected a vocabulary")
        specials = stored.options.get("specials", [])
        try:
            tokens = Terms.from_lines(stored.file("vocabulary.txt"))
            return cls(
                tokens[len(specials) :],
                stored.arrays["counts"][len(specials) :],
                specials=specials,
                unknown=stored.options.get("unknown"),
            )
        except (KeyError, ValueError) as error:
            raise ArtifactError(f"{stored.path} is damaged ({error}): make the vocabulary again") from error
