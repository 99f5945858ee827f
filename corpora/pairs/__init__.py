"""Pairs of texts and translations, from files of all supported formats."""

from nlpkit.corpora.pairs.pairs import DECLARED, KINDS, UNDECODABLE, Pair, PairBlock, Pairs, holds_pairs

__all__ = ["DECLARED", "KINDS", "UNDECODABLE", "Pair", "PairBlock", "Pairs", "holds_pairs"]
