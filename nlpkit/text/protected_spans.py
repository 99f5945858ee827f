"""Parts of a text that stand unchanged in each translation: URLs, e-mail addresses, code, placeholders, tags, emoji."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMED = {
    "mark": r"⟦\w+⟧",
    "code": r"(?P<tick>`+)(?!`)[^\n]+?(?<!`)(?P=tick)(?!`)",
    "url": r"\b(?:(?:https?|ftps?|file)://|mailto:|www\.)[^\s<>\"`]+",
    "email": r"\b[\w.+-]+@(?:[\w-]+\.)+[a-zA-Z]{2,}\b",
    "tag": r"</?[a-zA-Z][\w:-]*(?:\s[^<>\n]*)?/?>|</?\d+/?>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);",
    "placeholder": r"\$?\{\{[^{}\n]*\}\}|[$#%@]?\{[\w.:!,\[\]-]*\}"
    r"|%(?:\(\w+\)|\d+\$)?[-+0#]*\d*(?:\.\d+)?l{0,2}[sdifuxcg@]\b|%\w+%",
    "emoji": "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2"
    "\u25aa-\u27bf\u2934-\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0e\ufe0f\u20e3"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*)"
    "(?:\u200d[\u2640-\u2764\U0001f000-\U0001faff][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*)*",
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _NAMED.items()))
_AFTER_URL = ".,;:!?'\u2019\u201d\u00bb*_"
_CLOSING = {")": "(", "]": "["}


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Find the parts of a text that stand unchanged in each translation.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (int, int)
        Begin and end of each part, in order; they don't overlap. Punctuation after a URL is not part of it.

    Examples
    --------
    >>> text = "Run `ls -l` in {folder}, see https://example.org/a_(b). \\U0001f600 100 % sure"
    >>> [text[begin:end] for begin, end in protected_spans(text)]
    ['`ls -l`', '{folder}', 'https://example.org/a_(b)', '😀']
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    while found := _PATTERN.search(text, begin):
        span = found.start(), found.end()
        if found["url"]:
            span = span[0], span[0] + len(_without_punctuation(found["url"]))
        spans.append(span)
        begin = span[1]
    return spans


def found_outside(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what a pattern finds in a text without a character of its protected parts."""
    spans = protected_spans(text)
    for found in pattern.finditer(text):
        if not any(begin < found.end() and found.start() < end for begin, end in spans):
            yield found


def _without_punctuation(url: str) -> str:
    while url[-1] in _AFTER_URL or (url[-1] in _CLOSING and url.count(url[-1]) > url.count(_CLOSING[url[-1]])):
        url = url[:-1]
    return url
