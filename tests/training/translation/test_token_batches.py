"""Which pairs are in a batch, and how they are laid out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.training.translation.encoded_pairs import EncodedPairs
from nlpkit.training.translation.token_batches import PREDICTIONS, WIDTH, collate, padding_share, plan_epoch

lengths = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=200)


@settings(max_examples=50, deadline=None)
@given(lengths=lengths, budget=st.integers(1, 300), seed=st.integers(0, 9), epoch=st.integers(0, 3))
def test_each_pair_is_in_one_batch_and_none_exceeds_the_budget(
    lengths: list[tuple[int, int]], budget: int, seed: int, epoch: int
) -> None:
    src, trg = np.array(lengths).T
    plan = plan_epoch(src, trg, batch_tokens=budget, seed=seed, epoch=epoch, pool=64)
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(lengths)))
    for batch in plan:
        columns = [-(-int(side[batch].max() + 1) // WIDTH) * WIDTH for side in (src, trg)]
        assert len(batch) == 1 or len(batch) * sum(columns) <= budget
    again = plan_epoch(src, trg, batch_tokens=budget, seed=seed, epoch=epoch, pool=64)
    assert [batch.tolist() for batch in plan] == [batch.tolist() for batch in again]


def test_epochs_and_seeds_differ_and_little_is_padding() -> None:
    random = np.random.default_rng(1)
    src = random.integers(3, 40, 3000)
    trg = np.maximum(1, src + random.integers(-4, 5, 3000))
    plans = [plan_epoch(src, trg, batch_tokens=1000, seed=seed, epoch=e) for seed, e in ((1, 0), (1, 1), (2, 0))]
    firsts = {tuple(plan[0].tolist()) for plan in plans}
    assert len(firsts) == 3
    pairs = EncodedPairs.from_lists(([0] * n_src, [0] * n_trg) for n_src, n_trg in zip(src, trg, strict=True))
    in_order = np.array_split(np.arange(3000), len(plans[0]))
    assert padding_share(pairs, plans[0]) < 0.06
    assert padding_share(pairs, in_order) > 0.3  # by lengths as they come


@settings(max_examples=50, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.lists(st.integers(4, 99), max_size=6), st.lists(st.integers(4, 99), max_size=6)),
        min_size=1,
        max_size=8,
    ),
    chosen=st.data(),
)
def test_collate_lays_out_as_one_would_by_hand(pairs: list[tuple[list[int], list[int]]], chosen: st.DataObject) -> None:
    numbers = chosen.draw(st.lists(st.integers(0, len(pairs) - 1), min_size=1, max_size=5))
    batch = collate(EncodedPairs.from_lists(pairs), np.array(numbers), pad_id=0, start_id=2, eos_id=3)
    width = -(-(max(len(pairs[n][0]) for n in numbers) + 1) // WIDTH) * WIDTH
    assert batch.src.tolist() == [(pairs[n][0] + [3] + [0] * width)[:width] for n in numbers]
    assert batch.lengths.tolist() == [len(pairs[n][0]) + 1 for n in numbers]
    width = -(-(max(len(pairs[n][1]) for n in numbers) + 1) // WIDTH) * WIDTH
    assert batch.trg_in.tolist() == [([2] + pairs[n][1] + [0] * width)[:width] for n in numbers]
    assert batch.targets.tolist() == [i for n in numbers for i in [*pairs[n][1], 3]]
    rows = [r * width + c for r, n in enumerate(numbers) for c in range(len(pairs[n][1]) + 1)]
    assert batch.rows.tolist() == rows + rows[-1:] * (-len(rows) % PREDICTIONS)


def test_shapes_are_few() -> None:
    random = np.random.default_rng(1)
    src = random.integers(3, 40, 20_000)
    trg = np.maximum(1, src + random.integers(-4, 5, 20_000))
    pairs = EncodedPairs.from_lists(([0] * n_src, [0] * n_trg) for n_src, n_trg in zip(src, trg, strict=True))
    plan = plan_epoch(src, trg, batch_tokens=2000, seed=1, epoch=0)
    batches = [collate(pairs, numbers, pad_id=0, start_id=2, eos_id=3) for numbers in plan]
    assert len(batches) > 350
    assert len({batch.src.numel() for batch in batches} | {batch.trg_in.numel() for batch in batches}) < 80
    assert len({len(batch.rows) for batch in batches}) < 15
