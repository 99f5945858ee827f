"""`Pairs`: two files that go line by line, and tables and JSON Lines that hold both sides."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import tempfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.corpora import Pair, Pairs
from nlpkit.corpora.pairs.languages import nearest_language
from nlpkit.corpora.pairs.pairs import holds_pairs
from nlpkit.errors import InputError, ParameterError

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "parallel"


def sides(pairs: Pairs) -> list[tuple[int, str, str]]:
    return [(pair.number, pair.src, pair.trg) for pair in pairs]


def table(folder: Path, content: str | bytes, name: str = "a.tsv", **options: Any) -> Pairs:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Pairs(pairs=path, **options)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "a.en").write_text("one\n\nthree\n", encoding="utf-8")
    (tmp_path / "a.de").write_text("eins\nzwei\n drei \n", encoding="utf-8")
    return tmp_path / "a.en", tmp_path / "a.de"


def test_two_files_at_every_pass(two: tuple[Path, Path]) -> None:
    pairs = Pairs(*two)
    expected = [Pair(str(two[0]), *rest) for rest in [(1, "one", "eins"), (2, "", "zwei"), (3, "three", " drei ")]]
    assert list(pairs) == list(pairs) == expected
    assert pairs.bytes_read == pairs.total_bytes == sum(path.stat().st_size for path in two)
    assert (pairs.left_out, pairs.skipped) == ({}, 0)
    assert [source.name for source in pairs.sources] == [str(path) for path in two]


def test_compressed_files_go_with_plain_ones(two: tuple[Path, Path]) -> None:
    packed = two[1].with_name("a.de.gz")
    packed.write_bytes(gzip.compress(two[1].read_bytes()))
    assert sides(Pairs(two[0], packed)) == sides(Pairs(*two))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 200_000), max_size=4),
    st.lists(st.integers(0, 200_000), max_size=4),
    st.sets(st.integers(0, 30)),
    st.sets(st.integers(0, 30)),
)
def test_lines_stay_together_whatever_the_blocks(
    long_src: list[int], long_trg: list[int], bad_src: set[int], bad_trg: set[int]
) -> None:
    """Blocks of the two files end at other lines, and some lines of either are skipped."""

    def lines(long: list[int], bad: set[int], side: str) -> bytes:
        texts = [f"{side}{n}".encode() + b"x" * (8 * long[n] if n < len(long) else 0) for n in range(30)]
        return b"".join(text + b"\xff" * (n in bad) + b"\n" for n, text in enumerate(texts))

    with tempfile.TemporaryDirectory() as folder:
        src, trg = Path(folder, "src"), Path(folder, "trg")
        src.write_bytes(lines(long_src, bad_src, "s"))
        trg.write_bytes(lines(long_trg, bad_trg, "t"))
        pairs = Pairs(src, trg, decode_errors="skip")
        found = [(n, src.rstrip("x"), trg.rstrip("x")) for n, src, trg in sides(pairs)]
    bad = {n for n in bad_src | bad_trg if n < 30}
    assert found == [(n + 1, f"s{n}", f"t{n}") for n in range(30) if n not in bad]
    assert pairs.skipped == len(bad)
    assert pairs.left_out == ({"can't be decoded": len(bad)} if bad else {})


@pytest.mark.parametrize(("more", "counts"), [("x\n", "4 lines in .* and 3 lines in"), ("x\n" * 5, "8 lines")])
def test_files_of_unequal_length(two: tuple[Path, Path], more: str, counts: str) -> None:
    with two[0].open("a") as file:
        file.write(more)
    with pytest.raises(InputError, match=rf"found {counts}.*a\.(en|de).*expected the same number"):
        list(Pairs(*two))
    two[1].write_bytes(b"\xff\n")
    with pytest.raises(InputError, match="and 1 line in"):
        list(Pairs(*two, decode_errors="skip"))


def test_bad_bytes(two: tuple[Path, Path]) -> None:
    two[1].write_bytes(b"eins\nzw\xe9i\ndrei\n")
    with pytest.raises(InputError, match=r"a\.de, line 2, byte 7: 0xe9 is not utf-8"):
        list(Pairs(*two))
    assert [pair.trg for pair in Pairs(*two, decode_errors="replace")] == ["eins", "zw�i", "drei"]
    assert sides(Pairs(*two, decode_errors="skip")) == [(1, "one", "eins"), (3, "three", "drei")]
    assert [pair.trg for pair in Pairs(*two, encoding="latin-1")] == ["eins", "zwéi", "drei"]


def test_one_side_may_be_a_stream(two: tuple[Path, Path]) -> None:
    pairs = Pairs("-", two[1], stdin=io.BytesIO(b"a\nb\nc\n"))
    assert pairs.is_stream
    assert [pair.src for pair in pairs] == ["a", "b", "c"]
    with pytest.raises(InputError, match="only once"):
        list(pairs)
    with Pairs("-", two[1], stdin=io.BytesIO(b"a\nb\nc\n")) as pairs:
        pairs.spool()
        assert not pairs.is_stream
        assert list(pairs) == list(pairs)
    assert sides(Pairs(pairs="-", stdin=io.BytesIO(b"a\tb\n"))) == [(1, "a", "b")]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    with path.open("w") as file:
        file.writelines(f"line {n} {'word ' * 100}\tZeile {n}\n" for n in range(40_000))
    tracemalloc.start()
    try:
        assert sum(len(block.src) for block in Pairs(pairs=path).blocks()) == 40_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 1.5


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("a\tb\n\nc\td\r\n", {}, [(1, "a", "b"), (3, "c", "d")]),
        ("a\t\n\tb\n\t\n", {}, [(1, "a", ""), (2, "", "b"), (3, "", "")]),
        ('"a\tb"\n', {}, [(1, '"a', 'b"')]),
        ("id\ttrg\tsrc\n1\tb\ta\n", {}, [(2, "a", "b")]),
        ("source\ttarget\na\tb\n", {}, [(2, "a", "b")]),
        ("de\ten\nb\ta\n", {"from_": "en", "to": "de"}, [(2, "a", "b")]),
        ("de\ten\nb\ta\n", {"header": "no"}, [(1, "de", "en"), (2, "b", "a")]),
        ("x\ta\tb\n", {"columns": "2,3"}, [(1, "a", "b")]),
        ("x\ta\tb\n", {"columns": (3, 2)}, [(1, "b", "a")]),
        ("x\ty, z\nb\ta\n", {"columns": ["y, z", "x"]}, [(2, "a", "b")]),
        ("1276\tLet's go.\t77\tGehen wir.\n", {}, [(1, "Let's go.", "Gehen wir.")]),
        ("Go.\tGeh.\tCC-BY 2.0 (France) Attribution: tatoeba.org\n", {}, [(1, "Go.", "Geh.")]),
        ("", {}, []),
    ],
)
def test_tables_parted_by_tabs(tmp_path: Path, content: str, options: Any, expected: list[Any]) -> None:
    pairs = table(tmp_path, content, **options)
    assert sides(pairs) == expected
    assert pairs.left_out == ({"blank line": 1} if "\n\n" in content else {})
    assert sides(table(tmp_path, content, name="any", **options)) == expected


def test_tables_parted_by_commas(tmp_path: Path) -> None:
    content = 'src,trg\n"a, ""b""\nc",d\n\ne,f\n'
    assert sides(table(tmp_path, content, name="a.csv")) == [(2, 'a, "b"\nc', "d"), (5, "e", "f")]
    assert sides(table(tmp_path, "a;b\n", name="a.csv", delimiter="semicolon")) == [(1, "a", "b")]
    bad = b'a,b\n"c\n\xff\n",d\ne,f\n\xff,g\n'
    pairs = table(tmp_path, bad, name="a.csv", decode_errors="skip")
    assert sides(pairs) == [(1, "a", "b"), (5, "e", "f")]
    assert pairs.skipped == 2


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("a.tsv", "a b\n", {}, "found one column, expected two separated by a tab"),
        ("a.csv", "a;b\n", {"delimiter": "comma"}, "expected two separated by ','"),
        ("a.csv", "a b\n", {}, r"expected two separated by a tab or a comma.*name the file \.csv or \.tsv"),
        ("a.tsv", "a\tb\tc\n", {}, "found 3 columns, and no header with the names src and trg; set --columns"),
        ("a.tsv", "src\ttarget\n", {}, "found a column 'src' but no column 'trg'"),
        ("a.tsv", "a\tb\nc\n", {"delimiter": "tab"}, "line 2: found 1 column, expected 2"),
        ("a.tsv", "a\tb\nc\td\te\n", {}, "line 2: found 3 columns, expected 2.*; --on-bad skip leaves it out"),
        ("a.tsv", "src\tid\ttrg\na\tb\n", {}, "line 2: found 2 columns, expected 3: look for a tab"),
        (
            "a.tsv",
            "a\tb\n",
            {"columns": "a,x"},
            "there is no column 'x'; set --columns to a name or a number; the columns are 'a', 'b'",
        ),
        (
            "a.csv",
            'a,"b\n',
            {},
            "line 1: a quote is not closed; double the quotes within a quoted cell, or set --quoting none",
        ),
        ("a.tsv", "a\tb\n\xff\tb\n", {}, r"line 2, byte 4: 0xff is not utf-8"),
        ("a.jsonl", '{"src": "a"}\n', {}, "line 1: there is no field 'trg'; set --fields, the fields are 'src'"),
        ("a.jsonl", '{"src": "a", "trg": 1}\n', {}, "line 1: the field 'trg' holds a number, expected a string"),
        ("a.jsonl", '\n{"src": "a"\n', {}, "line 2, column 12: not JSON"),
        ("a.jsonl", "[\n", {}, r"found a JSON array, expected JSON Lines; name the file \.json"),
        ("a.jsonl", '"a"\n', {}, "line 1: found a string, expected an object with the field 'src'"),
        ("a.jsonl", '{"translation": {"en": "a", "de": "b"}}\n', {}, r"\('en', 'de'\); set --from and --to"),
        ("a.parquet", "", {}, "not a Parquet file"),
    ],
)
def test_what_is_said_of_a_bad_file(tmp_path: Path, name: str, content: str, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        list(table(tmp_path, content.encode("latin-1"), name=name, **options))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_json_lines(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"src": "a\nb", "trg": ""},
        {"en": "c", "de": "d", "id": 1},
        {"translation": {"en": "e", "de": "f"}},
        {"translation": "not an object", "src": "g", "trg": "h"},
    ]
    content = "\n\n".join(map(json.dumps, lines))
    pairs = table(tmp_path, content, name="a.jsonl", from_="en", to="de")
    assert sides(pairs) == [(1, "a\nb", ""), (3, "c", "d"), (5, "e", "f"), (7, "g", "h")]
    assert pairs.left_out == {"blank line": 3}
    assert sides(table(tmp_path, '{"x": "a", "y": "b"}', name="any", fields="x,y")) == [(1, "a", "b")]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r"))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT)))
def test_what_json_and_csv_write_is_read(written: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = "".join(json.dumps({"src": src, "trg": trg}) + "\n" for src, trg in written)
        assert [(src, trg) for _, src, trg in sides(table(Path(folder), content, name="a.jsonl"))] == written
        file = io.StringIO(newline="")
        csv.writer(file).writerows([("src", "trg"), *written])  # quotes line ends, and ends lines with \\r\\n
        found = [(src, trg) for _, src, trg in sides(table(Path(folder), file.getvalue(), name="a.csv"))]
        assert found == written


@settings(deadline=None)
@given(st.lists(st.tuples(CELL, CELL)))
def test_what_is_joined_by_tabs_is_read(written: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = "".join(f"{src}\t{trg}\n" for src, trg in [("src", "trg"), *written])
        expected = [(number, *pair) for number, pair in enumerate(written, 2)]
        assert sides(table(Path(folder), content, quoting="none")) == expected


def test_options_that_do_not_go_together(two: tuple[Path, Path], tmp_path: Path) -> None:
    for arguments, message in [
        ({"src": two[0]}, "two files"),
        ({"src": two[0], "pairs": two[1]}, "not both"),
        ({"src": "-", "trg": "-"}, "only once"),
        ({"src": two[0], "trg": two[1], "columns": "1,2"}, "one file of pairs"),
        ({"pairs": two[0], "columns": "1"}, "expected two"),
        ({"pairs": two[0], "columns": "1,2", "fields": "a,b"}, "give only one of them"),
        ({"pairs": two[0], "columns": "0,1"}, "expected a number from 1"),
        ({"pairs": two[0], "columns": "1,x"}, "two names or two numbers"),
        ({"pairs": two[0], "fields": "a,b", "delimiter": ";"}, "is not one"),
    ]:
        with pytest.raises(ParameterError, match=message):
            list(Pairs(**arguments))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is a folder"):
        Pairs(pairs=tmp_path)
    with pytest.raises(InputError, match="can't read"):
        Pairs(pairs=tmp_path / "missing.tsv")


def test_a_fingerprint_depends_on_files_and_options(two: tuple[Path, Path]) -> None:
    prints = [
        Pairs(*two).fingerprint(),
        Pairs(*two[::-1]).fingerprint(),
        Pairs(pairs=two[0]).fingerprint(),
        Pairs(pairs=two[0], columns="1,2").fingerprint(),
        Pairs(pairs=two[0], from_="en").fingerprint(),
    ]
    assert len({json.dumps(found) for found in prints}) == len(prints)
    assert Pairs(*two).fingerprint() == prints[0]


def test_languages() -> None:
    assert nearest_language("en", ["de", "en-GB", "en-US"]) == "en-GB"
    assert nearest_language("en_us", ["en-GB", "EN-us"]) == "EN-us"
    assert nearest_language("zh-Hans", ["zh-Hant"]) is None
    assert nearest_language("en", ["eng"]) is None


def test_what_suffixes_hold_pairs() -> None:
    assert [name for name in ("a.tsv", "a.po.gz", "a.TMX", "a.en", "a.txt", "a.gz") if holds_pairs(name)] == [
        "a.tsv",
        "a.po.gz",
        "a.TMX",
    ]


@pytest.mark.data
@pytest.mark.parametrize(
    ("names", "n", "last"),
    [
        (("multi30k/train.en.gz", "multi30k/train.de.gz"), 29_000, "A man in shorts and a Hawaiian shirt"),
        (("multi30k/val.en.gz", "multi30k/val.de.gz"), 1014, ""),
        (("wmt/generaltest2022.en-de.src.en", "wmt/generaltest2022.en-de.ref.A.de"), 2037, "As soon as we have heard"),
        (("tatoeba/eng-deu.tsv.zst",), 167_691, "If someone who doesn't know your background"),
        (("tatoeba/eng-fra.tsv.zst",), 164_673, "It may be impossible to get a completely error-free"),
    ],
)
def test_public_corpora(names: tuple[str, ...], n: int, last: str) -> None:
    paths = [DATA / name for name in names]
    if not all(path.exists() for path in paths):
        pytest.skip(f"NLPKIT_DATA names no folder with parallel/{names[0]}")
    pairs = Pairs(*paths) if len(paths) == 2 else Pairs(pairs=paths[0])
    found = list(pairs)
    assert [pair.number for pair in found] == list(range(1, n + 1))
    assert found[-1].src.startswith(last)
    assert all(pair.src and pair.trg for pair in found)
    assert pairs.left_out == {}


def test_an_archive_holds_pairs_if_a_member_does(tmp_path: Path) -> None:
    for name, member in (("pairs.zip", "a/b.tsv"), ("lines.zip", "a/b.txt")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, "a\tb\n")
    assert [holds_pairs(tmp_path / name) for name in ("pairs.zip", "lines.zip", "none.zip")] == [True, False, False]
