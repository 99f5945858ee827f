"""The language of a text, found by py3langid (Barbaresi, after Lui and Baldwin 2012, "langid.py")."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from nlpkit.errors import ParameterError

LEAST_LETTERS = 20  # of a text whose language can be found
_SURE_LETTERS, _SURE = 100, 0.999  # of a language that is not among those that are expected


def detected_language(text: str, among: Collection[str]) -> str:
    """Find the language of a text among a few.

    Parameters
    ----------
    text : str
    among : collection of str
        Codes of ISO 639-1.

    Returns
    -------
    str
        One of them.

    Raises
    ------
    ParameterError
        If the text has too few letters, or is surely in another language.

    Examples
    --------
    >>> detected_language("Je ne sais pas où il habite.", ["de", "fr"])
    'fr'
    """
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        raise ParameterError(f"the text is too short to tell {' from '.join(among)}: name its language with --from")
    ranked = _ranked(text)
    code, share = ranked[0]
    if code not in among and share >= _SURE and sum(map(str.isalpha, text)) >= _SURE_LETTERS:
        raise ParameterError(
            f"the text seems to be in the language {code!r}, and the model reads {' and '.join(among)}: name its"
            " language with --from, or another model with --model"
        )
    return next(each for each, _ in ranked if each in among)


def _ranked(text: str) -> list[tuple[str, float]]:
    """Return all languages with their probabilities, the most probable one first."""
    scores = [(code, float(score)) for code, score in _identifier().rank(text)]
    highest = scores[0][1]
    total = sum(math.exp(score - highest) for _, score in scores)
    return [(code, math.exp(score - highest) / total) for code, score in scores]


@lru_cache(1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
