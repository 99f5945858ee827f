"""`ScoredRecordings`: the recordings of an evaluation, with the text or label that is right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nlpkit.corpora.audio_files import BAD_AUDIO
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, ParameterError
from nlpkit.threads import map_batches

from .inputs import Reading, StrPath
from .recording_labels import check_column, label_of
from .sound import Sound, told

if TYPE_CHECKING:
    import numpy as np

_BATCH, _BATCH_SECONDS = 64, 600.0  # recordings that are given together, and their duration
_SHOWN = 20


class ScoredRecordings:
    """The recordings of a manifest, each with what is right about it.

    Parameters
    ----------
    manifest : path
        See `nlpkit.corpora.Recordings`.
    sound : Sound
        How sound is read.
    read_as : Reading
        How the manifest is read. Recordings that cannot be read, or of which is not known what is right, are an error,
        or left out and counted, as its ``on_bad`` says.
    labels : sequence of str, optional
        The labels that are known; without them texts are right.
    rejects : sequence of str
        Further labels: of sounds that should be rejected.
    label : str
        Attribute or column that is the label.

    Attributes
    ----------
    signature : str
        Name of the manifest with the start of its SHA-256; of a folder its name.

    Raises
    ------
    InputError
        If the manifest cannot be read, or lists nothing.
    ParameterError
        If each channel is asked for by itself.
    """

    def __init__(
        self,
        manifest: StrPath,
        sound: Sound,
        read_as: Reading,
        *,
        labels: Sequence[str] | None = None,
        rejects: Sequence[str] = (),
        label: str = "label",
    ) -> None:
        if sound.channel == "each":
            raise ParameterError(
                "channel is 'each', and a recording has one text or label: give mix, or a channel's number"
            )
        self._sound = replace(sound, manifest=manifest)
        self._labels, self._rejects, self._label = labels, rejects, label
        self._listed = self._sound.listed(read_as)
        self._path = os.fspath(manifest)
        if labels is not None:
            check_column(self._path, self._listed.rows, label, self._listed.beside)
        self.signature = _signed(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listed.close()

    def __len__(self) -> int:
        """Number of recordings that are listed."""
        return len(self._listed)

    @property
    def left_out(self) -> dict[str, int]:
        """Number of recordings that were left out so far, by reason."""
        return dict(self._listed.left_out)

    def batches(self, sr: int, threads: int) -> Iterator[list[tuple[Recording, str, np.ndarray]]]:
        """Yield some recordings at a time: each with what is right, and its samples (n_samples,) at the rate ``sr``.

        ``threads`` files are read at once.

        Raises
        ------
        InputError
            If a recording is bad, and this is an error; or if none is left.
        """

        def samples(_: int, recording: Recording) -> np.ndarray | InputError:
            try:
                [part] = self._sound.parts(recording)
            except InputError as error:
                return error
            try:
                return part.load(sr).samples
            except Exception as error:
                return told(error, part)

        bad = self._listed.bad
        rows = self._listed.recordings()
        batch: list[tuple[Recording, str, np.ndarray]] = []
        is_empty = True
        while read := list(islice(rows, threads)):
            chosen = [(row, right) for row in read if (right := self._right(row)) is not None]
            found = map_batches(samples, range(threads), [row for row, _ in chosen])
            for (row, right), clip in zip(chosen, found, strict=True):
                if isinstance(clip, InputError):
                    bad.record(BAD_AUDIO, clip)
                elif not len(clip):
                    bad.record("no sound", f"{row.where or row.name}: {row.name} has no samples")
                else:
                    batch.append((row, right, clip))
            if len(batch) >= _BATCH or sum(len(clip) for _, _, clip in batch) > _BATCH_SECONDS * sr:
                yield batch
                batch, is_empty = [], False
        if batch:
            yield batch
        elif is_empty:
            why = ", ".join(f"{reason}: {n:,}" for reason, n in self.left_out.items())
            raise InputError(f"{self._path}: no recording is left to evaluate ({why})")

    def _right(self, recording: Recording) -> str | None:
        """Return the text or label of a recording; None if it is left out."""
        from .speech_targets import REJECTS

        at, bad = recording.where or recording.name, self._listed.bad
        if self._labels is None:
            if recording.text is None and recording.label not in REJECTS:
                hint = "--nulls empty takes it as one without words"
                bad.record("no text", f"{at}: has no text to compare with; {hint}")
                return None
            return recording.text or ""
        value = label_of(recording, self._label)
        if value is None:
            what = f"{self._label} to compare with; --label names another column"
            bad.record("no label", f"{at}: has no {what}")
            return None
        if value in self._labels or value in self._rejects:
            return value
        shown = ", ".join(self._labels[:_SHOWN]) + (", ..." if len(self._labels) > _SHOWN else "")
        bad.record(
            "label that the model does not know",
            f"{at}: the label {value!r} is none of the model's: expected one of {shown}, or _other_ for a sound "
            "that should be rejected",
        )
        return None


def _signed(path: str) -> str:
    name = os.path.basename(os.path.normpath(path))
    if not os.path.isfile(path):
        return name
    with open(path, "rb") as file:
        return f"{name}#{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"
