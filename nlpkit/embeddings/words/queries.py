"""WordQueries: neighbours, analogies, similarities, and distances of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from nlpkit.errors import ParameterError, is_whole
from nlpkit.index.nearest import Nearest, unit_rows

from .query import Item, Query, sum_of, sums_of
from .table import WordTable

Found = list[tuple[str, float]]
"""Words and their scores, the best first."""


class WordQueries(WordTable):
    """A table of words that answers questions; `nlpkit.embeddings.WordVectors` adds files, labels and gensim."""

    @cached_property
    def nearest(self) -> Nearest:
        """The search by cosine; made when it is first read."""
        return Nearest(self.vectors)

    def most_similar(
        self,
        positive: Item | Sequence[Item] = (),
        negative: Item | Sequence[Item] = (),
        k: int = 10,
        *,
        restrict: int | Iterable[str] | None = None,
    ) -> Found:
        """Find the words nearest to one or to the mean of several.

        The mean is that of the vectors' directions: each is divided by its length, and those in ``negative`` are
        turned round. The words of the query are left out. Cosines are compared in float64; equal ones are ordered by
        their row.

        Parameters
        ----------
        positive, negative : str, (d,) array, or sequence of these
            Words or vectors to be added, and to be taken away.
        k : int
            How many words, at most.
        restrict : int or iterable of str, optional
            Look among the first words only, or among these only.

        Returns
        -------
        list of (str, float)
            Words and cosines, the nearest first.

        Raises
        ------
        UnknownWordError
            If there is no such word, and there are no sub-words.
        ParameterError
            If the query is empty, or a parameter has a value that can't be.
        """
        return self.most_similar_many([(positive, negative)], k, restrict=restrict)[0]

    def most_similar_many(
        self,
        queries: Iterable[Query] | np.ndarray,
        k: int = 10,
        *,
        restrict: int | Iterable[str] | None = None,
        threads: int | None = None,
    ) -> list[Found]:
        """Find the words nearest to each of many queries at once, much sooner than one by one.

        Parameters
        ----------
        queries : iterable of str, (d,) array, list of these, or (positive, negative); or (m, d) array
            Each is what `most_similar` is asked.
        k, restrict
            As for `most_similar`.
        threads : int, optional
            Number of threads; default: every core that the process may use.

        Returns
        -------
        list of list of (str, float)
            For each query what `most_similar` gives.

        Raises
        ------
        UnknownWordError, ParameterError
            As `most_similar`.

        Examples
        --------
        >>> from nlpkit.embeddings import WordVectors
        >>> vectors = WordVectors(["king", "queen", "apple"], np.array([[1, 0.1], [1, 0], [0, 1]]))
        >>> [found[0][0] for found in vectors.most_similar_many(["king", (["king"], ["queen"])], k=1)]
        ['queen', 'apple']
        """
        if isinstance(queries, str):
            raise ParameterError("queries is one string: give a list of words, or use most_similar")
        _check_from_one("k", k)
        _check_from_one("threads", 1 if threads is None else threads)
        sought, excluded = sums_of(self, queries)
        nearest, chosen, last = self._restricted(restrict)
        if chosen is not None:
            place = {row: i for i, row in enumerate(chosen.tolist())}
            excluded = [[place[row] for row in rows if row in place] for rows in excluded]
        found, cosines = nearest.search(sought, k, excluded=excluded, restrict=last, threads=threads)
        return self._named(found if chosen is None else np.where(found < 0, -1, chosen[found]), cosines)

    def analogy(
        self, a: str, b: str, c: str, *, method: str = "3cosadd", k: int = 10, restrict: int | None = None
    ) -> Found:
        """Answer "``a`` is to ``b`` as ``c`` is to what?".

        Parameters
        ----------
        a, b, c : str
            Words, such as paris, france, berlin.
        method : {"3cosadd", "3cosmul"}
            How it is scored: see `nlpkit.embeddings.words.analogy`.
        k : int
            How many answers, at most.
        restrict : int, optional
            Look among the first words only.

        Returns
        -------
        list of (str, float)
            Words and scores, the best first.

        Raises
        ------
        UnknownWordError, ParameterError
            As `most_similar`.
        """
        return self.combine([b, c], [a], method=method, k=k, restrict=restrict)

    def combine(
        self,
        positive: str | Sequence[str],
        negative: Sequence[str] = (),
        *,
        method: str = "3cosadd",
        k: int = 10,
        restrict: int | None = None,
    ) -> Found:
        """Find the words that are like all of ``positive`` and unlike all of ``negative``.

        Parameters
        ----------
        positive : str or sequence of str
            Words; or an expression, such as ``"paris - france + germany"``, with spaces round its signs.
        negative : sequence of str
            Words.
        method, k, restrict
            As for `analogy`.

        Returns
        -------
        list of (str, float)
            Words and scores, the best first.

        Raises
        ------
        InputError
            If an expression can't be read.
        UnknownWordError, ParameterError
            As `most_similar`.
        """
        from .analogy import multiplied, parse_expression

        if isinstance(positive, str):
            added, taken = parse_expression(positive)
            positive, negative = added, [*taken, *negative]
        if method == "3cosadd":
            return self.most_similar(positive, negative, k, restrict=restrict)
        if method != "3cosmul":
            raise ParameterError(f"method is {method!r}: it has to be '3cosadd' or '3cosmul'")
        _check_from_one("k", k)
        if not len(positive):
            raise ParameterError("3cosmul needs a word to be like: give a positive one")
        nearest, _, last = self._restricted(restrict)
        _, excluded = sum_of(self, positive, negative)
        rows, scores = multiplied(nearest, self[positive], self[negative], k, excluded, last)
        return self._named(rows[np.newaxis], scores[np.newaxis])[0]

    def similarity(self, first: str, second: str) -> float:
        """Compute the cosine of two words' vectors: from -1 to 1, 0 where one is all zeros.

        Raises
        ------
        UnknownWordError
            If there is no such word, and there are no sub-words.
        """
        one, other = unit_rows(self[[first, second]])
        return min(1.0, max(-1.0, float(one @ other)))

    def doesnt_match(self, words: Sequence[str]) -> str:
        """Return the word that is unlike the others: its cosine with the mean of all their directions is the smallest.

        Among equals the first is returned.

        Raises
        ------
        UnknownWordError
            If there is no such word, and there are no sub-words.
        ParameterError
            If there are no words.
        """
        if isinstance(words, str) or not len(words):
            raise ParameterError("words has to be a list of one word or more")
        units = unit_rows(self[words])
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    def rank(self, word: str, other: str) -> int:
        """Return the rank of ``other`` among the neighbours of ``word``: 1 if no word is nearer.

        Raises
        ------
        UnknownWordError
            If one of them is not among the words.
        """
        row, compared = self._row(word), self._row(other)
        return 1 + self.nearest.count_nearer(unit_rows(self.vectors[row]), compared, excluded=row)

    def wmdistance(self, first: str | Sequence[str], second: str | Sequence[str], *, normalize: bool = True) -> float:
        """Compute the word mover's distance of two texts: see `nlpkit.embeddings.words.movers_distance`.

        Parameters
        ----------
        first, second : sequence of str, or str
            The texts' words; a str is cut at white space. Words that have no vector are left out.
        normalize : bool
            Divide each vector by its length, as gensim does. The paper takes them as they are.

        Returns
        -------
        float
            Infinite when one text has no word with a vector, and the other has; 0 when neither has.
        """
        from .movers_distance import movers_distance

        heaps = [Counter(self._known(text)) for text in (first, second)]
        if not all(heaps):
            return float("inf") if any(heaps) else 0.0
        words = sorted({*heaps[0], *heaps[1]})
        shares = [np.array([heap[word] for word in words]) / heap.total() for heap in heaps]
        vectors = self[words].astype(np.float64)
        return movers_distance(unit_rows(vectors) if normalize else vectors, *shares)

    def _known(self, text: str | Sequence[str]) -> list[str]:
        words = text.split() if isinstance(text, str) else text
        return [word for word in words if self._has_vector(word)]

    def _restricted(self, restrict: int | Iterable[str] | None) -> tuple[Nearest, np.ndarray | None, int]:
        """Where to search: the rows, which ones they are if not all, and how many of them from the first."""
        if restrict is None:
            return self.nearest, None, len(self.words)
        if isinstance(restrict, int | np.integer) and not isinstance(restrict, bool):
            if restrict < 1:
                raise ParameterError(f"restrict is {restrict}: it has to be 1 or more words, a list of words, or None")
            return self.nearest, None, min(int(restrict), len(self.words))
        if isinstance(restrict, str | bool):
            raise ParameterError(f"restrict is {restrict!r}: it has to be a number of words, a list of words, or None")
        chosen = np.array(sorted({self._row(word) for word in restrict}), np.int64)
        return Nearest(self.vectors[chosen]), chosen, len(chosen)

    def _row(self, word: str) -> int:
        from .near_spellings import unknown_word

        if word not in self:
            raise unknown_word(word, self.index)
        return self.index[word]

    def _named(self, rows: np.ndarray, scores: np.ndarray) -> list[Found]:
        wanted = np.unique(rows[rows >= 0]).tolist()
        all_names = len(wanted) * 50 > len(self.words) and len(self.index) == len(self.words)
        names = list(self.index) if all_names else {row: self.words[row] for row in wanted}
        return [
            [(names[row], score) for row, score in zip(line, values, strict=True) if row >= 0]
            for line, values in zip(rows.tolist(), scores.tolist(), strict=True)
        ]


def _check_from_one(name: str, value: int) -> None:
    if not is_whole(value):
        raise ParameterError(f"{name} is {value!r}: it has to be a number from 1")
