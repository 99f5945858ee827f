"""Sentences of texts: by hand, and what must hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.text.sentences import count_sentences, split_sentences


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("One. Two!  Three?", "en", ["One.", "Two!", "Three?"]),
        ("Dr. Smith paid $3.5 million. He left.", "en", ["Dr. Smith paid $3.5 million.", "He left."]),
        ("Am 3. Mai kam er z. B. nicht. Dann ging er.", "de", ["Am 3. Mai kam er z. B. nicht.", "Dann ging er."]),
        ("M. Dupont dort. Il rêve.", "fr-FR", ["M. Dupont dort.", "Il rêve."]),
        ("So do I. He sleeps.", None, ["So do I.", "He sleeps."]),
        ("我走了。你呢？他来了！", "zh", ["我走了。", "你呢？", "他来了！"]),
        ("我走了。你呢？", None, ["我走了。", "你呢？"]),
        ("यह एक वाक्य है। यह दूसरा है।", "hi", ["यह एक वाक्य है।", "यह दूसरा है।"]),
        ("ما اسمك؟ أنا علي.", "ar", ["ما اسمك؟", "أنا علي."]),
        ("One.\n\nTwo", None, ["One.", "Two"]),
        (" One. ", None, ["One."]),
        ("Wait... !!! Go.", None, ["Wait... !!!", "Go."]),
        ("...", None, ["..."]),
        ("", None, [""]),
        ("\ud800 aa. Bb c.", None, ["\ud800 aa.", "Bb c."]),
        ("1. Aa bb. 2. Cc dd.", None, ["1. Aa bb.", "2. Cc dd."]),
        ("Aa bb. 12", None, ["Aa bb. 12"]),
        ("Mme. Roy et le Dr. Knock. Oui.", "fr", ["Mme. Roy et le Dr. Knock.", "Oui."]),
        ("Le 14 juil. 2020. En juil. Puis non.", "fr", ["Le 14 juil. 2020.", "En juil.", "Puis non."]),
        ("20 pers. sont là. Voir art. 5. Fin.", "fr", ["20 pers. sont là.", "Voir art. 5.", "Fin."]),
        (
            "Hrn. Maier, im 19. Jahrhundert. Es sind 19. Ja.",
            "de",
            ["Hrn. Maier, im 19. Jahrhundert.", "Es sind 19.", "Ja."],
        ),
        ("Er kam im 3.\nMaier", "de", ["Er kam im 3.", "Maier"]),
        ("About approx. 5 tons, in dept. 3. Him.", "en", ["About approx. 5 tons, in dept. 3.", "Him."]),
        (
            "Say `a. B? C` now. Go to www.x.org/a.B now.",
            "en",
            ["Say `a. B? C` now.", "Go to www.x.org/a.B now."],
        ),
    ],
)
def test_sentences_by_hand(text: str, language: str | None, sentences: list[str]) -> None:
    assert split_sentences(text, language).texts == sentences
    assert count_sentences(text, language) == len(sentences)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text("aB. !?\n。我\u00a0\"'()M"))
def test_nothing_is_lost(text: str) -> None:
    found = split_sentences(text)
    assert len(found.texts) == len(found.between) + 1
    assert not "".join(found.between).strip()
    whole = found.texts[0] + "".join(space + part for space, part in zip(found.between, found.texts[1:], strict=True))
    assert whole == text.strip()
    assert all(part for part in found.texts) or not text.strip()
    assert 1 <= count_sentences(text) <= len(found.texts)


@pytest.mark.parametrize(
    ("text", "translations", "expected"),
    [
        ("Aa.  Bb.", ["X.", "Y."], "X.  Y."),
        ("Aa.\tBb.", ["X.", "Y."], "X.\tY."),
        ("Aa.\n\nBb.", ["X.", "Y."], "X.\n\nY."),
        ("Aa. Bb.", ["甲。", "乙。"], "甲。乙。"),
        ("Aa.\nBb.", ["甲。", "乙。"], "甲。\n乙。"),
        ("甲。乙。", ["X.", "Y."], "X. Y."),
        ("甲。乙。", ["甲。", "乙。"], "甲。乙。"),
        ("Aa. Bb.", ["ก", "ข"], "ก ข"),
        ("Aa. Bb. Cc.", ["X.", "", "Z."], "X. Z."),
        ("Aa. Bb.", ["", "Y."], "Y."),
    ],
)
def test_translations_are_joined_as_the_sentences_were(text: str, translations: list[str], expected: str) -> None:
    assert split_sentences(text).joined(translations) == expected
