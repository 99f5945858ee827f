"""The speed of two installed versions of nlpkit, side by side: the time with the second divided by that with the first.

    python benchmarks/two_checkouts.py --before ../old/.venv/bin/python --after .venv/bin/python -o result.json

Each version has a process of its own; one works while the other waits. They alternate, and so does the order within a
pair. A result is the median over the pairs with its 95 % interval (by order statistics, without assumptions about the
distribution). Only public names are used, so that the two versions may differ in their layout. Before a task is timed,
both run it three times, so that compiled code is warm.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Task = Callable[[], Any]


def lines(data: Path, n: int) -> list[str]:
    """Return the first ``n`` lines of English Wikipedia."""
    import zstandard

    with (data / "text/enwiki2014.sents.txt.zst").open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8", newline="\n")
        return [next(text).rstrip("\n") for _ in range(n)]


def sparse(data: Path, folder: Path) -> dict[str, Task]:
    """Bag of words and TF-IDF: fit and transform."""
    from nlpkit.embeddings import BagOfWords, Hashing, Tfidf

    texts = lines(data, 40_000)
    accented = [text.replace("e", "é") for text in texts]
    grams: dict[str, Any] = {"ngram_range": (1, 2)}
    characters: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (3, 5)}
    fitted = Tfidf(threads=2).fit(texts)
    return {
        "bow, 1 thread": lambda: BagOfWords(threads=1).fit_transform(texts),
        "tfidf, 2 threads": lambda: Tfidf(threads=2).fit_transform(texts),
        "tfidf, transform": lambda: fitted.transform(texts),
        "tfidf, one text": lambda: fitted.transform(texts[:1]),
        "tfidf, not ASCII": lambda: Tfidf(threads=2).fit_transform(accented),
        "bow, (1,2)-grams": lambda: BagOfWords(threads=2, **grams).fit_transform(texts),
        "tfidf, char_wb (3,5)": lambda: Tfidf(threads=2, **characters).fit_transform(texts[:8_000]),
        "hashing, (1,2)-grams": lambda: Hashing(threads=2, **grams).transform(texts),
    }


def files(data: Path, folder: Path) -> dict[str, Task]:
    """Reading of texts and pairs from files."""
    from nlpkit.corpora import Pairs, Texts

    texts = lines(data, 40_000)
    accented = [text.replace("e", "é") for text in texts]
    numbered = list(enumerate(texts))
    (folder / "a.txt").write_text("\n".join(texts * 4), encoding="utf-8")
    (folder / "b.txt").write_text("\n".join(accented * 4), encoding="utf-8")
    (folder / "a.jsonl").write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in numbered))
    (folder / "a.csv").write_text("id,text\n" + "".join(f'{n},"{text}"\n' for n, text in numbered if '"' not in text))
    (folder / "a.tsv").write_text("src\ttrg\n" + "".join(f"{text}\t{n}\n" for n, text in numbered))
    return {
        "lines, ASCII": lambda: list(Texts(folder / "a.txt").texts()),
        "lines, not ASCII": lambda: list(Texts(folder / "b.txt").texts()),
        "blocks of lines": lambda: list(Texts(folder / "a.txt").blocks()),
        "JSON Lines": lambda: list(Texts(folder / "a.jsonl").texts()),
        "CSV": lambda: list(Texts(folder / "a.csv").texts()),
        "pairs of lines": lambda: list(Pairs(folder / "a.txt", folder / "b.txt").blocks()),
        "pairs in TSV": lambda: list(Pairs(pairs=folder / "a.tsv").blocks()),
    }


def word_vectors(data: Path, folder: Path) -> dict[str, Task]:
    """Word2Vec and FastText: the whole fit, from raw text."""
    from nlpkit.embeddings import FastText, Word2Vec

    texts = lines(data, 40_000)
    options: dict[str, Any] = {"threads": 2, "epochs": 2}
    return {
        "skip-gram": lambda: Word2Vec(**options).fit(texts),
        "CBOW": lambda: Word2Vec(architecture="cbow", **options).fit(texts),
        "hierarchical softmax": lambda: Word2Vec(loss="hierarchical_softmax", **options).fit(texts),
        "FastText": lambda: FastText(bucket=200_000, **options).fit(texts),
    }


def features(data: Path, folder: Path) -> dict[str, Task]:
    """Features of clips in memory and in files."""
    import numpy as np
    import soundfile

    from nlpkit.speech import file_features, log_mel, mfcc

    rng = np.random.default_rng(1)
    sound = {seconds: rng.normal(0, 0.1, 16_000 * seconds).astype(np.float32) for seconds in (1, 10, 30, 600)}
    many = np.stack([sound[10]] * 8)
    paths = []
    for number in range(20):
        paths.append(folder / f"{number}.wav")
        soundfile.write(paths[-1], sound[10], 16_000)
    shape: dict[str, Any] = {"sr": 16_000, "n_fft": 400, "hop_length": 160, "n_mels": 80, "threads": 1}
    return {
        "clip of 1 s": lambda: log_mel(sound[1], **shape),
        "clip of 10 s": lambda: log_mel(sound[10], **shape),
        "clip of 10 min": lambda: log_mel(sound[600], **shape),
        "8 clips of 10 s": lambda: log_mel(many, **shape),
        "MFCC of 10 s": lambda: mfcc(sound[10], sr=16_000, threads=1),
        "Whisper's, 30 s": lambda: log_mel(sound[30], preset="whisper", threads=1),
        "Kaldi's, 30 s": lambda: log_mel(sound[30], preset="kaldi", n_mels=80, threads=1),
        "20 files of 10 s": lambda: list(file_features(paths, preset="whisper", threads=2)),
    }


def translation(data: Path, folder: Path) -> dict[str, Task]:
    """Decoding of a Transformer and of a GRU, opening of a model, and a short training."""
    import nlpkit
    from nlpkit.jobs import train_translation
    from nlpkit.translation import DecodingOptions

    for side in "en", "de":
        with gzip.open(data / f"parallel/multi30k/train.{side}.gz", "rt", encoding="utf-8") as file:
            text = [next(file) for _ in range(2_000)]
        (folder / f"all.{side}").write_text("".join(text), encoding="utf-8")
        (folder / f"few.{side}").write_text("".join(text[:200]), encoding="utf-8")
    texts = (folder / "all.en").read_text(encoding="utf-8").splitlines()[:64]

    def train(output: str, name: str, **options: Any) -> None:
        sides = {"src": folder / f"{name}.en", "trg": folder / f"{name}.de"}
        train_translation(folder / output, **sides, device="cpu", force=True, **options)

    short: dict[str, Any] = {"epochs": 1, "dropout": 0.0, "precision": "float32"}
    large = {**short, "d_model": 512, "heads": 8, "ffn_dim": 2048, "encoder_layers": 6, "decoder_layers": 6}
    train("transformer", "few", vocab_size=600, parameters=large)
    train("gru", "few", vocab_size=600, architecture="gru", parameters=short)
    transformer, gru = nlpkit.load(folder / "transformer"), nlpkit.load(folder / "gru")
    options = DecodingOptions(max_length=24)
    return {
        "Transformer, beam 4": lambda: transformer.translate(texts, options, beam=4),
        "Transformer, greedy": lambda: transformer.translate(texts, options, beam=1),
        "Transformer, one sentence": lambda: transformer.translate(texts[:1], options, beam=4),
        "GRU with attention, beam 4": lambda: gru.translate(texts, options, beam=4),
        "opening a model": lambda: nlpkit.load(folder / "transformer"),
        "training, 2,000 pairs": lambda: train("trained", "all", vocab_size=2000, parameters=short),
    }


GROUPS = {
    "files": files,
    "sparse": sparse,
    "word_vectors": word_vectors,
    "features": features,
    "translation": translation,
}


def serve(group: str, data: Path) -> None:
    """Answer lines on stdin: none gives the names of the tasks; ``[name, calls]`` the time of the calls in seconds."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    with tempfile.TemporaryDirectory() as folder:
        tasks = GROUPS[group](data, Path(folder))
        print(json.dumps(list(tasks)), file=answers, flush=True)
        for line in sys.stdin:
            name, calls = json.loads(line)
            start = time.perf_counter()
            for _ in range(calls):
                tasks[name]()
            print(time.perf_counter() - start, file=answers, flush=True)


