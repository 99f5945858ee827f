"""Recognition of spoken digits: every published training and score, one command each.

    python benchmarks/spoken_digits.py DIGITS --data DATA
    python benchmarks/speech_sets.py DIGITS --data DATA --parts ljspeech speechocean762
    python benchmarks/digit_recognition.py DIGITS MODELS [--only cnn lstm speakers letters strings] [--results FILE]

DIGITS is the folder that the first two scripts wrote. Each model is trained once, in MODELS; a model that is there is
only scored. The recipe was chosen on indices 5-9 of the six speakers and on theo and george left out; final models are
trained on indices 5-49, of which a tenth is kept to choose the best weights, and are scored on indices 0-4.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import jiwer
import numpy as np
from machine import machine

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
SEEDS = (1, 2, 3, 4, 5)
OTHERS = (
    *("sentence-digits-train.jsonl",) * 3,
    *("other-speech-train.jsonl", "other-words-train.jsonl", "no-speech-train.jsonl", "commands-other-train.jsonl"),
)
"""Digits in sentences by many speakers, which count three times, and sounds without digits."""
CTC = ["--arch", "ctc", "--monitor", "loss", "--half", "--snr", "5,50"]
READ = ("ocean-train.jsonl", "ljspeech-train.jsonl")
"""Sentences read by 126 speakers."""
LETTERS = [*CTC, "--sr", "8000", "--hidden-size", "128", "--vocabulary", "open", "--accept", "1", "--epochs", "25"]
STRINGS = [*CTC, "--unfreeze", "--join", "6", "--accept", "0.995", "--blank-penalty", "3"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("digits", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("--only", nargs="*", default=["cnn", "lstm", "speakers", "letters", "strings"])
    parser.add_argument("--threads", default="1")
    parser.add_argument("--results", type=Path, help="write the scores there, as JSON")
    given = parser.parse_args()
    run = Runs(given.digits, given.models, given.threads)
    scores: dict[str, Any] = {"machine": machine(["nlpkit", "torch", "numpy", "numba"])}
    for part in given.only:
        scores[part] = dict(run.parts[part](part))
        print(json.dumps({part: scores[part]}, indent=1), flush=True)
        if given.results:
            given.results.write_text(json.dumps(scores, indent=1) + "\n")


class Runs:
    """Trainings and scores of models in a folder."""

    def __init__(self, digits: Path, models: Path, threads: str) -> None:
        self.digits, self.models, self.threads = digits, models, threads
        self.parts: dict[str, Callable[[str], Iterator[tuple[str, Any]]]] = {
            "cnn": self.seeds,
            "lstm": self.seeds,
            "speakers": self.speakers,
        }
        self.parts |= {"letters": self.letters, "strings": self.strings}
        models.mkdir(exist_ok=True)

    def seeds(self, arch: str) -> Iterator[tuple[str, Any]]:
        """The official split, five seeds."""
        found = []
        for seed in SEEDS:
            model = self.train(f"{arch}-{seed}", ["--arch", arch, "--seed", str(seed)], ["final.jsonl"])
            score = self.score(model, "test.jsonl")
            wrong = [one for one in score["answers"] if not one["is_right"]]
            found.append(score["classification"]["accuracy"])
            errors = [f"{Path(one['name']).name}: {one['answer']}" for one in wrong]
            yield f"seed {seed}", {"accuracy": found[-1], "errors": errors}
        yield "mean accuracy", mean(found)

    def speakers(self, _: str) -> Iterator[tuple[str, Any]]:
        """Each speaker left out."""
        found = {}
        for name in SPEAKERS:
            model = self.train(f"cnn-without-{name}", ["--arch", "cnn"], [f"speakers/{name}-train.jsonl"])
            found[name] = self.score(model, f"speakers/{name}-test.jsonl")["classification"]["accuracy"]
        yield from found.items()
        yield "mean without theo and george", mean(found[name] for name in SPEAKERS if name not in ("theo", "george"))

    def letters(self, _: str) -> Iterator[tuple[str, Any]]:
        """Sentences by letters, of other speakers and of other sentences of one reader."""
        model = self.train("letters", LETTERS, READ)
        for manifest in ("ocean-test.jsonl", "ljspeech-test.jsonl"):
            found = self.score(model, manifest)
            scores = found["transcripts"]
            speakers = [json.loads(line)["speaker"] for line in (self.digits / manifest).read_text().splitlines()]
            rates = {"WER": scores["words"]["rate"], "CER": scores["characters"]["rate"]}
            yield manifest, {**rates, "by speaker": rates_by_speaker(speakers, found["answers"])}

    def strings(self, _: str) -> Iterator[tuple[str, Any]]:
        """Strings of digits by CTC that begins with the weights for letters: known speakers, then each left out."""
        base = self.train("letters", LETTERS, READ)
        options = [*STRINGS, "--base", str(base)]
        model = self.train("strings", [*options, "--epochs", "40"], ["final.jsonl", *OTHERS])
        for manifest in ("strings-test.jsonl", "commands-digits.jsonl"):
            yield manifest, self.score(model, manifest)["transcripts"]["words"]["rate"]
        found = {}
        for name in SPEAKERS:
            known = [f"speakers/{name}-train.jsonl", *OTHERS]
            model = self.train(f"strings-without-{name}", [*options, "--epochs", "14"], known)
            found[name] = self.score(model, f"speakers/{name}-strings.jsonl")["transcripts"]["words"]["rate"]
        yield from found.items()
        yield "mean WER of speakers left out", mean(found.values())

    def train(self, name: str, options: list[str], manifests: Sequence[str]) -> Path:
        """Train a model if it is not there."""
        place = self.models / name
        if not place.exists():
            named = [word for manifest in manifests for word in ("--manifest", str(self.digits / manifest))]
            command = ["train", "speech", *named, *options, "--threads", self.threads, "-o", str(place), "--resume"]
            nlpkit(command)
        return place

    def score(self, model: Path, manifest: str) -> dict[str, Any]:
        """Return the scores of a model."""
        printed = nlpkit(["evaluate", str(model), "--manifest", str(self.digits / manifest), "--format", "json"])
        found: dict[str, Any] = json.loads(printed)
        return found


def rates_by_speaker(speakers: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Return the least, the quartiles, and the greatest of word and character error rates over speakers."""
    said: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for speaker, answer in zip(speakers, answers, strict=True):
        said[speaker][0].append(answer["wanted"].lower())
        said[speaker][1].append(answer["answer"])
    quartiles = (0, 0.25, 0.5, 0.75, 1)
    rates = {
        "WER": [jiwer.wer(*texts) for texts in said.values()],
        "CER": [jiwer.cer(*texts) for texts in said.values()],
    }
    return {name: np.quantile(values, quartiles).round(4).tolist() for name, values in rates.items()}


def nlpkit(arguments: list[str]) -> str:
    """Run a command, which is printed, and return its output."""
    print("$ nlpkit " + " ".join(arguments), file=sys.stderr, flush=True)
    command = [sys.executable, "-P", "-c", "import sys; from nlpkit.cli.main import main; sys.exit(main())", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
