"""Measures of pairs, by hand and against a plain loop."""

from __future__ import annotations

import math
import re
import statistics
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.jobs.corpus_check.pair_checks import LEAST_FACTOR, OUTLIER, SMOOTHING, PairChecks
from nlpkit.jobs.corpus_check.scripts import SCRIPTS, ScriptCounter, script_of
from nlpkit.jobs.corpus_check.text_overlap import TextOverlap, comparable, text_hash

Pairs = list[tuple[str, str]]


def checked(pairs: Pairs, *, block: int = 3, **options: int) -> tuple[PairChecks, dict[str, list[int]]]:
    checks = PairChecks(**options)
    for begin in range(0, len(pairs), block):
        checks.add([src for src, _ in pairs[begin : begin + block]], [trg for _, trg in pairs[begin : begin + block]])
    return checks, {name: mask.nonzero()[0].tolist() for name, mask in checks.problems().items()}


def test_each_problem_by_hand() -> None:
    pairs = [
        ("one dog", "ein Hund"),
        ("two dogs", ""),
        (" ", "zwei Hunde"),
        ("Berlin", " Berlin "),
        ("one dog", "ein Hund"),
        ("one dog", "ein Köter"),
        ("one dog", "ein Köter"),
        ("a bell\a", "eine Glocke"),
        ("tab\tand\nline", "Tab\tund\r\nZeile"),
        ("soft", "h\x85art"),
        ("half", "ein \ud83d Halbes"),
        ("lost", "verl�ren"),
        ("none", "nichts\ufdd0"),
        ("last", "letztes\U0010ffff"),
        ("fine", "gut \U0001f600 \ue000"),
        ("собака", "Hund"),
        ("42", "zweiundvierzig"),
        ("long", "y" * 41),
        ("", ""),
        ("", ""),
    ]
    _, found = checked(pairs, max_length=40)
    assert found == {
        "empty": [1, 2, 18, 19],
        "characters": [7, 9, 10, 11, 12, 13],
        "same": [3],
        "too_long": [17],
        "ratio": [17],
        "script": [15],
        "duplicate": [4, 6, 19],
        "repeated_source": [5, 6],
        "test_source": [],
        "test_pair": [],
    }


def test_what_repeats_points_at_the_first() -> None:
    checks, _ = checked([("a", "b"), ("c", "d"), ("a", "x"), ("c", "d"), ("a", "b")])
    assert checks.first_of_pair().tolist() == [0, 1, 2, 1, 0]
    assert checks.first_of_source().tolist() == [0, 1, 0, 1, 0]


TEXT = st.text(st.sampled_from("ab \u0430\u4e00\x00\n.1"), max_size=6)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1), st.integers(1, 5))
def test_a_plain_loop_finds_the_same(pairs: Pairs, block: int) -> None:
    _, found = checked(pairs, block=block)
    seen: dict[str, str] = {}
    for index, (src, trg) in enumerate(pairs):
        empty = not src.strip() or not trg.strip()
        assert (index in found["empty"]) == empty
        assert (index in found["characters"]) == ("\x00" in src + trg)
        assert (index in found["same"]) == (not empty and src.strip() == trg.strip())
        assert (index in found["duplicate"]) == ((src, trg) in pairs[:index])
        first = seen.setdefault(src, trg)
        assert (index in found["repeated_source"]) == (not empty and first != trg)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1))
def test_lengths_by_their_median_and_deviation(lengths: list[tuple[int, int]]) -> None:
    checks, found = checked([("x" * n, "y" * m) for n, m in [*lengths]], block=7)
    logs = [math.log((m + SMOOTHING) / (n + SMOOTHING)) for n, m in lengths]
    median = statistics.median(logs)
    spread = 1.4826 * statistics.median([abs(log - median) for log in logs])
    width = max(OUTLIER * spread, math.log(LEAST_FACTOR))
    lowest, highest = max(median - width, -math.log(9)), min(median + width, math.log(9))
    bounds = checks.ratio_bounds()
    expected = pytest.approx([median, lowest, highest], abs=1e-5)
    assert [math.log(value) for value in (bounds.median, bounds.lowest, bounds.highest)] == expected
    clear = [i for i, log in enumerate(logs) if min(abs(log - lowest), abs(log - highest)) > 1e-5]
    assert [i for i in clear if i in found["ratio"]] == [i for i in clear if not lowest < logs[i] < highest]


def test_a_ratio_may_be_usual_and_yet_too_large() -> None:
    _, found = checked([("x" * 10, "y" * 200)] * 5)
    assert found["ratio"] == [0, 1, 2, 3, 4]
    _, found = checked([("x" * 10, "y" * 150)] * 5)
    assert found["ratio"] == []


