"""The guard finds what is wrong with a translation, mends what it can, and flags the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlpkit.text.numbers import has_in_words, numbers_of
from nlpkit.translation import Translation, Translator
from nlpkit.translation.faults import GuardLimits, faults_of, is_loop
from nlpkit.translation.guard import Guard
from nlpkit.translation.marks import Marks
from nlpkit.translation.translations import copied

MARKS = Marks.of(["▁⟦fr⟧", "⟦0⟧", "⟦1⟧"])


def made(source: str, text: str) -> Translation:
    return Translation(source=source, source_tokens=[], source_ids=[], n_best=copied(text).n_best)


class Attempts:
    """Translations of a second attempt, and what was asked for."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), list[tuple[list[str], list[list[str]], int]]()

    def __call__(self, texts: list[str], phrases: list[list[str]], *, no_repeat_ngram: int) -> Iterator[Translation]:
        self.asked.append((texts, phrases, no_repeat_ngram))
        return (made(source, self.texts.pop(0)) for source in texts)


@pytest.mark.parametrize(
    ("source", "target", "flags"),
    [
        ("It costs 1,000.50 euros.", "Es kostet 1.000,50 Euro.", []),
        ("On 3 May 2019, 12 dogs ran.", "Le 3 mai 2019, douze chiens ont couru.", []),
        ("Twenty-one dogs ran.", "21 chiens ont couru.", []),
        ("The second dog ran.", "Le 2e chien a couru.", []),
        ("12 dogs ran.", "Des chiens ont couru.", ["number lost: 12"]),
        ("12 dogs ran.", "12 chiens, 12 chiens ont couru.", ["number doubled: 12"]),
        ("Some dogs ran.", "13 chiens ont couru.", ["number added: 13"]),
        ("See `ls -l` 😀.", "Voir 😀 😀.", ["code lost: `ls -l`", "emoji doubled: 😀"]),
        (
            "Write to a@b.org or {name}.",
            "Écrivez-nous bientôt.",
            ["e-mail address lost: a@b.org", "placeholder lost: {name}"],
        ),
        ("He is very, very, very happy.", "Il est très, très, très heureux.", []),
        ("He is happy.", "Il est très très très heureux.", ["loop"]),
        ("one two", "a b a b a b", ["loop"]),
        ("He said that he would come back soon.", "Oui.", ["length"]),
    ],
)
def test_faults(source: str, target: str, flags: list[str]) -> None:
    assert [str(fault) for fault in faults_of(source, target, languages=("en", "fr"))] == flags


def test_loops_of_pairs() -> None:
    text = " ".join(f"de la {word}" for word in "abcdef")
    assert is_loop("of it", text)
    assert not is_loop(text, text)
    assert not is_loop("of it", text, GuardLimits(pair_times=6))


def test_numbers() -> None:
    assert numbers_of("2019 3 10 000 ٣٤ 7, 8") == {"2019": 1, "3": 1, "10000": 1, "34": 1, "7": 1, "8": 1}
    assert not has_in_words("x", "9" * 30, "en")
    assert not has_in_words("three", "3", "xx")


def test_what_was_lost_is_asked_for_again() -> None:
    again = Attempts("Voir `a` page 12.")
    guard = Guard(again, MARKS, ("en", "fr"))
    [found] = guard.over([made("See `a` on page 12.", "Voir la page.")])
    assert again.asked == [(["See `a` on page 12."], [["12", "⟦0⟧"]], 0)]
    assert (found.text, found.flags) == ("Voir `a` page 12.", ())


def test_a_loop_is_translated_without_repetitions() -> None:
    again = Attempts("Il dort.", "ha ha ha ha")
    found = list(Guard(again, MARKS, ("en", "fr")).over([made("He sleeps.", "il il il"), made("Ha.", "ha ha ha")]))
    assert [number for _, _, number in again.asked] == [4]
    assert [(each.text, each.flags) for each in found] == [("Il dort.", ()), ("Ha ha ha", ("loop",))]


def test_parts_are_carried_over_and_copies_removed() -> None:
    guard = Guard(Attempts("Rien."), MARKS, ("en", "fr"))
    kept, fewer = guard.over([made("See {a}.", "Rien."), made("See {a}.", "Voir {a} {a} {a}.")])
    assert (kept.text, kept.flags) == ("Rien {a}.", ("placeholder carried over: {a}",))
    assert (fewer.text, fewer.flags) == ("Voir {a}.", ())


def test_a_model_with_marks_is_guarded(several: Path) -> None:
    translator = Translator(several, engine="numpy")
    texts = ["two {name} one", "one https://x.org two\n\nthree", "THREE FOUR", "{a}", " \t", "12 %"]
    found = translator.translate_full(texts, to="fr")
    assert [each.text for each in found[:2]] == ["deux {name} un", "un https://x.org deux\n\ntrois"]
    assert found[1].spans == (((0, 21), (0, 21)), ((23, 28), (23, 28)))
    assert [each.text for each in found[3:]] == texts[3:]
    plain = translator.translate_full(["9 {a} {b} {c}"], to="de", guard=False)[0]
    assert plain.flags == ()
    guarded = translator.translate_full(["two 9 {a} {b} {c}"], to="de")[0]
    assert all(part in guarded.text for part in ("{a}", "{b}", "{c}"))
