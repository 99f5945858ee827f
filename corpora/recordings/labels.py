"""Folders by label: a file's label is the name of its folder."""

from __future__ import annotations

from collections.abc import Iterator

from nlpkit.corpora.recordings.layout_input import LayoutInput
from nlpkit.corpora.recordings.place import folder_of
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError

NO_FOLDER = "audio file in no folder of a label"

SETS = frozenset(
    {"train", "training", "test", "testing", "dev", "development", "val", "valid", "validation", "eval", "evaluation"}
)
"""Names of folders that are sets, not labels, in lower case."""


def labelled(names: list[str]) -> tuple[list[str], int]:
    """Return the files that lie in folders, and the number of those that do not.

    The folder that holds everything, as in many archives, is no label.

    Examples
    --------
    >>> labelled(["yes/1.wav", "no/2.wav", "3.wav"])
    (['yes/1.wav', 'no/2.wav'], 1)
    """
    inside = [name for name in names if "/" in name]
    return inside, len(names) - len(inside)


def sets_of(names: list[str]) -> list[str]:
    """Return the folders of sets that hold the folders of labels, such as ``train`` in ``train/yes/1.wav``.

    Examples
    --------
    >>> sets_of(["train/yes/1.wav", "test/yes/1.wav"]), sets_of(["yes/1.wav", "no/1.wav"])
    (['train', 'test'], [])
    """
    folders = list(dict.fromkeys(name.rsplit("/", 2)[0] if name.count("/") > 1 else "" for name in names))
    return folders if all(folder.rsplit("/", 1)[-1].casefold() in SETS for folder in folders) else []


def label_recordings(given: LayoutInput, below: str) -> Iterator[Recording]:
    """Yield the audio files of the folders in the folder ``below`` (of all folders if it is empty).

    Raises
    ------
    InputError
        If folders of audio files lie at different depths, so that it is not clear which are labels.
    """
    inside, outside = labelled(given.place.audio_names)
    given.bad.left_out.count(NO_FOLDER, outside)
    chosen = [name for name in inside if name.startswith(below)]
    for name in chosen[1:]:
        if name.count("/") != chosen[0].count("/"):
            raise InputError(
                f"{given.name}: {chosen[0]} and {name} lie at different depths: expected all audio files in folders "
                "by label, or a manifest"
            )
    for name in chosen:
        yield given.recording(name, given.name, label=folder_of(name).rstrip("/").rsplit("/", 1)[-1])
