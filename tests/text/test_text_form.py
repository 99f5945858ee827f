"""The form of texts that translation models read: by hand, and by unicodedata."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.errors import ParameterError
from nlpkit.text.text_form import TEXT_FORMS, TextForm, form_of_pieces, form_of_texts

FRENCH = ["Une école fière pèse.", "Une pièce rêve.", "été", "Où ?"]
KOREAN = ["학교에 갑니다", "한국어"]
HINDI = ["हिन्दी में लिखा है", "क़लम"]
LEGACY_VIETNAMESE = ["ti\u00ea\u0301ng", "vi\u00ea\u0323t", "a\u0300", "o\u031b"]  # as Windows' code page 1258 has it


def nfd(texts: list[str]) -> list[str]:
    return [unicodedata.normalize("NFD", text) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301cole", "école"),
        ("co\u00adope\u00adrate", "cooperate"),
        ("no\u200bspace\u2060here\ufeff", "nospacehere"),
        ("a\u00a0b", "a b"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner within a word is spelling
        ("\u1112\u1161\u11ab", "한"),
        ("\u212b", "\u00c5"),
        ("e\u00ad\u0301", "é"),
    ],
)
def test_texts_by_hand(text: str, expected: str) -> None:
    assert TextForm("NFC")(text) == expected


@given(st.text(), st.sampled_from(TEXT_FORMS))
def test_a_form_is_reached_at_once(text: str, name: str) -> None:
    for cleans in (True, False):
        form = TextForm(name, cleans=cleans)
        assert form(form(text)) == form(text)
        assert form(text) == form(unicodedata.normalize("NFD" if name != "NFKC" else "NFKD", text))
    assert TextForm(name, cleans=False)(text) == unicodedata.normalize(name, text)
    assert TextForm(None)(text) == text


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"normalize is 'nfc': choose NFC, NFD, NFKC or None"):
        TextForm("nfc")


@pytest.mark.parametrize("texts", [FRENCH, KOREAN])
def test_the_form_of_texts_and_of_pieces_is_found(texts: list[str]) -> None:
    assert form_of_texts(texts) == form_of_pieces(texts) == "NFC"
    assert form_of_texts(nfd(texts)) == form_of_pieces(nfd(texts)) == "NFD"
    assert form_of_texts([*texts, *nfd(texts)]) == form_of_pieces([*texts, *nfd(texts)]) == "NFC"
    assert form_of_texts([*texts, *nfd(texts[:1])]) == "NFC"


def test_the_form_of_other_pieces() -> None:
    assert form_of_pieces(["<unk>", "▁the", "<0xE2>", "。", "你好"]) == "NFC"
    assert form_of_pieces([*FRENCH, "\u212b", "\u0301"]) == "NFC"
    assert form_of_pieces(LEGACY_VIETNAMESE) is None
    assert form_of_texts([" ".join(LEGACY_VIETNAMESE)]) == form_of_texts(HINDI) == form_of_texts([]) == "NFC"
