"""WordTrainingPlan, WordTrainingProgress and WordTrainingState: what is trained, and how far the training is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class WordTrainingPlan:
    """Data and sizes of a training that is about to begin.

    Attributes
    ----------
    texts, tokens : int
        Number of texts and of tokens.
    words : int
        How many of the tokens are in the vocabulary.
    vocabulary, ngrams : int
        How many different words and, for FastText, n-gram buckets have a vector.
    vector_size : int
    epochs : int
    memory : int
        About how many bytes the training takes: the corpus as numbers, and all weights.
    epochs_done : float
        How many epochs are done if the training is resumed; 0 for a new one.
    """

    texts: int
    tokens: int
    words: int
    vocabulary: int
    ngrams: int
    vector_size: int
    epochs: int
    memory: int
    epochs_done: float


@dataclass(frozen=True, kw_only=True)
class WordTrainingProgress:
    """How far a training is.

    Attributes
    ----------
    epoch, epochs : int
        The current pass over the corpus, from 1, and the number of passes.
    words, total_words : int
        How many words of the corpus have been trained so far, and how many will be in all passes.
    loss : float
        The mean loss of this pass so far.
    seconds, words_per_second, seconds_left : float
    """

    epoch: int
    epochs: int
    words: int
    total_words: int
    loss: float
    seconds: float
    words_per_second: float
    seconds_left: float


@dataclass
class WordTrainingState:
    """Where a training stands.

    Attributes
    ----------
    epoch, chunk : int
        The next chunk to train, both from 0.
    loss, examples : float, int
        The sum of the loss in this epoch up to that chunk, and the number of examples.
    losses : list of float
        The mean loss of each epoch that is done.
    seconds : float
        How long the training has taken so far.
    """

    epoch: int = 0
    chunk: int = 0
    loss: float = 0.0
    examples: int = 0
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
