"""Compiled code stays within its arrays: run again with every index checked, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlpkit.text.analysis import Scan
from nlpkit.text.counting._scan_numba import PADDING
from nlpkit.text.counting.scanner import Scanner

SCRIPT = """
import random
from nlpkit.embeddings import BagOfWords, Hashing, OneHot, Tfidf
from nlpkit.text import counting
from nlpkit.text.counting import compiled

counting.SMALL = 0
chance = random.Random(0)
alphabets = ["a ", "ab  ", "a", " ", "\\u023a ", "\\u0130\\u03a3 a", "\\U00010400 b", "a\\0\\xff b\\n", "abcdefghijk  "]
alphabets += ["a\\u0301\\u200d ", "\\u0915\\u093f\\ufe0f\\u200c a"]
corpora = [["".join(chance.choices(a, k=n)) for n in (3000, 0, 1, 2, 64, 63, 65, 700)] for a in alphabets]
corpora += [["".join(chance.choices("".join(alphabets), k=40)) for _ in range(99)], [""] * 50, ["a b " * 999]]
characters = ((1, 1), (1, 2), (2, 2), (3, 5), (9, 9))
words = ((1, 1), (1, 3), (2, 2))
patterns = (None, r"\\w+", r"\\S+", r"(?u)\\b\\w\\w+\\b")
cuts = [{"analyzer": a, "ngram_range": r} for a in ("char", "char_wb") for r in characters]
cuts += [{"token_pattern": p, "ngram_range": r} for p in patterns for r in words]
for batch in (1 << 20, 100):
    counting.BATCH = batch
    compiled.LOCAL_TERMS = batch // 4
    for texts in corpora:
        for cut in cuts:
            for lowercase, threads in ((True, 1), (False, 2)):
                model = BagOfWords(**cut, lowercase=lowercase, threads=threads)
                try:
                    model.fit_transform(texts)
                except ValueError as error:
                    assert "empty vocabulary" in str(error), error
                    continue
                for new in corpora[::3]:
                    model.transform(new)
                model.partial_fit(corpora[-1]).transform(texts)
            Hashing(**cut, n_features=8).transform(texts)
            Tfidf(**cut, vocabulary=["a", "a b", "b", " ", "", "a" * 40], max_features=3).fit(texts + ["a"])
    OneHot(analyzer="char").fit(corpora[1]).transform_tokens("a b")
"""


@pytest.mark.slow
def test_every_index_is_within_its_array(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


class Generous(Scanner):
    """A scanner that has more room than it asks for, and keeps in mind how much it asked for."""

    def _room(self, name: str, size: int) -> np.ndarray:
        self.asked = {**getattr(self, "asked", {}), name: size}
        return super()._room(name, 4 * size + 1000)


@pytest.mark.parametrize("cut", ["word", "space", "char", "char_wb"])
@pytest.mark.parametrize("ngram_range", [(1, 1), (2, 2), (1, 3)])
def test_the_room_that_is_asked_for_is_enough(cut: str, ngram_range: tuple[int, int]) -> None:
    """One-letter words give the most slices for their bytes; ``Ⱥ`` grows when it is lower-cased."""
    scanner = Generous(Scan(cut=cut, marks=cut == "word"), ngram_range)
    marked = [["a\u0301 " * 99], ["a\u0301"] * 99, ["\u023a\u0301\u200d" * 99], ["a\u093f" * 99, "\u0301"]]
    plain = [["a " * 200], ["a"] * 200, ["é " * 200, ""], ["a b c " * 50] * 3, ["\u023a " * 99], ["\u023a" * 99]]
    for texts in plain + marked:
        (_, starts, lengths), text_ends = scanner(texts)
        assert text_ends[-1] == len(starts) == len(lengths)
        assert len(starts) <= scanner.asked["_starts"]
        assert len(lengths) <= scanner.asked["_lengths"]
        ends = starts.astype(np.int64) + lengths
        assert ends.max(initial=0) <= scanner.asked["_buffer"] - PADDING
