"""The layout of LJ Speech: ``metadata.csv`` with names, texts and normalised texts, and the files in ``wavs``.

https://keithito.com/LJ-Speech-Dataset/
"""

from __future__ import annotations

from collections.abc import Iterator

from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.bad_records import RAGGED
from nlpkit.corpora.recordings.layout_input import LayoutInput, Stems
from nlpkit.corpora.recordings.place import folder_of
from nlpkit.corpora.recordings.recording import Recording

TABLE = "metadata.csv"


def is_ljspeech(name: str, head: bytes) -> bool:
    """Whether a table called ``name`` that begins with ``head`` is in this layout, if its first line holds no names.

    Examples
    --------
    >>> is_ljspeech("LJ/metadata.csv", b"LJ001-0001|Printing|printing\\n")
    True
    """
    return name.rsplit("/", 1)[-1] == TABLE and b"|" in head.partition(b"\n")[0]


def ljspeech_recordings(given: LayoutInput, name: str) -> Iterator[Recording]:
    """Yield the recordings that the table ``name`` lists.

    The text is the normalised one, or the other one if that is empty; ``fields["transcription"]`` is the text as it is
    written.

    Raises
    ------
    InputError
        If a line is bad, and bad records are errors.
    """
    folder = folder_of(name)
    stems = Stems(given, folder)
    for number, line in given.lines(name):
        parts = line.split("|")
        where = f"{given.called(name)}, line {number}"
        if len(parts) not in (2, 3):
            found = f"found {len(parts)} field{'' if len(parts) == 1 else 's'}"
            given.bad.record(RAGGED, f"{where}: expected name, text and normalised text, separated by |, {found}")
            continue
        id, text = parts[0].strip(), parts[1]
        found_file = given.place.find(id, [folder, f"{folder}wavs"]) if is_audio_name(id) else None
        found_file = found_file or stems.find(id, where)
        if found_file is not None and given.is_new(id, where):
            normalised = parts[-1].strip() and parts[-1]
            yield given.recording(found_file, where, id=id, text=normalised or text, fields={"transcription": text})
