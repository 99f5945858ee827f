"""Translate Multi30k's validation and test captions with a model and with its export to CTranslate2, and compare.

    NLPKIT_DATA=../shared/data python benchmarks/exported_translation.py MODEL -o FILE

The model, a Transformer from English to German, is exported in float32 and in int8. Both systems translate with the
same precision: nlpkit with its engine "compiled" and its own rule of stopping, CTranslate2 with the settings that the
README.md of the exported folder names. Every caption with other tokens is listed with the scores of both translations,
Σ log p / length by the model in float32, which is that of nlpkit minus that of CTranslate2 in "gap". It is

- a tie, if the gap is at most 1e-4;
- cut off, if one of them has the greatest length for its source: nlpkit's search takes that into account, CTranslate2
  has one for all, and its translation is cut afterwards;
- greedy search that parted at a tie, if every token of CTranslate2's translation is the likeliest one but for 1e-4;
- else "search": beam searches that kept other hypotheses, or stopped earlier.

BLEU is sacreBLEU's, cased, of all captions.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import ctranslate2
from machine import machine
from translation_tables import lines_of

from nlpkit.decoding.options import DecodingOptions
from nlpkit.evaluation import score_translations
from nlpkit.jobs import export_model
from nlpkit.translation import Translator
from nlpkit.translation.engines import array_model
from nlpkit.translation.export.check import TIE, scored
from nlpkit.translation.export.readme import PATIENCE
from nlpkit.translation.export.source import read_exported
from nlpkit.translation.export.spec import POSITIONS

PARTS = ("val", "test_2016_flickr", "test_2017_flickr")
PACKAGES = ["nlpkit", "ctranslate2", "numpy", "numba", "sentencepiece", "sacrebleu"]
Lines = list[list[int]]


class Captions:
    """Captions, encoded for a model, and what scores their translations.

    Parameters
    ----------
    model : Path
    data : Path
        Folder of the shared data sets.
    sentences : int
        Most captions of each part.
    """

    def __init__(self, model: Path, data: Path, sentences: int) -> None:
        folder = data / "parallel/multi30k"
        parts = [[lines_of(folder / f"{part}.{side}.gz")[:sentences] for part in PARTS] for side in ("en", "de")]
        self.texts, self.references = ([line for part in side for line in part] for side in parts)
        self.source = read_exported(model)
        self.plain = array_model("numpy", self.source.options, self.source.weights)
        self.translator = Translator(model, engine="compiled", precision="float32", device="cpu")
        self.ids = self.translator.src_subwords.encode(list(map(self.translator.text_form, self.texts)))
        self.pieces = list(map(self.translator.src_subwords.pieces, self.ids))

    def bleu(self, lines: Lines) -> float:
        """Return the BLEU of translations."""
        return score_translations(self.translator.trg_subwords.decode(lines), [self.references]).bleu.score

    def differences(self, mine: Lines, others: Lines, *, beam: int) -> list[dict[str, Any]]:
        """List the captions whose translations differ."""
        found = []
        for i in [i for i, (one, other) in enumerate(zip(mine, others, strict=True)) if one != other]:
            longest = DecodingOptions().bounds(len(self.ids[i]))[1]
            _, (own,) = scored(self.plain, [self.ids[i]], [mine[i]], longest)
            (regrets,), (other,) = scored(self.plain, [self.ids[i]], [others[i]], longest)
            is_tie = abs(own - other) <= TIE or (beam == 1 and max(regrets) <= TIE)
            kind = "cut off" if longest in (len(mine[i]), len(others[i])) else "tie" if is_tie else "search"
            texts = self.translator.trg_subwords.decode([mine[i], others[i]])
            about = {"caption": self.texts[i], "nlpkit": texts[0], "ctranslate2": texts[1], "kind": kind}
            found.append(
                about | {"scores": [round(float(own), 5), round(float(other), 5)], "gap": round(float(own - other), 5)}
            )
        return found

    @property
    def limit(self) -> int:
        """The greatest length of CTranslate2's translations."""
        return 2 * max(map(len, self.pieces)) + 20


def compared(captions: Captions, folder: Path, model: Path, precision: str, beam: int, threads: int) -> dict[str, Any]:
    """Translate all captions with both systems, and compare."""
    ours = Translator(model, engine="compiled", precision=precision, device="cpu")
    mine = [each.n_best[0].ids for each in ours.translate_full(captions.texts, beam=beam, threads=threads)]
    translator = ctranslate2.Translator(str(folder), intra_threads=threads)
    results = translator.translate_batch(
        captions.pieces,
        beam_size=beam,
        patience=PATIENCE,
        min_decoding_length=0,
        max_batch_size=32,
        max_input_length=POSITIONS,
        max_decoding_length=min(POSITIONS, captions.limit),
    )
    ids = {word: id_ for id_, word in enumerate(captions.source.words[1])}
    lengths = [DecodingOptions().bounds(len(line))[1] for line in captions.pieces]
    others = [
        [ids[word] for word in result.hypotheses[0][:length]] for result, length in zip(results, lengths, strict=True)
    ]
    same = sum(one == other for one, other in zip(mine, others, strict=True))
    bleu = {"nlpkit": captions.bleu(mine), "ctranslate2": captions.bleu(others)}
    found = {"precision": precision, "beam": beam, "captions": len(mine), "same": same, "bleu": bleu}
    print(
        f"{precision}, beam {beam}: the same tokens on {same:,} of {len(mine):,} captions ({same / len(mine):.2%});"
        f" BLEU {bleu['nlpkit']:.2f} and, by CTranslate2, {bleu['ctranslate2']:.2f}",
        flush=True,
    )
    if precision == "float32":
        found["differences"] = captions.differences(mine, others, beam=beam)
        for each in found["differences"]:
            print(f"  {each['kind']}: {each['scores']} {each['nlpkit']!r} / {each['ctranslate2']!r}", flush=True)
    return found


def main() -> None:
    """Print a line for each precision and search, and one for each difference in float32."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="folder of a Transformer, English to German")
    parser.add_argument("--precisions", nargs="+", choices=["float32", "int8"], default=["float32", "int8"])
    parser.add_argument("--beams", nargs="+", type=int, default=[1, 4], help="1 is greedy")
    parser.add_argument("--sentences", type=int, help="most captions of each part")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data")
    parser.add_argument("-o", "--output", type=Path, help="write the results to this JSON file too")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the folder of the shared data sets by --data or NLPKIT_DATA")
    captions = Captions(arguments.model, Path(arguments.data), arguments.sentences)
    results = []
    with tempfile.TemporaryDirectory() as place:
        for precision in arguments.precisions:
            folder = Path(place, precision)
            print(export_model(arguments.model, folder, quantization=precision), flush=True)
            for beam in arguments.beams:
                results.append(compared(captions, folder, arguments.model, precision, beam, arguments.threads))
    if arguments.output:
        about = {"machine": machine(PACKAGES), "model": captions.source.hash, "patience": PATIENCE, "results": results}
        arguments.output.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
