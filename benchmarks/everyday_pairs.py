"""Pairs of everyday sentences in English, French and German, on which the translation model of the package is trained.

    python benchmarks/everyday_pairs.py FOLDER --data ../shared/data [--language fr]

| file | what |
|---|---|
| train.tsv | all directions; a source begins with the tag of its target, such as ⟦fr⟧ |
| valid.tsv | 500 development pairs of each direction, with tags |
| dev-en-fr.tsv, … | distinct development sources of a direction, and the first reference of each |
| test-en-fr.tsv, … | the same of the test part |
| tldr-test-en-fr.tsv, … | the test part of the descriptions of commands |

The part of a pair is the SHA-256 of its English sentence, modulo 60: 0 is test, 1 development; of the descriptions of
commands modulo 10: 0 is test. No sentence of a test or development pair, in any language, is trained on. Kinds of
text that Tatoeba lacks are made of its training pairs: marks of protected parts (⟦0⟧ to ⟦15⟧) in place of names and
numbers, several sentences in one text, capitals, missing stops.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from nlpkit.text.protected_spans import protected_spans

OTHERS = {"fr": "fra", "de": "deu"}
N_MARKS = 16
MARKED, JOINED, NO_STOP, LOWER, CAPITALS = 0.1, 0.05, 0.04, 0.01, 0.01  # shares of the pairs

Pair = tuple[str, str]
_WORD = re.compile(r"\b[^\W\d_]\w+(?:-\w+)*\b|\b\d+(?:[.,:]\d+)*\b")
_STOP = re.compile(r"[\s\u00a0\u202f]*[.!?…]+$")


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--language", choices=OTHERS, help="beside English; default: both")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write_files(arguments.folder, arguments.data, arguments.language, seed=arguments.seed)


def write_files(folder: Path, data: Path, language: str | None = None, *, seed: int) -> None:
    """Write the files into a folder, of one language beside English or of both."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files(data, [language] if language else list(OTHERS), random.Random(seed)):
        with open(folder / name, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(f"{src}\t{trg}\n" for src, trg in [("src", "trg"), *rows])
        print(f"{name}: {len(rows):,}")


def files(data: Path, others: list[str], draw: random.Random) -> Iterator[tuple[str, list[Pair]]]:
    """Yield the name and the pairs of each file; held out is what a test or development part of any language holds."""
    everyday = {other: list(tatoeba(data, other)) for other in OTHERS}
    commands = {other: list(descriptions(data, other)) for other in OTHERS}
    held = sentences_of_parts(everyday, 60, (0, 1)) | sentences_of_parts(commands, 10, (0,))
    both = [side for pairs in everyday.values() for pair in pairs for side in pair]
    common = {word for text in both for word in _WORD.findall(text) if word.islower()}
    valid: list[Pair] = []
    train: list[Pair] = []
    for other in others:
        sound = [pair for pair in everyday[other] if held.isdisjoint(pair)]
        real = [pair for pair in commands[other] if held.isdisjoint(pair)]
        for src, trg, turned in (("en", other, False), (other, "en", True)):
            dev = first(turn(of_part(everyday[other], 60, 1), turned))
            yield f"dev-{src}-{trg}.tsv", dev
            valid += tagged(draw.sample(dev, 500), trg)
            yield f"test-{src}-{trg}.tsv", first(turn(of_part(everyday[other], 60, 0), turned))
            yield f"tldr-test-{src}-{trg}.tsv", first(turn(of_part(commands[other], 10, 0), turned))
            train += tagged(made(turn(sound, turned), common, draw), trg)
            train += tagged(with_marks(turn(real, turned), draw), trg)
    draw.shuffle(valid)
    yield "valid.tsv", valid
    yield "train.tsv", train


def tatoeba(data: Path, other: str) -> Iterator[Pair]:
    """Yield English sentences and their translations."""
    path = data / "parallel" / "tatoeba" / f"eng-{OTHERS[other]}.tsv.zst"
    with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        yield from map(pair_of, lines)


def descriptions(data: Path, other: str) -> Iterator[Pair]:
    """Yield English descriptions of commands and their translations."""
    path = data / "parallel" / "tldr" / f"eng-{OTHERS[other]}.tsv"
    with open(path, encoding="utf-8", newline="\n") as lines:
        yield from map(pair_of, lines)


def pair_of(line: str) -> Pair:
    """Return the two cells of a line."""
    english, other = line.rstrip("\n").split("\t")
    return english, other


def of_part(pairs: Iterable[Pair], modulus: int, part: int) -> list[Pair]:
    """Return the pairs of a part."""
    return [pair for pair in pairs if int(hashlib.sha256(pair[0].encode()).hexdigest(), 16) % modulus == part]


def sentences_of_parts(pairs: dict[str, list[Pair]], modulus: int, parts: Iterable[int]) -> set[str]:
    """Return both sides of all pairs of some parts."""
    return {side for part in parts for other in pairs for pair in of_part(pairs[other], modulus, part) for side in pair}


def turn(pairs: Iterable[Pair], turned: bool) -> list[Pair]:
    """Return the pairs, or the pairs with their sides exchanged."""
    return [(trg, src) if turned else (src, trg) for src, trg in pairs]


def first(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the first pair of each source."""
    chosen: dict[str, str] = {}
    for src, trg in pairs:
        chosen.setdefault(src, trg)
    return list(chosen.items())


def tagged(pairs: Iterable[Pair], language: str) -> list[Pair]:
    """Put the tag of the target before the sources."""
    return [(f"⟦{language}⟧ {src}", trg) for src, trg in pairs]


def made(pairs: list[Pair], common: set[str], draw: random.Random) -> list[Pair]:
    """Change some pairs, and append texts of several sentences."""
    rows = list(pairs)
    places = {number: equal for number, pair in enumerate(pairs) if (equal := equal_words(pair, common))}
    for number in draw.sample(sorted(places), min(len(places), round(MARKED * len(pairs)))):
        marks = iter(draw.sample(range(N_MARKS), len(places[number])))
        rows[number] = put_marks(pairs[number], dict(zip(places[number], marks, strict=True)))
    for share, change in ((NO_STOP, without_stop), (LOWER, lowered), (CAPITALS, capitals)):
        for number in draw.sample(range(len(rows)), round(share * len(rows))):
            if "⟦" not in rows[number][0]:
                rows[number] = change(rows[number])
    for _ in range(round(JOINED * len(pairs))):
        several = draw.sample(pairs, draw.randint(2, 4))
        rows.append((" ".join(src for src, _ in several), " ".join(trg for _, trg in several)))
    return rows


def equal_words(pair: Pair, common: set[str]) -> list[str]:
    """Return the names and numbers that stand once on both sides."""
    src, trg = (_WORD.findall(side) for side in pair)
    return [
        word
        for word in src
        if (word[0].isdigit() or (word[0].isupper() and word.lower() not in common))
        and src.count(word) == trg.count(word) == 1
    ][:N_MARKS]


def put_marks(pair: Pair, marks: dict[str, int]) -> Pair:
    """Replace words by marks."""
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in marks))
    src, trg = (pattern.sub(lambda found: f"⟦{marks[found[0]]}⟧", side) for side in pair)
    return src, trg


def with_marks(pairs: Iterable[Pair], draw: random.Random) -> list[Pair]:
    """Return the pairs, and those whose protected parts are the same on both sides twice more, with marks for these."""
    rows = list(pairs)
    for pair in list(rows):
        src, trg = ([side[begin:end] for begin, end in protected_spans(side)] for side in pair)
        if src and sorted(src) == sorted(trg) and len(set(src)) == len(src):
            for _ in range(2):
                marks = draw.sample(range(N_MARKS), len(src))
                sides = list(pair)
                for number, side in enumerate(sides):
                    for part, mark in zip(src, marks, strict=True):
                        side = side.replace(part, f"⟦{mark}⟧")
                    sides[number] = side
                rows.append((sides[0], sides[1]))
    return rows


def without_stop(pair: Pair) -> Pair:
    """Remove the full stops, question and exclamation marks at the ends."""
    src, trg = (_STOP.sub("", side) for side in pair)
    return src, trg


def lowered(pair: Pair) -> Pair:
    """Write all in lower case, without a stop."""
    src, trg = (side.lower() for side in without_stop(pair))
    return src, trg


def capitals(pair: Pair) -> Pair:
    """Write all in capitals."""
    src, trg = (side.upper() for side in pair)
    return src, trg


if __name__ == "__main__":
    main()
