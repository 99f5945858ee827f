"""`with_terms`: translations that a glossary demands in the place of others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlpkit.text.unspaced import stands_alone

_WORD = re.compile(r"\S+")
_BEFORE = re.compile(r"\W*(?:\w{1,2}['’])?")
_AFTER = re.compile(r"\W*\Z")
_SHORT = 3  # letters of an article, which stays before a form
_CLOSED = re.compile(r"[.!?…]\s*\Z")

Term = tuple[Sequence[range], str]
"""For each place of a term the words of the source, and the form that is demanded."""


def words_of(source: str, pattern: re.Pattern[str]) -> list[range]:
    """Return the words between spaces that what a pattern finds consists of, but for punctuation and an elision.

    Examples
    --------
    >>> words_of("L'eau, the ice-water, water's hot water.", re.compile("eau|water|hot water"))
    [range(0, 1), range(4, 6)]
    """
    words = [word.span() for word in _WORD.finditer(source)]
    found = []
    for place in pattern.finditer(source):
        covered = [number for number, (begin, end) in enumerate(words) if begin < place.end() and place.start() < end]
        begin, end = words[covered[0]][0], words[covered[-1]][1]
        if _BEFORE.fullmatch(source, begin, place.start()) and _AFTER.match(source[place.end() : end]):
            found.append(range(covered[0], covered[-1] + 1))
    return found


def with_terms(target: str, links: Sequence[int], terms: Sequence[Term]) -> tuple[str, list[int]]:
    """Return a translation with the required forms in the place of the words that are aligned to their terms.

    A term without such words, or with words of a script without spaces, changes nothing.

    Parameters
    ----------
    target : str
    links : sequence of int
        For each word of ``target.split()`` the word of the source that it is aligned to; -1 for none.
    terms : sequence of (sequence of range, str)

    Returns
    -------
    str, list of int
        The text, and the links of its words.

    Examples
    --------
    >>> with_terms("J'adore la pizza.", [1, 2, 2], [([range(2, 3)], "tarte aux pommes")])
    ("J'adore la tarte aux pommes.", [1, 2, 2, 2, 2])
    >>> with_terms("J'adore ça.", [1, 1], [([range(2, 3)], "tarte")])
    ("J'adore ça.", [1, 1])
    """
    words = _WORD.findall(target)
    chosen: dict[int, tuple[int, str]] = {}
    for places, form in terms:
        runs = sorted(_runs(words, links, {word for place in places for word in place}), key=len, reverse=True)
        chosen |= {run[0]: (run[-1] + 1, form) for run in runs[: len(places)]}
    spans = [word.span() for word in _WORD.finditer(target)]
    made = list(links)
    for first, (last, form) in sorted(chosen.items(), reverse=True):
        (begin, _), (_, end) = spans[first], spans[last - 1]
        before, after = _BEFORE.match(words[first]), _AFTER.search(words[last - 1])
        target = f"{target[:begin]}{before[0] if before else ''}{form}{after[0] if after else ''}{target[end:]}"
        made[first:last] = [links[first]] * len(form.split())
    return target, made


def is_appended(text: str, form: str) -> bool:
    """Whether a form stands after the end of a sentence, where a search puts what it has no place for.

    Examples
    --------
    >>> is_appended("J'adore la pizza. tarte.", "tarte"), is_appended("J'adore la tarte.", "tarte")
    (True, False)
    """
    head, found, tail = text.rpartition(form)
    return bool(found and _CLOSED.search(head) and not any(map(str.isalnum, tail)))


def _runs(words: Sequence[str], links: Sequence[int], covered: set[int]) -> Iterator[range]:
    """Yield the runs of words that are aligned to some of the source, without an article before them."""
    begin = 0
    while begin < len(words):
        end = begin
        while end < len(words) and links[end] in covered:
            end += 1
        if end > begin and not any(map(stands_alone, "".join(words[begin:end]))):
            long = (number for number in range(begin, end) if sum(map(str.isalpha, words[number])) > _SHORT)
            yield range(next(long, begin), end)
        begin = end + 1
