"""Readers for each kind of input; `Texts` combines them, and `Pairs` reads texts with their translations."""

from __future__ import annotations

from nlpkit.corpora.audio_files import AudioFiles
from nlpkit.corpora.given import GivenTexts
from nlpkit.corpora.pairs.pairs import Pair, PairBlock, Pairs
from nlpkit.corpora.recordings.recordings import Recordings
from nlpkit.corpora.texts import Block, Row, Texts

__all__ = ["AudioFiles", "Block", "GivenTexts", "Pair", "PairBlock", "Pairs", "Recordings", "Row", "Texts"]
