"""Rare names that a translation lacks are copied from its source, where that makes it more probable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nlpkit.translation import Translation
from nlpkit.translation.marks import Marks
from nlpkit.translation.names import copied_names
from nlpkit.translation.translations import copied

MARKS = Marks.of(["▁⟦fr⟧", "⟦0⟧", "⟦1⟧"])


def made(source: str, text: str, score: float) -> Translation:
    n_best = [replace(copied(text).n_best[0], score=score)]
    return Translation(source=source, source_tokens=[], source_ids=[], n_best=n_best)


@pytest.mark.parametrize(
    ("source", "text", "language", "score", "expected"),
    [
        ("Kobe is far away.", "Tom est loin.", "en", -1.0, ("Kobe",)),
        ("I saw Kobe again.", "J'ai revu Robe.", "en-GB", -1.0, ("Kobe",)),
        ("I saw Kobe again.", "J'ai revu Robe.", "en", -0.1, ("Kobe",)),
        ("I saw Kobe again.", "J'ai revu Kobe.", "en", -1.0, None),
        ("I saw Tom again.", "Je l'ai revu.", "en", -1.0, None),
        ("Ich sah Kobe.", "Je l'ai revu.", "de", -1.0, None),
        ("Ich sah Kobe.", "Je l'ai revu.", "de_DE", -1.0, None),
        ("Ich sah Kobe.", "Je l'ai revu.", None, -1.0, None),
        ("Kobe again.", "Encore.", "en", -1.0, None),
        ("I SAW KOBE AGAIN.", "ENCORE.", "en", -1.0, None),
        ("I saw Kobe-sur-Mer again.", "Encore.", "en", -1.0, None),
        ("I saw `Kobe` again.", "Encore.", "en", -1.0, None),
    ],
)
def test_rare_names(
    source: str, text: str, language: str | None, score: float, expected: tuple[str, ...] | None
) -> None:
    asked = []

    def again(texts: list[str], names: list[tuple[str, ...]]) -> Iterator[Translation]:
        asked.extend(zip(texts, names, strict=True))
        return (made(each, "again", -0.5) for each in texts)

    first = made(source, text, score)
    [found] = copied_names([first], again, lambda words: [3 if "ob" in w.lower() else 2 for w in words], language)
    assert asked == ([] if expected is None else [(source, expected)])
    assert found.text == ("again" if expected and score < -0.5 else text)


def test_marks_stand_for_whole_words_outside_of_protected_parts() -> None:
    assert MARKS.put("`Kobe` Kobe Kobeland", "fr", ["Kobe"]) == ("⟦fr⟧ ⟦0⟧ ⟦1⟧ Kobeland", ("`Kobe`", "Kobe"))
    assert MARKS.put("Kobe Kobe Kobe", "fr", ["Kobe"]) == ("⟦fr⟧ ⟦0⟧ ⟦1⟧ Kobe", ("Kobe", "Kobe"))
