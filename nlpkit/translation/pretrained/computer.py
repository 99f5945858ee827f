"""PretrainedComputer: computes a network of transformers, whose targets begin with the token of their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ParameterError

from ..engines import Computer, Ids, check_engine

if TYPE_CHECKING:
    from .network import PretrainedNetwork


class PretrainedComputer(Computer):
    """Computes a `PretrainedNetwork`; the tokens of languages are put in and taken out here.

    The token of the target language counts as a token of the length in scores, as in transformers' ``generate``.

    Parameters
    ----------
    given : PretrainedNetwork
    engine, device, precision : str
        As in `nlpkit.translation.Translator`; such a network is computed by torch, in float32 or bfloat16.
    """

    def __init__(self, given: PretrainedNetwork, *, engine: str, device: str, precision: str) -> None:
        check_torch(engine, device=device, precision=precision)
        super().__init__(given, given.options, engine="torch", device=device, precision=precision)

    def decode(
        self,
        sources: Sequence[Ids],
        options: DecodingOptions,
        *,
        prefixes: Sequence[Ids] | None = None,
        phrases: Sequence[Sequence[Ids]] | None = None,
        threads: int | None = None,
    ) -> Iterator[tuple[int, list[Hypothesis]]]:
        n_first = int(self._options.language == "first")
        if n_first:
            given = prefixes or [()] * len(sources)
            prefixes = [[source[0], *prefix] for source, prefix in zip(sources, given, strict=True)]
        longest = None if options.max_length is None else options.max_length + n_first
        if self._options.positions is not None:
            longest = min(longest or self._options.positions, self._options.positions)
        least = options.min_length + n_first
        bounded = replace(options, min_length=least if longest is None else min(least, longest), max_length=longest)
        for number, found in super().decode(sources, bounded, prefixes=prefixes, phrases=phrases, threads=threads):
            yield number, [replace(each, tokens=each.tokens[n_first:]) for each in found]


def check_torch(engine: str, *, device: str, precision: str) -> None:
    """Raise ParameterError if a network that torch alone computes is asked of another engine, or in 8 bits."""
    check_engine(engine, None, device=device, precision=precision)
    if engine in ("compiled", "numpy") or precision == "int8":
        what = f"engine {engine!r}" if engine in ("compiled", "numpy") else "precision 'int8'"
        raise ParameterError(f"{what} computes Marian models and those of nlpkit: name engine 'torch' and 'float32'")
