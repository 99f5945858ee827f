"""`check_pairs`: the report, its examples, and the cleaned copy."""

from __future__ import annotations

import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.corpora import Pairs, Texts
from nlpkit.errors import InputError, NlpkitError, OutputError, ParameterError
from nlpkit.jobs.corpus_check.check import check_pairs
from nlpkit.jobs.corpus_check.output import PairOutput
from nlpkit.jobs.corpus_check.report import DEFAULT_DROP, PROBLEMS, CorpusReport, PairExample

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "parallel"

LINES = [
    "one dog\tein Hund",
    "two dogs\t",
    "Berlin\tBerlin",
    "one dog\tein Hund",
    "one dog\tein Köter",
    "три\tdrei",
    "four\tvier",
    "five\tf\x00nf",
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "a.tsv"
    path.write_text("\n".join(LINES) + "\n\n", encoding="utf-8")
    return path


def counts(report: CorpusReport) -> dict[str, tuple[int, int]]:
    return {problem.name: (problem.pairs, problem.dropped) for problem in report.problems if problem.pairs}


def test_the_report(corpus: Path) -> None:
    report = check_pairs(Pairs(pairs=corpus))
    assert (report.sources, report.pairs, report.left_out) == ((str(corpus),), 8, {"blank line": 1})
    assert counts(report) == {
        "empty": (1, 0),
        "characters": (1, 0),
        "same": (1, 0),
        "script": (1, 0),
        "duplicate": (1, 0),
        "repeated_source": (1, 0),
    }
    examples = {problem.name: problem.examples for problem in report.problems}
    assert examples["empty"] == (PairExample(number=2, src="two dogs", trg=""),)
    assert examples["duplicate"] == (PairExample(number=4, src="one dog", trg="ein Hund", first=1),)
    assert examples["repeated_source"] == (PairExample(number=5, src="one dog", trg="ein Köter", first=1),)
    assert [problem.name for problem in report.problems] == [name for name in PROBLEMS if not name.startswith("test")]
    assert (report.kept, report.output, report.overlaps) == (None, (), ())


def test_a_cleaned_copy_has_nothing_to_report(corpus: Path, tmp_path: Path) -> None:
    report = check_pairs(Pairs(pairs=corpus), output=tmp_path / "clean.tsv")
    kept = "one dog\tein Hund\none dog\tein Köter\nfour\tvier\n"
    assert (tmp_path / "clean.tsv").read_text(encoding="utf-8") == kept
    assert (report.kept, report.output, report.altered) == (3, (str(tmp_path / "clean.tsv"),), 0)
    assert {name: dropped for name, (_, dropped) in counts(report).items()} == {
        "empty": 1,
        "characters": 1,
        "same": 1,
        "script": 1,
        "duplicate": 1,
        "repeated_source": 0,
    }
    assert set(counts(check_pairs(Pairs(pairs=tmp_path / "clean.tsv")))) == {"repeated_source"}


def test_what_is_dropped_is_chosen(corpus: Path, tmp_path: Path) -> None:
    out = {"out_src": tmp_path / "c.en", "out_trg": tmp_path / "c.de"}
    report = check_pairs(Pairs(pairs=corpus), drop=["repeated_source", "script"], **out)
    assert report.kept == 6
    assert (tmp_path / "c.en").read_text().split("\n")[3:] == ["one dog", "four", "five", ""]
    assert (tmp_path / "c.de").read_text().split("\n")[3:] == ["ein Hund", "vier", "f\x00nf", ""]
    assert check_pairs(Pairs(pairs=corpus), drop=(), **out).kept == 8


def test_tests_of_every_kind(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "test.en").write_text("One dog!\nTwo cats.\nFOUR\n")
    (tmp_path / "test.de").write_text("Ein Hund!\nZwei Katzen.\nsieben\n")
    (tmp_path / "test.tsv").write_text("four\tvier\n")
    tests = [
        tmp_path / "test.en",
        str(tmp_path / "test.tsv"),
        Pairs(tmp_path / "test.en", tmp_path / "test.de"),
        Texts("-", per="line", stdin=io.BytesIO(b"nine\n")),
    ]
    drop = ["duplicate", "test_source", "test_pair"]
    report = check_pairs(Pairs(pairs=corpus), tests=tests, output=tmp_path / "clean.jsonl", drop=drop)
    assert [(found.texts, found.sources_seen, found.pairs_seen) for found in report.overlaps] == [
        (3, 2, None),
        (1, 1, 1),
        (3, 2, 1),
        (1, 0, None),
    ]
    assert counts(report)["test_source"] == (4, 3)
    assert counts(report)["test_pair"] == (3, 0)
    assert [pair.src for pair in Pairs(pairs=tmp_path / "clean.jsonl")] == ["two dogs", "Berlin", "три", "five"]


def test_what_of_a_test_set_could_not_be_read_is_counted(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_bytes(b"one\n\xff\xfe\ntwo\n")
    test = Texts([tmp_path / "test.txt"], per="line", decode_errors="skip")
    (overlap,) = check_pairs(Pairs(pairs=corpus), tests=[test]).overlaps
    assert (overlap.texts, overlap.left_out) == (2, 1)


def test_a_stream_is_read_twice(corpus: Path) -> None:
    with Pairs(pairs="-", stdin=io.BytesIO(corpus.read_bytes())) as pairs:
        assert counts(check_pairs(pairs)) == counts(check_pairs(Pairs(pairs=corpus)))


def test_progress_is_reported(corpus: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    check_pairs(Pairs(pairs=corpus), progress=lambda *state: told.append(state))
    size = corpus.stat().st_size
    assert told == [("checking", size, size), ("looking up examples", size, size)]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"drop": ["typos"]}, ParameterError, "no problem 'typos'.*choose from empty"),
        ({"max_length": 0}, ParameterError, "max_length"),
        ({"max_ratio": 1.0}, ParameterError, "max_ratio"),
        ({"examples": -1}, ParameterError, "examples"),
        ({"output": "clean.csv"}, ParameterError, "written as .tsv or .jsonl"),
        ({"output": "clean.tsv", "out_src": "x"}, ParameterError, "not both"),
        ({"out_src": "x"}, ParameterError, "name both files"),
        ({"out_src": "x", "out_trg": "./x"}, ParameterError, "both sides"),
        ({"output": "a.tsv"}, OutputError, "would replace the input"),
        ({"output": "no/clean.tsv"}, OutputError, "no folder"),
        ({"tests": ["missing.en"]}, InputError, "can't read"),
        ({"tests": ["empty.en"]}, InputError, "empty.en: empty, expected at least one text"),
    ],
)
def test_what_makes_no_sense(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], kind: type[NlpkitError], message: str
) -> None:
    monkeypatch.chdir(corpus.parent)
    Path("empty.en").touch()
    with pytest.raises(kind, match=message):
        check_pairs(Pairs(pairs="a.tsv"), **options)
    assert sorted(path.name for path in corpus.parent.iterdir()) == ["a.tsv", "empty.en"]


