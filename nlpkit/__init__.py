"""nlpkit: text and audio in; numbers, translations and transcripts out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .artifact.writing import load

__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:
    if name == "load":
        from .artifact.writing import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
