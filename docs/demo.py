"""``make demo``: run nlpkit on the sample texts, print the results, and leave no files behind."""

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
        "Four texts become four vectors. A word has a higher weight the fewer texts contain it:\n"
        '"wrote", "about" and "and" are in all of them, "relativity" is in one.',
        "nlpkit embed -i corpora/samples/textbook.txt",
    ),
    (
        "The same texts as plain word counts.",
        "nlpkit embed --method bow -i corpora/samples/textbook.txt",
    ),
    (
        "Any script: character bigrams for scripts without spaces.",
        'nlpkit embed --method bow --tokenizer cjk "雨停了，孩子们跑向河边。" "Дождь кончился"',
    ),
    (
        "Fit on a column of a table, save the model, and inspect it.",
        "nlpkit embed -i corpora/samples/reviews.csv --column review --stop-words english -o reviews.npz"
        " --save reviews",
        "nlpkit terms reviews -k 5",
    ),
    (
        "Which notes on the notice board are nearest to a query?",
        'nlpkit search "a broken bicycle" -i corpora/samples/noticeboard.txt -k 3',
    ),
    (
        "Word vectors, trained on the English Wikipedia: nearest words, and: Paris is to France as ? is to Germany.",
        "nlpkit similar corpora/samples/wiki-words jazz -k 3",
        'nlpkit analogy corpora/samples/wiki-words "paris - france + germany" -k 3',
    ),
    (
        "Recordings: properties, a spectrogram, and three recordings as vectors for a classifier.",
        "nlpkit info corpora/samples/digits/3_jackson_0.wav",
        "nlpkit spectrogram corpora/samples/digits/3_jackson_0.wav -o three.png",
        "nlpkit embed -i corpora/samples/digits --method mfcc --n-mfcc 3 -o digits.npy",
    ),
    (
        "A translator, trained on numbers in English and French words. Then it translates two numbers that were not\n"
        "among them, and shows its attention: the English words behind each French word.",
        "nlpkit train translation --pairs corpora/samples/numbers.en-fr.tsv --arch gru --attention additive"
        " --minutes 0.7 -o numbers",
        'nlpkit translate "four hundred and ninety-four" "six hundred and seventy-one" --model numbers --attention -',
    ),
    (
        "Three recordings of the digits 3, 7 and 9, transcribed by the model that ships.",
        "nlpkit transcribe corpora/samples/digits",
    ),
    (
        "Translated at once by a model that ships: two sentences, and a page, whose tags and code stay.",
        'nlpkit translate "I love pizza." "Where did you put the keys?" --to fr',
        "nlpkit translate -i corpora/samples/page.html --to fr",
    ),
]


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # commands contain Chinese, for any terminal encoding
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
