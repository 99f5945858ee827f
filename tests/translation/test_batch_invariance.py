"""Decoding that is batch invariant: the same numbers in any company."""

from __future__ import annotations

import random

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.decoding.options import DecodingOptions  # noqa: E402
from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions  # noqa: E402  # noqa: E402
from nlpkit.translation.decoding import decode  # noqa: E402
from nlpkit.translation.model import TranslationModel  # noqa: E402


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("architecture", ["transformer", "gru"])
def test_batch_invariant_decoding_gives_the_very_same_numbers_in_any_company(architecture: str, beam: int) -> None:
    torch.manual_seed(1)
    words = {"src_size": 300, "trg_size": 300}
    model: TranslationModel
    if architecture == "transformer":
        model = Seq2SeqTransformer(TransformerOptions(**words, d_model=64, heads=4, ffn_dim=128))
    else:
        model = Seq2SeqRNN(RNNOptions(**words, embedding_size=64, hidden_size=128))
    model.eval()
    draw = random.Random(1)
    sources = [[draw.randrange(4, 300) for _ in range(draw.randint(1, 12))] for _ in range(20)]
    options = DecodingOptions(beam=beam, max_length=12, batch_invariant=True)
    together = dict(decode(model, sources, options))
    for number, source in enumerate(sources):
        ((_, alone),) = decode(model, [source], options)
        assert [(one.tokens, one.score) for one in alone] == [(one.tokens, one.score) for one in together[number]]
