"""Names and shapes of the weights of each architecture, without torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .model_options import RNNOptions, TransformerOptions

Shapes = dict[str, tuple[int, ...]]

_GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def weight_shapes(options: Any) -> Shapes:
    """Return the shapes of a model's weights by name: those of the state dict of its torch module.

    Parameters
    ----------
    options : RNNOptions or TransformerOptions

    Examples
    --------
    >>> shapes = weight_shapes(RNNOptions(src_size=20, trg_size=20, embedding_size=8, hidden_size=16))
    >>> shapes["trg_embedding.weight"], shapes["readout.weight"]
    ((20, 8), (8, 32))
    """
    if isinstance(options, TransformerOptions):
        width = options.d_model
        return dict(_transformer(options)) | _words(options, width, bias=options.logits_bias)
    assert isinstance(options, RNNOptions)
    return dict(_rnn(options)) | _words(options, options.embedding_size, bias=True)


def _linear(name: str, size: int, depth: int, *, bias: bool = True) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (size, depth)
    if bias:
        yield f"{name}.bias", (size,)


def _words(options: Any, width: int, *, bias: bool) -> Shapes:
    found: Shapes = {"trg_embedding.weight": (options.trg_size, width)}
    if options.tie != "all":
        found["src_embedding.weight"] = (options.src_size, width)
    if options.tie == "none":
        found["output.weight"] = (options.trg_size, width)
    if bias:
        found["logits_bias"] = (options.trg_size,)
    return found


def _transformer(options: TransformerOptions) -> Iterator[tuple[str, tuple[int, ...]]]:
    d = options.d_model
    for side, layers in (("encoder", options.encoder_layers), ("decoder", options.decoder_layers)):
        norms = [f"{side}_norm"] if options.norm == "pre" else []
        for number in range(layers):
            layer = f"{side}.{number}."
            yield from _linear(layer + "attention.inward", 3 * d, d)
            yield from _linear(layer + "attention.outward", d, d)
            yield from _linear(layer + "feed_forward.inner", options.ffn_dim, d)
            yield from _linear(layer + "feed_forward.outer", d, options.ffn_dim)
            norms += [layer + "around_attention.norm", layer + "around_feed_forward.norm"]
            if side == "decoder":
                yield from _linear(layer + "to_source.inward", d, d)
                yield from _linear(layer + "to_source.source", 2 * d, d)
                yield from _linear(layer + "to_source.outward", d, d)
                norms.append(layer + "around_source.norm")
        for norm in norms:
            yield f"{norm}.weight", (d,)
            yield f"{norm}.bias", (d,)


def _rnn(options: RNNOptions) -> Iterator[tuple[str, tuple[int, ...]]]:
    size, hidden = options.embedding_size, options.hidden_size
    ways = 2 if options.bidirectional else 1
    looks_after = options.attention in ("dot", "general")
    fed = size if looks_after and options.input_feeding else 0 if looks_after else hidden
    for layer in range(options.encoder_layers):
        for way in ("", "_reverse")[:ways]:
            yield from _cell(options.cell, f"encoder.rnn.{{}}_l{layer}{way}", hidden // ways, hidden if layer else size)
    for layer in range(options.decoder_layers):
        yield from _cell(options.cell, f"decoder.rnn.{{}}_l{layer}", hidden, hidden if layer else size + fed)
    if options.attention == "additive":
        yield from _linear("attention.of_state", hidden, hidden, bias=False)
        yield from _linear("attention.score", 1, hidden, bias=False)
    if options.attention in ("additive", "general"):
        yield from _linear("attention.of_source", hidden, hidden, bias=options.attention == "additive")
    for number in range((2 if options.cell == "lstm" else 1) * options.decoder_layers):
        yield from _linear(f"bridge.{number}", hidden, hidden)
    yield from _linear("readout", size, 2 * hidden)


def _cell(cell: str, name: str, hidden: int, size: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    gates = _GATES[cell] * hidden
    yield name.format("weight_ih"), (gates, size)
    yield name.format("weight_hh"), (gates, hidden)
    yield name.format("bias_ih"), (gates,)
    yield name.format("bias_hh"), (gates,)
