"""The layout of LibriSpeech: ``*.trans.txt`` in each folder of a chapter, and the files beside it.

https://www.openslr.org/12
"""

from __future__ import annotations

from collections.abc import Iterator

from nlpkit.corpora.recordings.layout_input import MISSING, LayoutInput
from nlpkit.corpora.recordings.place import folder_of
from nlpkit.corpora.recordings.recording import Recording

SUFFIX = ".trans.txt"


def sets_of(names: list[str]) -> dict[str, str]:
    """Return the folders that hold speakers and chapters, by name; an empty one for the whole place.

    Examples
    --------
    >>> sets_of(["dev/84/121/84-121.trans.txt", "dev/85/1/85-1.trans.txt", "test/9/2/9-2.trans.txt"])
    {'dev': 'dev/', 'test': 'test/'}
    >>> sets_of(["84/121/84-121.trans.txt"])
    {'': ''}
    """
    folders = ["/".join(name.split("/")[:-3]) for name in names if name.endswith(SUFFIX)]
    return {folder: f"{folder}/" if folder else "" for folder in folders}


def librispeech_recordings(given: LayoutInput, below: str) -> Iterator[Recording]:
    """Yield the recordings of the transcripts below a folder; the speaker is what stands before the first hyphen.

    Raises
    ------
    InputError
        If a transcript is bad, and bad records are errors.
    """
    files = {name.rpartition(".")[0]: name for name in given.place.audio_names}
    for table in given.place.names:
        if not (table.endswith(SUFFIX) and table.startswith(below)):
            continue
        for number, line in given.lines(table):
            id, _, text = line.strip().partition(" ")
            where = f"{given.called(table)}, line {number}"
            found = files.get(folder_of(table) + id)
            if found is None:
                given.bad.record(MISSING, f"{where}: there is no audio file {id!r}")
            elif given.is_new(id, where):
                yield given.recording(found, where, id=id, text=text, speaker=id.partition("-")[0])
