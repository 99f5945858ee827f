"""TMX (Translation Memory eXchange 1.1 to 1.4): units with texts in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.pairs.marked import MARK, MarkedDecoding, for_records
from nlpkit.corpora.pairs.run import LeftOut, PairRun
from nlpkit.corpora.pairs.text_pieces import Peeked, declared, read_pieces
from nlpkit.corpora.pairs.tmx_memory import MARK_IN_XML, BadUnit, Memory
from nlpkit.corpora.pairs.tmx_units import UnitCutter
from nlpkit.errors import InputError, ParameterError

ON_BAD = ("error", "skip")
STRAY = "text between units"
NO_END = "the end of the file is missing"

_DECLARED = rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"""
_STANDALONE = re.compile(r"""^\s*<\?xml[^>]*?(\sstandalone\s*=\s*["']yes["'])""")
_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|</(?:[\w.-]+:)?(?:body|tmx)\s*>", re.DOTALL)
_END = re.compile(r"</(?:[\w.-]+:)?tmx\s*>")
_BATCH = 1 << 16  # characters


def read_tmx(
    stream: ByteReader,
    path: str,
    *,
    languages: tuple[str | None, str | None],
    decoding: Decoding,
    left_out: LeftOut,
    on_bad: str = "error",
    keep_tags: bool = False,
) -> Iterator[PairRun]:
    """Yield runs of pairs, numbered by the line on which their unit begins. Memory holds some units at a time.

    If a unit has several texts in a language, or texts in several of its variants, each is paired with each. The text
    of ``<hi>`` is kept; formatting code in ``<bpt> <ept> <it> <ph> <ut>`` is removed, and leaves a space between two
    words that it separates. Entities of HTML, such as ``&nbsp;``, are the characters that they mean. External files are
    never read, and a file that declares entities is rejected.

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
        Counter of skipped pairs and units.
    on_bad : {"error", "skip"}
        A unit that can't be read is an error, or is skipped and counted by its reason: damaged XML, characters that XML
        does not allow, unknown entities, bytes that can't be decoded, a text without a language. With the ``errors`` of
        ``decoding`` at "skip" they are skipped too.
    keep_tags : bool, default=False
        Put a placeholder such as ``{1}`` where an inline code stood: see `nlpkit.corpora.pairs.tmx_segment.Segment`.

    Raises
    ------
    InputError
        If the XML is damaged, is not TMX, or declares entities; if the languages are not given and ambiguous; if no
        unit has both languages.
    ParameterError
        If ``on_bad`` is unknown.
    """
    if on_bad not in ON_BAD:
        raise ParameterError(f"on_bad is {on_bad!r}: choose {' or '.join(ON_BAD)}")
    skips = on_bad == "skip" or decoding.errors == "skip"
    peeked = Peeked(stream)
    decoding = declared(peeked.head, _DECLARED, decoding)
    if skips and decoding.errors == "strict":
        decoding = Decoding(decoding.encoding, "skip")
    decoding = for_records(decoding)
    memory = Memory(path, languages, left_out, marks=isinstance(decoding, MarkedDecoding), keep_tags=keep_tags)
    pieces = _xml(read_pieces(peeked, path, decoding))
    yield from _each_unit(memory, pieces, path, left_out) if skips else _whole(memory, pieces, path)
    yield from memory.pairs.rest()
    memory.check()


def _xml(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the text as an XML parser takes it; ``standalone="yes"`` would forbid entities of HTML."""
    first = True
    for text in pieces:
        if first and (found := _STANDALONE.match(text)):
            text = text[: found.start(1)] + text[found.end(1) :]
        first = False
        yield text.replace(MARK, MARK_IN_XML)


def _whole(memory: Memory, pieces: Iterator[str], path: str) -> Iterator[PairRun]:
    """Parse the file as a whole; the first damage ends it."""
    parser = memory.parser
    is_empty = True
    try:
        for text in pieces:
            is_empty = False
            parser.Parse(text, False)
            yield from memory.pairs.full()
        parser.Parse("", True)
    except expat.ExpatError as error:
        yield from memory.pairs.rest()
        advice = "fix that line, leave such units out with --on-bad skip, or download the file again if it is truncated"
        raise _damaged(error, path, advice, is_empty=is_empty) from None
    except BadUnit:
        yield from memory.pairs.rest()
        raise


def _each_unit(memory: Memory, pieces: Iterator[str], path: str, left_out: LeftOut) -> Iterator[PairRun]:
    """Parse many units at once, and each by itself where one of them is bad."""
    head, rest = "", ""
    units: list[tuple[int, str]] = []
    size, begun = 0, False
    for part in UnitCutter().parts(pieces):
        if part.is_unit:
            if not begun:
                _parse_head(memory, head, path, final=False)
            begun, rest = True, ""
            units.append((part.line, part.text))
            size += len(part.text)
            if size > _BATCH:
                _take(memory, units, left_out)
                yield from memory.pairs.full()
                units, size = [], 0
        elif begun:
            rest = part.text
            left_out.count(STRAY, bool(_MARKUP.sub("", rest).strip()))
        else:
            head = part.text
    if not begun:
        _parse_head(memory, head, path, final=True)
        return
    _take(memory, units, left_out)
    left_out.count(NO_END, not _END.search(rest))


def _take(memory: Memory, units: list[tuple[int, str]], left_out: LeftOut) -> None:
    try:
        memory.parse_units(units)
    except BadUnit as error:
        if len(units) == 1:
            left_out.count(error.reason)
            return
        for unit in units:
            _take(memory, [unit], left_out)


def _parse_head(memory: Memory, head: str, path: str, *, final: bool) -> None:
    """Parse what stands before the first unit, which can't be left out."""
    try:
        memory.parser.Parse(head, final)
    except expat.ExpatError as error:
        raise _damaged(error, path, "mend the beginning of the file, or download it again", is_empty=not head) from None


def _damaged(error: expat.ExpatError, path: str, advice: str, *, is_empty: bool) -> InputError:
    reason = "the file is empty" if is_empty else expat.ErrorString(error.code)
    return InputError(f"{path}, line {error.lineno}, column {error.offset + 1}: damaged XML ({reason}); {advice}")
