"""A small language that word vectors can learn: kinds of words that keep company with each other."""

from __future__ import annotations

import numpy as np

KINDS = {
    "animal": ["cat", "dog", "horse", "mouse", "sheep"],
    "eats": ["eats", "chews", "bites", "swallows"],
    "food": ["hay", "bread", "cheese", "grass", "corn"],
    "king": ["king", "queen", "prince", "duke"],
    "rules": ["rules", "governs", "leads"],
    "land": ["france", "spain", "norway", "poland"],
}
_PATTERNS = [("the", "animal", "eats", "the", "food"), ("the", "king", "rules", "the", "land")]


def sentences(n: int, seed: int = 0) -> list[str]:
    """Some sentences, such as "the cat eats the hay"."""
    rng = np.random.default_rng(seed)
    chosen = [_PATTERNS[i] for i in rng.integers(0, 2, n)]
    return [" ".join(rng.choice(KINDS[part]) if part in KINDS else part for part in pattern) for pattern in chosen]


def separation(vectors) -> float:
    """By how much the cosine within kinds is above that between kinds, on average."""
    words = [word for kind in KINDS.values() for word in kind]
    kinds = np.array([number for number, kind in enumerate(KINDS.values()) for _ in kind])
    rows = np.array([vectors[word] for word in words], np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows @ rows.T
    same = kinds[:, None] == kinds
    off = ~np.eye(len(words), dtype=bool)
    return float(cosines[same & off].mean() - cosines[~same].mean())
