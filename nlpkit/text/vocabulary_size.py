"""How many sub-words a corpus of sentence pairs can bear."""

from __future__ import annotations

from nlpkit.errors import ParameterError

N_SPECIAL = 4
N_BYTES = 256

_PAIRS, _SIZE = 30_000, 8_000
_LARGEST = 32_000
_WHOLE_WORDS = 64


def propose_vocab_size(
    n_pairs: int, n_distinct_words: int, *, shared: bool = True, n_characters: int = 100, byte_fallback: bool = True
) -> int:
    """Propose a number of sub-words for a corpus of sentence pairs.

    Two limits, of which the lower one holds. The pairs: 8,000 for 30,000 pairs of two languages that share their
    sub-words; it grows with the square root of the pairs below that (3,000 pairs: 2,528), with the fourth root above
    (500,000: 16,160), and ends at 32,000; half of it for each language where they don't share. A sub-word should be
    seen often enough to be learnt, and a small model shouldn't spend itself on rows of its embedding. The words: as
    many as there are up to 64, so that each word of a toy task is one piece; of further words a quarter, so that long
    words are still put together from parts. Bytes, characters and special pieces come on top of the words.

    Parameters
    ----------
    n_pairs : int
        How many sentence pairs there are to learn from.
    n_distinct_words : int
        How many different words, split at spaces, these have.
    shared : bool, default=True
        Whether one vocabulary serves both languages.
    n_characters : int, default=100
        How many different characters the words have.
    byte_fallback : bool, default=True
        Whether the vocabulary holds the 256 bytes.

    Returns
    -------
    int
        A multiple of 8. `Subwords.train` lowers it further where the texts don't have so many pieces.

    Raises
    ------
    ParameterError
        If a number is negative.

    Examples
    --------
    >>> propose_vocab_size(29_000, 45_000), propose_vocab_size(500_000, 400_000), propose_vocab_size(3_000, 10)
    (7872, 16168, 376)
    """
    for name, value in (("n_pairs", n_pairs), ("n_distinct_words", n_distinct_words), ("n_characters", n_characters)):
        if value < 0:
            raise ParameterError(f"{name} is {value}; expected 0 or more")
    exponent = 0.5 if n_pairs < _PAIRS else 0.25
    by_pairs = min(_SIZE * (n_pairs / _PAIRS) ** exponent, _LARGEST) * (1 if shared else 0.5)
    whole = min(n_distinct_words, _WHOLE_WORDS)
    least = N_SPECIAL + n_characters + (N_BYTES if byte_fallback else 0)
    by_words = least + whole + (n_distinct_words - whole) / 4
    size = max(least, min(by_pairs, by_words))
    return -int(-size // 8) * 8
