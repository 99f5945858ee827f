"""WordAverages: an embedder from word vectors that were made elsewhere: a text is the mean of its words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator, OutputShape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .word_vectors import WordVectors

_LOOKED_AT = 10_000


@dataclass(kw_only=True, eq=False, repr=False)
class WordAverages(Estimator):
    """Texts as the plain means of their words' vectors.

    Parameters
    ----------
    tokenizer : str or callable, default=None
        How texts are split into words, as in `nlpkit.embeddings.Word2Vec`.
    token_pattern : str, default=None
        A regular expression for a word, as in `nlpkit.embeddings.Word2Vec`.
    lowercase : bool, default=None
        Lower-case the texts; None: if the first 10,000 words of the vectors have no upper-case letters.
    normalize : {None, "NFC", "NFKC"}, default=None
        Unicode normal form, applied to each text first.
    threads : int, default=None
        How many threads tokenise; None takes every core that the process may use.
    """

    kind = "word_vectors"
    needs_fit = False
    passes = 0

    tokenizer: Any = None
    token_pattern: str | None = None
    lowercase: bool | None = None
    normalize: str | None = None
    threads: int | None = None

    @classmethod
    def of(cls, vectors: WordVectors, parameters: Mapping[str, Any]) -> Self:
        """Return the embedder of ``vectors``.

        Raises
        ------
        ParameterError
            If there is no parameter of a given name.
        """
        for name in parameters:
            if name not in cls.defaults():
                raise ParameterError(f"word vectors have learnt already: leave out {name}")
        return cls(**parameters)._using(vectors)

    def _using(self, vectors: WordVectors) -> Self:
        self.word_vectors_ = vectors
        return self

    @property
    def word_vectors(self) -> WordVectors:
        """The words and their vectors."""
        return self.word_vectors_

    def transform(self, texts: Iterable[str]) -> np.ndarray:
        """The vectors of texts: (n_texts, vector_size) float32; zeros where no word has a vector."""
        from nlpkit.text.word_analysis import word_analysis
        from nlpkit.threads import available_threads

        from .words.means import mean_vectors

        lowercase = self.lowercase if self.lowercase is not None else _is_lower(self.word_vectors)
        analysis = word_analysis(
            self.tokenizer,
            token_pattern=self.token_pattern or self.word_vectors.token_pattern,
            lowercase=lowercase,
            normalize=self.normalize,
        )
        return mean_vectors(texts, analysis, self.word_vectors, self.threads or available_threads())

    def _learnt_parts(self) -> tuple[Sequence[str], Iterable[Any]]:
        return self.word_vectors.hashed_parts()

    def output_shape(self) -> OutputShape:
        """Return the size of a vector, the dtype, and that the vectors are dense."""
        return OutputShape(self.word_vectors.vector_size, np.dtype(np.float32), sparse=False)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Save the word vectors."""
        self.word_vectors.save(path, force=force)


def _is_lower(vectors: WordVectors) -> bool:
    first = " ".join(vectors.words[row] for row in range(min(_LOOKED_AT, len(vectors))))
    return first == first.lower()
