"""Answers of the fastText packages: run by an interpreter that has one of them; tests call `ask`.

Run, it reads one JSON object from stdin and writes one to stdout. Asked are, all optional but ``model``:

model : where the model is, or is to be saved
train : {"how": "unsupervised" or "supervised", and arguments of train_…}; the model is trained and saved
quantize : arguments of quantize; done after training
words, sentences, neighbours : what vectors, sentence vectors and nearest neighbours are wanted of
subwords : words whose n-grams are listed
predict : texts, with k and threshold beside it
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def ask(variable: str, **asked: object) -> dict:
    """Ask the package of the interpreter that an environment variable names, or skip the test."""
    import pytest

    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{variable} names no interpreter that has the package")
    asked["model"] = str(asked["model"])
    done = subprocess.run([python, __file__], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answer(asked: dict) -> dict:
    import fasttext

    if "train" in asked:
        how = asked["train"].pop("how")
        model = getattr(fasttext, f"train_{how}")(thread=1, verbose=0, **asked["train"])
        if "quantize" in asked:
            model.quantize(**asked["quantize"])
        model.save_model(asked["model"])
    model = fasttext.load_model(asked["model"])  # what was saved: quantised codes are exact in the file only
    names, counts = model.get_words(include_freq=True)
    told: dict = {"vocabulary": names, "counts": [int(count) for count in counts]}
    told["words"] = [model.get_word_vector(word).tolist() for word in asked.get("words", [])]
    told["sentences"] = [model.get_sentence_vector(text).tolist() for text in asked.get("sentences", [])]
    told["neighbours"] = [model.get_nearest_neighbors(word) for word in asked.get("neighbours", [])]
    told["subwords"] = [list(map(str, model.get_subwords(word)[0])) for word in asked.get("subwords", [])]
    if "predict" in asked:
        options = {"k": asked.get("k", 1), "threshold": asked.get("threshold", 0.0)}
        labels, chances = model.predict(asked["predict"], **options)
        told["labels"] = [list(found) for found in labels]
        told["probabilities"] = [[float(chance) for chance in found] for found in chances]
        told["all_labels"] = model.get_labels()
    return told


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
