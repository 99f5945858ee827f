"""The translation models that ship: answers, layout and guards, without PyTorch or numba."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlpkit.artifact.reading import model_folder
from nlpkit.jobs import translate_files
from nlpkit.registry import TRANSLATION_PAIRS
from nlpkit.text.protected_spans import protected_spans
from nlpkit.translation import Translator

SENTENCES = [
    "I love pizza.",
    "Where did you put the keys?",
    "My sister is three years older than me.",
    "We are waiting for the bus.",
    "Tom lives in Boston.",
]
SPANS = ["https://example.org/a?b=c", "me@example.com", "`rm -rf /tmp/x`", "%s", "{name}", "<0/>", "🚀"]
ANSWERS = {"fr": ("J'adore la pizza.", "J'aime la pizza."), "de": ("Ich liebe Pizza.",)}


@pytest.fixture(scope="module", params=list(TRANSLATION_PAIRS))
def model(request: pytest.FixtureRequest) -> tuple[Translator, str]:
    """A model that ships, computed by NumPy, and its language beside English."""
    return Translator(request.param, engine="numpy"), TRANSLATION_PAIRS[request.param][1]


def test_it_is_small_and_translates_both_ways(model: tuple[Translator, str]) -> None:
    translator, other = model
    folder = model_folder(f"everyday-{other}")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 12e6
    assert translator.marks.targets == tuple(sorted(("en", other)))
    assert len(translator.marks.placeholders) == 16
    assert translator.translate(["I love pizza."], to=other)[0] in ANSWERS[other]
    assert translator.translate([ANSWERS[other][0]], to="en")[0] in ("I love pizza.", "I like pizza.")


def test_the_first_answer_needs_little(tmp_path: Path) -> None:
    code = (
        "import sys; from nlpkit.cli.main import main; code = main(['translate', 'I love pizza.', '--to', 'fr', '-q']);"
        "heavy = {'torch', 'numba', 'transformers', 'sklearn', 'scipy', 'pyarrow', 'py3langid'} & set(sys.modules);"
        "sys.exit(code or ' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in ANSWERS["fr"]


def test_nothing_of_a_pipe_is_lost_where_its_language_is_found() -> None:
    parts = [f"{{n{number}}}" for number in range(300)]
    code = "import sys; from nlpkit.cli.main import main; sys.exit(main(['translate', '--beam', '1', '--to', 'en']))"
    french = "".join(f"J'ai perdu {part} ce matin.\n" for part in parts)
    done = subprocess.run([sys.executable, "-c", code], input=french, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(part in line for part, line in zip(parts, done.stdout.splitlines(), strict=True))


def test_protected_spans_stay(model: tuple[Translator, str]) -> None:
    translator, other = model
    draw = random.Random(2)
    texts = []
    for sentence in SENTENCES:
        for span in SPANS:
            words = sentence.split()
            words.insert(draw.randrange(len(words)), span)
            texts.append(" ".join(words))
    for found in translator.translate_full(texts, to=other):
        for begin, end in protected_spans(found.source):
            assert found.source[begin:end] in found.text


def test_lines_keep_their_shape(model: tuple[Translator, str], tmp_path: Path) -> None:
    translator, other = model
    draw = random.Random(3)
    lines = []
    for number in range(120):
        text = draw.choice([*SENTENCES, "", "", "—", str(number), "\t".join(SENTENCES[:2])])
        lines.append(draw.choice(["", "  ", "\t", "- "]) + text + draw.choice(["", " "]) + draw.choice(["\n", "\r\n"]))
    (tmp_path / "in.txt").write_bytes("".join(lines).encode())
    translate_files(tmp_path / "in.txt", tmp_path / "out.txt", model=translator, to=other)
    made = (tmp_path / "out.txt").read_bytes().decode()
    found = re.findall(r".*?(?:\r\n|\n)", made, re.DOTALL)
    assert "".join(found) == made
    assert len(found) == len(lines)
    for line, theirs in zip(lines, found, strict=True):
        assert re.match(r"[\s-]*", theirs)[0] == re.match(r"[\s-]*", line)[0]  # type: ignore[index]
        assert re.search(r"\s*\Z", theirs)[0] == re.search(r"\s*\Z", line)[0]  # type: ignore[index]
        assert theirs.count("\t") == line.count("\t")
        if not any(map(str.isalpha, line)):
            assert theirs == line


def test_tags_stand_at_names(run: Any, model: tuple[Translator, str], tmp_path: Path) -> None:
    texts = ["I know that <b>Tom</b> is here.", "Everyone is afraid of <i>Tom</i>.", "We left <b>Boston</b> in 2013."]
    (tmp_path / "a.html").write_text("".join(f"<p>{text}</p>" for text in texts))
    code, out, err = run("translate", "-i", "a.html", "--from", "en", "--to", model[1])
    assert code == 0, err
    assert re.findall(r"<[bi]>.*?</[bi]>", out) == ["<b>Tom</b>", "<i>Tom</i>", "<b>Boston</b>"]


def test_hostile_lines_come_back(model: tuple[Translator, str]) -> None:
    translator, other = model
    texts = [
        "⟦fr⟧",
        "⟦0⟧ ⟦1⟧",
        "a" * 300,
        "ha " * 80,
        "\ufffd\u202e\u0000x",
        "🚀" * 60,
        "<b><i></b>",
        "%s" * 40,
        "??",
        "́",
    ]
    found = translator.translate_full(texts, to=other)
    assert [each.source for each in found] == texts
    assert all(each.text for each in found)


def test_records_have_confidence_and_languages(run: Any, model: tuple[Translator, str]) -> None:
    other = model[1]
    code, out, err = run(
        *(
            "translate",
            *SENTENCES[:2],
            "Qwx zzkp vvrt. I love pizza.",
            "--to",
            other,
            "--from",
            "en",
            "--format",
            "jsonl",
        )
    )
    assert code == 0
    assert f"from en to {other}, by everyday-{other}, which ships with nlpkit" in err
    records = [json.loads(line) for line in out.splitlines()]
    assert {(each["from"], each["to"]) for each in records} == {("en", other)}
    assert all(0 <= each["confidence"] <= 1 for each in records)
    assert len(records[2]["sentences"]) == 2
    assert records[0]["confidence"] > 0.5


def test_the_language_is_found(run: Any, model: tuple[Translator, str], tmp_path: Path) -> None:
    other = model[1]
    text = {"fr": "Ma sœur habite à Paris depuis trois ans.", "de": "Meine Schwester wohnt seit drei Jahren in Paris."}
    (tmp_path / "a.html").write_text(f"<p>{text[other]}</p>", encoding="utf-8")
    (tmp_path / "a.txt").write_text(text[other], encoding="utf-8")
    for name in ("a.html", "a.txt"):
        code, out, err = run("translate", "-i", name, "--to", "en", "--model", f"everyday-{other}")
        assert code == 0, err
        assert "Paris" in out
        assert "three years" in out
