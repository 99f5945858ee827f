"""Unicode forms and accents, against unicodedata and scikit-learn, over every code point."""

from __future__ import annotations

import pickle
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import strip_accents_ascii, strip_accents_unicode

from nlpkit.embeddings import BagOfWords, Tfidf
from nlpkit.errors import ParameterError
from nlpkit.text.counting import rows as counting

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
anything = st.text(st.characters(exclude_categories=()))
combining = st.text("aeé\u0301\u0323\u0307ﬁ①가각ᄀ\u1161Å\u212b")


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@given(text=st.one_of(anything, combining))
def test_forms(form: str, text: str) -> None:
    prepare = BagOfWords(normalize=form, lowercase=False).build_preprocessor()
    assert prepare(text) == unicodedata.normalize(form, text)
    assert prepare(prepare(text)) == prepare(text)


@given(text=st.one_of(anything, combining))
def test_none_changes_nothing(text: str) -> None:
    assert BagOfWords(lowercase=False).build_preprocessor()(text) == text
    assert BagOfWords().build_preprocessor()(text) == text.lower()


def test_the_order_form_lower_case_accents() -> None:
    prepare = BagOfWords(normalize="NFKC", strip_accents="unicode").build_preprocessor()
    assert prepare("ＦＩＮ ﬁ Å") == "fin fi a"
    # Normalised first: one code point that lower-cases to one; else two.
    assert BagOfWords(normalize="NFC").build_preprocessor()("I\u0307") == "İ".lower()
    assert BagOfWords(normalize="NFKC", preprocessor=str.upper).build_preprocessor()("ﬁ ①") == "FI 1"


@pytest.mark.parametrize(("name", "peer"), [("ascii", strip_accents_ascii), ("unicode", strip_accents_unicode)])
def test_accents_of_every_code_point(name: str, peer: object) -> None:
    assert callable(peer)
    strip = BagOfWords(strip_accents=name, lowercase=False).build_preprocessor()
    assert [hex(ord(c)) for c in EVERY if strip(c) != peer(c)] == []
    assert [hex(ord(c)) for c in EVERY[::7] if strip(f"a{c}\u0301 b") != peer(f"a{c}\u0301 b")] == []


@pytest.mark.parametrize("form", ["NFD", "nfc", "", 3])
def test_forms_that_are_none(form: object) -> None:
    with pytest.raises(ParameterError, match="normalize") as caught:
        BagOfWords(normalize=form).fit(["text"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"strip_accents": "unicode"}, {"normalize": "NFC"}, {"normalize": "NFKC"}], ids=str
)
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
def test_an_estimator_of_several_steps_is_pickled(
    options: dict[str, str], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    texts = ["Café CAFE", "cafe\u0301 ﬁsh"]
    model = Tfidf(**options).fit(texts)
    again = pickle.loads(pickle.dumps(model))
    assert (again.transform(texts) != model.transform(texts)).nnz == 0
    assert again.partial_fit(["Fish"]).terms_ == model.partial_fit(["Fish"]).terms_
