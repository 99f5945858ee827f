"""Count mannered phrases in the prose of the project, to keep it in plain English.

Usage::

    python docs/plain_words.py                      # a table of phrases with their counts
    python docs/plain_words.py --where              # and every place, as path:line
    python docs/plain_words.py --where speech docs  # only these files and folders

The prose is every line of the Markdown files, and the docstrings, comments and string messages of the Python files.
Code is not counted: a variable named ``told`` is not prose, nor is a string without a space, nor the ``{…}`` of an
f-string, nor a doctest's input. Phrases may run over a line's end; a line may open with quotes, ``#`` or a list marker.
"""

from __future__ import annotations

import argparse
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
FOLDERS = ["nlpkit", "speech", "corpora", "cli", "tests", "benchmarks", "docs"]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs"]
GAP = r'[\s#"]+'  # between two words: spaces, a line's end and the comment sign, or two joined string literals
OPENING = r"""(?:^|["'#])[\s#>*|.\d"'-]*"""
PHRASES = {
    "unless told": re.compile(rf"\bunless{GAP}told\b", re.IGNORECASE),
    "gone on with": re.compile(rf"\b(?:go|goes|going|gone|went){GAP}on{GAP}with\b", re.IGNORECASE),
    "road, roads": re.compile(r"\broads?\b", re.IGNORECASE),
    "tell, tells, told, telling": re.compile(r"\b(?:tells?|told|telling)\b", re.IGNORECASE),
    "so many": re.compile(rf"\bso{GAP}many\b", re.IGNORECASE),
    'lines that open with "What "': re.compile(rf"{OPENING}(?=What\s)", re.MULTILINE),
    'lines that open with "Of "': re.compile(rf"{OPENING}(?=Of\s)", re.MULTILINE),
}


def prose(path: Path) -> str:
    """Return the text of a file in which all code is replaced by spaces; every line keeps its place."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    lines = text.splitlines()
    kept = [[" "] * len(line) for line in lines]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind not in ("COMMENT", "STRING", "FSTRING_MIDDLE") or " " not in token.string:
            continue
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):
            line = lines[number - 1]
            part = slice(start if number == first else 0, end if number == last else len(line))
            if not line.lstrip().startswith((">>> ", "... ")):
                kept[number - 1][part] = re.sub(r"\{[^{}]*\}", lambda code: " " * len(code[0]), line[part])
    return "\n".join("".join(line) for line in kept)


def files(given: list[Path]) -> Iterator[Path]:
    """Yield the files to count in, sorted; default: those of the whole project."""
    if given:
        found = {path for place in given for path in (place.rglob("*") if place.is_dir() else [place])}
    else:
        found = {path for folder in FOLDERS for path in (TOP / folder).rglob("*.py")}
        found |= {path for page in PAGES for path in [TOP / page, *(TOP / page).glob("*.md")]}
    yield from sorted(path.resolve() for path in found if path.suffix in (".py", ".md"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Count mannered phrases in docstrings, comments, messages and docs.")
    parser.add_argument("--where", action="store_true", help="also print each place as path:line")
    parser.add_argument("paths", nargs="*", type=Path, help="files and folders (default: the whole project)")
    options = parser.parse_args()
    places: dict[str, list[str]] = {phrase: [] for phrase in PHRASES}
    for path in files(options.paths):
        if path == Path(__file__).resolve():
            continue  # its patterns hold every phrase
        text = prose(path)
        name = path.relative_to(TOP) if path.is_relative_to(TOP) else path
        for phrase, pattern in PHRASES.items():
            places[phrase] += [f"{name}:{text.count(chr(10), 0, found.end()) + 1}" for found in pattern.finditer(text)]
    for phrase, found in places.items():
        print(f"{phrase:<32}{len(found):>6}")
        if options.where:
            print("".join(f"    {place}\n" for place in found), end="")


if __name__ == "__main__":
    main()
