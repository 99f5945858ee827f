"""Make the model folders of this directory: one of every kind, and trainings that were interrupted.

They were made by version 0.1, in format version 1, and stay as they are: a folder that was saved once loads in every
later version. Run this only to add a kind: ``python tests/saved/make.py KIND``, which writes ``KIND/`` and
``KIND.json`` or ``KIND.npy``, what the model gave at that time.

``python tests/saved/make.py version_2`` writes ``version_2/``: the kinds of format version 2 that cut texts, made from
texts with combining marks.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
TEXTS = [
    "rain in the hills, snow above the pass",
    "the train to the coast leaves at nine",
    "snow on the line: the train is late",
    "Regen in den Bergen",
    "",
    "the coast is clear and the pass is open",
]
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ZAHLEN = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
PAIRS = [
    (f"{NUMBERS[a]} {NUMBERS[b]} {NUMBERS[c]}", f"{ZAHLEN[a]} {ZAHLEN[b]} {ZAHLEN[c]}")
    for a in range(10)
    for b in range(0, 10, 3)
    for c in range(1, 10, 4)
]
SOURCES = ["one two three", "nine nine zero", "seven"]
WORDS = {"vector_size": 8, "min_count": 1, "epochs": 6, "threads": 1, "seed": 3}


class BrokenError(Exception):
    """Raised on purpose, to interrupt a training."""


def tone() -> np.ndarray:
    """Half a second that rises from 300 to 900 Hz, at 16 kHz: (8000,) float32."""
    time = np.arange(8000) / 16000
    return (0.3 * np.sin(2 * np.pi * (300 + 600 * time) * time)).astype(np.float32)


MARKED = [
    "आधुनिक मानक हिन्दी भाषा",
    "हिन्दी भाषा और तमिल भाषा",
    "cafe\u0301 und Cafe\u0301",
    "cafe\u0301 हिन्दी, e\u0301",
    "中文字 cafe\u0301!",
]


def marked_estimators() -> dict[str, Any]:
    """The estimators of ``version_2``, by name."""
    from nlpkit.embeddings import BagOfWords, FastText, Hashing, OneHot, Tfidf, Word2Vec

    plain = {**WORDS, "sample": 0, "epochs": 2}
    return {
        "onehot": OneHot(),
        "bow": BagOfWords(tokenizer="words", ngram_range=(1, 2)),
        "bow_wordpunct": BagOfWords(tokenizer="wordpunct"),
        "bow_cjk": BagOfWords(tokenizer="cjk"),
        "bow_pattern": BagOfWords(token_pattern=r"(?u)\b\w\w+\b"),
        "tfidf": Tfidf(),
        "hashing": Hashing(n_features=64),
        "word2vec": Word2Vec(**plain),
        "fasttext": FastText(**plain, bucket=50),
    }


def make_version_2() -> None:
    """Save the models of format version 2 and what they give."""
    (HERE / "version_2").mkdir(exist_ok=True)
    for name, model in marked_estimators().items():
        model.fit(MARKED).save(HERE / "version_2" / name)
        np.save(HERE / "version_2" / f"{name}.npy", dense(model.transform(MARKED)))


def estimators() -> dict[str, Any]:
    """The estimators that are saved, by their kind."""
    from nlpkit.embeddings import BagOfWords, FastText, Hashing, OneHot, Tfidf, Word2Vec
    from nlpkit.speech import LogMel, Mfcc

    return {
        "onehot": OneHot(lowercase=False),
        "bow": BagOfWords(ngram_range=(1, 2), stop_words=["the"]),
        "tfidf": Tfidf(sublinear_tf=True, min_df=1),
        "hashing": Hashing(n_features=64),
        "word2vec": Word2Vec(**WORDS),
        "fasttext": FastText(**WORDS, bucket=50),
        "logmel": LogMel(n_mels=20),
        "mfcc": Mfcc(n_mfcc=13),
    }


def inputs(kind: str) -> list[Any]:
    """Inputs of an estimator of this kind."""
    return [tone()] if kind in ("logmel", "mfcc") else TEXTS


def dense(rows: Any) -> np.ndarray:
    """Rows as a float64 array."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, np.float64)


def speech_model(kind: str) -> Any:
    """A small model of speech with drawn weights."""
    from nlpkit.registry import KINDS, resolve
    from nlpkit.speech.recognition import CnnOptions, CtcOptions, LstmOptions
    from nlpkit.speech.recognition.front import Front, front_features
    from nlpkit.training.speech.training import initial_weights

    cls = resolve(kind, KINDS)
    options: Any = {
        "cnn_classifier": CnnOptions(n_mels=12, n_labels=3, channels=(4, 6)),
        "lstm_classifier": LstmOptions(n_mels=12, n_labels=3, hidden_size=6, layers=1),
        "ctc_recognizer": CtcOptions(n_mels=12, n_tokens=5, channels=4, hidden_size=6, layers=1),
    }[kind]
    weights = initial_weights(resolve("network", {"network": cls.network}), options, seed=3)
    front = Front.fitted(front_features(8000, 12), [tone()[::2]])
    if kind == "ctc_recognizer":
        return cls(options, front, weights, letters=" abc", vocabulary=["ab", "c"], limit=0.1)
    return cls(options, front, weights, labels=["x", "y", "_other_"], rejects=["_other_"], temperature=1.5, limit=0.2)


