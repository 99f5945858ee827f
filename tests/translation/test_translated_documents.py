"""Documents through a model: sentences are translated, and all else stays."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import pytest

from nlpkit.cli.main import main
from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.jobs.document_places import documents_among
from nlpkit.jobs.translate_documents import _write, translate_documents
from nlpkit.translation import Translator
from nlpkit.translation.word_links import word_links

PAGE = """<html><title>one two</title>\r
<body><p>three <b>four</b> two <code>one &amp; x</code></p>\r
<img alt="two"><pre>one</pre></body></html>
"""
NOTES = "# one\n\n- two **three**\n- four `x`\n\n```\none\n```\n"
CUES = "1\r\n00:00:01,000 --> 00:00:02,000\r\none two\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n{\\an8}three\r\n"
CATALOGUE = (
    'msgid "one"\nmsgstr ""\n\n#, c-format\nmsgid "two %s"\nmsgid_plural "four %s"\nmsgstr[0] ""\nmsgstr[1] ""\n'
)
EXPECTED = {
    "page.html": PAGE.replace("one two<", "un deux<")
    .replace("three <b>four</b> two", "trois <b>quatre</b> deux")
    .replace('"two"', '"deux"'),
    "notes.md": NOTES.replace("# one", "# un").replace("two **three**", "deux **trois**").replace("four", "quatre"),
    "film.srt": CUES.replace("one two", "un deux").replace("three", "trois"),
    "app.po": '#, fuzzy\nmsgid "one"\nmsgstr "un"\n\n#, fuzzy, c-format\nmsgid "two %s"\nmsgid_plural "four %s"\n'
    'msgstr[0] "deux %s"\nmsgstr[1] "quatre %s"\n',
}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name, content in zip(EXPECTED, (PAGE, NOTES, CUES, CATALOGUE), strict=True):
        (tmp_path / name).write_bytes(content.encode())
    return tmp_path


@pytest.fixture(scope="module")
def translator(several: Path) -> Translator:
    return Translator(several, engine="numpy")


def test_each_kind_of_document(documents: Path, translator: Translator) -> None:
    for name, expected in EXPECTED.items():
        out = documents / "out" / name
        report = translate_documents(documents / name, f"{documents}/out/", model=translator, to="fr")
        assert out.read_bytes().decode() == expected
        assert (report.documents, report.unfinished) == (1, 0)
        assert report.units >= 1
    several_at_once = translate_documents(
        [documents / name for name in EXPECTED], documents / "all", model=translator, to="fr"
    )
    assert several_at_once.documents == 4
    assert {path.name: path.read_bytes().decode() for path in (documents / "all").iterdir()} == EXPECTED


def test_more_things_than_placeholders(documents: Path, translator: Translator) -> None:
    things = ["<code>a</code>", "<kbd>b</kbd>", "<code>c</code>"]
    (documents / "code.html").write_text(f"<p>one {' '.join(things)}</p>")
    report = translate_documents(documents / "code.html", documents / "out.html", model=translator, to="fr")
    made = (documents / "out.html").read_text()
    assert all(made.count(thing) == 1 for thing in things)
    assert all("<kbd>b" not in flag.text and flag.place.endswith("code.html, part 1") for flag in report.flags)
    assert not any("<0/>" in flag.text for flag in report.flags)


def test_the_command_line(documents: Path, several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(documents)
    model = ["--model", str(several), "--to", "fr"]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(["translate", "-i", "film.srt", *model]) == 0
        assert main(["translate", "-i", "page.html", *model, "-o", "page.fr.html"]) == 0
        assert main(["translate", "-i", "page.html", *model, "-o", "page.fr.html", "--phrase", "un"]) == 2
        assert main(["translate", "-i", "page.html", *model, "-o", "page.fr.html", "--column", "x"]) == 2
    assert out.getvalue() == EXPECTED["film.srt"]
    assert Path("page.fr.html").read_bytes().decode() == EXPECTED["page.html"]
    assert "3 parts of 1 document translated, in page.fr.html" in err.getvalue()
    assert "a document is translated sentence by sentence: leave out --phrase" in err.getvalue()
    assert "a document is read as a whole" in err.getvalue()


def test_the_words_that_belong_together(translator: Translator) -> None:
    [found] = translator.translate_full(["three {a} `b c` four"], to="de")
    assert found.text == "drei {a} `b c` vier"
    assert word_links(translator, found) == [0, 1, 2, -1, 4]


def test_which_files_keep_their_layout(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(documents)
    Path("a.txt").write_text("one\n")
    Path("sub").mkdir()
    Path("sub/a.HTML").write_text("<p>one</p>")
    assert documents_among(["page.html", "sub"], "c.html") == ["page.html", os.path.join("sub", "a.HTML")]
    assert documents_among(["film.srt", "notes.md"], "out/") == ["film.srt", "notes.md"]
    assert documents_among(["*.md"], None) == ["notes.md"]
    assert documents_among(["-"], None) == documents_among([], None) == documents_among(["a.txt"], "a.html") == []
    with pytest.raises(ParameterError, match=r"a\.docx: a document keeps its kind, \.md: name such a file or a folder"):
        documents_among(["notes.md"], "a.docx")
    with pytest.raises(ParameterError, match=r"a\.txt: a document keeps its kind.* or pipe it"):
        documents_among(["notes.md"], "a.txt")
    with pytest.raises(ParameterError, match=r"notes\.md is a document, and a\.txt is not: translate them apart"):
        documents_among(["notes.md", "a.txt"], "out")
    with pytest.raises(ParameterError, match="a document has no records: leave out --format, or pipe it"):
        documents_among(["notes.md"], None, records="--format")


def test_what_is_refused(documents: Path, translator: Translator) -> None:
    with pytest.raises(OutputError, match="is read, and would be replaced"):
        translate_documents(documents / "page.html", documents / "page.html", model=translator, to="fr")
    with pytest.raises(ParameterError, match="2 documents don't go into standard output"):
        translate_documents([documents / "page.html", documents / "notes.md"], model=translator, to="fr")
    (documents / "bad.html").write_bytes(b"<p>\xff")
    with pytest.raises(InputError, match=r"bad\.html: is not utf-8 at byte 3: name its encoding"):
        translate_documents(documents / "bad.html", model=translator, to="fr")
    with pytest.raises(InputError, match=r"can't read '.*none\.html': No such file"):
        translate_documents(documents / "none.html", model=translator, to="fr")


def test_an_encoding_that_lacks_what_the_translation_needs(documents: Path) -> None:
    with pytest.raises(OutputError, match=r"b\.md: ascii has no 'é', which the translation needs"):
        _write("é", documents / "b.md", "ascii")
    assert not (documents / "b.md").exists()
