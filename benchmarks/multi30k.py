"""Train every architecture for the same time on Multi30k, English to German, and score it.

    python benchmarks/multi30k.py --minutes 15 --folder benchmarks/results/multi30k
    python benchmarks/multi30k.py --minutes 120 --rows transformer gru --folder benchmarks/results/multi30k-long
    python benchmarks/multi30k.py --draw docs/attention-by-length.png --folder benchmarks/results/multi30k

Each row is one run of `nlpkit train translation` with only the architecture and the time set. It writes the log
(NAME.log), the learning curve (NAME.png), the translations of both test sets (NAME.2016.de, NAME.2017.de) and the
scores (NAME.json) to the folder when they are ready; existing rows are kept. Scores are sacreBLEU's, cased, with "13a"
tokenisation; "lowercased" is for comparison with papers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nlpkit.evaluation import score_translations
from nlpkit.evaluation.translation_quality import TranslationScore
from nlpkit.jobs import train_translation  # noqa: F401 (a wrong environment is told at once)
from nlpkit.translation import DecodingOptions, Translator

ROWS = {
    "transformer": ["--arch", "transformer"],
    "gru": ["--arch", "gru"],
    "lstm": ["--arch", "lstm"],
    "rnn": ["--arch", "rnn"],
    "lstm-none": ["--arch", "lstm", "--attention", "none"],
    "rnn-none": ["--arch", "rnn", "--attention", "none"],
}
NAMES = {
    "transformer": "Transformer",
    "gru": "GRU, attention",
    "lstm": "LSTM, attention",
    "rnn": "RNN, attention",
    "lstm-none": "LSTM, one vector",
    "rnn-none": "RNN, one vector",
}
TESTS = ("2016", "2017")
LENGTHS = (8, 11, 14, 18)


def main() -> None:
    """Make the missing rows, and print the table of all rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="folder for the results")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--models", type=Path, help="folder of the models; default: a temporary one")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="more options of the training")
    parser.add_argument("--draw", type=Path, help="draw BLEU by sentence length for the existing rows")
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not arguments.draw:
        if arguments.data is None:
            raise SystemExit("name the folder of the data with --data or NLPKIT_DATA")
        with tempfile.TemporaryDirectory() as folder:
            models = arguments.models or Path(folder)
            models.mkdir(parents=True, exist_ok=True)
            corpus = unpacked(arguments.data / "parallel/multi30k", Path(folder))
            for row in arguments.rows:
                if not (arguments.folder / f"{row}.json").exists():
                    make(row, arguments, corpus, models)
    rows = {row: json.loads(path.read_text()) for row in ROWS if (path := arguments.folder / f"{row}.json").exists()}
    print_table(rows)
    if arguments.draw:
        draw(rows, arguments.draw)


def unpacked(data: Path, folder: Path) -> dict[str, Path]:
    """Decompress the data sets, so that this does not count as training time."""
    files = {}
    for part in ("train", "val", *(f"test_{test}_flickr" for test in TESTS)):
        for side in ("en", "de"):
            path = files[f"{part}.{side}"] = folder / f"{part}.{side}"
            path.write_bytes(gzip.decompress((data / f"{part}.{side}.gz").read_bytes()))
    return files


