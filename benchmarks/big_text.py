"""Write a large text file with a long tail of words, to measure memory growth.

The word of rank r has a share of about 1 / r (Zipf's law). Words are artificial; frequent ones are shorter. The same
arguments give the same file. Memory stays below 300 MB for any size; most of it is the table of words.

    python benchmarks/big_text.py big.txt --megabytes 1000 --terms 2500000
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

LENGTHS = {500: 3, 20_000: 5, 300_000: 7, 26**6: 9}
"""Highest rank of words with the given number of letters."""

LONGEST = 9
BLOCK = 1 << 20
WORDS_IN_A_LINE = 20


def words(n_terms: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all words by rank, without duplicates: letters and a space (n_terms, 10) uint8, and lengths (n_terms,)."""
    table = np.full((n_terms, LONGEST + 1), ord(" "), np.uint8)
    sizes = np.empty(n_terms, np.int64)
    first = 0
    for last, length in LENGTHS.items():
        ranks = np.arange(first, min(last, n_terms), dtype=np.int64)
        # Multiplying by a number coprime to 26 permutes the numbers below 26**length.
        codes = ranks * 2_654_435_761 % 26**length
        for place in reversed(range(length)):
            codes, letters = np.divmod(codes, 26)
            table[ranks, place] = letters + ord("a")
        sizes[ranks] = length
        first = min(last, n_terms)
    return table, sizes


def write(path: Path, size: int, n_terms: int, seed: int) -> int:
    """Write lines of words, up to one line less than ``size`` bytes; return the number of distinct words."""
    chance = np.random.default_rng(seed)
    table, sizes = words(n_terms)
    seen = np.zeros(n_terms, bool)
    places = np.arange(LONGEST + 1)
    with path.open("wb") as file:
        while size > 0:
            ranks = np.exp(chance.random(BLOCK) * np.log(n_terms + 1)).astype(np.int64) - 1
            ends = np.flatnonzero(chance.random(BLOCK) < 1 / WORDS_IN_A_LINE)
            ranks = ranks[: ends[-1] + 1]
            letters, lengths = table[ranks], sizes[ranks]
            letters[ends, lengths[ends]] = ord("\n")
            through = np.cumsum(lengths + 1)
            kept = int(np.searchsorted(through[ends], size, side="right"))
            if kept < len(ends):  # last block: complete lines only
                ranks = ranks[: ends[kept - 1] + 1] if kept else ranks[:0]
                size = 0
            n = len(ranks)
            seen[ranks] = True
            data = letters[:n][places <= lengths[:n, None]]
            file.write(data.tobytes())
            size -= len(data)
    return int(seen.sum())


def main() -> None:
    """Write the file according to the command line."""
    parser = argparse.ArgumentParser(description="Write a large text file with a long tail of words.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--terms", type=int, default=2_500_000, help="number of words to draw from")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if not 1 <= arguments.terms <= 26**6:
        parser.error("--terms must be between 1 and 26 ** 6")
    distinct = write(arguments.path, arguments.megabytes * 10**6, arguments.terms, arguments.seed)
    print(f"{arguments.path}: {arguments.path.stat().st_size:,} bytes, {distinct:,} distinct terms")


if __name__ == "__main__":
    main()
