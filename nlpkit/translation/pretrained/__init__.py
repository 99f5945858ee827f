"""Translation models that others trained, in the format of transformers: Marian, NLLB, M2M-100, mBART and T5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from .hub import known_model
    from .weights import pretrained_weights, read_pretrained

__all__ = ["known_model", "pretrained_weights", "read_pretrained"]

_HOMES = {
    "known_model": "nlpkit.translation.pretrained.hub",
    "pretrained_weights": "nlpkit.translation.pretrained.weights",
    "read_pretrained": "nlpkit.translation.pretrained.weights",
}

__getattr__ = attributes_of(__name__, _HOMES)
