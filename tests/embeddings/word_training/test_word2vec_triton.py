"""The Triton kernel: in its interpreter against loops over NumPy's float64, and compiled for CUDA without a GPU."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch isn't installed")
if importlib.util.find_spec("triton") is None:  # not imported here: its interpreter must be asked for before
    pytest.skip("Triton isn't installed", allow_module_level=True)

WORDS = 9


def run(code: str, folder: Path, *, interpreter: bool) -> None:
    environment = {**os.environ, "TRITON_CACHE_DIR": str(folder / "cache"), "TRITON_INTERPRET": str(int(interpreter))}
    if not interpreter:
        del environment["TRITON_INTERPRET"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr


KERNEL = """
import numpy as np, torch
from nlpkit.embeddings.word_training._rows_torch import Windows
from nlpkit.embeddings.word_training._word2vec_triton import TritonKernel
with np.load("given.npz") as given:
    for case in range(int(given["cases"])):
        take = lambda name: torch.tensor(given[f"{case}-{name}"])
        window, skipgram, mean, programs = given[f"{case}-options"].tolist()
        vectors, outputs = take("vectors"), take("outputs")
        windows = Windows(*(take(name) for name in ("words", "texts", "reach", "alphas", "targets")))
        losses, examples = TritonKernel(window, bool(skipgram), bool(mean), programs)(vectors, outputs, windows)
        np.savez(f"{case}.npz", vectors=vectors, outputs=outputs, loss=losses.double().sum(), examples=examples.sum())
"""


def chunk(seed: int, *, texts: list[int], dim: int, window: int, negative: int, options: list[int]) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    m = sum(texts)
    words = rng.integers(0, WORDS, m)
    return {
        "vectors": rng.normal(0, 0.7, (WORDS, dim)).astype(np.float32),
        "outputs": rng.normal(0, 0.7, (WORDS, dim)).astype(np.float32),
        "words": words,
        "texts": np.repeat(np.arange(len(texts)), texts),
        "reach": rng.integers(1, window + 1, m),
        "alphas": np.linspace(0.1, 0.05, m).astype(np.float32),
        "targets": np.column_stack([words, rng.integers(0, WORDS, (m, negative))]),
        "options": np.array([window, *options]),
    }


def updated(given: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, float, int]:
    """The update in plain loops: window by window, in a window target by target; its words move at its end."""
    _, skipgram, mean, _ = given["options"].tolist()
    vectors, outputs = given["vectors"].astype(np.float64), given["outputs"].astype(np.float64)
    words, texts = given["words"].tolist(), given["texts"].tolist()
    loss, examples = 0.0, 0
    for i, word in enumerate(words):
        near = [
            words[j] for j in range(len(words)) if j != i and texts[j] == texts[i] and abs(i - j) <= given["reach"][i]
        ]
        if not near:
            continue
        alpha = float(given["alphas"][i])
        hidden = [vectors[w].copy() for w in near]
        if not skipgram:
            hidden = [np.sum(hidden, axis=0) / (len(near) if mean else 1)]
        gains = [np.zeros_like(x) for x in hidden]
        examples += len(hidden)
        for k, target in enumerate(given["targets"][i].tolist()):
            if k and target == word:
                continue
            o, step = outputs[target].copy(), np.zeros_like(outputs[target])
            for x, gain in zip(hidden, gains, strict=True):
                logit = x @ o
                loss += np.logaddexp(0, logit) - (k == 0) * logit
                error = alpha * ((k == 0) - 1 / (1 + np.exp(-logit)))
                gain += error * o
                step += error * x
            outputs[target] += step
        for n, w in enumerate(near):
            vectors[w] += gains[n] if skipgram else gains[0] / (1 if mean else len(near))
    return vectors, outputs, loss, examples


CASES = {
    "skip-gram, one text": {"texts": [14], "dim": 16, "window": 5, "negative": 5, "options": [1, 1, 1]},
    "skip-gram, texts, odd sizes": {
        "texts": [1, 9, 2, 11],
        "dim": 21,
        "window": 3,
        "negative": 4,
        "options": [1, 1, 1],
    },
    "skip-gram, programs": {"texts": [30, 25], "dim": 10, "window": 2, "negative": 2, "options": [1, 1, 3]},
    "CBOW, mean": {"texts": [1, 12, 5], "dim": 18, "window": 4, "negative": 5, "options": [0, 1, 1]},
    "CBOW, sum, programs": {"texts": [20, 20], "dim": 7, "window": 2, "negative": 3, "options": [0, 0, 2]},
}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("triton")
    arrays: dict[str, Any] = {"cases": len(CASES)}
    for number, case in enumerate(CASES.values()):
        arrays |= {f"{number}-{name}": value for name, value in chunk(number, **case).items()}
    np.savez(folder / "given.npz", **arrays)
    run(KERNEL, folder, interpreter=True)
    return folder


@pytest.mark.parametrize("number", range(len(CASES)), ids=CASES)
def test_the_kernel_s_update_is_the_loops(worked: Path, number: int) -> None:
    given = chunk(number, **list(CASES.values())[number])
    vectors, outputs, loss, examples = updated(given)
    with np.load(worked / f"{number}.npz") as got:
        assert not np.allclose(got["vectors"], given["vectors"], atol=1e-3)
        np.testing.assert_allclose(got["vectors"], vectors, rtol=0, atol=1e-5)
        np.testing.assert_allclose(got["outputs"], outputs, rtol=0, atol=1e-5)
        assert got["loss"] == pytest.approx(loss, rel=1e-5)
        assert got["examples"] == examples


def test_the_trainer_takes_the_kernel(tmp_path: Path) -> None:
    run(
        """
