"""Abbreviations and ordinal numbers whose full stop ends no sentence, in English, French and German.

They add to those that the sentencex library knows.
"""

from __future__ import annotations

import re

_BEFORE_NAMES = {
    "en": "messrs mr mrs ms dr prof st mt ft capt col gen lt maj sgt rep sen gov hon rev pres",
    "fr": "m mm mme mmes mlle mlles me mgr dr drs pr prof st ste vve cdt gén lt",
    "de": "hr hrn fr frl dr drs prof dipl ing st hl gebr geb verh",
}
"""Titles and such, after which a sentence goes on whatever follows, if they begin with a capital."""

_WITHIN = {
    "en": "jan feb mar apr jun jul aug sep sept oct nov dec approx dept est fig figs vol vols ed eds etc e.g i.e cf vs "
    "viz ca ch sec pp p no nos art para ave blvd tel max min misc incl excl",
    "fr": "janv févr fév avr juil août sept oct nov déc env pers etc cf p pp p.ex c.-à-d art al chap fig vol t éd nº "
    "n° no bd av bld tél max min réf adj adv hab h j.-c apr av l.-à-d resp",
    "de": "jan feb mär apr jun jul aug sep sept okt nov dez ca evtl ggf bzw usw z.b d.h u.a o.ä v.a i.d.r s.o s.u u.u "
    "o.g bes insb inkl exkl zzgl max min mind vgl abb abs art bd kap nr s str tel tab jh jhd mio mrd etc allg sog "
    "geb gest",
}
"""Words after which a sentence goes on if a small letter or a digit follows."""

_BEFORE_ORDINALS = re.compile(
    r"\b(?:d(?:er|ie|as|en|em|es)|im|am|zu[mr]|vom|beim|ab|bis|seit|(?:ein|ihr|[sm]ein|unser|jed)(?:e[nmrs]?)?)\s+\d{1,2}\.$",
    re.IGNORECASE,
)
"""German articles and prepositions, and an ordinal number: "im 19. Jahrhundert"."""

_LAST_WORD = re.compile(r"([^\s(\[{\"'„“”«»’]+)\.$")

_SETS = {
    name: {language: frozenset(words.split()) for language, words in each.items()}
    for name, each in (("names", _BEFORE_NAMES), ("within", _WITHIN))
}
LONGEST = 40
"""Characters before a full stop that `goes_on` looks at."""


def goes_on(before: str, after: str, language: str | None) -> bool:
    """Whether a sentence goes on between two parts of a text.

    Parameters
    ----------
    before, after : str
        The text before and after a possible end of a sentence, without the white space between.
    language : str, optional
        Code of the language; other languages than en, fr and de have no rules.

    Examples
    --------
    >>> goes_on("Bonjour Mme.", "Martin", "fr"), goes_on("le 14 juil.", "2020", "fr"), goes_on("in juil.", "Il", "fr")
    (True, True, False)
    >>> goes_on("Im 19.", "Jahrhundert", "de"), goes_on("Es sind 19.", "Ja", "de")
    (True, False)
    """
    if language not in _BEFORE_NAMES or not before.endswith(".") or not after:
        return False
    if language == "de" and _BEFORE_ORDINALS.search(before):
        return True
    last = _LAST_WORD.search(before[-LONGEST:])
    if last is None:
        return False
    word = last[1].lower()
    if word in _SETS["names"][language] and last[1][0].isupper():
        return True
    return word in _SETS["within"][language] and (after[0].islower() or after[0].isdigit())
