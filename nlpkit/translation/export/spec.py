"""The weights of a Transformer in the layout of CTranslate2 (OpenNMT), by its public `ctranslate2.specs`.

Queries, keys and values are one matrix in both. Positions are written as a table, because CTranslate2's own sinusoids
have other wavelengths. Tokens that nlpkit never generates, padding and the start of a sentence, get a bias of
`NEVER`. Attention for alignments is the mean of the last decoder layer's heads. Padding is masked by lengths in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, ParameterError

from ..model_options import TransformerOptions, never_generated
from ..plain.functions import sinusoids

POSITIONS = 2048
"""Longest source and target, with their end tokens."""
NEVER = -1e4
"""Bias of tokens that are never generated: its exponential is 0, and float16 has it."""
ACTIVATIONS = {"relu": "RELU", "gelu": "GELU", "silu": "SWISH", "tanh": "Tanh"}
"""Names in CTranslate2 of the activations that it computes."""


def ctranslate2_library() -> Any:
    """Import CTranslate2.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        import ctranslate2
    except ImportError as error:
        raise MissingDependencyError(
            "export to CTranslate2 needs ctranslate2, which isn't installed: pip install 'nlpkit[export]'"
        ) from error
    return ctranslate2


def check_options(options: Any) -> None:
    """Raise ParameterError if CTranslate2 cannot compute a model with these options."""
    if not isinstance(options, TransformerOptions):
        raise ParameterError(
            f"the model is an RNN ({options.cell}), and CTranslate2 computes Transformers only: translate with nlpkit's"
            " engine 'compiled', or train one with --arch transformer"
        )
    if options.activation not in ACTIVATIONS:
        raise ParameterError(
            f"the model has activation {options.activation!r}, which CTranslate2 does not have: translate with nlpkit's"
            f" engine 'compiled', or train one with {', '.join(ACTIVATIONS)}"
        )


def transformer_spec(
    options: TransformerOptions,
    weights: Mapping[str, np.ndarray],
    words: Sequence[Sequence[str]],
    *,
    unknown: str = "<unk>",
) -> Any:
    """Return a ``ctranslate2.specs.TransformerSpec``, which writes a model folder.

    Parameters
    ----------
    options : TransformerOptions
    weights : mapping of str to ndarray
        In float32, as `nlpkit.translation.weight_shapes.weight_shapes` names them.
    words : two sequences of str
        Vocabularies of source and target.
    unknown : str
        The token that stands for unknown ones.

    Raises
    ------
    ParameterError
        If CTranslate2 cannot compute such a model.
    MissingDependencyError
        If CTranslate2 is not installed.
    """
    check_options(options)
    library = ctranslate2_library()
    spec = library.specs.TransformerSpec.from_config(
        (options.encoder_layers, options.decoder_layers),
        options.heads,
        pre_norm=options.norm == "pre",
        activation=getattr(library.specs.Activation, ACTIVATIONS[options.activation]),
        alignment_heads=options.heads,
    )

    def linear(into: Any, name: str) -> None:
        into.weight, into.bias = weights[name + ".weight"], weights[name + ".bias"]

    def norm(into: Any, name: str) -> None:
        into.gamma, into.beta = weights[name + ".weight"], weights[name + ".bias"]

    source, target = weights.get("src_embedding.weight"), weights["trg_embedding.weight"]
    spec.encoder.embeddings[0].weight = target if source is None else source
    spec.decoder.embeddings.weight = target
    spec.decoder.projection.weight = weights["output.weight"] if options.tie == "none" else target
    spec.decoder.projection.bias = projection_bias(options, weights)
    for side, into in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        into.scale_embeddings = options.scale_embedding
        into.position_encodings.encodings = sinusoids(POSITIONS, options.d_model)
        if options.norm == "pre":
            norm(into.layer_norm, f"{side}_norm")
        for number, layer in enumerate(into.layer):
            name = f"{side}.{number}."
            linear(layer.self_attention.linear[0], name + "attention.inward")
            linear(layer.self_attention.linear[1], name + "attention.outward")
            norm(layer.self_attention.layer_norm, name + "around_attention.norm")
            if side == "decoder":
                for place, part in enumerate(("inward", "source", "outward")):
                    linear(layer.attention.linear[place], f"{name}to_source.{part}")
                norm(layer.attention.layer_norm, name + "around_source.norm")
            linear(layer.ffn.linear_0, name + "feed_forward.inner")
            linear(layer.ffn.linear_1, name + "feed_forward.outer")
            norm(layer.ffn.layer_norm, name + "around_feed_forward.norm")
    spec.register_source_vocabulary(list(words[0]))
    spec.register_target_vocabulary(list(words[1]))
    spec.config.unk_token, spec.config.eos_token = unknown, words[1][options.eos_id]
    spec.config.bos_token = spec.config.decoder_start_token = words[1][options.start_id]
    spec.config.add_source_eos = True
    return spec


def projection_bias(options: TransformerOptions, weights: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the bias of the logits, with that of tokens which are never generated."""
    bias = weights["logits_bias"].copy() if options.logits_bias else np.zeros(options.trg_size, np.float32)
    bias[list(never_generated(options))] = NEVER
    return bias
