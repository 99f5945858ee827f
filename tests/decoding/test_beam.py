"""Beam search against exhaustive search, and against a plain one in float64."""

from __future__ import annotations

from functools import lru_cache

import pytest
import torch
from search_oracle import beam_search, exhaustive, next_log_probs
from table_model import TableModel

from nlpkit.decoding.candidates import likeliest, log_softmax, top_candidates
from nlpkit.decoding.options import DecodingOptions
from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions
from nlpkit.translation.decoding import decode
from nlpkit.translation.model import TranslationModel

SOURCES = [[4, 5, 6], [7], [], [9, 9, 9, 9, 8], [5, 4]]
WORDS = [3, 4, 5]


def table() -> TranslationModel:
    return TableModel(6, eos=1.0)


def transformer() -> TranslationModel:
    torch.manual_seed(3)
    options = TransformerOptions(
        src_size=12, trg_size=6, d_model=8, heads=2, ffn_dim=16, tie="target", start_id=1, eos_id=2
    )
    return _sharpened(Seq2SeqTransformer(options))


def recurrent() -> TranslationModel:
    torch.manual_seed(4)
    options = RNNOptions(src_size=12, trg_size=6, embedding_size=8, hidden_size=8, tie="target", start_id=1, eos_id=2)
    return _sharpened(Seq2SeqRNN(options))


def _sharpened(model: TranslationModel) -> TranslationModel:
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2)
    return model.eval()


@pytest.mark.parametrize("make", [table, transformer, recurrent])
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0, 2.0])
def test_a_beam_of_full_width_finds_what_exhaustive_search_finds(make, alpha):
    model, limit, n_best = make(), 5, 7
    options = DecodingOptions(beam=3**4 * 4, alpha=alpha, n_best=n_best, max_ratio=0, max_extra=limit)
    for number, found in decode(model, SOURCES, options):
        expected = exhaustive(model, SOURCES[number], WORDS, limit, alpha)
        assert [one.tokens for one in found] == [one.tokens for one in expected[:n_best]]
        assert [one.score for one in found] == pytest.approx([one.score for one in expected[:n_best]], abs=1e-5)
        assert [one.log_prob for one in found] == pytest.approx([one.log_prob for one in expected[:n_best]], abs=1e-5)
        assert all(one.finished for one in found)


NARROW_SOURCES = [[i, i % 3] for i in range(7)]


@lru_cache(None)
def narrow(seed):
    """Return a model whose sentences end late, now and then, or early, and what it thinks of each source."""
    model = TableModel(9, sums=13, seed=seed, eos=[-2.0, 0.0, 1.5][seed])
    return model, [next_log_probs(model, source) for source in NARROW_SOURCES]


@pytest.mark.parametrize("stop", ["exact", "heuristic"])
@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0, 1.5])
@pytest.mark.parametrize("beam", [2, 3, 5])
def test_a_narrow_beam_does_what_a_plain_one_does(stop, alpha, beam):
    for seed in range(3):
        model, after = narrow(seed)
        options = DecodingOptions(beam=beam, alpha=alpha, stop=stop, n_best=2, max_ratio=0, max_extra=12)
        for number, found in decode(model, NARROW_SOURCES, options):
            expected, narrowest = beam_search(after[number], model.eos_id, 12, beam, alpha, stop, 2)
            assert narrowest > 1e-6
            assert [(one.tokens, one.finished) for one in found] == [(one.tokens, one.finished) for one in expected]
            assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-5)


def test_limits_that_differ_within_a_batch():
    model = TableModel(9, seed=1, eos=-1.0)
    sources = [[7] * n for n in (9, 6, 3, 1, 0)]
    options = DecodingOptions(beam=3, max_ratio=1, max_extra=2)
    for number, found in decode(model, sources, options):
        limit = len(sources[number]) + 2
        expected, _ = beam_search(next_log_probs(model, sources[number]), model.eos_id, limit, 3, 1.0, "exact", 1)
        assert (found[0].tokens, found[0].finished) == (expected[0].tokens, expected[0].finished)


@pytest.mark.parametrize("stop", ["exact", "heuristic"])
def test_who_leaves_the_batch_changes_nothing(stop):
    model = TableModel(40, sums=11, seed=2, eos=1.0)
    sources = [[i] * (i % 5) for i in range(18)]
    results = [
        dict(decode(model, sources, DecodingOptions(stop=stop, n_best=3, leave_share=share, max_sentences=n)))
        for share, n in [(0.01, 18), (0.125, 18), (2.0, 18), (0.125, 7)]
    ]
    assert all(result == results[0] for result in results)
    assert dict(decode(model, sources, DecodingOptions(stop=stop, n_best=3, batch_invariant=True))) == results[0]


@pytest.mark.parametrize("make", [transformer, recurrent])
def test_neighbours_change_nothing(make):
    model = make()
    together = dict(decode(model, SOURCES, DecodingOptions(n_best=2)))
    alone = dict(decode(model, SOURCES, DecodingOptions(n_best=2, batch_invariant=True)))
    for number, found in together.items():
        assert [one.tokens for one in found] == [one.tokens for one in alone[number]]
        assert [one.score for one in found] == pytest.approx([one.score for one in alone[number]], abs=1e-5)


def test_finished_sentences_leave():
    model, states = TableModel(40, sums=11, seed=2, eos=1.0), []
    begin = model.start
    model.start = lambda memory: states.append(begin(memory)) or states[-1]
    list(decode(model, [[i] for i in range(11)], DecodingOptions(max_sentences=11)))
    (state,) = states
    assert state.rows[0] == 11
    assert state.rows == sorted(state.rows, reverse=True)
    assert state.rows[-1] < 11


@pytest.mark.parametrize("size", [10, 512, 1280, 8001])
def test_top_candidates(size):
    generator = torch.Generator().manual_seed(size)
    logits = torch.randn(5, 3, size, generator=generator)
    logits[0, :, -3:] += 4  # in the last, incomplete chunk
    logits[1, 1, ::2] = -torch.inf
    offsets = torch.randn(5, 3, generator=generator)
    every = (logits + offsets[..., None]).flatten(1)
    for n in (1, 2, 8):
        scores, places = top_candidates(logits, offsets, n)
        assert torch.equal(scores, every.topk(n).values)
        assert torch.equal(every.gather(1, places), scores)
        assert all(len(set(row)) == n for row in places.tolist())
    assert torch.equal(likeliest(logits), logits.argmax(-1))
    assert torch.equal(log_softmax(logits.bfloat16()), logits.bfloat16().float().log_softmax(-1))
    assert torch.equal(log_softmax(logits.clone()), logits.log_softmax(-1))


def test_a_model_in_training_stays_in_training():
    model = transformer().train()
    first, second = (list(decode(model, SOURCES)) for _ in range(2))
    assert model.training
    assert first == second
