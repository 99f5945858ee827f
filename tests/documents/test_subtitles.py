"""Subtitles: times and all that is not text stay; sentences over several cues are shared out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.documents.inline_tags import put_tags
from nlpkit.documents.subtitles import Subtitles
from nlpkit.errors import InputError

TIMES = ["00:00:01,000 --> 00:00:03,000", "00:00:03,100 --> 00:00:06,000", "00:00:06,000 --> 00:00:09,000"]


def srt(*texts: str, times: list[str] = TIMES) -> str:
    return "".join(
        f"{number}\n{time}\n{text}\n\n" for number, (time, text) in enumerate(zip(times, texts, strict=False), 1)
    )


def same(subtitles: Subtitles) -> str:
    """The file with each unit translated by itself: the words stay where they were."""
    return subtitles.filled(
        [put_tags(unit.text, unit.tags, unit.text, list(range(len(unit.text.split())))) for unit in subtitles.units]
    )


@pytest.mark.parametrize(
    ("content", "units"),
    [
        (srt("One.", "Two."), ["One.", "Two."]),
        (srt("I love", "pizza."), ["I love pizza."]),
        (srt("One\ntwo. Three", "four."), ["One two.", "Three four."]),
        (srt("- Who?\n- Me.", "Fine"), ["Who?", "Me.", "Fine"]),
        (srt("<i>I love</i>", "<i>pizza.</i>"), ["I love pizza."]),
        (srt("{\\an8}Up", "there"), ["Up there"]),
        (
            srt("Hello", "world", times=["00:00:01,000 --> 00:00:02,000", "00:00:09,000 --> 00:00:10,000"]),
            ["Hello", "world"],
        ),
        (srt("♪ La la ♪", "123", "Go!"), ["♪ La la ♪", "Go!"]),
        (
            "WEBVTT\n\nNOTE say\nnothing\n\nSTYLE\n::cue {}\n\nid 1\n00:01.000 --> 00:02.000 align:start\n<v Bob>Hi.\n",
            ["Hi."],
        ),
    ],
)
def test_units(content: str, units: list[str]) -> None:
    assert [unit.text for unit in Subtitles(content).units] == units


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_no_text_stays(end: str) -> None:
    content = (
        "\ufeffWEBVTT - Title\n\nNOTE\nA note --> not times\n\n1 - intro\n00:01.000 --> 00:02.000 line:0 position:20%\n"
        "<v Bob><i>Hi</i><00:01.500> you.</v>\n\n\n2\n00:00:02.500 --> 00:00:04.000\n- {\\an8}What?\n- <b>That.</b>\n\n"
        "3\n00:00:05.000 --> 00:00:06.000\n...\n\n4\n00:00:06.000 --> 00:00:07.000\n\n"
        "5\n00:00:07.000 --> 00:00:08.000\nlast, without an end of line"
    ).replace("\n", end)
    subtitles = Subtitles(content)
    assert [unit.text for unit in subtitles.units] == ["Hi you.", "What?", "That.", "last, without an end of line"]
    assert same(subtitles) == content
    texts = ["Salut <i>toi</i><00:01.500>.", "Quoi ?", "Ça.", "dernier"]
    made = subtitles.filled(texts)
    assert made.count(end) == content.count(end)
    assert re.findall(r"[\d:.]+ --> .*", made) == re.findall(r"[\d:.]+ --> .*", content)
    assert f"<v Bob>Salut <i>toi</i><00:01.500>.</v>{end}" in made
    assert f"- {{\\an8}}Quoi ?{end}- <b>Ça.</b>{end}" in made


def test_a_sentence_is_shared_out_by_the_proportions_of_the_source() -> None:
    subtitles = Subtitles(srt("I think that", "it is much too late now, and", "we go."))
    [unit] = subtitles.units
    assert unit.text == "I think that it is much too late now, and we go."
    made = subtitles.filled(["Je pense qu'il est maintenant beaucoup trop tard, et nous partons."])
    assert made == srt("Je pense qu'il est", "maintenant beaucoup trop tard,", "et nous partons.")
    assert subtitles.filled(["Non"]) == srt("Non", "", "")


def test_long_lines_are_broken_and_long_or_fast_cues_flagged() -> None:
    subtitles = Subtitles(srt("Yes.", "No.", "Perhaps."))
    long = "Das ist ein ziemlich langer Satz, der nicht in eine Zeile passt."
    longer = " ".join([long] * 2)
    made = subtitles.filled([long, longer, "Ja."])
    lines = made.split("\n")
    assert lines[2:4] == ["Das ist ein ziemlich langer Satz,", "der nicht in eine Zeile passt."]
    assert [(flag.place, flag.text) for flag in subtitles.flags(made)] == [
        ("cue 1", "32 characters per second"),
        ("cue 2", "44 characters per second"),
        ("cue 2", "129 characters"),
    ]


def test_a_file_without_cues_is_refused() -> None:
    with pytest.raises(InputError, match="there is no cue with times"):
        Subtitles("1\nOne.\n")


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["one", "Two.", "<i>x</i>", "</b>", "<b>", "- y", "{\\an8}", "\n", "3", "é?"]), max_size=6
        ),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_any_file_keeps_its_cues_and_tags(cues: list[list[str]], data: st.DataObject) -> None:
    texts = ["\n".join(line for line in " ".join(words).split("\n") if line.strip()) for words in cues]
    times = [f"00:00:{2 * n:02},000 --> 00:00:{2 * n + 2:02},000" for n in range(len(cues))]
    content = srt(*texts, times=times)
    subtitles = Subtitles(content)
    made = [" ".join(data.draw(st.lists(st.sampled_from(["Un", "deux,", "x"]), max_size=9))) for _ in subtitles.units]
    tagged = [
        put_tags(unit.text, unit.tags, text, [0] * len(text.split()))
        for unit, text in zip(subtitles.units, made, strict=True)
    ]
    filled = subtitles.filled(tagged)
    assert [line for line in filled.split("\n") if "-->" in line] == times
    tags = r"</?[ib]>|\{\\an8\}"
    assert sorted(re.findall(tags, filled)) == sorted(re.findall(tags, content))
    words = re.sub(r"\d+\n.*-->.*", "", re.sub(tags, "", filled)).split()
    assert [word for word in words if word in ("Un", "deux,")] == [w for text in made for w in text.split() if w != "x"]
