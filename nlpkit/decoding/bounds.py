"""Bounds of each target's length, and tokens that are forced: what constraints on a translation amount to."""

from __future__ import annotations

from collections.abc import Sequence

from nlpkit.errors import ParameterError

from .options import DecodingOptions
from .state import Words

Ids = Sequence[int]
Forced = dict[int, dict[int, int]]
"""The tokens that are forced, by step and sentence."""


def checked_bounds(
    model: Words,
    options: DecodingOptions,
    sources: Sequence[int],
    prefixes: Sequence[Ids] | None,
    phrases: Sequence[Sequence[Ids]] | None,
    lengths: Sequence[int] | None,
) -> tuple[list[tuple[int, int]], Forced]:
    """Return the least and the greatest length of each target, including its end token, and the forced tokens.

    Parameters
    ----------
    model : Words
    options : DecodingOptions
    sources : sequence of int
        Lengths of the sources, without end tokens.
    prefixes : sequence of sequences of int or None
        Required beginning of each target.
    phrases : sequence of sequences of sequences of int or None
        Phrases that each target must contain.
    lengths : sequence of int or None
        Exact length of each target, without its end token.

    Raises
    ------
    ParameterError
        If a constraint cannot be met.
    """
    if phrases and any(phrases) and options.sample:
        raise ParameterError("there are required phrases and sample is True: expected only one of them")
    forced: Forced = {}
    bounds = [options.bounds(source) for source in sources]
    for i, prefix in enumerate(prefixes or ()):
        _check_ids(model, prefix, f"the prefix of sentence {i}")
        for step, token in enumerate(prefix):
            forced.setdefault(step, {})[i] = token
        required = sum(map(len, phrases[i])) if phrases else 0
        bounds[i] = _with_room(bounds[i], len(prefix) + required + 1, options, i)
    for i, own in enumerate(phrases or ()):
        for phrase in own:
            _check_ids(model, phrase, f"a required phrase of sentence {i}", least=1)
        bounds[i] = _with_room(bounds[i], sum(map(len, own)) + 1, options, i)
    for i, length in enumerate(lengths or ()):
        _check_length(length, prefixes[i] if prefixes else (), phrases[i] if phrases else (), i)
        forced.setdefault(length, {})[i] = model.eos_id
        bounds[i] = length + 1, length + 1
    return bounds, forced


def _with_room(bounds: tuple[int, int], needed: int, options: DecodingOptions, row: int) -> tuple[int, int]:
    """Return bounds of a target's length with room for its required tokens; a given ``max_length`` is not raised."""
    if options.max_length is not None and needed > max(options.max_length, 1):
        raise ParameterError(
            f"the prefix and the phrases of sentence {row} take {needed} tokens, its end counted, and max_length is"
            f" {options.max_length}: raise it, or demand less"
        )
    return bounds[0], max(bounds[1], needed)


def _check_ids(model: Words, ids: Ids, name: str, least: int = 0) -> None:
    if len(ids) < least:
        raise ParameterError(f"{name} is empty: expected at least one token, or no phrase at all")
    size = model.options.trg_size
    for token in ids:
        if not 0 <= token < size:
            raise ParameterError(f"{name} has the id {token}: expected 0 to {size - 1}, the target vocabulary's ids")
        if token == model.eos_id or token in model.never:
            raise ParameterError(f"{name} has the id {token}, which isn't of a word: leave it out")


def _check_length(length: int, prefix: Ids, phrases: Sequence[Ids], row: int) -> None:
    if length < len(prefix):
        raise ParameterError(
            f"sentence {row} has the length {length}: expected at least its prefix's, {len(prefix)}; change one of them"
        )
    if phrases:
        raise ParameterError(f"sentence {row} has both required phrases and a length: give one of them")
