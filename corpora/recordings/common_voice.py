"""The layout of Common Voice: tables separated by tabs without quoting, and the files in ``clips`` beside them.

https://commonvoice.mozilla.org/datasets
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nlpkit.corpora.recordings.layout_input import LayoutInput
from nlpkit.corpora.recordings.manifest import manifest_recordings
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.tables.options import TableOptions

_COLUMNS = {"client_id", "path", "sentence"}


def is_common_voice(name: str, head: bytes) -> bool:
    """Whether a table called ``name`` that begins with ``head`` lists clips of Common Voice.

    Examples
    --------
    >>> is_common_voice("en/test.tsv", b"client_id\\tpath\\tsentence\\tup_votes\\n")
    True
    """
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace")
    return name.lower().endswith(".tsv") and {*first.split("\t")} >= _COLUMNS


def table_options(options: TableOptions) -> TableOptions:
    """Return ``options`` with what holds for all tables of Common Voice, where they leave it open."""
    quoting = "none" if options.quoting == "auto" else options.quoting
    return replace(options, delimiter=options.delimiter or "tab", quoting=quoting)


def common_voice_recordings(given: LayoutInput, name: str) -> Iterator[Recording]:
    """Yield the recordings that the table ``name`` lists; client_id is the speaker, and sentence the text.

    Raises
    ------
    InputError
        If a record is bad, and bad records are errors.
    """
    return manifest_recordings(given, name, ("", "clips"))
