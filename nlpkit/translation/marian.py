"""Marian models (Junczys-Dowmunt et al. 2018) in the format of transformers: ``config.json`` and ``model.safetensors``.

Queries, keys and values are concatenated into one matrix each; positions are recomputed. The padding token, which also
begins every target, is never generated. Tokenizer files are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nlpkit.errors import ArtifactError, ParameterError

from .model_options import TransformerOptions
from .transformer import Seq2SeqTransformer

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


def read_marian(path: Path, config: Mapping[str, Any]) -> Seq2SeqTransformer:
    """Read the folder of a Marian model.

    Parameters
    ----------
    path : Path
        A folder with ``model.safetensors``. Pickled weights (``pytorch_model.bin``) are not read.
    config : mapping
        Contents of its ``config.json``.

    Returns
    -------
    Seq2SeqTransformer
        In evaluation mode, with Marian's ``pad_id``, ``start_id`` and ``eos_id``.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged, or the model is not a Marian model.
    """
    tensors = _tensors(path / "model.safetensors")
    try:
        options = _options(config, path)
        _check_depth(tensors, options, path / "model.safetensors")
        with torch.device("meta"):  # allocates nothing before the sizes are checked
            model = Seq2SeqTransformer(options)
    except KeyError as error:
        raise ArtifactError(f"{path / 'config.json'}: has no {error}: expected a Marian model's") from error
    except (TypeError, IndexError, OverflowError, RuntimeError, ParameterError) as error:
        reason = str(error).partition("\n")[0]
        raise ArtifactError(f"{path / 'config.json'}: is of no Marian model that can be read: {reason}") from error
    weights = _translated(tensors, model, path / "model.safetensors")
    wrong = [
        f"{name} {list(weights[name].shape)} instead of {list(own.shape)}"
        for name, own in model.state_dict().items()
        if weights[name].shape != own.shape
    ]
    if wrong:
        raise ArtifactError(f"{path / 'model.safetensors'}: doesn't fit its config.json: {wrong[0]}")
    model.to_empty(device="cpu").load_state_dict(weights)
    return model.eval()


def _tensors(place: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(place)
    except OSError as error:
        raise ArtifactError(
            f"{place}: can't be read: {error.strerror or error}; save the model with transformers' save_pretrained, as"
            " safetensors"
        ) from error
    except SafetensorError as error:
        raise ArtifactError(f"{place}: is not a safetensors file ({error})") from error


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


def _check_depth(theirs: dict[str, Tensor], options: TransformerOptions, place: Path) -> None:
    for stack, expected in (("encoder", options.encoder_layers), ("decoder", options.decoder_layers)):
        start = f"model.{stack}.layers."
        found = len({name.removeprefix(start).partition(".")[0] for name in theirs if name.startswith(start)})
        if found != expected:
            raise ArtifactError(f"{place}: has {found} {stack} layers: expected {expected}, as its config.json says")


def _translated(theirs: dict[str, Tensor], model: Seq2SeqTransformer, place: Path) -> dict[str, Tensor]:
    """Rename and concatenate Marian's tensors."""

    def find(*names: str) -> Tensor:
        for name in names:
            if name in theirs:
                return theirs[name].float()
        raise ArtifactError(f"{place}: has no tensor {names[0]!r}: expected all of a Marian model's")

    ours: dict[str, Tensor] = {}
    for stack, layers in (("encoder", model.encoder), ("decoder", model.decoder)):
        for number in range(len(layers)):
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
                        ours[f"{target}.{our}.{kind}"] = torch.cat(joined)
    embeddings = ("model.shared.weight", "lm_head.weight")
    ours["trg_embedding.weight"] = find("model.decoder.embed_tokens.weight", *embeddings)
    if model.options.tie != "all":
        ours["src_embedding.weight"] = find("model.encoder.embed_tokens.weight", "model.shared.weight")
    if model.options.tie == "none":
        ours["output.weight"] = find("lm_head.weight")
    bias = theirs.get("final_logits_bias")
    ours["logits_bias"] = torch.zeros(model.options.trg_size) if bias is None else bias.float().flatten()
    return ours
