"""The cost in BLEU of rounding each part of a translation model to 8 bits, and the time that it saves.

    NLPKIT_DATA=../shared/data python benchmarks/rounded_parts.py MODEL... [-o FILE]

The model translates Multi30k's test set of 2016 greedily by NumPy, with the products of one part computed as compiled
code computes them in 8 bits. Time is that of the part's products alone, by one thread.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from decoding_products import Products, Watched, multiplication, seconds_of
from machine import machine

from nlpkit.artifact import read
from nlpkit.decoding.options import DecodingOptions
from nlpkit.evaluation import score_translations
from nlpkit.inference.product import PackedInt8
from nlpkit.translation import Translator
from nlpkit.translation.array_decoding import decode_arrays
from nlpkit.translation.decoding_batches import in_order
from nlpkit.translation.engines import array_model
from nlpkit.translation.quantization import Rounded

PARTS: dict[str, tuple[str, ...]] = {
    "encoder": ("encoder.",),
    "decoder, self-attention": (".attention.",),
    "decoder, attention to the source": (".to_source.", "attention.of_"),
    "decoder, feed-forward": (".feed_forward.",),
    "decoder, input to state": (".weight_ih",),
    "state to state": (".weight_hh",),
    "first state": ("bridge.",),
    "readout": ("readout.",),
    "embeddings and output": ("embedding.", "output."),
}


def part_of(name: str) -> str:
    """Return the part of a matrix."""
    if ".weight_hh" in name:
        return "state to state"
    return next(part for part, words in PARTS.items() if any(word in name for word in words))


class RoundedMatrix:
    """A matrix W (size, depth) in 8 bits, for ``x @ W.T`` and ``W[ids]``."""

    __array_ufunc__ = None

    def __init__(self, weight: np.ndarray) -> None:
        self._layer, self._rows = PackedInt8.of(weight), Rounded({"": weight})[""]
        self.shape = weight.shape

    @property
    def T(self) -> RoundedMatrix:
        return self

    def __getitem__(self, ids: np.ndarray) -> np.ndarray:
        return self._rows[ids]

    def __rmatmul__(self, x: np.ndarray) -> np.ndarray:
        made = self._layer(x.reshape(-1, x.shape[-1]))
        return made.reshape(*x.shape[:-1], made.shape[1])


def main() -> None:
    """Print a line for each model and part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of the data sets by --data or NLPKIT_DATA")
    sources, references = (
        gzip.decompress((given.data / f"parallel/multi30k/test_2016_flickr.{side}.gz").read_bytes())
        .decode()
        .splitlines()[: given.sentences]
        for side in ("en", "de")
    )
    rows = []
    for folder in given.models:
        for row in of_parts(folder, sources, references):
            rows.append({"model": folder.name, **row})
            print(json.dumps(rows[-1]), flush=True)
    if given.output:
        given.output.write_text(json.dumps({"machine": machine(["nlpkit", "numba"]), "rows": rows}, indent=1) + "\n")


def of_parts(folder: Path, sources: list[str], references: list[str]) -> list[dict[str, Any]]:
    """Round no part, each part, and all."""
    translator, weights = Translator(folder, engine="numpy"), read(folder).arrays
    ids = translator.src_subwords.encode([translator.text_form(text) for text in sources])
    options = DecodingOptions(beam=1)

    def bleu(rounded: set[str]) -> float:
        changed: Mapping[str, Any] = {
            name: RoundedMatrix(weight) if name in rounded else weight for name, weight in weights.items()
        }
        found = in_order(decode_arrays(array_model("numpy", translator.options, changed), ids, options))
        texts = translator.trg_subwords.decode([best[0].tokens for best in found])
        return score_translations(texts, references).bleu.score

    matrices = [name for name, weight in weights.items() if weight.ndim == 2 and len(weight) > 1]
    parts: dict[str, list[str]] = {}
    for name in matrices:
        parts.setdefault(part_of(name), []).append(name)
    watched = Watched(array_model("numpy", translator.options, weights))
    list(decode_arrays(watched, ids, options))
    whole = bleu(set())
    rows: list[dict[str, Any]] = [{"part": "none", "bleu": round(whole, 2)}]
    of_float = {part: seconds(parts[part], weights, watched, is_int8=False) for part in parts}
    for part, names in parts.items():
        saved = of_float[part] - seconds(names, weights, watched, is_int8=True)
        row = {"part": part, "lost bleu": round(whole - bleu(set(names)), 2)}
        total = sum(of_float.values())
        rows.append(row | {"share of time": round(of_float[part] / total, 3), "saved time": round(saved / total, 3)})
    rows.append({"part": "all", "lost bleu": round(whole - bleu(set(matrices)), 2)})
    return rows


def seconds(names: list[str], weights: Mapping[str, np.ndarray], watched: Watched, *, is_int8: bool) -> float:
    """Return the median time of the products of some matrices."""
    work = [*Products({name: weights[name] for name in names}, lambda _: is_int8, watched.options).of(watched.calls)]
    multiplied = multiplication(work)
    return statistics.median(seconds_of(multiplied) for _ in range(3))


if __name__ == "__main__":
    main()
