"""The picture of confusions."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from nlpkit.errors import ParameterError
from nlpkit.evaluation import confusion_picture

pytest.importorskip("matplotlib")


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return imread(io.BytesIO(png))[..., :3]


def share(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    """Share of the pixels that have nearly this colour."""
    return float((np.abs(picture - np.array(colour) / 255).max(axis=-1) < 0.02).mean())


@pytest.mark.parametrize("n", [1, 2, 11, 30])
def test_right_answers_are_blue_and_wrong_ones_red(n: int) -> None:
    labels = [f"label {number}" for number in range(n)]
    right = pixels(confusion_picture(np.eye(n, dtype=int) * 5, labels))
    assert share(right, (19, 49, 92)) > 0.25 / n
    assert share(right, (200, 85, 61)) == 0
    if n > 1:
        wrong = pixels(confusion_picture(np.roll(np.eye(n, dtype=int) * 5, 1, axis=1), labels))
        assert share(wrong, (19, 49, 92)) == 0
        assert share(wrong, (200, 85, 61)) > 0.25 / n


def test_one_error_in_a_hundred_is_visible() -> None:
    picture = pixels(confusion_picture([[99, 1], [0, 100]], ["no", "yes"]))
    red = 1 - 0.1 * (1 - np.array((200, 85, 61)) / 255)
    assert share(picture, tuple(red * 255)) > 0.1


@pytest.mark.parametrize(("n", "least", "most"), [(2, 400, 700), (20, 1000, 1500), (60, 2000, 2700), (130, 2000, 5000)])
def test_size_grows_with_the_classes_up_to_a_limit(n: int, least: int, most: int) -> None:
    picture = pixels(confusion_picture(np.ones((n, n), int) if n < 60 else np.eye(n), ["x"] * n))
    assert all(least <= side <= most for side in picture.shape[:2])


def test_labels_are_drawn_as_they_are() -> None:
    """Dollars are no formula, a long label is cut, and a line break is a space."""
    labels = ["$a^", "$b$", "c" * 500, "d\ne"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = pixels(confusion_picture(np.eye(4), labels, title="$x^"))
    assert max(picture.shape[:2]) < 900


def test_a_row_without_recordings_is_white() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert share(pixels(confusion_picture(np.zeros((2, 2), int), ["a", "b"])), (255, 255, 255)) > 0.9


@pytest.mark.parametrize(("confusion", "labels"), [([[1, 2]], ["a"]), ([[1]], ["a", "b"]), (np.zeros((0, 0)), [])])
def test_a_matrix_of_another_shape_is_refused(confusion: object, labels: list[str]) -> None:
    with pytest.raises(ParameterError, match="confusion has the shape"):
        confusion_picture(confusion, labels)
