"""Whether a job's inputs are sound, by its method or model; and that sound isn't read as text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from nlpkit.corpora import AudioFiles
from nlpkit.corpora.audio_files import is_audio_name
from nlpkit.corpora.paths import find_sources
from nlpkit.errors import InputError, ParameterError
from nlpkit.registry import CLIP_EMBEDDERS

from .passes import StrPath


def sounds(
    inputs: StrPath | Iterable[StrPath], method: str | None, model: Any, about_texts: Mapping[str, Any]
) -> AudioFiles | None:
    """Return the audio files of a job whose method or model embeds sound, or None.

    Parameters
    ----------
    inputs, method, model
        As in `nlpkit.jobs.embed_files`.
    about_texts : mapping
        Options that have no meaning for sound, by name.

    Raises
    ------
    InputError
        If an input doesn't exist.
    ParameterError
        If sound is to be embedded by a method for texts, or an option about texts was given with one for sound.
    """
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    kind = method if model is None else _kind(model)
    if kind in CLIP_EMBEDDERS:
        for name, value in about_texts.items():
            if value is not None:
                raise ParameterError(f"{name} is about texts, and {kind} embeds sound and learns nothing: leave it out")
        return AudioFiles(named)
    for path in named:
        if _is_audio(os.fspath(path)):
            fitting = " or ".join(CLIP_EMBEDDERS)
            raise ParameterError(f"{os.fspath(path)}: is audio, which --method {fitting} embeds: give one of these")
    return None


def _is_audio(name: str) -> bool:
    """Whether all files of an input are audio, by their names; one that can't be read is told elsewhere."""
    with suppress(InputError):
        return name != "-" and all(is_audio_name(source.name) for source in find_sources([name], per="file"))
    return False


def _kind(model: Any) -> str | None:
    """What kind of model it is, loaded or not; None where there is no telling before it is read."""
    if not isinstance(model, str | os.PathLike):
        return getattr(model, "kind", None)
    if not os.path.isdir(model):
        return None
    from nlpkit.artifact.reading import read

    return read(model).kind
