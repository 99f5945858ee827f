"""HTML: the text of block elements, and the texts of ``alt`` and ``title``; all else is copied as it stands."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from nlpkit.errors import InputError

from .inline_tags import InlineTag
from .opening import Document
from .unit import Unit

_SENTENCE = """a abbr acronym b bdi bdo big cite del dfn em font i ins label mark q rp rt ruby s small span strike
strong sub sup time tt u var wbr img input button"""
INLINE = frozenset(_SENTENCE.split())
"""Elements that belong to a sentence; br does not."""

_CODE = frozenset(("code", "kbd", "samp", "svg", "math"))
UNTOUCHED = _CODE | {"pre", "script", "style", "textarea", "template", "noscript"}
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)

_ATTRIBUTE = re.compile(r"""(\s(?:alt|title)\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)


class _Tokens(HTMLParser):
    """The tokens of a document: (kind, name, raw text), which together are the document."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0]
        for found in re.finditer("\n", text):
            self._lines.append(found.end())
        self._found: list[tuple[int, str, str]] = []
        self.feed(text)
        self.close()
        ends = [begin for begin, _, _ in self._found[1:]] + [len(text)]
        self.tokens = [
            (kind, name, text[begin:end]) for (begin, kind, name), end in zip(self._found, ends, strict=False)
        ]

    def _add(self, kind: str, name: str = "") -> None:
        line, column = self.getpos()
        self._found.append((self._lines[line - 1] + column, kind, name))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_kept = any(name == "translate" and (value or "").lower() == "no" for name, value in attrs)
        self._add("kept" if is_kept else "open", tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("single", tag)

    def handle_endtag(self, tag: str) -> None:
        self._add("close", tag)

    def handle_data(self, data: str) -> None:
        self._add("text")

    def handle_entityref(self, name: str) -> None:
        self._add("text")

    def handle_charref(self, name: str) -> None:
        self._add("text")

    def handle_comment(self, data: str) -> None:
        self._add("comment")

    def handle_decl(self, decl: str) -> None:
        self._add("other")

    def handle_pi(self, data: str) -> None:
        self._add("other")

    def unknown_decl(self, data: str) -> None:
        self._add("other")


class HTMLDocument(Document):
    """An HTML document.

    Parameters
    ----------
    text : str
        Content of the file.
    language : str, optional
        Not used: the sentences of a unit are found by its translator.

    Attributes
    ----------
    units : list of Unit
        Texts of block elements, white space collapsed, and of attributes.

    Examples
    --------
    >>> document = HTMLDocument('<p>I <b>love</b>\\n pizza &amp; <code>rm</code></p>')
    >>> document.units[0].text
    'I love pizza & <0/>'
    >>> document.filled([document.units[0].filled("J'adore la pizza & <0/>", [1, 2, 2, 3, 4], document.escape)])
    "<p><b>J'adore</b> la pizza &amp; <code>rm</code></p>"
    """

    def __init__(self, text: str, language: str | None = None) -> None:
        self.units: list[Unit] = []
        self._parts: list[str] = []
        self._run: list[tuple[str, str, str]] = []
        present = set(text)
        self._sign = next(character for character in map(chr, range(0xE000, 0xF8FF)) if character not in present)
        tokens = iter(_Tokens(text).tokens)
        for kind, name, raw in tokens:
            if kind == "kept" or (kind == "open" and name in UNTOUCHED):
                whole = raw if name in _VOID else raw + _until_closed(name, tokens)
                is_inline = name in INLINE | _CODE
                self._take("thing" if is_inline else "other", name, whole)
            else:
                self._take(kind, name, raw)
        self._end_run()

    def _take(self, kind: str, name: str, raw: str) -> None:
        if kind in ("open", "single"):
            raw = _ATTRIBUTE.sub(self._attribute, raw)
        if kind in ("text", "thing", "comment") or (kind != "other" and name in INLINE):
            self._run.append((kind, name, raw))
        else:
            self._end_run()
            self._parts.append(raw)

    def _attribute(self, found: re.Match[str]) -> str:
        value = html.unescape(next(group for group in found.groups()[1:] if group is not None))
        if not any(map(str.isalpha, value)):
            return found[0]
        return f'{found[1]}"{self._slot(Unit(text=" ".join(value.split())), is_attribute=True)}"'

    def _slot(self, unit: Unit, *, is_attribute: bool = False) -> str:
        self.units.append(unit)
        return f"{self._sign}{len(self.units) - 1}{chr(34) if is_attribute else ''}{self._sign}"

    def _end_run(self) -> None:
        """Make a unit of the inline tokens since the last block element, if they hold text to translate."""
        run, self._run = self._run, []
        while run and _is_blank(run[0]):
            self._parts.append(run.pop(0)[2])
        after: list[str] = []
        while run and _is_blank(run[-1]):
            after.insert(0, run.pop()[2])
        if any(kind == "text" and any(map(str.isalpha, html.unescape(raw))) for kind, _, raw in run):
            first, last = (raw if kind == "text" else "" for kind, _, raw in (run[0], run[-1]))
            self._parts += [first[: len(first) - len(first.lstrip(_SPACE))], self._slot(_unit(run))]
            after.insert(0, last[len(last.rstrip(_SPACE)) :])
        else:
            self._parts += [raw for _, _, raw in run]
        self._parts += after

    def filled(self, texts: Sequence[str]) -> str:
        """Return the document with the translations of its units, which contain their tags."""
        slots = re.compile(f'{self._sign}(\\d+)("?){self._sign}')

        def put(found: re.Match[str]) -> str:
            text = texts[int(found[1])]
            return html.escape(html.unescape(text)) if found[2] else slots.sub(put, text)

        return slots.sub(put, "".join(self._parts))

    def escape(self, text: str) -> str:
        """Return a text as it is written between tags."""
        return html.escape(text, quote=False)


_SPACE = " \t\r\n\f"
_DEEPEST = 200  # elements around a word


def _is_blank(token: tuple[str, str, str]) -> bool:
    return token[0] == "comment" or (token[0] == "text" and not token[2].strip(_SPACE))


def _until_closed(name: str, tokens: Iterator[tuple[str, str, str]]) -> str:
    """Return the content and the end of an element that has begun."""
    depth, whole = 1, ""
    for kind, other, raw in tokens:
        whole += raw
        depth += (kind in ("open", "kept") and other == name) - (kind == "close" and other == name)
        if not depth:
            break
    return whole


def _unit(run: Sequence[tuple[str, str, str]]) -> Unit:
    """Return the unit of inline tokens that begin and end with text."""
    text = ""
    tags: list[InlineTag] = []
    things: list[str] = []
    begun: list[tuple[int, str]] = []
    for kind, name, raw in run:
        if kind == "text":
            more = re.sub(f"[{_SPACE}]+", " ", html.unescape(raw))
            text += more[1:] if more.startswith(" ") and (not text or text.endswith(" ")) else more
        elif kind == "thing":
            text += f"<{len(things)}/>"
            things.append(raw)
        elif kind == "close" and any(name == other for _, other in begun):
            number = next(number for number, other in reversed(begun) if other == name)
            begun = [each for each in begun if each[0] < number]
            tags[number] = InlineTag(begin=tags[number].begin, end=len(text), opening=tags[number].opening, closing=raw)
        else:
            if kind == "open" and name not in _VOID:
                begun.append((len(tags), name))
                if len(begun) > _DEEPEST:
                    raise InputError(
                        f"elements such as <{name}> are nested more than {_DEEPEST} deep within a sentence"
                    )
            tags.append(InlineTag(begin=len(text), end=len(text), opening=raw))
    return Unit(text=text.rstrip(" "), tags=tuple(tags), things=tuple(things))
