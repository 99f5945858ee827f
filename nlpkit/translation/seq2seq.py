"""Base class of `Seq2SeqTransformer` and `Seq2SeqRNN`: embedding matrices, optionally shared."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from nlpkit.layers.product import product

from .model import TranslationModel
from .model_options import never_generated


class Seq2SeqModel(TranslationModel):
    """A translation model with logits E h + b, where E has one row per target word.

    Parameters
    ----------
    options : TransformerOptions or RNNOptions
    """

    logits_bias: nn.Parameter | None

    def __init__(self, options: Any) -> None:
        super().__init__()
        self.options = options
        self.pad_id, self.start_id, self.eos_id = options.pad_id, options.start_id, options.eos_id
        self.never = never_generated(options)

    def add_words(self, width: int, *, bias: bool) -> None:
        """Create the embedding matrices of the given width, shared according to ``options.tie``."""
        options = self.options
        self.trg_embedding = _embedding(options.trg_size, width)
        if options.tie != "all":
            self.src_embedding = _embedding(options.src_size, width)
        if options.tie == "none":
            self.output = _embedding(options.trg_size, width)
        self.logits_bias = nn.Parameter(self.trg_embedding.weight.new_zeros(options.trg_size)) if bias else None

    def source_words(self) -> nn.Embedding:
        """The embedding matrix of the source."""
        return self.trg_embedding if self.options.tie == "all" else self.src_embedding

    def logits(self, hidden: Tensor) -> Tensor:
        return product(hidden, self.output_weight, self.logits_bias)

    @property
    def output_weight(self) -> Tensor:
        return (self.output if self.options.tie == "none" else self.trg_embedding).weight


def _embedding(size: int, width: int) -> nn.Embedding:
    embedding = nn.Embedding(size, width)
    nn.init.normal_(embedding.weight, std=width**-0.5)
    return embedding
