"""Translation of texts of several sentences, each sentence by itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ParameterError
from nlpkit.text.sentences import count_sentences

from .text_layout import TextLayout
from .translations import Candidate, Translation, copied


def splits_sentences(
    asked: bool | None,
    options: DecodingOptions,
    prefixes: Sequence[str] | None,
    phrases: Sequence[Sequence[str]] | None,
) -> bool:
    """Whether sentences are translated by themselves; by default, unless something is asked for that they don't have.

    Raises
    ------
    ParameterError
        If both are asked for.
    """
    given = {"n_best": options.n_best > 1, "prefixes": prefixes is not None, "phrases": phrases is not None}
    names = [name for name, is_given in given.items() if is_given]
    if asked and names:
        raise ParameterError(f"split_sentences translates each sentence by itself: leave out {names[0]}")
    return asked is not False and not names


def translate_by_sentences(
    layouts: Sequence[TextLayout], translate: Callable[[list[str]], Iterator[Translation]], *, alpha: float
) -> Iterator[Translation]:
    """Yield the translation of each text, joined from those of its sentences.

    Parameters
    ----------
    layouts : sequence of TextLayout
    translate : callable
        Yields translations in the order of the texts.
    alpha : float
        Exponent of the length in the scores.
    """
    found = translate([sentence for layout in layouts for sentence in layout.texts])
    for layout in layouts:
        parts = list(islice(found, len(layout.spans)))
        if not parts:
            yield copied(layout.source)
        elif len(parts) > 1:
            yield _joined(layout, parts, alpha)
        else:
            yield _placed(layout, parts[0])


def _placed(layout: TextLayout, part: Translation) -> Translation:
    """Return the translation of a text's only sentence, with what stands around it."""
    if layout.source == part.source:
        return part
    n_best = [replace(each, text=layout.joined([each.text])[0]) for each in part.n_best]
    return replace(part, source=layout.source, n_best=n_best)


def _joined(layout: TextLayout, parts: list[Translation], alpha: float) -> Translation:
    best = [part.n_best[0] for part in parts]
    lengths = [len(candidate.ids) + candidate.finished for candidate in best]
    log_prob = sum(candidate.score * length**alpha for candidate, length in zip(best, lengths, strict=True))
    text, places = layout.joined([candidate.text for candidate in best])
    return Translation(
        source=layout.source,
        source_tokens=[token for part in parts for token in part.source_tokens],
        source_ids=[number for part in parts for number in part.source_ids],
        n_best=[
            Candidate(
                text=text,
                tokens=[token for candidate in best for token in candidate.tokens],
                ids=[number for candidate in best for number in candidate.ids],
                score=log_prob / max(sum(lengths), 1) ** alpha,
                finished=all(candidate.finished for candidate in best),
            )
        ],
        sentences=tuple(parts),
        spans=tuple(zip(layout.spans, places, strict=True)),
        flags=tuple(dict.fromkeys(flag for part in parts for flag in part.flags)),
        confidence=_mean([part.confidence for part in parts], lengths),
    )


def _mean(values: Sequence[float | None], weights: Sequence[int]) -> float | None:
    """Return the weighted mean of the values that there are."""
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


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
