"""Word2Vec: a vector for each word, learnt from the words around it."""

from __future__ import annotations

from dataclasses import dataclass

from .word_training.estimator import WordEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class Word2Vec(WordEstimator):
    """Word vectors by skip-gram or CBOW.

    Skip-gram with negative sampling maximises, over all pairs of a word w and a word c near it,
    log sigmoid(v_c . u_w) + sum over k drawn words n of log sigmoid(-v_c . u_n), where v are the vectors that are kept.
    CBOW takes the mean of all v_c of a window in place of v_c. Updates are plain stochastic gradient descent.

    All pairs of a window share the drawn words, and their updates are computed together as small matrix products [3]_.
    Otherwise the algorithm is that of [1]_, [2]_ and their program, including the sub-sampling of frequent words.

    Parameters
    ----------

    Attributes
    ----------
    word_vectors : WordVectors
        The words and their vectors.
    losses_ : list of float
        The mean loss of each epoch: per pair for skip-gram, per window for CBOW, including the drawn words.
    training_seconds_ : float
        How long the last training took, without the reading.
    corpus_words_, corpus_tokens_ : int
        Number of words read that are in the vocabulary, and of all words read.

    References
    ----------
    .. [1] Mikolov, Chen, Corrado, Dean (2013), "Efficient Estimation of Word Representations in Vector Space".
    .. [2] Mikolov, Sutskever, Chen, Corrado, Dean (2013), "Distributed Representations of Words and Phrases and their
       Compositionality".
    .. [3] Ji, Satish, Li, Dubey (2016), "Parallelizing Word2Vec in Shared and Distributed Memory".

    Examples
    --------
    >>> texts = ["the cat drinks milk", "the dog drinks water"] * 50
    >>> model = Word2Vec(vector_size=16, min_count=1, threads=1).fit(texts)
    >>> model.transform(["the cat", "a bird"]).shape
    (2, 16)
    >>> "milk" in model.word_vectors
    True
    """

    kind = "word2vec"