def test_the_sides() -> None:
    checks, _ = checked([("да", "yes"), ("нет", "no"), ("ok", "fine"), ("1", "")])
    src, trg = checks.sides()
    assert (src.script, src.script_share, src.mean_length, src.longest) == ("Cyrillic", 2 / 3, 2.0, 3)
    assert (trg.script, trg.script_share, trg.mean_length, trg.longest) == ("Latin", 1.0, 2.25, 4)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Straße", "Latin"),
        ("ǅ ﬁ Ａ", "Latin"),
        ("Ωμέγα", "Greek"),
        ("Їжак", "Cyrillic"),
        ("שלום", "Hebrew"),
        ("سلام", "Arabic"),
        ("नमस्ते", "Devanagari"),
        ("สวัสดี", "Thai"),
        ("안녕", "Hangul"),
        ("犬が好き", "Han/kana"),
        ("ｲﾇ", "Han/kana"),
        ("𠀀〆", "Han/kana"),
        ("გამარჯობა", "Georgian"),
        ("ሰላም", "Ethiopic"),
        ("12, 3 — µ 😀", ""),
        ("", ""),
        ("iPhone 電話電話電話電話", "Han/kana"),
        ("a\ud800", "Latin"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    assert [SCRIPTS[number] for number in ScriptCounter().main(["x", text, ""])] == ["Latin", script, ""]


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), max_size=8))
def test_scripts_of_any_text(texts: list[str]) -> None:
    found = ScriptCounter().main(texts)
    assert found.dtype == np.uint8
    for text, number in zip(texts, found, strict=True):
        counts = {name: sum(script_of(character) == name for character in text) for name in SCRIPTS[1:]}
        most = max(counts.values())
        assert counts[SCRIPTS[number]] == most if most else number == 0


def test_every_script_has_letters() -> None:
    letters = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] == "L")
    assert set(map(script_of, letters)) == set(SCRIPTS)


def test_texts_of_a_test_set() -> None:
    test = TextOverlap("test")
    test.add(["A dog.", "A dog!", "A cat.", "..."], ["Ein Hund.", "Hund!", "Katze", "..."])
    lines = TextOverlap("lines")
    lines.add(["the CAT"])
    checks = PairChecks(tests=[test, lines])
    checks.add(["a  dog", "a cow", "The cat?", "A-DOG", "?!"], ["ein hund", "Kuh", "Katze", "ein Tier", "?!"])
    found = {name: mask.nonzero()[0].tolist() for name, mask in checks.problems().items()}
    assert (found["test_source"], found["test_pair"]) == ([0, 2, 3], [0])
    assert (test.n_texts, test.sources_seen, test.pairs_seen) == (4, 2, 1)
    assert (lines.n_texts, lines.sources_seen, lines.pairs_seen) == (1, 1, None)


@settings(deadline=None)
@given(st.text())
def test_what_makes_texts_comparable(text: str) -> None:
    found = comparable(text)
    assert comparable(f" {text} \t") == found
    if re.search(r"[^\W_]", text):
        assert comparable(f"{text}!") == comparable(f"¿{text.replace(' ', ' _ ')}") == found
        assert found == " ".join(found.split())
    assert len(text_hash(text)) == 8


def test_nothing_at_all() -> None:
    checks, found = checked([])
    assert (checks.n_pairs, set(map(len, found.values()))) == (0, {0})
    assert checks.sides()[0].script == ""


def test_unicode_forms_of_one_text_are_equal() -> None:
    """``é`` in one character or two, a soft hyphen, a no-break space: what a model would read alike is a duplicate."""
    nfd = unicodedata.normalize("NFD", "une école")
    pairs = [
        ("une école", "학교"),
        (nfd, unicodedata.normalize("NFD", "학교")),
        ("une\u00a0é\u00adcole", "학\u200b교"),
        ("une école", "다른 학교"),
        ("école", unicodedata.normalize("NFD", "école")),
        ("\u200b", "leer"),
    ]
    _, found = checked(pairs)
    assert found["duplicate"] == [1, 2]
    assert found["repeated_source"] == [3]
    assert found["same"] == [4]
    assert found["empty"] == [5]


def test_a_test_set_in_another_unicode_form_is_found() -> None:
    test = TextOverlap("test")
    test.add([unicodedata.normalize("NFD", "Une ÉCOLE, fière.")], [unicodedata.normalize("NFD", "Dévoué")])
    checks = PairChecks(tests=[test])
    checks.add(["une école fière", "une ecole fiere"], ["dévoué!", "devoue"])
    found = checks.problems()
    assert found["test_source"].tolist() == found["test_pair"].tolist() == [True, False]
    assert (test.sources_seen, test.pairs_seen) == (1, 1)
