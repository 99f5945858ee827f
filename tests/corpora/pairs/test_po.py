"""PO: catalogues by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.corpora import Pairs
from nlpkit.corpora.pairs.po import read_po
from nlpkit.corpora.pairs.run import LeftOut
from nlpkit.errors import InputError

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def read(text: str, left_out: LeftOut | None = None) -> list[tuple[int, str, str]]:
    left_out = LeftOut() if left_out is None else left_out
    runs = read_po([(1, text.split("\n"))], "a.po", encoding="utf-8", left_out=left_out)
    return [pair for run in runs for pair in zip(run.numbers, run.src, run.trg, strict=True)]


def test_entries_of_every_kind() -> None:
    left_out = LeftOut()
    text = (
        HEADER
        + """
#. a comment for translators
#: main.c:12
msgid "Open"
msgstr "Öffnen"
msgctxt "verb"
msgid "Close"
msgstr "Schließen"

#, c-format, fuzzy
#| msgid "Quit now"
msgid "Quit"
msgstr "Ende?"
#, c-format
msgid ""
"Two "
"lines\\n"
msgstr "Zwei "
 "Zeilen\\n"
#~ msgid "Gone"
#~ msgstr "Weg"
#, fuzzy
#~ msgid "Gone too"
#~ msgstr "Auch weg"
msgid "New"
msgstr ""
msgctxt "empty"
msgid ""
msgstr "leer\""""
    )
    assert read(text, left_out) == [
        (7, "Open", "Öffnen"),
        (10, "Close", "Schließen"),
        (18, "Two lines\n", "Zwei Zeilen\n"),
        (31, "", "leer"),
    ]
    assert left_out == {"header": 1, "fuzzy": 1, "obsolete": 2, "untranslated": 1}


def test_plurals() -> None:
    text = 'msgid "%d file"\nmsgid_plural "%d files"\n'
    two = 'msgstr[0] "%d Datei"\nmsgstr[1] "%d Dateien"\n'
    assert read(text + two) == [(1, "%d file", "%d Datei"), (1, "%d files", "%d Dateien")]
    three = 'msgstr[0] "%d plik"\nmsgstr[1] "%d pliki"\nmsgstr[2] "%d plików"\n'
    assert read(text + three)[1:] == [(1, "%d files", "%d pliki"), (1, "%d files", "%d plików")]
    assert read(text + 'msgstr[0] "%d 個"\n') == [(1, "%d files", "%d 個")]


def test_escapes() -> None:
    assert read(r'msgid "\"a\"\t\\n\n\r\a"' + "\n" + r'msgstr "\303\xa9\x41\101"') == [
        (1, '"a"\t\\n\n\r\a', "éAA"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('msgid "a"\nmsgstr "b', "line 2: found 'msgstr \"b', expected msgid or msgstr with a quoted text"),
        ("hello", "line 1: found 'hello'"),
        ('"a"', "line 1: found a quoted text, expected msgid"),
        ('msgid "a"', "line 1: the entry has no msgstr"),
        ('\n\nmsgstr "a"', "line 3: the entry has no msgid"),
        ('msgid "a"\nmsgid "b"', "line 2: found a second msgid in one entry"),
        (r'msgid "\q"', r"line 1: \\q is not an escape"),
        ('msgid "a"\n' + r'msgstr "\377"', "line 2: bytes written as .* are not utf-8"),
    ],
)
def test_what_is_said_of_a_bad_file(text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"^a\.po, {message}"):
        read(text)


def test_the_file_says_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_bytes((HEADER.replace("UTF-8", "ISO-8859-1") + '\nmsgid "coffee"\nmsgstr "café"\n').encode("latin-1"))
    assert [(pair.number, pair.src, pair.trg) for pair in Pairs(pairs=path)] == [(5, "coffee", "café")]
    path.write_bytes((HEADER.replace("UTF-8", "CHARSET") + '\nmsgid "coffee"\nmsgstr "café"\n').encode())
    assert [pair.trg for pair in Pairs(pairs=path)] == ["café"]


def test_an_entry_that_cannot_be_decoded_is_skipped_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(
        b'# caf\xe9\nmsgid "a"\nmsgstr "b"\n\nmsgid ""\n"coffee"\nmsgstr ""\n"caf\xe9"\n\nmsgid "c"\nmsgstr "d"\n'
    )
    with pytest.raises(InputError, match="line 1, byte 5: 0xe9 is not utf-8"):
        list(Pairs(pairs=path))
    pairs = Pairs(pairs=path, decode_errors="skip")
    assert [(pair.number, pair.src) for pair in pairs] == [(2, "a"), (10, "c")]
    assert pairs.skipped == 1


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT)))
def test_what_is_written_is_read(written: list[tuple[str, str]]) -> None:
    text = "\n\n".join(f"msgid {quoted(src)}\nmsgstr {quoted(trg)}" for src, trg in written)
    assert [(src, trg) for _, src, trg in read(text)] == written


GOOD = 'msgid "Open"\nmsgstr "Öffnen"\n\n'
LAST = 'msgid "Close"\nmsgstr "Schließen"\n'


@pytest.mark.parametrize(
    "bad",
    [
        'msgid "a"\nmsgstr "b\n\n',
        'msgid "a\nmsgstr "b"\n\n',
        'msgid "a\nmsgstr "b"\n',
        "lost text\n\n",
        '"lost"\n\n',
        'msgid "a"\n\n',
        'msgid "a"\n',
        'msgstr "b"\n\n',
        'msgid "a\\q"\nmsgstr "b"\n\n',
        'msgid "a\\xe9"\nmsgstr "b"\n\n',
        'msgid "a"\nmsgstr "b"\nmsgstr "c"\n\n',
        '#, fuzzy\nmsgi "a"\nmsgstr "b"\n\n',
        'msgid "a"\nmsgstr "b"\nlost\n# comment\n',
    ],
)
def test_a_bad_entry_costs_itself(bad: str, tmp_path: Path) -> None:
    line = 7 + bad.count("\n")
    left_out = LeftOut()
    text = HEADER + "\n" + GOOD.removesuffix("\n") + "\n" + bad + LAST
    expected = [(5, "Open", "Öffnen"), (line + 1, "Close", "Schließen")]
    runs = read_po([(1, text.split("\n"))], "a.po", encoding="utf-8", left_out=left_out, on_bad="skip")
    assert [pair for run in runs for pair in zip(run.numbers, run.src, run.trg, strict=True)] == expected
    assert left_out == {"header": 1, "damaged entry": 1}
    with pytest.raises(InputError, match=r"a\.po, line \d+: .* or leave such entries out with --on-bad skip"):
        read(text)
    (tmp_path / "a.po").write_text(text, encoding="utf-8")
    pairs = Pairs(pairs=tmp_path / "a.po", decode_errors="skip")
    assert [(pair.number, pair.src, pair.trg) for pair in pairs] == expected
    assert pairs.left_out == left_out
