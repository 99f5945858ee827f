"""Pairs of texts and their translations, from files of any kind."""

from nlpkit.corpora.pairs.pairs import DECLARED, KINDS, UNDECODABLE, Pair, PairBlock, Pairs, holds_pairs

__all__ = ["DECLARED", "KINDS", "UNDECODABLE", "Pair", "PairBlock", "Pairs", "holds_pairs"]
