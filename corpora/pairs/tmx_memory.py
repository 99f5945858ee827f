"""Pairs of a translation memory, from the events of an XML parser."""

from __future__ import annotations

from html.entities import html5
from typing import Any
from xml.parsers import expat

from nlpkit.corpora.pairs.languages import matching_languages, same_language
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRuns
from nlpkit.corpora.pairs.tmx_segment import Segment
from nlpkit.errors import InputError

NO_SRC = "no text in the source language"
NO_TRG = "no text in the target language"
MARK_IN_XML = "\ufdd0"
"""Stands for undecodable bytes: a noncharacter, because XML does not allow lone surrogates."""


class BadUnit(InputError):
    """A unit that can't be read.

    Attributes
    ----------
    reason : str
        The same for all units of this kind.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Memory:
    """Collects pairs from the events of parsers.

    Parameters
    ----------
    path : str
        File name, for messages.
    languages : (str or None, str or None)
    left_out : LeftOut
    marks : bool
        Whether `MARK_IN_XML` stands for undecodable bytes.
    keep_tags : bool
    """

    def __init__(
        self,
        path: str,
        languages: tuple[str | None, str | None],
        left_out: LeftOut,
        *,
        marks: bool,
        keep_tags: bool = False,
    ) -> None:
        self.pairs = PairRuns()
        self._path = path
        self._src, self._trg = languages
        self._deduced = None in languages
        self._settled = not self._deduced
        self._left_out = left_out
        self._marks = marks
        self._keep_tags = keep_tags
        self._found: dict[str, None] = {}
        self._any = False
        self._sides: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
        self._units: list[tuple[int, dict[str, list[str]]]] | None = None
        self._lines: list[int] = []
        self.parser = self._new_parser(within=False)

    def _new_parser(self, *, within: bool) -> Any:
        """Begin to parse a file, or text ``within`` its element body."""
        self._depth = 1 if within else 0
        self._texts: dict[str, list[str]] = {}
        self._line = 0
        self._language: str | None = None
        self._segment: Segment | None = None
        parser = expat.ParserCreate()
        parser.UseForeignDTD(True)  # entities without a declaration are reported, and no file is read
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._refuse_entity
        parser.SkippedEntityHandler = self._entity
        self.parser = parser
        return parser

    def parse_units(self, units: list[tuple[int, str]]) -> None:
        """Take units, each with its line and its text: all, or none if one is bad.

        Raises
        ------
        BadUnit
            If the XML of a unit is damaged, or it can't be read.
        """
        parser = self._new_parser(within=True)
        self._units, self._lines = [], [line for line, _ in reversed(units)]
        try:
            parser.Parse("<body>" + "".join(text for _, text in units) + "</body>", True)
            found = self._units
        except expat.ExpatError as error:
            reason = f"damaged XML ({expat.ErrorString(error.code)})"
            raise BadUnit(f"{self._path}, line {self._line}: {reason}", reason) from None
        finally:
            self._units = None
        for line, texts in found:
            self._unit(line, texts)

    def check(self) -> None:
        """Raise InputError if there are units, but none has both languages."""
        if self._found and not self._any:
            wanted = " and ".join(repr(code) for code in (self._src, self._trg) if code)
            what = f"no unit has a text in {wanted}" if self._settled else "no unit has texts in two languages"
            raise InputError(
                f"{self._path}: {what}; set --from and --to to codes of the file: {', '.join(list(self._found)[:20])}"
            )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._depth += 1
        if self._depth == 1 and name != "tmx":
            raise InputError(f"{self._path}, line {self.parser.CurrentLineNumber}: found <{tag}>, expected <tmx>")
        if self._segment is not None:
            self._segment.begin(name, attributes)
        elif name == "seg":
            self._segment = Segment(keep_tags=self._keep_tags)
        elif name == "tuv":
            self._language = attributes.get("xml:lang") or attributes.get("lang")
            if self._language is None:
                line = self.parser.CurrentLineNumber if self._units is None else self._line
                raise BadUnit(
                    f"{self._path}, line {line}: <tuv> has no language; add xml:lang, or leave such units out with "
                    "--on-bad skip",
                    "a text without xml:lang",
                )
        elif name == "tu":
            self._texts = {}
            self._line = self._lines.pop() if self._lines else self.parser.CurrentLineNumber
        elif name == "header" and self._deduced and self._src is None:
            language = attributes.get("srclang", "*all*")
            if language != "*all*" and not (self._trg and same_language(language, self._trg)):
                self._src = language

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._depth -= 1
        if name == "seg" and self._segment is not None:
            if self._language is not None:
                self._texts.setdefault(self._language, []).append(self._segment.text())
            self._segment = None
        elif self._segment is not None:
            self._segment.end(name)
        elif name == "tuv":
            self._language = None
        elif name == "tu":
            if self._units is None:
                self._unit(self._line, self._texts)
            else:
                self._units.append((self._line, self._texts))

    def _characters(self, text: str) -> None:
        if self._segment is not None:
            self._segment.add(text)

    def _unit(self, line: int, texts: dict[str, list[str]]) -> None:
        self._found.update(dict.fromkeys(texts))
        if self._deduced:
            self._deduce(line, list(texts))
        codes = tuple(texts)
        if codes not in self._sides or self._deduced:
            src = matching_languages(self._src, codes) if self._src else []
            trg = matching_languages(self._trg, codes) if self._trg else []
            self._sides[codes] = src, trg
        src, trg = self._sides[codes]
        if not src or not trg:
            self._left_out.count(NO_TRG if src else NO_SRC)
            return
        self._any = True
        for one in (text for code in src for text in texts[code]):
            for other in (text for code in trg for text in texts[code]):
                if self._marks and MARK_IN_XML in one + other:
                    self._left_out.count(UNDECODABLE)
                else:
                    self.pairs.add(line, one, other)

    def _deduce(self, line: int, codes: list[str]) -> None:
        """Find the languages that were not given, and check that there is no third one."""
        if not self._settled:
            src, trg = self._src, self._trg
            if src is None:
                src = next((code for code in codes if not (trg and same_language(code, trg))), None)
            if trg is None and src is not None:
                trg = next((code for code in codes if not same_language(code, src)), None)
            if src is None or trg is None or not matching_languages(src, codes):
                return
            self._src, self._trg, self._settled = src, trg, True
        pair = str(self._src), str(self._trg)
        for code in codes:
            if not any(same_language(code, known) for known in pair):
                raise InputError(
                    f"{self._path}, line {line}: found {code} beside {' and '.join(pair)}; "
                    "choose two with --from and --to"
                )

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise InputError(
            f"{self._path}, line {self.parser.CurrentLineNumber}: declares the entity {name!r}, which is not allowed, "
            "because entities can expand without limit or read other files; replace it by its text"
        )

    def _entity(self, name: str, is_parameter: bool) -> None:
        """Take an entity that XML does not know: one of HTML, or none at all."""
        character = html5.get(f"{name};")
        if character is None or is_parameter:
            line = self.parser.CurrentLineNumber if self._units is None else self._line
            raise BadUnit(
                f"{self._path}, line {line}: the entity {name!r} is unknown, because external files are not read; "
                "replace it by its text, or leave such units out with --on-bad skip",
                "an unknown entity",
            )
        self._characters(character)
