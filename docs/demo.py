"""``make demo``: nlpkit at work on the sample texts, on the screen, leaving no file behind."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from refresh import SAMPLES, TOP, environment, on_terminal

SCENES = [
    (
        "Four texts become four vectors. A word weighs more the fewer texts it stands in:\n"
        '"wrote", "about" and "and" are in all of them, "relativity" is in one.',
        "nlpkit embed -i corpora/samples/textbook.txt",
    ),
    (
        "The same texts as plain counts of words.",
        "nlpkit embed --method bow -i corpora/samples/textbook.txt",
    ),
    (
        "Any script, and characters in place of words where a script writes no spaces.",
        'nlpkit embed --method bow --tokenizer cjk "雨停了，孩子们跑向河边。" "Дождь кончился"',
    ),
    (
        "Learn from a column of a table, keep the model, and look at what it holds.",
        "nlpkit embed -i corpora/samples/reviews.csv --column review --stop-words english -o reviews.npz"
        " --save reviews",
        "nlpkit terms reviews -k 5",
    ),
    (
        "Which notes on the notice board are nearest to a question?",
        'nlpkit search "a broken bicycle" -i corpora/samples/noticeboard.txt -k 3',
    ),
    (
        "Word vectors, trained on the English Wikipedia: what is near, and what is to Germany as Paris is to France?",
        "nlpkit similar corpora/samples/wiki-words jazz -k 3",
        'nlpkit analogy corpora/samples/wiki-words "paris - france + germany" -k 3',
    ),
    (
        "Recordings: what one is, its picture, and three of them as vectors that a classifier takes.",
        "nlpkit info corpora/samples/digits/3_jackson_0.wav",
        "nlpkit spectrogram corpora/samples/digits/3_jackson_0.wav -o three.png",
        "nlpkit embed -i corpora/samples/digits --method mfcc --n-mfcc 3 -o digits.npy",
    ),
    (
        "A translator, trained before your eyes on numbers in English and French words; then two numbers that weren't\n"
        "among them, and which English words it looks at for each French one.",
        "nlpkit train translation --pairs corpora/samples/numbers.en-fr.tsv --arch gru --attention additive"
        " --minutes 0.7 -o numbers",
        'nlpkit translate "four hundred and ninety-four" "six hundred and seventy-one" --model numbers --attention -',
    ),
]


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # commands hold Chinese, whatever a terminal was set to
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(TOP / SAMPLES, folder / SAMPLES)
        programs = {"PATH": environment()["PATH"], "PYTHONUTF8": "1"}
        for explanation, *commands in SCENES:
            print(f"\n{explanation}")
            for command in commands:
                print(f"\n$ {command}", flush=True)
                if os.name == "nt" or sys.stdout.isatty():
                    subprocess.run(command, shell=True, check=True, cwd=folder, env=os.environ | programs)
                else:
                    print(on_terminal(command, folder), end="", flush=True)
    print("\nMore: README.md has a tour, docs/ a page for each method, `.venv-demo/bin/nlpkit --help` the rest.")


if __name__ == "__main__":
    main()
