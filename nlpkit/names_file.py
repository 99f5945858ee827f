"""Columns' names in a file of their own: one a line, in the order of the columns.

A backslash, a newline and a carriage return in a name are written ``\\\\``, ``\\n`` and ``\\r``, and a lone
surrogate, which UTF-8 can't hold, as ``\\udXXX``: `nlpkit.text.terms.Terms.from_lines` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import IO

ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})


def write_names(file: IO[bytes], names: Iterable[str]) -> None:
    """Write ``names`` to the binary ``file``, a batch at a time."""
    remaining = iter(names)
    while batch := list(islice(remaining, 65536)):
        lines = "\n".join([name.translate(ESCAPES) for name in batch]) + "\n"
        file.write(lines.encode("utf-8", "backslashreplace"))
