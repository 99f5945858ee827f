"""`Recordings`: sound with texts, labels and speakers."""

from __future__ import annotations

import os
from collections.abc import Iterator

from nlpkit.corpora.bad_records import UNDECODABLE, BadRecords, LeftOut
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.recordings.common_voice import common_voice_recordings, table_options
from nlpkit.corpora.recordings.kaldi import kaldi_recordings
from nlpkit.corpora.recordings.labels import label_recordings
from nlpkit.corpora.recordings.layout import LAYOUTS, found_layout, layout_of_file
from nlpkit.corpora.recordings.layout_input import LayoutInput
from nlpkit.corpora.recordings.librispeech import librispeech_recordings
from nlpkit.corpora.recordings.ljspeech import ljspeech_recordings
from nlpkit.corpora.recordings.manifest import SUFFIXES, is_manifest, manifest_recordings
from nlpkit.corpora.recordings.place import TARS, Archive, Folder, RecordingPlace
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.errors import InputError, ParameterError

_READERS = {
    "manifest": manifest_recordings,
    "common_voice": common_voice_recordings,
    "kaldi": kaldi_recordings,
    "ljspeech": ljspeech_recordings,
    "librispeech": librispeech_recordings,
    "labels": label_recordings,
}


class Recordings:
    """The recordings of a file or folder. They can be iterated repeatedly.

    Parameters
    ----------
    path : path
        A manifest: a table, a spreadsheet, Parquet or JSON with the fields path, text, label, speaker, id, start or
        offset, end or duration (seconds), and channel (from 1). Only path is required; it is relative to the manifest's
        folder. Or a folder or tar file: with such a manifest (``manifest.*``, or ``metadata.*`` as of Hugging Face),
        with the tables of Common Voice, with Kaldi's ``text`` or ``wav.scp`` (and ``segments``, ``utt2spk``), with LJ
        Speech's ``metadata.csv``, with LibriSpeech's ``*.trans.txt``, or with one folder of audio per label.
    layout : {"manifest", "common_voice", "kaldi", "ljspeech", "librispeech", "labels"}, optional
        Default: detected.
    split : str, optional
        Name of the set, such as ``train``, if a folder holds several.
    on_bad : {"error", "skip"}
        Whether a record that cannot be read, or whose file is missing, is an error, or is skipped and counted.
    nulls : {"error", "empty", "skip"}, optional
        Treatment of a text that is null or absent in a manifest; default: the recording has the text None.
    delimiter, header, quoting, sheet : str, optional
        How tables are read; see `nlpkit.corpora.tables.options.TableOptions`.
    encoding, decode_errors : str
        How tables are decoded; see `nlpkit.corpora.decoding.Decoding`.

    Attributes
    ----------
    layout : str
    table : str
        The table that lists the recordings, relative to the folder or tar file; empty for folders by label.
    left_out : dict of str to int
        Number of records that the current pass has skipped, and after it of the audio files of a folder or tar file
        that no record names, by reason.

    Raises
    ------
    InputError
        If the input cannot be read, no layout matches, or there are several sets.
    ParameterError
        If an option has another value.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     Path(folder, "yes").mkdir()
    ...     Path(folder, "yes", "1.wav").touch()
    ...     [recording.label for recording in Recordings(folder)]
    ['yes']
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        layout: str | None = None,
        split: str | None = None,
        on_bad: str = "error",
        nulls: str | None = None,
        delimiter: str | None = None,
        header: str = "auto",
        quoting: str = "auto",
        sheet: str | None = None,
        encoding: str = "utf-8",
        decode_errors: str = "strict",
    ) -> None:
        if layout is not None and layout not in LAYOUTS:
            raise ParameterError(f"layout is {layout!r}: expected one of {', '.join(LAYOUTS)}")
        self.left_out = LeftOut()
        self.path = os.fspath(path)
        self._bad = BadRecords(self.left_out, on_bad=on_bad, nulls=nulls or "error")
        self._takes_nulls = nulls is not None
        self._decoding = Decoding(encoding, decode_errors)
        self._options = TableOptions(delimiter=delimiter, header=header, quoting=quoting, sheet=sheet)
        self._counts_unnamed = split is None
        if os.path.isfile(path) and is_manifest(self.path):
            folder, self.table = os.path.split(self.path)
            self._place: RecordingPlace = Folder(folder)
            if split is not None:
                raise ParameterError(f"{self.path}: is one set, and split is {split!r}: leave it out")
            self.layout = layout or layout_of_file(self._input(), self.table)
            self._counts_unnamed = False
            return
        if os.path.isdir(path):
            self._place = Folder(self.path)
        elif self.path.lower().endswith(TARS):
            self._place = Archive(self.path)
        else:
            why = "" if os.path.exists(path) else ": there is no such file"
            raise InputError(
                f"{self.path}: not a manifest ({', '.join(SUFFIXES)}), folder or tar file of recordings{why}"
            )
        self.layout, self.table = found_layout(self._input(), layout, split)

    def __iter__(self) -> Iterator[Recording]:
        self.left_out.clear()
        given = self._input()
        yield from _READERS[self.layout](given, self.table)
        if self._counts_unnamed and self.layout != "labels":
            given.tell_unnamed()
        for reason, n in self._place.left_out.items():
            self.left_out.count(reason, n)
        self.left_out.count(UNDECODABLE, self._decoding.skipped)

    def _input(self) -> LayoutInput:
        self._decoding.skipped = 0
        return LayoutInput(
            self._place,
            self.path,
            options=table_options(self._options) if getattr(self, "layout", "") == "common_voice" else self._options,
            decoding=self._decoding,
            bad=self._bad,
            takes_nulls=self._takes_nulls,
        )
