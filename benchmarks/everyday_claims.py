"""Check what nlpkit promises of a translation model of the package, on thousands of lines.

    python benchmarks/everyday_claims.py MODEL PAIRS --language fr --data ../shared/data -o claims.json [--only layout]

PAIRS is the folder of `everyday_pairs`. Each check is a function below, and says in its docstring what it counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from everyday_pairs import _WORD, OTHERS, equal_words, first, of_part, tatoeba
from machine import machine
from sacrebleu.metrics import BLEU

from nlpkit.jobs import translate_files
from nlpkit.jobs.translate_documents import translate_documents
from nlpkit.text.protected_spans import protected_spans
from nlpkit.translation import Translator
from nlpkit.translation.faults import faults_of
from nlpkit.translation.glossary import Glossary

Pair = tuple[str, str]
EMOJI = ["😀", "🚀", "👩‍🚀", "❤️", "🇫🇷", "👍🏽"]


class Checks:
    """All checks on one model, from English.

    Parameters
    ----------
    translator : Translator
    language : str
    pairs : list of (str, str)
        Pairs of the test part, the first of each source.
    held : list of (str, str)
        Those of the development part.
    folder : Path
        That of `everyday_pairs`.
    data : Path
    """

    def __init__(
        self, translator: Translator, language: str, pairs: list[Pair], held: list[Pair], folder: Path, data: Path
    ) -> None:
        self.translator, self.to, self.pairs, self.held = translator, language, pairs, held
        self.folder, self.data = folder, data
        self.draw = random.Random(5)
        self.common = {word for side in zip(*held, strict=True) for text in side for word in _WORD.findall(text)}
        self.common = {word for word in self.common if word.islower()}

    def layout(self, n: int = 10_000) -> dict[str, Any]:
        """Count lines whose white space, tabs, emoji or line end changed, in a file of mixed line ends."""
        lines = [self._line(number) for number in range(n)]
        with tempfile.TemporaryDirectory() as place:
            source, target = Path(place, "in.txt"), Path(place, "out.txt")
            source.write_bytes("".join(text + end for text, end in lines).encode())
            report = translate_files(source, target, model=self.translator, to=self.to, from_="en")
            made = target.read_bytes().decode()
        found = re.findall(r"([^\r\n]*)(\r\n|\n|\r)", made)
        changed = sum(
            shape(text) != shape(theirs) or end != their_end
            for (text, end), (theirs, their_end) in zip(lines, found, strict=False)
        )
        return {"lines": n, "lines out": len(found), "changed": changed, "flags": report.flags}

    def _line(self, number: int) -> tuple[str, str]:
        draw = self.draw
        end = draw.choice(["\n", "\n", "\n", "\r\n"])
        kind = draw.randrange(8)
        text = draw.choice(self.pairs)[0]
        if kind == 0:
            return draw.choice(["", "", "   ", "\t", "—", "* * *", str(number)]), end
        if kind == 1:
            return f"{text}\t{draw.choice(self.pairs)[0]}", end
        if kind == 2:
            return f"{text} {draw.choice(EMOJI)}", end
        if kind == 3 and number % 10 == 0:
            return " ".join(draw.choice(self.pairs)[0] for _ in range(40)), end
        return draw.choice(["", "  ", "\t", "- ", "1. "]) + text + draw.choice(["", "", " "]), end

    def tags(self, n: int = 500) -> dict[str, Any]:
        """Count paragraphs whose tagged word, a name or number equal on both sides, is tagged in the translation."""
        chosen = [
            (src, word) for src, trg in self.pairs + self.held for word in equal_words((src, trg), self.common)[:1]
        ]
        chosen = self.draw.sample(chosen, min(n, len(chosen)))
        html = "\n".join(f"<p>{escaped(src).replace(word, f'<b>{word}</b>', 1)}</p>" for src, word in chosen)
        made = self._document(f"<html><body>{html}</body></html>", ".html")
        found = re.findall(r"<p>(.*?)</p>", made, re.DOTALL)
        tagged = [re.findall(r"<b>(.*?)</b>", text) for text in found]
        right = sum(
            len(each) == 1 and len(each[0].split()) == 1 and word in re.findall(r"\w+", each[0])
            for each, (_, word) in zip(tagged, chosen, strict=True)
        )  # tags stand around whole words: l'Osaka
        return {"paragraphs": len(chosen), "with one tag": sum(len(each) == 1 for each in tagged), "right": right}

    def _document(self, content: str, suffix: str) -> str:
        with tempfile.TemporaryDirectory() as place:
            source, target = Path(place, f"in{suffix}"), Path(place, f"out{suffix}")
            source.write_text(content, encoding="utf-8")
            translate_documents(source, target, model=self.translator, to=self.to, from_="en")
            return target.read_text(encoding="utf-8")

    def spans(self, n: int = 2_000) -> dict[str, Any]:
        """Count protected spans in generated lines that aren't in the translation, and the lines that no flag names."""
        return self._spans([with_span(self.draw.choice(self.pairs)[0], self.draw) for _ in range(n)])

    def commands(self) -> dict[str, Any]:
        """The same in the descriptions of commands that were not trained on."""
        with open(self.folder / f"tldr-test-en-{self.to}.tsv", encoding="utf-8", newline="\n") as lines:
            return self._spans([line.split("\t")[0] for line in list(lines)[1:]])

    def _spans(self, texts: list[str]) -> dict[str, Any]:
        total = lost = unsaid = carried = 0
        for translation in self.translator.translate_full(texts, to=self.to, from_="en"):
            source = translation.source
            spans = Counter(source[begin:end] for begin, end in protected_spans(source))
            gone = sum(max(times - translation.text.count(span), 0) for span, times in spans.items())
            total, lost = total + sum(spans.values()), lost + gone
            unsaid += bool(gone and not translation.flags)
            carried += sum("carried over" in flag for flag in translation.flags)
        return {"lines": len(texts), "spans": total, "lost": lost, "lost in silence": unsaid, "carried over": carried}

    def sound(self, n: int = 2_000) -> dict[str, Any]:
        """Count human translations, with the numbers and names of their sources, in which the guard sees a fault."""
        sound = [
            (src, trg)
            for src, trg in self.held
            if all(word in trg for word in re.findall(r"\d[\d.,:]*\d|\d", src)) and len(src) > 1
        ][:n]
        found = [(src, trg, faults_of(src, trg, languages=("en", self.to))) for src, trg in sound]
        return {"pairs": len(sound), "flagged": sum(bool(faults) for *_, faults in found)}

    def hostile(self, n: int = 1_000) -> dict[str, Any]:
        """Translate naughty strings, and lines of random characters: nothing fails, and no line is lost."""
        texts = [line.rstrip("\n") for line in open(self.data / "edge" / "blns.txt", encoding="utf-8", newline="\n")]  # noqa: SIM115
        texts = [text for text in texts if "\r" not in text]
        while len(texts) < n:
            kind = len(texts) % 4
            size = self.draw.choice([1, 5, 50, 400])
            if kind == 0:
                texts.append("".join(chr(self.draw.randrange(32, 0x2FFFF)) for _ in range(size)).replace("\x85", ""))
            elif kind == 1:
                texts.append(self.draw.choice(["a", "ha", "no ", "🚀", "⟦0⟧", "<b>", "%s "]) * size)
            elif kind == 2:
                texts.append("".join(self.draw.choice("aeiou stn.,!?'\"()[]{}⟦⟧0123456789") for _ in range(size)))
            else:
                texts.append(
                    self.draw.choice(self.pairs)[0].replace(" ", self.draw.choice(["\u200b", "\u00a0", "   "]))
                )
        texts = [text.encode("utf-8", "ignore").decode() for text in texts]
        found = self.translator.translate_full(texts, to=self.to, from_="en")
        flagged = sum(bool(each.flags) for each in found)
        return {"lines": len(texts), "translations": len(found), "flagged": flagged}

    def glossary(self, n: int = 300) -> dict[str, Any]:
        """Count terms whose required translation, a frequent one in the training, stands; and the BLEU it costs.

        The BLEU is of all texts, and of those whose human translation has the terms as the glossary demands.
        """
        terms = dict(self.draw.sample(sorted(self._lexicon().items()), n))
        wanted = re.compile(rf"\b({'|'.join(map(re.escape, terms))})\b", re.IGNORECASE)
        chosen = [(src, trg) for src, trg in self.pairs + self.held if wanted.search(src)]
        texts, references = [src for src, _ in chosen], [trg for _, trg in chosen]
        glossary = Glossary({term: [form] for term, form in terms.items()})
        plain = self.translator.translate(texts, to=self.to, from_="en")
        made = self.translator.translate(texts, to=self.to, from_="en", glossary=glossary)
        asked = kept = before = 0
        for text, own, with_terms in zip(texts, plain, made, strict=True):
            count = len({found.casefold() for found in wanted.findall(text)})
            asked += count
            kept += count - len(glossary.missing(text, with_terms))
            before += count - len(glossary.missing(text, own))
        follows = [not glossary.missing(text, own) for text, own in zip(texts, references, strict=True)]
        found: dict[str, Any] = {"terms": n, "asked": asked, "kept": kept, "kept without": before}
        for name, rows in (("all", range(len(texts))), ("reference has the terms", np.flatnonzero(follows))):
            wanted_texts = [[each[row] for row in rows] for each in (references, plain, made)]
            bleu = [BLEU().corpus_score(each, [wanted_texts[0]]).score for each in wanted_texts[1:]]
            found[name] = {"texts": len(rows), "BLEU without": bleu[0], "BLEU with": bleu[1]}
        return found

    def _lexicon(self) -> dict[str, str]:
        """Return the most associated word of frequent English words, by Dice's coefficient."""
        ours: Counter[str] = Counter()
        theirs: Counter[str] = Counter()
        both: Counter[Pair] = Counter()
        tag = f"⟦{self.to}⟧ "
        with open(self.folder / "train.tsv", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                if line.startswith(tag):
                    src, trg = ({*re.findall(r"[^\W\d_]{4,}", side.lower())} for side in line[len(tag) :].split("\t"))
                    ours.update(src)
                    theirs.update(trg)
                    both.update((word, other) for word in src for other in trg)
        found: dict[str, tuple[float, str]] = {}
        for (word, other), times in both.items():
            share = 2 * times / (ours[word] + theirs[other])
            if 30 <= ours[word] <= 1_000 and share > max(0.5, found.get(word, (0.0, ""))[0]):
                found[word] = share, other
        seen = {word for src, _ in self.pairs + self.held for word in re.findall(r"\w+", src)}
        return {word: other for word, (_, other) in found.items() if word in seen}


def shape(text: str) -> tuple[Any, ...]:
    """Return what must stay of a line: outer white space, tabs, whether it has letters, its emoji."""
    outer = re.match(r"\s*", text), re.search(r"\s*\Z", text)
    emoji = Counter(sign for sign in EMOJI for _ in range(text.count(sign)))
    return (*(each[0] for each in outer if each), text.count("\t"), any(map(str.isalpha, text)), tuple(emoji.items()))


def escaped(text: str) -> str:
    """Return a text as HTML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def with_span(text: str, draw: random.Random) -> str:
    """Put one or two spans that stay as they are into a sentence."""
    number = draw.randrange(10_000)
    spans = [
        f"https://example.org/{number}/a?b=c", f"user{number}@example.com", f"`rm -rf /tmp/{number}`", "%s", "%(name)s",
        f"{{count_{number}}}", f"<{number % 9}/>", "{{ value }}", f"www.site{number}.net", draw.choice(EMOJI),
    ]  # fmt: skip
    words = text.split()
    for span in draw.sample(spans, draw.choice([1, 1, 2])):
        words.insert(draw.randrange(len(words) + 1), span)
    return " ".join(words)


def main() -> None:
    """Run the checks."""
    checks = ["layout", "tags", "spans", "commands", "sound", "hostile", "glossary"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--language", choices=OTHERS, required=True)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("--only", choices=checks, action="append")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    everyday = list(tatoeba(given.data, given.language))
    pairs, held = (first(of_part(everyday, 60, part)) for part in (0, 1))
    run = Checks(Translator(given.model), given.language, pairs, held, given.pairs, given.data)
    found: dict[str, Any] = {}
    for name in given.only or checks:
        found[name] = getattr(run, name)()
        print(name, json.dumps(found[name]), flush=True)
    if given.output:
        described = {"machine": machine(["nlpkit"]), "language": given.language, **found}
        given.output.write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main()
