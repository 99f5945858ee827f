"""Batches: each sentence once, none too large, longest first; results in order as soon as can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from table_model import TableModel

from nlpkit.decoding.options import DecodingOptions
from nlpkit.translation.decoding import decode, in_order
from nlpkit.translation.decoding_batches import plan_batches


@given(
    st.lists(st.integers(1, 300), max_size=60),
    st.integers(1, 500),
    st.none() | st.integers(1, 20),
    st.sets(st.integers(0, 59)),
)
def test_batches(lengths, max_tokens, max_sentences, apart):
    apart = {number for number in apart if number < len(lengths)}
    options = DecodingOptions(max_tokens=max_tokens, max_sentences=max_sentences)
    batches = list(plan_batches(lengths, options, trg_size=100, apart=apart))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[number] for number in batch)
        assert len(batch) == 1 or len(batch) * longest <= max_tokens
        assert max_sentences is None or len(batch) <= max_sentences
        assert len({number in apart for number in batch}) == 1
    for group in (True, False):
        order = [lengths[number] for batch in batches for number in batch if (number in apart) == group]
        assert order == sorted(order, reverse=True)


def test_alone():
    assert [*plan_batches([3, 3, 4], DecodingOptions(batch_invariant=True), trg_size=10)] == [[2], [0], [1]]


@given(st.permutations(range(12)))
def test_in_order(order):
    seen = []

    def results():
        for number in order:
            seen.append(number)
            yield number, str(number)

    for expected, result in enumerate(in_order(results())):
        assert result == str(expected)
        assert len(seen) == max(order.index(number) for number in range(expected + 1)) + 1


def test_nothing_to_decode():
    assert list(decode(TableModel(), [])) == []


def test_progress_and_every_sentence_once():
    told = []
    sources = [[1] * (i % 7) for i in range(25)]
    options = DecodingOptions(max_sentences=4)
    numbers = [number for number, _ in decode(TableModel(), sources, options, done=told.append)]
    assert sorted(numbers) == list(range(25))
    assert told == [4, 8, 12, 16, 20, 24, 25]
    again = list(in_order(decode(TableModel(), sources, options)))
    assert again == [found for _, found in sorted(decode(TableModel(), sources), key=lambda result: result[0])]