class Version:
    """A process with one version."""

    def __init__(self, python: str, group: str, data: Path) -> None:
        command = [python, "-P", __file__, "--serve", group, "--data", str(data)]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        self.tasks: list[str] = self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args!r} ended with {self.process.wait()}")
        return json.loads(line)

    def seconds(self, task: str, calls: int) -> float:
        """Return the time of ``calls`` calls."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([task, calls]) + "\n")
        self.process.stdin.flush()
        return float(self._answer())


def interval(values: list[float]) -> tuple[float, float]:
    """Return the order statistics that contain the median with a probability of 95 %."""
    n, values = len(values), sorted(values)
    outside, k = 0.0, 0
    while (outside := outside + 2 * math.comb(n, k) / 2**n) <= 0.05:
        k += 1
    return values[max(k - 1, 0)], values[n - max(k, 1)]


def compare(group: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure all tasks of a group, and print each result."""
    data = arguments.data.resolve()
    versions = [Version(str(Path(python).absolute()), group, data) for python in (arguments.before, arguments.after)]
    rows = []
    for task in versions[1].tasks:
        once = [min(version.seconds(task, 1) for _ in range(3)) for version in versions]
        calls = max(1, math.ceil(0.1 / max(once)))
        ratios = []
        for pair in range(arguments.pairs):
            order = versions if pair % 2 else versions[::-1]
            times = {id(version): version.seconds(task, calls) for version in order}
            ratios.append(times[id(versions[1])] / times[id(versions[0])])
        low, high = interval(ratios)
        row = {"task": task, "ratio": statistics.median(ratios), "low": low, "high": high, "pairs": len(ratios)}
        print(f"{group:13} {task:28} {row['ratio']:.3f} [{low:.3f}, {high:.3f}]", flush=True)
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of two installed versions of nlpkit, side by side.")
    parser.add_argument("--before", help="Python of the first version")
    parser.add_argument("--after", default=sys.executable, help="Python of the second one; default: this Python")
    parser.add_argument("--what", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="default: NLPKIT_DATA")
    parser.add_argument("-o", "--output", type=Path, help="write the results to this JSON file too")
    parser.add_argument("--serve", choices=GROUPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.data)
        return
    if arguments.before is None or arguments.data is None:
        parser.error("--before and --data (or NLPKIT_DATA) are needed")
    found = {group: compare(group, arguments) for group in arguments.what}
    if arguments.output:
        from machine import machine

        result = {"machine": machine(["numpy", "numba", "torch"]), "results": found}
        arguments.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
