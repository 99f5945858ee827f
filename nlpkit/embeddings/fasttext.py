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
    """Word vectors by skip-gram or CBOW, where a word is the mean of its own vector and its character n-grams'.

    It is `Word2Vec` with v_c = (z_c + sum of z_g over the n-grams g of c) / (1 + their number) [1]_; a step along the
    gradient is added to each of these z in full. N-grams are hashed into buckets as fastText's program does, and only
    buckets that a word of the vocabulary falls into have a vector: for an unseen word the others count as zeros.

    Parameters
    ----------
    min_n, max_n : int, default=3, 6
        The shortest and the longest n-grams, in characters, the marks of the word's beginning and end counted;
        max_n=0 for none.
    bucket : int, default=2000000
        How many buckets n-grams are hashed into.

    Attributes
    ----------
    word_vectors : WordVectors
        The words and their vectors; it gives vectors of unseen words too.
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
