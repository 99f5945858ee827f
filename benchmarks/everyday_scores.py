"""Score a translation model of the package on the test part of its pairs: sacreBLEU, cased, 13a.

    python benchmarks/everyday_scores.py MODEL PAIRS --language fr --data ../shared/data [--part test] -o scores.json

PAIRS is the folder of `everyday_pairs`. For each direction: BLEU and chrF against the first reference, with 95 %
intervals; BLEU against all references; BLEU of the sentences that have no neighbour in the training, a source in the
same language that differs in at most one word; and how well the confidence is calibrated.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from everyday_pairs import OTHERS, of_part, tatoeba, turn
from machine import machine
from sacrebleu.metrics import BLEU, CHRF
from sklearn.metrics import roc_auc_score

from nlpkit.evaluation import score_translations
from nlpkit.translation import Translator

PARTS = {"test": 0, "dev": 1}


def main() -> None:
    """Translate and score both directions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--language", choices=OTHERS, required=True)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("--part", choices=PARTS, default="test")
    parser.add_argument("--threads", type=int)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    translator = Translator(given.model)
    language = given.language
    rows = []
    for src, trg in (("en", language), (language, "en")):
        everyday = turn(of_part(list(tatoeba(given.data, language)), 60, PARTS[given.part]), src != "en")
        references = all_references(everyday)
        found = translator.translate_full(list(references), beam=4, to=trg, from_=src, threads=given.threads)
        trained = training_sources(given.pairs / "train.tsv", trg)
        rows.append({"from": src, "to": trg, **scores(references, found, trained)})
        print(json.dumps(rows[-1]), flush=True)
    made = {"machine": machine(["nlpkit", "sacrebleu"]), "part": given.part, "beam": 4, "rows": rows}
    given.output.write_text(json.dumps(made, indent=1) + "\n")


def all_references(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the references of each source, in the order of the file."""
    found: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        found[source].append(target)
    return dict(found)


def training_sources(path: Path, to: str) -> Iterator[str]:
    """Yield the sources of the training pairs of a direction."""
    tag = f"⟦{to}⟧ "
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            source = line.partition("\t")[0]
            if source.startswith(tag):
                yield source[len(tag) :]


def scores(references: dict[str, list[str]], found: Sequence[Any], trained: Iterator[str]) -> dict[str, Any]:
    """Return all scores of a direction."""
    made = [translation.text for translation in found]
    first = [several[0] for several in references.values()]
    score = score_translations(made, first, metrics=("bleu", "chrf"))
    most = max(map(len, references.values()))
    columns = [[several[k] if k < len(several) else None for several in references.values()] for k in range(most)]
    known = Neighbours(trained)
    is_new = [not known.has(source) for source in references]
    new = [(made[k], first[k]) for k in range(len(made)) if is_new[k]]
    row: dict[str, Any] = {
        "sentences": len(made),
        **{
            each.name: {"score": each.score, "low": each.low, "high": each.high, "signature": each.signature}
            for each in (score.bleu, score.chrf)
            if each is not None
        },
        "BLEU, all references": BLEU().corpus_score(made, columns).score,
        "without a neighbour": {
            "sentences": len(new),
            "BLEU": BLEU().corpus_score([text for text, _ in new], [[reference for _, reference in new]]).score,
        },
        "flagged": sum(bool(translation.flags) for translation in found),
    }
    sure = [translation.confidence for translation in found]
    if None not in sure:
        chrf = CHRF()
        good = [chrf.sentence_score(text, [reference]).score >= 50 for text, reference in zip(made, first, strict=True)]
        row["confidence"] = calibration(np.array(sure, float), np.array(good))
    return row


class Neighbours:
    """Tells whether a sentence differs from one of many in at most one word.

    Examples
    --------
    >>> known = Neighbours(["I see a dog."])
    >>> [known.has(text) for text in ("I see a cat.", "i see a dog", "I see a big dog.", "I saw a cat.")]
    [True, True, True, False]
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self._whole: set[tuple[str, ...]] = set()
        self._changed: set[tuple[str, ...]] = set()
        self._shorter: set[tuple[str, ...]] = set()
        for words in set(map(_words, sentences)):
            self._whole.add(words)
            self._changed.update(_changed(words))
            self._shorter.update(_shorter(words))

    def has(self, sentence: str) -> bool:
        """Whether a sentence has a neighbour."""
        words = _words(sentence)
        if words in self._whole or words in self._shorter:
            return True
        return not (self._changed.isdisjoint(_changed(words)) and self._whole.isdisjoint(_shorter(words)))


def _words(sentence: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+|[^\w\s]", sentence.casefold()))


def _changed(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [(*words[:k], "", *words[k + 1 :]) for k in range(len(words))]


def _shorter(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[:k] + words[k + 1 :] for k in range(len(words))]


def calibration(sure: np.ndarray, good: np.ndarray, n_bins: int = 10) -> dict[str, float]:
    """Return the expected calibration error in bins of equal numbers, and the area under the ROC curve."""
    order = np.argsort(sure)
    error = 0.0
    for part in np.array_split(order, n_bins):
        error += len(part) / len(sure) * abs(float(sure[part].mean() - good[part].mean()))
    return {"good": float(good.mean()), "error": error, "auc": float(roc_auc_score(good, sure))}


if __name__ == "__main__":
    main()
