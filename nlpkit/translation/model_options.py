"""Options of translation models; they are read without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlpkit.errors import ParameterError, require

CELLS = ("rnn", "lstm", "gru")
ATTENTIONS = ("none", "additive", "dot", "general")
ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh")
INITIALIZERS = ("xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal")


@dataclass(frozen=True, kw_only=True)
class RNNOptions:
    """Options of a `Seq2SeqRNN`.

    Parameters
    ----------
    src_size, trg_size : int
        Sizes of the vocabularies.
    cell : {"rnn", "lstm", "gru"}
    attention : {"none", "additive", "dot", "general"}
    embedding_size, hidden_size : int
        Dimensions of embeddings and of states.
    encoder_layers, decoder_layers : int
        Number of layers.
    bidirectional : bool
        Encode in both directions, each with half of ``hidden_size``.
    input_feeding : bool
        Feed the previous attentional state to a decoder with ``"dot"`` or ``"general"`` attention. Without it, training
        computes all steps at once.
    dropout : float
        Dropout of embeddings, between layers, and of the decoder's output.
    tie : {"all", "target", "none"}
        Matrices that are shared: source, target and output ("all", for one vocabulary), target and output, or none.
    initializer : str
        Initialiser of matrices: xavier, he or lecun, with _uniform or _normal.
    pad_id, start_id, eos_id : int
    """

    src_size: int
    trg_size: int
    cell: str = "gru"
    attention: str = "general"
    embedding_size: int = 256
    hidden_size: int = 512
    encoder_layers: int = 1
    decoder_layers: int = 1
    bidirectional: bool = True
    input_feeding: bool = True
    dropout: float = 0.2
    tie: str = "all"
    initializer: str = "xavier_uniform"
    pad_id: int = 0
    start_id: int = 2
    eos_id: int = 3

    def __post_init__(self) -> None:
        for name in ("src_size", "trg_size", "embedding_size", "hidden_size", "encoder_layers", "decoder_layers"):
            value = getattr(self, name)
            require(isinstance(value, int) and value >= 1, name, value, "a whole number of at least 1")
        for name, choices in _OF_RNN.items():
            require(getattr(self, name) in choices, name, getattr(self, name), f"one of {', '.join(choices)}")
        fits = isinstance(self.dropout, int | float) and 0 <= self.dropout < 1
        require(fits, "dropout", self.dropout, "from 0 up to, but not, 1")
        even = not self.bidirectional or self.hidden_size % 2 == 0
        require(even, "hidden_size", self.hidden_size, "an even number, half of it for each direction")
        same = self.tie != "all" or self.src_size == self.trg_size
        require(same, "tie", self.tie, f"'target' or 'none': the vocabularies have {self.src_size} and {self.trg_size}")
        check_ids(self)


_OF_RNN = {
    "cell": CELLS,
    "attention": ATTENTIONS,
    "tie": ("all", "target", "none"),
    "initializer": INITIALIZERS,
}


@dataclass(frozen=True, kw_only=True)
class TransformerOptions:
    """Options of a `Seq2SeqTransformer`.

    Parameters
    ----------
    src_size, trg_size : int
        Sizes of the vocabularies.
    d_model : int
        Dimension of the model.
    heads : int
        Number of attention heads; must divide ``d_model``.
    ffn_dim : int
        Inner dimension of the feed-forward networks.
    encoder_layers, decoder_layers : int
        Number of layers.
    norm : {"pre", "post"}
        Position of the layer norm: before or after each part of a layer.
    activation : str
        Activation of the feed-forward networks: relu, leaky_relu, elu, gelu, silu, tanh.
    dropout : float
        Dropout of embeddings, and of the output of each part of a layer.
    attention_dropout : float
        Dropout of attention weights.
    activation_dropout : float
        Dropout inside feed-forward networks.
    tie : {"all", "target", "none"}
        Matrices that are shared: source, target and output ("all", for one vocabulary), target and output, or none.
    scale_embedding : bool
        Multiply embeddings by √d_model.
    logits_bias : bool
        Add a bias to the logits.
    initializer : str
        Initialiser of matrices: xavier, he or lecun, with _uniform or _normal.
    pad_id, start_id, eos_id : int
    """

    src_size: int
    trg_size: int
    d_model: int = 256
    heads: int = 4
    ffn_dim: int = 1024
    encoder_layers: int = 3
    decoder_layers: int = 3
    norm: str = "pre"
    activation: str = "relu"
    dropout: float = 0.1
    attention_dropout: float = 0.0
    activation_dropout: float = 0.0
    tie: str = "all"
    scale_embedding: bool = True
    logits_bias: bool = False
    initializer: str = "xavier_uniform"
    pad_id: int = 0
    start_id: int = 2
    eos_id: int = 3

    def __post_init__(self) -> None:
        for name in ("src_size", "trg_size", "d_model", "heads", "ffn_dim", "encoder_layers", "decoder_layers"):
            value = getattr(self, name)
            require(isinstance(value, int) and value >= 1, name, value, "a whole number of at least 1")
        require(self.d_model % self.heads == 0, "heads", self.heads, f"a divisor of d_model, {self.d_model}")
        for name in ("dropout", "attention_dropout", "activation_dropout"):
            value = getattr(self, name)
            require(isinstance(value, int | float) and 0 <= value < 1, name, value, "from 0 up to, but not, 1")
        for name, choices in _OF_TRANSFORMER.items():
            require(getattr(self, name) in choices, name, getattr(self, name), f"one of {', '.join(choices)}")
        same = self.tie != "all" or self.src_size == self.trg_size
        require(same, "tie", self.tie, f"'target' or 'none': the vocabularies have {self.src_size} and {self.trg_size}")
        check_ids(self)


_OF_TRANSFORMER = {
    "norm": ("pre", "post"),
    "tie": ("all", "target", "none"),
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
}


def check_ids(options: Any) -> None:
    """Raise ParameterError if ``pad_id``, ``start_id`` or ``eos_id`` is invalid."""
    shared = min(options.src_size, options.trg_size)
    for name, size in (("pad_id", shared), ("start_id", options.trg_size), ("eos_id", shared)):
        value = getattr(options, name)
        if not isinstance(value, int) or not 0 <= value < size:
            raise ParameterError(f"{name} is {value!r}: expected a word's number, from 0 to {size - 1}")
    if options.eos_id == options.pad_id:
        raise ParameterError(f"eos_id is {options.eos_id}, and pad_id too: expected two different ones")


def never_generated(options: RNNOptions | TransformerOptions) -> tuple[int, ...]:
    """Return the tokens that a translation never has: padding and the start of a sentence, unless they end it."""
    return tuple(id_ for id_ in dict.fromkeys((options.pad_id, options.start_id)) if id_ != options.eos_id)
