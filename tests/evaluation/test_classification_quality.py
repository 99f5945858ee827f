"""Scores of a classifier: by hand, and against scikit-learn, scipy and torchmetrics."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from nlpkit.errors import InputError, ParameterError
from nlpkit.evaluation import ClassificationScore, score_classifications
from nlpkit.evaluation.classification_quality import OTHER, expected_calibration_error, wilson

LABELS = ["zero", "one", "two", "three", "four"]


def answers(n: int, seed: int = 1, right: float = 0.7, others: float = 0.0) -> tuple[list[str | None], list[str]]:
    """Answers of which some are wrong, some rejected, and right labels of which some are unknown sounds."""
    draw = np.random.default_rng(seed)
    wanted = [OTHER if draw.random() < others else str(draw.choice(LABELS)) for _ in range(n)]
    choices: list[str | None] = [*LABELS, None]
    predicted = [
        (None if label == OTHER else label) if draw.random() < right else choices[draw.integers(6)] for label in wanted
    ]
    return predicted, wanted


def test_by_hand() -> None:
    predicted = ["yes", "yes", "no", None, None, "no", "yes"]
    wanted = ["yes", "yes", "yes", "yes", OTHER, OTHER, "no"]
    score = score_classifications(predicted, wanted, labels=["no", "yes"])
    assert (score.recordings, score.correct, score.accuracy) == (7, 3, 3 / 7)
    assert [each.label for each in score.classes] == ["no", "yes", OTHER]
    assert score.confusion == ((0, 1, 0), (1, 2, 1), (1, 0, 1))
    no, yes, other = score.classes
    assert (no.precision, no.recall, no.f1, no.support, no.predicted) == (0, 0, 0, 1, 2)
    assert (yes.precision, yes.recall, yes.f1) == (2 / 3, 2 / 4, 4 / 7)
    assert (other.precision, other.recall, other.f1) == (1 / 2, 1 / 2, 1 / 2)
    assert score.macro_f1 == pytest.approx((0 + 4 / 7 + 1 / 2) / 3)
    assert score.rejected == 2 / 7
    assert score.kept_accuracy == 2 / 5
    assert score.known_rejected == 1 / 5
    assert score.other_accepted == 1 / 2
    assert [(each.reference, each.hypothesis, each.count) for each in score.confusions] == [
        *((OTHER, "no", 1), ("no", "yes", 1), ("yes", OTHER, 1), ("yes", "no", 1)),
    ]
    assert score.calibration_error is score.brier is score.negative_log_likelihood is None


@pytest.mark.parametrize("others", [0.0, 0.3])
def test_equals_scikit_learn(others: float) -> None:
    predicted, wanted = answers(400, others=others)
    score = score_classifications(predicted, wanted, labels=LABELS)
    said = [OTHER if label is None else label for label in predicted]
    names = [*LABELS, OTHER]
    assert [each.label for each in score.classes] == names
    assert score.accuracy == metrics.accuracy_score(wanted, said)
    assert score.macro_f1 == pytest.approx(metrics.f1_score(wanted, said, average="macro"))
    assert np.array_equal(score.confusion, metrics.confusion_matrix(wanted, said, labels=names))
    report = metrics.precision_recall_fscore_support(wanted, said, labels=names, zero_division=np.nan)
    for number, each in enumerate(score.classes):
        theirs = [column[number] for column in report]
        own = [np.nan if value is None else value for value in (each.precision, each.recall)]
        assert np.allclose(own, theirs[:2], equal_nan=True)
        assert each.f1 == pytest.approx(np.nan_to_num(theirs[2]))
        assert each.support == theirs[3]


def test_a_class_that_is_absent_has_no_row_and_undefined_numbers_are_none() -> None:
    score = score_classifications(["one", "two"], ["one", "one"], labels=LABELS)
    assert [each.label for each in score.classes] == ["one", "two"]
    assert (score.classes[1].precision, score.classes[1].recall, score.classes[1].f1) == (0, None, 0)
    assert score.other_accepted is None
    nothing = score_classifications([None, None], [OTHER, OTHER], labels=LABELS)
    assert (nothing.accuracy, nothing.kept_accuracy, nothing.known_rejected, nothing.rejected) == (1, None, None, 1)
    assert nothing.other_accepted == 0


def test_a_rejection_may_be_written_as_the_label_of_other_sounds() -> None:
    written = score_classifications([OTHER, "one"], ["one", "one"], labels=LABELS)
    assert written == score_classifications([None, "one"], ["one", "one"], labels=LABELS)


@pytest.mark.parametrize(("correct", "n"), [(0, 10), (1, 1), (7, 10), (297, 300), (300, 300), (5, 1000)])
def test_interval_is_wilsons(correct: int, n: int) -> None:
    theirs = binomtest(correct, n).proportion_ci(method="wilson")
    assert wilson(correct, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def spread(n: int, seed: int = 1, sharpness: float = 2.0) -> tuple[np.ndarray, list[str]]:
    """Probabilities (n, 5), and labels that they are right about less often than they say."""
    draw = np.random.default_rng(seed)
    logits = sharpness * draw.standard_normal((n, 5))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return p, [LABELS[row.argmax() if draw.random() < 0.6 else draw.integers(5)] for row in p]


def scored(p: np.ndarray, wanted: list[str], labels: list[str] = LABELS) -> ClassificationScore:
    return score_classifications([labels[row.argmax()] for row in p], wanted, labels=labels, probabilities=p)


def test_calibration_equals_scikit_learn_and_torchmetrics() -> None:
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchmetrics.functional")
    p, wanted = spread(500)
    score = scored(p, wanted)
    truth = np.array([LABELS.index(label) for label in wanted])
    theirs = functional.calibration_error(
        torch.tensor(p), torch.tensor(truth), task="multiclass", num_classes=5, n_bins=15, norm="l1"
    )
    assert score.calibration_error == pytest.approx(float(theirs), abs=1e-6)
    assert score.negative_log_likelihood == pytest.approx(metrics.log_loss(truth, p))
    by_class = [metrics.brier_score_loss(truth == number, p[:, number]) for number in range(5)]
    assert score.brier == pytest.approx(sum(by_class))


def test_calibration_by_hand() -> None:
    """Bins of 1/15: four answers with .8, of which three are right, and one with .34, which is wrong."""
    confidences, right = [0.8, 0.8, 0.8, 0.8, 0.34], [True, True, True, False, False]
    assert expected_calibration_error(confidences, right) == pytest.approx(4 / 5 * 0.05 + 1 / 5 * 0.34)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0
    # 1/15 belongs to the first bin, and more than it to the second
    assert expected_calibration_error([1 / 15, 1 / 15 + 1e-9], [False, True], bins=15) == pytest.approx(
        (1 / 15 + 14 / 15) / 2
    )


def test_calibration_leaves_out_sounds_that_the_classifier_does_not_know() -> None:
    p, wanted = spread(100)
    score, wider = scored(p, wanted), scored(np.vstack([p, p]), [*wanted, *[OTHER] * 100])
    assert wider.calibration_error == score.calibration_error
    assert wider.brier == score.brier
    assert scored(p, [OTHER] * 100).calibration_error is None


def test_a_classifier_that_knows_other_sounds_as_a_label() -> None:
    labels = ["one", OTHER, "two"]
    p = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.1, 0.7, 0.2]])
    score = score_classifications(["one", None, None], ["one", OTHER, "two"], labels=labels, probabilities=p)
    assert score.accuracy == pytest.approx(2 / 3)
    assert [each.label for each in score.classes] == ["one", "two", OTHER]
    assert score.negative_log_likelihood == pytest.approx(-np.log([0.9, 0.8, 0.2]).mean())


def test_several_labels_that_stand_for_other_sounds() -> None:
    labels = ["one", "noise", "music"]
    p = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.1, 0.7, 0.2], [0.8, 0.1, 0.1]])
    score = score_classifications(
        ["one", None, "noise", "one"],
        ["one", "noise", "music", OTHER],
        labels=labels,
        probabilities=p,
        rejects=["noise", "music"],
    )
    assert score.confusion == ((1, 0), (1, 2))
    assert (score.accuracy, score.other_accepted) == (3 / 4, 1 / 3)
    assert score.negative_log_likelihood == pytest.approx(-np.log([0.9, 0.8, 0.2]).mean())


def test_probability_zero_of_the_right_label_is_finite() -> None:
    score = scored(np.array([[1.0, 0, 0, 0, 0]]), ["one"])
    assert score.negative_log_likelihood is not None
    assert 700 < score.negative_log_likelihood < 720


def test_signature() -> None:
    score = score_classifications(["one"], ["one"], labels=LABELS, data="test.jsonl#abc")
    assert score.signature.startswith("metric:accuracy|data:test.jsonl#abc|interval:wilson|ece_bins:15|nlpkit:")


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"predicted": []}, InputError, "0 answers and 2 labels"),
        ({"predicted": [], "wanted": []}, InputError, "no answers"),
        ({"wanted": ["one", "ten"]}, InputError, r"wanted\[1\] is 'ten', .* expected one of zero, one, .*, _other_"),
        ({"predicted": ["one", ""]}, InputError, r"predicted\[1\] is ''"),
        ({"labels": ["one", "one"]}, ParameterError, "different labels"),
        ({"labels": []}, ParameterError, "at least one"),
        ({"probabilities": np.full((2, 4), 0.25)}, ParameterError, r"shape \(2, 4\): .* here \(2, 5\)"),
        ({"probabilities": np.full((2, 5), 0.3)}, ParameterError, "sum is 1"),
        ({"probabilities": np.full((2, 5), np.nan)}, ParameterError, "sum is 1"),
    ],
)
def test_what_cannot_be(changed: dict[str, object], error: type[Exception], message: str) -> None:
    given: dict[str, object] = {"predicted": ["one", "two"], "wanted": ["one", "two"], "labels": LABELS}
    with pytest.raises(error, match=message):
        score_classifications(**{**given, **changed})  # type: ignore[arg-type]


def test_scoring_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom nlpkit.evaluation import score_classifications\n"
        "score_classifications(['a'], ['a'], labels=['a'])\n"
        "print(*{'torch', 'sklearn', 'scipy', 'numba', 'matplotlib'} & {name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
