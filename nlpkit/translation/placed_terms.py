"""`with_term`: the translation that a glossary demands in the place of another."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\S+")
_PARTS = re.compile(r"(\W*(?:\w{1,2}['’])?)(.*?)(\W*)\Z", re.DOTALL)
_SHORT = 3  # letters of an article, which stays before a form
_CLOSED = re.compile(r"[.!?…]\s*\Z")

Span = tuple[int, int]


def with_term(source: str, target: str, links: Sequence[int], places: Sequence[Span], form: str) -> str | None:
    """Return a translation with a term's required form; None if no word belongs to the term.

    Parameters
    ----------
    source, target : str
    links : sequence of int
        For each word of ``target.split()`` the word of ``source.split()`` that it is aligned to; -1 for none.
    places : sequence of (int, int)
        Where the term stands in the source.
    form : str

    Examples
    --------
    >>> with_term("I love pizza.", "J'adore la pizza.", [1, 2, 2], [(7, 12)], "tarte")
    "J'adore la tarte."
    >>> with_term("I love pizza.", "J'adore ça.", [1, 1], [(7, 12)], "tarte") is None
    True
    """
    covered = {
        number
        for number, word in enumerate(_WORD.finditer(source))
        if any(word.start() < end and begin < word.end() for begin, end in places)
    }
    words = [word.span() for word in _WORD.finditer(target)]
    runs: list[list[int]] = []
    for number, link in enumerate(links[: len(words)]):
        if link in covered:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
    chosen = sorted(sorted(runs, key=len, reverse=True)[: len(places)], reverse=True)
    for run in chosen:
        long = (number for number in run if _letters(target[slice(*words[number])]) > _SHORT)
        first, last = words[next(long, run[0])], words[run[-1]]
        before, after = _PARTS.match(target[slice(*first)]), _PARTS.match(target[slice(*last)])
        assert before is not None  # both match whatever there is
        assert after is not None
        target = target[: first[0]] + before[1] + form + after[3] + target[last[1] :]
    return target if chosen else None


def is_appended(text: str, form: str) -> bool:
    """Whether a form stands after the end of a sentence, where a search puts what it has no place for.

    Examples
    --------
    >>> is_appended("J'adore la pizza. tarte.", "tarte"), is_appended("J'adore la tarte.", "tarte")
    (True, False)
    """
    head, found, tail = text.rpartition(form)
    return bool(found and _CLOSED.search(head) and not any(map(str.isalnum, tail)))


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))
