"""Train the translation model of the package, English to and from French and German, and score it.

    python benchmarks/everyday_model.py FOLDER --data ../shared/data [--device cuda] [--minutes 12]

FOLDER gets the pairs of `everyday_pairs`, the model in float32 and in 8 bits, and ``scores.json``: BLEU and chrF on the
development part of each direction with a beam of 4, and with ``--test`` on the test part. The same command resumes a
training that was stopped. Sizes and batches suit the device: on CUDA 384 wide with 6 + 2 layers, on a CPU 256 wide with
4 + 2 layers.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from everyday_pairs import N_MARKS, OTHERS, write_files
from machine import machine

from nlpkit.device import resolve_device
from nlpkit.jobs.evaluate import evaluate_translations
from nlpkit.jobs.inputs import PairReading
from nlpkit.jobs.quantize import quantize_model
from nlpkit.jobs.train_translation import train_translation

RESERVED = [" ⟦en⟧", *(f" ⟦{other}⟧" for other in OTHERS), *(f"⟦{number}⟧" for number in range(N_MARKS))]
SIZES: dict[str, dict[str, Any]] = {
    "cuda": {
        "d_model": 384, "heads": 6, "ffn_dim": 1536, "encoder_layers": 6, "decoder_layers": 2, "dropout": 0.2,
        "batch_tokens": 32_768, "learning_rate": 1e-3, "warmup": 2_000, "vocab_size": 16_000,
    },
    "cpu": {
        "d_model": 256, "heads": 4, "ffn_dim": 1024, "encoder_layers": 4, "decoder_layers": 2, "dropout": 0.05,
        "batch_tokens": 4_096, "learning_rate": 1e-3, "warmup": 2_000, "vocab_size": 10_000,
    },
}  # fmt: skip


def main() -> None:
    """Make the pairs, train, round to 8 bits and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--minutes", type=float, default=0.0, help="of training; else --epochs")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--test", action="store_true")
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of the data sets by --data or NLPKIT_DATA")
    if not (given.folder / "train.tsv").exists():
        write_files(given.folder, given.data, seed=1)
    device = resolve_device(given.device).type
    sizes = dict(SIZES.get(device, SIZES["cpu"]))
    vocab_size = sizes.pop("vocab_size")
    model, small = given.folder / "model", given.folder / "model-int8"
    if not model.exists():
        train_translation(
            model,
            pairs=given.folder / "train.tsv",
            valid=given.folder / "valid.tsv",
            vocab_size=vocab_size,
            reserved=RESERVED,
            quoting="none",
            parameters={
                **sizes, "epochs": given.epochs, "minutes": given.minutes, "patience": 0, "validate_every": 2_000,
                "schedule": "linear" if given.minutes else "inverse_sqrt",
            },
            device=given.device,
            threads=given.threads,
            resume=True,
            validated=lambda report: print(report, flush=True),
        )  # fmt: skip
    if not small.exists():
        quantize_model(model, small, force=False)
    rows = []
    for name in ("dev", *(("test", "tldr-test") if given.test else ())):
        for src, trg in [(src, trg) for other in OTHERS for src, trg in (("en", other), (other, "en"))]:
            for folder in (model, small):
                row = {"part": name, "from": src, "to": trg, "model": folder.name}
                rows.append(row | scores(folder, given.folder / f"{name}-{src}-{trg}.tsv", trg, given.threads))
                print(json.dumps(rows[-1]), flush=True)
    found = {"machine": machine(["nlpkit", "torch"]), "device": device, "sizes": sizes, "rows": rows}
    (given.folder / "scores.json").write_text(json.dumps(found, indent=1) + "\n")


def scores(model: Path, pairs: Path, to: str, threads: int | None) -> dict[str, Any]:
    """Return BLEU and chrF of a model on pairs, with a beam of 4."""
    reading = PairReading(to=to, quoting="none")
    score = evaluate_translations(
        pairs=pairs, model=model, beam=4, device="cpu", threads=threads, pairs_as=reading
    ).score
    return {
        name: {"score": found.score, "low": found.low, "high": found.high, "signature": found.signature}
        for name, found in (("bleu", score.bleu), ("chrf", score.chrf))
        if found is not None
    }


if __name__ == "__main__":
    main()
