"""Subtitles: by the rules for every timing of words, and where the rules leave a choice."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from nlpkit.speech.recognition.classifier import Classification
from nlpkit.speech.transcripts.cues import Cue, cues_of
from nlpkit.speech.transcripts.segment import Segment
from nlpkit.speech.transcripts.transcript import Transcript, Word

ENDS = ["", "", "", "", ",", ".", "?", "!”"]


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=start, end=end, confidence=0.9)


def spoken(text: str, start: float = 0.0, each: float = 0.3) -> list[Word]:
    """The words of a text, one after another without pauses."""
    return [word(w, start + each * i, start + each * (i + 1)) for i, w in enumerate(text.split())]


def segment(words: list[Word], channel: int | None = None) -> Segment:
    return Segment(start=words[0].start, end=words[-1].end, answer=Transcript(words=words), channel=channel)


def cues(words: list[Word], duration: float) -> list[Cue]:
    return cues_of([segment(words)], duration)


def text_of(found: list[Cue]) -> str:
    return "".join("".join(cue.lines) for cue in found).replace(" ", "")


def drawn(seed: int) -> tuple[list[Segment], float]:
    """Segments of words of any length and timing: touching, of no length, far apart, at the very end."""
    draw = random.Random(seed)
    at = draw.choice([0.0, draw.uniform(0, 3)])
    pace = draw.choice([0.0, 0.02, 0.25, 0.6])
    longest = draw.choice([3, 9, 14, 70, 130])
    segments = []
    for _ in range(draw.randint(1, 12)):
        words = []
        for _ in range(draw.randint(1, draw.choice([2, 40]))):
            length = draw.choice(
                [0.0, pace, pace * draw.random(), draw.uniform(0, 9) if draw.random() < 0.02 else pace]
            )
            letters = "".join(draw.choices("abcdefgh<&-é字", k=draw.randint(1, longest)))
            words.append(word(letters + draw.choice(ENDS), at, at + length))
            at += length + draw.choice([0.0, 0.0, pace * draw.random()])
        segments.append(segment(words))
        at += draw.choice([0.0, 0.3, draw.uniform(0, 4)])
    return segments, max(segments[-1].end + draw.choice([0.0, 0.0, draw.random() * 2]), 1.0)


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_every_timing(first: int) -> None:
    for seed in range(first, first + 50):
        segments, duration = drawn(seed)
        found = cues_of(segments, duration)
        words = [w for each in segments for w in each.words]
        assert text_of(found) == "".join(w.text for w in words), seed
        assert found[0].start >= 0
        assert found[-1].end <= duration * 1000, seed
        for cue in found:
            assert cue.start < cue.end <= cue.start + 7000, seed
            assert 1 <= len(cue.lines) <= 2
            assert all(0 < len(line) <= 42 and line == line.strip() for line in cue.lines), seed
        for one, other in pairwise(found):
            room = duration * 1000 / len(found)
            assert other.start - one.end >= (80 if room > 1500 else 0), seed


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_speech_at_a_usual_pace(first: int) -> None:
    """Where words have time, each cue is long enough, can be read, and begins with its first word or just before."""
    for seed in range(first, first + 50):
        draw = random.Random(seed)
        at, words = draw.uniform(0, 2), []
        for _ in range(draw.randint(3, 120)):
            letters = "".join(draw.choices("abcdefgh", k=draw.randint(1, 8)))
            words.append(word(letters + draw.choice(ENDS), at, at + 0.08 * len(letters) + 0.1))
            at = words[-1].end + draw.choice([0.0, 0.05, 0.4, 2.0])
        found = cues(words, at + 5)
        starts = [round(w.start * 1000) for w in words]
        for number, cue in enumerate(found):
            assert cue.end - cue.start >= 833, seed
            assert sum(map(len, cue.lines)) / (cue.end - cue.start) * 1000 <= 17.01 or number + 1 < len(found)
            assert min(abs(cue.start - start) for start in starts) <= 500, seed


def test_times_are_those_of_the_words() -> None:
    [cue] = cues(spoken("seven four two", 1.0, 0.5), 10)
    assert cue == Cue(start=1000, end=2500, lines=("seven four two",))


def test_a_short_word_is_shown_long_enough() -> None:
    assert cues([word("two", 1.0, 1.2)], 10) == [Cue(start=1000, end=1834, lines=("two",))]
    assert cues([word("two", 9.8, 10.0)], 10) == [Cue(start=9166, end=10000, lines=("two",))]
    assert cues([word("two", 0.1, 0.2)], 0.3) == [Cue(start=0, end=300, lines=("two",))]


def test_sentences_first_then_commas_then_pauses() -> None:
    first = "The first of all the sentences here is neither short nor is it long."
    second = "The second one comes without a pause behind it."
    found = cues(spoken(f"{first} {second}"), 60)
    assert [" ".join(cue.lines) for cue in found] == [first, second]
    clauses = ["If nobody in the whole house had opened the door,", "the cat would have waited there all night long"]
    found = cues(spoken(" ".join(clauses)), 60)
    assert [" ".join(cue.lines) for cue in found] == clauses
    before = spoken("one two three four five six seven eight nine ten")
    after = spoken("eleven twelve thirteen fourteen fifteen sixteen seventeen", before[-1].end + 0.5)
    assert [" ".join(cue.lines) for cue in cues(before + after, 60)] == [
        "one two three four five six seven eight nine ten",
        "eleven twelve thirteen fourteen fifteen sixteen seventeen",
    ]


def test_lines_are_balanced() -> None:
    [cue] = cues(spoken("one day the people of the town went out to look for her", each=0.25), 60)
    assert cue.lines == ("one day the people of the", "town went out to look for her")


def test_a_long_pause_ends_a_cue_and_a_short_one_does_not() -> None:
    assert [cue.lines for cue in cues([word("one", 0, 0.4), word("two", 0.9, 1.3)], 9)] == [("one two",)]
    assert [cue.lines for cue in cues([word("one", 0, 0.4), word("two", 3.0, 3.3)], 9)] == [("one",), ("two",)]


def test_long_words_are_cut() -> None:
    found = cues([word("a" * 100, 0, 4), word("b", 4, 4.2)], 9)
    assert [line for cue in found for line in cue.lines] == ["a" * 42, "a" * 42, "a" * 16 + " b"]


def test_channels_take_turns() -> None:
    left, right = spoken("is that you", 0.5), spoken("yes it is", 1.5)
    found = cues_of([segment(left, 1), segment(right, 2)], 9, with_prefix=True)
    assert [cue.lines for cue in found] == [("channel 1: is that you",), ("channel 2: yes it is",)]
    assert found[0].end - found[0].start >= 834
    assert found[1].start - found[0].end >= 80
    assert [cue.speakers for cue in found] == [("channel 1",), ("channel 2",)]


def test_who_speaks_at_the_same_time_has_a_line_of_the_same_cue() -> None:
    both = [segment([word("no", 0.0, 0.27)], 2), segment([word("yes", 0.1, 0.474)], 1)]
    assert cues_of(both, 0.474, with_prefix=True) == [
        Cue(start=0, end=474, lines=("channel 2: no", "channel 1: yes"), speakers=("channel 2", "channel 1"))
    ]
    long, short = spoken("so I went home and then", 1.0), [word("yes", 1.5, 1.8), word("oh", 2.5, 2.7)]
    assert cues_of([segment(long, 1), segment(short[:1], 2), segment(short[1:], 2)], 9) == [
        Cue(
            start=1000,
            end=2800,
            lines=("so I went home and then", "yes oh"),
            speakers=("channel 1", "channel 2"),
        )
    ]


def test_a_long_talk_of_two_at_once_is_cut_where_both_fit() -> None:
    """Each cue is shown when its words are spoken, and has a line of each."""
    left, right = spoken("one two three four five six " * 6), spoken("red blue green brown black white " * 6, 0.15)
    found = cues_of([segment(left, 1), segment(right, 2)], 12, with_prefix=True)
    spoken_at = {each.text: [w.start for w in (*left, *right) if w.text == each.text] for each in (*left, *right)}
    assert len(found) > 3
    for cue in found:
        assert [line.partition(":")[0] for line in cue.lines] == list(cue.speakers)
        assert sorted(cue.speakers) == ["channel 1", "channel 2"]
        assert all(len(line) <= 42 for line in cue.lines)
        for text in (word for line in cue.lines for word in line.split()[2:]):
            assert any(cue.start - 500 <= 1000 * at <= cue.end + 150 for at in spoken_at[text]), (cue, text)
    for side, words in (("channel 1", left), ("channel 2", right)):
        said = [line.split()[2:] for cue in found for line in cue.lines if line.startswith(side)]
        assert [text for part in said for text in part] == [each.text for each in words]


def test_three_at_once_take_turns() -> None:
    three = [segment(spoken("who is that", 0.1 * n), n + 1) for n in range(3)]
    found = cues_of(three, 9, with_prefix=True)
    assert [cue.speakers for cue in found] == [("channel 1",), ("channel 2",), ("channel 3",)]
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_every_timing_of_several_channels(first: int) -> None:
    """Nothing is lost, times rise, and who speaks at the same time as one other is in the cues of its time."""
    for seed in range(first, first + 50):
        sides = [drawn(2 * seed + n) for n in range(random.Random(seed).choice([2, 2, 2, 3]))]
        segments = [segment(list(each.words), n + 1) for n, (side, _) in enumerate(sides) for each in side]
        segments.sort(key=lambda each: each.start)
        duration = max(duration for _, duration in sides)
        found = cues_of(segments, duration)
        assert sorted(text_of(found)) == sorted("".join(w.text for each in segments for w in each.words)), seed
        assert found[-1].end <= duration * 1000, seed
        for cue in found:
            assert cue.start < cue.end <= cue.start + 7000, seed
            assert len(cue.lines) <= 2, seed
            assert len(cue.speakers) in (1, len(cue.lines)), seed
            assert all(0 < len(line) <= 42 for line in cue.lines), seed
        assert all(one.end <= other.start for one, other in pairwise(found)), seed


def test_labels_are_cues_as_long_as_their_segments() -> None:
    labels = [Classification(label=name, confidence=0.9, probabilities={"dog": 1.0}) for name in ("dog", None, "cat")]
    segments = [Segment(start=4.0 * i, end=4.0 * i + 2, answer=label) for i, label in enumerate(labels)]
    assert cues_of(segments, 20) == [
        Cue(start=0, end=2000, lines=("dog",)),
        Cue(start=8000, end=10000, lines=("cat",)),
    ]


def test_nothing_is_no_cue() -> None:
    assert cues_of([], 5) == []
    assert cues_of([Segment(start=0, end=1, answer=Transcript(words=[]))], 5) == []
