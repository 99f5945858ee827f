"""Batches of sentences for decoding, and restoring the order of results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ParameterError

_LOGITS = {"cpu": 1 << 23, "cuda": 1 << 27}  # maximum number of logits per step

T = TypeVar("T")


def check_counts(n: int, **given: Sequence[object] | None) -> None:
    """Raise ParameterError if constraints are not as many as the ``n`` sources."""
    for name, each in given.items():
        if each is not None and len(each) != n:
            raise ParameterError(f"{name} has {len(each)} entries: expected one for each of the {n} sources")


def of_batch(batch: Sequence[int], given: Sequence[T] | None) -> list[T] | None:
    """Return the entries of a batch."""
    return None if given is None else [given[number] for number in batch]


def plan_batches(
    lengths: Sequence[int], options: DecodingOptions, *, trg_size: int, device: str = "cpu", apart: Collection[int] = ()
) -> Iterator[list[int]]:
    """Group sentences of similar length, longest first.

    Parameters
    ----------
    lengths : sequence of int
        Lengths of the sources, including end tokens.
    options : DecodingOptions
        ``max_sentences``, ``max_tokens`` and ``batch_invariant``.
    trg_size : int
        Size of the target vocabulary.
    device : str
        "cpu" or "cuda"; determines the maximum number of logits.
    apart : collection of int
        Sentences that may only share a batch with each other.

    Yields
    ------
    list of int
        Numbers of the sentences in a batch.

    Examples
    --------
    >>> list(plan_batches([2, 9, 3, 8], DecodingOptions(max_tokens=18), trg_size=100))
    [[1, 3], [2, 0]]
    """
    beams = options.n_best if options.sample else options.beam
    most = options.max_sentences or max(8, _LOGITS.get(device, _LOGITS["cpu"]) // (beams * trg_size))
    if options.batch_invariant:
        most = 1
    of_their_own = set(apart)
    for group in (of_their_own, set(range(len(lengths))) - of_their_own):
        batch: list[int] = []
        for number in sorted(group, key=lambda number: (-lengths[number], number)):
            if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > options.max_tokens):
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch


def in_order(results: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield the results 0, 1, 2 … in order, each as soon as all before it are available.

    Examples
    --------
    >>> list(in_order([(1, "b"), (0, "a"), (2, "c")]))
    ['a', 'b', 'c']
    """
    waiting: dict[int, T] = {}
    expected = 0
    for number, result in results:
        waiting[number] = result
        while expected in waiting:
            yield waiting.pop(expected)
            expected += 1


def distinct_texts(
    ids: list[list[int]],
    prefixes: Sequence[str] | None,
    phrases: Sequence[Sequence[str]] | None,
    *,
    distinct: bool,
) -> tuple[list[int], list[int]]:
    """Return the distinct texts, and the index of each text among them; -1 for empty texts."""
    work: list[int] = []
    of_text: list[int] = []
    seen: dict[Any, int] = {}
    for i, source in enumerate(ids):
        if not source:
            of_text.append(-1)
            continue
        key = i if not distinct else (tuple(source), prefixes and prefixes[i], phrases and tuple(phrases[i]))
        if key not in seen:
            seen[key] = len(work)
            work.append(i)
        of_text.append(seen[key])
    return work, of_text
