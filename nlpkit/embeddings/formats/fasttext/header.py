"""Settings and dictionary before the weights of a fastText file, and careful reading of such files."""

from __future__ import annotations

import mmap
import os
import stat
import struct
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.terms import Terms

MAGIC = 793712314
VERSION = 12
"""The version that is written; 11 and 12 are read, and files of the first releases, which have neither number."""

_SETTINGS = struct.Struct("<12id")
_PIECE = 1 << 26
ARCHITECTURES = {1: "cbow", 2: "skipgram", 3: "supervised"}
LOSSES = {1: "hierarchical_softmax", 2: "negative_sampling", 3: "softmax", 4: "one_vs_all"}
OUR_NAMES = {"ws": "window", "epoch": "epochs", "min_count": "min_count", "neg": "negative", "t": "sample"}
"""Names of the settings in nlpkit's estimators and in a model's provenance."""


@dataclass(frozen=True)
class Settings:
    """The numbers that a fastText file starts with, in their order and by fastText's names."""

    dim: int
    ws: int = 5
    epoch: int = 5
    min_count: int = 5
    neg: int = 5
    word_ngrams: int = 1
    loss: int = 2
    model: int = 2
    bucket: int = 0
    minn: int = 0
    maxn: int = 0
    lr_update_rate: int = 100
    t: float = 1e-4

    @property
    def supervised(self) -> bool:
        """Whether the model predicts labels."""
        return self.model == 3

    @property
    def uses_buckets(self) -> bool:
        """Whether there are n-grams, of characters or of words."""
        return self.bucket > 0 and (self.maxn > 0 or (self.supervised and self.word_ngrams > 1))

    def packed(self) -> bytes:
        """The file form."""
        return _SETTINGS.pack(*astuple(self))


@dataclass(frozen=True)
class Dictionary:
    """The words of a fastText file, then its labels.

    Attributes
    ----------
    entries : Terms
        The words and labels as the file has them; they may be no UTF-8.
    counts : (n,) int64
        How often each was seen in training.
    words, labels : int
        How many there are of each.
    tokens : int
        How many words the training text had.
    kept : (n_kept, 2) int32 or None
        Buckets that a reduced model kept, and their rows; None if all were kept.
    """

    entries: Terms
    counts: np.ndarray
    words: int
    labels: int
    tokens: int
    kept: np.ndarray | None


