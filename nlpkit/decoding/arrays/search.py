"""`search`: beam search, greedy search or sampling on arrays, according to the options."""

from __future__ import annotations

from collections.abc import Sequence

from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.state import Words

from .beam import BeamSearch
from .constraints import Constraints
from .steps import Steps
from .unbranched import UnbranchedSearch


def search(
    state: Steps, words: Words, constraints: Constraints, options: DecodingOptions, *, numbers: Sequence[int]
) -> list[list[Hypothesis]]:
    """Search for the best sequences of a batch.

    Parameters
    ----------
    state : Steps
        State before the first step, with one beam per sentence.
    words : Words
    constraints : Constraints
    options : DecodingOptions
    numbers : sequence of int
        Numbers of the sentences, which seed their samples.

    Returns
    -------
    list of list of Hypothesis
        The ``n_best`` of each sentence, best first.
    """
    ids = {"start_id": words.start_id, "eos_id": words.eos_id}
    if not options.sample and (options.beam > 1 or constraints.phrases is not None):
        return BeamSearch(state, constraints, options, size=words.options.trg_size, **ids).run()
    return UnbranchedSearch(state, constraints, options, numbers=numbers, **ids).run()
