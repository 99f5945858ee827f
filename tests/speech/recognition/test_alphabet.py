"""Letters of CTC."""

from __future__ import annotations

import pytest

from nlpkit.errors import InputError
from nlpkit.speech.recognition.alphabet import Alphabet, spoken_form
from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet


def test_text_comes_back() -> None:
    texts = ["zwölf boxkämpfer", "e\u0301te\u0301", "a  b\u00a0c"]
    alphabet = Alphabet.learnt(texts)
    assert [alphabet.decode(alphabet.encode(text)) for text in texts] == ["zwölf boxkämpfer", "été", "a b c"]
    assert alphabet.separator == alphabet.encode("a b")[1]


def test_words_have_the_places_of_their_tokens() -> None:
    alphabet = Alphabet.learnt(["to go"])
    tokens = alphabet.encode("go to")
    assert alphabet.words(tokens) == [("go", 0, 2), ("to", 3, 5)]
    space = tokens[2]
    assert alphabet.words([space, *tokens, space]) == [("go", 1, 3), ("to", 4, 6)]
    assert alphabet.words([]) == alphabet.words([space]) == []


def test_letters_outside_are_named() -> None:
    alphabet = Alphabet.learnt(["two"])
    assert alphabet.unknown("tea") == "ae"
    with pytest.raises(InputError, match=r"'tea' has letters outside the alphabet: 'a' 'e'"):
        alphabet.encode("tea")
    assert len(alphabet) == 4
    assert alphabet.separator is None
    assert Alphabet.with_space(["two"]).separator == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said: “Don’t!”", "he said don't"),
        ("rock 'n' roll", "rock n roll"),
        ("20,000 leagues", "20 000 leagues"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("हिन्दी, भाषा।", "हिन्दी भाषा"),
        ("…", ""),
    ],
)
def test_the_spoken_form_has_letters_marks_and_digits(text: str, expected: str) -> None:
    assert spoken_form(text) == expected


def test_pieces_are_tokens_whose_words_have_places() -> None:
    texts = ["turn the lights on", "turn the music off", "lights off"] * 10
    pieces = PieceAlphabet.learnt(texts, size=30)
    tokens = pieces.encode("turn lights  off")
    assert 0 not in tokens  # the blank
    assert pieces.decode(tokens) == "turn lights off"
    assert (pieces.words([]), pieces.decode([])) == ([], "")
    words = pieces.words(tokens)
    assert [word for word, _, _ in words] == ["turn", "lights", "off"]
    assert [start for _, start, _ in words] == [0, *(end for _, _, end in words[:-1])]
    assert words[-1][2] == len(tokens)
    assert pieces.unknown("lights at 9") == "9a"
    with pytest.raises(InputError, match=r"letters outside the alphabet: '9'"):
        pieces.encode("on 9")
