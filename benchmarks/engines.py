"""Compare the engines of translation on trained models: tokens, BLEU and time.

    NLPKIT_DATA=../shared/data python benchmarks/engines.py MODEL... [--engines torch compiled numpy int8] [-o FILE]

Each model translates Multi30k's test set of 2016 by each engine, greedily and with a beam of 4, in turns. Tokens are
compared with those of torch. Where they differ, both scores are computed in float64: a tie is a difference below 1e-4.
int8 is the compiled engine in 8 bits, whose BLEU is compared. With one thread, the speed of the products of compiled
code and the share of time outside them is measured too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from decoding_products import share
from machine import machine

from nlpkit.artifact import read
from nlpkit.decoding.arrays.steps import Question
from nlpkit.evaluation import score_translations
from nlpkit.translation import DecodingOptions, Translator
from nlpkit.translation.engines import array_model
from nlpkit.translation.translations import Translation

ENGINES = {
    "torch": {"engine": "torch"},
    "compiled": {"engine": "compiled"},
    "numpy": {"engine": "numpy"},
    "int8": {"engine": "compiled", "precision": "int8"},
}
TIE = 1e-4


def main() -> None:
    """Print a line for each model, beam and engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of the data sets by --data or NLPKIT_DATA")
    torch.set_num_threads(given.threads)
    folder = given.data / "parallel/multi30k"
    sources, references = (
        gzip.decompress((folder / f"test_2016_flickr.{side}.gz").read_bytes()).decode().splitlines()[: given.sentences]
        for side in ("en", "de")
    )
    rows = []
    for model in given.models:
        for beam in given.beams:
            for row in compared(model, beam, sources, references, given):
                rows.append({"model": model.name, "beam": beam, "threads": given.threads, **row})
                print(json.dumps(rows[-1]), flush=True)
    if given.output:
        given.output.write_text(json.dumps({"machine": machine(["nlpkit", "torch", "numba"]), "rows": rows}, indent=1))


def compared(
    model: Path, beam: int, sources: list[str], references: list[str], given: argparse.Namespace
) -> list[dict[str, Any]]:
    """Translate by each engine in turns."""
    engines = {name: Translator(model, device="cpu", **ENGINES[name]) for name in given.engines}
    options = DecodingOptions(beam=beam)
    found: dict[str, list[Translation]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(-1, given.repeat):
        for name in list(engines)[:: 1 if turn % 2 else -1]:
            begun = time.perf_counter()
            found[name] = list(engines[name].stream(sources, options, threads=given.threads))
            if turn >= 0:
                seconds[name].append(time.perf_counter() - begun)
    exact = in_float64(model, next(iter(engines.values())).options)
    rows = []
    for name, translations in found.items():
        row: dict[str, Any] = {"engine": name, "seconds": round(statistics.median(seconds[name]), 3)}
        row["bleu"] = round(score_translations([each.text for each in translations], references).bleu.score, 2)
        row["tokens"] = round(statistics.mean(len(set(each.n_best[0].ids)) for each in translations), 1)
        if "torch" in found and name != "torch":
            ratios = [one / other for one, other in zip(seconds["torch"], seconds[name], strict=True)]
            row["times torch"] = round(statistics.median(ratios), 2)
            pairs = [
                (one, other)
                for one, other in zip(translations, found["torch"], strict=True)
                if one.n_best[0].ids != other.n_best[0].ids
            ]
            row["same"] = len(translations) - len(pairs)
            if name != "int8":
                apart = [abs(score(exact, one) - score(exact, other)) for one, other in pairs]
                row["ties"] = sum(each < TIE for each in apart)
                row["differences"] = [float(f"{each:.1e}") for each in apart]
        if name in ("compiled", "int8") and given.threads == 1:
            precision, ids = ENGINES[name].get("precision", "float32"), [each.source_ids for each in translations]
            weights, shape = read(model).arrays, engines[name].options
            row |= share(array_model("compiled", shape, weights, precision=precision), weights, precision, ids, options)
        rows.append(row)
    return rows


def in_float64(folder: Path, options: Any) -> Any:
    """Return the model by NumPy in float64."""
    weights = {name: array.astype(np.float64) for name, array in read(folder).arrays.items()}
    return array_model("numpy", options, weights)


def score(model: Any, translation: Translation) -> float:
    """Return Σ log p / length of a translation, including its end token."""
    best = translation.n_best[0]
    written = [*best.ids, model.eos_id] if best.finished else best.ids
    state, total, before = model.start([translation.source_ids]), 0.0, model.start_id
    nothing = np.zeros(0, np.int64)
    for token in written:
        asked = np.array([[[token]]])
        question = Question(
            best=1, never=nothing, bans=nothing.reshape(0, 3), forced=np.array([-1]), asked=asked, everything=False
        )
        answer = state.step(np.array([[before]]), question)
        total += float(answer.asked[0, 0, 0])
        before = token
    return total / max(1, len(written))


if __name__ == "__main__":
    main()
