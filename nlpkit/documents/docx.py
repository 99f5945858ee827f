"""Word documents (.docx): paragraphs of the text, tables, headers, footers, notes and text boxes.

Runs of equal formatting are merged. Formatting, links and tracked insertions within a paragraph are tags; pictures,
fields, tabs, line breaks, note references and deleted text are things. Other parts of the file are copied.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

from nlpkit.errors import InputError, MissingDependencyError

from .inline_tags import InlineTag
from .opening import Document
from .unit import Unit

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_WRAPPERS = {f"{_W}{name}" for name in ("hyperlink", "ins", "smartTag", "moveTo")}
_DROPPED = {f"{_W}{name}" for name in ("proofErr", "lastRenderedPageBreak")}
_BEGIN, _END = "\ufdd0", "\ufdd1"  # characters that stand for nothing
_MARK = re.compile(f"{_BEGIN}(/?)(\\d+){_END}")
_THING = re.compile(r"<\d+/>")
_LARGEST = 1 << 30  # bytes of the parts of a file


class WordDocument(Document):
    """A Word document.

    Parameters
    ----------
    content : bytes
        Content of the file.
    language : str, optional
        Not used: the sentences of a unit are found by its translator.

    Attributes
    ----------
    units : list of Unit
        The paragraphs.

    Raises
    ------
    InputError
        If it is no Word document.
    MissingDependencyError
        If lxml is not installed.
    """

    def __init__(self, content: bytes, language: str | None = None) -> None:
        try:
            from lxml import etree
        except ImportError as error:
            raise MissingDependencyError(
                "Word documents need lxml, which isn't installed: pip install 'nlpkit[documents]'"
            ) from error
        self.units: list[Unit] = []
        self._content = content
        self._trees: dict[str, Any] = {}
        self._paragraphs: list[_Paragraph] = []
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(member.file_size for member in archive.infolist()) > _LARGEST:
                    raise InputError(f"its parts have more than {_LARGEST:,} bytes: split it")
                for name in archive.namelist():
                    if _PARTS.fullmatch(name):
                        self._trees[name] = etree.fromstring(archive.read(name), parser)
        except (zipfile.BadZipFile, etree.XMLSyntaxError, RuntimeError, NotImplementedError) as error:
            raise InputError(f"is no Word document, or a damaged one: {error}") from error
        if "word/document.xml" not in self._trees:
            raise InputError("is no Word document: it holds no word/document.xml")
        for tree in self._trees.values():
            for element in tree.iter(f"{_W}p"):
                paragraph = _Paragraph(element)
                if any(map(str.isalpha, _THING.sub("", paragraph.unit.text))):
                    self._paragraphs.append(paragraph)
                    self.units.append(paragraph.unit)

    def filled(self, texts: Sequence[str]) -> bytes:
        """Return the document with the translations of its units, which contain their tags."""
        from lxml import etree

        for paragraph, text in zip(self._paragraphs, texts, strict=True):
            paragraph.fill(text)
        written = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._content)) as old, zipfile.ZipFile(written, "w") as new:
            for member in old.infolist():
                data = old.read(member)
                if member.filename in self._trees:
                    data = etree.tostring(
                        self._trees[member.filename], xml_declaration=True, encoding="UTF-8", standalone=True
                    )
                new.writestr(member, data, compress_type=member.compress_type)
        return written.getvalue()


class _Paragraph:
    """A paragraph: its unit, and the elements that the tags and things of the unit stand for.

    Attributes
    ----------
    unit : Unit
        White space at both ends is left out.
    """

    def __init__(self, element: Any) -> None:
        self._element = element
        self._elements: list[Any] = []  # formatting, wrappers and marks, by the number of their tag
        self._things: list[list[Any]] = []
        self._text = ""
        self._tags: list[InlineTag] = []
        self._field: list[Any] | None = None
        self._depth = 0
        self._spans: list[tuple[int, int, str, Any]] = []  # of runs, with their formatting as a key and an element
        self._edges: set[int] = set()  # of wrappers
        self._read(element)
        sizes = Counter[str]()
        for begin, end, key, _ in self._spans:
            sizes[key] += end - begin
        base = max(sizes, key=lambda key: sizes[key], default="")
        self._base = next((format for _, _, key, format in self._spans if key == base), None)
        for begin, end, key, format in _merged(self._spans, self._edges):
            if key != base and self._text[begin:end].strip():
                self._tag(begin, end, format)
        text = self._text.rstrip(" ")
        self._before = text[: len(text) - len(text.lstrip(" "))]
        self._after = self._text[len(text) :]
        shift = len(self._before)
        tags = sorted(self._tags, key=lambda tag: (tag.begin, -tag.end, not tag.closing))
        first = self._first_thing = len(self._elements)
        self.unit = Unit(
            text=text[shift:],
            tags=tuple(_shifted(tag, shift, len(text)) for tag in tags),
            things=tuple(f"{_BEGIN}{first + number}{_END}" for number in range(len(self._things))),
        )

    def _read(self, parent: Any) -> None:
        """Take the runs of a paragraph, or of an element within it."""
        for child in parent:
            if child.tag == f"{_W}pPr" or child.tag in _DROPPED:
                continue
            if self._field is not None or (child.tag == f"{_W}r" and _begins_field(child)):
                self._in_field(child)
            elif child.tag == f"{_W}r":
                self._run(child)
            elif child.tag in _WRAPPERS:
                begin = len(self._text)
                self._read(child)
                wrapper = copy.copy(child)
                for inner in list(wrapper):
                    wrapper.remove(inner)
                self._tag(begin, len(self._text), wrapper)
                self._edges |= {begin, len(self._text)}
            elif child.tag in (f"{_W}bookmarkStart", f"{_W}bookmarkEnd") or "ange" in child.tag:
                self._tag(len(self._text), len(self._text), child, is_single=True)
            else:
                self._thing([child])

    def _run(self, run: Any) -> None:
        format = run.find(f"{_W}rPr")
        begin = len(self._text)
        for child in run:
            if child.tag == f"{_W}t":
                self._text += child.text or ""
            elif child.tag == f"{_W}noBreakHyphen":
                self._text += "\u2011"
            elif child.tag not in _DROPPED | {f"{_W}rPr"}:
                alone = copy.copy(run)
                for other in list(alone):
                    if other.tag != f"{_W}rPr":
                        alone.remove(other)
                alone.append(copy.deepcopy(child))
                self._thing([alone])
        if len(self._text) > begin:
            self._spans.append((begin, len(self._text), _key(format), format))

    def _in_field(self, child: Any) -> None:
        """Gather the runs of a field, such as a page number, as one thing."""
        if self._field is None:
            self._field, self._depth = [], 0
        self._field.append(child)
        for sign in child.iter(f"{_W}fldChar"):
            kind = sign.get(f"{_W}fldCharType")
            self._depth += (kind == "begin") - (kind == "end")
        if self._depth <= 0:
            field, self._field = self._field, None
            self._thing(field)

    def _thing(self, elements: list[Any]) -> None:
        self._text += f"<{len(self._things)}/>"
        self._things.append([copy.deepcopy(element) for element in elements])

    def _tag(self, begin: int, end: int, element: Any, *, is_single: bool = False) -> None:
        number = len(self._elements)
        self._elements.append(element)
        closing = "" if is_single else f"{_BEGIN}/{number}{_END}"
        self._tags.append(InlineTag(begin=begin, end=end, opening=f"{_BEGIN}{number}{_END}", closing=closing))

    def fill(self, text: str) -> None:
        """Replace the content of the paragraph by a translation with tags."""
        element = self._element
        properties = element.find(f"{_W}pPr")
        for child in list(element):
            if child is not properties:
                element.remove(child)
        places = [element]
        formats = [self._base]
        whole = self._before + text + self._after
        place = 0
        for found in [*_MARK.finditer(whole), None]:
            self._add_text(places[-1], formats[-1], whole[place : found.start() if found else len(whole)])
            if found is None:
                break
            place = found.end()
            number = int(found[2])
            if number >= self._first_thing:
                for thing in self._things[number - self._first_thing]:
                    places[-1].append(thing)
            elif self._elements[number] is None or self._elements[number].tag == f"{_W}rPr":
                formats = formats[:-1] if found[1] else [*formats, self._elements[number]]
            elif self._elements[number].tag not in _WRAPPERS:
                places[-1].append(copy.deepcopy(self._elements[number]))
            elif found[1]:
                places.pop()
            else:
                places[-1].append(self._elements[number])
                places.append(self._elements[number])

    @staticmethod
    def _add_text(parent: Any, format: Any, text: str) -> None:
        if not text:
            return
        run = parent.makeelement(f"{_W}r")
        if format is not None:
            run.append(copy.deepcopy(format))
        inner = run.makeelement(f"{_W}t")
        inner.text = text
        inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(inner)
        parent.append(run)


def _begins_field(run: Any) -> bool:
    return any(sign.get(f"{_W}fldCharType") == "begin" for sign in run.iter(f"{_W}fldChar"))


def _key(format: Any) -> str:
    """Return the formatting of a run as text, without what a reader does not see."""
    if format is None:
        return ""
    from lxml import etree

    seen = [child for child in format if child.tag not in {f"{_W}lang", f"{_W}noProof"}]
    return "".join(sorted(etree.tostring(child, method="c14n").decode() for child in seen))


def _merged(spans: Sequence[tuple[int, int, str, Any]], edges: set[int]) -> list[tuple[int, int, str, Any]]:
    """Join neighbouring runs of the same formatting, but not over an edge."""
    joined: list[tuple[int, int, str, Any]] = []
    for begin, end, key, format in spans:
        if joined and joined[-1][1] == begin and joined[-1][2] == key and begin not in edges:
            joined[-1] = (joined[-1][0], end, key, joined[-1][3])
        else:
            joined.append((begin, end, key, format))
    return joined


def _shifted(tag: InlineTag, by: int, end: int) -> InlineTag:
    begin, last = (min(max(place, by), end) - by for place in (tag.begin, tag.end))
    return InlineTag(begin=begin, end=last, opening=tag.opening, closing=tag.closing)
