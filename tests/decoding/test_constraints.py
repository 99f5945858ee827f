"""Constrained decoding against exhaustive search among the targets that fulfil the constraints."""

from __future__ import annotations

import pytest
import torch
from search_oracle import exhaustive, next_log_probs
from table_model import TableModel
from test_beam import SOURCES, WORDS, recurrent, table, transformer

from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.required_phrases import take_turns
from nlpkit.errors import ParameterError
from nlpkit.translation.decoding import decode

LIMIT = 5
FULL = 3**4 * 4


def contains(tokens, phrase):
    return any(tokens[i : i + len(phrase)] == phrase for i in range(len(tokens) - len(phrase) + 1))


def repeats(tokens, n):
    grams = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return len(set(grams)) < len(grams)


def check(model, options, fulfils, n_best=4, **constraints):
    """Hold a beam of full width against exhaustive search; ``fulfils`` is given a sentence's number and tokens."""
    for number, found in decode(model, SOURCES, options, **constraints):
        every = exhaustive(model, SOURCES[number], WORDS, LIMIT, 1.0, lambda tokens, i=number: fulfils(i, tokens))
        expected = every[:n_best]
        assert expected
        assert [one.tokens for one in found if one.finished] == [one.tokens for one in expected]
        ours = [one.score for one in found if one.finished]
        assert ours == pytest.approx([one.score for one in expected], abs=1e-5)


def options(**more):
    return DecodingOptions(beam=FULL, n_best=4, max_ratio=0, max_extra=LIMIT, **more)


MODELS = pytest.mark.parametrize("make", [table, transformer, recurrent])


@MODELS
def test_prefixes(make):
    prefixes = [[3], [4, 3], [], [5, 5, 5], [4]]
    check(make(), options(), lambda i, tokens: tokens[: len(prefixes[i])] == prefixes[i], prefixes=prefixes)


@MODELS
def test_required_phrases(make):
    phrases = [[[3, 4]], [[5], [4]], [], [[3, 3], [3, 4]], [[4], [5, 3]]]
    fulfils = lambda i, tokens: all(contains(tokens, phrase) for phrase in phrases[i])  # noqa: E731
    check(make(), options(), fulfils, phrases=phrases)


@MODELS
@pytest.mark.parametrize("n", [1, 2])
def test_no_repeated_ngrams(make, n):
    check(make(), options(no_repeat_ngram=n), lambda _, tokens: not repeats(tokens, n))


def test_lengths():
    check(table(), options(min_length=3), lambda _, tokens: len(tokens) + 1 >= 3)
    wanted = [2, 0, 4, 1, 3]
    check(table(), options(), lambda i, tokens: len(tokens) == wanted[i], lengths=wanted, n_best=4)
    bounds = [DecodingOptions(min_ratio=0.5, max_ratio=0.75, max_extra=2).bounds(len(source)) for source in SOURCES]
    assert bounds == [(2, 4), (1, 2), (1, 2), (3, 5), (1, 3)]
    ratios = DecodingOptions(beam=FULL, n_best=4, min_ratio=0.5, max_ratio=0.75, max_extra=2)
    check(table(), ratios, lambda i, tokens: bounds[i][0] <= len(tokens) + 1 <= bounds[i][1])


def test_all_at_once():
    prefixes, phrases = [[3], [], [4], [], [5]], [[[4, 5]], [[3]], [], [[5, 4]], [[3, 5]]]

    def fulfils(i, tokens):
        begins = tokens[: len(prefixes[i])] == prefixes[i]
        return begins and all(contains(tokens, phrase) for phrase in phrases[i]) and not repeats(tokens, 2)

    check(table(), options(no_repeat_ngram=2, min_length=2), fulfils, prefixes=prefixes, phrases=phrases)