import numpy as np
from types import SimpleNamespace
from nlpkit.embeddings.word_training._word2vec_torch import TorchTrainer
from nlpkit.embeddings.word_training.ngrams import Ngrams
from nlpkit.embeddings.word_training.options import WordTrainingOptions
rng = np.random.default_rng(1)
vectors, outputs = rng.normal(0, 0.7, (2, 9, 12)).astype(np.float32)
ids = rng.integers(-1, 9, 60).astype(np.int32)
corpus = SimpleNamespace(ids=ids, counts=np.arange(90, 0, -10))
options = WordTrainingOptions(skipgram=True, negative=3, vector_size=12, window=3, shrink_windows=True, sample=0.05,
    ns_exponent=0.75, cbow_mean=True, alpha=0.3, min_alpha=0.2, epochs=1, seed=1)
ngrams = Ngrams(np.empty(0, np.int32), np.zeros(10, np.int64), np.empty(0, np.int32))
made = TorchTrainer(corpus, vectors, outputs, ngrams, options, device="cpu", kernel="triton")
drawn = vars(made.draw(ids, alpha_start=0.3, alpha_end=0.2, seed=7))
loss, examples = made.train(0, 0, 60, 0.3, 0.2, 7)
np.savez("got.npz", vectors=vectors, outputs=outputs, options=[3, 1, 1, 1], **drawn)
arrays = made.arrays()
np.savez("after.npz", vectors=arrays["inputs"], outputs=arrays["outputs"], loss=loss, examples=examples)
""",
        tmp_path,
        interpreter=True,
    )
    with np.load(tmp_path / "got.npz") as given, np.load(tmp_path / "after.npz") as after:
        vectors, outputs, loss, examples = updated(dict(given))
        np.testing.assert_allclose(after["vectors"], vectors, rtol=0, atol=1e-5)
        np.testing.assert_allclose(after["outputs"], outputs, rtol=0, atol=1e-5)
        assert after["loss"] == pytest.approx(loss, rel=1e-5)
        assert after["examples"] == examples > 0


@pytest.mark.slow
def test_the_kernel_compiles_for_cuda(tmp_path: Path) -> None:
    run(
        """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from nlpkit.embeddings.word_training._word2vec_triton import train_windows
kinds = dict.fromkeys(train_windows.arg_names, "constexpr") | dict.fromkeys(["count", "per_program", "dim"], "i32")
kinds |= dict.fromkeys(["vectors", "outputs", "alphas", "losses"], "*fp32") | {"examples": "*i32"}
kinds |= dict.fromkeys(["words", "texts", "reach", "targets"], "*i64")
for skipgram in (True, False):
    options = {"WINDOW": 5, "TARGETS": 6, "SKIPGRAM": skipgram, "MEAN": True, "NEAR": 16, "WIDTH": 128}
    source = ASTSource(train_windows, kinds, constexprs=options)
    assert triton.compile(source, target=GPUTarget("cuda", 80, 32)).asm["cubin"]
""",
        tmp_path,
        interpreter=False,
    )


def test_where_the_kernel_does_not_run_it_says_why() -> None:
    import torch

    from nlpkit.embeddings.word_training._word2vec_triton import TritonKernel

    if os.environ.get("TRITON_INTERPRET") == "1":
        pytest.skip("Triton's interpreter runs on any device")
    fault = TritonKernel(2, True, True, 4).fault(8, 3, torch.device("cpu"))
    assert fault
    assert "\n" not in fault
    assert len(fault) < 300


def test_few_words_are_trained_by_few_programs() -> None:
    from nlpkit.embeddings.word_training._word2vec_triton import MOST_PAIRS, MOST_PROGRAMS, most_programs

    alone = most_programs(np.array([5]), 0, 5, 0.75, 5)
    assert alone == MOST_PAIRS // (6 * 6)
    assert most_programs(np.full(100_000, 5), 1e-3, 5, 0.75, 5) == MOST_PROGRAMS
    assert alone < most_programs(np.arange(100, 0, -1), 1e-3, 5, 0.75, 5) < MOST_PROGRAMS
