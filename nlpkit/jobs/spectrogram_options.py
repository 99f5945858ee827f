"""Which options say something about what `save_spectrograms` writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath

from nlpkit.errors import ParameterError

UNUSED = {"stft": ("n_mels", "n_mfcc", "fmin", "fmax"), "mel": ("n_mfcc",)}
"""Options that say nothing about a kind."""


def has_limit(kind: str, output: str | os.PathLike[str], format: str | None = None) -> bool:
    """Return whether ``top_db`` limits what `save_spectrograms` writes: all but powers as numbers.

    Examples
    --------
    >>> has_limit("stft", "a.png"), has_limit("stft", "a.npy"), has_limit("mel", "a.npy")
    (True, False, True)
    """
    is_picture = (format or PurePath(output).suffix.removeprefix(".").lower() or "png") == "png"
    return is_picture or {"stft": False}.get(kind, True)


def check_used(kind: str, given: Iterable[str]) -> None:
    """Check that the options that were given say something about the kind.

    Raises
    ------
    ParameterError
        If one does not.
    """
    for name in given:
        if name in UNUSED.get(kind, ()):
            other, what = ("mfcc", "cepstral coefficients") if name == "n_mfcc" else ("mel", "mel bands")
            option = "--" + name.replace("_", "-")
            raise ParameterError(
                f"{option} is about {what}, and --kind {kind} has none: leave it out, or give --kind {other}"
            )
