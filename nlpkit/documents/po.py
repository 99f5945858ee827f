"""PO catalogues of gettext: messages without a translation are filled and marked fuzzy; all else is copied."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlpkit.errors import InputError

from .opening import Document
from .unit import Unit

_STRING = re.compile(r'\s*"(?P<text>(?:[^"\\]|\\.)*)"\s*')
_KEYWORD = re.compile(r'(?P<key>msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(?P<string>".*")\s*')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Catalogue(Document):
    """A PO file.

    Parameters
    ----------
    text : str
        Content of the file.
    language : str, optional
        Not used: the sentences of a unit are found by its translator.

    Attributes
    ----------
    units : list of Unit
        Lines of the messages that have no translation: the singular and the plural.

    Raises
    ------
    InputError
        If there is no message.

    Examples
    --------
    >>> catalogue = Catalogue('msgid "Open"\\nmsgstr ""\\n\\nmsgid "Quit"\\nmsgstr "Beenden"\\n')
    >>> [unit.text for unit in catalogue.units]
    ['Open']
    >>> print(catalogue.filled(["Öffnen"]), end="")
    #, fuzzy
    msgid "Open"
    msgstr "Öffnen"
    <BLANKLINE>
    msgid "Quit"
    msgstr "Beenden"
    """

    def __init__(self, text: str, language: str | None = None) -> None:
        self.units: list[Unit] = []
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        self._entries = [_Entry(lines) for lines in _entries(text.splitlines(keepends=True))]
        if not any(entry.strings for entry in self._entries):
            raise InputError('there is no message such as msgid "Open": is it a .po file?')
        self._places: list[dict[str, list[int | str]]] = []
        for entry in self._entries:
            places: dict[str, list[int | str]] = {}
            if entry.is_open:
                places["msgid"] = self._lines_of(entry.strings["msgid"])
                if "msgid_plural" in entry.strings:
                    places["msgid_plural"] = self._lines_of(entry.strings["msgid_plural"])
            self._places.append(places)

    def _lines_of(self, message: str) -> list[int | str]:
        """Return the parts of a message: white space and lines without letters, and the numbers of units."""
        parts: list[int | str] = []
        for line in re.split(r"(\n)", message):
            text = line.strip()
            if not any(map(str.isalpha, text)):
                parts.append(line)
                continue
            begin = line.find(text)
            parts += [line[:begin], len(self.units), line[begin + len(text) :]]
            self.units.append(Unit(text=text))
        return parts

    def filled(self, texts: Sequence[str]) -> str:
        """Return the file with the translations of its units."""
        written: list[str] = []
        for entry, places in zip(self._entries, self._places, strict=True):
            whole = {
                key: "".join(part if isinstance(part, str) else texts[part] for part in parts)
                for key, parts in places.items()
            }
            written += entry.with_translations(whole, self._line_end) if whole else entry.lines
        return "".join(written)


class _Entry:
    """The lines of a message, with its strings by keyword."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.strings: dict[str, str] = {}
        self._begins: dict[str, int] = {}
        key = ""
        for number, line in enumerate(lines):
            if found := _KEYWORD.fullmatch(line.strip()):
                key = found["key"]
                self.strings[key] = _unquoted(found["string"])
                self._begins[key] = number
            elif key and _STRING.fullmatch(line.rstrip("\r\n")):
                self.strings[key] += _unquoted(line)

    @property
    def is_open(self) -> bool:
        """Whether it has a message and no translation."""
        translations = [text for key, text in self.strings.items() if key.startswith("msgstr")]
        return bool(self.strings.get("msgid")) and bool(translations) and not any(translations)

    def with_translations(self, whole: dict[str, str], line_end: str) -> list[str]:
        """Return its lines with translations of the message and of its plural, marked fuzzy."""
        first = min(self._begins.values())
        lines = self.lines[:first]
        flags = next((number for number, line in enumerate(lines) if line.startswith("#,")), None)
        if flags is None:
            before = next((number for number, line in enumerate(lines) if line.startswith("#|")), len(lines))
            lines.insert(before, f"#, fuzzy{line_end}")
        elif "fuzzy" not in lines[flags]:
            lines[flags] = f"#, fuzzy,{lines[flags][2:]}"
        end = min(number for key, number in self._begins.items() if key.startswith("msgstr"))
        lines += self.lines[first:end]
        for key in self.strings:
            if key.startswith("msgstr"):
                is_plural = key not in ("msgstr", "msgstr[0]") and "msgid_plural" in whole
                lines += _quoted(key, whole["msgid_plural" if is_plural else "msgid"], line_end)
        return lines + [
            line for line in self.lines[end:] if not _STRING.fullmatch(line.rstrip("\r\n")) and line[:3] != "msg"
        ]


def _entries(lines: Sequence[str]) -> list[list[str]]:
    """Return the lines of each message with the comments before it; and blank lines and obsolete messages."""
    entries: list[list[str]] = [[]]
    is_message = False
    for line in lines:
        begins = not line.strip() or line.startswith("#~") or (line.startswith("#") and is_message)
        if begins or (is_message and re.match(r"msgctxt\s|msgid\s", line) and _has_translation(entries[-1])):
            entries.append([])
            is_message = False
        entries[-1].append(line)
        is_message = is_message or line.startswith("msg")
        if not line.strip() or line.startswith("#~"):
            entries.append([])
            is_message = False
    return [entry for entry in entries if entry]


def _has_translation(lines: Sequence[str]) -> bool:
    return any(line.startswith("msgstr") for line in lines)


def _unquoted(line: str) -> str:
    found = _STRING.fullmatch(line.rstrip("\r\n"))
    text = found["text"] if found else ""
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), text)


def _quoted(key: str, text: str, line_end: str) -> list[str]:
    """Return the lines of a string, one for each of its own."""
    signs = {character: f"\\{name}" for name, character in _ESCAPES.items()}
    parts = [part for part in re.split(r"(?<=\n)", text) if part]
    strings = ['"' + "".join(signs.get(character, character) for character in part) + '"' for part in parts]
    if len(strings) == 1:
        return [f"{key} {strings[0]}{line_end}"]
    return [f'{key} ""{line_end}', *(f"{string}{line_end}" for string in strings)]
