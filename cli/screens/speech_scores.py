"""The report of an evaluation of a speech model, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.cli.screens.screen import new_table, plain, print_table
from nlpkit.jobs.evaluate_speech import SpeechAnswer, SpeechEvaluationReport
from nlpkit.jobs.transcribe_report import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from nlpkit.evaluation import ClassificationScore, TranscriptScore
    from nlpkit.evaluation.utterance_alignment import Confusion

_RIGHT = {"justify": "right", "no_wrap": True}
_LEFT = {"no_wrap": True}
_MOST_CONFUSIONS = 10
_NOTHING = "–"


def show_speech_report(report: SpeechEvaluationReport, *, worst: int = 10) -> None:
    """Print scores, confusions, the worst recordings, the speed, and the signatures."""
    if report.classification is not None:
        _show_classification(report.classification)
        _show_confusions(report.classification.confusions, "label", "answer")
        _show_wrong_labels(report, worst)
        signatures = [report.classification.signature]
    else:
        assert report.transcripts is not None
        _show_transcripts(report.transcripts)
        _show_confusions(report.transcripts.confusions, "word", "in its place")
        _show_wrong_texts(report, worst)
        signatures = [report.transcripts.words.signature, report.transcripts.characters.signature]
    threads = "1 thread" if report.threads == 1 else f"{report.threads} threads"
    if report.seconds >= SHORTEST:
        print(
            f"{report.seconds:,.1f} s of sound in {report.compute_seconds:,.2f} s: real-time factor "
            f"{report.real_time_factor:.4f}, {threads}"
        )
    for signature in signatures:
        print(signature)


def _show_classification(score: ClassificationScore) -> None:
    table = new_table((_recordings(score.recordings), _LEFT), ("", _RIGHT), ("95 % interval", _RIGHT))
    table.add_row("accuracy", _percent(score.accuracy), _between(score.low, score.high))
    table.add_row("macro F1", _percent(score.macro_f1), "")
    table.add_row("rejected", _percent(score.rejected), "")
    table.add_row("accuracy without the rejected ones", _percent(score.kept_accuracy), "")
    if score.known_rejected is not None and score.other_accepted is not None:
        table.add_row("rejected of those with a known label", _percent(score.known_rejected), "")
        table.add_row("not rejected of other sounds", _percent(score.other_accepted), "")
    if score.calibration_error is not None:
        table.add_row("expected calibration error", _percent(score.calibration_error), "")
        table.add_row("negative log-likelihood", f"{score.negative_log_likelihood:.3f}", "")
        table.add_row("Brier score", f"{score.brier:.3f}", "")
    print_table(table)
    by_class = new_table(
        ("label", _LEFT), ("recordings", _RIGHT), ("precision", _RIGHT), ("recall", _RIGHT), ("F1", _RIGHT)
    )
    for each in score.classes:
        shares = (_percent(share) for share in (each.precision, each.recall, each.f1))
        by_class.add_row(plain(each.label), f"{each.support:,}", *shares)
    print_table(by_class)


def _show_transcripts(score: TranscriptScore) -> None:
    table = new_table(
        *((_recordings(score.utterances), _LEFT), ("", _RIGHT), ("95 % interval", _RIGHT), ("wrong", _RIGHT)),
        *(("missing", _RIGHT), ("added", _RIGHT), ("of", _RIGHT)),
    )
    for name, each in (("words", score.words), ("characters", score.characters)):
        counts = (each.substitutions, each.deletions, each.insertions, each.length)
        between = "" if each.low is None or each.high is None else _between(each.low, each.high)
        table.add_row(f"{each.name}, {name}", _percent(each.rate), between, *(f"{n:,}" for n in counts))
    print_table(table)
    print(f"recordings with a wrong word: {len(score.wrong):,} of {score.utterances:,}")
    if score.empty_references:
        print(f"answers with a word where there is none: {score.empty_transcribed:,} of {score.empty_references:,}")
    print(f"texts are compared after the normaliser {score.normalizer!r}")


def _show_confusions(confusions: Iterable[Confusion], wanted: str, made: str) -> None:
    table = new_table((wanted, _LEFT), (made, _LEFT), ("times", _RIGHT))
    for each in list(confusions)[:_MOST_CONFUSIONS]:
        table.add_row(plain(each.reference or _NOTHING), plain(each.hypothesis or _NOTHING), f"{each.count:,}")
    if table.row_count:
        print("\nmost frequent errors")
        print_table(table)


def _show_wrong_labels(report: SpeechEvaluationReport, worst: int) -> None:
    """Print the wrong answers of which the model was surest."""
    wrong = [each for each in report.answers if not each.is_right]
    wrong.sort(key=lambda each: (each.answer is None, -(each.confidence or 0)))
    if not wrong or not worst:
        return
    print(f"recordings with a wrong answer: {len(wrong):,}" + _of_which(len(wrong), worst, "surest"))
    table = new_table(("label", _LEFT), ("answer", _LEFT), ("confidence", _RIGHT), ("recording", {}))
    for each in wrong[:worst]:
        answer = plain(each.answer or "rejected")
        table.add_row(plain(each.wanted), answer, _percent(each.confidence), _place(each))
    print_table(table)


def _show_wrong_texts(report: SpeechEvaluationReport, worst: int) -> None:
    """Print the alignments of the utterances with the most errors."""
    assert report.transcripts is not None
    wrong = sorted(report.transcripts.wrong, key=lambda each: (-each.errors, each.number))
    if not wrong or not worst:
        return
    print(f"recordings with a wrong word{_of_which(len(wrong), worst, 'worst')}")
    for each in wrong[:worst]:
        print(f"\n{_place(report.answers[each.number])}")
        for line in str(each).splitlines():
            print(line)
    print()


def _recordings(n: int) -> str:
    return "1 recording" if n == 1 else f"{n:,} recordings"


def _of_which(n: int, shown: int, what: str) -> str:
    return f" (shown: {shown:,}, the {what})" if n > shown else ""


def _place(answer: SpeechAnswer) -> Text:
    place = plain(answer.name + (f", from {answer.start:g} s" if answer.start else ""))
    place.no_wrap, place.overflow = False, "fold"
    return place


def _percent(share: float | None) -> str:
    return _NOTHING if share is None else f"{100 * share:.2f} %"


def _between(low: float, high: float) -> str:
    return f"{100 * low:.2f} to {100 * high:.2f} %"
