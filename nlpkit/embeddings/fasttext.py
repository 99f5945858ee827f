"""FastText: word vectors with sub-words, so that unseen and misspelt words have vectors too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlpkit.errors import ParameterError

from .word_training.estimator import WordEstimator

if TYPE_CHECKING:
    from .word_vectors import WordVectors


@dataclass(kw_only=True, eq=False, repr=False)
class FastText(WordEstimator):
    """Word vectors by skip-gram or CBOW: a word's vector is the mean of its own and its character n-grams' vectors.

    It is `Word2Vec` with v_c = (z_c + sum of z_g over the n-grams g of c) / (1 + their number) [1]_; each of these z
    gets the full gradient step. N-grams are hashed into buckets as in fastText. Only buckets that the vocabulary uses
    have a vector; for an unseen word the others count as zeros.

    Parameters
    ----------
    min_n, max_n : int, default=3, 6
        Length of the shortest and longest n-grams, in characters, including the marks of the word's beginning and end;
        max_n=0 for no n-grams.
    bucket : int, default=2000000
        Number of buckets for the n-grams.

    Attributes
    ----------
    word_vectors : WordVectors
        The words and their vectors, and vectors for unseen words.
    losses_, training_seconds_, corpus_words_, corpus_tokens_
        As in `Word2Vec`.

    References
    ----------
    .. [1] Bojanowski, Grave, Joulin, Mikolov (2017), "Enriching Word Vectors with Subword Information", TACL 5.

    Examples
    --------
    >>> texts = ["she plays a game", "they played the games"] * 50
    >>> model = FastText(vector_size=16, min_count=1, bucket=1000, threads=1).fit(texts)
    >>> "playing" in model.word_vectors, model.word_vectors["playing"].shape
    (False, (16,))
    """

    kind = "fasttext"

    min_n: int = 3
    max_n: int = 6
    bucket: int = 2_000_000

    def _check_grows(self, before: WordVectors) -> None:
        super()._check_grows(before)
        if before.subwords is None:
            raise ParameterError("the vectors have no n-grams: fit anew, or use Word2Vec")
        for name in "min_n", "max_n", "bucket":
            had = getattr(before.subwords, name)
            if getattr(self, name) != had:
                raise ParameterError(
                    f"{name} is {getattr(self, name)}, and the vectors have {had}: set it back, or fit anew"
                )

    def _validate(self) -> None:
        super()._validate()
        self._whole("max_n", 0, 1000)
        self._whole("min_n", 0, self.max_n or 1000)
        self._whole("bucket", 0 if self.max_n == 0 else 1)
