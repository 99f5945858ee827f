"""``nlpkit export``: a folder for CTranslate2, or one line of error and nothing written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ctranslate2", reason="CTranslate2 isn't installed")

SAVED = Path(__file__).parents[1] / "saved"


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    return shutil.copytree(SAVED / "translation-transformer", tmp_path / "model")


def test_a_model_is_exported(run: Any, trained: Path, tmp_path: Path) -> None:
    code, out, said = run("export", "model", "--to", "ctranslate2", "-o", "made")
    assert (code, out, said.count("\n")) == (0, "", 1)
    assert " bytes in made; 32 sentences have the same translations, and scores within " in said
    assert run("export", "model", "-o", "made")[0] == 2
    code, _, said = run("export", "model", "-o", "made", "--quantization", "int8", "--force")
    assert code == 0
    assert said.rstrip().endswith("of the log-probability of a token")
    assert run("export", "model", "-o", "quiet", "--quiet")[1:] == ("", "")
    assert {"model.bin", "README.md"} <= {path.name for path in (tmp_path / "made").iterdir()}


def test_errors_are_one_line(run: Any, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(SAVED / "translation-gru", tmp_path / "gru")
    for words, message in [
        (["gru"], "CTranslate2 computes Transformers only"),
        (["model", "--quantization", "int4"], "expected float32 or int8"),
        (["model", "--to", "onnx"], "to is 'onnx': expected 'ctranslate2'"),
        (["nothing"], "there is no such folder"),
    ]:
        code, out, said = run("export", *words, "-o", "made")
        assert (code, out, said.count("\n")) == (2, "", 1)
        assert message in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gru", "model"]
