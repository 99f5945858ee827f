"""Pairs for a training: read, split for validation, and encoded as sub-words."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import Pairs
from nlpkit.errors import InputError, ParameterError
from nlpkit.text.sentences import count_sentences
from nlpkit.text.text_form import TEXT_FORMS, TextForm, form_of_texts

from .inputs import StrPath
from .passes import Progress
from .places import check_apart

if TYPE_CHECKING:
    from nlpkit.text.subword import Subwords


READING = "reading"


_COUNTED = 10_000


NO_VALIDATION = "none: there are too few pairs of different sources"


@dataclass(frozen=True)
class PairTexts:
    """Pairs as two lists, without those of which a side is empty.

    Attributes
    ----------
    src, trg : list of str
    empty : int
        Pairs left out because a side is empty.
    left_out : dict of str to int
        Records that the reader left out, by the reason.
    """

    src: list[str]
    trg: list[str]
    empty: int
    left_out: dict[str, int]


def read_pairs(pairs: Pairs, reading: Progress | None, output: StrPath) -> PairTexts:
    """Read all pairs into memory, unchanged. A side of nothing but spaces and zero-width spaces is empty.

    Raises
    ------
    InputError
        If no pair has text on both sides.
    OutputError
        If ``output`` is one of the files that are read.
    """
    check_apart(output, pairs)
    src: list[str] = []
    trg: list[str] = []
    empty = 0
    clean = TextForm("NFC")
    with pairs:
        for block in pairs.blocks():
            for one, other in zip(block.src, block.trg, strict=True):
                if clean(one).strip() and clean(other).strip():
                    src.append(one)
                    trg.append(other)
                else:
                    empty += 1
            if reading is not None:
                reading(READING, pairs.bytes_read, pairs.total_bytes)
        left_out = dict(pairs.left_out)
    if not src:
        names = " and ".join(source.name for source in pairs.sources)
        raise InputError(f"{names}: there is no pair with text on both sides ({empty} have an empty one)")
    return PairTexts(src, trg, empty, left_out)


@contextmanager
def naming_options_of(prefix: str) -> Iterator[None]:
    """Let errors about files name the options of these files: ``--valid-encoding`` instead of ``--encoding``."""
    try:
        yield
    except InputError as error:
        raise InputError(re.sub(r"--(columns|fields|encoding)\b", rf"--{prefix}-\1", str(error))) from None


def warn_of_shared_pairs(train: PairTexts, held: PairTexts) -> None:
    """Warn if at least half of the pairs to validate with are pairs to train on."""
    known = set(zip(train.src, train.trg, strict=True))
    shared = sum(pair in known for pair in zip(held.src, held.trg, strict=True))
    if shared * 2 >= len(held.src):
        warnings.warn(
            f"{shared:,} of {len(held.src):,} pairs to validate with are also trained on, so that their scores say"
            " little about other texts: give other pairs with --valid",
            stacklevel=3,
        )


def check_form(normalize: str | None) -> None:
    """Raise ParameterError if there is no such form of texts."""
    if normalize != "auto" and normalize is not None and normalize not in TEXT_FORMS:
        raise ParameterError(f"normalize is {normalize!r}: choose auto, {', '.join(TEXT_FORMS)} or none")


def choose_form(read: PairTexts, normalize: str | None) -> TextForm:
    """Return the form in which a model reads and writes texts; with ``"auto"`` that of most translations."""
    return TextForm(form_of_texts(read.trg) if normalize == "auto" else normalize)


def split_pairs(read: PairTexts, form: TextForm) -> tuple[PairTexts, PairTexts, str]:
    """Return the pairs for training and those for validation, and a description of the latter."""
    from nlpkit.training.translation.validation_split import split_validation

    kept, held = split_validation([form(text) for text in read.src])

    def part(numbers: Sequence[int]) -> PairTexts:
        return PairTexts([read.src[i] for i in numbers], [read.trg[i] for i in numbers], read.empty, read.left_out)

    source = "part of the pairs, chosen by a hash of the source" if len(held) else NO_VALIDATION
    return part(kept.tolist()), part(held.tolist()), source


def sentences_per_text(sources: Sequence[str], language: str | None) -> int:
    """Return the number of sentences that 90 % of the sources have at most; of many sources 10,000 are counted.

    Examples
    --------
    >>> [sentences_per_text(["One. Two."] * n + ["One."] * (100 - n), None) for n in (10, 11)]
    [1, 2]
    """
    chosen = sources[:: max(1, len(sources) // _COUNTED)]
    counts = sorted(count_sentences(text, language) for text in chosen)
    return counts[(9 * len(counts) + 9) // 10 - 1]


def learn_subwords(
    texts: PairTexts,
    vocab_size: int | None,
    separate: bool,
    seed: int,
    form: TextForm,
    reserved: Sequence[str] = (),
) -> tuple[Subwords, Subwords]:
    """Learn the sub-words of source and target in their form: one object, unless they are to be ``separate``.

    Each text that is ``reserved`` is one of them.
    """
    from nlpkit.text.subword import Subwords, propose_vocab_size

    def learn(sides: list[list[str]]) -> Subwords:
        size = vocab_size
        if size is None:
            words = {word for side in sides for text in side for word in form(text).split()}
            characters = len({character for word in words for character in word})
            size = propose_vocab_size(len(texts.src), len(words), shared=len(sides) == 2, n_characters=characters)
        words_of_sides = (form(text) for side in sides for text in side)
        return Subwords.train(words_of_sides, vocab_size=size, seed=seed, reserved=reserved)

    if separate:
        return learn([texts.src]), learn([texts.trg])
    shared = learn([texts.src, texts.trg])
    return shared, shared


def encode_pairs(texts: PairTexts, subwords: tuple[Subwords, Subwords], form: TextForm) -> Any:
    """Return the pairs in a form as `nlpkit.training.EncodedPairs`."""
    from nlpkit.training.translation.encoded_pairs import EncodedPairs

    sides = zip(subwords, (texts.src, texts.trg), strict=True)
    src, trg = (own.encode([form(text) for text in side]) for own, side in sides)
    return EncodedPairs.from_lists(zip(src, trg, strict=True))
