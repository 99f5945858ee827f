"""Translation models, decoding, and `Translator`, which translates raw text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from nlpkit.decoding.options import DecodingOptions

    from .model_options import RNNOptions, TransformerOptions
    from .recurrent import Seq2SeqRNN
    from .transformer import Seq2SeqTransformer
    from .translations import Candidate, Translation
    from .translator import Translator

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
    "Candidate": "nlpkit.translation.translations",
    "DecodingOptions": "nlpkit.decoding.options",
    "RNNOptions": "nlpkit.translation.model_options",
    "Seq2SeqRNN": "nlpkit.translation.recurrent",
    "Seq2SeqTransformer": "nlpkit.translation.transformer",
    "TransformerOptions": "nlpkit.translation.model_options",
    "Translation": "nlpkit.translation.translations",
    "Translator": "nlpkit.translation.translator",
}

__getattr__ = attributes_of(__name__, _HOMES)
