"""Near spellings: the words of a vocabulary that one slip away from a word that isn't in it, for messages."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from nlpkit.errors import UnknownWordError

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 40


def near_spellings(word: str, index: Mapping[str, int], k: int = 3) -> list[str]:
    """List the words nearest in spelling to ``word``, of those that come first in the vocabulary.

    They differ by case only; or else by one letter (of its own and a to z) that is added, left out, or another, or by
    two neighbours that are exchanged. It takes some hundred looks into the vocabulary, however large that is.

    Parameters
    ----------
    word : str
        Any word.
    index : mapping of str to int
        The rows of the words that there are.
    k : int
        How many, at most.

    Returns
    -------
    list of str

    Examples
    --------
    >>> near_spellings("qeen", {"king": 0, "queen": 1, "seen": 2})
    ['queen', 'seen']
    """
    if len(word) > _LONGEST:
        return []
    found = _known((word.lower(), word.capitalize(), word.upper()), index)
    found = found or _known(_edits(word), index) or _known(_edits(word.lower()), index)
    return sorted(found, key=index.__getitem__)[:k]


def unknown_word(word: str, index: Mapping[str, int]) -> UnknownWordError:
    """Return the error for a word that has no vector, with a hint."""
    near = near_spellings(word, index)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "try another spelling or case"
    return UnknownWordError(f"{word!r} is none of the {len(index):,} words: {hint}")


def _known(words: Iterator[str] | tuple[str, ...], index: Container[str]) -> set[str]:
    return {word for word in words if word and word in index}


def _edits(word: str) -> Iterator[str]:
    letters = sorted({*_LETTERS, *word})
    for i in range(len(word) + 1):
        before, after = word[:i], word[i:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in letters:
            yield before + letter + after
            yield before + letter + after[1:]
