r"""Word analogies: Athens is to Greece as Oslo is to …?

Source: Mikolov et al. 2013, "Efficient estimation of word representations in vector space" (the questions), answered by
3CosAdd. The rules (case, vocabulary, questions with unknown words, ties) are those of gensim's
``KeyedVectors.evaluate_word_analogies``, and so is every answer; 3CosMul is left out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .analogy_questions import AnalogyQuestions, Question
from .known_words import StrPath, check_restriction, key_of, rows_of, signature_of
from .vector_offsets import answered

if TYPE_CHECKING:
    from nlpkit.embeddings.word_vectors import WordVectors


@dataclass(frozen=True)
class SectionScore:
    """How many questions were answered right.

    Attributes
    ----------
    correct, questions : int
    """

    correct: int
    questions: int

    @property
    def accuracy(self) -> float:
        """The share of right answers, from 0 to 1; 0 where there were no questions."""
        return self.correct / self.questions if self.questions else 0.0


@dataclass(frozen=True, kw_only=True)
class AnalogyScore:
    """How many analogies word vectors complete.

    Attributes
    ----------
    accuracy : float
        The share of right answers over all sections, from 0 to 1; 0 where no question could be asked.
    semantic, syntactic : SectionScore
        The same for the sections whose names begin with ``gram`` (syntactic), and for the others (semantic).
    sections : dict of str to SectionScore
        Every section of the questions, in order.
    questions : int
        How many questions were asked.
    skipped : int
        How many were not, for a word that the vectors don't know.
    signature : str
        Signature: metric, data and method.
    """

    accuracy: float
    semantic: SectionScore
    syntactic: SectionScore
    sections: dict[str, SectionScore]
    questions: int
    skipped: int
    signature: str


def word_analogies(
    vectors: WordVectors,
    questions: StrPath | Mapping[str, Iterable[Question]],
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
) -> AnalogyScore:
    """Ask analogy questions, and count the right answers.

    Parameters
    ----------
    vectors : WordVectors
        The words and their vectors, most frequent first.
    questions : path or mapping of str to iterable of (a, b, c, expected)
        A file in the form of Google's ``questions-words.txt``: lines ``: NAME`` open sections, the others hold four
        words each; or the questions of each section.
    restrict_vocab : int or None, default=300_000
        Number of words, from the first on, that are known and may be answers; None: all.
    case_insensitive : bool, default=True
        Compare words in upper case. Of several spellings the first (most frequent) is asked with, none of them is an
        answer to its own question, and each is a right answer where the word is expected.
    dummy4unknown : bool, default=False
        Count questions with an unknown word as answered wrong, in place of leaving them out.

    Returns
    -------
    AnalogyScore

    Raises
    ------
    InputError
        If the file can't be read or holds no questions.
    ParameterError
        If a parameter has an invalid value.

    Notes
    -----
    The matrix products use as many threads as NumPy's BLAS has. Working memory is the vectors' own once more and 10 MB.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.embeddings.word_vectors import WordVectors
    >>> rows = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]], np.float32)
    >>> vectors = WordVectors(["man", "king", "woman", "queen", "apple"], rows)
    >>> word_analogies(vectors, {"family": [("man", "king", "woman", "queen")]}).accuracy
    1.0
    """
    check_restriction(restrict_vocab)
    asked = AnalogyQuestions.of(questions)
    keys = [tuple(key_of(word, case_insensitive) for word in question) for question in asked.questions]
    rows = rows_of(vectors.words, {key for question in keys for key in question}, restrict_vocab, case_insensitive)
    known = np.array([all(key in rows for key in question) for question in keys])
    right = np.zeros(len(keys), bool)
    candidates = np.asarray(vectors.vectors[:restrict_vocab], np.float32)
    right[known] = answered(candidates, [keys[i] for i in np.flatnonzero(known)], rows)

    section_of = np.array(asked.section_of)
    counted = known | dummy4unknown
    n = len(asked.sections)
    corrects = np.bincount(section_of[right], minlength=n).tolist()
    totals = np.bincount(section_of[counted], minlength=n).tolist()
    sections = {name: SectionScore(corrects[i], totals[i]) for i, name in enumerate(asked.sections)}
    options = {
        "case": "insensitive" if case_insensitive else "sensitive",
        "vocabulary": "all" if restrict_vocab is None else restrict_vocab,
        "unknown": "wrong" if dummy4unknown else "skipped",
    }
    return AnalogyScore(
        accuracy=_sum(sections.values()).accuracy,
        semantic=_sum(score for name, score in sections.items() if not name.startswith("gram")),
        syntactic=_sum(score for name, score in sections.items() if name.startswith("gram")),
        sections=sections,
        questions=sum(totals),
        skipped=len(keys) - sum(totals),
        signature=signature_of("3CosAdd accuracy", asked.data, options),
    )


def _sum(scores: Iterable[SectionScore]) -> SectionScore:
    scores = list(scores)
    return SectionScore(sum(score.correct for score in scores), sum(score.questions for score in scores))
