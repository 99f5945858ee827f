"""Training of speech recognition against a plain torch loop, and the speed of recognition.

    python benchmarks/recognition.py --data ../shared/data -o recognition.json
    python benchmarks/recognition.py --what first --model MODEL
    python benchmarks/recognition.py --tiny

``--what``:

- training: utterances per second of nlpkit's training, as `nlpkit train speech` trains, and of the loop in
  `plain_recognition.py`, in one process, in turns of some steps. Clips are spoken digits; those of CTC are joined to
  strings of five. Both get the same clips in the same batches and order, AdamW, the same limit of the gradient,
  float32.
  "given": both get finished features. "features": both compute them in each step, nlpkit with its own engine, the other
  with librosa (`plain_sound.py`). "augmented": both also change each clip, in the same kinds and ranges. Before, both
  networks must give the same loss with the same weights on clips of one length.
- factors: seconds of computing per second of sound, with one thread, for clips of 1 s and 30 s, features included:
  nlpkit without torch, and the same network by torch. Weights are random, sizes the default ones; both must give the
  same logits.
- first: seconds of `nlpkit transcribe` in a new process for one clip of 1 s: with an empty cache of compiled code, and
  with one that is filled.

Medians count, and ratios are medians over pairs of turns. Use an idle machine. For code without AVX-512 set
NUMBA_CPU_NAME=haswell, ATEN_CPU_CAPABILITY=avx2 and ONEDNN_MAX_CPU_ISA=AVX2.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from machine import machine
from recognition_steps import KINDS, alternate, losses, model_of, spoken, store_of
from threadpoolctl import threadpool_limits

from nlpkit.training.speech.proposal import proposed

WHAT = ("training", "factors", "first")
BATCHES = ("given", "features", "augmented")
SR = 16_000


def training(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure the training of each architecture."""
    clips, texts = spoken(options.data, options.clips)
    rows = []
    for architecture in options.arch:
        store = store_of(architecture, clips, texts)
        model = model_of(architecture, store.sr, clips)
        own = proposed(architecture, len(store), {"seed": 1})
        both = losses(model, store, own)
        if not np.isclose(*both, rtol=1e-4):
            raise SystemExit(f"FAILED: the losses of {architecture} are {both}: the networks aren't alike")
        for kind in options.batches:
            rates = alternate(model, store, own, kind, options)
            ratio = statistics.median(mine / other for mine, other in rates)
            mine, other = (statistics.median(column) for column in zip(*rates, strict=True))
            print(
                f"{architecture:5} {kind:10} {mine:8.1f} utterances/s, plain loop {other:8.1f}: x {ratio:.2f}",
                flush=True,
            )
            rows.append({"arch": architecture, "batches": kind, "ratio": ratio, "rates": rates, "losses": both})
    return rows


def factors(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure seconds per second of sound, with one thread."""
    rows = []
    torch.set_num_threads(1)
    for architecture in options.arch:
        for seconds in (1, 30):
            clip = np.random.default_rng(1).normal(0, 0.1, SR * seconds).astype(np.float32)
            model = model_of(architecture, SR, [clip])
            module = model.module()

            def own(model: Any = model, clip: np.ndarray = clip) -> np.ndarray:
                ((_, logits),) = model.logits([clip], threads=1)
                return logits

            def by_torch(model: Any = model, module: Any = module, clip: np.ndarray = clip) -> np.ndarray:
                values, lengths = model.front.features([clip])
                with torch.inference_mode():
                    found = module(torch.from_numpy(values), torch.from_numpy(lengths))
                return (found[0] if isinstance(found, tuple) else found)[0].numpy()

            with threadpool_limits(1):
                np.testing.assert_allclose(own(), by_torch(), atol=1e-3)
                pairs = [(timed(own), timed(by_torch)) for _ in range(options.repeat)]
            mine, other = (statistics.median(column) / seconds for column in zip(*pairs, strict=True))
            ratio = statistics.median(second / first for first, second in pairs)
            print(
                f"{architecture:5} clip of {seconds:2} s: factor {mine:.5f}, by torch {other:.5f}: x {ratio:.2f}",
                flush=True,
            )
            rows.append({"arch": architecture, "seconds": seconds, "factor": mine, "torch": other, "ratio": ratio})
    return rows


def timed(function: Any) -> float:
    """Return the seconds of a call."""
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def first(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure the first answer of a new process."""
    found: dict[str, list[tuple[float, float]]] = {"empty": [], "filled": []}
    with tempfile.TemporaryDirectory() as folder:
        clip = np.random.default_rng(1).normal(0, 0.1, SR).astype(np.float32)
        soundfile.write(f"{folder}/clip.wav", clip, SR)
        chosen = options.model
        if chosen is None and options.tiny:
            chosen = model_of(options.arch[0], SR, [clip]).save(f"{folder}/model")
        start = "import sys; from nlpkit.cli.main import main; sys.exit(main())"
        command = [sys.executable, "-P", "-c", start, "transcribe"]
        command += [f"{folder}/clip.wav", *(["--model", str(Path(chosen).absolute())] if chosen else [])]
        for turn in range(options.repeat):
            for cache in found:
                environment = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/cache-{turn}"}
                begun, computed = time.perf_counter(), computing()
                done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
                found[cache].append((time.perf_counter() - begun, computing() - computed))
                if done.returncode:
                    raise SystemExit(f"FAILED: {done.stderr}")
    rows = []
    for cache, pairs in found.items():
        wall, own = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"first answer, {cache} cache: {wall:.2f} s, of which {own:.2f} s of computing")
        rows.append({"cache": cache, "median": wall, "computing": own, "pairs": pairs})
    return rows


def computing() -> float:
    """Return the processor's seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--what", nargs="+", choices=WHAT, default=WHAT)
    add("--arch", nargs="+", choices=KINDS, default=list(KINDS))
    add("--batches", nargs="+", choices=BATCHES, default=BATCHES)
    add("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data; without, noise")
    add("--model", type=Path, help="model of `first`; default: that of nlpkit transcribe")
    add("--clips", type=int, default=1000, help="clips to train on")
    add("--steps", type=int, default=10, help="steps of a turn")
    add("--turns", type=int, default=11)
    add("--repeat", type=int, default=7, help="repetitions of factors and first")
    add("--threads", type=int, default=1, help="threads of the training")
    add("--tiny", action="store_true", help="small sizes to test the script, without useful results")
    add("-o", "--output", type=Path, help="write the results to this JSON file too")
    options = parser.parse_args(arguments)
    if options.tiny:
        vars(options).update(clips=40, steps=1, turns=2, repeat=1, data=None)
    return options


def main() -> None:
    """Run the measurements, and print them."""
    options = parsed()
    described = machine(["nlpkit", "torch", "librosa", "numpy", "numba", "lightning"]) | {"threads": options.threads}
    print(f"{described['processor']}, {described['instruction set']}, load {described['load']}")
    results = {name: globals()[name](options) for name in options.what}
    if options.output:
        command = [os.path.basename(word) if os.path.isabs(word) else word for word in sys.argv[1:]]
        kept = {"machine": described, "command": command, **results}
        options.output.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
