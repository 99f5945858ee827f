"""Sub-words of NLLB, M2M-100, mBART and T5, by transformers' own tokenizers.

A source of NLLB, M2M-100 or mBART is encoded as the id of the target language, which `PretrainedNetwork` takes off, and
the text with the id of the source language, before it or after it as the tokenizer has it. A source of T5 begins with
the words "translate English to French: ".
"""

from __future__ import annotations

import re
from typing import Any

from .foreign_subwords import ForeignSubwords

_CODE = re.compile(r"[a-z]{2,3}_([A-Z]{2}|[A-Z][a-z]{3})")
PROMPTED = {"en": "English", "de": "German", "fr": "French", "ro": "Romanian"}
"""The languages of T5, by the names in its prompt."""


class TokenizerSubwords(ForeignSubwords):
    """A tokenizer of transformers.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    size : int
        The size of the model's vocabulary.
    most : int, optional
        The greatest number of tokens of a source, its end token and languages counted.
    tagged : bool
        Whether texts begin with the tag of their languages, as sources do and targets don't.
    prompts : bool
        Whether languages are words before the text, as in T5.
    """

    def __init__(
        self, tokenizer: Any, size: int, *, most: int | None = None, tagged: bool = False, prompts: bool = False
    ) -> None:
        super().__init__(size, most=most, unread=int(tagged and not prompts), tagged=tagged)
        self._tokenizer, self._prompts = tokenizer, prompts
        self._language_ids = {} if prompts else language_ids(tokenizer, size)
        self.languages = tuple(PROMPTED if prompts else self._language_ids)
        self.language_last = not prompts and bool(tokenizer.suffix_tokens[1:])

    def _vocabulary(self) -> dict[int, str]:
        known = self._tokenizer.get_vocab() | self._language_ids
        return {number: piece for piece, number in known.items()}

    @property
    def _special(self) -> frozenset[int]:
        return frozenset([*self._tokenizer.all_special_ids, *self._language_ids.values()])

    def _encoded(self, texts: list[str], directions: list[tuple[str, str]]) -> list[list[int]]:
        if not texts:
            return []
        if self._prompts:
            named = [tuple(PROMPTED.get(code, "") for code in direction) for direction in directions]
            texts = [
                f"translate {out} to {into}: {text}" if text and into else text
                for text, (out, into) in zip(texts, named, strict=True)
            ]
        found = self._tokenizer(texts, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        special, unknown = self._special, self._tokenizer.unk_token_id
        clean = [[unknown if number in special else number for number in ids] for ids in found]
        return [self._framed(ids, *direction) for ids, direction in zip(clean, directions, strict=True)]

    def _framed(self, ids: list[int], out: str, into: str) -> list[int]:
        if not ids or not into or self._prompts:
            return ids
        target, source = self._language_ids[into], self._language_ids[out]
        return [target, *ids, source] if self.language_last else [target, source, *ids]

    def _decoded(self, ids: list[list[int]]) -> list[str]:
        return [" ".join(text.split()) for text in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]


def language_ids(tokenizer: Any, size: int) -> dict[str, int]:
    """Return the ids of a tokenizer's languages by its own codes, such as ``fra_Latn`` and ``fr_XX``."""
    known = getattr(tokenizer, "lang_code_to_id", None)
    if known is None:
        known = {piece: number for piece, number in tokenizer.get_added_vocab().items() if _CODE.fullmatch(piece)}
    return {code: number for code, number in known.items() if number != tokenizer.unk_token_id and number < size}
