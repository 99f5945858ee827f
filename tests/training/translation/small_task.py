"""A small task: pairs of ids, the target the source reversed."""

from __future__ import annotations

import random

import torch

from nlpkit.translation import Seq2SeqTransformer, TransformerOptions
from nlpkit.translation.model import TranslationModel

Pairs = list[tuple[list[int], list[int]]]


def reversed_pairs(n_pairs: int, seed: int, longest: int = 5) -> Pairs:
    """Pairs of 3 to ``longest`` of the ids 4 to 13."""
    draw = random.Random(seed)
    sources = [[draw.randint(4, 13) for _ in range(draw.randint(3, longest))] for _ in range(n_pairs)]
    return [(source, source[::-1]) for source in sources]


def small_model(seed: int = 1, dropout: float = 0.1, **sizes: int) -> TranslationModel:
    torch.manual_seed(seed)
    shape = {"d_model": 32, "heads": 2, "ffn_dim": 64, "encoder_layers": 1, "decoder_layers": 1, **sizes}
    return Seq2SeqTransformer(TransformerOptions(src_size=14, trg_size=14, dropout=dropout, **shape))
