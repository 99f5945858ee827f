"""Work of `translation.py` in separate processes: decode with CTranslate2, and train or decode alone to measure memory.

The only argument is a task as JSON; the last line of output is the answer as JSON. The interpreter for CTranslate2 only
needs ctranslate2 and numpy.
"""

from __future__ import annotations

import importlib.util
import json
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


def ctranslate2(task: dict[str, Any]) -> dict[str, Any]:
    """Decode with CTranslate2 in ``groups`` of equal length, or the whole input without groups.

    One batch is processed by all threads or by one, or several smaller ones by one thread each; the fastest counts.
    """
    if importlib.util.find_spec("ctranslate2") is None:
        return {"absent": "this interpreter has no ctranslate2"}
    import ctranslate2 as library

    imported = peak()
    place = Path(task["folder"], "ctranslate2")
    if task["dtype"] not in library.get_supported_compute_types("cpu"):
        return {"absent": f"it has no {task['dtype']} on this processor"}
    work = json.loads(Path(task["work"]).read_text())
    sources = [[str(token) for token in line] for line in work["sources"]]
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
