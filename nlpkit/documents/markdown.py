"""Markdown: paragraphs, headings, list items, table cells and the texts of images; all else is copied as it stands.

Code, URLs, HTML, link definitions, rules and front matter are copied. A paragraph of several lines keeps their number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from .markdown_inline import begins_inline, inline_unit
from .opening import Document
from .unit import Unit

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CONTAINER = re.compile(r"(?:[ \t]*>[ \t]?)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)*")
_HEADING = re.compile(r"(#{1,6}[ \t]+)(.*?)((?:[ \t]+#+)?[ \t]*)")
_RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-+[ \t]*)")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_DEFINITION = re.compile(r"[ \t]*\[[^\]]+\]:[ \t]*\S.*")
_HTML_BLOCK = re.compile(r"[ \t]*<(?:[!?]|/?[a-zA-Z][\w-]*(?:[\s/>]|$))")
_BREAK = re.compile(r"(?: {2,}|\\)$")
_CELL = re.compile(r"((?:\\.|`[^`]*`|[^|\\])+)|(\||\\)")
_STARTS = re.compile(r"(?:[-+*>#|]|\d+[.)])")  # words that would begin something else at the start of a line


class Markdown(Document):
    """A Markdown document.

    Parameters
    ----------
    text : str
        Content of the file.
    language : str, optional
        Not used: the sentences of a unit are found by its translator.

    Attributes
    ----------
    units : list of Unit
        Texts of blocks, line breaks as spaces.

    Examples
    --------
    >>> document = Markdown("# Hello\\n\\n- see **the** [red dog](#x) at `x`\\n")
    >>> [unit.text for unit in document.units]
    ['Hello', 'see the red dog at <0/>']
    >>> sentence = document.units[1].filled("voir le chien rouge à <0/>", [0, 1, 3, 2, 4, 5])
    >>> document.filled(["Salut", sentence])
    '# Salut\\n\\n- voir **le** [chien rouge](#x) à `x`\\n'
    """

    def __init__(self, text: str, language: str | None = None) -> None:
        self.units: list[Unit] = []
        self._parts: list[str] = []
        self._breaks: list[tuple[list[float], str]] = []
        self._sign = next(sign for sign in map(chr, range(0xE000, 0xF8FF)) if sign not in text)
        lines = text.splitlines(keepends=True)
        self._line_end = next((_line_end(line) for line in lines), "\n") or "\n"
        place = self._front_matter(lines)
        is_list = False
        while place < len(lines):
            line = lines[place]
            begin = _CONTAINER.match(line)
            assert begin is not None
            rest = line[begin.end() :]
            is_list = is_list and (not line.strip() or line[0] in " \t")
            if fence := _FENCE.match(rest) or _FENCE.match(line):
                place = self._copy_until_fence(lines, place, fence[1])
            elif not line.strip() or _is_rule(line) or _DEFINITION.fullmatch(line.rstrip("\r\n")):
                place = self._copy(lines, place, place + 1)
            elif not is_list and line.startswith(("    ", "\t")) and (not place or not lines[place - 1].strip()):
                place = self._copy(lines, place, place + 1)  # code by its indent
            elif _HTML_BLOCK.match(rest) and not begins_inline(rest.lstrip()):
                place = self._copy(lines, place, self._end_of_block(lines, place))
            elif place + 1 < len(lines) and "|" in rest and _DELIMITERS.fullmatch(lines[place + 1].rstrip("\r\n")):
                place = self._table(lines, place)
            else:
                place = self._paragraph(lines, place, begin[0])
                is_list = is_list or bool(begin[0].strip(" \t>"))

    def _front_matter(self, lines: list[str]) -> int:
        """Copy the metadata at the begin, between two lines of three signs."""
        for sign in ("---", "+++"):
            if lines and lines[0].lstrip("\ufeff").rstrip() == sign:
                end = next((place for place in range(1, len(lines)) if lines[place].rstrip() == sign), None)
                if end is not None:
                    return self._copy(lines, 0, end + 1)
        return 0

    def _copy(self, lines: list[str], begin: int, end: int) -> int:
        self._parts += lines[begin:end]
        return end

    def _copy_until_fence(self, lines: list[str], place: int, fence: str) -> int:
        end = place + 1
        while end < len(lines):
            line = lines[end].strip(" \t\r\n>")
            end += 1
            if set(line) == {fence[0]} and len(line) >= len(fence):
                break
        return self._copy(lines, place, end)

    def _end_of_block(self, lines: list[str], place: int) -> int:
        return next((end for end in range(place, len(lines)) if not lines[end].strip()), len(lines))

    def _table(self, lines: list[str], place: int) -> int:
        """Take the cells of a table."""
        for number in range(place, self._end_of_block(lines, place)):
            place_after = number + 1
            if number == place + 1 or "|" not in lines[number]:
                self._parts.append(lines[number])
                if number != place + 1:
                    break
                continue
            for found in _CELL.finditer(lines[number].rstrip("\r\n")):
                cell = found[0]
                text = cell.strip()
                at = cell.find(text)
                self._parts += [cell[:at], self._slot(text) if found[1] else text, cell[at + len(text) :]]
            self._parts.append(_line_end(lines[number]))
        return place_after

    def _paragraph(self, lines: list[str], place: int, prefix: str) -> int:
        """Take a heading, or the lines of a paragraph up to a hard line break."""
        line = lines[place].rstrip("\r\n")
        if heading := _HEADING.fullmatch(line[len(prefix) :]):
            self._parts += [prefix, heading[1], self._slot(heading[2]), heading[3], _line_end(lines[place])]
            return place + 1
        texts = [line[len(prefix) :]]
        onward = ""
        while not _BREAK.search(texts[-1]) and place + len(texts) < len(lines):
            line = lines[place + len(texts)].rstrip("\r\n")
            begin = _CONTAINER.match(line)
            assert begin is not None
            if begin[0].count(">") != prefix.count(">") or begin[0].strip(" \t>") or _ends_paragraph(line, begin.end()):
                break
            onward = begin[0]
            texts.append(line[begin.end() :])
        tail = _BREAK.search(texts[-1])
        texts[-1] = texts[-1][: tail.start()] if tail else texts[-1].rstrip(" \t")
        texts = [text.strip(" \t") for text in texts]
        last = lines[place + len(texts) - 1]
        whole = " ".join(texts)
        ends = list(accumulate(len(text) + 1 for text in texts))
        shares = [end / max(len(whole) + 1, 1) for end in ends[:-1]]
        self._parts += [prefix, self._slot(whole, shares, onward)]
        self._parts += [
            tail[0] if tail else last.rstrip("\r\n")[len(last.rstrip("\r\n").rstrip(" \t")) :],
            _line_end(last),
        ]
        return place + len(texts)

    def _slot(self, text: str, shares: Sequence[float] = (), onward: str = "") -> str:
        """Return the place of a text, which is a unit if it holds something to translate."""
        unit = inline_unit(text, self._slot)
        if not any(map(str.isalpha, re.sub(r"<\d+/>", "", unit.text))):
            return self._line_end.join(_broken(text, shares, onward))
        self.units.append(unit)
        self._breaks.append((list(shares), onward))
        return f"{self._sign}{len(self.units) - 1}{self._sign}"

    def filled(self, texts: Sequence[str]) -> str:
        """Return the document with the translations of its units, which contain their tags."""
        slots = re.compile(f"{self._sign}(\\d+){self._sign}")

        def put(found: re.Match[str]) -> str:
            number = int(found[1])
            return self._line_end.join(_broken(slots.sub(put, texts[number]), *self._breaks[number]))

        return slots.sub(put, "".join(self._parts))


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and bool(_RULE.fullmatch(line.rstrip("\r\n")))


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _ends_paragraph(line: str, begin: int) -> bool:
    """Whether a line is no continuation of a paragraph."""
    rest = line[begin:]
    return (
        not rest.strip()
        or _is_rule(line)
        or bool(_FENCE.match(rest))
        or bool(_HEADING.fullmatch(rest))
        or bool(_DELIMITERS.fullmatch(line))
    )


def _broken(text: str, shares: Sequence[float], onward: str) -> list[str]:
    """Break a text into lines at given shares of its length, at spaces before words that begin nothing else there."""
    spaces = [found.start() for found in re.finditer(" ", text) if not _STARTS.match(text, found.end())]
    lines: list[str] = []
    begin = 0
    for share in shares:
        left = [space for space in spaces if space > begin]
        if not left:
            break
        end = min(left, key=lambda space: abs(space + 1 - share * (len(text) + 1)))
        lines.append(text[begin:end])
        begin = end + 1
    return [onward * bool(number) + line for number, line in enumerate([*lines, text[begin:]])]
