"""Facts about the data of a training that its model remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlpkit.registry import TRANSLATION_PAIRS


def languages_of(provenance: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the codes of the source and target language, None where they were not given.

    Examples
    --------
    >>> languages_of({"data": {"languages": ["en", None]}}), languages_of({})
    (('en', None), (None, None))
    """
    codes = _data(provenance).get("languages")
    src, trg = codes if isinstance(codes, list | tuple) and len(codes) == 2 else (None, None)
    return src if isinstance(src, str) else None, trg if isinstance(trg, str) else None


def source_into(name: object, to: str | None) -> str | None:
    """Return the language from which a model that ships translates into another; None of other models.

    Examples
    --------
    >>> source_into("everyday-de", "en"), source_into("my-model", "en")
    ('de', None)
    """
    pair = TRANSLATION_PAIRS.get(str(name), ())
    return next((code for code in pair if code != to), None)


def sentences_of(provenance: Mapping[str, Any]) -> int:
    """Return the number of sentences that 90 % of the sources have at most; 1 where it was not stored.

    Examples
    --------
    >>> sentences_of({"data": {"sentences": 3}}), sentences_of({"data": {}})
    (3, 1)
    """
    most = _data(provenance).get("sentences")
    return most if isinstance(most, int) and most > 0 else 1


def _data(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    data = provenance.get("data")
    return data if isinstance(data, Mapping) else {}
