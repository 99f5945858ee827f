"""The report of the corpus doctor, as text and as JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict

from nlpkit.cli.screens.screen import is_terminal
from nlpkit.jobs.corpus_check.report import PROBLEMS, CorpusReport, PairExample, Problem

_WIDTH = 110


def report_as_json(report: CorpusReport) -> str:
    """Return a report as JSON."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2)


def report_lines(report: CorpusReport) -> Iterator[str]:
    """Yield the lines of a report as text."""
    width = min(shutil.get_terminal_size().columns, _WIDTH) if is_terminal() else _WIDTH
    yield f"{report.pairs:,} pair{'s' if report.pairs != 1 else ''} in {' + '.join(report.sources)}"
    for reason, n in report.left_out.items():
        yield f"  left out: {reason}: {n:,}"
    yield ""
    for name, side in (("src", report.src), ("trg", report.trg)):
        share = "" if side.script_share > 0.9995 else f" ({_share(side.script_share)})"
        script = f"{side.script}{share}, " if side.script else ""
        yield f"  {name}    {script}{side.mean_length:.1f} characters on average, {side.longest:,} at most"
    ratio = report.ratio
    usual = f"usual: {ratio.lowest:.2f} to {ratio.highest:.2f}"
    yield f"  ratio  {ratio.median:.2f} characters of trg for one of src; {usual}"
    yield ""
    yield from _problems(report, width)
    if report.overlaps:
        yield ""
        names = max(len(overlap.name) for overlap in report.overlaps)
        for overlap in report.overlaps:
            seen = _part(overlap.sources_seen, overlap.texts)
            pairs = (
                "" if overlap.pairs_seen is None else f", {_part(overlap.pairs_seen, overlap.texts)} with its target"
            )
            missed = f"; {overlap.left_out:,} more couldn't be read" if overlap.left_out else ""
            yield f"  {overlap.name:<{names}}  {overlap.texts:,} texts, of which the corpus holds {seen}{pairs}{missed}"
    if report.kept is not None:
        yield ""
        yield f"{_part(report.kept, report.pairs)} pairs kept in {' + '.join(report.output)}"


def _problems(report: CorpusReport, width: int) -> Iterator[str]:
    copied = report.kept is not None
    names = max(len(problem.name) for problem in report.problems)
    texts = max(len(PROBLEMS[problem.name]) for problem in report.problems)
    yield f"  {'problem':<{names}}  {'':<{texts}}  {'pairs':>11}  {'share':>7}" + (
        f"  {'dropped':>11}" if copied else ""
    )
    for problem in report.problems:
        share = _share(problem.pairs / report.pairs) if problem.pairs else ""
        line = f"  {problem.name:<{names}}  {PROBLEMS[problem.name]:<{texts}}  {problem.pairs:>11,}  {share:>7}"
        yield (f"{line}  {problem.dropped:>11,}" if copied else line).rstrip()
    for problem in report.problems:
        if problem.examples:
            yield ""
            yield f"  {problem.name}"
            yield from (_example(example, problem, width) for example in problem.examples)


def _example(example: PairExample, problem: Problem, width: int) -> str:
    same = "" if example.first is None else f"  (see line {example.first:,})"
    head = f"    line {example.number:,}: "
    room = max((width - len(head) - len(same) - 3) // 2, 10)
    return f"{head}{_shown(example.src, room)} → {_shown(example.trg, room)}{same}"


def _shown(text: str, room: int) -> str:
    """Return the beginning of a text in quotes, with nothing in it that would steer a terminal."""
    cut = text if len(text) <= room - 2 else text[: room - 3] + "…"
    spaced = "".join(" " if character.isspace() else character for character in cut)
    shown = "".join(character if character.isprintable() else "�" for character in spaced)
    return f"'{shown}'"


def _part(n: int, of: int) -> str:
    return f"{n:,} ({_share(n / of)})"


def _share(part: float) -> str:
    """Return a share in percent; what is not nothing, or not everything, doesn't look so.

    Examples
    --------
    >>> _share(0.5), _share(0.00001), _share(0.99999)
    ('50.0 %', '<0.01 %', '>99.9 %')
    """
    if 0 < part < 0.0001:
        return "<0.01 %"
    if 0.9995 <= part < 1:
        return ">99.9 %"
    return f"{100 * part:.1f} %" if part >= 0.1 or part == 0 else f"{100 * part:.2f} %"
