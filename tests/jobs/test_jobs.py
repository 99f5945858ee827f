"""Whole jobs: files in, rows out, and what they refuse."""

from __future__ import annotations

import functools
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix, load_npz, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

import nlpkit
from nlpkit.embeddings import BagOfWords, Tfidf
from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.jobs import Hit, embed_files, embed_texts, passes, search_files, terms

TEXTS = [f"text {n} has {'even' if n % 2 == 0 else 'odd'} words{'' if n % 7 else ' and more'}" for n in range(300)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is held in memory, and passes go through many blocks."""
    monkeypatch.setattr("nlpkit.corpora.content._PIECE_BYTES", 256)
    monkeypatch.setattr(passes, "IN_MEMORY_CHARACTERS", 500)
    monkeypatch.setattr(passes, "BLOCK_CHARACTERS", 500)
    monkeypatch.setattr("nlpkit.corpora.lines.BLOCK_BYTES", 256)


def expected() -> csr_matrix:
    return TfidfVectorizer().fit_transform(TEXTS)


def same(a: Any, b: Any) -> bool:
    return a.shape == b.shape and abs(a - b).max() < 1e-12


def test_a_file_in_one_block(path: Path) -> None:
    report = embed_files(path)
    assert same(report.vectors, expected())
    assert (report.rows, report.columns, report.nonzeros) == (*expected().shape, expected().nnz)
    assert (report.method, report.skipped) == ("tfidf", 0)
    assert isinstance(report.model, Tfidf)


def test_a_file_in_many_blocks(path: Path, small_blocks: None) -> None:
    stages = []
    report = embed_files(path, progress=lambda stage, done, total: stages.append((stage, done, total)))
    assert same(report.vectors, expected())
    assert {stage for stage, _, _ in stages} == {"learning", "embedding"}
    assert stages[-1] == ("embedding", path.stat().st_size, path.stat().st_size)


@pytest.mark.parametrize("blocks", ["one", "many"])
def test_a_stream_is_read_twice(blocks: str, path: Path, request: pytest.FixtureRequest) -> None:
    if blocks == "many":
        request.getfixturevalue("small_blocks")
    report = embed_files("-", stdin=io.BytesIO(path.read_bytes()))
    assert same(report.vectors, expected())


def test_hashing_needs_one_pass_and_no_copy(path: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(path))
    report = embed_files("-", stdin=io.BytesIO(path.read_bytes()), method="hashing", parameters={"n_features": 64})
    assert report.vectors.shape == (300, 64)


def test_parameters_reach_the_estimator(path: Path) -> None:
    report = embed_files(path, method="bow", parameters={"ngram_range": (1, 2), "min_df": 2}, threads=1)
    assert same(report.vectors, BagOfWords(ngram_range=(1, 2), min_df=2).fit_transform(TEXTS))
    assert report.model.threads == 1


def test_fit_on_other_texts_and_use_again(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.txt"
    other.write_text("even odd\neven more\n")
    report = embed_files(path, fit=other, save=tmp_path / "model")
    assert report.columns == 3
    assert same(embed_files(path, model=tmp_path / "model").vectors, report.vectors)
    assert same(embed_files(path, model=report.model).vectors, report.vectors)
    assert same(nlpkit.load(tmp_path / "model").transform(TEXTS), report.vectors)
    assert same(embed_texts(TEXTS, model=report.model).vectors, report.vectors)


def test_fit_is_read_with_the_given_options_where_texts_are_given(tmp_path: Path) -> None:
    table = tmp_path / "r.csv"
    table.write_bytes("id;review\n1;un café\n".encode("latin-1"))
    report = embed_texts(["café"], method="bow", fit=table, column="review", delimiter=";", encoding="latin-1")
    assert list(report.model.terms_) == ["café", "un"]
    assert report.vectors.toarray().tolist() == [[1, 0]]


def test_outputs_hold_the_rows(path: Path, tmp_path: Path, small_blocks: None) -> None:
    assert embed_files(path, tmp_path / "a.npz").vectors is None
    assert same(load_npz(tmp_path / "a.npz"), expected())
    embed_files(path, tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == list(range(300))
    assert [row["text"] for row in rows] == TEXTS
    assert {row["source"] for row in rows} == {str(path)}
    names = TfidfVectorizer().fit(TEXTS).get_feature_names_out()
    for row, vector in zip(rows, expected(), strict=True):
        terms = {names[column]: weight for column, weight in zip(vector.indices, vector.data, strict=True)}
        assert row["terms"] == pytest.approx(terms, abs=1e-12)


def test_an_interrupted_folder_is_resumed(path: Path, tmp_path: Path, small_blocks: None) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "embedding" and done > path.stat().st_size // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_files(path, out, shard_rows=50, progress=stop)
    assert not out.exists()
    partial = sorted(part.name for part in (tmp_path / "out.partial").glob("part-*"))
    assert 0 < len(partial) < 6
    with pytest.raises(OutputError, match="other"):
        embed_files(path, out, shard_rows=50, parameters={"norm": "l1"})
    report = embed_files(path, out, shard_rows=50, resume=True)
    assert report.rows == 300
    embed_files(path, whole, shard_rows=50)
    for part in whole.glob("part-*"):
        assert (out / part.name).read_bytes() == part.read_bytes()
    assert not (tmp_path / "out.partial").exists()


def test_a_stream_is_resumed_only_if_it_is_the_same(tmp_path: Path, small_blocks: None) -> None:
    data = "".join(f"{text}\n" for text in TEXTS).encode()
    other = data.replace(b"words", b"verbs")
    out = tmp_path / "out"

    def job(stdin: bytes, **options: Any) -> Any:
        return embed_files("-", out, method="hashing", shard_rows=50, stdin=io.BytesIO(stdin), **options)

    def stop(stage: str, done: int, total: int | None) -> None:
        if done > len(data) // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job(data, progress=stop)
    with pytest.raises(OutputError, match="other"):
        job(other, resume=True)
    assert job(data, resume=True).rows == 300
    parts = [load_npz(part) for part in sorted(out.glob("part-*"))]
    assert same(vstack(parts), embed_texts(TEXTS, method="hashing").vectors)


@pytest.mark.parametrize(
    ("value", "described"),
    [
        ("len", "builtins.len"),
        ("str.lower", "builtins.str.lower"),
        ("lambda text: text.split()", "__main__.<lambda>"),
        ("functools.partial(len)", "functools.partial"),
        ("{'b', 'a', 'c'}", ["a", "b", "c"]),
    ],
)
def test_parameters_are_described_alike_in_every_process(value: str, described: Any) -> None:
    made = eval(value, {"__name__": "__main__", "functools": functools})
    assert BagOfWords(preprocessor=made).described_parameters() == {"preprocessor": described}


class Sink:
    """Takes rows until it has some."""

    def __init__(self, enough: int) -> None:
        self.texts: list[str] = []
        self.enough = enough
        self.calls: list[str] = []

    @property
    def full(self) -> bool:
        return len(self.texts) >= self.enough

    def open(self, model: Any) -> None:
        self.calls.append(f"open {model.kind}")

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        assert rows.shape[0] == len(texts) == len(sources)
        self.texts += texts

    def close(self) -> None:
        self.calls.append("close")


def test_a_sink_takes_rows_until_it_is_full(path: Path, small_blocks: None) -> None:
    sink = Sink(enough=20)
    embed_files(path, sink)
    assert sink.calls == ["open tfidf", "close"]
    assert 20 <= len(sink.texts) < 300
    assert sink.texts == TEXTS[: len(sink.texts)]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "word2vex"}, ParameterError, "expected one of onehot, bow, tfidf, hashing"),
        ({"method": "hashing", "parameters": {"min_df": 2}}, ParameterError, "it belongs to onehot, bow, tfidf"),
        ({"parameters": {"nope": 2}}, ParameterError, "tfidf has no parameter 'nope': it has "),
        ({"model": BagOfWords(), "fit": "a.txt"}, ParameterError, "either a model or something to fit on"),
        ({"model": BagOfWords(), "parameters": {"min_df": 2}}, ParameterError, "leave out min_df"),
        ({"model": BagOfWords(), "method": "tfidf"}, ParameterError, "the model is bow, not tfidf"),
        ({"output": "a.xyz"}, ParameterError, "can't be written as '.xyz'"),
        ({"output": "none/a.npz"}, OutputError, "there is no folder"),
        ({"output": "a.txt/b.npz"}, OutputError, "is a file"),
        ({"output": "a.txt/"}, OutputError, "a.txt"),
        ({"save": "none/model"}, OutputError, "there is no folder"),
        ({"save": "."}, OutputError, "the folder exists"),
        ({"fit": "b.txt"}, InputError, "b.txt"),
        ({"decode_errors": "no"}, ParameterError, "strict, replace, skip"),
    ],
)
def test_what_is_refused(
    options: dict[str, Any], error: type[Exception], message: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(error) as caught:
        embed_files("a.txt", **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_outputs_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    with pytest.raises(OutputError):
        embed_files(tmp_path / "bad.txt", tmp_path / "none" / "a.npz")


def test_the_model_and_the_vectors_have_places_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="name two"):
        embed_texts(["a cat"], f"{tmp_path}/out/", save=tmp_path / "out", force=True)
    assert not (tmp_path / "out").exists()


def test_inputs_without_texts(tmp_path: Path) -> None:
    empty = tmp_path / "a.txt"
    empty.touch()
    model = Tfidf().fit(["one text"])
    for options in ({}, {"model": model}, {"method": "hashing"}, {"fit": empty}):
        with pytest.raises(InputError, match=r"a\.txt: empty, expected at least one text"):
            embed_files(empty, tmp_path / "a.npz", **options)  # type: ignore[arg-type]
    empty.write_bytes(b"\xff\n")
    with pytest.raises(InputError, match="every text was skipped"):
        embed_files(empty, decode_errors="skip")
    with pytest.raises(InputError, match="no text was given"):
        embed_texts([])
    assert not (tmp_path / "a.npz").exists()


def test_skipped_texts_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one two\n\xff\ntwo three\n")
    report = embed_files(path, decode_errors="skip")
    assert (report.rows, report.skipped) == (2, 1)


def test_search_finds_the_largest_cosines(path: Path, small_blocks: None) -> None:
    query = "even more words"
    vectorizer = TfidfVectorizer()
    scores = (vectorizer.fit_transform(TEXTS) @ vectorizer.transform([query]).T).toarray().ravel()
    order = np.lexsort((np.arange(300), -np.round(scores, 12)))[:7]
    hits = search_files(query, path, k=7)
    assert [hit.id for hit in hits] == order.tolist()
    assert [hit.score for hit in hits] == pytest.approx(scores[order])
    assert [hit.text for hit in hits] == [TEXTS[index] for index in order]


def test_search_divides_by_the_lengths_of_unnormalised_vectors(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("cat\ncat cat dog\ndog dog\n\n")
    hits = search_files("cat cat", path, method="bow")
    assert hits == [
        Hit(pytest.approx(1.0), 0, str(path), "cat"),
        Hit(pytest.approx(2 / math.sqrt(5)), 1, str(path), "cat cat dog"),
    ]


def test_search_by_bm25_adds_up_the_weights_of_the_terms(path: Path) -> None:
    parameters = {"weighting": "bm25"}
    model = Tfidf(**parameters).fit(TEXTS)
    columns = [model.vocabulary_[term] for term in ("even", "more", "even")]
    scores = model.transform(TEXTS)[:, columns].sum(axis=1).A1
    hits = search_files("even more even unheard", path, k=3, parameters=parameters)
    assert [hit.score for hit in hits] == pytest.approx(sorted(scores, reverse=True)[:3])


def test_search_for_what_is_nowhere(path: Path) -> None:
    assert search_files("unheard", path) == []
    with pytest.raises(ParameterError, match="at least 1"):
        search_files("even", path, k=0)
    with pytest.raises(ParameterError, match="give either a model or something to fit on"):
        search_files("even", path, model=Tfidf().fit(TEXTS), fit=path)


def test_terms(tmp_path: Path) -> None:
    model = Tfidf().fit(["ho ho ho hi", "hi ha", "hi ha"])
    model.save(tmp_path / "model")
    for given in (model, tmp_path / "model"):
        assert [(term.term, term.count, term.documents) for term in terms(given)] == [
            ("hi", 3, 3),
            ("ho", 3, 1),
            ("ha", 2, 2),
        ]
        assert [term.term for term in terms(given, sort="df")] == ["hi", "ha", "ho"]
        assert [term.term for term in terms(given, sort="idf", k=2)] == ["ho", "ha"]
    assert terms(model)[1].idf == pytest.approx(math.log(4 / 2) + 1)
    assert terms(BagOfWords().fit(["ho hi", "hi"]))[0].idf == pytest.approx(math.log(3 / 3) + 1)


def test_terms_that_can_not_be_had() -> None:
    with pytest.raises(ParameterError, match="choose one of count, df, idf"):
        terms(Tfidf().fit(["one text"]), sort="length")
    with pytest.raises(ParameterError, match="keeps no terms"):
        terms(embed_texts(["one text"], method="hashing").model)
