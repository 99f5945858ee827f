"""Problems of sentence pairs: measured as they stream by, judged when all have been seen.

Texts that differ in their Unicode form alone are equal; lengths are those of the form that a model would read.

About 25 bytes of each pair are kept: hashes of its source and of both sides, the ratio of its lengths, its scripts,
and what could be judged at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .scripts import SCRIPTS, ScriptCounter, code_points
from .text_overlap import TextOverlap, comparable, one_form, text_hash

SMOOTHING = 10
"""Characters added to both sides before their ratio is taken, so that short texts are no outliers."""

OUTLIER = 6.0
"""Robust standard deviations from the median beyond which a ratio is an outlier."""

LEAST_FACTOR = 2.0
"""A ratio that differs from the median by less than this factor is none."""

_EMPTY, _SAME, _CHARACTERS, _TEST_SOURCE, _TEST_PAIR = (1 << bit for bit in range(5))


@dataclass(frozen=True, kw_only=True)
class RatioBounds:
    """Lengths of targets over lengths of sources, in characters, `SMOOTHING` added to both.

    Attributes
    ----------
    median : float
    lowest, highest : float
        Ratios outside are outliers.
    """

    median: float
    lowest: float
    highest: float


@dataclass(frozen=True, kw_only=True)
class SideMeasures:
    """One side of the pairs.

    Attributes
    ----------
    script : str
        The script of most of its texts, such as Latin.
    script_share : float
        The part of its texts with letters that are in it, 0 to 1.
    mean_length : float
        Characters.
    longest : int
        Characters.
    """

    script: str
    script_share: float
    mean_length: float
    longest: int


@dataclass
class _SideMeasures:
    scripts: list[np.ndarray] = field(default_factory=list)
    characters: int = 0
    longest: int = 0


class PairChecks:
    """Measures pairs block by block, then says which of them have which problem.

    Parameters
    ----------
    max_length : int
        Characters of a text beyond which it is too long.
    max_ratio : float
        The ratio of lengths that no pair may exceed, whatever is usual in the corpus.
    tests : sequence of TextOverlap
        Texts that should not be in the corpus.

    Examples
    --------
    >>> checks = PairChecks()
    >>> checks.add(["a dog", "a cat", "a dog"], ["ein Hund", "", "ein Hund"])
    >>> {name: mask.nonzero()[0].tolist() for name, mask in checks.problems().items() if mask.any()}
    {'empty': [1], 'duplicate': [2]}
    """

    def __init__(self, *, max_length: int = 1000, max_ratio: float = 9.0, tests: Sequence[TextOverlap] = ()) -> None:
        self.max_length = max_length
        self.max_ratio = max_ratio
        self.tests = tests
        self.n_pairs = 0
        self._counter = ScriptCounter()
        self._sides = _SideMeasures(), _SideMeasures()
        self._sources: list[np.ndarray] = []
        self._pairs: list[np.ndarray] = []
        self._ratios: list[np.ndarray] = []
        self._too_long: list[np.ndarray] = []
        self._flags: list[np.ndarray] = []

    def add(self, src: Sequence[str], trg: Sequence[str]) -> None:
        """Measure a block of pairs."""
        n = len(src)
        if not n:
            return
        flags = np.zeros(n, np.uint8)
        forms = list(map(one_form, src)), list(map(one_form, trg))
        stripped = [(one.strip(), other.strip()) for one, other in zip(*forms, strict=True)]
        flags[[not one or not other for one, other in stripped]] |= _EMPTY
        flags[[one == other != "" for one, other in stripped]] |= _SAME
        lengths = np.empty((2, n), np.int64)
        for row, side, texts, given in zip(lengths, self._sides, forms, (src, trg), strict=True):
            row[:] = np.fromiter(map(len, texts), np.int64, n)
            side.characters += int(row.sum())
            side.longest = max(side.longest, int(row.max()))
            codes, owners = code_points(given)
            side.scripts.append(self._counter.main_of(codes, owners, n))
            flags[owners[_is_bad(codes)]] |= _CHARACTERS
        ratio = np.log((lengths[1] + SMOOTHING) / (lengths[0] + SMOOTHING)).astype(np.float32)
        sources, targets = _hashes(forms[0]), _hashes(forms[1])
        self._sources.append(sources)
        self._pairs.append(sources * np.uint64(0x9E3779B97F4A7C15) + targets)
        self._ratios.append(ratio)
        self._too_long.append(lengths.max(axis=0) > self.max_length)
        self._find_tests(src, trg, flags)
        self._flags.append(flags)
        self.n_pairs += n

    def _find_tests(self, src: Sequence[str], trg: Sequence[str], flags: np.ndarray) -> None:
        if not self.tests:
            return
        keys = [text_hash(comparable(text)) for text in src]
        for test in self.tests:
            for index in test.find(keys):
                flags[index] |= _TEST_SOURCE
                if test.has_pairs and test.has_pair(keys[index], trg[index]):
                    flags[index] |= _TEST_PAIR

    def problems(self) -> dict[str, np.ndarray]:
        """Return which pairs have which problem: for each problem a mask of shape (n_pairs,)."""
        flags = _joined(self._flags, np.uint8)
        empty = flags & _EMPTY > 0
        found = {"empty": empty, "characters": flags & _CHARACTERS > 0, "same": flags & _SAME > 0}
        found["too_long"] = _joined(self._too_long, np.bool_)
        bounds = self.ratio_bounds()
        ratios = _joined(self._ratios, np.float32)
        found["ratio"] = ~empty & ((ratios < math.log(bounds.lowest)) | (ratios > math.log(bounds.highest)))
        found["script"] = np.zeros(self.n_pairs, np.bool_)
        for side in self._sides:
            scripts = _joined(side.scripts, np.uint8)
            found["script"] |= (scripts != _most(scripts)[0]) & (scripts > 0)
        first = self.first_of_pair()
        found["duplicate"] = first != np.arange(self.n_pairs)
        pairs = _joined(self._pairs, np.uint64)
        found["repeated_source"] = ~empty & (pairs != pairs[self.first_of_source()])
        found["test_source"] = flags & _TEST_SOURCE > 0
        found["test_pair"] = flags & _TEST_PAIR > 0
        return found

    def first_of_pair(self) -> np.ndarray:
        """Return, for each pair, the first that is the same: shape (n_pairs,), int64."""
        return _first(_joined(self._pairs, np.uint64))

    def first_of_source(self) -> np.ndarray:
        """Return, for each pair, the first with the same source: shape (n_pairs,), int64."""
        return _first(_joined(self._sources, np.uint64))

    def ratio_bounds(self) -> RatioBounds:
        """Return what ratios of lengths are usual: by their median, and the median distance from it, on a log scale."""
        ratios = _joined(self._ratios, np.float32)[_joined(self._flags, np.uint8) & _EMPTY == 0]
        median = float(np.median(ratios)) if len(ratios) else 0.0
        spread = 1.4826 * float(np.median(np.abs(ratios - median))) if len(ratios) else 0.0
        width = max(OUTLIER * spread, math.log(LEAST_FACTOR))
        bound = math.log(self.max_ratio)
        return RatioBounds(
            median=math.exp(median),
            lowest=math.exp(max(median - width, -bound)),
            highest=math.exp(min(median + width, bound)),
        )

    def sides(self) -> tuple[SideMeasures, SideMeasures]:
        """Return the measures of the sources and of the targets."""
        return self._measures(self._sides[0]), self._measures(self._sides[1])

    def _measures(self, side: _SideMeasures) -> SideMeasures:
        script, share = _most(_joined(side.scripts, np.uint8))
        return SideMeasures(
            script=SCRIPTS[script],
            script_share=share,
            mean_length=side.characters / max(self.n_pairs, 1),
            longest=side.longest,
        )


def _hashes(texts: Sequence[str]) -> np.ndarray:
    return np.frombuffer(b"".join(map(text_hash, texts)), "<u8")


def _is_bad(codes: np.ndarray) -> np.ndarray:
    """Which code points are control characters (but tab and line ends), surrogates, U+FFFD or noncharacters."""
    bad = (codes < 0x20) & (codes != 9) & (codes != 10) & (codes != 13)
    bad |= (codes >= 0x7F) & (codes < 0xA0)
    high = codes >= 0xD800
    if high.any():
        bad |= high & (codes < 0xE000)
        bad |= codes == 0xFFFD
        bad |= (codes >= 0xFDD0) & (codes < 0xFDF0)
        bad |= high & (codes & 0xFFFE == 0xFFFE)
    return bad


def _joined(blocks: list[np.ndarray], dtype: type[np.generic]) -> np.ndarray:
    """Return the blocks as one array, and keep it in their place."""
    if len(blocks) != 1:
        blocks[:] = [np.concatenate(blocks) if blocks else np.zeros(0, dtype)]
    return blocks[0]


def _most(scripts: np.ndarray) -> tuple[int, float]:
    """Return the commonest script but none, and its share of the texts that have one."""
    counts = np.bincount(scripts, minlength=len(SCRIPTS))
    counts[0] = 0
    total = int(counts.sum())
    most = int(counts.argmax())
    return most, float(counts[most] / total) if total else 0.0


def _first(keys: np.ndarray) -> np.ndarray:
    """Return, for each key, where it stands for the first time."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.ones(len(keys), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    first = np.empty(len(keys), np.int64)
    first[order] = order[begins][np.cumsum(begins) - 1]
    return first
