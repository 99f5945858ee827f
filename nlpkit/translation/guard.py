"""`Guard`: finds translations that something is wrong with, translates them again, and flags what stays doubtful."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from nlpkit.text.numbers import NUMBER, str_of_digits
from nlpkit.text.protected_spans import protected_spans

from .faults import LIMITS, Fault, GuardLimits, faults_of
from .glossary import Glossary
from .marks import Marks
from .placed_terms import is_appended, with_terms
from .translations import Translation

_TOGETHER = 512  # texts of which the doubtful ones are translated again at once
_LETTERS = re.compile(r"[^\W\d_]+")
_LAST = re.compile(r"[\s.!?…\"'»”)\]]*\Z")


class Again(Protocol):
    """Translates texts again with required phrases, and without repeated n-grams of sub-words (0: with any)."""

    def __call__(
        self, texts: list[str], phrases: list[list[str]], *, no_repeat_ngram: int
    ) -> Iterator[Translation]: ...


class Guard:
    """Checks translations of single sentences.

    Parameters
    ----------
    again : callable
        Translates doubtful texts again.
    marks : Marks
        Sub-words for protected parts, which can be required.
    languages : (str or None, str or None)
        Codes of source and target.
    limits : GuardLimits
    uncovered : callable, optional
        Returns the share of the source's words that a translation does not cover.
    glossary : Glossary, optional
        Terms with their translations.
    links : callable, optional
        Returns for each word of a translation the word of its source that it is aligned to.
    """

    def __init__(
        self,
        again: Again,
        marks: Marks,
        languages: tuple[str | None, str | None],
        limits: GuardLimits = LIMITS,
        uncovered: Callable[[Translation], float] | None = None,
        glossary: Glossary | None = None,
        links: Callable[[Translation], list[int]] | None = None,
    ) -> None:
        self._again, self._marks, self._languages, self._limits = again, marks, languages, limits
        self._uncovered, self._glossary, self._links = uncovered, glossary, links

    def over(self, found: Iterable[Translation]) -> Iterator[Translation]:
        """Yield the translations, the doubtful ones mended where that is possible, with their flags."""
        waiting = iter(found)
        while block := list(islice(waiting, _TOGETHER)):
            faults = [self._faults(each) for each in block]
            self._mend(block, faults)
            for translation, own in zip(block, faults, strict=True):
                yield self._finished(translation, own)

    def _faults(self, translation: Translation) -> list[Fault]:
        source, target = translation.source, translation.text
        found = faults_of(source, target, languages=self._languages, limits=self._limits)
        if self._glossary is not None:
            found += [Fault("missing", term, "glossary term") for term in self._glossary.missing(source, target)]
        return found

    def _mend(self, block: list[Translation], faults: list[list[Fault]]) -> None:
        """Put terms into their places; translate texts again that lost something or have a loop, if that mends it."""
        for row, own in enumerate(faults):
            if terms := [fault.what for fault in own if fault.kind == "missing"]:
                block[row] = self._with_terms(block[row], terms)
                faults[row] = self._faults(block[row])
        for loops in (False, True):
            rows = [row for row, own in enumerate(faults) if _is_mendable(own) and _has_loop(own) == loops]
            wanted = {row: self._phrases(block[row].source, faults[row]) for row in rows}
            rows = [row for row in rows if loops or wanted[row]]
            if not rows:
                continue
            texts, phrases = [block[row].source for row in rows], [wanted[row] for row in rows]
            again = self._again(texts, phrases, no_repeat_ngram=4 if loops else 0)
            for row, translation in zip(rows, again, strict=True):
                left = self._faults(translation)
                is_after = any(is_appended(translation.text, phrase) for phrase in wanted[row])
                if len(left) < len(faults[row]) and translation.n_best[0].finished and not is_after:
                    block[row], faults[row] = translation, left

    def _with_terms(self, translation: Translation, terms: Sequence[str]) -> Translation:
        """Return a translation with the required forms in the place of the words that are aligned to their terms."""
        if self._links is None or self._glossary is None:
            return translation
        forms = [(self._glossary.words(translation.source, term), self._glossary.terms[term][0]) for term in terms]
        best = translation.n_best[0]
        text, links = with_terms(best.text, self._links(translation), forms)
        n_best = [replace(best, text=text), *translation.n_best[1:]]
        return replace(translation, n_best=n_best, links=tuple(links))

    def _phrases(self, source: str, faults: Sequence[Fault]) -> list[str]:
        """Return what another translation has to contain: marks of protected parts, and numbers as they are written.

        There is no search for more of them than `GuardLimits.phrases`.
        """
        lost = [fault for fault in faults if fault.kind == "lost"]
        numbers = {fault.what for fault in lost if fault.name == "number"}
        phrases = [found[0] for found in NUMBER.finditer(source) if str_of_digits(found[0]) in numbers]
        if self._glossary is not None:
            phrases += [self._glossary.terms[fault.what][0] for fault in faults if fault.kind == "missing"]
        _, parts = self._marks.put(source, None)
        for part, mark in zip(parts, self._marks.placeholders, strict=False):
            if any(fault.what == part for fault in lost):
                phrases.append(mark)
        return phrases if len(phrases) <= self._limits.phrases else []

    def _finished(self, translation: Translation, faults: list[Fault]) -> Translation:
        """Return a translation with capitals, with protected parts as often as in the source, and with its flags."""
        source, best = translation.source, translation.n_best[0]
        text = with_capitals(source, best.text)
        flags = []
        for fault in faults:
            if fault.name != "number" and fault.kind == "doubled":
                text = _fewer(text, fault.what, source.count(fault.what))
            elif fault.name != "number" and fault.kind == "lost":
                text = _carried_over(text, fault.what, source.count(fault.what) - text.count(fault.what))
                flags.append(f"{fault.name} carried over: {fault.what}")
            else:
                flags.append(str(fault))
        if not best.finished:
            flags.append("cut off")
        is_short = len(text) < self._limits.covered_below * len(source)
        if is_short and self._uncovered is not None and self._uncovered(translation) > self._limits.uncovered:
            flags.append("coverage")
        if text == best.text and not flags:
            return translation
        return replace(translation, n_best=[replace(best, text=text), *translation.n_best[1:]], flags=tuple(flags))


def with_capitals(source: str, target: str) -> str:
    """Return a translation in capitals if its source is, or with a capital where its source begins with one.

    Examples
    --------
    >>> with_capitals("STOP THE CAR `now`", "arrêtez la voiture `now`"), with_capitals("Yes.", "oui.")
    ('ARRÊTEZ LA VOITURE `now`', 'Oui.')
    """
    words = _LETTERS.findall(_outside(source, lambda part: part, ""))
    if sum(map(len, words)) > 3 and len(words) > 1 and all(word.isupper() for word in words):
        return _outside(target, str.upper)
    begins = source[:1].isupper() and target[:1].islower() and not any(not b for b, _ in protected_spans(target))
    return target[0].upper() + target[1:] if begins else target


def _outside(text: str, change: Callable[[str], str], protected: str | None = None) -> str:
    """Change a text outside of its protected parts; ``protected`` replaces these."""
    made, place = [], 0
    for begin, end in protected_spans(text):
        made += [change(text[place:begin]), text[begin:end] if protected is None else protected]
        place = end
    return "".join([*made, change(text[place:])])


def _is_mendable(faults: Sequence[Fault]) -> bool:
    return any(fault.kind in ("lost", "loop", "missing") for fault in faults)


def _has_loop(faults: Sequence[Fault]) -> bool:
    return any(fault.kind == "loop" for fault in faults)


def _fewer(text: str, span: str, times: int) -> str:
    """Return a text with the first ``times`` of a part that stands more often."""
    head, *rest = text.split(span)
    kept = [head]
    for number, part in enumerate(rest):
        if number < times:
            kept += [span, part]
        else:
            kept[-1] = kept[-1].rstrip() + part
    return "".join(kept)


def _carried_over(text: str, span: str, times: int) -> str:
    """Return a text with a part that it lacks, before its last punctuation."""
    end = _LAST.search(text)
    place = end.start() if end else len(text)
    added = " ".join([span] * max(times, 0))
    return f"{text[:place]} {added}{text[place:]}".strip() if added else text
