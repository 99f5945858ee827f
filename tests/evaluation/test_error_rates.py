"""Word and character error rates: by hand, against jiwer, and against another edit distance."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.errors import InputError, ParameterError
from nlpkit.evaluation import score_transcripts
from nlpkit.evaluation.transcript_normalizers import lower
from nlpkit.evaluation.utterance_alignment import display_width

jiwer = pytest.importorskip("jiwer")

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def edit_distance(one: list[str], other: list[str]) -> int:
    """Wagner and Fischer 1974, row by row."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_by_hand() -> None:
    score = score_transcripts(
        ["seven five two", "one", "oh nine nine", "three"], ["seven four two", "one six", "nine nine", "three"]
    )
    words, characters = score.words, score.characters
    assert (words.substitutions, words.deletions, words.insertions, words.hits, words.length) == (1, 1, 1, 6, 8)
    assert words.rate == 3 / 8
    # four -> five: f stays, "our" -> "ive"; " six" is deleted; "oh " is inserted
    assert (characters.substitutions, characters.deletions, characters.insertions) == (3, 4, 3)
    assert characters.length == 14 + 7 + 9 + 5
    assert characters.rate == 10 / 35
    assert [(each.number, each.errors) for each in score.wrong] == [(0, 1), (1, 1), (2, 1)]
    assert score.sentence_error_rate == 3 / 4
    assert [(each.reference, each.hypothesis, each.count) for each in score.confusions] == [
        *((None, "oh", 1), ("four", "five", 1), ("six", None, 1))
    ]


def test_a_wrong_utterance_is_printed_below_its_reference() -> None:
    score = score_transcripts(["seven oh five", "四 五"], ["seven four two", "四 三 五"])
    assert str(score.wrong[0]) == "REF: seven four two\nHYP: seven oh   five\n           S    S"
    assert str(score.wrong[1]) == "REF: 四 三 五\nHYP: 四 ** 五\n        D"


def test_most_frequent_confusions_come_first() -> None:
    score = score_transcripts(["a x", "a x", "b", "c c"], ["a y", "a y", "a", "c"])
    assert [(each.reference, each.hypothesis, each.count) for each in score.confusions] == [
        *(("y", "x", 2), (None, "c", 1), ("a", "b", 1))
    ]


@pytest.mark.parametrize("normalizer", ["none", "lower"])
def test_equals_jiwer(normalizer: str) -> None:
    draw = np.random.default_rng(1)
    references = [" ".join(draw.choice(DIGITS, draw.integers(1, 9))) for _ in range(60)]
    hypotheses = [
        " ".join(draw.choice(DIGITS) if draw.random() < 0.3 else word for word in text.split() if draw.random() < 0.9)
        for text in references
    ]
    score = score_transcripts(hypotheses, references, normalizer=normalizer)
    theirs, characters = jiwer.process_words(references, hypotheses), jiwer.process_characters(references, hypotheses)
    assert score.words.rate == pytest.approx(theirs.wer, abs=1e-12)
    assert score.characters.rate == pytest.approx(characters.cer, abs=1e-12)
    for own, other in ((score.words, theirs), (score.characters, characters)):
        assert (own.hits, own.substitutions, own.deletions, own.insertions) == (
            *(other.hits, other.substitutions, other.deletions, other.insertions),
        )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.lists(st.sampled_from(["a", "bb", "c", "über"]), max_size=6) for _ in range(2)]),
        min_size=1,
        max_size=6,
    )
)
def test_errors_are_the_edit_distance(pairs: list[tuple[list[str], list[str]]]) -> None:
    wanted, said = ([" ".join(pair[side]) for pair in pairs] for side in (0, 1))
    score = score_transcripts(said, wanted, bootstrap=0)
    assert score.words.errors == sum(edit_distance(a, b) for a, b in pairs)
    assert score.characters.errors == sum(edit_distance(list(a), list(b)) for a, b in zip(wanted, said, strict=True))
    assert score.words.length == sum(len(a) for a, _ in pairs)
    assert sum(each.count for each in score.confusions) == score.words.errors
    for each in score.wrong:
        words = [[pair[side] for pair in each.pairs if pair[side] is not None] for side in (0, 1)]
        assert words == [list(pairs[each.number][side]) for side in (0, 1)]


