"""Translators and options of decoding for jobs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ParameterError

from .inputs import StrPath

if TYPE_CHECKING:
    from nlpkit.decoding.options import DecodingOptions
    from nlpkit.translation.glossary import Glossary
    from nlpkit.translation.translator import Translator


def open_translator(
    model: StrPath | Translator, device: str = "auto", precision: str = "auto", engine: str = "auto"
) -> Translator:
    """Load a translation model, unless it is one already.

    Raises
    ------
    MissingDependencyError
        If PyTorch is needed and not installed.
    ArtifactError
        If the folder cannot be read.
    """
    from nlpkit.translation.translator import Translator

    if isinstance(model, Translator):
        return model
    return Translator(model, device=device, precision=precision, engine=engine)


def model_identity(translator: Translator) -> dict[str, Any] | None:
    """Return what tells a model from another: names, sizes and times of its files, and how it is computed.

    None if it was not read from files.
    """
    from nlpkit.artifact.reading import model_folder

    if translator.path is None:
        return None
    folder = model_folder(translator.path)
    computed = {"computed": translator.computed_by}
    if not folder.is_dir():
        return {"name": os.fspath(translator.path), **computed}
    files = sorted((path.name, path.stat()) for path in folder.iterdir() if path.is_file())
    return {"files": [[name, found.st_size, found.st_mtime_ns] for name, found in files], **computed}


def open_glossary(glossary: StrPath | Glossary | None) -> Glossary | None:
    """Read a glossary, unless it is one already.

    Raises
    ------
    InputError
        If the file can't be read.
    """
    from nlpkit.translation.glossary import Glossary

    return glossary if glossary is None or isinstance(glossary, Glossary) else Glossary.read(glossary)


def decoding_options(parameters: Mapping[str, Any] | None) -> DecodingOptions:
    """Return options from parameters by name.

    Raises
    ------
    ParameterError
        If one is unknown or wrong.
    """
    import inspect

    from nlpkit.decoding.options import DecodingOptions

    given = dict(parameters or {})
    known = inspect.signature(DecodingOptions).parameters
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ParameterError(f"there is no option {unknown[0]!r}: choose among {', '.join(known)}")
    if given.get("n_best", 1) > 1 and "beam" not in given and not given.get("sample"):
        given["beam"] = max(given["n_best"], DecodingOptions().beam)
    return DecodingOptions(**given)


def missing(error: ModuleNotFoundError, extra: str = "translation") -> Exception:
    """Return the exception that says how to install the packages that translation, or another extra, needs."""
    from nlpkit.errors import MissingDependencyError

    if (error.name or "").startswith("nlpkit"):
        return error
    return MissingDependencyError(f"{extra} needs {error.name}, which isn't installed: pip install 'nlpkit[{extra}]'")
