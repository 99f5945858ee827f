"""Compiled code stays within its arrays: run again with every index checked, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nlpkit.text import counting

SCRIPT = """
import random
from nlpkit.embeddings import BagOfWords, Hashing, OneHot, Tfidf
from nlpkit.text import compiled_counting, counting

counting.SMALL = 0
chance = random.Random(0)
alphabets = ["a ", "ab  ", "a", " ", "\\u023a ", "\\u0130\\u03a3 a", "\\U00010400 b", "a\\0\\xff b\\n", "abcdefghijklmnopqrstuvwxyz  "]
corpora = [["".join(chance.choices(a, k=n)) for n in (3000, 0, 1, 2, 64, 63, 65, 700)] for a in alphabets]
corpora += [["".join(chance.choices("".join(alphabets), k=40)) for _ in range(300)], [""] * 50, ["a b " * 5000]]
cuts = [{"analyzer": a, "ngram_range": r} for a in ("char", "char_wb") for r in ((1, 1), (1, 2), (2, 2), (3, 5), (9, 9))]
cuts += [{"token_pattern": p, "ngram_range": r} for p in (r"\\w+", r"\\S+", r"(?u)\\b\\w\\w+\\b") for r in ((1, 1), (1, 3), (2, 2))]
for batch in (1 << 20, 100):
    counting.BATCH = batch
    compiled_counting.LOCAL_TERMS = batch // 4
    for texts in corpora:
        for cut in cuts:
            for lowercase in (True, False):
                for threads in (1, 2):
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


@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
@pytest.mark.parametrize("ngram_range", [(1, 1), (2, 2), (1, 3)])
def test_room_for_the_most_terms(analyzer: str, ngram_range: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """One-letter words give the most slices for their bytes; the scanner has to have that much room."""
    from nlpkit.text.analysis import Scan
    from nlpkit.text.scanner import Scanner

    monkeypatch.setattr(counting, "SMALL", 0)
    scanner = Scanner(Scan(cut=analyzer), ngram_range)
    for texts in (["a " * 4000], ["a"] * 4000, ["é " * 4000, ""], ["a b c " * 500] * 3):
        _, starts, lengths, text_ends = scanner(texts)
        assert text_ends[-1] == len(starts) == len(lengths) <= min(len(scanner._starts), len(scanner._lengths))
