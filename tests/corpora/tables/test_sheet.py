"""Spreadsheets: cells as texts, sheets, formulas without a value, and what is no spreadsheet."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Pairs, Texts
from nlpkit.corpora.tables import sheet
from nlpkit.corpora.tables.formulas import without_value
from nlpkit.errors import InputError, Notice

pytest.importorskip("python_calamine")
openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def book(tmp_path: Path) -> Any:
    def write(*rows: list[Any], name: str = "a.xlsx", others: dict[str, list[list[Any]]] | None = None) -> Path:
        found = openpyxl.Workbook()
        for row in rows:
            found.active.append(row)
        for title, more in (others or {}).items():
            added = found.create_sheet(title)
            for row in more:
                added.append(row)
        found.save(tmp_path / name)
        return tmp_path / name

    return write


def test_cells_as_texts(book: Any) -> None:
    rows = [["id", "text"], [1, "größer"], [2, " a\nb "], [3, 7], [4, 1.5], [5, True], [6, datetime.date(2020, 1, 2)]]
    path = book(*rows)
    assert list(Texts([path]).texts()) == ["größer", " a\nb ", "7", "1.5", "true", "2020-01-02"]
    (block,) = Texts([path], column="1", keep="text").blocks()
    assert block.texts == ["1", "2", "3", "4", "5", "6"]
    assert block.kept["text"][:4] == ["größer", " a\nb ", 7, 1.5]


def test_empty_cells_and_rows(book: Any) -> None:
    path = book(["id", "text"], [1, "a"], [2, None], [None, None], [3, "b"])
    with pytest.raises(InputError, match=r"a\.xlsx, row 3: the text is null; --nulls empty"):
        list(Texts([path]).texts())
    assert list(Texts([path], nulls="empty").texts()) == ["a", "", "b"]
    texts = Texts([path], nulls="skip")
    assert (list(texts.texts()), texts.left_out) == (["a", "b"], {"null": 1})


def test_sheets(book: Any) -> None:
    path = book(["text"], ["a"], others={"Reviews": [["text"], ["b"]]})
    with pytest.raises(InputError, match="found 2 sheets; set --sheet, there are 'Sheet', 'Reviews'"):
        list(Texts([path]).texts())
    assert list(Texts([path], sheet="Reviews").texts()) == list(Texts([path], sheet="2").texts()) == ["b"]
    with pytest.raises(InputError, match="there is no sheet 'None'; set --sheet"):
        list(Texts([path], sheet="None").texts())
    assert list(Texts([book(["text"], ["a"], others={"empty": []})]).texts()) == ["a"]


def test_formulas_without_their_value(book: Any) -> None:
    path = book(["id", "text"], [1, "a"], [2, '="b"&"c"'], [3, "d"])
    with pytest.raises(InputError, match="row 3: column 2 holds a formula without its value; open the file in a"):
        list(Texts([path]).texts())
    texts = Texts([path], on_bad="skip")
    assert (list(texts.texts()), texts.left_out) == (["a", "d"], {"formula without a value": 1})
    assert list(Texts([path], column="id").texts()) == ["1", "2", "3"]
    with path.open("rb") as stream:
        assert without_value(stream, 0) == {(2, 1)}
        assert without_value(stream, 5) == set()


def test_pairs_names_and_content(book: Any, tmp_path: Path) -> None:
    path = book(["English", "German"], ["cat", "Katze"], ["dog", None])
    pairs = Pairs(pairs=path, nulls="skip")
    with pytest.warns(Notice, match="'English', 'German', is taken as the names"):
        found = list(pairs)
    assert [(pair.number, pair.src, pair.trg) for pair in found] == [(2, "cat", "Katze")]
    assert pairs.left_out == {"null": 1}
    renamed = path.rename(tmp_path / "export.dat")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        assert list(Texts([renamed], column="2", nulls="skip").texts()) == ["Katze"]
    assert list(Texts([renamed], column="2", header="no", nulls="empty").texts()) == ["German", "Katze", ""]


def test_what_is_no_spreadsheet(book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("text\na\n")
    with pytest.raises(InputError, match=r"a\.xlsx: not a spreadsheet, or damaged; download it again, or rename it"):
        list(Texts([path]).texts())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputError, match=r"a\.xlsx: not a spreadsheet, or damaged"):
        list(Texts([path]).texts())
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(InputError, match=r"a\.xlsx: not a spreadsheet, or damaged"):
        list(Texts([path]).texts())
    sound = book(["text"], ["a"], name="b.xlsx")
    monkeypatch.setattr(sheet, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="expected at most 1,000; save it as CSV"):
        list(Texts([sound]).texts())
    monkeypatch.undo()
    assert list(Texts(["-"], stdin=io.BytesIO(sound.read_bytes())).texts()) == ["a"]


def test_a_cell_beyond_the_names(book: Any) -> None:
    path = book(["id", "text"], [1, "a", "note"], [2, "b"])
    with pytest.raises(InputError, match="row 2: found a cell beyond the 2 columns that have names"):
        list(Texts([path]).texts())
    texts = Texts([path], on_bad="skip")
    assert (list(texts.texts()), texts.left_out) == (["b"], {"wrong number of columns": 1})


def test_open_document(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    cells = [["text", "n"], ["a", "x"], ["größer", "y"]]
    rows = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in cells
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{office}" xmlns:table="{table}" '
            f'xmlns:text="{text}"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    assert list(Texts([path]).texts()) == ["a", "größer"]
