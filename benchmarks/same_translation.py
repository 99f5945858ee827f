"""Translate the same sentences in every possible way, and count the translations that differ.

    python benchmarks/same_translation.py MODEL --src test.en

The ways are a file; standard input in reverse order; `nlpkit evaluate`; the library in groups of five; each sentence
alone; and all of these with `--batch-invariant`. Rounding depends on the batch, so two equally good translations may
swap. For each difference the two scores are computed in float64. With `--batch-invariant` no difference is allowed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from nlpkit.translation import DecodingOptions, Translator

TIE = 1e-4


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--src", type=Path, required=True, help="sentences, one per line")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--alone", type=int, default=300, help="number of sentences that are translated alone")
    arguments = parser.parse_args()
    src = arguments.src.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    translator = Translator(arguments.model)
    failed = False
    for invariant in (False, True):
        options = DecodingOptions(beam=arguments.beam, batch_invariant=invariant)
        expected = translator.translate(src, options)
        for way, made in ways(arguments, translator, options, src).items():
            parted = [i for i, line in enumerate(made) if line != expected[i]]
            apart = [abs(score(translator, src[i], made[i]) - score(translator, src[i], expected[i])) for i in parted]
            other = len(parted) if invariant else sum(difference >= TIE for difference in apart)
            failed = failed or bool(other)
            print(
                f"{'batch invariant, ' * invariant}{way:28} the same on {len(made) - len(parted):,} of {len(made):,}"
                f" ({1 - len(parted) / len(made):.2%}), ties {len(parted) - other}, other {other}",
                flush=True,
            )
    if failed:
        raise SystemExit("FAILED: translations differ by more than a tie")


def ways(
    arguments: argparse.Namespace, translator: Translator, options: DecodingOptions, src: list[str]
) -> dict[str, list[str]]:
    """Translate in every way."""
    program = str(Path(sys.executable).with_name("nlpkit"))
    common = ["--beam", str(options.beam), "-q"]
    invariant = ["--batch-invariant"] if options.batch_invariant else []
    model, path = str(arguments.model), str(arguments.src)

    def lines(command: list[str], text: str = "") -> list[str]:
        done = subprocess.run([program, *command], input=text, capture_output=True, encoding="utf-8", check=True)
        return done.stdout.removesuffix("\n").split("\n")

    backwards = "".join(line + "\n" for line in reversed(src))
    made = {
        "a file": lines(["translate", "-i", path, "--model", model, *common, *invariant]),
        "standard input, backwards": lines(["translate", "--model", model, *common, *invariant], backwards)[::-1],
        "in groups of five": [
            line for i in range(0, len(src), 5) for line in translator.translate(src[i : i + 5], options)
        ],
        "each by itself": [line for text in src[: arguments.alone] for line in translator.translate([text], options)],
    }
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out")
        about = ["--src", path, "--ref", path, "-o", str(output), "--bootstrap", "0"]
        lines(["evaluate", model, *about, *common, *invariant])
        made["nlpkit evaluate"] = output.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return made


@torch.inference_mode()
def score(translator: Translator, source: str, target: str) -> float:
    """Return Σ log p / length of a translation, including its end token, in float64."""
    model = translator.model
    was = next(model.parameters()).dtype
    try:
        model.double()
        src = torch.tensor([[*translator.src_subwords.encode([source])[0], model.eos_id]])
        ids = torch.tensor([*translator.trg_subwords.encode([target])[0], model.eos_id])
        trg_in = torch.cat([torch.tensor([model.start_id]), ids[:-1]])[None]
        log_p = model(src, torch.tensor([src.shape[1]]), trg_in)[0].log_softmax(-1)
        return float(log_p.gather(1, ids[:, None]).mean())
    finally:
        model.to(was)


if __name__ == "__main__":
    main()
