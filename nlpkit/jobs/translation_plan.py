"""TranslationPlan: data and sizes of a translation model's training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TranslationPlan:
    """Data and sizes of a training that is about to begin.

    Attributes
    ----------
    architecture : str
    pairs, valid_pairs : int
    valid_source : str
        Where the validation pairs come from: "given", "part of the pairs, chosen by a hash of the source", or
        `NO_VALIDATION`.
    empty, too_long : int
        Pairs left out because a side is empty, or longer than ``max_length``.
    left_out : dict of str to int
        Records that a reader left out, by the reason.
    vocabulary : int or (int, int)
        Sub-words; of source and target where they don't share them.
    parameters : int
        Numbers that are learnt.
    normalize : str or None
        Unicode form of the texts.
    languages : (str or None, str or None)
        Codes of source and target, where they were given.
    sentences : int
        The number of sentences that 90 % of the sources have at most.
    """

    architecture: str
    pairs: int
    valid_pairs: int
    valid_source: str
    empty: int
    too_long: int
    left_out: dict[str, int]
    vocabulary: int | tuple[int, int]
    parameters: int
    normalize: str | None = "NFC"
    languages: tuple[str | None, str | None] = (None, None)
    sentences: int = 1
