r"""Word analogies: Athens is to Greece as Oslo is to …?

Source: Mikolov et al. 2013, "Efficient estimation of word representations in vector space" (the questions), answered by
3CosAdd. Case, vocabulary, unknown words and ties are treated as in gensim's ``KeyedVectors.evaluate_word_analogies``,
with the same answers. Omitted: 3CosMul.
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
    """Number of correct answers.

    Attributes
    ----------
    correct, questions : int
    """

    correct: int
    questions: int

    @property
    def accuracy(self) -> float:
        """Share of correct answers, from 0 to 1; 0 without questions."""
        return self.correct / self.questions if self.questions else 0.0


@dataclass(frozen=True, kw_only=True)
class AnalogyScore:
    """Accuracy of word vectors on analogies.

    Attributes
    ----------
    accuracy : float
        Share of correct answers over all sections, from 0 to 1; 0 if no question could be asked.
    semantic, syntactic : SectionScore
        Scores of the sections whose names begin with ``gram`` (syntactic), and of the others (semantic).
    sections : dict of str to SectionScore
        Score of every section, in order.
    questions : int
        Number of questions asked.
    skipped : int
        Number of questions skipped because of an unknown word.
    signature : str
        Metric, data and method.
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
    """Answer analogy questions, and count the correct answers.

    Parameters
    ----------
    vectors : WordVectors
        Words and their vectors, most frequent first.
    questions : path or mapping of str to iterable of (a, b, c, expected)
        A file in the format of Google's ``questions-words.txt``: lines ``: NAME`` open sections, other lines have four
        words; or the questions of each section.
    restrict_vocab : int or None, default=300_000
        Number of words, from the first on, that are known and can be answers; None: all.
    case_insensitive : bool, default=True
        Compare words in upper case. The first (most frequent) spelling of a word is used in questions. Other spellings
        of a question's words are no answers, and any spelling of the expected word is correct.
    dummy4unknown : bool, default=False
        Count questions with an unknown word as wrong instead of skipping them.

    Returns
    -------
    AnalogyScore

    Raises
    ------
    InputError
        If the file cannot be read or has no questions.
    ParameterError
        If a parameter has an invalid value.

    Notes
    -----
    The matrix products use the threads of NumPy's BLAS. Working memory is a copy of the vectors and 10 MB.

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
