"""A model folder as it is read: ``config.json`` first; the other files, checked, when asked for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit._version import __version__
from nlpkit.errors import ArtifactError
from nlpkit.outputs.folders import FORMAT

from .mapped_arrays import map_arrays

FORMAT_VERSION = 1
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A model folder whose ``config.json`` was read; its other files are read, and checked, when asked for.

    Attributes
    ----------
    path : Path
        The folder.
    kind : str
        The registered name of what the model is.
    format_version : int
        The version of the folder's layout.
    options : dict
        The model's options, as JSON holds them: a tuple comes back as a list.
    provenance : dict
        Versions, the time of saving and whatever the model added.
    files : dict
        ``{name: {"bytes": int, "sha256": str}}`` of every other file.
    """

    path: Path
    kind: str
    format_version: int
    options: dict[str, Any]
    provenance: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(repr=False)

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of ``model.safetensors`` by name.

        Raises
        ------
        ArtifactError
            If the file is damaged, or when an array is asked for that it doesn't hold.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self.file_path(WEIGHTS)
        try:
            return _Arrays(load_file(path))
        except (SafetensorError, ValueError) as error:
            raise ArtifactError(f"{path}: is no safetensors file ({error})") from error

    @cached_property
    def mapped(self) -> dict[str, np.ndarray]:
        """The arrays of ``model.safetensors`` by name, mapped into memory: read when they are looked at.

        The file's size and header are checked, its SHA-256 is not.

        Raises
        ------
        ArtifactError
            If the folder has no such file or it is damaged, or when an array is asked for that it doesn't hold.
        """
        if WEIGHTS not in self.files:
            raise ArtifactError(f"{self.path}: has no {WEIGHTS}: expected one of {', '.join(self.files) or 'nothing'}")
        return _Arrays(map_arrays(self.path / WEIGHTS))

    @property
    def hash(self) -> str:
        """SHA-256 of what the model is; when and by whom it was saved does not change it."""
        contents = {name: entry["sha256"] for name, entry in self.files.items()}
        what = [self.kind, self.format_version, self.options, contents]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()

    def file_path(self, name: str) -> Path:
        """Return where the file ``name`` is, once its size and SHA-256 are found to be right.

        Raises
        ------
        ArtifactError
            If the folder has no such file, or it isn't as it was written.
        """
        if name not in self.files:
            raise ArtifactError(f"{self.path}: has no {name}: expected one of {', '.join(self.files) or 'nothing'}")
        path = self.path / name
        with _reading(path), open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.files[name]["sha256"]:
            raise ArtifactError(f"{path}: is damaged (its SHA-256 isn't what {CONFIG} says): save the model again")
        return path

    def file(self, name: str) -> bytes:
        """Return what the file ``name`` holds; raises as `file_path`."""
        path = self.file_path(name)
        with _reading(path):
            return path.read_bytes()

    def check_options(self, known: Iterable[str]) -> None:
        """Raise ArtifactError if there is an option that isn't ``known``."""
        known = list(known)
        unknown = [name for name in self.options if name not in known]
        if unknown:
            raise ArtifactError(
                f"{self.path / CONFIG}: unknown option {unknown[0]!r} for {self.kind!r}: expected {', '.join(known)}"
            )


def read(path: str | os.PathLike[str]) -> Artifact:
    """Read a model folder's ``config.json`` and check that its files are there, of the right size.

    Raises
    ------
    ArtifactError
        If there is no such folder, nlpkit did not write it, a newer nlpkit did, or a file is missing
        or damaged.
    """
    folder = Path(path)
    config = _read_config(folder)
    place = folder / CONFIG
    if config.get("format") != FORMAT:
        raise ArtifactError(f"{place}: wasn't written by nlpkit: expected a model folder that nlpkit saved")
    version = config.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise ArtifactError(
            f"{place}: has format version {version} and this nlpkit ({__version__}) reads up to"
            f" {FORMAT_VERSION}: install a newer nlpkit"
        )
    expected = {"format_version": int, "kind": str, "options": dict, "provenance": dict, "files": dict}
    for key, kind in expected.items():
        if not isinstance(config.get(key), kind):
            raise ArtifactError(f"{place}: is damaged ({key!r} isn't {kind.__name__}): save the model again")
    for name, entry in config["files"].items():
        _check_size(folder, name, entry)
    return Artifact(path=folder, **{key: config[key] for key in expected})


def is_plain(name: str) -> bool:
    """Say whether ``name`` can be a file's, within its folder."""
    return name not in ("", ".", "..") and not re.search(r"[/\\:\x00-\x1f]", name)


class _Arrays(dict[str, np.ndarray]):
    def __missing__(self, name: str) -> np.ndarray:
        raise ArtifactError(f"{WEIGHTS} has no array {name!r}: expected one beside {', '.join(self) or 'none'}")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArtifactError(f"{path}: can't be read: {error.strerror or error}") from error


def _read_config(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise ArtifactError(f"{folder}: there is no such folder: expected a model folder that nlpkit saved")
    if not folder.is_dir():
        raise ArtifactError(f"{folder}: is a file: expected a model folder that nlpkit saved")
    path = folder / CONFIG
    if not path.exists():
        raise ArtifactError(f"{folder}: has no {CONFIG}: expected a model folder that nlpkit saved")
    with _reading(path):
        content = path.read_bytes()
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{path}: isn't JSON ({error}): save the model again") from error
    if not isinstance(config, dict):
        raise ArtifactError(f"{path}: wasn't written by nlpkit: expected a model folder that nlpkit saved")
    return config


def _check_size(folder: Path, name: str, entry: Any) -> None:
    fields = entry if isinstance(entry, dict) else {}
    size = fields.get("bytes")
    if not is_plain(name) or not isinstance(size, int) or not isinstance(fields.get("sha256"), str):
        raise ArtifactError(f"{folder / CONFIG}: is damaged (its entry for {name!r}): save the model again")
    path = folder / name
    if not path.is_file():
        raise ArtifactError(f"{folder}: {name} is missing: save the model again")
    found = path.stat().st_size
    if found != size:
        raise ArtifactError(f"{path}: is damaged ({found} bytes, expected {size}): save the model again")
