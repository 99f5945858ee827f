"""Sentences of a text, by the sentencex library of Wikimedia, which has rules for some 240 languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .abbreviations import LONGEST, goes_on
from .protected_spans import protected_spans
from .unspaced import is_east_asian

UNKNOWN = "en"
"""Rules for a language that is not known; they also know the full stops of other scripts."""

_MAY_END = re.compile(r"""[.!?…‽؟۔।॥։။៕።]["'”’»)\]]*\s+\S|[。｡！？]["'”’»）」』]*\s*\w""")
_INITIAL = re.compile(r"(?:^|[\s(])([^\W\d_])\.\s*$")
_LINE_END = re.compile(r"[\n\r]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_SPACE = re.compile(r"[^\S\n\r ]")  # sentencex fails at some of them, such as NBSP
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """The sentences of a text.

    Attributes
    ----------
    texts : list of str
        The sentences, without white space around them. A number, such as that of a list's entry, belongs to the next
        sentence, and a text without words is one sentence.
    between : list of str
        The white space between them, one less.
    """

    texts: list[str]
    between: list[str]

    def joined(self, translations: list[str]) -> str:
        """Join translations of the sentences by the white space that stood between the sentences.

        Sentences in Chinese and Japanese are joined without spaces. If there was no white space, a space joins others.

        Examples
        --------
        >>> english = split_sentences("One.  Two.")
        >>> english.joined(["Eins.", "Zwei."]), english.joined(["一。", "二。"])
        ('Eins.  Zwei.', '一。二。')
        >>> split_sentences("一。二。").joined(["One.", "Two."])
        'One. Two.'
        """
        whole = translations[0]
        for space, text in zip(self.between, translations[1:], strict=True):
            if not whole or not text:
                whole += text
                continue
            is_joined = is_east_asian(whole[-1]) or is_east_asian(text[0])
            if is_joined and not _LINE_END.search(space):
                space = ""
            whole += (space or ("" if is_joined else " ")) + text
        return whole


def split_sentences(text: str, language: str | None = None) -> Sentences:
    """Split a text into its sentences.

    Parameters
    ----------
    text : str
    language : str, optional
        Code of its language, for abbreviations such as ``z. B.``.

    Examples
    --------
    >>> split_sentences("Dr. Smith sleeps.  Really?\\nYes.")
    Sentences(texts=['Dr. Smith sleeps.', 'Really?', 'Yes.'], between=['  ', '\\n'])
    """
    from sentencex import segment

    protected = protected_spans(text)
    ends: list[int] = []
    place, held = 0, ""
    plain = _OTHER_SPACE.sub(" ", _SURROGATE.sub("\ufffd", text))
    code = re.split("[-_]", language or UNKNOWN)[0].lower()
    for piece in segment(code, plain):
        place += len(piece)
        held += piece
        if ends and (not _WORD.search(held) or _is_within(text, ends[-1], code, protected)):
            ends[-1] = place
        elif not _LETTER.search(held) or _ends_with_initial(held):
            continue
        else:
            ends.append(place)
        held = ""
    if not ends or _LETTER.search(held):
        ends.append(len(text))
    ends[-1] = len(text)
    begins = [0, *ends[:-1]]
    spans = [_stripped(text, begin, end) for begin, end in zip(begins, ends, strict=True)]
    return Sentences(
        texts=[text[begin:end] for begin, end in spans],
        between=[text[end:begin] for (_, end), (begin, _) in pairwise(spans)],
    )


def count_sentences(text: str, language: str | None = None) -> int:
    """Return the number of sentences, at least 1.

    Examples
    --------
    >>> count_sentences("Dr. Smith sleeps. Really?"), count_sentences("3.5 million"), count_sentences("一。二。")
    (2, 1, 2)
    """
    return len(split_sentences(text, language).texts) if _MAY_END.search(text) else 1


def _stripped(text: str, begin: int, end: int) -> tuple[int, int]:
    part = text[begin:end]
    begin += len(part) - len(part.lstrip())
    return begin, max(begin, end - len(part) + len(part.rstrip()))


def _is_within(text: str, end: int, language: str, protected: list[tuple[int, int]]) -> bool:
    """Whether a place is within a sentence, or within a part that is not translated."""
    if any(first < end < last for first, last in protected):
        return True
    around = text[max(0, end - 2 * LONGEST) : end], text[end : end + LONGEST]
    before, after = around[0].rstrip(), around[1].lstrip()
    space = around[0][len(before) :] + around[1][: len(around[1]) - len(after)]
    return not _LINE_END.search(space) and goes_on(before, after, language)


def _ends_with_initial(text: str) -> bool:
    """Whether a text ends with a title or the initial of a name, as in "M. Dupont", and not with the word "I"."""
    found = _INITIAL.search(text)
    return found is not None and found[1].isupper() and found[1] != "I"
