"""TranslationFormat: in what form translations are written, by the name of the file or by option."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nlpkit.errors import ParameterError

from .inputs import StrPath

FORMATS = ("text", "jsonl", "csv", "tsv")

_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}
_IN_WORDS = {"text": "text", "jsonl": "JSON Lines", "csv": "CSV", "tsv": "TSV"}
_COMPRESSED = (".bz2", ".xz", ".lzma", ".zst", ".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".txz")
_OTHERS = (
    *(".json", ".parquet", ".arrow", ".feather", ".avro", ".orc", ".npy", ".npz", ".svmlight", ".safetensors", ".h5"),
    *(".pkl", ".pickle", ".db", ".sqlite", ".xlsx", ".xls", ".ods", ".doc", ".docx", ".odt", ".rtf", ".pdf", ".epub"),
    *(".po", ".pot", ".mo", ".tmx", ".xlf", ".xliff", ".tbx", ".srt", ".vtt", ".xml", ".html", ".htm", ".yaml", ".yml"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".wav", ".mp3", ".flac", ".ogg"),
)
"""Suffixes of files that are not written: what has such a name would hold something else."""


@dataclass(frozen=True, kw_only=True)
class TranslationFormat:
    """The form in which translations are written.

    Attributes
    ----------
    name : {"text", "jsonl", "csv", "tsv"}
    is_gzip : bool
        Whether the file is compressed.

    Examples
    --------
    >>> TranslationFormat.of("out.csv", None), TranslationFormat.of("book.de", None).name
    (TranslationFormat(name='csv', is_gzip=False), 'text')
    """

    name: str = "text"
    is_gzip: bool = False

    @property
    def has_fields(self) -> bool:
        """Whether a text is a record with several fields, and not a line."""
        return self.name != "text"

    @classmethod
    def of(cls, output: StrPath | None, format: str | None) -> TranslationFormat:
        """Return the form of an output.

        Parameters
        ----------
        output : path, optional
            File, or ``-`` for standard output.
        format : str, optional
            One of `FORMATS`; default: by the suffix of the file, text for suffixes that stand for no format.

        Raises
        ------
        ParameterError
            If the format is unknown, or the suffix stands for another one.
        """
        if format is not None and format not in FORMATS:
            raise ParameterError(f"format is {format!r}: choose {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
        path = "" if output is None else os.fspath(output)
        stem, suffix = os.path.splitext(path)
        is_gzip = suffix.lower() == ".gz"
        if is_gzip:
            suffix = os.path.splitext(stem)[1]
        suffix = suffix.lower()
        found = _BY_SUFFIX.get(suffix)
        if suffix in _COMPRESSED or suffix in _OTHERS:
            what = "compressed with .gz alone" if suffix in _COMPRESSED else "not written in this format"
            raise ParameterError(
                f"{path}: translations are {what}; name a file that ends in .csv, .tsv, .jsonl or .txt"
            )
        if format is not None and found not in (None, format):
            raise ParameterError(
                f"format is {format!r}, and {path} would be {_IN_WORDS[str(found)]} by its name: leave the format out, "
                "or name another file"
            )
        return cls(name=format or found or "text", is_gzip=is_gzip)

    def check(self, n_best: int, into: str | None) -> None:
        """Refuse what this form cannot hold: several translations of a text, or a column ``into``.

        Raises
        ------
        ParameterError
            With the reason.
        """
        if n_best > 1 and self.name in ("csv", "tsv"):
            raise ParameterError(
                f"n_best is {n_best}, and a row of a table has one translation: leave it out, or write .jsonl or text"
            )
        if into is not None and not self.has_fields:
            raise ParameterError(
                f"into is {into!r}, and lines of text have no columns: leave it out, or write .csv, .tsv or .jsonl"
            )
        if into is not None and not into.strip():
            raise ParameterError("into is empty: expected the name of a column or field")
