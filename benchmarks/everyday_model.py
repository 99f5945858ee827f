"""Train a translation model of the package, between English and another language, both ways.

    python benchmarks/everyday_model.py FOLDER --language fr --data ../shared/data [--device cuda] [--threads 2]

FOLDER gets the pairs of `everyday_pairs` and a folder of each stage: ``main``, ``final`` (in which the learning rate
falls to 0), ``int8``, and ``everyday``, the model that ships, which has learnt how sure it is from the development
part. The same command resumes what was stopped. Stages are of a number of steps; on CUDA one stage is all. Scores are
made by `everyday_scores`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from everyday_pairs import N_MARKS, OTHERS, write_files

from nlpkit.device import resolve_device
from nlpkit.jobs import fit_confidence, quantize_model, train_translation
from nlpkit.jobs.inputs import PairReading

SIZES = {"d_model": 256, "heads": 4, "ffn_dim": 1024, "encoder_layers": 6, "decoder_layers": 2, "dropout": 0.1}
VOCABULARY = 8_000
STAGES: dict[str, dict[str, dict[str, Any]]] = {
    "cpu": {
        "main": {
            "schedule": "inverse_sqrt",
            "learning_rate": 1e-3,
            "warmup": 3_000,
            "max_steps": 14_000,
            "validate_every": 4_000,
        },
        "final": {
            "schedule": "linear",
            "learning_rate": 4.6e-4,
            "warmup": 100,
            "max_steps": 4_000,
            "validate_every": 2_000,
        },
    },
    "cuda": {
        "final": {
            "schedule": "linear",
            "learning_rate": 1e-3,
            "warmup": 2_000,
            "max_steps": 30_000,
            "validate_every": 4_000,
        }
    },
}
BATCHES = {"cpu": {"batch_tokens": 4_096}, "cuda": {"batch_tokens": 16_384}}


def main() -> None:
    """Make the pairs, train, round to 8 bits and fit the confidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=OTHERS, required=True)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of the data sets by --data or NLPKIT_DATA")
    folder, language = given.folder, given.language
    if not (folder / "train.tsv").exists():
        write_files(folder, given.data, language, seed=1)
    kind = "cuda" if resolve_device(given.device).type == "cuda" else "cpu"
    base = None
    for stage, options in STAGES[kind].items():
        if not (folder / stage).exists():
            train(folder, stage, options | BATCHES[kind], language, base, given.device, given.threads)
        base = folder / stage
    assert base is not None
    if not (folder / "int8").exists():
        quantize_model(base, folder / "int8")
    if not (folder / "everyday").exists():
        held = {"en": folder / f"dev-{language}-en.tsv", language: folder / f"dev-en-{language}.tsv"}
        print(fit_confidence(folder / "int8", folder / "everyday", pairs=held, pairs_as=PairReading(quoting="none")))


def train(
    folder: Path,
    stage: str,
    options: dict[str, Any],
    language: str,
    base: Path | None,
    device: str,
    threads: int | None,
) -> None:
    """Train a stage, from nothing or from the stage before."""
    marks = [" ⟦en⟧", f" ⟦{language}⟧", *(f"⟦{number}⟧" for number in range(N_MARKS))]
    begin = {"vocab_size": VOCABULARY, "reserved": marks} if base is None else {"base": base}
    sizes = SIZES if base is None else {"dropout": SIZES["dropout"]}
    train_translation(
        folder / stage,
        pairs=folder / "train.tsv",
        valid=folder / "valid.tsv",
        quoting="none",
        parameters={**sizes, **options, "epochs": 0, "patience": 0},
        device=device,
        threads=threads,
        resume=True,
        validated=lambda report: print(report, flush=True),
        **begin,
    )


if __name__ == "__main__":
    main()
