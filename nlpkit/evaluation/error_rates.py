"""Word and character error rates of transcripts, with alignments and confidence intervals.

The word error rate is WER = (S + D + I) / N: the substituted, deleted and inserted words of the alignment with the
fewest errors (Levenshtein 1966), over the N words of the references, summed over all utterances. The character error
rate CER is the same of characters, of which a space between two words is one. jiwer aligns. Intervals are from a
bootstrap over utterances (Bisani & Ney 2004, "Bootstrap estimates for confidence intervals in ASR performance
evaluation").

In scripts without spaces between words look at CER: there a whole sentence is one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError, ParameterError

from .known_words import signature_of
from .resampling import bootstrap_sums, check_resampling, interval
from .transcript_normalizers import normalizer as normalizer_of
from .utterance_alignment import Confusion, Pair, UtteranceAlignment, confusions, pairs_of

SEED = 12345


@dataclass(frozen=True, kw_only=True)
class ErrorRate:
    """An error rate over all utterances.

    Attributes
    ----------
    name : str
        ``"WER"`` or ``"CER"``.
    rate : float or None
        Errors per word or character of the references; it exceeds 1 if there are many insertions. None if all
        references are empty.
    low, high : float or None
        95 % interval over bootstrap samples of the utterances; None without samples or without a rate, and for a
        single utterance.
    length : int
        Words or characters of the references.
    hits, substitutions, deletions, insertions : int
    signature : str
        Metric, data, normaliser, version of jiwer, samples and seed.
    """

    name: str
    rate: float | None
    low: float | None
    high: float | None
    length: int
    hits: int
    substitutions: int
    deletions: int
    insertions: int
    signature: str

    @property
    def errors(self) -> int:
        """Number of substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, kw_only=True)
class TranscriptScore:
    """Quality of transcripts.

    Attributes
    ----------
    utterances : int
    empty_references : int
        Utterances without a word in the reference. Words of their transcripts are insertions.
    empty_transcribed : int
        Those of them whose transcript has a word.
    words, characters : ErrorRate
    wrong : tuple of UtteranceAlignment
        Utterances with a wrong word, in their order.
    confusions : tuple of Confusion
        Substitutions, deletions and insertions of each word, the most frequent first.
    normalizer : str
        Name of the normaliser that both sides went through.
    """

    utterances: int
    empty_references: int
    empty_transcribed: int
    words: ErrorRate
    characters: ErrorRate
    wrong: tuple[UtteranceAlignment, ...]
    confusions: tuple[Confusion, ...]
    normalizer: str

    @property
    def sentence_error_rate(self) -> float:
        """Share of utterances with a wrong word."""
        return len(self.wrong) / self.utterances


def score_transcripts(
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    normalizer: str = "lower",
    bootstrap: int = 1000,
    seed: int = SEED,
    data: str = "given transcripts",
) -> TranscriptScore:
    """Score transcripts against their references.

    Parameters
    ----------
    hypotheses : sequence of str
        The transcripts; an empty one has deletions alone.
    references : sequence of str
        The words that were said, in the same order; an empty one stands for sound without words.
    normalizer : {"lower", "none"}
        How both sides are changed: to lower case, with letters, digits and apostrophes alone; or only in their white
        space. See `nlpkit.evaluation.transcript_normalizers`.
    bootstrap : int
        Number of samples for the intervals; 0 for none.
    seed : int
        Seed of the samples.
    data : str
        Name of the data in the signature.

    Returns
    -------
    TranscriptScore

    Raises
    ------
    InputError
        If there are no transcripts, or the numbers of transcripts and references differ.
    ParameterError
        If a parameter has an invalid value.
    MissingDependencyError
        If jiwer is not installed.

    Examples
    --------
    >>> score = score_transcripts(["seven five oh two"], ["Seven, four, two."])
    >>> score.words.rate, score.words.substitutions, score.words.insertions
    (0.6666666666666666, 1, 1)
    >>> print(score.wrong[0])
    REF: seven **** four two
    HYP: seven five oh   two
               I    S
    """
    _check(hypotheses, references)
    check_resampling("bootstrap", bootstrap, seed, least=0)
    normalize = normalizer_of(normalizer)
    wanted = [normalize(text) for text in references]
    said = [normalize(text) for text in hypotheses]
    jiwer = _jiwer()
    words = _aligned(jiwer.process_words, [text.split() for text in wanted], [text.split() for text in said], " ")
    characters = _aligned(jiwer.process_characters, [list(text) for text in wanted], [list(text) for text in said], "")
    tables = [np.array([_counts(pairs) for pairs in each], np.int64) for each in (words, characters)]
    rates = []
    drawn = _rates_of_samples(tables, bootstrap, seed)
    options: dict[str, object] = {"normalizer": normalizer, "jiwer": _version(jiwer), "bs": bootstrap}
    options |= {"seed": seed} if bootstrap else {}
    for name, table, rates_drawn in zip(("WER", "CER"), tables, drawn, strict=True):
        hits, substitutions, deletions, insertions = table.sum(axis=0).tolist()
        length = hits + substitutions + deletions
        low, high = (None, None) if rates_drawn is None or not length else interval(rates_drawn)[1:]
        rates.append(
            ErrorRate(
                name=name,
                rate=(substitutions + deletions + insertions) / length if length else None,
                low=low,
                high=high,
                length=length,
                hits=hits,
                substitutions=substitutions,
                deletions=deletions,
                insertions=insertions,
                signature=signature_of(name, data, options),
            )
        )
    alignments = [UtteranceAlignment(number=number, pairs=tuple(pairs)) for number, pairs in enumerate(words)]
    wrong = tuple(each for each in alignments if each.errors)
    return TranscriptScore(
        utterances=len(wanted),
        empty_references=sum(not text for text in wanted),
        empty_transcribed=sum(not text and bool(made) for text, made in zip(wanted, said, strict=True)),
        words=rates[0],
        characters=rates[1],
        wrong=wrong,
        confusions=confusions(wrong),
        normalizer=normalizer,
    )


