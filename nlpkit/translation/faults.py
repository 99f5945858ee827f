"""Signs in a translation that something is wrong with it: loops, its length, and what was lost or doubled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlpkit.text.numbers import has_in_words, numbers_of
from nlpkit.text.protected_spans import protected_spans

_WORD = re.compile(r"\w+")
_KINDS = (
    (re.compile(r"\w+://|www\.|mailto:"), "URL"),
    (re.compile(r"\S+@\S+\.\w+$"), "e-mail address"),
    (re.compile("`"), "code"),
    (re.compile(r"[<&]"), "tag"),
    (re.compile(r"[\x20-\x7e]+$"), "placeholder"),
)


@dataclass(frozen=True, kw_only=True)
class GuardLimits:
    """Limits beyond which a translation is doubted.

    Attributes
    ----------
    loop_words : int
        Longest sequence of words of which repetitions are looked for.
    loop_times : int
        Repetitions in a row that are a loop, where the source has fewer.
    pair_times, pair_ratio : int, float
        The most frequent pair of words is a loop if it stands more often than this, and more often than the source's
        most frequent pair by this factor.
    shortest, longest : float
        Least and greatest ratio of the lengths in characters of translation and source.
    counted_from : int
        Characters of a source from which its length is looked at.
    uncovered : float
        Greatest share of words of the source that get little attention.
    covered_below : float
        Coverage is computed for translations that are shorter than the source by this ratio of characters.
    phrases : int
        Most lost parts that are required in another translation.
    """

    loop_words: int = 4
    loop_times: int = 3
    pair_times: int = 4
    pair_ratio: float = 2.0
    shortest: float = 0.3
    longest: float = 3.0
    counted_from: int = 20
    uncovered: float = 0.4
    covered_below: float = 0.7
    phrases: int = 8


LIMITS = GuardLimits()


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a translation.

    Attributes
    ----------
    kind : {"loop", "length", "coverage", "cut off", "lost", "doubled", "added", "missing"}
    what : str
        The number, URL, ... that was lost or doubled.
    name : str
        In words: ``URL``.
    """

    kind: str
    what: str = ""
    name: str = ""

    def __str__(self) -> str:
        """Return it as a flag: "loop", "number lost: 42"."""
        return f"{self.name} {self.kind}: {self.what}" if self.what else self.kind


def faults_of(
    source: str,
    target: str,
    *,
    languages: tuple[str | None, str | None] = (None, None),
    limits: GuardLimits = LIMITS,
) -> list[Fault]:
    """Find what is wrong with a translation.

    Parameters
    ----------
    source, target : str
    languages : (str or None, str or None)
        Their codes: a number may stand in words.
    limits : GuardLimits

    Examples
    --------
    >>> [str(fault) for fault in faults_of("See https://a.org on page 12.", "Siehe Seite 12 auf Seite 12.")]
    ['URL lost: https://a.org', 'number doubled: 12']
    >>> [str(fault) for fault in faults_of("I am very glad.", "Ich bin sehr sehr sehr sehr froh.")]
    ['loop']
    >>> faults_of("She has 3 dogs.", "Elle a trois chiens.", languages=("en", "fr"))
    []
    """
    found = list(_of_spans(source, target))
    words = _without_spans(source), _without_spans(target)
    found += _of_numbers(*words, languages)
    if is_loop(*words, limits):
        found.append(Fault("loop"))
    ratio = len(target) / max(len(source), 1)
    if len(source) >= limits.counted_from and not limits.shortest <= ratio <= limits.longest:
        found.append(Fault("length"))
    return found


def is_loop(source: str, target: str, limits: GuardLimits = LIMITS) -> bool:
    """Whether a translation repeats words more than its source does."""
    ours, theirs = _WORD.findall(target.casefold()), _WORD.findall(source.casefold())
    if _repetitions(ours, limits) >= max(limits.loop_times, _repetitions(theirs, limits) + 1):
        return True
    most, most_of_source = _most_frequent_pair(ours), _most_frequent_pair(theirs)
    return most > limits.pair_times and most > limits.pair_ratio * most_of_source


def _repetitions(words: Sequence[str], limits: GuardLimits) -> int:
    """Return how often a sequence of words stands in a row at most."""
    most = 1 if words else 0
    for size in range(1, limits.loop_words + 1):
        run = 0
        for place in range(size, len(words)):
            run = run + 1 if words[place] == words[place - size] else 0
            most = max(most, run // size + 1)
    return most


def _most_frequent_pair(words: Sequence[str]) -> int:
    pairs = Counter(pairwise(words))
    return max(pairs.values(), default=0)


def _of_spans(source: str, target: str) -> Iterator[Fault]:
    """Yield parts that must stand unchanged and are lost, or stand more often than in the source."""
    for span, times in Counter(source[begin:end] for begin, end in protected_spans(source)).items():
        found = target.count(span)
        if found != times:
            name = next((name for pattern, name in _KINDS if pattern.match(span)), "emoji")
            yield Fault("lost" if found < times else "doubled", span, name)


def _of_numbers(source: str, target: str, languages: tuple[str | None, str | None]) -> Iterator[Fault]:
    """Yield numbers of the source that are lost, and numbers that the source does not have as often."""
    ours, theirs = numbers_of(target), numbers_of(source)
    if ours == theirs:
        return
    for number in theirs - ours:
        if not has_in_words(target, number, languages[1]):
            yield Fault("lost", number, "number")
    for number in ours - theirs:
        if number in theirs or not has_in_words(source, number, languages[0]):
            yield Fault("doubled" if number in theirs else "added", number, "number")


def _without_spans(text: str) -> str:
    for begin, end in reversed(protected_spans(text)):
        text = f"{text[:begin]} {text[end:]}"
    return text
