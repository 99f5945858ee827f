"""The probability that a translation is good."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.jobs import fit_confidence
from nlpkit.translation import Translator
from nlpkit.translation.confidence import Confidence
from nlpkit.translation.translations import Candidate

TRUE = Confidence(intercept=1.5, log_prob=3.0, log_length=0.2)


def candidate(log_prob: float, n: int, *, alpha: float = 1.0, finished: bool = True) -> Candidate:
    score = log_prob * (n + finished) / (n + finished) ** alpha
    return Candidate(text="x", tokens=["x"] * n, ids=[7] * n, score=score, finished=finished)


def test_the_coefficients_are_found_again() -> None:
    draw = random.Random(1)
    made = [candidate(-abs(draw.gauss(0, 1)), draw.randint(1, 40), alpha=0.6) for _ in range(20_000)]
    good = [draw.random() < (TRUE(each, alpha=0.6) or 0) for each in made]
    found = Confidence.fitted(made, good, alpha=0.6)
    assert found.intercept == pytest.approx(TRUE.intercept, abs=0.15)
    assert found.log_prob == pytest.approx(TRUE.log_prob, abs=0.15)
    assert found.log_length == pytest.approx(TRUE.log_length, abs=0.06)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        chosen = [k for k, each in enumerate(made) if low <= (found(each, alpha=0.6) or 0) < low + 0.2]
        share = sum(good[k] for k in chosen) / len(chosen)
        assert share == pytest.approx(sum(found(made[k], alpha=0.6) or 0 for k in chosen) / len(chosen), abs=0.03)


def test_the_exponent_of_the_score_does_not_matter() -> None:
    values = {round(TRUE(candidate(-0.5, 9, alpha=alpha), alpha=alpha) or 0, 12) for alpha in (0.0, 0.6, 1.0, 2.0)}
    assert len(values) == 1
    assert TRUE(candidate(-1e9, 3), alpha=1.0) == pytest.approx(0, abs=1e-20)


def test_no_score_has_no_confidence() -> None:
    assert TRUE(replace(candidate(-1, 3), score=math.nan), alpha=1.0) is None
    assert TRUE(Candidate(text="", tokens=[], ids=[], score=0.0, finished=False), alpha=1.0) is None


@pytest.mark.parametrize("wrong", [{"log_prob": math.inf}, {"log_prob": "1"}, {"log_prob": True}])
def test_what_is_no_number(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="log_prob is"):
        Confidence(**{"intercept": 0.0, "log_prob": 1.0, "log_length": 0.0, **wrong})
    with pytest.raises(ParameterError, match="all translations are good, or none"):
        Confidence.fitted([candidate(-1, 3)] * 4, [True] * 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from nlpkit.text.subword import Subwords
    from nlpkit.translation import Seq2SeqTransformer, TransformerOptions

    torch.manual_seed(1)
    subwords = Subwords.train(["one two three four five", "six seven eight nine ten"] * 20, vocab_size=300)
    sizes = TransformerOptions(
        src_size=len(subwords), trg_size=len(subwords), d_model=16, heads=2, ffn_dim=32, encoder_layers=1
    )
    place = tmp_path_factory.mktemp("confident")
    Translator(Seq2SeqTransformer(sizes), src_subwords=subwords, device="cpu").save(place / "model")
    return place


def test_a_model_that_learns_it(folder: Path) -> None:
    plain = Translator(folder / "model")
    texts = ["one", "two three", "four five six seven", "ten"] * 3
    made = plain.translate(texts)
    assert plain.translate_full(["one"])[0].confidence is None
    references = [text if k % 2 else "zzzz" for k, text in enumerate(made)]
    (folder / "dev.tsv").write_text(
        "src\ttrg\n" + "".join(f"{a}\t{b}\n" for a, b in zip(texts, references, strict=True))
    )
    report = fit_confidence(folder / "model", folder / "sure", pairs=folder / "dev.tsv")
    assert (report.texts, report.good) == (12, 6)
    sure = Translator(folder / "sure")
    assert sure.confidence == report.confidence
    one, both = sure.translate_full(["one"])[0], sure.translate_full(["One. Two three."], split_sentences=True)[0]
    assert one.confidence == report.confidence(one.n_best[0], alpha=1.0)
    known = [part.confidence or 0 for part in both.sentences]
    assert min(known) <= (both.confidence or 0) <= max(known)
    sure.save(folder / "again")
    assert Translator(folder / "again").confidence == report.confidence
    assert sure.translate(texts) == made


def test_damage_is_refused(folder: Path) -> None:
    plain = Translator(folder / "model")
    plain.confidence = TRUE
    plain.save(folder / "damaged", force=True)
    config = folder / "damaged" / "config.json"
    stored = json.loads(config.read_text())
    for wrong in ({"intercept": 1}, {**stored["options"]["confidence"], "log_prob": None}):
        stored["options"]["confidence"] = wrong
        config.write_text(json.dumps(stored))
        with pytest.raises(ArtifactError, match=r"config\.json"):
            Translator(folder / "damaged")
