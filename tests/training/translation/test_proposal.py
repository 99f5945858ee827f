"""Proposals fit together for any number of pairs."""

from __future__ import annotations

from dataclasses import asdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.cli.train import PROPOSED
from nlpkit.errors import ParameterError
from nlpkit.training import TrainingOptions, propose
from nlpkit.training.translation.proposal import ARCHITECTURES
from nlpkit.translation import RNNOptions, TransformerOptions


@given(
    n_pairs=st.integers(1, 10**8),
    per_pair=st.integers(1, 50),
    architecture=st.sampled_from(ARCHITECTURES),
    minutes=st.sampled_from([0.0, 0.1, 15.0, 1e5]),
    device=st.sampled_from(["cpu", "cuda"]),
)
def test_every_proposal_can_be_built(
    n_pairs: int, per_pair: int, architecture: str, minutes: float, device: str
) -> None:
    proposal = propose(n_pairs, n_pairs * per_pair, architecture=architecture, minutes=minutes, device=device)
    if architecture == "transformer":
        TransformerOptions(src_size=8, trg_size=8, **proposal.model)
    else:
        RNNOptions(src_size=8, trg_size=8, cell=architecture, **proposal.model)
    assert 256 <= proposal.training.batch_tokens <= 16384
    assert proposal.training.minutes == minutes


def test_toy_tasks_and_real_text_get_what_the_table_says() -> None:
    toy, real = propose(3_000, 20_000), propose(29_000, 450_000)
    assert (toy.model["d_model"], toy.model["encoder_layers"], toy.training.batch_tokens) == (128, 2, 2048)
    assert (real.model["d_model"], real.model["decoder_layers"], real.training.batch_tokens) == (256, 3, 4096)
    assert propose(29_000, 450_000, minutes=15).training.schedule == "linear"
    assert propose(10**6, 2 * 10**7).model["d_model"] == 256
    assert propose(10**6, 2 * 10**7, device="cuda").model["d_model"] == 512


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(ParameterError, match="architecture is 'cnn': expected one of transformer"):
        propose(10, 100, architecture="cnn")


@pytest.mark.parametrize("architecture", ["transformer", "gru"])
def test_the_command_says_of_all_that_is_proposed_that_it_is(architecture: str) -> None:
    standard = asdict(TrainingOptions())
    for n_pairs, n_tokens, minutes, device in product(
        (300, 50_000, 500_000), (9_000, 10**8), (0, 1, 60), ("cpu", "cuda")
    ):
        proposal = propose(n_pairs, n_tokens, architecture=architecture, minutes=minutes, device=device)
        changed = {name for name, value in asdict(proposal.training).items() if value != standard[name]}
        assert (changed | set(proposal.model)) - {"minutes"} <= PROPOSED


def test_with_little_time_there_is_less_dropout_and_a_shorter_warm_up() -> None:
    short, long, free = (propose(29_000, 450_000, minutes=minutes) for minutes in (15, 120, 0))
    assert (short.model["dropout"], long.model["dropout"], free.model["dropout"]) == (0.1, 0.3, 0.3)
    assert short.training.warmup < 250 < long.training.warmup == free.training.warmup == 1000
