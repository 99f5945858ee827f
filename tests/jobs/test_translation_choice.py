"""The model that is taken for two languages, where none is named."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from nlpkit.errors import ParameterError
from nlpkit.jobs import translation_choice
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.translation_choice import chosen_model, samples_of

FRENCH = "Je me demande où elle a mis les clés de la voiture."
GERMAN = "Ich frage mich, wo sie die Schlüssel des Autos hingelegt hat."
ITALIAN = (
    "Questa è una lettera scritta in italiano, e non in francese né in tedesco, per vedere che cosa succede quando la"
    " lingua di un testo non è tra quelle che il modello conosce, e se il programma lo dice chiaramente oppure tace."
)


@pytest.fixture(autouse=True)
def pairs(monkeypatch: Any) -> None:
    monkeypatch.setattr(translation_choice, "TRANSLATION_PAIRS", {"ours-fr": ("en", "fr"), "ours-de": ("en", "de")})


def choice(
    model: str | None = None, from_: str | None = None, to: str | None = None, *texts: str, **options: Any
) -> Any:
    found = chosen_model(model, from_, to, lambda: [(f"{n}.txt", text) for n, text in enumerate(texts)], **options)
    return found.model, found.from_, found.to


def unread() -> Any:
    raise AssertionError("the texts were read")


def test_one_model_fits() -> None:
    assert choice(None, None, "fr", "Hi") == ("ours-fr", "en", "fr")
    assert choice(None, "en", "de_AT", "Hi") == ("ours-de", "en", "de")
    assert choice(None, "FR", None, "x") == ("ours-fr", "fr", "en")
    assert choice("ours-de", None, "de", "Hi") == ("ours-de", "en", "de")
    assert chosen_model(None, "de", "en", unread).model == "ours-de"


def test_the_text_tells_the_language() -> None:
    assert choice(None, None, "en", FRENCH) == ("ours-fr", "fr", "en")
    assert choice(None, None, "en", GERMAN, GERMAN) == ("ours-de", "de", "en")
    found = chosen_model(None, None, "en", lambda: [("", GERMAN)])
    assert found.is_detected
    assert found.is_shipped
    assert not chosen_model(None, "de", "en", unread).is_detected


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["Bonjour"], "0.txt: the text is too short to tell fr from de: name its language with --from"),
        ([FRENCH, GERMAN], "0.txt is in fr, and 1.txt in de: translate them apart"),
        ([ITALIAN], "the language 'it', and the model reads fr and de"),
        ([], "there is no text to tell fr from de"),
    ],
)
def test_what_the_text_cannot_tell(texts: list[str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        choice(None, None, "en", *texts)


def test_long_texts_in_another_language_are_refused() -> None:
    assert choice(None, None, "fr", "A " + "short text. " * 3) == ("ours-fr", "en", "fr")
    with pytest.raises(ParameterError, match="'it', and the model reads en"):
        choice(None, None, "fr", ITALIAN)
    assert choice(None, "en", "fr", ITALIAN) == ("ours-fr", "en", "fr")


def test_long_texts_with_few_letters_are_not_checked() -> None:
    assert choice(None, None, "fr", "12,345\n" * 200) == ("ours-fr", "en", "fr")


def test_what_no_model_fits() -> None:
    with pytest.raises(ParameterError, match="--to pl: the models that ship translate en-fr, fr-en, en-de, de-en:"):
        choice(None, None, "pl")
    with pytest.raises(ParameterError, match="or let Helsinki-NLP/opus-mt-de-fr be downloaded"):
        choice(None, "de", "fr")
    with pytest.raises(ParameterError, match="--to fr or de"):
        choice(None, "en")
    with pytest.raises(ParameterError, match="--to fr or en or de"):
        choice()
    with pytest.raises(ParameterError, match="--to de: the model translates en-fr, fr-en"):
        choice("ours-fr", None, "de")


def test_named_and_downloaded_models_are_left_alone() -> None:
    assert choice("mine", None, None) == ("mine", None, None)
    assert choice("mine", "xx", "yy") == ("mine", "xx", "yy")
    assert choice(None, "en", "pl", download=True)[0] == "facebook/nllb-200-distilled-600M"
    with pytest.raises(ParameterError, match="leave it out"):
        choice("mine", "en", "fr", download=True)
    with pytest.raises(ParameterError, match="--download needs --from and --to"):
        choice(None, "en", None, download=True)


def test_the_beginnings_of_inputs(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "a.txt").write_text(f"{FRENCH}\n" * 1000)
    (tmp_path / "b.csv").write_text(f"id,text\n1,{GERMAN}\n".replace("mich, wo", "mich wo"))
    (tmp_path / "c.html").write_text(f"<html><body><p>{FRENCH}</p></body></html>")
    found = dict(samples_of([tmp_path / "a.txt", tmp_path / "c.html"], Reading()))
    assert found[str(tmp_path / "c.html")] == FRENCH
    assert found[str(tmp_path / "a.txt")].startswith(FRENCH)
    ((_, sample),) = samples_of([tmp_path / "b.csv"], Reading(column="text"))
    assert sample.startswith("Ich frage mich wo")
    typed = io.TextIOWrapper(io.BufferedReader(io.BytesIO(FRENCH.encode())))
    monkeypatch.setattr(sys, "stdin", typed)
    assert dict(samples_of(["-"], Reading())) == {"<stdin>": FRENCH}
    assert typed.read() == FRENCH
