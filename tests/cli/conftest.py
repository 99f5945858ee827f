"""A command line run in this process, and one run by itself."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nlpkit.cli.main import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


class _Standard(io.TextIOWrapper):
    """A standard stream in memory, which may say that it is a terminal."""

    def __init__(self, data: bytes = b"", *, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(data), encoding=encoding, newline="\n", write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command line in ``tmp_path``: ``run("embed", "a cat", stdin=b"", terminal=False)``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str, stdin: bytes | None = None, terminal: bool = False, encoding: str = "utf-8") -> Outcome:
        out, err = _Standard(terminal=terminal, encoding=encoding), _Standard()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", _Standard(stdin or b"", terminal=stdin is None))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(list(arguments))
        return Outcome(code, out.text(), err.text())

    return run


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The words that start the command line as a process of its own."""
    return [sys.executable, "-c", "import sys; from nlpkit.cli.main import main; sys.exit(main())"]


@pytest.fixture(autouse=True, scope="session")
def _interrupts() -> Iterator[None]:
    """Let Ctrl-C reach the processes that tests start: a shell's background job ignores it, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def start(command: list[str], tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command line as a process in ``tmp_path``."""

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, *arguments],
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return start


@pytest.fixture
def model(tmp_path: Path) -> Any:
    """A translation model that has learnt nothing, in the folder ``model``."""
    import torch

    from nlpkit.text.subword import Subwords
    from nlpkit.translation import Seq2SeqTransformer, TransformerOptions, Translator

    torch.manual_seed(1)
    subwords = Subwords.train(["one two three four five", "six seven eight nine ten"] * 20, vocab_size=300)
    sizes = TransformerOptions(
        src_size=len(subwords), trg_size=len(subwords), d_model=16, heads=2, ffn_dim=32, encoder_layers=1
    )
    translator = Translator(Seq2SeqTransformer(sizes), src_subwords=subwords, device="cpu")
    translator.save(tmp_path / "model")
    return translator
