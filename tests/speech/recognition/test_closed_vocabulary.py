"""The likeliest words of a closed vocabulary: against all paths, one by one, and by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nlpkit.speech.recognition.alphabet import Alphabet
from nlpkit.speech.recognition.closed_vocabulary import ClosedVocabulary

ALPHABET = Alphabet(" ab")
BLANK, SPACE, A, B = 0, 1, 2, 3
JOINED = 3.0  # cost of a word without a gap before it


def every_path(words: list[str], frames: int) -> Iterator[tuple[list[tuple[str, int, int]], float]]:
    """Yield each way to fill the frames with gaps and states of words (word, place, token), and its cost."""

    def going_on(path: list[tuple[str, int, int]], cost: float) -> Iterator[tuple[list[tuple[str, int, int]], float]]:
        if len(path) == frames:
            if path[-1][0] == "gap" or path[-1][1] == 2 * len(path[-1][0]) - 2:
                yield path, cost
            return
        steps = [("gap", 0, BLANK)] if not path or path[-1][0] == "gap" else []
        starts = [(word, 0, ALPHABET.encode(word[0])[0]) for word in words]
        if not path or path[-1][0] == "gap":
            for step in [*steps, *starts]:
                yield from going_on([*path, step], cost)
            return
        word, place, token = path[-1]
        yield from going_on([*path, path[-1]], cost)  # the same state
        if place == 2 * len(word) - 2:
            yield from going_on([*path, ("gap", 0, BLANK)], cost)
            for step in starts:
                if step[2] != token:
                    yield from going_on([*path, step], cost + JOINED)
            return
        letters = ALPHABET.encode(word)
        following = place + 1
        yield from going_on([*path, (word, following, BLANK if following % 2 else letters[following // 2])], cost)
        if place % 2 == 0 and letters[place // 2] != letters[place // 2 + 1]:
            yield from going_on([*path, (word, place + 2, letters[place // 2 + 1])], cost)

    yield from going_on([], 0.0)


def score(path: list[tuple[str, int, int]], cost: float, log_p: np.ndarray) -> float:
    total = -cost
    for row, (kind, _, token) in zip(log_p, path, strict=True):
        total += max(row[BLANK], row[SPACE]) if kind == "gap" else row[token]
    return total


def words_in(path: list[tuple[str, int, int]]) -> list[str]:
    found = []
    for number, (kind, place, _) in enumerate(path):
        before = path[number - 1] if number else ("gap", 0, 0)
        if kind != "gap" and place == 0 and (before[0] == "gap" or before[1] != 0 or before[0] != kind):
            found.append(kind)
    return found


@pytest.mark.parametrize("words", [["ab", "b"], ["aa", "ba"], ["a"]])
def test_no_path_is_likelier(words: list[str]) -> None:
    draw = np.random.default_rng(0)
    paths = list(every_path(words, 5))
    closed = ClosedVocabulary(words, ALPHABET)
    for _ in range(25):
        log_p = np.log(draw.dirichlet(np.full(4, 0.5), size=5) + 1e-9)
        best, _cost = max(paths, key=lambda one: score(*one, log_p))
        assert [word.text for word in closed.search(log_p)] == words_in(best)


def test_a_wrong_letter_is_mended_and_lowers_the_confidence() -> None:
    alphabet = Alphabet.with_space(["eight", "six"])
    heard = [0, *alphabet.encode("s"), 0, *alphabet.encode("ight"), 0]
    p = np.full((len(heard), len(alphabet)), 0.01)
    p[np.arange(len(heard)), heard] = 0.9
    p[1, alphabet.encode("e")[0]] = 0.05
    p /= p.sum(1, keepdims=True)
    [word] = ClosedVocabulary(["eight", "six"], alphabet).search(np.log(p))
    assert (word.text, word.first, word.last) == ("eight", 1, 6)
    letters = [p[frame, alphabet.encode(letter)[0]] for frame, letter in zip((1, 3, 4, 5, 6), "eight", strict=True)]
    assert word.log_p == pytest.approx(np.log(letters).mean())


def test_a_blank_penalty_finds_a_word_and_leaves_its_confidence() -> None:
    p = np.array([[0.9, 0.04, 0.03, 0.03], [0.6, 0.05, 0.3, 0.05], [0.6, 0.05, 0.05, 0.3], [0.9, 0.04, 0.03, 0.03]])
    closed = ClosedVocabulary(["ab"], ALPHABET)
    assert closed.search(np.log(p)) == []
    [word] = closed.search(np.log(p), blank_penalty=1.0)
    assert (word.text, word.first, word.last, np.exp(word.log_p)) == ("ab", 1, 2, pytest.approx(0.3))


def test_blanks_and_nothing_have_no_words() -> None:
    closed = ClosedVocabulary(["ab"], ALPHABET)
    assert closed.search(np.log([[0.97, 0.01, 0.01, 0.01]] * 5)) == []
    assert closed.search(np.zeros((0, 4))) == []
    assert ClosedVocabulary([], ALPHABET).search(np.zeros((3, 4))) == []
