"""Equality with scikit-learn over a grid of options, sets of texts, and the code paths that lead to a matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
from parity_options import GRID, label
from parity_oracle import Outcome, difference, embed, ours, peer
from parity_texts import SETS, UNSEEN, declaration, long_line, naughty_strings

from nlpkit.errors import InputError

CODE_PATHS = {"plain": (10**12, None, 1), "compiled": (0, None, 1), "batches": (0, 50, 2)}
IDS = [label(kind, options) for kind, options in GRID]
TEXTS: dict[str, Callable[[], list[str]]] = {
    **{name: lambda name=name: SETS[name] for name in SETS},
    "declaration": declaration,
    "naughty strings": naughty_strings,
    "long line": lambda: [long_line()],
    "short and long": lambda: ["short", long_line(), "", "short again"],
}


def every_combination(first: str) -> pytest.MarkDecorator:
    """Parametrize a test by all combinations, on one code path each, in turns beginning with ``first``."""
    paths = [*CODE_PATHS]
    turn = paths.index(first)
    pairs = [(number, paths[(turn + number) % len(paths)]) for number in range(len(GRID))]
    names = [f"{name}-{path}" for name, (_, path) in zip(IDS, pairs, strict=True)]
    return pytest.mark.parametrize(("number", "threads"), pairs, ids=names, indirect=["threads"])


@pytest.fixture
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Force one of the code paths; return its number of threads."""
    from nlpkit.text.counting import rows as counting

    small, batch, threads = CODE_PATHS[request.param]
    monkeypatch.setattr(counting, "SMALL", small)
    if batch is not None:
        from nlpkit.text.counting import compiled as compiled_counting

        monkeypatch.setattr(counting, "BATCH", batch)
        monkeypatch.setattr(compiled_counting, "LOCAL_TERMS", 20)
    return threads


@cache
def expected(number: int, name: str) -> Outcome:
    """The outcome of scikit-learn for a combination of options and a set of texts."""
    kind, options = GRID[number]
    return embed(peer(kind, **deepcopy(options)), TEXTS[name](), UNSEEN)


def check(number: int, names: Iterable[str], threads: int) -> None:
    kind, options = GRID[number]
    found = {}
    for name in names:
        mine = embed(ours(kind, **deepcopy(options), threads=threads), TEXTS[name](), UNSEEN)
        found[name] = difference(mine, expected(number, name))
    differing = [f"{name}: {how}" for name, how in found.items() if how]
    if differing:
        pytest.fail("\n".join(differing), pytrace=False)


def test_the_grid_is_large() -> None:
    assert len(set(IDS)) == len(GRID) >= 200


@every_combination("plain")
def test_small_sets(number: int, threads: int) -> None:
    # HashingVectorizer takes no lone surrogates: the set without them is for it.
    check(number, [name for name in SETS if name != "valid" or GRID[number][0] == "hashing"], threads)


@pytest.mark.slow
@pytest.mark.data
@every_combination("compiled")
def test_all_languages(number: int, threads: int) -> None:
    check(number, ["declaration"], threads)


@pytest.mark.data
@every_combination("batches")
def test_naughty_strings(number: int, threads: int) -> None:
    check(number, ["naughty strings"], threads)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(GRID)), ids=IDS)
def test_one_long_line(number: int) -> None:
    threads = 1 + number % 2
    if GRID[number] == ("bow", {"dtype": np.uint8}):  # scikit-learn's counts begin again at 0
        with pytest.raises(InputError, match="is not within the range of dtype uint8"):
            ours("bow", dtype=np.uint8, threads=threads).fit_transform(TEXTS["long line"]())
        return
    check(number, ["long line"], threads)


@pytest.mark.parametrize("number", [GRID.index(("bow", {})), GRID.index(("bow", {"ngram_range": (1, 2)}))])
def test_one_line_of_a_megabyte(number: int) -> None:
    check(number, ["short and long"], 2)
