"""Recordings that the manifests of a training of speech list, before any sound is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, NlpkitError

from .inputs import Reading, StrPath
from .recording_labels import check_column
from .sound import Sound
from .speech_clips import LeftOut
from .speech_targets import REJECTS

if TYPE_CHECKING:
    from nlpkit.speech.audio.part import AudioPart

RATES = (16000, 8000)
"""Rates of models, if none is asked for: the highest that nine in ten recordings have."""


def listed_recordings(
    manifests: StrPath | Iterable[StrPath],
    sound: Sound,
    read_as: Reading,
    left_out: LeftOut,
    *,
    label: str | None = "label",
) -> list[tuple[Recording, AudioPart]]:
    """Return the recordings of manifests, with the parts of files that are to be read.

    With ``read_as.on_bad="skip"`` records that cannot be used are counted in ``left_out``, with an example.

    Parameters
    ----------
    manifests : path or iterable of paths
    sound : Sound
    read_as : Reading
    left_out : LeftOut
    label : str or None
        Column of the labels that are learnt; None if texts are learnt.

    Raises
    ------
    InputError
        If a manifest cannot be read, or lists nothing; or no recording has a label or text.
    """
    found: list[tuple[Recording, AudioPart]] = []
    columns: dict[str, None] = {}
    paths = [manifests] if isinstance(manifests, str | os.PathLike) else list(manifests)
    for path in paths:
        one = replace(sound, manifest=path)
        listed = one.listed(read_as)
        columns |= dict.fromkeys(listed.beside)
        for reason, number in listed.left_out.items():
            left_out.add(reason, listed.examples.get(reason, os.fspath(path)), number)
        for recording in listed.recordings():
            try:
                found += [(recording, part) for part in one.parts(recording)]
            except InputError as error:
                if read_as.on_bad != "skip":
                    raise
                left_out.add("cannot be read", str(error))
    names, rows = ", ".join(os.fspath(path) for path in paths), [recording for recording, _ in found]
    if rows and label is not None:
        check_column(names, rows, label, list(columns))
    elif rows and all(row.text is None and row.label not in REJECTS for row in rows):
        has_labels = any(row.label for row in rows)
        hint = "; the recordings have labels, which --arch cnn and --arch lstm learn" if has_labels else ""
        raise InputError(f"{names}: no recording has a text, which ctc learns (--arch){hint}")
    return found


def common_rate(recordings: Sequence[tuple[Recording, AudioPart]], *, most: int = 200) -> int:
    """Return the rate that suits recordings: 16,000 Hz, or 8,000 if more than a tenth of them has less."""
    step = max(1, len(recordings) // most)
    rates = []
    for _, part in recordings[::step]:
        try:
            rates.append(part.info().sr)
        except (NlpkitError, OSError):
            continue
    low = sum(rate < RATES[0] for rate in rates)
    return RATES[1] if rates and low > len(rates) / 10 else RATES[0]
