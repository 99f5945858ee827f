"""The speed of products in compiled decoding of the models of `translation.py`, and the share of time outside them.

    NLPKIT_DATA=../shared/data python benchmarks/translation_products.py --threads 1 --small-model MODEL [-o FILE]

It takes the options of `translation.py`. All is measured with one thread, in batches.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import torch
from decoding_products import share
from machine import machine
from translation import PACKAGES, Bench, parsed
from translation_marian import options_of

from nlpkit.translation.engines import array_model


def main() -> None:
    """Print a line for each model, precision and beam."""
    arguments = parsed()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(arguments, Path(place))
        for name, prepare in (("base", bench.base), ("small", bench.small)):
            if name not in arguments.what:
                continue
            model = prepare()
            weights = {name: part.numpy() for name, part in model.nlpkit.state_dict().items()}
            for precision in ("float32", "int8"):
                packed = array_model("compiled", model.nlpkit.options, weights, precision=precision)
                for beam in arguments.beams:
                    work = model.work(beam, max(arguments.batches), len(model.sources))
                    found = share(packed, weights, precision, work.sources, options_of(work), lengths=work.lengths)
                    rows.append({"model": name, "precision": precision, "beam": beam, "batch": work.batch, **found})
                    print(json.dumps(rows[-1]), flush=True)
    if arguments.output:
        arguments.output.write_text(json.dumps({"machine": machine(PACKAGES), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
