"""Translation against transformers and PyTorch: decoding, with the same weights, and training.

    NLPKIT_DATA=../shared/data python benchmarks/translation.py --small-model MODEL

- base: Marian's architecture, 512 x 6+6, 32,000 pieces, random weights, to measure time only. Each target has the
  length of its reference, by the same rule in nlpkit and in `generate` (only the end token is allowed there, and not
  before).
- small: a model trained by nlpkit (post-norm, tied, with its own subwords), written as a Marian model. Both stop by
  Hugging Face's rule (stop="heuristic"), and their tokens are compared. Where they differ, the choice is recomputed in
  float64: a tie is a difference below 1e-4.
- `generate` gets consecutive batches in input order ("sorted": by length); nlpkit gets the whole input, with the same
  batch size. All convert ids to ids, without scores.
- CTranslate2 does not support a length per row: on base it gets full batches of similar length, each with its mean
  length, which favours it. On small it stops by its own rule.
- nlpkit is its engine torch; "compiled" is its engine of that name, in float32 and int8.
- training: target tokens/s of nlpkit's steps under Lightning, and of a plain loop around `torch.nn.Transformer`; "by
  default" nlpkit uses bfloat16 and batches of similar length, the loop float32 and random batches.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine import machine
from transformers import MarianMTModel
from translation_marian import (
    Judge,
    Lines,
    Work,
    compiled,
    logits_apart,
    ours,
    random_marian,
    theirs,
    to_marian,
    write_ctranslate2,
)
from translation_steps import Setting, alternate, losses
from translation_tables import Run, call, lines_of, print_tables, summary

from nlpkit.text.subword import Subwords
from nlpkit.training.translation.encoded_pairs import EncodedPairs
from nlpkit.translation.engines import array_model
from nlpkit.translation.pretrained import read_pretrained
from nlpkit.translation.transformer import Seq2SeqTransformer
from nlpkit.translation.translator import Translator

SYSTEMS = ["compiled", "nlpkit", "generate", "generate sorted", "ctranslate2"]
BASE = {"size": 32_000, "d_model": 512, "layers": 6, "heads": 8, "ffn_dim": 2048}
SMALL = {"d_model": 256, "layers": 3, "heads": 4, "ffn_dim": 1024}
TINY = {"d_model": 32, "layers": 1, "heads": 2, "ffn_dim": 64}
TIE = 1e-4
PACKAGES = ["nlpkit", "torch", "transformers", "lightning", "sentencepiece", "numpy"]


class Candidates:
    """One model's weights in all systems, and their inputs."""

    def __init__(self, name: str, bench: Bench, folder: Path, sources: Lines, lengths: list[int] | None) -> None:
        self.name, self.bench, self.folder, self.sources, self.lengths = name, bench, folder, sources, lengths
        self.marian = MarianMTModel.from_pretrained(folder).eval()
        self.nlpkit = read_pretrained(folder)
        self.never = self.nlpkit.never
        if "ctranslate2" not in bench.absent:
            write_ctranslate2(self.nlpkit, folder)
        targets = [[5 + (7 * i + j) % 900 for j in range(12)] for i in range(8)]
        self.apart = logits_apart(self.nlpkit, self.marian, sources[:8], targets)
        print(f"{name}: logits differ by at most {self.apart[0]:.1e}, those of cached steps by {self.apart[1]:.1e}")

    def work(self, beam: int, batch: int, sentences: int) -> Work:
        lengths = None if self.lengths is None else self.lengths[:sentences]
        return Work(sources=self.sources[:sentences], lengths=lengths, beam=beam, batch=batch)

    def of_type(self, dtype: str) -> dict[str, Callable[[Work], Lines]]:
        """Return the decoders of this process for a precision."""
        arrays = {name: part.numpy() for name, part in self.nlpkit.state_dict().items()}
        threads = self.bench.arguments.threads
        has_code = dtype != "bfloat16"
        packed = array_model("compiled", self.nlpkit.options, arrays, precision=dtype) if has_code else None
        by_code = {"compiled": lambda work: compiled(packed, work, threads)} if packed else {}
        if dtype == "int8":
            return by_code
        kind = getattr(torch, dtype)
        mine, other = (
            model if dtype == "float32" else self._copy(model).to(kind) for model in (self.nlpkit, self.marian)
        )
        return {
            **by_code,
            "nlpkit": lambda work: ours(mine, work),
            "generate": lambda work: theirs(other, self.never, work),
            "generate sorted": lambda work: theirs(other, self.never, work, is_sorted=True),
        }

    def _copy(self, model: Any) -> Any:
        if model is self.nlpkit:
            return read_pretrained(self.folder)
        return MarianMTModel.from_pretrained(self.folder).eval()

    def write_work(self, work: Work) -> Path:
        """Write the task for another process, in groups of equal length for CTranslate2."""
        numbers = sorted(range(len(work.sources)), key=lambda i: work.lengths[i] if work.lengths else 0)
        groups: list[tuple[list[int], int | None]] = [(numbers, None)]
        if work.lengths is not None:
            groups = []
            for first in range(0, len(numbers), work.batch):
                group = numbers[first : first + work.batch]
                groups.append((group, round(statistics.mean(work.lengths[i] + 1 for i in group))))
        path = self.folder / "work.json"
        path.write_text(json.dumps({"sources": work.sources, "lengths": work.lengths, "groups": groups}))
        return path


