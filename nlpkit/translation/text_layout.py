"""`TextLayout`: the parts of a text that are translated; white space and what has no words are copied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nlpkit.text.protected_spans import protected_spans
from nlpkit.text.sentences import split_sentences
from nlpkit.text.unspaced import is_east_asian

MOST_PIECES = 200
"""Sub-words of a sentence; longer ones are cut."""

Span = tuple[int, int]

_SEGMENT = re.compile(r"[^\t\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_MARKER = re.compile(r"\s*(?:[-*+•‣·–—>#]+\s+)*(?:\(?\d{1,3}[.)]\s+)?")  # of a list's entry, a heading or a quotation
_LETTER = re.compile(r"[^\W\d_]")
_LINE_END = re.compile(r"[\n\r]")
_PART = re.compile(r"\s*(?:[^\s。，、；！？]*[。，、；！？]|[^\s。，、；！？]+)")
_CUTS = (re.compile(r"[;:；。！？]$"), re.compile(r"[,，、]$"), re.compile(""))  # from best to worst
_CHARACTERS = 100  # of an East Asian clause, when it is cut anywhere


@dataclass(frozen=True, kw_only=True)
class TextLayout:
    r"""The sentences of a text that are translated; all else is copied.

    Attributes
    ----------
    source : str
    spans : list of (int, int)
        Begin and end of each sentence.

    Examples
    --------
    >>> layout = TextLayout.of("- One.  Two.\n\n\t----\n Three", "en")
    >>> layout.texts
    ['One.', 'Two.', 'Three']
    >>> layout.joined(["Eins.", "Zwei.", "Drei"])[0]
    '- Eins.  Zwei.\n\n\t----\n Drei'
    """

    source: str
    spans: list[Span]

    @classmethod
    def of(
        cls,
        text: str,
        language: str | None = None,
        *,
        most: int = 1,
        count_pieces: Callable[[Sequence[str]], list[int]] | None = None,
    ) -> TextLayout:
        """Return the layout of a text.

        Tabs and line ends separate what is translated. A segment of more than ``most`` sentences is split into them,
        and a sentence of more than `MOST_PIECES` sub-words at a semicolon, a comma or a space. A longer word is copied.

        Parameters
        ----------
        text : str
        language : str, optional
            Code of its language.
        most : int
        count_pieces : callable, optional
            Returns the number of sub-words of each text; default: none is counted.
        """
        spans = [span for found in _SEGMENT.finditer(text) for span in _sentences(text, found.span(), language, most)]
        if count_pieces is not None and any(len(text[begin:end].encode()) >= MOST_PIECES for begin, end in spans):
            spans = [part for span in spans for part in _cut(text, span, count_pieces)]
        return cls(source=text, spans=spans)

    @property
    def texts(self) -> list[str]:
        """The sentences."""
        return [self.source[begin:end] for begin, end in self.spans]

    def joined(self, translations: Sequence[str]) -> tuple[str, list[Span]]:
        """Return the text with translations of its sentences, and where each of them begins and ends.

        Sentences in Chinese and Japanese are joined without spaces. If there was no white space, a space joins others.
        """
        whole, places, end = "", [], 0
        for (begin, next_end), made in zip(self.spans, translations, strict=True):
            between = self.source[end:begin]
            if whole and made and not between.strip() and not _LINE_END.search(between):
                is_joined = is_east_asian(whole[-1]) or is_east_asian(made[0])
                between = "" if is_joined and "\t" not in between else between or " "
            whole += between + made
            places.append((len(whole) - len(made), len(whole)))
            end = next_end
        return whole + self.source[end:], places


def _sentences(text: str, span: Span, language: str | None, most: int) -> Iterator[Span]:
    """Yield the sentences of a segment that have words."""
    begin, end = span
    segment = text[begin:end]
    if not _has_words(segment):
        return
    marker = _MARKER.match(segment)
    begin += marker.end() if marker else 0
    segment = segment[marker.end() if marker else 0 :].strip()
    found = split_sentences(segment, language)
    if len(found.texts) <= most:
        yield begin, begin + len(segment)
        return
    for sentence, space in zip(found.texts, [*found.between, ""], strict=True):
        if _has_words(sentence):
            yield begin, begin + len(sentence)
        begin += len(sentence) + len(space)


def _has_words(text: str) -> bool:
    """Whether a text has a letter outside of its protected parts."""
    if not _LETTER.search(text):
        return False
    ends = [0, *(place for span in protected_spans(text) for place in span), len(text)]
    return any(_LETTER.search(text, begin, end) for begin, end in zip(ends[::2], ends[1::2], strict=True))


def _cut(text: str, span: Span, count_pieces: Callable[[Sequence[str]], list[int]]) -> Iterator[Span]:
    """Yield the parts of a sentence that have at most `MOST_PIECES` sub-words, cut at the best places."""
    begin, end = span
    [whole] = count_pieces([text[begin:end]])
    if whole <= MOST_PIECES:
        yield span
        return
    parts = [part for found in _PART.finditer(text, begin, end) for part in _clauses(text, found.span())]
    sizes = count_pieces([text[first:last] for first, last in parts])
    first = 0
    while first < len(parts):
        last, room = first, MOST_PIECES
        while last < len(parts) and sizes[last] <= room:
            room -= sizes[last]
            last += 1
        if last == first:  # a word that is too long is copied
            first += 1
            continue
        if last < len(parts):
            last = _best_cut(text, parts, first, last)
        part = text[parts[first][0] : parts[last - 1][1]]
        if _has_words(part):
            yield parts[first][0] + len(part) - len(part.lstrip()), parts[last - 1][1]
        first = last


def _clauses(text: str, span: Span) -> Iterator[Span]:
    """Yield a word, or a clause of an East Asian language in parts of `_CHARACTERS`."""
    begin, end = span
    step = _CHARACTERS if is_east_asian(text[begin:end].strip()[0]) else end - begin
    for place in range(begin, end, step):
        yield place, min(place + step, end)


def _best_cut(text: str, parts: Sequence[Span], first: int, last: int) -> int:
    """Return where to cut before ``last``: behind the last semicolon or comma of the second half, else anywhere."""
    for cut in _CUTS:
        for place in range(last, (first + last) // 2, -1):
            if cut.search(text[slice(*parts[place - 1])]):
                return place
    return last
