"""Reading of model folders: ``config.json`` first; other files are checked and read on access."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit._version import __version__
from nlpkit.errors import ArtifactError
from nlpkit.outputs.folders import FORMAT
from nlpkit.registry import SHIPPED

from .mapped_arrays import map_arrays

FORMAT_VERSION = 2
"""Version 1 cut words at combining marks: see `nlpkit.embeddings.saved_parameters`."""
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A model folder after reading ``config.json``; its other files are checked and read on access.

    Attributes
    ----------
    path : Path
        The folder.
    kind : str
        Registered name of the model's type.
    format_version : int
        Version of the folder's layout.
    options : dict
        Options of the model, as stored in JSON: a tuple becomes a list.
    provenance : dict
        Versions, the time of saving, and entries of the model.
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
        """Arrays of ``model.safetensors`` by name.

        Raises
        ------
        ArtifactError
            If the file is damaged, or on access to a missing array.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self.file_path(WEIGHTS)
        try:
            return _Arrays(load_file(path))
        except (SafetensorError, ValueError) as error:
            raise ArtifactError(f"{path}: is not a safetensors file ({error})") from error

    @cached_property
    def mapped(self) -> dict[str, np.ndarray]:
        """Arrays of ``model.safetensors`` by name, memory-mapped: values are read on access.

        The file's size and header are checked, its SHA-256 is not.

        Raises
        ------
        ArtifactError
            If the file is missing or damaged, or on access to a missing array.
        """
        if WEIGHTS not in self.files:
            raise ArtifactError(f"{self.path}: has no {WEIGHTS}: expected one of {', '.join(self.files) or 'nothing'}")
        return _Arrays(map_arrays(self.path / WEIGHTS))

    @property
    def hash(self) -> str:
        """SHA-256 of the model's content, independent of its provenance."""
        contents = {name: entry["sha256"] for name, entry in self.files.items()}
        what = [self.kind, self.format_version, self.options, contents]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()

    def file_path(self, name: str) -> Path:
        """Return the path of the file ``name`` after checking its size and SHA-256.

        Raises
        ------
        ArtifactError
            If the folder has no such file, or it has changed.
        """
        if name not in self.files:
            raise ArtifactError(f"{self.path}: has no {name}: expected one of {', '.join(self.files) or 'nothing'}")
        path = self.path / name
        with _reading(path), open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.files[name]["sha256"]:
            raise ArtifactError(f"{path}: is damaged (its SHA-256 differs from {CONFIG}): save the model again")
        return path

    def file(self, name: str) -> bytes:
        """Return the content of the file ``name``; raises the same errors as `file_path`."""
        path = self.file_path(name)
        with _reading(path):
            return path.read_bytes()

    def check_options(self, known: Iterable[str]) -> None:
        """Raise ArtifactError if an option is not ``known``."""
        known = list(known)
        unknown = [name for name in self.options if name not in known]
        if unknown:
            raise ArtifactError(
                f"{self.path / CONFIG}: unknown option {unknown[0]!r} for {self.kind!r}: expected {', '.join(known)}"
            )


def model_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder of a model: the path; or, if there is no such folder, that of a model that ships by this name.

    Raises
    ------
    ArtifactError
        If the path is empty.

    Examples
    --------
    >>> model_folder("my-model").name, model_folder("spoken-digits").name
    ('my-model', 'spoken_digits')
    """
    name = os.fspath(path)
    if not name:
        raise ArtifactError("the name of the model is empty: expected a model folder that nlpkit saved")
    return shipped_folder(name) if name in SHIPPED and not os.path.isdir(name) else Path(path)


def shipped_folder(name: str) -> Path:
    """Return the folder of a model that ships with nlpkit, by its name in `nlpkit.registry.SHIPPED`."""
    package, _, folder = SHIPPED[name].partition(":")
    return Path(import_module(package).__file__ or "").with_name(folder)


def foreign_type(path: str | os.PathLike[str]) -> str | None:
    """Return the ``model_type`` of a model folder in the format of transformers, None of anything else."""
    try:
        config = json.loads(Path(path, CONFIG).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    found = config.get("model_type") if isinstance(config, dict) and "format" not in config else None
    return found if isinstance(found, str) else None


def read(path: str | os.PathLike[str]) -> Artifact:
    """Read the ``config.json`` of a model folder, and check that its files exist with the right size.

    The name of a model that ships, such as ``"spoken-digits"``, stands for its folder.

    Raises
    ------
    ArtifactError
        If there is no such folder, it was not written by nlpkit or by a newer version, or a file is missing or damaged.
    """
    folder = model_folder(path)
    config = _read_config(folder)
    place = folder / CONFIG
    if config.get("format") != FORMAT:
        raise ArtifactError(f"{place}: was not written by nlpkit: expected a model folder that nlpkit saved")
    version = config.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise ArtifactError(
            f"{place}: has format version {version}, but nlpkit {__version__} reads at most {FORMAT_VERSION}:"
            " install a newer nlpkit"
        )
    expected = {"format_version": int, "kind": str, "options": dict, "provenance": dict, "files": dict}
    for key, kind in expected.items():
        if not isinstance(config.get(key), kind):
            raise ArtifactError(f"{place}: is damaged ({key!r} is not {kind.__name__}): save the model again")
    for name, entry in config["files"].items():
        _check_size(folder, name, entry)
    return Artifact(path=folder, **{key: config[key] for key in expected})


def is_plain(name: str) -> bool:
    """Whether ``name`` is a valid file name without a folder."""
    return name not in ("", ".", "..") and not re.search(r"[/\\:\x00-\x1f]", name)


class _Arrays(dict[str, np.ndarray]):
    def __missing__(self, name: str) -> np.ndarray:
        raise ArtifactError(f"{WEIGHTS} has no array {name!r}; its arrays are {', '.join(self) or 'none'}")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror or error}") from error


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
        raise ArtifactError(f"{path}: is not JSON ({error}): save the model again") from error
    if not isinstance(config, dict):
        raise ArtifactError(f"{path}: was not written by nlpkit: expected a model folder that nlpkit saved")
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