class Bench:
    """Options of the command line, and the results."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self.arguments, self.folder = arguments, folder
        self.absent: dict[str, str] = {}
        self.runs: list[Run] = []
        self.checks: list[Run] = []
        self.training: list[Run] = []
        self.memory: list[Run] = []
        self.versions: dict[str, str] = {}
        if importlib.util.find_spec("ctranslate2") is None:
            self.leave_out("ctranslate2", "it isn't installed: pip install 'nlpkit[export]'")

    def leave_out(self, system: str, reason: str) -> None:
        self.absent[system] = reason
        print(f"WITHOUT {system}: {reason}", flush=True)

    def base(self) -> Candidates:
        data = self.arguments.data / "parallel"
        wmt = [data / f"wmt/generaltest2022.en-de.{side}" for side in ("src.en", "ref.A.de")]
        flickr = [data / f"multi30k/test_2016_flickr.{side}.gz" for side in ("en", "de")]
        pairs = [*zip(*map(lines_of, wmt), strict=True), *zip(*map(lines_of, flickr), strict=True)]
        texts = [text for pair in pairs for text in pair]
        texts += [text for side in ("en", "de") for text in lines_of(data / f"multi30k/train.{side}.gz")]
        shape = TINY | {"size": 2_000} if self.arguments.tiny else BASE
        subwords = Subwords.train(texts[:4_000] if self.arguments.tiny else texts, vocab_size=shape["size"])
        random.Random(1).shuffle(pairs)
        pairs = pairs[: self.arguments.sentences]
        folder = self.folder / "base"
        random_marian(folder, **shape, seed=1)
        lengths = [len(ids) for ids in subwords.encode([target for _, target in pairs])]
        return Candidates("base", self, folder, subwords.encode([source for source, _ in pairs]), lengths)

    def small(self) -> Candidates:
        arguments = self.arguments
        files = arguments.small_src or [
            arguments.data / f"parallel/multi30k/test_{year}_flickr.en.gz" for year in (2016, 2017)
        ]
        translator = Translator(arguments.small_model, device="cpu")
        if not isinstance(translator.model, Seq2SeqTransformer):
            raise SystemExit(f"{arguments.small_model}: is a {type(translator.model).__name__}: expected a Transformer")
        folder = self.folder / "small"
        to_marian(translator.model, folder)
        texts = [line for file in files for line in lines_of(file) if line.strip()]
        return Candidates(
            "small", self, folder, translator.src_subwords.encode(texts[: arguments.small_sentences]), None
        )

    def decode(self, model: Candidates) -> None:
        """Decode with all systems and settings, alternating between systems."""
        arguments = self.arguments
        for dtype in arguments.dtype:
            systems = model.of_type(dtype)
            for beam in arguments.beams:
                for batch in arguments.batches:
                    sentences = arguments.single if batch == 1 else len(model.sources)
                    work = model.work(beam, batch, sentences)
                    print(
                        f"\n{model.name}, {dtype}, beam {beam}, batch {batch}, {len(work.sources)} sentences",
                        flush=True,
                    )
                    self._turns(model, work, dtype, systems)

    def _turns(self, model: Candidates, work: Work, dtype: str, systems: dict[str, Callable[[Work], Lines]]) -> None:
        path = model.write_work(work)
        warm = Work(**vars(work) | {"sources": work.sources[:4], "lengths": work.lengths and work.lengths[:4]})
        order = [name for name in self.arguments.systems if name in systems or name == "ctranslate2"]
        if work.batch == 1 and "generate sorted" in order:
            order.remove("generate sorted")
        for name in order:
            if name in systems:
                systems[name](warm)
        outputs: dict[str, Lines] = {}
        for turn in range(self.arguments.repeat):
            for system in order[:: 1 if turn % 2 == 0 else -1]:
                run = {"model": model.name, "dtype": dtype, "beam": work.beam, "batch": work.batch, "system": system}
                if system == "ctranslate2":
                    found = self._ctranslate2(model, work, dtype, path)
                    if not found:
                        continue
                else:
                    begun = time.perf_counter()
                    outputs[system] = systems[system](work)
                    found = {"seconds": time.perf_counter() - begun, "tokens": sum(len(o) + 1 for o in outputs[system])}
                    lengths = [len(line) for line in outputs[system]]
                    if work.lengths is not None and lengths != work.lengths:
                        raise SystemExit(f"FAILED: {system} gave targets of other lengths than were forced")
                self.runs.append(run | found | {"turn": turn, "sentences": len(work.sources)})
                print(
                    f"  {system:16} {found['seconds']:8.2f} s {found['tokens'] / found['seconds']:9,.1f} tokens/s",
                    flush=True,
                )
        if model.lengths is None and dtype == "float32" and "generate" in outputs:
            for system in [system for system in ("compiled", "nlpkit") if system in outputs]:
                self._compare(model, work, outputs[system], outputs["generate"], system)

    def _ctranslate2(self, model: Candidates, work: Work, dtype: str, path: Path) -> Run | None:
        if "ctranslate2" in self.absent or f"ctranslate2, {dtype}" in self.absent:
            return None
        task = {"do": "ctranslate2", "folder": str(model.folder), "work": str(path), "dtype": dtype}
        task |= {"limit": work.limit, "beam": work.beam, "batch": work.batch}
        task |= {"threads": self.arguments.threads}
        answer = call(self.arguments.ctranslate2_python, task)
        if "absent" in answer:
            self.leave_out(f"ctranslate2, {dtype}", answer["absent"])
            return None
        self.versions["ctranslate2"] = answer["version"]
        forced = work.lengths is not None  # the end token counts, as in the other systems
        tokens = sum(len(line) + (not forced) for line in answer["found"])
        asked = sum(work.lengths) + len(work.lengths) if work.lengths else tokens
        if abs(tokens - asked) > 0.02 * asked + work.batch:
            raise SystemExit(f"FAILED: ctranslate2 gave {tokens} tokens, not {asked}")
        return {"seconds": answer["seconds"], "tokens": tokens}

    def _compare(self, model: Candidates, work: Work, mine: Lines, others: Lines, system: str) -> None:
        """Compare tokens, and compute the score differences where outputs differ."""
        parted = [i for i, (one, other) in enumerate(zip(mine, others, strict=True)) if one != other]
        margins: dict[int, float] = {}
        if parted:
            judge = Judge(model.nlpkit, model.marian, work)
            margins = {i: judge.difference(i, (mine[i], others[i])) for i in parted}
        ties = sum(margin < TIE for margin in margins.values())
        check = {
            "system": system,
            "beam": work.beam,
            "batch": work.batch,
            "sentences": len(mine),
            "distinct tokens a row": statistics.mean(len(set(line)) for line in mine),
            "at the limit": sum(len(line) + 1 >= work.limit for line in mine),
            "same": len(mine) - len(parted),
            "ties": ties,
            "other": len(parted) - ties,
            "differences": margins,
        }
        self.checks.append(check)
        print(
            f"  {system}: the same tokens as generate on {check['same']} of {len(mine)} sentences"
            f" ({100 * check['same'] / len(mine):.2f} %),"
            f" ties {ties}, other {check['other']}; {check['distinct tokens a row']:.1f} distinct tokens a row"
        )

    def decoding_memory(self, model: Candidates) -> None:
        beam, batch = max(self.arguments.beams), max(self.arguments.batches)
        work = model.work(beam, batch, len(model.sources))
        task = {"folder": str(model.folder), "work": str(model.write_work(work)), "beam": beam, "batch": batch}
        task |= {"never": model.never, "limit": work.limit, "dtype": "float32"}
        what = f"decoding {model.name}, {len(work.sources)} sentences, float32, beam {beam}, batch {batch}"
        left_out = {*self.absent, "generate sorted"}
        self._memory(what, task, [system for system in self.arguments.systems if system not in left_out])

    def _memory(self, what: str, task: Run, systems: Iterable[str]) -> None:
        for system in systems:
            is_theirs = system == "ctranslate2"
            order = {"do": system if is_theirs else "decode", **task, "system": system}
            interpreter = self.arguments.ctranslate2_python if is_theirs else sys.executable
            answer = call(interpreter, order | {"threads": self.arguments.threads})
            if "absent" in answer:
                raise SystemExit(f"FAILED: memory of {what}, {system}: {answer['absent']}")
            self.memory.append({"what": what, "system": system, **{key: answer[key] for key in ("peak", "imported")}})

    def train(self) -> None:
        """Measure training steps: on the same batches, and with the defaults of each."""
        arguments = self.arguments
        data = arguments.data / "parallel/multi30k"
        sides = [lines_of(data / f"train.{side}.gz")[: 3_000 if arguments.tiny else None] for side in ("en", "de")]
        shape = TINY if arguments.tiny else SMALL
        subwords = Subwords.train([*sides[0], *sides[1]], vocab_size=1_000 if arguments.tiny else 8_000)
        pairs = EncodedPairs.from_lists(zip(*map(subwords.encode, sides), strict=True))
        np.savez(self.folder / "pairs.npz", **vars(pairs))
        fixed = {**shape, "size": len(subwords), "dropout": arguments.dropout, "batch_tokens": arguments.batch_tokens}
        both = losses(Setting(**fixed), pairs)
        print(f"\ntraining: with the same weights the loss is {both[0]:.6f} and, by the plain loop, {both[1]:.6f}")
        if abs(both[0] - both[1]) > 1e-4 * both[0]:
            raise SystemExit("FAILED: the two models aren't alike")
        built_in = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
        settings = {
            f"same batches, {kind}": {"precision": kind, "plain_precision": kind}
            for kind in arguments.dtype
            if kind != "int8"
        }
        default = {"precision": "bfloat16" if built_in else "float32", "same_batches": False, "everywhere": False}
        settings["each by default"] = default
        for what, own in settings.items():
            setting = Setting(**fixed | own)
            rates = alternate(setting, pairs, steps=arguments.steps, blocks=arguments.blocks)
            ratio = statistics.median(mine / plain for mine, plain in rates)
            self.training.append({"what": what, "setting": asdict(setting), "rates": rates, "ratio": ratio})
            mine, plain = (statistics.median(column) for column in zip(*rates, strict=True))
            print(f"{what:28} nlpkit {mine:8,.0f} target tokens/s, plain loop {plain:8,.0f}: × {ratio:.2f}", flush=True)
            task = {"do": "train", "setting": asdict(setting), "pairs": str(self.folder / "pairs.npz")}
            self._memory(f"training, {what}", task | {"steps": arguments.steps}, ("nlpkit", "plain"))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--what", nargs="+", choices=["base", "small", "training"], help="all, small only with --small-model")
    add("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS, help="the systems that decode")
    add("--small-model", type=Path, help="folder of a post-norm Transformer that nlpkit trained")
    add(
        "--small-src",
        type=Path,
        nargs="+",
        help="sentences to translate, one per line; default: Multi30k's test sets",
    )
    add("--sentences", type=int, default=160, help="number of sentences for base")
    add("--small-sentences", type=int, default=2_000)
    add("--single", type=int, default=24, help="number of sentences for batch size 1")
    add("--dtype", nargs="+", choices=["float32", "bfloat16", "int8"], default=["float32", "bfloat16", "int8"])
    add("--beams", nargs="+", type=int, default=[1, 4], help="1 is greedy")
    add("--batches", nargs="+", type=int, default=[1, 32], help="batch sizes")
    add("--repeat", type=int, default=3)
    add("--threads", type=int, default=2)
    add("--steps", type=int, default=20, help="training steps per block")
    add("--blocks", type=int, default=7)
    add("--batch-tokens", type=int, default=4096, help="training batch size, see TrainingOptions")
    add("--dropout", type=float, default=0.1)
    add("--no-memory", action="store_true", help="time only (decoding)")
    add("--tiny", action="store_true", help="small sizes to test the script, without useful results")
    theirs = os.environ.get("NLPKIT_CTRANSLATE2_PYTHON", sys.executable)
    add("--ctranslate2-python", default=theirs, help="an interpreter with another version of it")
    add("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data sets")
    add("-o", "--output", type=Path, help="write all results to this JSON file too")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the folder of the shared data sets by --data or NLPKIT_DATA")
    if arguments.what is None:
        arguments.what = ["base", *(["small"] if arguments.small_model else []), "training"]
    if "small" in arguments.what and not arguments.small_model:
        parser.error("small needs --small-model")
    if arguments.tiny:
        tiny = {"sentences": 9, "small_sentences": 40, "single": 2, "repeat": 2, "steps": 2, "blocks": 1}
        vars(arguments).update(tiny, batches=[1, 8], dtype=["float32"], batch_tokens=512)
    return arguments


def main() -> None:
    """Run the measurements of the command line, and print tables."""
    arguments = parsed()
    torch.set_num_threads(arguments.threads)
    begun = machine(PACKAGES) | {"threads": arguments.threads}
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(arguments, Path(place))
        for name, prepare in (("base", bench.base), ("small", bench.small)):
            if name in arguments.what:
                model = prepare()
                bench.decode(model)
                if not arguments.no_memory:
                    bench.decoding_memory(model)
        if "training" in arguments.what:
            bench.train()
    rows = summary(bench.runs)
    print_tables(rows, bench.memory, bench.absent)
    if arguments.output:
        results = {
            "machine": begun | bench.versions,
            "command": [os.path.basename(word) if os.path.isabs(word) else word for word in sys.argv[1:]],
            "summary": rows,
            "tokens compared": bench.checks,
            "training": bench.training,
            "memory": bench.memory,
            "absent": bench.absent,
            "runs": bench.runs,
        }
        arguments.output.write_text(json.dumps(results, indent=1) + "\n")
    others = sum(check["other"] for check in bench.checks)
    if others:
        raise SystemExit(f"FAILED: {others} outputs differ from generate's by more than a tie")


if __name__ == "__main__":
    main()
