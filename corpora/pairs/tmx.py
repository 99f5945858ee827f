"""TMX (Translation Memory eXchange 1.1 to 1.4): units with texts in several languages."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.pairs.languages import nearest_language, same_language
from nlpkit.corpora.pairs.marked import MARK, MarkedDecoding, for_records
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRun, PairRuns
from nlpkit.corpora.pairs.text_pieces import Peeked, declared, read_pieces
from nlpkit.errors import InputError

NO_SRC = "no text in the source language"
NO_TRG = "no text in the target language"

_DECLARED = rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"""
_CODES = {"bpt", "ept", "it", "ph", "ut"}  # formatting codes such as <b> or {0}, no words
_MARK_IN_XML = "\ufdd0"  # a noncharacter, because XML does not allow lone surrogates


def read_tmx(
    stream: ByteReader, path: str, *, languages: tuple[str | None, str | None], decoding: Decoding, left_out: LeftOut
) -> Iterator[PairRun]:
    """Yield runs of pairs, numbered by the line on which their unit begins. Memory holds one unit at a time.

    The text of ``<hi>`` is kept; formatting code in ``<bpt> <ept> <it> <ph> <ut>`` is removed. If a unit has several
    texts in a language, each is paired. External files are never read, and a file that declares entities is rejected.

    Parameters
    ----------
    stream : ByteReader
        Bytes of the file. Their encoding is that of ``decoding`` if not UTF-8, else that of a byte order mark, else
        that of the XML declaration.
    path : str
        File name, for messages.
    languages : (str or None, str or None)
        Codes of the source and target language; ``en`` and ``en-US`` match each other. None is replaced by the header's
        ``srclang``, or by the only other language.
    decoding : Decoding
    left_out : LeftOut
        Counter of skipped pairs.

    Raises
    ------
    InputError
        If the XML is damaged, is not TMX, or declares entities; if the languages are not given and ambiguous; if no
        unit has both languages.
    """
    peeked = Peeked(stream)
    decoding = for_records(declared(peeked.head, _DECLARED, decoding))
    memory = _Memory(path, languages, left_out, marks=isinstance(decoding, MarkedDecoding))
    parser = memory.parser
    runs = memory.pairs
    try:
        for text in read_pieces(peeked, path, decoding):
            parser.Parse(text.replace(MARK, _MARK_IN_XML), False)
            yield from runs.full()
        parser.Parse("", True)
    except expat.ExpatError as error:
        yield from runs.rest()
        reason = expat.ErrorString(error.code)
        if not peeked.head:
            reason = "the file is empty"
        raise InputError(
            f"{path}, line {error.lineno}, column {error.offset + 1}: damaged XML ({reason}); "
            "fix that line, or download the file again if it is truncated"
        ) from None
    yield from runs.rest()
    memory.check()


class _Memory:
    """Collects pairs from the events of the parser."""

    def __init__(self, path: str, languages: tuple[str | None, str | None], left_out: LeftOut, *, marks: bool) -> None:
        self._marks = marks
        self.pairs = PairRuns()
        self._path = path
        self._src, self._trg = languages
        self._deduced = None in languages
        self._settled = not self._deduced
        self._left_out = left_out
        self._found: dict[str, None] = {}
        self._any = False
        self._depth = 0
        self._texts: dict[str, list[str]] = {}
        self._line = 0
        self._language: str | None = None
        self._segment: list[str] | None = None
        self._codes = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._refuse_unknown

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
            self._codes += name in _CODES
        elif name == "seg":
            self._segment = []
        elif name == "tuv":
            self._language = attributes.get("xml:lang") or attributes.get("lang")
            if self._language is None:
                raise InputError(
                    f"{self._path}, line {self.parser.CurrentLineNumber}: <tuv> has no language; add xml:lang"
                )
        elif name == "tu":
            self._texts = {}
            self._line = self.parser.CurrentLineNumber
        elif name == "header" and self._deduced and self._src is None:
            language = attributes.get("srclang", "*all*")
            if language != "*all*" and not (self._trg and same_language(language, self._trg)):
                self._src = language

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._depth -= 1
        if name == "seg" and self._segment is not None:
            if self._language is not None:
                self._texts.setdefault(self._language, []).append("".join(self._segment))
            self._segment = None
            self._codes = 0
        elif self._segment is not None:
            self._codes -= name in _CODES
        elif name == "tuv":
            self._language = None
        elif name == "tu":
            self._unit()

    def _characters(self, text: str) -> None:
        if self._segment is not None and not self._codes:
            self._segment.append(text)

    def _unit(self) -> None:
        self._found.update(dict.fromkeys(self._texts))
        if self._deduced:
            self._deduce()
        src = nearest_language(self._src, self._texts) if self._src else None
        trg = nearest_language(self._trg, self._texts) if self._trg else None
        if src is None or trg is None:
            self._left_out.count(NO_SRC if src is None else NO_TRG)
            return
        self._any = True
        for one in self._texts[src]:
            for other in self._texts[trg]:
                if self._marks and _MARK_IN_XML in one + other:
                    self._left_out.count(UNDECODABLE)
                else:
                    self.pairs.add(self._line, one, other)

    def _deduce(self) -> None:
        """Find the languages that were not given, and check that there is no third one."""
        codes = list(self._texts)
        if not self._settled:
            src, trg = self._src, self._trg
            if src is None:
                src = next((code for code in codes if not (trg and same_language(code, trg))), None)
            if trg is None and src is not None:
                trg = next((code for code in codes if not same_language(code, src)), None)
            if src is None or trg is None or nearest_language(src, codes) is None:
                return
            self._src, self._trg, self._settled = src, trg, True
        pair = str(self._src), str(self._trg)
        for code in codes:
            if not any(same_language(code, known) for known in pair):
                raise InputError(
                    f"{self._path}, line {self._line}: found {code} beside {' and '.join(pair)}; "
                    "choose two with --from and --to"
                )

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise InputError(
            f"{self._path}, line {self.parser.CurrentLineNumber}: declares the entity {name!r}, which is not allowed, "
            "because entities can expand without limit or read other files; replace it by its text"
        )

    def _refuse_unknown(self, name: str, *_: object) -> None:
        raise InputError(
            f"{self._path}, line {self.parser.CurrentLineNumber}: the entity {name!r} is unknown, because external "
            "files are not read; replace it by its text"
        )
