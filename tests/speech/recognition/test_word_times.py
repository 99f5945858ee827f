"""Times of words: between pauses and neighbours, around their letters."""

from __future__ import annotations

import numpy as np
import pytest

from nlpkit.speech.recognition.word_times import sounding

SR = 8000


def sound(*parts: tuple[float, float]) -> np.ndarray:
    """Noise of some durations in seconds and amplitudes, one after the other."""
    draw = np.random.default_rng(0)
    pieces = [level * draw.standard_normal(round(seconds * SR)) for seconds, level in parts]
    return np.concatenate(pieces).astype(np.float32)


def test_a_word_sounds_from_its_onset_to_the_pause_after_it() -> None:
    y = sound((0.3, 0.001), (0.4, 0.3), (0.5, 0.001), (0.3, 0.3), (0.2, 0.001))
    [first, second] = sounding(y, SR, [(0.34, 0.42), (1.22, 1.3)])
    assert first == pytest.approx((0.3, 0.7), abs=0.011)
    assert second == pytest.approx((1.2, 1.5), abs=0.011)


def test_the_closure_of_a_stop_is_within_a_word() -> None:
    y = sound((0.2, 0.001), (0.2, 0.3), (0.08, 0.0001), (0.1, 0.3), (0.4, 0.001))
    assert sounding(y, SR, [(0.22, 0.3)])[0] == pytest.approx((0.2, 0.58), abs=0.011)


def test_a_click_is_not_all_of_a_word() -> None:
    y = sound((0.3, 0.001), (0.02, 0.3), (0.15, 0.001), (0.3, 0.3), (0.4, 0.001))
    assert sounding(y, SR, [(0.1, 0.2)])[0] == pytest.approx((0.3, 0.77), abs=0.011)


def test_words_without_a_pause_end_at_a_short_gap_before_the_next_one() -> None:
    y = sound((0.1, 0.001), (0.4, 0.3), (0.05, 0.003), (0.45, 0.3), (0.3, 0.001))
    [first, second] = sounding(y, SR, [(0.12, 0.3), (0.6, 0.8)])
    assert 0.5 <= first[1] <= second[0] <= 0.56
    assert second[1] == pytest.approx(1.0, abs=0.011)


def test_letters_in_the_silence_before_a_word_belong_to_its_sound() -> None:
    y = sound((0.6, 0.001), (0.4, 0.3), (0.8, 0.001), (0.3, 0.3), (0.2, 0.001))
    [first, second] = sounding(y, SR, [(0.2, 0.4), (1.3, 1.5)])
    assert first == pytest.approx((0.6, 1.0), abs=0.011)
    assert second == pytest.approx((1.8, 2.1), abs=0.011)


@pytest.mark.parametrize("late", [0.8, 1.02])
def test_a_last_letter_in_the_silence_after_a_word_does_not_make_it_longer(late: float) -> None:
    y = sound((0.1, 0.001), (0.4, 0.3), (0.5, 0.001), (0.3, 0.3), (0.2, 0.001))
    [first, second] = sounding(y, SR, [(0.12, late), (1.05, 1.2)])
    assert first == pytest.approx((0.1, 0.5), abs=0.011)
    assert second == pytest.approx((1.0, 1.3), abs=0.011)


def test_times_rise_lie_inside_and_hold_the_letters() -> None:
    draw = np.random.default_rng(1)
    for _ in range(100):
        n = int(draw.integers(0, 12000))
        y = (draw.standard_normal(n) * draw.choice([0.0, 1e-4, 0.3])).astype(np.float32)
        marks = np.sort(draw.uniform(0, n / SR, 6))
        spans = list(zip(marks[::2].tolist(), marks[1::2].tolist(), strict=True))
        found = sounding(y, SR, spans)
        flat = [time for span in found for time in span]
        assert flat == sorted(flat)
        assert all(0 <= time <= n / SR + 1e-9 for time in flat)
        for (start, end), (first, last) in zip(found, spans, strict=True):
            assert start <= first + 1e-9
            assert end >= last - 1e-9
