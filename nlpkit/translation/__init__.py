"""Translation models, their decoding, and `Translator`, which reads and writes raw text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .decoding_options import DecodingOptions
    from .recurrent import RNNOptions, Seq2SeqRNN
    from .transformer import Seq2SeqTransformer, TransformerOptions
    from .translator import Candidate, Translation, Translator

__all__ = [
    "Candidate",
    "DecodingOptions",
    "RNNOptions",
    "Seq2SeqRNN",
    "Seq2SeqTransformer",
    "TransformerOptions",
    "Translation",
    "Translator",
]

_HOMES = {
    "DecodingOptions": "decoding_options",
    "RNNOptions": "recurrent",
    "Seq2SeqRNN": "recurrent",
    "Seq2SeqTransformer": "transformer",
    "TransformerOptions": "transformer",
    "Candidate": "translator",
    "Translation": "translator",
    "Translator": "translator",
}


def __getattr__(name: str) -> Any:
    """Import a class when it is first asked for: PyTorch is slow to load."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