def _aligned(process: Any, wanted: list[list[str]], said: list[list[str]], between: str) -> list[list[Pair]]:
    """Align every utterance; those with an empty side, which some versions of jiwer refuse, without jiwer."""
    aligned: list[list[Pair]] = [
        [*((unit, None) for unit in reference), *((None, unit) for unit in hypothesis)]
        for reference, hypothesis in zip(wanted, said, strict=True)
    ]
    full = [number for number in range(len(wanted)) if wanted[number] and said[number]]
    if full:
        found = process([between.join(wanted[n]) for n in full], [between.join(said[n]) for n in full])
        for number, chunks in zip(full, found.alignments, strict=True):
            parts = ((c.type, c.ref_start_idx, c.ref_end_idx, c.hyp_start_idx, c.hyp_end_idx) for c in chunks)
            aligned[number] = pairs_of(wanted[number], said[number], parts)
    return aligned


def _counts(pairs: Sequence[Pair]) -> tuple[int, int, int, int]:
    """Return the hits, substitutions, deletions and insertions of an alignment."""
    deletions = sum(said is None for _, said in pairs)
    insertions = sum(wanted is None for wanted, _ in pairs)
    hits = sum(wanted == said for wanted, said in pairs)
    return hits, len(pairs) - hits - deletions - insertions, deletions, insertions


def _rates_of_samples(tables: Sequence[np.ndarray], samples: int, seed: int) -> list[np.ndarray | None]:
    """Return the rates of bootstrap samples; None without samples, or if there is one utterance."""
    if not samples or len(tables[0]) < 2:
        return [None] * len(tables)
    rows = [np.stack([table[:, 1:].sum(axis=1), table[:, :3].sum(axis=1)], axis=1).astype(float) for table in tables]
    rates: list[np.ndarray | None] = []
    for sums in bootstrap_sums(rows, samples, seed):
        has_words = sums[:, 1] > 0  # a sample may have the empty references alone
        rates.append(sums[has_words, 0] / sums[has_words, 1] if has_words.any() else None)
    return rates


def _check(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    for what, texts in (("hypotheses", hypotheses), ("references", references)):
        if isinstance(texts, str):
            raise ParameterError(f"{what} is one text: expected a list of them: put it in brackets")
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise ParameterError(f"{what}[{number}] is {text!r}: expected a str")
    if len(hypotheses) != len(references):
        raise InputError(
            f"there are {len(hypotheses):,} transcripts and {len(references):,} references: give one reference for "
            "each transcript, in the same order"
        )
    if not hypotheses:
        raise InputError("there are no transcripts to score: give at least one, with its reference")


def _jiwer() -> Any:
    try:
        import jiwer
    except ImportError as error:
        raise MissingDependencyError(
            "scoring transcripts needs jiwer, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return jiwer


def _version(module: Any) -> str:
    from importlib.metadata import version

    return version(module.__name__)