def make(kind: str) -> None:
    """Save one kind and what it gives."""
    from nlpkit.embeddings import Word2Vec, WordVectors
    from nlpkit.text.vocabulary import Vocabulary

    folder = HERE / kind
    if kind == "version_2":
        make_version_2()
    elif kind in estimators():
        model = estimators()[kind].fit(inputs(kind))
        model.save(folder)
        np.save(HERE / f"{kind}.npy", dense(model.transform(inputs(kind))))
    elif kind == "vocabulary":
        vocabulary = Vocabulary.from_texts(TEXTS, specials=["<unk>"], unknown="<unk>")
        vocabulary.save(folder)
        told = [vocabulary.encode(text.split()) for text in TEXTS]
        (HERE / "vocabulary.json").write_text(json.dumps([list(map(int, ids)) for ids in told]))
    elif kind == "word_vectors":
        vectors: WordVectors = Word2Vec(**WORDS).fit(TEXTS).word_vectors
        vectors.save(folder)
        np.save(HERE / "word_vectors.npy", vectors[["rain", "train", "snow"]])
    elif kind.startswith("translation"):
        make_translator(kind)
    elif kind in ("cnn_classifier", "lstm_classifier", "ctc_recognizer"):
        model = speech_model(kind)
        model.save(folder)
        logits = [row for _, row in model.logits([tone()], sr=16000)]
        np.save(HERE / f"{kind}.npy", logits[0].astype(np.float64))
    elif kind.startswith("interrupted"):
        make_interrupted(kind)


TRAINING = {
    "translation-gru": {
        "architecture": "gru",
        "parameters": {
            "embedding_size": 12,
            "hidden_size": 24,
            "epochs": 40,
            "learning_rate": 0.01,
            "seed": 1,
            "precision": "float32",
        },
    },
    "translation-transformer": {
        "architecture": "transformer",
        "parameters": {
            "d_model": 16,
            "heads": 2,
            "ffn_dim": 24,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "epochs": 60,
            "learning_rate": 0.005,
            "seed": 1,
            "precision": "float32",
        },
    },
}

INTERRUPTED = {"interrupted-translation": "translation-gru", "interrupted-transformer": "translation-transformer"}
"""Trainings of translation that were interrupted: the first one by version 0.1, the second one by its successor of
2026-11-29, before the training loop knew speech."""


def train(kind: str, output: Path, **more: Any) -> Any:
    """Train a small translation model; a few seconds."""
    from nlpkit.jobs import train_translation

    pairs = output.parent / "pairs.tsv"
    pairs.write_text("".join(f"{src}\t{trg}\n" for src, trg in PAIRS), encoding="utf-8")
    common = {"vocab_size": 110, "threads": 1, "device": "cpu"}
    return train_translation(output, pairs=pairs, **TRAINING[kind], **common, **more)


def make_translator(kind: str) -> None:
    """Save a translator, with the log-probabilities of its translations."""
    import tempfile

    from nlpkit.translation import DecodingOptions

    with tempfile.TemporaryDirectory() as place:
        translator = train(kind, Path(place, "model")).translator
        shutil.copytree(Path(place, "model"), HERE / kind)
    told = [[found.text, found.score] for found in translator.translate_full(SOURCES, DecodingOptions(beam=2))]
    (HERE / f"{kind}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1))


def make_interrupted(kind: str) -> None:
    """Keep the state of a training that was stopped in the middle, and what it gives when it is not stopped."""
    import tempfile

    from nlpkit.embeddings.word_training import training as word_training
    from nlpkit.jobs import train_files

    word_training.PROGRESS_SECONDS = 0.001
    with tempfile.TemporaryDirectory() as place:
        if kind in INTERRUPTED:
            trained = INTERRUPTED[kind]

            def stop(report: Any) -> None:
                if report.row.epoch == 3:
                    raise BrokenError

            whole = train(trained, Path(place, "whole")).result
            told = [[row.step, row.epoch, row.train_loss, row.valid_loss] for row in whole.history[:6]]
            output = Path(place, "model")
            try:
                train(trained, output, validated=stop)
            except BrokenError:
                pass
            else:
                sys.exit("the training was not interrupted")
        else:
            texts = Path(place, "texts.txt")
            texts.write_text("\n".join(TEXTS * 3000) + "\n", encoding="utf-8")

            def broken(progress: Any) -> None:
                if progress.epoch >= 3:
                    raise BrokenError

            parameters = {name: value for name, value in WORDS.items() if name != "threads"} | {"epochs": 8}
            common = {"method": "word2vec", "threads": 1}
            output = Path(place, "model")
            told = list(train_files(texts, Path(place, "whole"), parameters=parameters, **common).model.losses_)
            try:
                train_files(texts, output, parameters=parameters, progress=broken, **common)
            except BrokenError:
                pass
            else:
                sys.exit("the training was not interrupted")
        shutil.copytree(output.with_name("model.partial"), HERE / kind)
    (HERE / f"{kind}.json").write_text(json.dumps(told, indent=1))


KINDS = [
    *("onehot", "bow", "tfidf", "hashing", "word2vec", "fasttext", "logmel", "mfcc", "vocabulary", "word_vectors"),
    *TRAINING,
    *(*INTERRUPTED, "interrupted-word2vec", "version_2"),
]

if __name__ == "__main__":
    for name in sys.argv[1:] or [kind for kind in KINDS if not (HERE / kind).exists()]:
        make(name)
