"""Terms of a glossary stand in translations, or are flagged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs import translate_texts
from nlpkit.translation import DecodingOptions, Translation, Translator
from nlpkit.translation.glossary import Glossary
from nlpkit.translation.guard import Guard
from nlpkit.translation.marks import Marks
from nlpkit.translation.translations import copied


@pytest.mark.parametrize(
    ("source", "target", "missing"),
    [
        ("A House.", "Ein Haus.", ["house"]),
        ("Houses, greenhouse.", "Häuser", []),
        ("the  machine\nlearning", "x", ["machine learning"]),
        ("machine learning", "maschinelles Lernen und ML", []),
        ("US", "die usa", ["US"]),
        ("us", "x", []),
        ("买手机吧", "buy it", ["手机"]),
        ("house house", "Ein Gebäudes", []),
    ],
)
def test_whole_words_in_any_case_but_that_of_capitals(source: str, target: str, missing: list[str]) -> None:
    terms = {"house": ["Gebäude", "Gebäudes"], "machine learning": ["ML"], "learning": ["Lernen"]}
    glossary = Glossary({**terms, "US": ["USA"], "手机": ["phone"]})
    assert list(glossary.missing(source, target)) == missing


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\nalone\n", "terms.tsv, line 2: expected a term, a tab, and its translation"),
        (b"a\tb|\n", "line 1: expected"),
        (b"a\tb\tc\n", "line 1: expected"),
        (b"# nothing\n\n", "has no term"),
        (b"\xff\tb\n", "is not UTF-8 at byte 0"),
    ],
)
def test_files_that_are_no_glossary(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "terms.tsv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        Glossary.read(tmp_path / "terms.tsv")
    with pytest.raises(InputError, match="cannot be read"):
        Glossary.read(tmp_path / "nowhere.tsv")
    with pytest.raises(ParameterError, match="is empty"):
        Glossary({"a": []})


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("\ufeff# comment\none\teins | eine\n\none\tein\r\nbig  dog\tHund\n")
    assert Glossary.read(tmp_path / "terms.tsv").terms == {"one": ["eins", "eine", "ein"], "big dog": ["Hund"]}


def test_terms_are_required(several: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("two\tquatre\nseven\tsept\n", encoding="utf-8")
    texts = ["one two", "three", "two one"]
    report = translate_texts(texts, model=several, to="fr", glossary=tmp_path / "terms.tsv")
    assert report.translations is not None
    assert [("quatre" in each.text) for each in report.translations] == [True, False, True]
    assert report.flags == {}
    translator = Translator(several)
    lost = translator.translate_full(["seven"], to="fr", beam=1, guard=True, glossary=Glossary({"seven": ["x" * 40]}))[
        0
    ]
    assert lost.flags == () or lost.flags == ("glossary term missing: seven",)
    with pytest.raises(ParameterError, match="a glossary needs translations without n_best"):
        translator.translate(texts, DecodingOptions(n_best=2), to="fr", glossary=Glossary({"one": ["un"]}))


def test_terms_take_the_place_of_the_words_that_are_aligned_to_them() -> None:
    glossary = Glossary({"old house": ["Gebäude"], "cat": ["Kater"]})

    def made(source: str, text: str) -> Translation:
        return Translation(source=source, source_tokens=[], source_ids=[], n_best=copied(text).n_best)

    def again(texts: list[str], phrases: list[list[str]], *, no_repeat_ngram: int) -> Iterator[Translation]:
        assert phrases == [["Kater"]]
        return (made(text, "Ich sehe es. Kater.") for text in texts)

    links = {"an old house, today": [0, 2, 1, 3], "I see the cat.": [0, 1, -1]}
    guard = Guard(again, Marks(), ("en", "de"), glossary=glossary, links=lambda found: links[found.source])
    found = guard.over([made("an old house, today", "ein Haus alt, heute"), made("I see the cat.", "Ich sehe es.")])
    assert [(each.text, each.flags) for each in found] == [
        ("ein Gebäude, heute", ()),
        ("Ich sehe es.", ("glossary term missing: cat",)),
    ]
