"""Readers: one for each kind of input, and `Texts`, which puts them in a row."""

from __future__ import annotations

from nlpkit.corpora.given import GivenTexts
from nlpkit.corpora.texts import Block, Row, Texts

__all__ = ["Block", "GivenTexts", "Row", "Texts"]
