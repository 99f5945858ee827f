"""nlpkit: text and audio in; numbers, translations and transcripts out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__
from .registry import attributes_of

if TYPE_CHECKING:
    from .artifact.writing import load

__all__ = ["__version__", "load"]

_HOMES = {"load": "nlpkit.artifact.writing"}

__getattr__ = attributes_of(__name__, _HOMES)
