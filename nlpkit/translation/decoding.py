"""`decode`: translates any number of sentences with a `TranslationModel`.

Sentences are decoded longest first, in batches of similar length; finished sentences leave their batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

import torch
from torch import Tensor

from nlpkit.decoding.constraints import Constraints
from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.search import search

from .decoding_batches import check_counts, in_order, of_batch, plan_batches
from .model import TranslationModel

__all__ = ["decode", "decode_batch", "in_order"]

Ids = Sequence[int]

_WORTH_PACKING = 8  # sentences


def decode(
    model: TranslationModel,
    sources: Sequence[Ids],
    options: DecodingOptions | None = None,
    *,
    prefixes: Sequence[Ids] | None = None,
    phrases: Sequence[Sequence[Ids]] | None = None,
    lengths: Sequence[int] | None = None,
    done: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, list[Hypothesis]]]:
    """Yield the translations of sentences, longest sentence first.

    Parameters
    ----------
    model : TranslationModel
    sources : sequence of sequences of int
        Source ids, without end tokens. A source may be empty.
    options : DecodingOptions, optional
    prefixes : sequence of sequences of int, optional
        Required beginning of each target.
    phrases : sequence of sequences of sequences of int, optional
        Phrases that each target must contain; not with sampling. They widen the beam of a sentence by their number of
        tokens.
    lengths : sequence of int, optional
        Exact length of each target, without the end token.
    done : callable, optional
        Called after each batch with the number of finished sentences.

    Yields
    ------
    number, hypotheses
        Index of a sentence in ``sources``, and its ``n_best`` translations, best first; fewer if there are no more. If
        none meets the constraints, an unfinished one. `in_order` restores the order.

    Raises
    ------
    ParameterError
        If the number of constraints differs from the number of sources, or a constraint cannot be met.

    Examples
    --------
    >>> from nlpkit.translation import Seq2SeqTransformer, TransformerOptions
    >>> model = Seq2SeqTransformer(TransformerOptions(src_size=20, trg_size=20, d_model=16, heads=2, ffn_dim=32))
    >>> results = decode(model, [[5, 6], [], [7]], DecodingOptions(beam=2), lengths=[3, 0, 1])
    >>> {number: len(best[0].tokens) for number, best in results}
    {0: 3, 2: 1, 1: 0}
    """
    options = options or DecodingOptions()
    check_counts(len(sources), prefixes=prefixes, phrases=phrases, lengths=lengths)
    return _decode(model, sources, options, prefixes, phrases, lengths, done)


def _decode(
    model: TranslationModel,
    sources: Sequence[Ids],
    options: DecodingOptions,
    prefixes: Sequence[Ids] | None,
    phrases: Sequence[Sequence[Ids]] | None,
    lengths: Sequence[int] | None,
    done: Callable[[int], None] | None,
) -> Iterator[tuple[int, list[Hypothesis]]]:
    device = model.device
    n_done = 0
    with_end = [len(source) + 1 for source in sources]
    apart = [number for number, own in enumerate(phrases or ()) if own]
    size = model.options.trg_size
    packs = len(sources) >= _WORTH_PACKING and not options.batch_invariant  # packed products are rounded differently
    with model.packed() if packs else nullcontext():
        for batch in plan_batches(with_end, options, trg_size=size, device=device.type, apart=apart):
            src, sizes = pad_sources([sources[i] for i in batch], pad_id=model.pad_id, eos_id=model.eos_id)
            found = decode_batch(
                model,
                src.to(device),
                sizes.to(device),
                options,
                prefixes=of_batch(batch, prefixes),
                phrases=of_batch(batch, phrases),
                forced_lengths=of_batch(batch, lengths),
                numbers=batch,
            )
            n_done += len(batch)
            if done is not None:
                done(n_done)
            yield from zip(batch, found, strict=True)


def pad_sources(sources: Sequence[Sequence[int]], *, pad_id: int, eos_id: int) -> tuple[Tensor, Tensor]:
    """Return sources with end tokens, padded to the longest (n, s), and their lengths (n,).

    Examples
    --------
    >>> pad_sources([[7, 8], []], pad_id=0, eos_id=3)
    (tensor([[7, 8, 3],
            [3, 0, 0]]), tensor([3, 1]))
    """
    lengths = torch.tensor([len(source) + 1 for source in sources])
    src = torch.full((len(sources), int(lengths.max())), pad_id)
    for i, source in enumerate(sources):
        src[i, : len(source)] = torch.tensor(source, dtype=torch.long)
        src[i, len(source)] = eos_id
    return src, lengths


def decode_batch(
    model: TranslationModel,
    src: Tensor,
    lengths: Tensor,
    options: DecodingOptions,
    *,
    prefixes: Sequence[Ids] | None = None,
    phrases: Sequence[Sequence[Ids]] | None = None,
    forced_lengths: Sequence[int] | None = None,
    numbers: Sequence[int] | None = None,
) -> list[list[Hypothesis]]:
    """Return the translations of one batch.

    Parameters
    ----------
    model : TranslationModel
    src : LongTensor (n, s)
        Source ids with end tokens, padded with ``model.pad_id``.
    lengths : LongTensor (n,)
        Lengths of the sources, including end tokens.
    options : DecodingOptions
    prefixes, phrases, forced_lengths : sequence, optional
        Constraints of each sentence: see ``prefixes``, ``phrases`` and ``lengths`` of `decode`.
    numbers : sequence of int, optional
        Numbers of the sentences, which seed their samples; default: 0 to n - 1.

    Returns
    -------
    list of list of Hypothesis
        The ``n_best`` of each sentence, best first.

    Raises
    ------
    ParameterError
        If a constraint cannot be met.
    """
    constraints = Constraints(
        model,
        options,
        (lengths - 1).tolist(),
        prefixes=prefixes,
        phrases=phrases,
        lengths=forced_lengths,
        device=src.device,
    )
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            state = model.start(model.encode(src, lengths))
            told_apart = numbers if numbers is not None else range(len(src))
            return search(state, model, constraints, options, numbers=told_apart, device=src.device)
    finally:
        model.train(training)