def test_words_where_nothing_was_said_are_insertions() -> None:
    score = score_transcripts(["one", "two two", ""], ["one", "", ""])
    assert (score.words.insertions, score.words.length, score.words.rate) == (2, 1, 2.0)
    assert (score.empty_references, score.empty_transcribed) == (2, 1)
    assert [each.number for each in score.wrong] == [1]


def test_references_that_are_all_empty_have_no_rate() -> None:
    score = score_transcripts(["two", "..."], ["", "?"])
    assert (score.words.rate, score.words.low, score.characters.rate) == (None, None, None)
    assert (score.words.insertions, score.characters.insertions, score.empty_references) == (1, 3, 2)


def test_interval_is_that_of_all_resamplings() -> None:
    """Two utterances, one of them all wrong: a resampling is wrong by 0, 1/4, or 1 with chances 1/4, 1/2, 1/4."""
    score = score_transcripts(["x", "a b c"], ["y", "a b c"], bootstrap=2000)
    assert score.words.rate == 1 / 4
    assert (score.words.low, score.words.high) == (0, 1)


def test_interval_shrinks_with_the_square_root_of_the_number() -> None:
    """One in five of n words is wrong: the interval of 95 % is 3.92 standard errors of sqrt(0.16 / n) wide."""
    for n in (100, 1600):
        said = ["no" if number % 5 == 0 else "yes" for number in range(n)]
        words = score_transcripts(said, ["yes"] * n, bootstrap=4000).words
        assert words.low is not None
        assert words.high is not None
        assert words.high - words.low == pytest.approx(3.92 * np.sqrt(0.16 / n), rel=0.08)


def test_seed_and_data_are_in_the_signature() -> None:
    first, again, other = (
        score_transcripts(["a", "b c", "d"], ["a", "b", "e"], seed=seed, bootstrap=37, data="dev#1")
        for seed in (1, 1, 2)
    )
    assert first == again
    expected = f"metric:WER|data:dev#1|normalizer:lower|jiwer:{version('jiwer')}|bs:37|seed:1|nlpkit:"
    assert first.words.signature.startswith(expected)
    assert "|seed:2|" in other.characters.signature
    assert other.characters.signature.startswith("metric:CER|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Seven,  FOUR — two! ", "seven four two"),
        ("It’s o'clock, said the dogs' 'master'", "it's o'clock said the dogs master"),
        ("Cafe\u0301 ÜBER straße", "café über straße"),
        ("हिन्दी १२ 〇", "हिन्दी १२ 〇"),
        ("İ I", "i\u0307 i"),
        ("x_y\t\u00a0z\u200b3½", "x y z 3½"),
        ("'", ""),
    ],
)
def test_lower(text: str, expected: str) -> None:
    assert lower(text) == expected
    assert lower(lower(text)) == lower(text)


def test_normalisers_do_what_they_say() -> None:
    said, wanted = ["Seven  four"], ["seven, four."]
    assert score_transcripts(said, wanted).words.rate == 0
    assert score_transcripts(said, wanted, normalizer="none").words.rate == 1
    assert score_transcripts(["seven\t four "], ["seven four"], normalizer="none").words.rate == 0
    assert score_transcripts(said, wanted, normalizer="none").normalizer == "none"


def test_display_width() -> None:
    assert [display_width(text) for text in ("", "ab", "四", "e\u0301", "ｱ")] == [0, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"hypotheses": ["a"], "references": ["a", "b"]}, InputError, "1 transcripts and 2 references"),
        ({"hypotheses": [], "references": []}, InputError, "no transcripts"),
        ({"hypotheses": "a", "references": ["a"]}, ParameterError, "hypotheses is one text"),
        ({"hypotheses": ["a"], "references": [None]}, ParameterError, r"references\[0\] is None"),
        ({"hypotheses": ["a"], "references": ["a"], "normalizer": "upper"}, ParameterError, "one of none, lower"),
        ({"hypotheses": ["a"], "references": ["a"], "bootstrap": -1}, ParameterError, "bootstrap is -1"),
        ({"hypotheses": ["a"], "references": ["a"], "seed": 0.5}, ParameterError, "seed is 0.5"),
    ],
)
def test_what_cannot_be(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        score_transcripts(**arguments)  # type: ignore[arg-type]


def test_scoring_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom nlpkit.evaluation import score_transcripts\nscore_transcripts(['a'], ['b'])\n"
        "print(*{'torch', 'sklearn', 'scipy', 'numba', 'librosa'} & {name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
