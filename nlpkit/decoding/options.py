"""DecodingOptions: parameters of the search for translations."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nlpkit.errors import is_whole, require

_WHOLE = (
    *("beam", "n_best", "min_length", "max_length", "max_extra", "top_k", "seed", "no_repeat_ngram"),
    *("max_sentences", "max_tokens"),
)


@dataclass(frozen=True, kw_only=True)
class DecodingOptions:
    """Parameters of the search for translations.

    Lengths are numbers of tokens; a target's length includes its end token, a source's does not.
    Parameters
    ----------
    beam : int
        Number of open hypotheses. 1 is greedy search: always the most likely next token. Ignored with ``sample``.
    alpha : float
        Exponent of the length in the score Σ log p / length ** alpha. 0 ranks by probability and favours short
        translations.
    stop : {"exact", "heuristic"}
        End of the beam search of a sentence. "exact": when no open hypothesis can still be among the ``n_best``.
        "heuristic": Hugging Face's ``early_stopping=False``, when the best open hypothesis, at its current length, is
        not better than the worst of ``beam`` finished ones.
    n_best : int
        Number of translations per sentence, best first. At most ``beam``, unless ``sample``; the command line widens a
        beam that is not given.
    min_length, max_length : int
        Bounds of every target's length; default: no maximum.
    min_ratio, max_ratio, max_extra : float, float, int
        A target's length is at least ``min_ratio * source`` and at most ``max_ratio * source + max_extra``.
    sample : bool
        Sample tokens by their probability instead of searching. The ``n_best`` samples are independent.
    temperature : float
        Divisor of the logits before sampling.
    top_k : int
        Sample from the ``top_k`` most likely tokens; 0: from all.
    top_p : float
        Then sample from the smallest set of tokens with at least this total probability (Holtzman et al. 2020).
    seed : int
        Seed of the sampling. A sample also depends on the sentence's number and the step, but not on other sentences.
    no_repeat_ngram : int
        Forbid repeated n-grams of this length in a target; 0: allow them.
    scores : bool
        Return scores from greedy search and sampling. If False, they are NaN, and no softmax is computed.
    max_sentences : int
        Maximum number of sentences per batch; default: limited by the memory for the logits.
    max_tokens : int
        Maximum number of source tokens per batch, including padding and end tokens; a longer sentence forms its own
        batch.
    batch_invariant : bool
        Let no other sentence change a result's rounding. Compiled code never does; with other engines every sentence is
        decoded alone, which is several times slower.
    leave_share : float
        Remove finished sentences from the batch when they make up this share of it; above 1: never.

    Raises
    ------
    ParameterError
        If a value is invalid.

    Examples
    --------
    >>> DecodingOptions(beam=5, n_best=2).beam
    5
    >>> DecodingOptions(beam=1, n_best=2)
    Traceback (most recent call last):
    ...
    nlpkit.errors.ParameterError: n_best is 2: expected at most beam, 1; raise beam or sample
    """

    beam: int = 4
    alpha: float = 1.0
    stop: str = "exact"
    n_best: int = 1
    min_length: int = 1
    max_length: int | None = None
    min_ratio: float = 0.0
    max_ratio: float = 2.0
    max_extra: int = 20
    sample: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    no_repeat_ngram: int = 0
    scores: bool = True
    max_sentences: int | None = None
    max_tokens: int = 4096
    batch_invariant: bool = False
    leave_share: float = 0.0625

    def __post_init__(self) -> None:
        for name in _WHOLE:
            value = getattr(self, name)
            right = is_whole(value, -math.inf) or (value is None and name in ("max_length", "max_sentences"))
            require(right, name, value, "a whole number")
        for name in ("sample", "scores", "batch_invariant"):
            require(isinstance(getattr(self, name), bool), name, getattr(self, name), "True or False")
        for name in ("beam", "n_best", "min_length", "max_tokens"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("max_extra", "top_k", "no_repeat_ngram", "min_ratio", "max_ratio", "alpha"):
            value = getattr(self, name)
            require(math.isfinite(value) and value >= 0, name, value, "at least 0")
        for name in ("max_length", "max_sentences"):
            value = getattr(self, name)
            require(value is None or value >= 1, name, value, "at least 1, or None")
        longest = self.max_length
        fits = longest is None or longest >= self.min_length
        require(fits, "max_length", longest, f"at least min_length, {self.min_length}")
        require(self.stop in ("exact", "heuristic"), "stop", self.stop, "'exact' or 'heuristic'")
        require(self.min_ratio <= self.max_ratio, "min_ratio", self.min_ratio, f"at most max_ratio, {self.max_ratio}")
        hot = math.isfinite(self.temperature) and self.temperature >= 1e-3
        require(hot, "temperature", self.temperature, "at least 0.001; beam=1 without sample takes the likeliest token")
        drawn = (self.temperature, self.top_k, self.top_p) != (1.0, 0, 1.0)
        require(self.sample or not drawn, "sample", self.sample, "True: temperature, top_k and top_p are about drawing")
        require(0 < self.top_p <= 1, "top_p", self.top_p, "above 0 and at most 1")
        require(self.leave_share > 0, "leave_share", self.leave_share, "above 0")
        fits = self.sample or self.n_best <= self.beam
        require(fits, "n_best", self.n_best, f"at most beam, {self.beam}; raise beam or sample")

    def bounds(self, source: int) -> tuple[int, int]:
        """Return the minimum and maximum length of the target for a source of ``source`` tokens.

        Examples
        --------
        >>> DecodingOptions(max_ratio=1.5, max_extra=10).bounds(20)
        (1, 40)
        """
        longest = max(1, int(self.max_ratio * source) + self.max_extra)
        if self.max_length is not None:
            longest = min(longest, self.max_length)
        return min(longest, max(self.min_length, math.ceil(self.min_ratio * source))), longest
