"""Subtitles in SubRip (.srt) and WebVTT (.vtt): sentences over several cues are translated whole.

A translated sentence is shared out among its cues by the proportions of the source, between words. Numbers, times,
settings, notes, styles and tags such as ``<i>`` and ``{\\an8}`` stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlpkit.errors import InputError
from nlpkit.text.sentences import split_sentences

from .caption_lines import LINE, LINES, TAG, cut, without_tags, wrapped
from .inline_tags import InlineTag
from .opening import Document
from .unit import Flag, Unit

FAST = 20.0
"""Characters per second that are too many to read."""

_PAUSE = 3.0  # seconds after which no sentence goes on
_MOST = 8  # cues of a sentence

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_TIMES = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?")
_DASH = re.compile(r"[-–—]\s*")
_ENDS = re.compile(r"[.!?…:。！？♪][\"'”’»)\]]*$")


@dataclass
class _Turn:
    """Lines of a cue by one speaker, as one text.

    Attributes
    ----------
    prefix, suffix : str
        Tags around all of it, and the dash that begins it.
    text : str
        The lines, joined by spaces, without tags.
    tags : list of InlineTag
        Tags within it.
    parts : list of (int, float, float)
        The units of which it holds a part: number, and the begin and end of the part as shares of the unit.
    """

    prefix: str
    text: str
    suffix: str
    tags: list[InlineTag]
    parts: list[tuple[int, float, float]] = field(default_factory=list)


@dataclass
class _Cue:
    """A cue: its times in seconds, and the turns of its text."""

    number: int
    start: float
    end: float
    turns: list[_Turn]


class Subtitles(Document):
    """A file of subtitles.

    Parameters
    ----------
    text : str
        Content of the file.
    language : str, optional
        Code of its language, for the rules of sentences.

    Attributes
    ----------
    units : list of Unit
        The sentences.

    Raises
    ------
    InputError
        If there is no cue.

    Examples
    --------
    >>> first, second = "00:00:01,000 --> 00:00:02,000", "00:00:02,000 --> 00:00:04,000"
    >>> subtitles = Subtitles(f"1\\n{first}\\nI love\\n\\n2\\n{second}\\npizza.\\n")
    >>> [unit.text for unit in subtitles.units]
    ['I love pizza.']
    >>> print(subtitles.filled(["J'adore la pizza."]), end="")
    1
    00:00:01,000 --> 00:00:02,000
    J'adore
    <BLANKLINE>
    2
    00:00:02,000 --> 00:00:04,000
    la pizza.
    """

    def __init__(self, text: str, language: str | None = None) -> None:
        self.units: list[Unit] = []
        self._shares: list[list[float]] = []
        self._pieces: list[str | _Cue] = []
        lines = text.splitlines(keepends=True)
        self._line_end = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
        number = place = 0
        while place < len(lines):
            times = _TIMES.fullmatch(lines[place].rstrip("\r\n"))
            self._pieces.append(lines[place])
            place += 1
            if times is None:
                continue
            end = place
            while end < len(lines) and lines[end].strip() and not _TIMES.fullmatch(lines[end].rstrip("\r\n")):
                end += 1
            number += 1
            content = [line.rstrip("\r\n") for line in lines[place:end]]
            if any(any(map(str.isalpha, TAG.sub("", line))) for line in content):
                start, stop = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
                self._pieces.append(_Cue(number, start, stop, _turns(content)))
                if not lines[end - 1].endswith(("\n", "\r")):
                    self._pieces.append("")
                else:
                    self._pieces.append(self._line_end)
            else:
                self._pieces += lines[place:end]
            place = end
        if not number:
            raise InputError("there is no cue with times such as 00:00:01,000 --> 00:00:02,000: is it .srt or .vtt?")
        for group in _groups([piece for piece in self._pieces if isinstance(piece, _Cue)]):
            self._add_units(group, language)

    def _add_units(self, turns: list[_Turn], language: str | None) -> None:
        """Cut the text of turns into sentences, and note which turn holds which part of them."""
        whole, begins = "", []
        for turn in turns:
            whole += " " * bool(whole)
            begins.append(len(whole))
            whole += turn.text
        ends = [begin + len(turn.text) for begin, turn in zip(begins, turns, strict=True)]
        tags = [_moved(tag, begin) for begin, turn in zip(begins, turns, strict=True) for tag in turn.tags]
        place = 0
        for sentence in split_sentences(whole, language).texts:
            place = whole.index(sentence, place)
            last = place + len(sentence)
            own = [tag for tag in tags if place <= tag.begin and tag.end <= last]
            tags = [tag for tag in tags if tag not in own]
            for begin, end, turn in zip(begins, ends, turns, strict=True):
                if begin < last and place < end:
                    shares = ((max(begin, place) - place) / len(sentence), (min(end, last) - place) / len(sentence))
                    turn.parts.append((len(self.units), *shares))
            self._shares.append(
                [turn.parts[-1][2] for turn in turns if turn.parts and turn.parts[-1][0] == len(self.units)]
            )
            self.units.append(Unit(text=sentence, tags=tuple(_moved(tag, -place) for tag in own)))
            place = last
        for tag in tags:  # over several sentences: around the turn that it begins in
            number = max(number for number, begin in enumerate(begins) if begin <= tag.begin)
            turns[number].prefix += tag.opening
            turns[number].suffix = tag.closing + turns[number].suffix

    def filled(self, texts: Sequence[str]) -> str:
        """Return the file with the translations of its units, which contain their tags."""
        shared = [cut(text, shares[:-1]) for text, shares in zip(texts, self._shares, strict=True)]
        places = dict.fromkeys(range(len(texts)), 0)
        written: list[str] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                written.append(piece)
                continue
            lines: list[str] = []
            for turn in piece.turns:
                parts = []
                for number, _, _ in turn.parts:
                    parts.append(shared[number][places[number]])
                    places[number] += 1
                text = " ".join(part for part in parts if part)
                room = 1 if len(piece.turns) > 1 else LINES
                broken = wrapped(text, room)
                lines += [turn.prefix + broken[0], *broken[1:]]
                lines[-1] += turn.suffix
            written.append(self._line_end.join(lines))
        return "".join(written)

    def flags(self, translated: str) -> list[Flag]:
        """Return the cues of a translated file that are too long or too fast to read."""
        found = []
        for cue in Subtitles(translated)._cues():
            length = sum(len(turn.text) for turn in cue.turns)
            if cue.end > cue.start and length / (cue.end - cue.start) > FAST:
                speed = length / (cue.end - cue.start)
                found.append(Flag(place=f"cue {cue.number}", text=f"{speed:.0f} characters per second"))
            if length > LINE * LINES:
                found.append(Flag(place=f"cue {cue.number}", text=f"{length} characters"))
        return found

    def _cues(self) -> list[_Cue]:
        return [piece for piece in self._pieces if isinstance(piece, _Cue)]


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds) + float(f"0.{fraction}")


def _turns(lines: list[str]) -> list[_Turn]:
    """Return the turns of a cue: a line each if all begin with a dash, else all lines together."""
    plain = [TAG.sub("", line).lstrip() for line in lines]
    if len(lines) > 1 and all(_DASH.match(line) for line in plain):
        return [_turn(line) for line in lines]
    return [_turn(" ".join(line.strip() for line in lines))]


def _turn(line: str) -> _Turn:
    text, tags = without_tags(line)
    dash = _DASH.match(text.lstrip())
    begin = len(text) - len(text.lstrip()) + (len(dash[0]) if dash else 0)
    end = max(begin, len(text.rstrip()))
    prefix = suffix = ""
    place = 0
    own: list[InlineTag] = []
    for tag in tags:
        if tag.begin <= begin and (tag.end >= end or not tag.closing):
            prefix += text[place : tag.begin] + tag.opening
            suffix = tag.closing + suffix
            place = tag.begin
        else:
            own.append(_moved(tag, -begin, end - begin))
    return _Turn(prefix=prefix + text[place:begin], text=text[begin:end], suffix=suffix, tags=own)


def _moved(tag: InlineTag, by: int, most: int | None = None) -> InlineTag:
    begin, end = (
        max(0, place + by) if most is None else min(max(0, place + by), most) for place in (tag.begin, tag.end)
    )
    return InlineTag(begin=begin, end=end, opening=tag.opening, closing=tag.closing)


def _groups(cues: Sequence[_Cue]) -> list[list[_Turn]]:
    """Return the turns whose sentences may go on from one to the next."""
    groups: list[list[_Turn]] = []
    last: _Cue | None = None
    for cue in cues:
        goes_on = (
            last is not None
            and len(last.turns) == len(cue.turns) == 1
            and len(groups[-1]) < _MOST
            and 0 <= cue.start - last.end <= _PAUSE
            and not _ENDS.search(last.turns[0].text)
            and not _DASH.match(cue.turns[0].prefix[-2:] or cue.turns[0].text)
        )
        if goes_on:
            groups[-1] += cue.turns
        else:
            groups += [[turn] for turn in cue.turns]
        last = cue
    return groups
