"""Which pairs are kept for validation where none were given."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

FEWEST, MOST = 20, 1000


def split_validation(sources: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Choose 1 % of the pairs for validation, at least 20 and at most 1,000, by a hash of the source.

    The same sources give the same choice whatever their order, a source is never on both sides, and more pairs of the
    same kind change little of it. Of fewer than 100 pairs a fifth is taken, of fewer than five none.

    Parameters
    ----------
    sources : sequence of str

    Returns
    -------
    training, validation : (n,) int64
        The numbers of the pairs on either side, in order.

    Examples
    --------
    >>> training, validation = split_validation([f"sentence {i}" for i in range(3000)])
    >>> len(training), len(validation)
    (2970, 30)
    """
    n_pairs = len(sources)
    wanted = min(max(n_pairs // 100, FEWEST), MOST, n_pairs // 5)
    hashes = np.empty(n_pairs, dtype=np.uint64)
    for number, source in enumerate(sources):
        digest = blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        hashes[number] = int.from_bytes(digest, "little")
    found, counts = np.unique(hashes, return_counts=True)
    n_sources = int(np.searchsorted(np.cumsum(counts), wanted, side="right"))
    chosen = np.isin(hashes, found[:n_sources])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
