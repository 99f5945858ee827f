"""Sampling: frequencies against probabilities, what top-k and top-p leave, and independence of neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, kstest
from search_oracle import next_log_probs
from table_model import TableModel

from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.sampling import uniforms
from nlpkit.translation.decoding import decode


def shares_left(shares, top_k, top_p):
    """Work out what top-k, then top-p leave, token by token."""
    order = sorted(range(len(shares)), key=lambda token: -shares[token])
    kept = order[:top_k] if top_k else order
    total, reached, nucleus = sum(shares[token] for token in kept), 0.0, []
    for token in kept:
        nucleus.append(token)
        reached += shares[token] / total
        if reached >= top_p:
            break
    left = np.zeros(len(shares))
    left[nucleus] = shares[nucleus]
    return left / left.sum()


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"), [(1, 0, 1.0), (0.7, 0, 1.0), (1, 4, 1.0), (1, 0, 0.8), (2, 9, 0.7)]
)
@pytest.mark.parametrize("size", [12, 700])
def test_frequencies(temperature, top_k, top_p, size):
    model = TableModel(size, sums=1, seed=3, spread=3)
    options = DecodingOptions(
        sample=True, n_best=4, temperature=temperature, top_k=top_k, top_p=top_p, seed=11, max_length=2, scores=False
    )
    n = 3000
    drawn = [one for _, found in decode(model, [[]] * n, options) for one in found]
    after = next_log_probs(model, [])

    def expected(log_probs):
        heated = np.exp((log_probs - log_probs.max()) / temperature)
        return shares_left(heated / heated.sum(), top_k, top_p)

    firsts = [one.tokens[0] if one.tokens else model.eos_id for one in drawn]
    commonest = max(set(firsts) - {model.eos_id}, key=firsts.count)
    seconds = [[*one.tokens, model.eos_id][1] for one in drawn if one.tokens[:1] == [commonest]]
    for tokens, shares in ((firsts, expected(after(()))), (seconds, expected(after((commonest,))))):
        counts = np.bincount(tokens, minlength=size)
        assert not counts[shares == 0].any()
        common = shares * len(tokens) >= 5
        rest = counts[~common].sum(), shares[~common].sum() * len(tokens)
        observed, wanted = [*counts[common]], [*shares[common] * len(tokens)]
        if rest[1] > 0:
            observed, wanted = [*observed, rest[0]], [*wanted, rest[1]]
        assert len(wanted) == 1 or chisquare(observed, wanted).pvalue > 1e-3


def test_what_is_drawn_does_not_depend_on_others():
    model = TableModel(60, sums=7, seed=3)
    sources = [[i] * (i % 4) for i in range(40)]
    chosen = {"sample": True, "n_best": 3, "seed": 5}
    together = dict(decode(model, sources, DecodingOptions(**chosen)))
    apart = dict(decode(model, sources, DecodingOptions(**chosen, max_sentences=3, leave_share=0.01)))
    assert together == apart
    assert together != dict(decode(model, sources, DecodingOptions(**chosen | {"seed": 6})))
    first = dict(decode(model, sources[:7], DecodingOptions(**chosen)))
    assert first == {number: together[number] for number in first}
    for found in together.values():
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_more_than_a_block_of_steps():
    model = TableModel(60, sums=7, seed=3, eos=-20.0)
    chosen = DecodingOptions(sample=True, max_length=150, max_extra=150)
    for number, (found,) in decode(model, [[1], [2]], chosen):
        after = next_log_probs(model, [[1], [2]][number])
        assert len(found.tokens) == 150
        log_prob = sum(after(tuple(found.tokens[:i]))[token] for i, token in enumerate(found.tokens))
        assert found.log_prob == pytest.approx(log_prob, abs=1e-2)


def test_scores_are_the_models_own_whatever_the_temperature():
    model = TableModel(60, sums=7, seed=3)
    for number, found in decode(model, [[1], [2]], DecodingOptions(sample=True, n_best=5, temperature=0.5, top_k=8)):
        after = next_log_probs(model, [[1], [2]][number], allowed=False)
        for one in found:
            line = [*one.tokens, model.eos_id] if one.finished else one.tokens
            log_prob = sum(after(tuple(line[:i]))[token] for i, token in enumerate(line))
            assert one.log_prob == pytest.approx(log_prob, abs=1e-4)
            assert one.score == pytest.approx(log_prob / len(line), abs=1e-4)


def test_a_narrow_nucleus_is_greedy():
    model = TableModel(300, sums=3, seed=3)
    sources = [[i] for i in range(7)]
    for chosen in ({"top_p": 1e-6}, {"top_k": 1}):
        ours = {
            number: found[0].tokens for number, found in decode(model, sources, DecodingOptions(sample=True, **chosen))
        }
        assert ours == {number: found[0].tokens for number, found in decode(model, sources, DecodingOptions(beam=1))}


def test_uniforms():
    drawn = uniforms(3, range(50), 4, 0, 64)
    assert drawn.shape == (50, 4, 64)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert kstest(drawn.ravel(), "uniform").pvalue > 1e-3
    for axis in range(3):
        pairs = np.stack([drawn.swapaxes(0, axis)[:-1].ravel(), drawn.swapaxes(0, axis)[1:].ravel()])
        assert abs(np.corrcoef(pairs)[0, 1]) < 0.04
    assert len(np.unique(drawn)) == drawn.size
    assert (
        drawn == np.concatenate([uniforms(3, range(50), 4, 0, 40), uniforms(3, range(50), 4, 40, 24)], axis=2)
    ).all()
    assert not (drawn == uniforms(4, range(50), 4, 0, 64)).any()
