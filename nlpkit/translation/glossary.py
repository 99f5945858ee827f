"""`Glossary`: how certain terms have to be translated."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence

from nlpkit.errors import InputError, ParameterError
from nlpkit.text.unspaced import stands_alone

from .placed_terms import words_of


class Glossary:
    """Terms, and the translations that each of them may have.

    A term stands for itself as whole words, in upper or lower case unless it has a capital.

    Parameters
    ----------
    terms : mapping of str to sequence of str
        For each term the forms of its translation. One of them has to stand in the translation of a text with the term;
        the first is asked for if none does.

    Raises
    ------
    ParameterError
        If a term or a form is empty.

    Examples
    --------
    >>> glossary = Glossary({"house": ["Gebäude", "Gebäudes"], "US": ["USA"]})
    >>> glossary.missing("A house, and the US.", "Ein Haus und die USA.")
    {'house': 'Gebäude'}
    >>> glossary.missing("Give it to us. Houses.", "x")
    {}
    """

    def __init__(self, terms: Mapping[str, Sequence[str]]) -> None:
        self.terms = {_form(term): [_form(form) for form in forms] for term, forms in terms.items()}
        if not all(term and forms and all(forms) for term, forms in self.terms.items()):
            raise ParameterError("a term of the glossary, or one of its translations, is empty")
        self._sought = [
            (_pattern(chosen), {(term if own else term.casefold()): term for term in chosen}, own)
            for own in (True, False)
            if (chosen := [term for term in self.terms if _has_capital(term) == own])
        ]

    def __len__(self) -> int:
        return len(self.terms)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Glossary:
        """Read a file of UTF-8: in each line a term, a tab, and its translations, with ``|`` between forms.

        Blank lines and those that begin with # are skipped; several lines of a term are taken together.

        Raises
        ------
        InputError
            If the file can't be read, or a line has something else.
        """
        name = os.fspath(path)
        terms: dict[str, list[str]] = {}
        try:
            with open(path, encoding="utf-8-sig") as file:
                for number, line in enumerate(file, 1):
                    if not line.strip() or line.startswith("#"):
                        continue
                    term, *others = (cell.strip() for cell in line.rstrip("\r\n").split("\t"))
                    forms = [form.strip() for form in others[0].split("|")] if len(others) == 1 else []
                    if not term or not forms or not all(forms):
                        raise InputError(f"{name}, line {number}: expected a term, a tab, and its translation")
                    terms.setdefault(term, []).extend(forms)
        except OSError as error:
            raise InputError(f"{name}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{name}: is not UTF-8 at byte {error.start}: save it as UTF-8") from error
        if not terms:
            raise InputError(f"{name}: has no term: expected lines with a term, a tab, and its translation")
        return cls(terms)

    def missing(self, source: str, target: str) -> dict[str, str]:
        """Return the terms of a source whose translation lacks all their forms, each with its first form."""
        source = unicodedata.normalize("NFC", source)
        found = set()
        for pattern, terms, own in self._sought:
            words = {" ".join(match[0].split()) for match in pattern.finditer(source)}
            found |= {terms.get(word if own else word.casefold()) for word in words}
        target = unicodedata.normalize("NFC", target)
        ordered = [term for term in self.terms if term in found]
        return {term: self.terms[term][0] for term in ordered if not self._has_one(target, self.terms[term])}

    def words(self, source: str, term: str) -> list[range]:
        """Return for each place of a term the words of a source of which it consists: see `placed_terms.words_of`."""
        return words_of(unicodedata.normalize("NFC", source), _pattern([term]))

    def _has_one(self, text: str, forms: Sequence[str]) -> bool:
        return any(_pattern([form], ignores_case=not _has_capital(form)).search(text) for form in forms)


def _form(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _has_capital(text: str) -> bool:
    return any(map(str.isupper, text))


def _pattern(terms: Sequence[str], *, ignores_case: bool | None = None) -> re.Pattern[str]:
    """Return what finds terms as whole words, the longest first."""
    ordered = sorted(terms, key=len, reverse=True)
    ignores = not _has_capital(ordered[0]) if ignores_case is None else ignores_case
    return re.compile("|".join(map(_as_words, ordered)), re.IGNORECASE if ignores else 0)


def _as_words(term: str) -> str:
    """Return the expression of a term as whole words; those of Chinese, Thai, … stand without spaces."""
    before = "" if stands_alone(term[0]) else r"(?<!\w)"
    after = "" if stands_alone(term[-1]) else r"(?!\w)"
    return before + re.escape(term).replace(r"\ ", r"\s+") + after
