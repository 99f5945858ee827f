"""`check_pairs`: reports the problems of sentence pairs, and writes a cleaned copy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from nlpkit.corpora import PairBlock, Pairs, Texts
from nlpkit.corpora.pairs.pairs import holds_pairs
from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs.inputs import StrPath
from nlpkit.jobs.passes import Progress
from nlpkit.jobs.places import check_apart, check_place
from nlpkit.jobs.training_pairs import naming_options_of

from .examples import PairExamples
from .output import PairOutput, check_pair_output
from .report import DEFAULT_DROP, PROBLEMS, CorpusReport, Overlap, Problem

if TYPE_CHECKING:
    import numpy as np

    from .text_overlap import TextOverlap


def check_pairs(
    pairs: Pairs,
    *,
    tests: Iterable[Pairs | Texts | StrPath] = (),
    output: StrPath | None = None,
    out_src: StrPath | None = None,
    out_trg: StrPath | None = None,
    drop: Iterable[str] = DEFAULT_DROP,
    max_length: int = 1000,
    max_ratio: float = 9.0,
    examples: int = 3,
    progress: Progress | None = None,
) -> CorpusReport:
    """Report the problems of sentence pairs, and write a copy without them if asked.

    The pairs are read once to measure them, and again for the examples and the copy. Memory holds hashes, about 25
    bytes a pair, and no text.

    Parameters
    ----------
    pairs : Pairs
    tests : iterable of Pairs, Texts or path
        Sets that the corpus should not overlap with: pairs, or sources alone. A path is read as pairs if its suffix
        says so, else as lines of sources.
    output : path, optional
        Where a cleaned copy goes: ``.tsv`` or ``.jsonl``.
    out_src, out_trg : path, optional
        Two files for it instead.
    drop : iterable of str
        The problems, of `PROBLEMS`, for which a pair is left out of the copy. Of pairs that repeat one another the
        first stays.
    max_length : int
        Characters of a side beyond which it is too long.
    max_ratio : float
        Lengths that differ by a larger factor never go together. Otherwise the corpus says what is usual: the median of
        the logarithms of its ratios, give or take 6 of their robust standard deviations (from the median absolute
        deviation), at least a factor of 2.
    examples : int
        How many to give for each problem.
    progress : callable, optional
        Called at times with what is being done, the bytes that were read and those there are.

    Returns
    -------
    CorpusReport

    Raises
    ------
    InputError
        If the pairs can't be read, there are none, or none would be left.
    ParameterError, OutputError
        If an option has no sense, or the copy can't be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.tsv")
    ...     _ = path.write_text("one\\teins\\ntwo\\t\\none\\teins\\n")
    ...     report = check_pairs(Pairs(pairs=path))
    >>> {problem.name: problem.pairs for problem in report.problems if problem.pairs}
    {'empty': 1, 'duplicate': 1}
    """
    from .pair_checks import PairChecks

    dropped = _checked(drop, max_length, max_ratio, examples)
    writes = any(path is not None for path in (output, out_src, out_trg))
    outputs = check_pair_output(output, src=out_src, trg=out_trg) if writes else []
    for path in outputs:
        check_place(path, is_folder=False, force=False)
        check_apart(path, pairs)
    if pairs.is_stream:
        pairs.spool()
    with naming_options_of("test"):
        opened = [_overlap(test) for test in tests]
    checks = PairChecks(max_length=max_length, max_ratio=max_ratio, tests=[test for test, _ in opened])
    for block in _watched("checking", pairs, progress):
        checks.add(block.src, block.trg)
    left_out = dict(pairs.left_out)
    if not checks.n_pairs:
        raise _no_pairs(pairs)
    masks = checks.problems()
    if not checks.tests:
        masks = {name: mask for name, mask in masks.items() if not name.startswith("test_")}
    reasons = _reasons(masks, dropped)
    gathered = PairExamples(checks, masks, examples)
    kept = altered = 0
    if writes:
        if reasons.all():
            raise _nothing_left(masks, dropped)
        with PairOutput(output, src=out_src, trg=out_trg) as file:
            kept = _write(file, pairs, reasons, gathered, progress)
        altered = file.altered
    else:
        gathered.look_through(_watched("looking up examples", pairs, progress))
    if gathered.missing:
        raise _changed(pairs)
    src, trg = checks.sides()
    return CorpusReport(
        sources=tuple(source.name for source in pairs.sources),
        pairs=checks.n_pairs,
        left_out=left_out,
        src=src,
        trg=trg,
        ratio=checks.ratio_bounds(),
        problems=tuple(
            Problem(
                name=name,
                pairs=int(mask.sum()),
                dropped=int((reasons == number).sum()) if writes else 0,
                examples=gathered.of(name),
            )
            for number, (name, mask) in enumerate(masks.items(), 1)
        ),
        overlaps=tuple(
            Overlap(
                name=test.name,
                texts=test.n_texts,
                sources_seen=test.sources_seen,
                pairs_seen=test.pairs_seen,
                left_out=missed,
            )
            for test, missed in opened
        ),
        output=tuple(os.fspath(path) for path in outputs),
        kept=kept if writes else None,
        altered=altered,
    )


def _checked(drop: Iterable[str], max_length: int, max_ratio: float, examples: int) -> set[str]:
    """Return the problems for which a pair is dropped."""
    dropped = {drop} if isinstance(drop, str) else set(drop)
    for name in sorted(dropped - PROBLEMS.keys()):
        raise ParameterError(f"there is no problem {name!r} to drop pairs for: choose from {', '.join(PROBLEMS)}")
    if max_length < 1:
        raise ParameterError(f"max_length is {max_length}: allow at least 1 character")
    if not max_ratio > 1:
        raise ParameterError(f"max_ratio is {max_ratio:g}: it is a factor larger than 1")
    if examples < 0:
        raise ParameterError(f"examples is {examples}: give 0 or more")
    return dropped


def _overlap(test: Pairs | Texts | StrPath) -> tuple[TextOverlap, int]:
    """Read a test set, and count what of it couldn't be read."""
    from .text_overlap import TextOverlap

    if not isinstance(test, Pairs | Texts):
        test = Pairs(pairs=test) if holds_pairs(test) else Texts([test], per="line")
    overlap = TextOverlap(" + ".join(source.name for source in test.sources))
    if isinstance(test, Pairs):
        for pairs in test.blocks():
            overlap.add(pairs.src, pairs.trg)
        left_out = sum(test.left_out.values())
    else:
        for texts in test.blocks():
            overlap.add(texts.texts)
        left_out = test.skipped
    if not overlap.n_texts:
        raise InputError(f"{overlap.name}: empty, expected at least one text of a test set")
    return overlap, left_out


