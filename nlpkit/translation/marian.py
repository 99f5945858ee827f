"""Marian models (Junczys-Dowmunt et al. 2018) in the format of transformers: ``config.json`` and ``model.safetensors``.

Queries, keys and values are concatenated into one matrix each; positions are recomputed. The padding token, which also
begins every target, is never generated. Tokenizer files are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit.artifact.mapped_arrays import map_arrays
from nlpkit.errors import ArtifactError, ParameterError

from .model_options import TransformerOptions
from .weight_shapes import Shapes, weight_shapes

_ACTIVATIONS = {"swish": "silu", "silu": "silu", "relu": "relu", "gelu": "gelu"}
_PARTS = [
    ("self_attn.out_proj", "attention.outward"),
    ("self_attn_layer_norm", "around_attention.norm"),
    ("encoder_attn.q_proj", "to_source.inward"),
    ("encoder_attn.out_proj", "to_source.outward"),
    ("encoder_attn_layer_norm", "around_source.norm"),
    ("fc1", "feed_forward.inner"),
    ("fc2", "feed_forward.outer"),
    ("final_layer_norm", "around_feed_forward.norm"),
]
_JOINED = [
    ("self_attn", ("q_proj", "k_proj", "v_proj"), "attention.inward"),
    ("encoder_attn", ("k_proj", "v_proj"), "to_source.source"),
]


def read_marian(path: Path, config: Mapping[str, Any]) -> tuple[TransformerOptions, dict[str, np.ndarray]]:
    """Read the folder of a Marian model.

    Parameters
    ----------
    path : Path
        A folder with ``model.safetensors``. Pickled weights (``pytorch_model.bin``) are not read.
    config : mapping
        Contents of its ``config.json``.

    Returns
    -------
    TransformerOptions
        With Marian's ``pad_id``, ``start_id`` and ``eos_id``.
    dict of str to ndarray
        Weights in float32, as `nlpkit.translation.weight_shapes.weight_shapes` names them. Those that are neither
        converted nor concatenated are mapped from the file.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged, or the model is not a Marian model.
    """
    place = path / "model.safetensors"
    if not place.is_file():
        raise ArtifactError(
            f"{place}: can't be read: there is no such file; save the model with transformers' save_pretrained, as"
            " safetensors"
        )
    theirs = map_arrays(place)
    try:
        options = _options(config, path)
    except KeyError as error:
        raise ArtifactError(f"{path / 'config.json'}: has no {error}: expected a Marian model's") from error
    except (TypeError, IndexError, ParameterError) as error:
        raise ArtifactError(f"{path / 'config.json'}: is of no Marian model that can be read: {error}") from error
    _check_depth(theirs, options, place)
    shapes = weight_shapes(options)
    weights = _translated(theirs, options, shapes, place)
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ArtifactError(
                f"{place}: doesn't fit its config.json: {name} {list(weights[name].shape)} instead of {list(shape)}"
            )
    return options, weights


def _options(config: Mapping[str, Any], path: Path) -> TransformerOptions:
    for one, other in (
        ("encoder_attention_heads", "decoder_attention_heads"),
        ("encoder_ffn_dim", "decoder_ffn_dim"),
    ):
        if config[one] != config[other]:
            raise ArtifactError(
                f"{path / 'config.json'}: {one} is {config[one]} and {other} {config[other]}: expected the same"
            )
    if config["activation_function"] not in _ACTIVATIONS:
        raise ArtifactError(
            f"{path / 'config.json'}: activation_function is {config['activation_function']!r}: expected one of"
            f" {', '.join(_ACTIVATIONS)}"
        )
    size = config["vocab_size"]
    shared = config.get("share_encoder_decoder_embeddings", True)
    eos = config["eos_token_id"]
    return TransformerOptions(
        src_size=size,
        trg_size=size if shared else config.get("decoder_vocab_size") or size,
        d_model=config["d_model"],
        heads=config["encoder_attention_heads"],
        ffn_dim=config["encoder_ffn_dim"],
        encoder_layers=config["encoder_layers"],
        decoder_layers=config["decoder_layers"],
        norm="post",
        activation=_ACTIVATIONS[config["activation_function"]],
        dropout=config.get("dropout", 0.1),
        attention_dropout=config.get("attention_dropout", 0.0),
        activation_dropout=config.get("activation_dropout", 0.0),
        tie="none" if not config.get("tie_word_embeddings", True) else "all" if shared else "target",
        scale_embedding=config.get("scale_embedding", False),
        logits_bias=True,
        pad_id=config["pad_token_id"],
        start_id=config["decoder_start_token_id"],
        eos_id=eos if isinstance(eos, int) else eos[0],
    )


def _check_depth(theirs: dict[str, np.ndarray], options: TransformerOptions, place: Path) -> None:
    for stack, expected in (("encoder", options.encoder_layers), ("decoder", options.decoder_layers)):
        start = f"model.{stack}.layers."
        found = len({name.removeprefix(start).partition(".")[0] for name in theirs if name.startswith(start)})
        if found != expected:
            raise ArtifactError(f"{place}: has {found} {stack} layers: expected {expected}, as its config.json says")


def _translated(
    theirs: dict[str, np.ndarray], options: TransformerOptions, shapes: Shapes, place: Path
) -> dict[str, np.ndarray]:
    """Rename and concatenate Marian's arrays."""

    def find(*names: str) -> np.ndarray:
        for name in names:
            if name in theirs:
                return theirs[name].astype(np.float32, copy=False)
        raise ArtifactError(f"{place}: has no tensor {names[0]!r}: expected all of a Marian model's")

    ours: dict[str, np.ndarray] = {}
    for stack, layers in (("encoder", options.encoder_layers), ("decoder", options.decoder_layers)):
        for number in range(layers):
            source, target = f"model.{stack}.layers.{number}", f"{stack}.{number}"
            of_source = stack == "decoder"
            for kind in ("weight", "bias"):
                for their, our in _PARTS:
                    if of_source or not their.startswith("encoder_attn"):
                        ours[f"{target}.{our}.{kind}"] = find(f"{source}.{their}.{kind}")
                for their, parts, our in _JOINED:
                    if of_source or their == "self_attn":
                        joined = [find(f"{source}.{their}.{part}.{kind}") for part in parts]
                        if any(part.shape != joined[0].shape for part in joined):
                            raise ArtifactError(
                                f"{place}: doesn't fit its config.json: the parts of {source}.{their} have shapes"
                                f" {', '.join(str(list(part.shape)) for part in joined)}"
                            )
                        ours[f"{target}.{our}.{kind}"] = np.concatenate(joined)
    embeddings = ("model.shared.weight", "lm_head.weight")
    ours["trg_embedding.weight"] = find("model.decoder.embed_tokens.weight", *embeddings)
    if "src_embedding.weight" in shapes:
        ours["src_embedding.weight"] = find("model.encoder.embed_tokens.weight", "model.shared.weight")
    if "output.weight" in shapes:
        ours["output.weight"] = find("lm_head.weight")
    bias = "final_logits_bias"
    ours["logits_bias"] = find(bias).reshape(-1) if bias in theirs else np.zeros(options.trg_size, np.float32)
    return ours
