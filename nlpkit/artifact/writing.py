"""Model folders: ``config.json``, ``model.safetensors`` and a model's other files, such as its vocabulary.

``config.json`` holds the kind, format version, options and provenance, and the size and SHA-256 of every other file,
which detect damage. Nothing in a folder is ever executed or unpickled.
"""

from __future__ import annotations

import datetime
import inspect
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit._version import __version__
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.outputs.folders import FORMAT, file_entry, new_folder
from nlpkit.registry import KINDS, PRETRAINED, resolve

from .reading import CONFIG, FORMAT_VERSION, WEIGHTS, Artifact, foreign_type, is_plain, read

__all__ = ["Artifact", "Description", "describe", "load", "read", "save"]


@dataclass(frozen=True, kw_only=True)
class Description:
    """Content of a model folder, without its arrays.

    Attributes
    ----------
    path : Path
    kind : str
    format_version : int
    options : dict
        Options that differ from the defaults.
    arrays : dict
        ``{name: (dtype, shape)}``.
    files : dict
        ``{name: bytes}`` of every file except ``config.json``.
    provenance : dict
    """

    path: Path
    kind: str
    format_version: int
    options: dict[str, Any]
    arrays: dict[str, tuple[str, tuple[int, ...]]]
    files: dict[str, int]
    provenance: dict[str, Any]


def save(
    path: str | os.PathLike[str],
    *,
    kind: str,
    options: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray] | None = None,
    files: Mapping[str, bytes | Iterable[bytes]] | None = None,
    provenance: Mapping[str, Any] | None = None,
    force: bool = False,
) -> Path:
    """Write a model folder, completely or not at all.

    Parameters
    ----------
    path : str or path-like
        The folder to create; its parent must exist.
    kind : str
        Registered name of the class, for `load`.
    options : mapping
        Values that JSON can store: None, bool, int, finite float, str, and lists, tuples and dicts of these.
    arrays : mapping of str to ndarray, optional
        Numeric arrays of any shape; no objects or strings.
    files : mapping of str to bytes or iterable of bytes, optional
        Other files by name, such as ``vocabulary.txt``.
    provenance : mapping, optional
        Entries in addition to the versions of nlpkit and numpy and the time of saving.
    force : bool, default=False
        Replace an existing folder written by nlpkit.

    Returns
    -------
    Path
        Path of the folder.

    Raises
    ------
    ArtifactError
        If an option, an array or a file name cannot be stored.
    OutputError
        If the folder exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = save(Path(tempfile.mkdtemp(), "model"), kind="tfidf", options={"norm": "l2"},
    ...               arrays={"idf": np.array([1.0, 1.5])}, files={"vocabulary.txt": b"a\\nb\\n"})
    >>> read(folder).arrays["idf"]
    array([1. , 1.5])
    """
    config = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "kind": kind,
        "options": {name: _storable(name, value) for name, value in options.items()},
        "provenance": {
            "nlpkit": __version__,
            "numpy": np.__version__,
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            **{name: _storable(name, value) for name, value in (provenance or {}).items()},
        },
    }
    for name in files or {}:
        if not is_plain(name) or name in (CONFIG, WEIGHTS):
            raise ArtifactError(f"{path}: file name is {name!r}: expected an unused name without a folder")
    with new_folder(path, force=force) as folder:
        _write_arrays(folder / WEIGHTS, arrays or {})
        for name, content in (files or {}).items():
            _write_bytes(folder / name, [content] if isinstance(content, bytes) else content)
        config["files"] = {name: file_entry(folder / name) for name in [WEIGHTS, *(files or {})]}
        text = json.dumps(config, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
        _write_bytes(folder / CONFIG, [text.encode()])
    return Path(path)


def load(path: str | os.PathLike[str]) -> Any:
    """Return the model saved in the folder ``path``, or one that ships: ``"spoken-digits"``, which recognises digits.

    A folder of transformers' format, of a type in `nlpkit.registry.PRETRAINED`, is opened too.

    Raises
    ------
    ArtifactError
        See `read`; also if the kind or an option is unknown.

    Examples
    --------
    >>> import tempfile
    >>> import nlpkit
    >>> from nlpkit.embeddings import Tfidf
    >>> folder = Path(tempfile.mkdtemp(), "model")
    >>> _ = Tfidf(norm="l1").fit(["a cat", "a dog"]).save(folder)
    >>> nlpkit.load(folder).norm
    'l1'
    """
    if (foreign := foreign_type(path)) in PRETRAINED:
        return resolve(foreign, PRETRAINED)(path)
    artifact = read(path)
    try:
        cls = resolve(artifact.kind, KINDS)
    except ParameterError as error:
        raise ArtifactError(f"{artifact.path / CONFIG}: unknown kind: {error}") from error
    artifact.check_options(getattr(cls, "stored_options", None) or inspect.signature(cls).parameters)
    return cls.from_artifact(artifact)


def open_folder(path: str | os.PathLike[str], errors: str = "strict") -> Any:
    """Return the model saved in the folder ``path``, as `load` does; its words are UTF-8, whatever ``errors`` says."""
    return load(path)


def describe(path: str | os.PathLike[str]) -> Description:
    """Describe a model folder from ``config.json`` and the header of ``model.safetensors``.

    Raises
    ------
    ArtifactError
        See `read`; also if the header is damaged.
    """
    from safetensors import SafetensorError, safe_open

    artifact = read(path)
    arrays = {}
    if WEIGHTS in artifact.files:
        try:
            with safe_open(artifact.path / WEIGHTS, framework="numpy") as weights:
                for name in sorted(weights.keys()):
                    array = weights.get_slice(name)
                    arrays[name] = (array.get_dtype(), tuple(array.get_shape()))
        except SafetensorError as error:
            raise ArtifactError(f"{artifact.path / WEIGHTS}: is not a safetensors file ({error})") from error
    defaults = _defaults(artifact.kind)
    return Description(
        path=artifact.path,
        kind=artifact.kind,
        format_version=artifact.format_version,
        options={k: v for k, v in artifact.options.items() if k not in defaults or defaults[k] != v},
        arrays=arrays,
        files={name: entry["bytes"] for name, entry in artifact.files.items()},
        provenance=artifact.provenance,
    )


def _storable(name: str, value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        text = repr(value)
        shown = text if len(text) < 80 else text[:77] + "..."
        raise ArtifactError(
            f"{name}={shown} cannot be saved: expected data, such as numbers, text and lists"
        ) from error
    return value


def _write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    with open(path, "xb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())


def _write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    tensors = {}
    for name, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.kind not in "biuf":
            raise ArtifactError(f"array {name!r} of dtype {array.dtype} cannot be saved: expected numbers")
        tensors[name] = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
    try:
        save_file(tensors, path)
    except SafetensorError as error:
        code = re.search(r"os error (\d+)", str(error))
        if code is None:
            raise ArtifactError(f"the arrays cannot be saved: {error}") from error
        raise OSError(int(code[1]), os.strerror(int(code[1]))) from error
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
    path.chmod(path.parent.stat().st_mode & 0o666)  # safetensors makes it readable only by its owner


def _defaults(kind: str) -> dict[str, Any]:
    try:
        parameters = inspect.signature(resolve(kind, KINDS)).parameters.values()
    except ParameterError:
        return {}
    return {parameter.name: _as_json(parameter.default) for parameter in parameters}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, type) and issubclass(value, np.generic):
        return np.dtype(value).name
    return value
