"""Scores of translations: sacrebleu called directly, BLEU by hand, and what must hold."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.errors import InputError, ParameterError
from nlpkit.evaluation import compare_translations, score_translations
from nlpkit.evaluation.resampling import bootstrap_sums, interval, shuffled_sums
from nlpkit.evaluation.translation_metrics import bleu_of_sums, chrf_of_sums, count, ter_of_sums

sacrebleu = pytest.importorskip("sacrebleu")

WORDS = ["the", "a", "cat", "dog", "sat", "on", "mat", "Red", "house", ",", "runs", "fast", "!", "ein", "Hund."]


def spoilt(texts: list[str], share: float, seed: int) -> list[str]:
    """The texts with this share of the words replaced."""
    draw = random.Random(seed)
    return [" ".join(draw.choice(WORDS) if draw.random() < share else word for word in text.split()) for text in texts]


DRAW = random.Random(5)
REFERENCES = [" ".join(DRAW.choice(WORDS) for _ in range(DRAW.randint(1, 14))) for _ in range(70)]
SECOND = spoilt(REFERENCES, 0.3, 1)
SYSTEM = spoilt(REFERENCES, 0.25, 2)
BASELINE = spoilt(REFERENCES, 0.4, 3)
SOURCES = [f"{text} indeed" for text in REFERENCES]
TEXT = st.lists(st.sampled_from(["a", "b", "c", "the cat", "."]), max_size=7).map(" ".join)


def scores_of(score: object) -> list[float]:
    return [getattr(score, name).score for name in ("bleu", "chrf", "ter")]


def test_bleu_by_hand() -> None:
    """Matches of 10, 8, 6, 4 n-grams: 9, 6, 4, 2; as many words as the reference, so that there is no penalty."""
    references = ["the cat sat on the mat", "he is here now"]
    score = score_translations(["the cat sat on a mat", "he is here now"], references, bootstrap=0)
    assert score.bleu is not None
    assert score.bleu.score == pytest.approx(100 * (0.9 * 0.75 * 4 / 6 * 0.5) ** 0.25, abs=1e-12)
    assert score.precisions == pytest.approx((90, 75, 400 / 6, 50))
    assert score.brevity_penalty == score.length_ratio == 1
    assert score.ter is not None
    assert score.ter.score == pytest.approx(10)  # one word of ten to replace
    short = score_translations(["the cat sat on", "he is here now"], references, bootstrap=0)
    assert short.bleu is not None
    assert short.bleu.score == pytest.approx(100 * math.exp(1 - 10 / 8), abs=1e-12)


@pytest.mark.parametrize("references", [[REFERENCES], [REFERENCES, SECOND]], ids=["one", "two"])
@pytest.mark.parametrize("options", [{}, {"lowercase": True}, {"tokenize": "char"}, {"tokenize": "intl"}], ids=str)
def test_scores_are_sacrebleus(references: list[list[str]], options: dict[str, object]) -> None:
    score = score_translations(SYSTEM, references, bootstrap=0, **options)  # type: ignore[arg-type]
    lowercase = bool(options.get("lowercase"))
    assert scores_of(score) == pytest.approx(
        [
            sacrebleu.corpus_bleu(SYSTEM, references, **options).score,
            sacrebleu.corpus_chrf(SYSTEM, references).score
            if not lowercase
            else sacrebleu.CHRF(lowercase=True).corpus_score(SYSTEM, references).score,
            sacrebleu.corpus_ter(SYSTEM, references).score,
        ],
        abs=1e-12,
    )


def test_intervals_and_signatures_are_sacrebleus() -> None:
    score = score_translations(SYSTEM, REFERENCES, bootstrap=200)
    for ours, metric in ((score.bleu, sacrebleu.BLEU()), (score.chrf, sacrebleu.CHRF()), (score.ter, sacrebleu.TER())):
        theirs = metric.corpus_score(SYSTEM, [REFERENCES], n_bootstrap=200)
        assert ours is not None
        assert ours.low is not None
        assert ours.high is not None
        assert ours.score == pytest.approx(theirs.score, abs=1e-12)
        assert ours.mean == pytest.approx(theirs._mean, abs=1e-3)  # theirs are in float32
        assert (ours.high - ours.low) / 2 == pytest.approx(theirs._ci, abs=1e-3)
        assert ours.low < ours.score < ours.high
        assert ours.signature == str(metric.get_signature())
    plain = score_translations(SYSTEM, REFERENCES, bootstrap=0).bleu
    assert plain is not None
    assert (plain.mean, plain.low, plain.high) == (None, None, None)
    assert "bs:" not in plain.signature


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_array_formulas_are_sacrebleus(pairs: list[tuple[str, str]]) -> None:
    hypotheses, references = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    formulas = (bleu_of_sums, chrf_of_sums, ter_of_sums)
    for part, formula in zip(count(hypotheses, [references]), formulas, strict=True):
        assert formula(part.rows.sum(axis=0)[None])[0] == pytest.approx(part.score, abs=1e-9)


def test_perfect_and_worthless() -> None:
    assert scores_of(score_translations(REFERENCES, REFERENCES, bootstrap=10)) == pytest.approx([100, 100, 0])
    assert scores_of(score_translations([""] * 2, ["a b c d e", "f"], bootstrap=10)) == pytest.approx([0, 0, 100])
    assert scores_of(score_translations([""], [""], bootstrap=10)) == [0, 0, 0]


def test_the_order_of_the_pairs_does_not_matter() -> None:
    order = list(range(len(SYSTEM)))
    random.Random(4).shuffle(order)
    shuffled = [[texts[i] for i in order] for texts in (SYSTEM, REFERENCES, SOURCES)]
    one = score_translations(SYSTEM, REFERENCES, sources=SOURCES, bootstrap=0)
    other = score_translations(shuffled[0], shuffled[1], sources=shuffled[2], bootstrap=0)
    assert one == other


def test_groups_by_length_are_scored_apart() -> None:
    score = score_translations(SYSTEM, REFERENCES, sources=SOURCES, lengths=[3, 6, 10], bootstrap=0)
    assert [group.label for group in score.by_length] == ["1–3", "4–6", "7–10", "11+"]
    assert sum(group.sentences for group in score.by_length) == len(SYSTEM)
    for group in score.by_length:
        longest = group.longest or 10**9
        inside = [i for i, text in enumerate(SOURCES) if group.shortest <= len(text.split()) <= longest]
        assert group.sentences == len(inside)
        theirs = sacrebleu.corpus_bleu([SYSTEM[i] for i in inside], [[REFERENCES[i] for i in inside]])
        assert group.bleu == pytest.approx(theirs.score, abs=1e-9)
        assert "by:source words" in group.signature
    [group] = score_translations(["", "a b"], ["a", "a b"], lengths=[5], bootstrap=0).by_length
    assert (group.label, group.sentences, group.by) == ("1–5", 2, "reference words")


def test_only_what_was_asked_for() -> None:
    score = score_translations(SYSTEM, REFERENCES, metrics=["chrf"], bootstrap=0)
    assert score.bleu is score.ter is score.brevity_penalty is None
    assert score.precisions == score.by_length == ()
    assert score.chrf is not None


def test_draws_do_not_depend_on_the_blocks_and_are_numpys() -> None:
    table = np.random.default_rng(1).integers(0, 9, (37, 3)).astype(float)
    drawn = np.random.default_rng(7).choice(37, size=(100, 37), replace=True)
    for block in (1, 37 * 40, 1 << 20):
        [sums] = bootstrap_sums([table], 100, 7, block=block)
        assert (sums == table[drawn].sum(axis=1)).all()
    kept = np.random.default_rng(7).integers(2, size=(100, 37), dtype=bool)
    other = table[::-1]
    for block in (1, 37 * 40, 1 << 20):
        [a], [b] = shuffled_sums([table], [other], 100, 7, block=block)
        assert (a == kept @ table + ~kept @ other).all()
        assert (a + b == (table + other).sum(axis=0)).all()


def test_interval_leaves_out_a_fortieth_at_either_end() -> None:
    assert interval(np.arange(1000.0)[::-1]) == (499.5, 25, 974)
    assert interval(np.array([3.0])) == (3, 3, 3)


@pytest.mark.parametrize(("method", "kind"), [("bootstrap", "bs"), ("randomization", "ar")])
def test_paired_tests_are_sacrebleus(method: str, kind: str) -> None:
    from sacrebleu.significance import PairedTest

    near = spoilt(REFERENCES, 0.27, 9)
    ours = compare_translations(near, SYSTEM, REFERENCES, method=method, samples=300)  # type: ignore[arg-type]
    metrics = {"bleu": sacrebleu.BLEU(), "chrf": sacrebleu.CHRF(), "ter": sacrebleu.TER()}
    systems = [("near", near), ("system", SYSTEM)]
    _, theirs = PairedTest(systems, metrics, references=[REFERENCES], test_type=kind, n_samples=300)()
    for name, its_name in (("bleu", "BLEU"), ("chrf", "chrF2"), ("ter", "TER")):
        found = getattr(ours, name)
        before, after = theirs[its_name]
        assert (found.baseline, found.system) == pytest.approx((before.score, after.score), abs=1e-9)
        assert found.p_value == pytest.approx(after.p_value, abs=2 / 301)
        assert f"{kind}:300|seed:12345" in found.signature
        assert found.low <= found.difference <= found.high


@pytest.mark.parametrize("method", ["bootstrap", "randomization"])
def test_a_planted_difference_is_found_and_none_is_not(method: str) -> None:
    found = compare_translations(BASELINE, SYSTEM, REFERENCES, method=method, samples=500)  # type: ignore[arg-type]
    for metric, sign in ((found.bleu, 1), (found.chrf, 1), (found.ter, -1)):
        assert metric is not None
        assert metric.difference * sign > 0
        assert metric.p_value < 0.01
        assert metric.low * metric.high > 0
    same = compare_translations(SYSTEM, SYSTEM, REFERENCES, method=method, samples=100)  # type: ignore[arg-type]
    assert same.bleu is not None
    assert same.bleu.difference == same.bleu.low == same.bleu.high == 0
    assert same.bleu.p_value == 1
    other = compare_translations(SYSTEM, spoilt(REFERENCES, 0.25, 8), REFERENCES, method=method, samples=500)  # type: ignore[arg-type]
    assert other.chrf is not None
    assert other.chrf.p_value > 0.05


def test_what_cannot_be_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^there are 1 translations and 2 references; .*$"):
        score_translations(["a"], ["a", "b"])
    with pytest.raises(InputError, match="1 translations and 2 references"):
        score_translations(["a"], [["a"], ["a", "b"]])
    with pytest.raises(InputError, match="1 translations and 2 sources"):
        score_translations(["a"], ["a"], sources=["a", "b"])
    with pytest.raises(InputError, match="no translations"):
        score_translations([], [])
    with pytest.raises(InputError, match="baseline has 2 translations and the system 1"):
        compare_translations(["a", "b"], ["a"], ["a"])
    for references in ("text", [None], [["a"], "a"], [[1]]):
        with pytest.raises(ParameterError, match="expected"):
            score_translations(["a"], references)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="hypotheses is one text"):
        score_translations("a", ["a"])
    for name, value in (
        ("tokenize", "15a"),
        ("metrics", ["comet"]),
        ("metrics", []),
        ("bootstrap", -1),
        ("seed", -1),
        ("lengths", [5, 3]),
    ):
        with pytest.raises(ParameterError, match=rf"^{name} is .*[:;] expected"):
            score_translations(["a"], ["a"], **{name: value})  # type: ignore[arg-type]
    for name, value in (("method", "t"), ("samples", 0)):
        with pytest.raises(ParameterError, match=f"^{name} is"):
            compare_translations(["a"], ["a"], ["a"], **{name: value})  # type: ignore[arg-type]
