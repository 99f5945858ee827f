"""One step of `word_vectors.py` in a separate process: prepare a corpus, train one system, or score vectors.

The first argument is the task as JSON; the last line of output is the answer. Only the standard library is imported at
first, because fastText runs under an interpreter without nlpkit.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WORD = re.compile(r"(?u)\b\w\w+\b")  # nlpkit's tokenizer "words", for interpreters without nlpkit
PAIRS = {"WordSim-353": "EN-WS-353-ALL", "MEN": "EN-MEN-TR-3k", "SimLex-999": "EN-SIMLEX-999", "RW": "EN-RW-STANFORD"}


def peak() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def lines_of(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.removesuffix("\n")


def prepare(task: dict[str, Any]) -> dict[str, Any]:
    """Write the first sentences with this number of words, raw and tokenised."""
    import zstandard

    from nlpkit.text.tokenize import named_tokenizer

    tokenizer = named_tokenizer("words")
    folder, wanted = Path(task["folder"]), task["words"]
    tokens = sentences = 0
    with (
        Path(task["source"]).open("rb") as packed,
        (folder / "raw.txt").open("w", encoding="utf-8", newline="\n") as raw,
        (folder / "tokens.txt").open("w", encoding="utf-8", newline="\n") as tokenised,
    ):
        stream = zstandard.ZstdDecompressor().stream_reader(packed)
        for line in io.TextIOWrapper(stream, "utf-8", newline="\n"):
            found = tokenizer(line.lower())
            assert found == WORD.findall(line.lower())
            raw.write(line.removesuffix("\n") + "\n")
            tokenised.write(" ".join(found) + "\n")
            tokens += len(found)
            sentences += 1
            if tokens >= wanted:
                break
    if tokens < wanted:
        raise SystemExit(f"{task['source']} has {tokens:,} words, fewer than {wanted:,}: lower --words")
    return {"tokens": tokens, "sentences": sentences}


def tokenise_to(path: Path, source: Path) -> int:
    """Write the words of ``source`` for a system that reads files; return their number."""
    tokens = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines_of(source):
            found = WORD.findall(line.lower())
            tokens += len(found)
            file.write(" ".join(found) + "\n")
    return tokens


def train_nlpkit(task: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    import nlpkit.embeddings

    options = task["options"]
    parameters: dict[str, Any] = {
        "architecture": "cbow" if task["what"] == "cbow" else "skipgram",
        "loss": "hierarchical_softmax" if task["what"] == "hs" else "negative_sampling",
        "vector_size": options["vector_size"],
        "window": options["window"],
        "negative": options["negative"],
        "sample": options["sample"],
        "min_count": options["min_count"],
        "alpha": options["alpha"],
        "epochs": options["epochs"],
        "threads": options["threads"],
        "seed": task["seed"],
        "device": "cpu",
    }
    subwords: dict[str, Any] = {}
    if task["what"] == "fasttext":
        subwords = {"min_n": options["min_n"], "max_n": options["max_n"], "bucket": options["bucket"]}
    cls = nlpkit.embeddings.FastText if subwords else nlpkit.embeddings.Word2Vec
    small = {"bucket": 1000} if subwords else {}
    tiny = ["the quick brown fox jumps over the lazy dog ÄÖÜ", "a stitch in time saves nine of the ΟΔΟΣ"] * 500
    cls(**parameters | subwords | small | {"min_count": 1, "epochs": 1}).fit(tiny)  # compiles the code
    imported = peak()
    start = time.perf_counter()
    model = cls(**parameters, **subwords).fit(lines_of(Path(task["folder"]) / "raw.txt"))
    seconds = time.perf_counter() - start
    report = {
        "training_s": model.training_seconds_,
        "whole_s": seconds,
        "tokens": model.corpus_tokens_,
        "imported": imported,
        "peak": peak(),
        "version": version("nlpkit"),
        "losses": [float(loss) for loss in getattr(model, "losses_", [])],
    }
    return report, list(model.word_vectors.words), model.word_vectors.vectors


def train_gensim(task: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    from gensim.models import FastText, Word2Vec

    options, folder = task["options"], Path(task["folder"])
    parameters: dict[str, Any] = {
        "sg": int(task["what"] != "cbow"),
        "hs": int(task["what"] == "hs"),
        "negative": 0 if task["what"] == "hs" else options["negative"],
        "vector_size": options["vector_size"],
        "window": options["window"],
        "sample": options["sample"],
        "min_count": options["min_count"],
        "alpha": options["alpha"],
        "epochs": options["epochs"],
        "workers": options["threads"],
        "seed": task["seed"],
    }
    cls = Word2Vec
    if task["what"] == "fasttext":
        cls = FastText
        parameters |= {"min_n": options["min_n"], "max_n": options["max_n"], "bucket": options["bucket"]}
    imported = peak()
    start = time.perf_counter()
    corpus: dict[str, Any]
    if task["gensim_input"] == "file":
        tokens = tokenise_to(folder / "gensim.txt", folder / "raw.txt")
        corpus = {"corpus_file": str(folder / "gensim.txt")}
    else:
        lists = [WORD.findall(line.lower()) for line in lines_of(folder / "raw.txt")]
        tokens = sum(map(len, lists))
        corpus = {"corpus_iterable": lists}
    model = cls(**parameters)
    model.build_vocab(**corpus)
    before = time.perf_counter()
    model.train(
        **corpus, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=options["epochs"]
    )
    end = time.perf_counter()
    report = {
        "training_s": end - before,
        "whole_s": end - start,
        "tokens": tokens,
        "imported": imported,
        "peak": peak(),
        "version": version("gensim"),
    }
    return report, model.wv.index_to_key, model.wv.vectors


def train_fasttext(task: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    import fasttext
    import numpy as np

    options, folder = task["options"], Path(task["folder"])
    fasttext.FastText.unsupervised_default["seed"] = task["seed"]  # the function has no such argument
    imported = peak()
    start = time.perf_counter()
    tokens = tokenise_to(folder / "fasttext.txt", folder / "raw.txt")
    before = time.perf_counter()
    model = fasttext.train_unsupervised(
        str(folder / "fasttext.txt"),
        model="cbow" if task["what"] == "cbow" else "skipgram",
        loss="hs" if task["what"] == "hs" else "ns",
        dim=options["vector_size"],
        ws=options["window"],
        neg=options["negative"],
        t=options["sample"],
        minCount=options["min_count"],
        lr=options["alpha"],
        epoch=0 if task.get("only_read") else options["epochs"],
        minn=options["min_n"] if task["what"] == "fasttext" else 0,
        maxn=options["max_n"] if task["what"] == "fasttext" else 0,
        bucket=options["bucket"],
        thread=options["threads"],
        verbose=0,
    )
    end = time.perf_counter()
    report = {
        "training_s": end - before,  # includes reading the file, which `word_vectors.py` subtracts
        "whole_s": end - start,
        "tokens": tokens,
        "imported": imported,
        "peak": peak(),
        "version": version("fasttext"),
    }
    if task.get("only_read"):
        return report, [], np.empty((0, 0), np.float32)
    words = model.words
    return report, words, np.array([model.get_word_vector(word) for word in words], np.float32)


SYSTEMS = {"nlpkit": train_nlpkit, "gensim": train_gensim, "fasttext": train_fasttext}


def train(task: dict[str, Any]) -> dict[str, Any]:
    """Train one system, and write its vectors to ``task["vectors"]``."""
    try:
        report, words, vectors = SYSTEMS[task["system"]](task)
    except (ImportError, AttributeError) as error:
        if isinstance(error, AttributeError) and "nlpkit.embeddings" not in str(error):
            raise
        return {"absent": f"{type(error).__name__}: {error}"}
    report["words"] = len(words)
    if task.get("vectors"):
        import numpy as np

        np.save(task["vectors"] + ".npy", np.asarray(vectors, np.float32))
        Path(task["vectors"] + ".words").write_text("\n".join(words), encoding="utf-8")
    return report


def score(task: dict[str, Any]) -> dict[str, Any]:
    """Return all scores of some vectors: correlations, and analogies in per cent."""
    import numpy as np

    from nlpkit.errors import InputError
    from nlpkit.evaluation import word_analogies, word_similarity

    if Path(task["vectors"] + ".words").exists():
        words = Path(task["vectors"] + ".words").read_text(encoding="utf-8").split("\n")
        vectors: Any = SimpleNamespace(words=words, vectors=np.load(task["vectors"] + ".npy"))
    else:
        from nlpkit.embeddings.word_vectors import WordVectors

        vectors = WordVectors.read(task["vectors"])
    folder = Path(task["data"]) / "wordeval"
    scores: dict[str, Any] = {}
    for name, file in PAIRS.items():
        try:
            scores[name] = word_similarity(vectors, folder / f"{file}.txt").spearman
        except InputError:  # too few words for any pair
            scores[name] = None
    analogies = word_analogies(vectors, folder / "questions-words.txt")
    scores["semantic"] = 100 * analogies.semantic.accuracy
    scores["syntactic"] = 100 * analogies.syntactic.accuracy
    scores["analogies"] = 100 * analogies.accuracy
    return {"scores": scores, "questions": analogies.questions, "signature": analogies.signature}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(json.dumps({"prepare": prepare, "train": train, "score": score}[given["do"]](given)))