def _watched(stage: str, pairs: Pairs, progress: Progress | None) -> Iterator[PairBlock]:
    for block in pairs.blocks():
        if progress is not None:
            progress(stage, pairs.bytes_read, pairs.total_bytes)
        yield block


def _write(
    file: PairOutput, pairs: Pairs, reasons: np.ndarray, gathered: PairExamples, progress: Progress | None
) -> int:
    """Write the pairs that stay, and return how many they are."""
    begin = 0
    for block in _watched("writing", pairs, progress):
        end = begin + len(block.src)
        if end > len(reasons):
            break
        stays = (reasons[begin:end] == 0).nonzero()[0].tolist()
        file.write([block.src[row] for row in stays], [block.trg[row] for row in stays])
        gathered.look(block, begin)
        begin = end
    if begin != len(reasons):
        raise _changed(pairs)
    return int((reasons == 0).sum())


def _reasons(masks: dict[str, np.ndarray], dropped: set[str]) -> np.ndarray:
    """Return why each pair is dropped: the number of the problem, from 1, or 0 if it stays; shape (n_pairs,)."""
    import numpy as np

    reasons = np.zeros(len(next(iter(masks.values()))), np.uint8)
    for number, (name, mask) in enumerate(masks.items(), 1):
        if name in dropped:
            reasons[mask & (reasons == 0)] = number
    return reasons


def _no_pairs(pairs: Pairs) -> InputError:
    names = " and ".join(source.name for source in pairs.sources)
    if pairs.left_out:
        reasons = ", ".join(f"{reason}: {n:,}" for reason, n in pairs.left_out.items())
        return InputError(f"{names}: every record was left out ({reasons}), expected at least one pair")
    return InputError(f"{names}: empty, expected at least one pair")


def _nothing_left(masks: dict[str, np.ndarray], dropped: set[str]) -> InputError:
    counts = {name: int(mask.sum()) for name, mask in masks.items() if name in dropped}
    worst = max(counts, key=lambda name: counts[name])
    total = len(masks[worst])
    return InputError(
        f"no pair would be left of {total:,} ({PROBLEMS[worst]}: {counts[worst]:,}); "
        f"choose with --drop what is to go: {', '.join(counts)}, or none"
    )


def _changed(pairs: Pairs) -> InputError:
    names = " or ".join(source.name for source in pairs.sources)
    return InputError(f"{names} has changed while it was read: try again when it is complete")