def test_nothing_to_read_and_nothing_left(tmp_path: Path) -> None:
    path, clean = tmp_path / "a.tsv", tmp_path / "clean.tsv"
    path.write_text("")
    with pytest.raises(InputError, match="empty, expected at least one pair"):
        check_pairs(Pairs(pairs=path))
    path.write_text("\n\n")
    with pytest.raises(InputError, match="every record was left out \\(blank line: 2\\)"):
        check_pairs(Pairs(pairs=path))
    path.write_text("a\ta\nb\tb\n")
    with pytest.raises(InputError, match="no pair would be left of 2 \\(source = target: 2\\); choose with --drop"):
        check_pairs(Pairs(pairs=path), output=clean)
    assert not clean.exists()
    drop = set(DEFAULT_DROP) - {"same"}
    assert check_pairs(Pairs(pairs=path), output=clean, drop=drop).kept == 2


def test_the_copy_stands_whole_or_not_at_all(corpus: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean.tsv"
    clean.write_text("what was there")

    def stop(stage: str, *_: object) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_pairs(Pairs(pairs=corpus), output=clean, progress=stop)
    assert clean.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tsv", "clean.tsv"]


def test_a_file_that_changes_in_between(corpus: Path, tmp_path: Path) -> None:
    def shorten(stage: str, *_: object) -> None:
        corpus.write_text("one\teins\n")

    with pytest.raises(InputError, match="has changed while it was read"):
        check_pairs(Pairs(pairs=corpus), output=tmp_path / "clean.tsv", progress=shorten)
    assert not (tmp_path / "clean.tsv").exists()


def test_what_a_table_cannot_hold_is_replaced_and_counted(tmp_path: Path) -> None:
    pairs = [("a\tb", "c\r\nd"), ("e", "f\ud800"), ("g", "h")]
    for name, expected, altered in [
        ("x.tsv", [("a b", "c d"), ("e", "f?"), ("g", "h")], 2),
        ("x.jsonl", pairs, 0),
    ]:
        with PairOutput(tmp_path / name) as file:
            file.write([src for src, _ in pairs], [trg for _, trg in pairs])
        assert file.altered == altered
        assert [(pair.src, pair.trg) for pair in Pairs(pairs=tmp_path / name)] == expected
    with PairOutput(src=tmp_path / "x.en", trg=tmp_path / "x.de") as file:
        file.write([src for src, _ in pairs], [trg for _, trg in pairs])
    assert (tmp_path / "x.en").read_text() == "a\tb\ne\ng\n"
    assert (tmp_path / "x.de").read_text() == "c d\nf?\nh\n"


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r"), max_size=5)
NAME = st.sampled_from(["src", "trg", "source", "target", "German", "en", "3", '"a ""b"""', '"c"', "\ufeff"])


@settings(deadline=None, max_examples=60)  # every file is synced to the disk
@given(st.lists(st.tuples(CELL | NAME, CELL | NAME)))
def test_what_is_written_is_read(pairs: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.tsv", "a.jsonl"):
            path = Path(folder, name)
            with PairOutput(path) as file:
                for src, trg in pairs:
                    file.write([src], [trg])
            assert [(pair.src, pair.trg) for pair in Pairs(pairs=path)] == pairs
        sides = Path(folder, "a.en"), Path(folder, "a.de")
        with PairOutput(src=sides[0], trg=sides[1]) as file:
            file.write([src for src, _ in pairs], [trg for _, trg in pairs])
        assert [(pair.src, pair.trg) for pair in Pairs(*sides)] == pairs


@pytest.mark.data
def test_multi30k(tmp_path: Path) -> None:
    """Its known faults: three pairs that are there twice, and two without a translation (``@@``)."""
    folder = DATA / "multi30k"
    if not folder.exists():
        pytest.skip("NLPKIT_DATA names no folder with parallel/multi30k")
    report = check_pairs(
        Pairs(folder / "train.en.gz", folder / "train.de.gz"),
        tests=[Pairs(folder / "test_2016_flickr.en.gz", folder / "test_2016_flickr.de.gz"), folder / "val.en.gz"],
        output=tmp_path / "clean.tsv",
    )
    found = {problem.name: problem for problem in report.problems}
    assert [example.trg for example in found["ratio"].examples] == ["@@", "@@"]
    assert (found["duplicate"].pairs, found["repeated_source"].pairs) == (3, 6)
    assert [overlap.sources_seen for overlap in report.overlaps] == [0, 1]
    assert report.kept == 28_994
    assert sum(1 for _ in Pairs(pairs=tmp_path / "clean.tsv")) == 28_994


def test_the_report_is_plain_data(corpus: Path) -> None:
    from dataclasses import asdict

    record = asdict(check_pairs(Pairs(pairs=corpus)))
    assert json.loads(json.dumps(record))["problems"][0]["examples"] == [
        {"number": 2, "src": "two dogs", "trg": "", "first": None}
    ]
