"""A model of two target languages, which also copies placeholders."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlpkit.jobs.train_translation import train_translation

WORDS = {"one": ("un", "eins"), "two": ("deux", "zwei"), "three": ("trois", "drei"), "four": ("quatre", "vier")}


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Let torch use one thread: several take longer over very small models."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two target languages, which also copies placeholders."""
    place = tmp_path_factory.mktemp("several")
    draw = random.Random(1)
    rows = []
    for _ in range(1_500):
        words = draw.choices([*WORDS, "⟦0⟧", "⟦1⟧"], k=draw.randint(1, 4))
        for number, code in enumerate(("fr", "de")):
            rows.append(
                (f"⟦{code}⟧ {' '.join(words)}", " ".join(WORDS.get(word, (word,) * 2)[number] for word in words))
            )
    (place / "pairs.tsv").write_text("".join(f"{src}\t{trg}\n" for src, trg in rows), encoding="utf-8")
    train_translation(
        place / "model",
        pairs=place / "pairs.tsv",
        reserved=[" ⟦fr⟧", " ⟦de⟧", "⟦0⟧", "⟦1⟧"],
        parameters={
            "d_model": 32, "heads": 4, "ffn_dim": 64, "encoder_layers": 1, "decoder_layers": 1, "dropout": 0.0,
            "max_steps": 300, "learning_rate": 5e-3, "warmup": 30, "validate_every": 300, "batch_tokens": 1024,
        },
        threads=1,
        device="cpu",
    )  # fmt: skip
    return place / "model"
