"""`search`: beam search, greedy search or sampling, according to the options."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .beam import BeamSearch
from .constraints import Constraints
from .greedy import Likeliest, Picker, UnbranchedSearch
from .hypothesis import Hypothesis
from .options import DecodingOptions
from .sampling import Sampler
from .state import DecoderState, Words


def search(
    state: DecoderState,
    words: Words,
    constraints: Constraints,
    options: DecodingOptions,
    *,
    numbers: Sequence[int],
    device: torch.device,
) -> list[list[Hypothesis]]:
    """Search for the best sequences of a batch.

    Parameters
    ----------
    state : DecoderState
        State before the first step, with one beam per sentence.
    words : Words
    constraints : Constraints
    options : DecodingOptions
    numbers : sequence of int
        Numbers of the sentences, which seed their samples.
    device : torch.device

    Returns
    -------
    list of list of Hypothesis
        The ``n_best`` of each sentence, best first.
    """
    ids = {"start_id": words.start_id, "eos_id": words.eos_id}
    if not options.sample and (options.beam > 1 or constraints.phrases is not None):
        return BeamSearch(state, constraints, options, **ids).run()
    picker: Picker = Sampler(options, numbers, device) if options.sample else Likeliest()
    return UnbranchedSearch(state, constraints, options, picker, lanes=options.n_best, **ids).run()
