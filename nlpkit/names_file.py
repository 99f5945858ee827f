"""Columns' names in a file of their own: one a line, in the order of the columns.

A backslash, a newline and a carriage return in a name are written ``\\\\``, ``\\n`` and ``\\r``, and a lone
surrogate, which UTF-8 can't hold, as ``\\udXXX``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import islice
from typing import IO

ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
PLAIN = {"\\": "\\", "n": "\n", "r": "\r"}


def write_names(file: IO[bytes], names: Iterable[str]) -> None:
    """Write ``names`` to the binary ``file``, a batch at a time."""
    remaining = iter(names)
    while batch := list(islice(remaining, 65536)):
        lines = "\n".join([name.translate(ESCAPES) for name in batch]) + "\n"
        file.write(lines.encode("utf-8", "backslashreplace"))


def read_names(path: str | os.PathLike[str]) -> list[str]:
    """Return the names that `write_names` wrote to ``path``."""
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    return [re.sub(r"\\(u(d[0-9a-f]{3})|.)", _plain, line) if "\\" in line else line for line in lines[:-1]]


def _plain(escape: re.Match[str]) -> str:
    return chr(int(escape[2], 16)) if escape[2] else PLAIN[escape[1]]
