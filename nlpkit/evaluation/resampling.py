"""Resampling of sums over sentences, in blocks to limit memory.

The samples equal those of sacrebleu for the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nlpkit.errors import require_whole

_BLOCK = 1 << 22  # draws
_WORD = 32  # bits per draw of numpy


def check_resampling(name: str, value: int, seed: int, *, least: int = 1) -> None:
    """Raise ParameterError for an invalid number of samples or seed."""
    for what, number, lowest in ((name, value, least), ("seed", seed, 0)):
        require_whole(what, number, lowest)


def bootstrap_sums(tables: Sequence[np.ndarray], samples: int, seed: int, *, block: int = _BLOCK) -> list[np.ndarray]:
    """Sum rows sampled with replacement; the same rows in every table.

    Parameters
    ----------
    tables : sequence of array (n, k)
    samples : int
    seed : int
    block : int
        Approximate number of draws held at once.

    Returns
    -------
    list of array (samples, k)

    Examples
    --------
    >>> import numpy as np
    >>> [sums] = bootstrap_sums([np.ones((5, 1))], 3, seed=1)
    >>> sums.ravel()
    array([5., 5., 5.])
    """
    n = len(tables[0])
    draw = np.random.default_rng(seed)

    def weights() -> Iterator[np.ndarray]:
        for rows in _blocks(samples, n, block):
            drawn = draw.choice(n, size=(rows, n), replace=True)
            drawn += n * np.arange(rows)[:, None]
            yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)

    return _weighted(tables, weights())


def shuffled_sums(
    first: Sequence[np.ndarray], second: Sequence[np.ndarray], samples: int, seed: int, *, block: int = _BLOCK
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Sum the rows of two systems after swapping each sentence with probability 1/2.

    Parameters
    ----------
    first, second : sequences of array (n, k)
        Tables of the two systems.
    See `bootstrap_sums`.
        As in `bootstrap_sums`.

    Returns
    -------
    two lists of array (samples, k)
    """
    n = len(first[0])
    draw = np.random.default_rng(seed)

    def kept() -> Iterator[np.ndarray]:
        for rows in _blocks(samples, n, block):
            yield draw.integers(2, size=(rows, n), dtype=bool).astype(np.float64)

    differences = _weighted([a - b for a, b in zip(first, second, strict=True)], kept())
    totals = [(a.sum(axis=0), b.sum(axis=0)) for a, b in zip(first, second, strict=True)]
    return (
        [b + moved for moved, (_, b) in zip(differences, totals, strict=True)],
        [a - moved for moved, (a, _) in zip(differences, totals, strict=True)],
    )


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return the mean and the 95 % interval; as in sacrebleu, 1/40 of the values is cut off at each end."""
    ordered = np.sort(values)
    out = len(ordered) // 40
    return float(values.mean()), float(ordered[out]), float(ordered[len(ordered) - out - 1])


def p_value(values: np.ndarray, observed: float) -> float:
    """Return the share of values above the observed one, with one added to both counts (Noreen 1989).

    It is 1 if no difference was observed.
    """
    if observed == 0:
        return 1.0
    return float((np.sum(values > observed) + 1) / (len(values) + 1))


def _blocks(samples: int, n: int, block: int) -> Iterator[int]:
    """Yield numbers of samples that add up to ``samples``, in whole words of bits, to keep the draws unchanged."""
    rows = max(block // n // _WORD, 1) * _WORD
    for begin in range(0, samples, rows):
        yield min(rows, samples - begin)


def _weighted(tables: Sequence[np.ndarray], weights: Iterator[np.ndarray]) -> list[np.ndarray]:
    parts = [[block @ table for table in tables] for block in weights]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]
