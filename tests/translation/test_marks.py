"""Marks: the language that is asked for, and parts that come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlpkit.errors import ParameterError
from nlpkit.translation import Translator
from nlpkit.translation.marks import Marks

MARKS = Marks(targets=("de", "fr"), placeholders=("⟦0⟧", "⟦1⟧"))


def test_marks_of_a_vocabulary() -> None:
    assert Marks.of(["▁⟦fr⟧", "⟦10⟧", "⟦2⟧", "⟦", "a⟧", "▁⟦de⟧", "⟦x y⟧"]) == Marks(
        targets=("de", "fr"), placeholders=("⟦2⟧", "⟦10⟧")
    )
    assert Marks.of(["▁one", "⟦"]) == Marks()


@pytest.mark.parametrize(
    ("text", "marked", "parts"),
    [
        ("one", "⟦fr⟧ one", ()),
        ("see {a}, {b} and {c}", "⟦fr⟧ see ⟦0⟧, ⟦1⟧ and {c}", ("{a}", "{b}")),
        ("⟦1⟧ and ⟦fr⟧", "⟦fr⟧ ⟦0⟧ and ⟦1⟧", ("⟦1⟧", "⟦fr⟧")),
        (" \n", "", ()),
    ],
)
def test_what_a_model_reads(text: str, marked: str, parts: tuple[str, ...]) -> None:
    assert MARKS.put(text, "fr") == (marked, parts)
    assert Marks().put(text, None) == (text if text.strip() else "", ())
    if text.strip():
        assert MARKS.restored(marked.removeprefix("⟦fr⟧ "), parts) == text


def test_a_language_that_is_not_there() -> None:
    assert [MARKS.target(code) for code in ("fr", "fr-CA", "DE", "de_AT")] == ["fr", "fr", "de", "de"]
    assert Marks().target(None, "fr") is Marks().target("fr-CA", "fr") is Marks().target(None) is None
    with pytest.raises(ParameterError, match="one target language, which it doesn't name"):
        Marks().target("de")
    with pytest.raises(ParameterError, match="translates into de, fr; name one of these with --to"):
        MARKS.target(None)
    with pytest.raises(ParameterError, match="translates into de, fr; to is 'es': expected one of these"):
        MARKS.target("es")
    with pytest.raises(ParameterError, match="translates into fr; to is 'de'"):
        Marks().target("de", "fr")


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_one_model_translates_into_two_languages(several: Path, engine: str) -> None:
    translator = Translator(several, engine=engine)
    assert translator.marks == Marks(targets=("de", "fr"), placeholders=("⟦0⟧", "⟦1⟧"))
    texts = ["two one", "", "three {name} four", "`ls -l` one https://x.org/a", "⟦1⟧"]
    assert translator.translate(texts, to="fr") == [
        "deux un", "", "trois {name} quatre", "`ls -l` un https://x.org/a", "⟦1⟧"
    ]  # fmt: skip
    assert translator.translate(texts[:3], to="de-AT") == ["zwei eins", "", "drei {name} vier"]
    assert translator.translate(["two. one."], to="de", split_sentences=True)[0].startswith("zwei")
    with pytest.raises(ParameterError, match="translates into de, fr"):
        translator.translate(texts)
