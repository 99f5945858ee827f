"""Work of `translation.py` in separate processes: decode with CTranslate2, and train or decode alone to measure memory.

The only argument is a task as JSON; the last line of output is the answer as JSON. The interpreter for CTranslate2 only
needs numpy and ctranslate2.
"""

from __future__ import annotations

import importlib.util
import json
import math
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def peak() -> int:
    """Return the peak memory of this process in bytes; Linux's ru_maxrss starts at the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def converted(folder: Path) -> Path:
    """Convert the arrays of a Marian model to a CTranslate2 model, once."""
    from ctranslate2.specs import common_spec, transformer_spec

    place = folder / "ctranslate2"
    if place.exists():
        return place
    config = json.loads((folder / "weights.json").read_text())
    arrays = dict(np.load(folder / "weights.npz"))
    activations = {"relu": "RELU", "swish": "SWISH", "gelu": "GELU"}
    spec = transformer_spec.TransformerSpec.from_config(
        (config["encoder_layers"], config["decoder_layers"]),
        config["encoder_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation[activations[config["activation_function"]]],
    )

    def linear(into: Any, *names: str) -> None:
        into.weight = np.concatenate([arrays[f"{name}.weight"] for name in names])
        into.bias = np.concatenate([arrays[f"{name}.bias"] for name in names])

    def norm(into: Any, name: str) -> None:
        into.gamma, into.beta = arrays[f"{name}.weight"], arrays[f"{name}.bias"]

    def attention(into: Any, name: str, *, to_itself: bool) -> None:
        parts = [f"{name}.{part}_proj" for part in "qkv"]
        if to_itself:
            linear(into.linear[0], *parts)
        else:
            linear(into.linear[0], parts[0])
            linear(into.linear[1], *parts[1:])
        linear(into.linear[-1], f"{name}.out_proj")
        norm(into.layer_norm, f"{name}_layer_norm")

    for stack, into in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        embeddings = into.embeddings[0] if isinstance(into.embeddings, list) else into.embeddings
        embeddings.weight = arrays["model.shared.weight"]
        into.scale_embeddings = math.sqrt(config["d_model"]) if config["scale_embedding"] else 1.0
        into.position_encodings.encodings = arrays["positions"]
        for number, layer in enumerate(into.layer):
            name = f"model.{stack}.layers.{number}"
            attention(layer.self_attention, f"{name}.self_attn", to_itself=True)
            if stack == "decoder":
                attention(layer.attention, f"{name}.encoder_attn", to_itself=False)
            linear(layer.ffn.linear_0, f"{name}.fc1")
            linear(layer.ffn.linear_1, f"{name}.fc2")
            norm(layer.ffn.layer_norm, f"{name}.final_layer_norm")
    spec.decoder.projection.weight = arrays["model.shared.weight"]
    spec.decoder.projection.bias = arrays["final_logits_bias"][0]
    words = [str(number) for number in range(config["vocab_size"])]
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.config.unk_token, spec.config.eos_token = "1", str(config["eos_token_id"])
    spec.config.bos_token = spec.config.decoder_start_token = str(config["decoder_start_token_id"])
    spec.validate()
    spec.optimize()
    place.mkdir()
    spec.save(str(place))
    return place


def ctranslate2(task: dict[str, Any]) -> dict[str, Any]:
    """Decode with CTranslate2 in ``groups`` of equal length, or the whole input without groups.

    One batch is processed by all threads or by one, or several smaller ones by one thread each; the fastest counts.
    """
    if importlib.util.find_spec("ctranslate2") is None:
        return {"absent": "this interpreter has no ctranslate2"}
    import ctranslate2 as library

    imported = peak()
    place = converted(Path(task["folder"]))
    if task["dtype"] not in library.get_supported_compute_types("cpu"):
        return {"absent": f"it has no {task['dtype']} on this processor"}
    work = json.loads(Path(task["work"]).read_text())
    sources = [[str(token) for token in [*line, task["eos_id"]]] for line in work["sources"]]
    groups = [(numbers, steps) for numbers, steps in work["groups"]]

    def run(translator: Any, batch: int, groups: list[tuple[list[int], int | None]]) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in sources]
        for numbers, steps in groups:
            bounds = {"min_decoding_length": steps, "max_decoding_length": steps} if steps else {}
            bounds = bounds or {"max_decoding_length": task["limit"]}
            results = translator.translate_batch(
                [sources[i] for i in numbers],
                beam_size=task["beam"],
                length_penalty=1.0,
                max_batch_size=batch,
                **bounds,
            )
            for number, result in zip(numbers, results, strict=True):
                found[number] = [int(token) for token in result.hypotheses[0]]
        return found

    best: dict[str, Any] = {}
    for side_by_side, each in {(1, task["threads"]), (1, 1), (min(task["threads"], task["batch"]), 1)}:
        translator = library.Translator(
            str(place), device="cpu", compute_type=task["dtype"], inter_threads=side_by_side, intra_threads=each
        )
        batch = task["batch"] // side_by_side
        run(translator, batch, [(numbers[: task["batch"]], steps and 4) for numbers, steps in groups[:1]])
        begun = time.perf_counter()
        found = run(translator, batch, groups)
        seconds = time.perf_counter() - begun
        if not best or seconds < best["seconds"]:
            best = {"seconds": seconds, "found": found, "side by side": side_by_side}
    return best | {"peak": peak(), "imported": imported, "version": library.__version__}


def train(task: dict[str, Any]) -> dict[str, Any]:
    """Run some steps of one training."""
    import torch
    from translation_steps import PlainLoop, Setting, alternate

    from nlpkit.training.translation.encoded_pairs import EncodedPairs

    torch.set_num_threads(task["threads"])
    imported = peak()
    arrays = np.load(task["pairs"])
    pairs = EncodedPairs(*(arrays[name] for name in ("src", "src_ends", "trg", "trg_ends")))
    setting = Setting(**task["setting"])
    if task["system"] == "nlpkit":
        alternate(setting, pairs, steps=task["steps"], blocks=1, plain=False)
    else:
        PlainLoop(setting, pairs).run(2 * task["steps"])
    return {"peak": peak(), "imported": imported}


def decode(task: dict[str, Any]) -> dict[str, Any]:
    """Decode once, with nlpkit or with ``generate``."""
    work = json.loads(Path(task["work"]).read_text())
    if task["system"] == "compiled":
        return decode_compiled(task, work)
    import torch
    from transformers import MarianMTModel
    from translation_marian import Work, ours, theirs

    from nlpkit.translation.pretrained import read_pretrained

    torch.set_num_threads(task["threads"])
    imported = peak()
    todo = Work(sources=work["sources"], lengths=work["lengths"], beam=task["beam"], batch=task["batch"])
    if task["system"] == "nlpkit":
        ours(read_pretrained(task["folder"]), todo)
    else:
        theirs(MarianMTModel.from_pretrained(task["folder"]).eval(), task["never"], todo)
    return {"peak": peak(), "imported": imported}


def decode_compiled(task: dict[str, Any], work: dict[str, Any]) -> dict[str, Any]:
    """Decode once in compiled code, without PyTorch."""
    import nlpkit.translation.compiled._decoder_numba
    import nlpkit.translation.compiled._transformer_numba  # noqa: F401
    from nlpkit.decoding.options import DecodingOptions
    from nlpkit.translation.array_decoding import decode_arrays
    from nlpkit.translation.engines import array_model
    from nlpkit.translation.pretrained import pretrained_weights

    imported = peak()
    limits = {"max_length": task["limit"], "max_ratio": 0.0, "max_extra": task["limit"]}
    options = DecodingOptions(beam=task["beam"], stop="heuristic", max_sentences=task["batch"], scores=False, **limits)
    model = array_model("compiled", *pretrained_weights(task["folder"]), precision=task["dtype"])
    for _ in decode_arrays(model, work["sources"], options, lengths=work["lengths"], threads=task["threads"]):
        pass
    return {"peak": peak(), "imported": imported}


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    print(json.dumps({"ctranslate2": ctranslate2, "train": train, "decode": decode}[order["do"]](order)))