@pytest.mark.parametrize("beam", [1, 2, 4])
@pytest.mark.parametrize("stop", ["exact", "heuristic"])
def test_a_narrow_beam_meets_all_phrases(beam, stop):
    model = TableModel(50, sums=7, seed=4, spread=2, eos=2.0)
    generator = torch.Generator().manual_seed(1)
    sources = [[i, 7] for i in range(20)]
    phrases = [
        [torch.randint(3, 50, (1 + j,), generator=generator).tolist() for j in range(i % 4)]
        for i in range(len(sources))
    ]
    chosen = DecodingOptions(beam=beam, stop=stop)
    free = dict(decode(model, sources, chosen))
    mixed = dict(decode(model, sources, chosen, phrases=phrases))
    for number, (found, *_) in mixed.items():
        assert found.finished or not phrases[number]
        assert all(contains(found.tokens, phrase) for phrase in phrases[number])
        if not phrases[number]:
            assert found == free[number][0]
        if number < 8:
            alone = dict(decode(model, [sources[number]], chosen, phrases=[phrases[number]]))
            assert alone[0][0] == found


@pytest.mark.parametrize("chosen", [DecodingOptions(beam=1), DecodingOptions(beam=3), DecodingOptions(sample=True)])
def test_prefix_length_and_ngrams_hold_on_every_code_path(chosen):
    model = TableModel(50, sums=7, seed=4)
    sources = [[i] for i in range(12)]
    wanted = [i % 5 + 3 for i in range(12)]
    prefixes = [[10 + i, 9][: i % 3] for i in range(12)]
    for number, (found,) in decode(model, sources, chosen, prefixes=prefixes, lengths=wanted):
        assert found.finished
        assert len(found.tokens) == wanted[number]
        assert found.tokens[: len(prefixes[number])] == prefixes[number]
        assert not {0, 1, 2} & set(found.tokens)
        after = next_log_probs(model, sources[number], allowed=False)
        log_prob = sum(after(tuple(found.tokens[:i]))[token] for i, token in enumerate([*found.tokens, model.eos_id]))
        assert found.log_prob == pytest.approx(log_prob, abs=1e-4)


def test_phrases_that_cannot_be_met_leave_an_unfinished_translation():
    chosen = DecodingOptions(no_repeat_ngram=1, beam=3)
    for _, found in decode(table(), SOURCES, chosen, phrases=[[[3, 3]]] * len(SOURCES)):
        assert len(found) == 1
        assert not found[0].finished


def test_turns():
    scores = torch.tensor([[-1.0, -2.0, -3.0, -4.0, -torch.inf, -9.0]])
    banks = torch.tensor([[0, 0, 0, 1, 2, 1]])
    assert take_turns(scores, banks, 6).tolist() == [[3, 0, 5, 1, 2, 4]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prefixes": [[3]]}, "prefixes has 1 entries: expected one for each of the 5 sources"),
        ({"prefixes": [[]] * 4 + [[6]]}, "the id 6: expected 0 to 5"),
        ({"prefixes": [[]] * 4 + [[2]]}, "isn't of a word"),
        ({"phrases": [[]] * 4 + [[[]]]}, "is empty"),
        ({"phrases": [[]] * 4 + [[[0]]]}, "isn't of a word"),
        ({"lengths": [1] * 5, "prefixes": [[3, 3]] * 5}, "expected at least its prefix's, 2"),
        ({"lengths": [1] * 5, "phrases": [[[3]]] * 5}, "both required phrases and a length"),
    ],
)
def test_constraints_that_cannot_be(given, message):
    with pytest.raises(ParameterError, match=message):
        list(decode(table(), SOURCES, **given))


def test_a_greatest_length_that_was_given_stands():
    for given in ({"phrases": [[[3, 4, 3]]] * 5}, {"prefixes": [[3, 4, 3]] * 5}):
        with pytest.raises(ParameterError, match="take 4 tokens, its end counted, and max_length is 3: raise it"):
            list(decode(table(), SOURCES, DecodingOptions(max_length=3), **given))
        found = list(decode(table(), SOURCES, DecodingOptions(max_length=4), **given))
        assert {len(best[0].tokens) for _, best in found} == {3}


def test_options_that_cannot_be():
    for wrong in (
        {"beam": 0},
        {"alpha": -1.0},
        {"alpha": float("nan")},
        {"stop": "never"},
        {"n_best": 5},
        {"top_p": 0.0},
        {"temperature": 0.0},
        {"max_length": 3, "min_length": 4},
        {"max_sentences": 0},
    ):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            DecodingOptions(**wrong)
    with pytest.raises(ParameterError, match="sample"):
        list(decode(table(), SOURCES, DecodingOptions(sample=True), phrases=[[[3]]] * 5))
