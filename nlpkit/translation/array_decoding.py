"""`decode_arrays`: translates any number of sentences with a model that needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from nlpkit.decoding.arrays.constraints import Constraints
from nlpkit.decoding.arrays.search import search
from nlpkit.decoding.arrays.steps import Steps
from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.state import Words
from nlpkit.threads import iter_batches

from .decoding_batches import check_counts, of_batch, plan_batches

Ids = Sequence[int]

_LEAST, _MOST = 8, 64  # sentences in a batch, if batches are made for several threads


class ArrayModel(Words, Protocol):
    """A model on arrays.

    Attributes
    ----------
    is_batch_invariant : bool
        Whether the company of a sentence in a batch changes no bit of its results.
    """

    is_batch_invariant: bool

    def start(self, sources: Sequence[Ids]) -> Steps:
        """Encode sources without end tokens; return the state before the first step."""


def decode_arrays(
    model: ArrayModel,
    sources: Sequence[Ids],
    options: DecodingOptions | None = None,
    *,
    prefixes: Sequence[Ids] | None = None,
    phrases: Sequence[Sequence[Ids]] | None = None,
    lengths: Sequence[int] | None = None,
    done: Callable[[int], None] | None = None,
    threads: int = 1,
) -> Iterator[tuple[int, list[Hypothesis]]]:
    """Yield the translations of sentences, longest sentence first, as `nlpkit.translation.decoding.decode` does.

    Parameters
    ----------
    model : ArrayModel
    sources, options, prefixes, phrases, lengths, done
        As in `decode`.
    threads : int
        Batches computed at once.

    Raises
    ------
    ParameterError
        If the number of constraints differs from the number of sources, or a constraint cannot be met.
    """
    check_counts(len(sources), prefixes=prefixes, phrases=phrases, lengths=lengths)
    return _decode(model, sources, options or DecodingOptions(), prefixes, phrases, lengths, done, threads)


def _decode(
    model: ArrayModel,
    sources: Sequence[Ids],
    options: DecodingOptions,
    prefixes: Sequence[Ids] | None,
    phrases: Sequence[Sequence[Ids]] | None,
    lengths: Sequence[int] | None,
    done: Callable[[int], None] | None,
    threads: int,
) -> Iterator[tuple[int, list[Hypothesis]]]:
    planned = replace(options, batch_invariant=options.batch_invariant and not model.is_batch_invariant)
    if threads > 1 and options.max_sentences is None:
        planned = replace(planned, max_sentences=max(_LEAST, min(_MOST, -(-len(sources) // threads))))
    apart = [number for number, own in enumerate(phrases or ()) if own]
    with_end = [len(source) + 1 for source in sources]
    batches = plan_batches(with_end, planned, trg_size=model.options.trg_size, apart=apart)

    def work(_: None, batch: list[int]) -> tuple[list[int], list[list[Hypothesis]]]:
        own = [sources[number] for number in batch]
        constraints = Constraints(
            model,
            options,
            [len(source) for source in own],
            prefixes=of_batch(batch, prefixes),
            phrases=of_batch(batch, phrases),
            lengths=of_batch(batch, lengths),
        )
        return batch, search(model.start(own), model, constraints, options, numbers=batch)

    n_done = 0
    for batch, found in iter_batches(work, [None] * threads, batches):
        n_done += len(batch)
        if done is not None:
            done(n_done)
        yield from zip(batch, found, strict=True)
