"""Labels of recordings: an attribute, or a column of their manifest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlpkit.corpora.recordings.entry import NAMES
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, ParameterError

ATTRIBUTES = ("label", "text", "speaker", "id")
_SHOWN = 20


def label_of(recording: Recording, column: str) -> str | None:
    """Return the label of a recording, without white space around it; None if there is none.

    Parameters
    ----------
    recording : Recording
    column : str
        A column of the manifest, or an attribute: label, text, speaker or id.
    """
    name = attribute_of(column)
    value = recording.fields.get(column)
    if value is None and name is not None:
        value = getattr(recording, name)
    return (str(value).strip() or None) if value is not None else None


def attribute_of(column: str) -> str | None:
    """Return the attribute of recordings that a column becomes, if it is one that can be a label.

    Examples
    --------
    >>> attribute_of("speaker"), attribute_of("client_id"), attribute_of("emotion")
    ('speaker', 'speaker', None)
    """
    return next((name for name in ATTRIBUTES if column.strip().casefold() in NAMES[name]), None)


def check_column(path: str, recordings: Iterable[Recording], column: str, columns: Sequence[str]) -> None:
    """Refuse a column of labels that none of the recordings has.

    Parameters
    ----------
    path : str
        Name of the manifest in the message.
    recordings : iterable of Recording
    column : str
    columns : sequence of str
        The columns that there are.

    Raises
    ------
    InputError
        If it is not there.
    """
    if any(label_of(recording, column) is not None or column in recording.fields for recording in recordings):
        return
    found = ", ".join(columns[:_SHOWN]) + (", ..." if len(columns) > _SHOWN else "")
    empty = ", or it is empty" if attribute_of(column) else ""
    raise InputError(f"{path}: there is no column {column!r} of labels{empty} (--label); found {found or 'none'}")


def check_rejects(rejects: Iterable[str], recordings: Iterable[Recording], column: str) -> None:
    """Refuse labels that none of the recordings has.

    Raises
    ------
    ParameterError
        With the labels that there are.
    """
    wanted = list(rejects)
    labels = sorted({label for each in recordings if (label := label_of(each, column))}) if wanted else []
    for name in wanted:
        if name not in labels:
            found = ", ".join(labels[:_SHOWN]) + (", ..." if len(labels) > _SHOWN else "")
            raise ParameterError(
                f"reject is {name!r}, a label that no recording has (--reject): "
                + (f"expected one of {found}" if labels else f"none has a label in the column {column!r} (--label)")
            )
