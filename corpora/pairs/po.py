"""PO (GNU gettext): messages of a program and their translations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlpkit.corpora.pairs.marked import MARK
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRun, PairRuns
from nlpkit.errors import InputError, ParameterError

FUZZY = "fuzzy"
OBSOLETE = "obsolete"
HEADER = "header"
UNTRANSLATED = "untranslated"
DAMAGED = "damaged entry"

DECLARED = rb'"Content-Type:[^"\n]*charset=([A-Za-z0-9._:-]+)'
"""Pattern of the encoding that a file's header declares."""

_ADVICE = "or leave such entries out with --on-bad skip"
_FIRST = ("msgctxt", "msgid", "domain")
_LINE = re.compile(r'\s*(?:(msgctxt|msgid_plural|msgid|domain|msgstr(?:\[\d+\])?)\s*)?"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE = re.compile(r"((?:\\x[0-9A-Fa-f]{1,2}|\\[0-7]{1,3})+)|\\(.)")
_BYTE = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]+))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "'": "'"}


def read_po(
    lines: Iterable[tuple[int, list[str]]], path: str, *, encoding: str, left_out: LeftOut, on_bad: str = "error"
) -> Iterator[PairRun]:
    """Yield runs of pairs (msgid, msgstr), numbered by the line of their msgid.

    In a message with plurals, msgid is paired with the first form, and msgid_plural with all others (or with the only
    form). The header, fuzzy, obsolete and untranslated entries are skipped.

    Parameters
    ----------
    lines : iterable of (int, list of str)
        See `nlpkit.corpora.lines.read_lines`.
    path : str
        File name, for messages.
    encoding : str
        Encoding of bytes that are written as ``\\x..``.
    left_out : LeftOut
        Counter of skipped entries.
    on_bad : {"error", "skip"}
        An entry that can't be read is an error, or is skipped and counted. It ends at a blank line, a comment or the
        next msgid.

    Raises
    ------
    InputError
        If a line is not PO, or an entry is incomplete.
    ParameterError
        If ``on_bad`` is unknown.
    """
    if on_bad not in ("error", "skip"):
        raise ParameterError(f"on_bad is {on_bad!r}: choose error or skip")
    entries = _Entries(path, encoding, left_out, skips=on_bad == "skip")
    for first, run in lines:
        for number, line in enumerate(run, first):
            entries.take(number, line)
            yield from entries.pairs.full()
    entries.end()
    yield from entries.pairs.rest()


class _Entries:
    """The current entry, and the pairs of the previous ones."""

    def __init__(self, path: str, encoding: str, left_out: LeftOut, *, skips: bool) -> None:
        self.pairs = PairRuns()
        self._path = path
        self._encoding = encoding
        self._left_out = left_out
        self._skips = skips
        self._fuzzy = False
        self._clear()

    def _clear(self) -> None:
        self._parts: dict[str, list[str]] = {}
        self._part: list[str] | None = None
        self._number = 0
        self._is_fuzzy = self._is_marked = self._is_bad = False

    @property
    def _done(self) -> bool:
        return any(name.startswith("msgstr") for name in self._parts)

    def take(self, number: int, line: str) -> None:
        """Process a line."""
        try:
            self._take(number, line)
        except InputError:
            if not self._skips:
                raise
            if self._done and line.lstrip().startswith(_FIRST):
                self.end()
            self._is_bad = True

    def _take(self, number: int, line: str) -> None:
        start = line.lstrip()[:2]
        if not start or start[0] == "#":
            self._comment(start, line.strip())
            return
        found = _LINE.match(line)
        if found is None:
            raise InputError(
                f"{self._path}, line {number}: found {_shown(line)}, expected msgid or msgstr with a quoted text; "
                f"mend the line, {_ADVICE}"
            )
        keyword, text = found.groups()
        if keyword is not None:
            self._begin(keyword, number)
        elif self._part is None:
            raise InputError(
                f"{self._path}, line {number}: found a quoted text, expected msgid or msgstr before it; add it, "
                f"{_ADVICE}"
            )
        assert self._part is not None
        self._is_marked = self._is_marked or MARK in text
        self._part.append(self._plain(text, number) if "\\" in text else text)

    def end(self) -> None:
        """Finish the current entry, if any."""
        parts = {name: "".join(texts) for name, texts in self._parts.items()}
        number, fuzzy, marked, bad = self._number, self._is_fuzzy, self._is_marked, self._is_bad
        self._clear()
        if bad:
            self._fuzzy = False
            self._left_out.count(DAMAGED)
            return
        parts.pop("domain", None)
        if not parts:
            return
        forms = [text for name, text in parts.items() if name.startswith("msgstr")]
        if "msgid" not in parts or not forms:
            if self._skips:
                self._left_out.count(DAMAGED)
                return
            missing = "msgstr" if "msgid" in parts else "msgid"
            raise InputError(f"{self._path}, line {number}: the entry has no {missing}; add it, {_ADVICE}")
        if not parts["msgid"] and "msgctxt" not in parts:
            self._left_out.count(HEADER)
        elif fuzzy:
            self._left_out.count(FUZZY)
        elif not any(forms):
            self._left_out.count(UNTRANSLATED)
        elif marked:
            self._left_out.count(UNDECODABLE)
        else:
            plural = parts.get("msgid_plural", parts["msgid"])
            for index, form in enumerate(forms):
                singular = index == 0 and len(forms) > 1
                if form:
                    self.pairs.add(number, parts["msgid"] if singular else plural, form)

    def _comment(self, start: str, line: str) -> None:
        if self._done or self._is_bad:
            self.end()
        if start == "#,":
            self._fuzzy = self._fuzzy or "fuzzy" in re.split(r"[,\s]+", line)
        elif start == "#~":
            self._fuzzy = False
            if re.match(r"#~\s*msgid\s", line):
                self._left_out.count(OBSOLETE)

    def _begin(self, keyword: str, number: int) -> None:
        if keyword in _FIRST and (self._done or self._is_bad or (self._skips and keyword in self._parts)):
            self.end()
        elif keyword in self._parts:
            raise InputError(
                f"{self._path}, line {number}: found a second {keyword} in one entry; remove one, {_ADVICE}"
            )
        if not self._parts:
            self._number = number
            self._is_fuzzy, self._fuzzy = self._fuzzy, False
        if keyword == "msgid":
            self._number = number
        self._part = self._parts.setdefault(keyword, [])

    def _plain(self, text: str, number: int) -> str:
        def plain(found: re.Match[str]) -> str:
            if found[1] is not None:
                values = [int(a, 16) if a else int(b, 8) & 0xFF for a, b in _BYTE.findall(found[1])]
                return bytes(values).decode(self._encoding)
            return _ESCAPES[found[2]]

        try:
            return _ESCAPE.sub(plain, text)
        except KeyError as error:
            raise InputError(
                f"{self._path}, line {number}: \\{error.args[0]} is not an escape; write \\\\ for a backslash, "
                f"{_ADVICE}"
            ) from None
        except UnicodeDecodeError:
            raise InputError(
                f"{self._path}, line {number}: bytes written as \\x.. are not {self._encoding}; mend them, {_ADVICE}"
            ) from None


def _shown(line: str) -> str:
    text = line.strip()
    return repr(text if len(text) <= 60 else text[:57] + "...")
