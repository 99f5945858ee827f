"""Formulas of an .xlsx file whose values are not stored."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO
from xml.parsers import expat

_REFERENCE = re.compile(r"([A-Z]+)(\d+)$")


def without_value(stream: BinaryIO, index: int) -> set[tuple[int, int]]:
    """Return row and column, from 0, of the cells of a sheet that hold a formula or an error, and no value.

    Files that a program wrote and no spreadsheet program has opened since then have such formulas.

    Parameters
    ----------
    stream : binary file
        A spreadsheet; if it is not .xlsx, the result is empty.
    index : int
        Number of the sheet, from 0.
    """
    stream.seek(0)
    if not zipfile.is_zipfile(stream):
        return set()
    with zipfile.ZipFile(stream) as archive:
        members = set(archive.namelist())
        if "xl/workbook.xml" not in members:
            return set()
        sheets = _attributes(archive.read("xl/workbook.xml"), "sheet")
        relations = "xl/_rels/workbook.xml.rels"
        targets = {
            each.get("Id"): each.get("Target", "")
            for each in (_attributes(archive.read(relations), "Relationship") if relations in members else [])
        }
        if index >= len(sheets):
            return set()
        target = targets.get(next((value for name, value in sheets[index].items() if name.endswith(":id")), ""), "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if member not in members:
            return set()
        cells = _Cells()
        with archive.open(member) as file:
            cells.parser.ParseFile(file)
        return cells.found


def _attributes(xml: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of all elements with a name."""
    found: list[dict[str, str]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, each: found.append(each) if tag.rpartition(":")[2] == wanted else None
    parser.Parse(xml, True)
    return found


class _Cells:
    """Collects the cells of a sheet with a formula and without a value."""

    def __init__(self) -> None:
        self.found: set[tuple[int, int]] = set()
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._reference = ""
        self._formula = self._value = self._in_value = self._is_error = False

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._reference = attributes.get("r", "")
            self._is_error = attributes.get("t") == "e"
            self._formula = self._value = False
        elif name == "f":
            self._formula = True
        self._in_value = name in ("v", "t")

    def _characters(self, text: str) -> None:
        self._value = self._value or self._in_value

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._in_value = False
        if name == "c" and (self._is_error or (self._formula and not self._value)):
            match = _REFERENCE.match(self._reference)
            if match:
                column = 0
                for letter in match[1]:
                    column = 26 * column + ord(letter) - ord("A") + 1
                self.found.add((int(match[2]) - 1, column - 1))


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise ValueError("the XML declares entities")