def make(row: str, arguments: argparse.Namespace, corpus: dict[str, Path], models: Path) -> None:
    """Train one architecture, translate, score, and write the results to the folder."""
    model = models / row
    asked = [*ROWS[row], "--minutes", f"{arguments.minutes:g}", *arguments.options]
    sides = ["--src", "train.en", "--trg", "train.de", "--valid-src", "val.en", "--valid-trg", "val.de"]
    command = ["nlpkit", "train", "translation", *sides, *asked, "-o", row]
    print("$", *command, flush=True)
    real = [str(corpus[word]) if word in corpus else word for word in command[1:-1]] + [str(model)]
    started = time.perf_counter()
    done = subprocess.run(
        [str(Path(sys.executable).with_name("nlpkit")), *real], stderr=subprocess.PIPE, text=True, check=False
    )
    seconds = time.perf_counter() - started
    log = " ".join(["$", *command]) + "\n" + done.stderr.replace(str(model), row)
    (arguments.folder / f"{row}.log").write_text(log)
    print(done.stderr, end="", flush=True)
    if done.returncode:
        raise SystemExit(f"FAILED: {row}")
    shutil.copy(model / "learning-curve.png", arguments.folder / f"{row}.png")
    translator = Translator(model, device="cpu")
    result: dict[str, Any] = {"command": command[1:], "seconds": round(seconds, 1)}
    result["parameters"] = sum(weight.numel() for weight in translator.model.parameters())
    result["training"] = translator.provenance["result"]
    sources, written, references = [], [], []
    for test in TESTS:
        src, ref = (corpus[f"test_{test}_flickr.{side}"].read_text().splitlines() for side in ("en", "de"))
        made = translator.translate(src, DecodingOptions())
        (arguments.folder / f"{row}.{test}.de").write_text("".join(line + "\n" for line in made))
        result[test] = {
            "cased": told(score_translations(made, [ref])),
            "lowercased": told(score_translations(made, [ref], lowercase=True)),
        }
        sources, written, references = sources + src, written + made, references + ref
    both = score_translations(written, [references], sources=sources, lengths=LENGTHS)
    result["by_length"] = [
        {"longest": part.longest, "sentences": part.sentences, "bleu": part.bleu} for part in both.by_length
    ]
    (arguments.folder / f"{row}.json").write_text(json.dumps(result, indent=1) + "\n")


def told(score: TranslationScore) -> dict[str, Any]:
    """What is kept of a score."""
    return {
        "bleu": score.bleu.score,
        "interval": [score.bleu.low, score.bleu.high],
        "signature": score.bleu.signature,
        "chrf": score.chrf.score,
        "ter": score.ter.score,
    }


def print_table(rows: dict[str, Any]) -> None:
    """Print a Markdown row for each architecture."""
    groups = [f"to {most}" for most in LENGTHS] + [f"over {LENGTHS[-1]}"]
    head = ["", "parameters", "tokens/s", "epochs", "2016", "lowercased", "chrF", "2017", *groups]
    print("|", " | ".join(head), "|")
    print("|", " | ".join(["---"] + ["---:"] * (len(head) - 1)), "|")
    for row, of in rows.items():
        first, other = of["2016"], of["2017"]
        cells = [
            NAMES[row],
            f"{of['parameters'] / 1e6:.1f} M",
            f"{of['training']['tokens_per_second']:,.0f}",
            f"{of['training']['epochs']}",
            f"{first['cased']['bleu']:.1f}",
            f"{first['lowercased']['bleu']:.1f}",
            f"{first['cased']['chrf']:.1f}",
            f"{other['cased']['bleu']:.1f}",
            *(f"{part['bleu']:.1f}" for part in of["by_length"]),
        ]
        print("|", " | ".join(cells), "|")


def draw(rows: dict[str, Any], path: Path) -> None:
    """Draw BLEU over the length of the source, one line per architecture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    colours = dict(zip(ROWS, ("#13315c", "#c8553d", "#e09f3e", "#7a9e7e", "#8d6b94", "#888888"), strict=True))
    lines = {row: [part["bleu"] for part in of["by_length"]] for row, of in rows.items()}
    height = float("inf")
    for row, bleu in sorted(lines.items(), key=lambda line: -line[1][-1]):
        style = "--" if row.endswith("none") else "-"
        axes.plot(range(len(bleu)), bleu, style, marker="o", color=colours[row])
        height = min(bleu[-1], height - 1.4)  # prevents overlapping names
        axes.text(len(bleu) - 0.9, height, NAMES[row], va="center", color=colours[row])
    sentences = [part["sentences"] for part in next(iter(rows.values()))["by_length"]]
    firsts = [1, *(most + 1 for most in LENGTHS)]
    spans = [f"{first}–{last}" for first, last in zip(firsts, LENGTHS, strict=False)] + [f"{firsts[-1]} and more"]
    axes.set_xticks(range(len(spans)), [f"{span}\n{n:,} sentences" for span, n in zip(spans, sentences, strict=True)])
    axes.set_xlim(-0.3, len(spans) - 0.1)
    axes.margins(x=0.2)
    axes.set_xlabel("words of the source")
    axes.set_ylabel("BLEU, cased, 13a")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#e6e6e6")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_xlim(right=len(spans) + 0.1)
    figure.savefig(path)


if __name__ == "__main__":
    main()
