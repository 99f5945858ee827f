"""Translation of texts of several sentences, each sentence by itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ParameterError
from nlpkit.text.sentences import Sentences, count_sentences, split_sentences

from .translations import Candidate, Translation


def check_sentence_wise(
    options: DecodingOptions, prefixes: Sequence[str] | None, phrases: Sequence[Sequence[str]] | None
) -> None:
    """Raise ParameterError if something is asked for that only a translation of the whole text has."""
    given = {"n_best": options.n_best > 1, "prefixes": prefixes is not None, "phrases": phrases is not None}
    for name in [name for name, is_given in given.items() if is_given]:
        raise ParameterError(f"split_sentences translates each sentence by itself: leave out {name}")


def translate_by_sentences(
    texts: Sequence[str],
    language: str | None,
    translate: Callable[[list[str]], Iterator[Translation]],
    *,
    alpha: float,
) -> Iterator[Translation]:
    """Yield the translation of each text, joined from those of its sentences.

    Parameters
    ----------
    texts : sequence of str
    language : str, optional
        Code of their language.
    translate : callable
        Yields translations in the order of the texts.
    alpha : float
        Exponent of the length in the scores.
    """
    split = [split_sentences(text, language) for text in texts]
    found = translate([sentence for own in split for sentence in own.texts])
    for text, own in zip(texts, split, strict=True):
        parts = list(islice(found, len(own.texts)))
        yield _joined(text, own, parts, alpha) if len(parts) > 1 else replace(parts[0], source=text)


def _joined(text: str, own: Sentences, parts: list[Translation], alpha: float) -> Translation:
    best = [part.n_best[0] for part in parts]
    lengths = [len(candidate.ids) + candidate.finished for candidate in best]
    log_prob = sum(candidate.score * length**alpha for candidate, length in zip(best, lengths, strict=True))
    return Translation(
        source=text,
        source_tokens=[token for part in parts for token in part.source_tokens],
        source_ids=[number for part in parts for number in part.source_ids],
        n_best=[
            Candidate(
                text=own.joined([candidate.text for candidate in best]),
                tokens=[token for candidate in best for token in candidate.tokens],
                ids=[number for candidate in best for number in candidate.ids],
                score=log_prob / max(sum(lengths), 1) ** alpha,
                finished=all(candidate.finished for candidate in best),
            )
        ],
        sentences=tuple(parts),
    )


def longer_texts(texts: Sequence[str], language: str | None, most: int) -> int:
    """Return how many texts have more than ``most`` sentences."""
    return sum(count_sentences(text, language) > most for text in texts)


def warn_of_several(texts: Sequence[str], language: str | None, most: int) -> None:
    """Warn once if texts have more than ``most`` sentences, which were the most in the training."""
    longer = longer_texts(texts, language, most)
    if longer:
        warnings.warn(
            f"{longer:,} of {len(texts):,} texts have more sentences than those the model was trained with, and their"
            " translations may lack some: split_sentences=True translates each sentence by itself",
            stacklevel=3,
        )
