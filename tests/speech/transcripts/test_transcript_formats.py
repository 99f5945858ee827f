"""Files of transcripts, read by other packages' strict parsers, or compared with what they should hold."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
import srt
import webvtt
from test_cues import cues_of, drawn, segment, spoken, text_of, word

from nlpkit.errors import ParameterError
from nlpkit.speech.recognition.classifier import Classification
from nlpkit.speech.transcripts.formats import FORMATS, Ending, TranscriptLayout
from nlpkit.speech.transcripts.segment import Segment
from nlpkit.speech.transcripts.transcript import Transcript

NAMES = ("dog\tbig", "cat")


def written(format: str, segments: list[Segment], duration: float, **layout: object) -> str:
    made = TranscriptLayout(format=format, **layout)  # type: ignore[arg-type]
    recording = made.recording("a b.wav")
    lines = [line for each in segments for line in recording.segment(each)]
    return made.head + "".join([*lines, *recording.end(Ending(duration=duration, silence=1.25))])


def milliseconds(time: str) -> int:
    hours, minutes, seconds = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


def label(name: str | None, start: float, channel: int | None = None) -> Segment:
    answer = Classification(label=name, confidence=0.75, probabilities={NAMES[0]: 0.75, NAMES[1]: 0.25})
    return Segment(start=start, end=start + 1, answer=answer, channel=channel)


@pytest.mark.parametrize("seed", range(60))
def test_subtitles_pass_strict_parsers(seed: int) -> None:
    segments, duration = drawn(seed)
    expected = cues_of(segments, duration)
    parsed = list(srt.parse(written("srt", segments, duration), ignore_errors=False))
    times = [(round(each.start.total_seconds() * 1000), round(each.end.total_seconds() * 1000)) for each in parsed]
    assert times == [(cue.start, cue.end) for cue in expected]
    assert [each.content for each in parsed] == ["\n".join(cue.lines) for cue in expected]
    assert [each.index for each in parsed] == list(range(1, len(expected) + 1))
    vtt = written("vtt", segments, duration)
    captions = webvtt.from_buffer(io.StringIO(vtt)).captions
    assert [(milliseconds(each.start), milliseconds(each.end)) for each in captions] == times
    assert len(captions) == len(expected)
    texts = "".join(caption.raw_text.replace("\n", "") for caption in captions)
    plain = texts.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert plain.replace(" ", "") == text_of(expected)


@pytest.mark.parametrize("seed", range(30))
def test_subtitles_of_two_at_once_pass_strict_parsers(seed: int) -> None:
    sides = [drawn(seed), drawn(seed + 1000)]
    segments = [segment(list(each.words), n + 1) for n, (side, _) in enumerate(sides) for each in side]
    segments.sort(key=lambda each: each.start)
    duration = max(each for _, each in sides)
    parsed = list(srt.parse(written("srt", segments, duration), ignore_errors=False))
    captions = webvtt.from_buffer(io.StringIO(written("vtt", segments, duration))).captions
    for times in (
        [(each.start.total_seconds(), each.end.total_seconds()) for each in parsed],
        [(milliseconds(each.start), milliseconds(each.end)) for each in captions],
    ):
        assert all(start < end for start, end in times)
        assert all(one[1] <= other[0] for one, other in pairwise(times))


def test_a_line_for_each_who_speaks_at_the_same_time() -> None:
    both = [segment([word("no", 0.0, 0.27)], 2), segment([word("yes & no", 0.1, 0.474)], 1)]
    assert written("srt", both, 0.474).splitlines()[1:4] == [
        "00:00:00,000 --> 00:00:00,474",
        "channel 2: no",
        "channel 1: yes & no",
    ]
    vtt = written("vtt", both, 0.474)
    assert "<v channel 2>no</v>\n<v channel 1>yes &amp; no</v>\n" in vtt
    [caption] = webvtt.from_buffer(io.StringIO(vtt)).captions
    assert caption.text == "no\nyes &amp; no"


def test_what_means_something_to_players_is_only_text() -> None:
    words = [word("<b>", 0, 1), word("a-->b", 1, 2), word("&amp;", 2, 3), word("line\n\nbreak", 3, 4)]
    assert "<b> a->b &amp; line break" in written("srt", [segment(words)], 9)
    assert "&lt;b&gt; a--&gt;b &amp;amp; line break" in written("vtt", [segment(words)], 9)
    assert list(srt.parse(written("srt", [segment(words)], 9), ignore_errors=False))


def test_text() -> None:
    segments = [
        segment(spoken("seven four")),
        segment(spoken("two", 3.0)),
        Segment(start=5, end=6, answer=Transcript(words=[])),
    ]
    assert written("txt", segments, 9) == "seven four\ntwo\n"
    assert written("txt", [segment(spoken("seven"), 2)], 9, names_sources=True) == "a b.wav: channel 2: seven\n"
    assert written("txt", [label("cat", 0), label(None, 2), label(NAMES[0], 4)], 9) == "cat\ndog big\n"


def test_tables() -> None:
    assert written("tsv", [segment(spoken("seven four", 0.5))], 9) == (
        "start\tend\ttext\tconfidence\n0.500\t1.100\tseven four\t0.9000\n"
    )
    found = written(
        "tsv", [label("cat", 0, 1), label(None, 2, 2)], 9, labels=NAMES, has_channels=True, names_sources=True
    )
    assert found == (
        "source\tstart\tend\tchannel\tlabel\tconfidence\tprobability.dog big\tprobability.cat\n"
        "a b.wav\t0.000\t1.000\t1\tcat\t0.7500\t0.750000\t0.250000\n"
        "a b.wav\t2.000\t3.000\t2\t\t0.7500\t0.750000\t0.250000\n"
    )


def test_json() -> None:
    words = segment(spoken("seven", 0.5), 2)
    rejected = Segment(start=3, end=4, answer=Transcript(words=[], rejected=2))
    assert json.loads(written("json", [words, rejected], 9)) == {
        "source": "a b.wav",
        "segments": [
            {
                "start": 0.5,
                "end": 0.8,
                "channel": 2,
                "text": "seven",
                "words": [{"text": "seven", "start": 0.5, "end": 0.8, "confidence": 0.9}],
                "rejected": 0,
            },
            {"start": 3, "end": 4, "text": "", "words": [], "rejected": 2},
        ],
        "duration": 9,
        "silence": 1.25,
        "rejected": 2,
    }
    [found] = json.loads(written("json", [label(None, 1)], 9))["segments"]
    assert found == {
        "start": 1,
        "end": 2,
        "label": None,
        "confidence": 0.75,
        "probabilities": {NAMES[0]: 0.75, NAMES[1]: 0.25},
    }
    assert json.loads(written("json", [], 0.5))["segments"] == []


def test_labels_are_cues() -> None:
    parsed = list(
        srt.parse(written("srt", [label("cat", 0), label(None, 2), label("cat", 4, 1)], 9), ignore_errors=False)
    )
    assert [(each.content, each.start.total_seconds(), each.end.total_seconds()) for each in parsed] == [
        ("cat", 0, 1),
        ("channel 1: cat", 4, 5),
    ]
    [one] = webvtt.from_buffer(io.StringIO(written("vtt", [label("cat", 4, 1)], 9))).captions
    assert (one.voice, one.text) == ("channel 1", "cat")


def test_a_reader_that_will_not_wait() -> None:
    """After a pause all cues are written, and the next one comes later."""
    recording = TranscriptLayout(format="srt").recording("-")
    pieces = list(recording.segment(segment(spoken("one", 0.5))))
    assert pieces == []
    pieces += [
        *recording.pause(1.2),
        *recording.segment(segment(spoken("two", 1.4))),
        *recording.end(Ending(duration=3)),
    ]
    parsed = list(srt.parse("".join(pieces), ignore_errors=False))
    assert [each.content for each in parsed] == ["one", "two"]
    assert parsed[0].end.total_seconds() <= 1.2 < parsed[1].start.total_seconds() <= 1.4


def test_formats_that_are_none() -> None:
    with pytest.raises(ParameterError, match="format is 'ass': expected one of txt, srt, vtt, tsv, json"):
        TranscriptLayout(format="ass")
    assert all(TranscriptLayout(format=name) for name in FORMATS)
