"""Greedy search against a plain argmax loop."""

from __future__ import annotations

import math

import pytest
from search_oracle import greedy, next_log_probs
from table_model import TableModel
from test_beam import SOURCES, recurrent, transformer

from nlpkit.decoding.options import DecodingOptions
from nlpkit.translation.decoding import decode


@pytest.mark.parametrize("make", [lambda: TableModel(300, seed=5, spread=3, eos=3.0), transformer, recurrent])
@pytest.mark.parametrize("share", [0.01, 2.0])
def test_greedy_is_an_argmax_loop(make, share):
    model = make()
    for number, (found,) in decode(model, SOURCES, DecodingOptions(beam=1, alpha=0.5, leave_share=share)):
        limit = 2 * len(SOURCES[number]) + 20
        expected = greedy(next_log_probs(model, SOURCES[number]), model.eos_id, limit)
        assert (found.tokens, found.finished) == (expected.tokens, expected.finished)
        assert found.log_prob == pytest.approx(expected.log_prob, abs=1e-4)
        assert found.score == pytest.approx(expected.log_prob / found.length**0.5, abs=1e-4)


def test_scores_are_nan_where_they_are_not_asked_for():
    model = TableModel(300, seed=5, eos=3.0)
    with_scores = dict(decode(model, SOURCES, DecodingOptions(beam=1)))
    for number, (found,) in decode(model, SOURCES, DecodingOptions(beam=1, scores=False)):
        assert found.tokens == with_scores[number][0].tokens
        assert math.isnan(found.score)
        assert math.isnan(found.log_prob)


def test_a_sentence_that_has_no_token_left_is_cut_off():
    model = TableModel(6, seed=1)
    options = DecodingOptions(beam=1, no_repeat_ngram=1, min_length=10)
    for _, (found,) in decode(model, SOURCES, options):
        assert sorted(found.tokens) == [3, 4, 5]
        assert not found.finished
    for _, found in decode(model, SOURCES, DecodingOptions(no_repeat_ngram=1, min_length=10)):
        assert not found[0].finished