class ModelFile:
    """A binary file that is read from front to back; what it says of its sizes is checked before it is believed.

    Parameters
    ----------
    path : str or path-like
        A file (no pipe: its size has to be known).

    Raises
    ------
    InputError
        If there is no such file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self._file = open(self.path, "rb")  # noqa: SIM115
        except OSError as error:
            raise InputError(f"{self.path}: can't be read: {error.strerror or error}") from error
        status = os.fstat(self._file.fileno())
        if not stat.S_ISREG(status.st_mode):
            self._file.close()
            raise InputError(f"{self.path}: is no file: fastText models can't be read from a pipe; store it first")
        self.size = status.st_size

    def __enter__(self) -> ModelFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def offset(self) -> int:
        """Where the next byte to be read is."""
        return self._file.tell()

    def error(self, message: str, offset: int | None = None) -> InputError:
        """Make the error that ``message`` is true of the file at ``offset`` (None: where it was read to)."""
        place = self.offset if offset is None else offset
        return InputError(f"{self.path}: {message} (at byte {place:,} of {self.size:,})")

    def need(self, size: int, what: str) -> None:
        """Raise InputError if fewer than ``size`` bytes are left."""
        left = self.size - self.offset
        if size > left:
            raise self.error(f"{what} should take {size:,} bytes, and {left:,} are left: truncated, or damaged")

    def numbers(self, layout: str, what: str) -> tuple[Any, ...]:
        """Read the numbers of a `struct` layout."""
        self.need(struct.calcsize(layout), what)
        return struct.unpack(layout, self._file.read(struct.calcsize(layout)))

    def array(self, dtype: str, shape: tuple[int, ...], what: str) -> np.ndarray:
        """Read an array."""
        size = np.dtype(dtype).itemsize
        for length in shape:
            size *= int(length)
        self.need(size, what)
        array = np.empty(shape, dtype)
        view = array.reshape(-1).view(np.uint8).data
        for first in range(0, size, _PIECE):
            if self._file.readinto(view[first : first + _PIECE]) != min(_PIECE, size - first):
                raise self.error(f"{what} ended while it was read")
        return array

    def skip(self, size: int, what: str) -> None:
        """Pass over ``size`` bytes."""
        self.need(size, what)
        self._file.seek(size, os.SEEK_CUR)

    def flag(self, what: str) -> bool:
        """Read a byte that is 0 or 1."""
        offset = self.offset
        (value,) = self.numbers("<B", what)
        if value > 1:
            raise self.error(f"{what} is {value}, and should be 0 or 1: damaged", offset)
        return bool(value)

    def settings(self) -> tuple[int, Settings]:
        """Read the version (0 for a file without one) and the settings."""
        magic, version = self.numbers("<2i", "the start of a fastText model")
        if magic != MAGIC:
            self._file.seek(0)
            version = 0
        elif version not in (11, VERSION):
            raise self.error(f"version {version} of fastText's files, of which 11 and {VERSION} are known", 4)
        offset = self.offset
        self.need(_SETTINGS.size, "the settings of a fastText model")
        found = Settings(*_SETTINGS.unpack(self._file.read(_SETTINGS.size)))
        verdict = "damaged" if version else "no fastText model"
        for name in ("dim", "ws", "epoch", "min_count", "neg", "word_ngrams", "bucket", "minn", "maxn"):
            least, most = int(name == "dim"), 1 << (31 if name in ("bucket", "min_count") else 20)
            if not least <= getattr(found, name) < most:
                raise self.error(f"{name} is {getattr(found, name):,}: {verdict}", offset)
        if found.model not in ARCHITECTURES or found.loss not in LOSSES:
            raise self.error(f"model {found.model} with loss {found.loss} is none of fastText's: {verdict}", offset)
        if found.supervised and version < VERSION:  # classifiers had no n-grams of characters, whatever maxn says
            found = replace(found, maxn=0)
        return version, found

    def dictionary(self, version: int) -> Dictionary:
        """Read the dictionary."""
        from ._fasttext_numba import gather_words, scan_entries

        offset = self.offset
        size, words, labels, tokens = self.numbers("<3iq", "the head of the dictionary")
        (kept,) = self.numbers("<q", "the head of the dictionary") if version else (-1,)
        if words < 0 or labels < 0 or size != words + labels or words == 0:
            found = f"the dictionary has {size:,} entries, {words:,} of them words and {labels:,} labels"
            raise self.error(f"{found}: damaged", offset)
        self.need(10 * size, f"a dictionary of {size:,} entries")
        ends, counts, types = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.uint8)
        start = self.offset
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            data = np.frombuffer(mapped, np.uint8)
            end = scan_entries(data, start, ends, counts, types)
            if end >= 0:
                buffer = np.zeros(end - start - 10 * size + 16, np.uint8)
                offsets = np.empty(size + 1, np.int64)
                gather_words(data, start, ends, buffer, offsets)
            del data
        if end < 0:
            raise self.error(f"the file ends in entry {-1 - end:,} of {size:,} of its dictionary: truncated", self.size)
        self._file.seek(end)
        wrong = np.flatnonzero((types != (np.arange(size) >= words)) | (counts < 0))
        if len(wrong):
            raise self.error(f"entry {wrong[0]:,} of the dictionary isn't what its head says: damaged", ends[wrong[0]])
        table = self.array("<i4", (kept, 2), "the list of buckets that were kept") if kept >= 0 else None
        return Dictionary(Terms(buffer, offsets), counts, words, labels, tokens, table)
