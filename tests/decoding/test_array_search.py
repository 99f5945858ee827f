"""Searches on arrays find what the searches on tensors find, whatever the options and constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from table_model import TableModel

from nlpkit.decoding.arrays.constraints import Constraints
from nlpkit.decoding.arrays.search import search
from nlpkit.decoding.arrays.steps import Answer, Question, Steps, answered
from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.state import DecoderState
from nlpkit.translation.decoding import decode_batch


class Translated(Steps):
    """The state of a torch model, asked by arrays."""

    def __init__(self, state: DecoderState) -> None:
        self.state = state

    def step(self, tokens: np.ndarray, question: Question) -> Answer:
        return answered(self.state.step(torch.from_numpy(tokens)).numpy(), question)

    def choose(self, parents: np.ndarray) -> None:
        self.state.choose(torch.from_numpy(parents))

    def keep(self, rows: np.ndarray) -> None:
        self.state.keep(torch.from_numpy(rows))


def both(
    model: TableModel, sources: list[list[int]], options: DecodingOptions, **given: Any
) -> tuple[list[list[Hypothesis]], list[list[Hypothesis]]]:
    """Return what the search on arrays finds, and that on tensors."""
    lengths = torch.tensor([len(source) + 1 for source in sources])
    src = torch.zeros(len(sources), int(lengths.max()), dtype=torch.long)
    for row, source in zip(src, sources, strict=True):
        row[: len(source) + 1] = torch.tensor([*source, model.eos_id])
    numbers = list(range(3, 3 + len(sources)))
    expected = decode_batch(model, src, lengths, options, numbers=numbers, **given)
    given["lengths"] = given.pop("forced_lengths", None)
    with torch.inference_mode():
        constraints = Constraints(model, options, [len(source) for source in sources], **given)
        state = Translated(model.start(model.encode(src, lengths)))
        found = search(state, model, constraints, options, numbers=numbers)
    return found, expected


def assert_same(found: list[list[Hypothesis]], expected: list[list[Hypothesis]]) -> None:
    for mine, other in zip(found, expected, strict=True):
        assert [one.tokens for one in mine] == [one.tokens for one in other]
        assert [one.finished for one in mine] == [one.finished for one in other]
        np.testing.assert_allclose([one.score for one in mine], [one.score for one in other], rtol=1e-5, equal_nan=True)
        np.testing.assert_allclose([one.log_prob for one in mine], [one.log_prob for one in other], rtol=1e-5)


def sources(draw: np.random.Generator, n: int) -> list[list[int]]:
    return [draw.integers(3, 90, draw.integers(0, 7)).tolist() for _ in range(n)]


@pytest.mark.parametrize("seed", range(60))
def test_the_same_hypotheses_for_drawn_options(seed: int) -> None:
    draw = np.random.default_rng(seed)
    model = TableModel(int(draw.integers(5, 40)), seed=seed, eos=float(draw.choice([0, 2])))
    beam = int(draw.integers(1, 7))
    options = DecodingOptions(
        beam=beam,
        n_best=int(draw.integers(1, beam + 1)),
        alpha=float(draw.choice([0, 0.6, 1])),
        stop=str(draw.choice(["exact", "heuristic"])),
        min_length=int(draw.integers(1, 4)),
        max_length=int(draw.integers(4, 12)),
        no_repeat_ngram=int(draw.choice([0, 0, 2, 3])),
        leave_share=float(draw.choice([0.0625, 0.5, 2])),
    )
    rows = sources(draw, int(draw.integers(1, 9)))
    given: dict[str, Any] = {}
    words = range(3, model.options.trg_size)
    match int(draw.integers(0, 4)):
        case 1:
            given["prefixes"] = [draw.choice(words, draw.integers(0, 3)).tolist() for _ in rows]
        case 2:
            given["forced_lengths"] = draw.integers(0, 9, len(rows)).tolist()
        case 3:
            given["phrases"] = [[draw.choice(words, draw.integers(1, 3)).tolist()] * (i % 2) for i in range(len(rows))]
    assert_same(*both(model, rows, options, **given))


@pytest.mark.parametrize(
    "chosen", [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.6}, {"top_k": 6, "top_p": 0.8, "temperature": 2.0}]
)
@pytest.mark.parametrize("scores", [False, True])
def test_the_same_samples(chosen: dict[str, Any], scores: bool) -> None:
    model = TableModel(30, seed=2)
    options = DecodingOptions(sample=True, n_best=3, scores=scores, max_length=80, seed=5, **chosen)
    found, expected = both(model, sources(np.random.default_rng(1), 8), options)
    assert_same(found, expected) if scores else None
    assert [[one.tokens for one in own] for own in found] == [[one.tokens for one in own] for own in expected]


def test_an_answer_counts_banned_tokens_in_the_normaliser() -> None:
    logits = np.log(np.array([[[1, 2, 4, 1], [3, 3, 1, 1]], [[1, 1, 1, 5], [2, 2, 2, 2]]], np.float32))
    question = Question(
        best=2,
        never=np.array([3]),
        bans=np.array([[0, 0, 2]]),
        forced=np.array([-1, 3]),
        asked=np.array([[[1, 2], [0, -1]], [[3, 0], [1, 1]]]),
    )
    answer = answered(logits, question)
    np.testing.assert_allclose(np.exp(answer.values), [[[2 / 8, 1 / 8], [3 / 8, 3 / 8]], [[5 / 8, 0], [2 / 8, 0]]])
    assert answer.tokens[0].tolist() == [[1, 0], [0, 1]]
    assert answer.tokens[1, :, 0].tolist() == [3, 3]
    assert answer.asked is not None
    np.testing.assert_allclose(np.exp(answer.asked), [[[2 / 8, 0], [3 / 8, 0]], [[5 / 8, 0], [0, 0]]])
    assert answer.everything is None
