"""The report of an evaluation, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.cli.screens.screen import BAR_WIDTH, bar, new_table, plain, print_table
from nlpkit.jobs.evaluate import EvaluationReport

if TYPE_CHECKING:
    from nlpkit.evaluation import TranslationComparison, TranslationScore

_RIGHT = {"justify": "right", "no_wrap": True}
_LEFT = {"no_wrap": True}


def show_report(report: EvaluationReport, *, against: str | None = None) -> None:
    """Print scores, the paired test, BLEU by length, speed, and the signatures."""
    score = report.score
    _show_scores(score)
    if report.comparison is not None:
        _show_comparison(report.comparison, against or "the other")
    if score.by_length:
        _show_lengths(score)
    if score.bleu is not None:
        shares = " / ".join(f"{share:.1f}" for share in score.precisions)
        print(
            f"BLEU's 1-grams to 4-grams {shares} %, brevity penalty {score.brevity_penalty:.3f},"
            f" length ratio {score.length_ratio:.3f}"
        )
    if report.tokens is not None and report.seconds is not None:
        print(
            f"{report.tokens:,} target tokens in {report.seconds:.1f} s: {report.tokens_per_second or 0:,.0f} tokens/s"
        )
    for metric in (score.bleu, score.chrf, score.ter):
        if metric is not None:
            print(f"{metric.name} {metric.signature}")
    if report.comparison is not None and report.comparison.bleu is not None:
        print(f"paired test {report.comparison.bleu.signature}")


def _show_scores(score: TranslationScore) -> None:
    table = new_table((f"{score.sentences:,} sentences", _LEFT), ("score", _RIGHT), ("95 % interval", _RIGHT))
    for metric in (score.bleu, score.chrf, score.ter):
        if metric is not None:
            between = "" if metric.low is None else f"{metric.low:.2f} to {metric.high:.2f}"
            table.add_row(
                metric.name + (" (low is good)" if metric.name == "TER" else ""), f"{metric.score:.2f}", between
            )
    print_table(table)


def _show_comparison(comparison: TranslationComparison, name: str) -> None:
    table = new_table(
        (plain(f"against {name}"), {"max_width": 40, **_LEFT}),
        ("its score", _RIGHT),
        ("difference", _RIGHT),
        ("95 % interval", _RIGHT),
        ("p", _RIGHT),
    )
    for metric in (comparison.bleu, comparison.chrf, comparison.ter):
        if metric is not None:
            table.add_row(
                metric.name,
                f"{metric.baseline:.2f}",
                f"{metric.difference:+.2f}",
                f"{metric.low:+.2f} to {metric.high:+.2f}",
                f"{metric.p_value:.4f}",
            )
    print_table(table)


def _show_lengths(score: TranslationScore) -> None:
    table = new_table(
        (score.by_length[0].by, _RIGHT), ("sentences", _RIGHT), ("BLEU", _RIGHT), ("", {"min_width": BAR_WIDTH})
    )
    for group in score.by_length:
        table.add_row(group.label, f"{group.sentences:,}", f"{group.bleu:.2f}", bar(group.bleu / 100, 2 * BAR_WIDTH))
    print_table(table)
