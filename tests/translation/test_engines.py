"""Engines translate alike, and two of them need no torch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.artifact import read
from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.jobs import quantize_model
from nlpkit.translation import Translation, Translator

SAVED = Path(__file__).parents[1] / "saved"
MODELS = ("translation-transformer", "translation-gru")
TEXTS = ["two dogs run", "", "one two three four five six", "three", "two dogs run"]


@pytest.fixture(scope="module", params=MODELS)
def folder(request: pytest.FixtureRequest) -> Path:
    return SAVED / str(request.param)


@pytest.fixture(scope="module")
def by_torch(folder: Path) -> Translator:
    return Translator(folder, engine="torch", device="cpu")


def ids(translations: list[Translation]) -> list[list[list[int]]]:
    return [[one.ids for one in each.n_best] for each in translations]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize(
    "given",
    [
        {"beam": 1},
        {"beam": 4, "n_best": 3},
        {"beam": 3, "no_repeat_ngram": 2, "alpha": 0.5},
        {"sample": True, "n_best": 2, "seed": 5},
        {"batch_invariant": True},
    ],
)
def test_engines_translate_alike(folder: Path, by_torch: Translator, engine: str, given: dict[str, Any]) -> None:
    options = DecodingOptions(**given)
    other = Translator(folder, engine=engine)
    found, expected = (each.translate_full(TEXTS, options, threads=2) for each in (other, by_torch))
    assert [[one.ids for one in each.n_best] for each in found] == [
        [one.ids for one in each.n_best] for each in expected
    ]
    scores = [[one.score for each in all_ for one in each.n_best] for all_ in (found, expected)]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-4)
    assert other.engine == engine


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_prefixes_and_phrases(folder: Path, by_torch: Translator, engine: str) -> None:
    other = Translator(folder, engine=engine)
    for given in (
        {"prefixes": ["eins", "", "zwei", "", "drei"]},
        {"phrases": [["drei"], [], ["eins", "zwei"], [], []]},
    ):
        found, expected = (each.translate_full(TEXTS, **given) for each in (other, by_torch))
        assert [each.text for each in found] == [each.text for each in expected]


@pytest.mark.parametrize("model", MODELS)
def test_translating_a_little_imports_neither_torch_nor_numba(model: str) -> None:
    code = f"""
import sys
sys.modules["torch"] = None
from nlpkit.translation import Translator
translator = Translator({str(SAVED / model)!r}, device="cpu")
print(translator.translate(["two dogs run"])[0], translator.engine, "numba" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    text, engine, numba = done.stdout.rsplit(maxsplit=2)
    assert text
    assert (engine, numba) == ("numpy", "False")


def test_without_torch_its_engine_names_what_to_install() -> None:
    code = f"""
import importlib.util
importlib.util.find_spec = lambda name, *rest: None
from nlpkit.errors import MissingDependencyError
from nlpkit.translation import Translator
try:
    Translator({str(SAVED / MODELS[0])!r}, engine="torch", device="cpu")
except MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("engine 'torch' needs PyTorch, which isn't installed: pip install")


def test_auto_computes_much_work_in_compiled_code() -> None:
    translator = Translator(SAVED / MODELS[0], device="cpu")
    translator.translate(["two dogs run"])
    assert translator.engine == "numpy"
    translator.translate(["two dogs run"], DecodingOptions(batch_invariant=True))
    assert translator.engine == "compiled"
    translator.translate(["two dogs run"])
    assert translator.engine == "compiled"  # it is there already


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "numba"}, "engine is 'numba': expected one of auto, torch, compiled, numpy"),
        ({"engine": "numpy", "device": "cuda"}, "computes on the CPU, and device is 'cuda'"),
        ({"engine": "compiled", "precision": "bfloat16"}, "has no precision 'bfloat16'"),
        ({"engine": "torch", "precision": "int8"}, "'int8' of this model is computed by engine 'compiled'"),
        ({"device": "cuda", "precision": "int8"}, "precision 'int8' computes on the CPU, and device is 'cuda'"),
    ],
)
def test_engines_that_do_not_fit(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Translator(SAVED / MODELS[0], **given)


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_threads_that_translate_at_once_give_the_same_bits(folder: Path, precision: str) -> None:
    translator = Translator(folder, engine="compiled", precision=precision)
    texts = [" ".join(draw) for draw in np.random.default_rng(1).choice(["one", "two", "three", "dogs"], (40, 6))]
    expected = translator.translate_full(texts, threads=1)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: translator.translate_full(texts, threads=1), range(4)):
            assert found == expected
    alone = DecodingOptions(batch_invariant=True)
    assert translator.translate_full(texts[:9], alone, threads=2) == translator.translate_full(texts, alone)[:9]


def test_8_bits_quarter_the_folder_and_change_little(folder: Path, by_torch: Translator, tmp_path: Path) -> None:
    report = quantize_model(folder, tmp_path / "small")
    assert report.after < 0.35 * report.before  # scales and biases are much of such small models
    stored, rounded = Translator(tmp_path / "small"), Translator(folder, precision="int8")
    found, same = (each.translate_full(TEXTS) for each in (stored, rounded))
    assert found == same
    is_recurrent = "gru" in folder.name
    assert stored.engine == rounded.engine == ("compiled" if is_recurrent else "numpy")
    compiled = Translator(folder, precision="int8", engine="compiled").translate_full(TEXTS)
    assert ids(compiled) == ids(found)
    np.testing.assert_allclose([each.score for each in found], [each.score for each in compiled], rtol=1e-3)
    if is_recurrent:
        with pytest.raises(ParameterError, match="'int8' of this model is computed by engine 'compiled'"):
            Translator(folder, precision="int8", engine="numpy")
    exact = by_torch.translate_full(TEXTS)
    np.testing.assert_allclose([each.score for each in found], [each.score for each in exact], atol=0.1)
    assert Translator(tmp_path / "small", precision="float32", engine="numpy").translate(TEXTS)
    assert stored.model.options == by_torch.options
    for refused in (stored, rounded):
        with pytest.raises(ParameterError, match="rounded to 8 bits"):
            refused.save(tmp_path / "again")
    with pytest.raises(ArtifactError, match="have 8 bits already"):
        quantize_model(tmp_path / "small", tmp_path / "smaller")
    shutil.copytree(folder, tmp_path / "outer")
    shutil.copytree(folder, tmp_path / "outer" / "inner")
    for output in (tmp_path / "outer" / "inner", tmp_path / "outer"):
        with pytest.raises(ParameterError, match="which is replaced: name another folder"):
            quantize_model(tmp_path / "outer" / "inner", output, force=True)


def test_a_damaged_folder_of_8_bits_is_refused(folder: Path, tmp_path: Path) -> None:
    quantize_model(folder, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text().replace('"precision": "int8"', '"precision": "int4"'))
    with pytest.raises(ArtifactError, match="has precision 'int4': expected float32 or int8"):
        Translator(tmp_path / "model")
    config.write_text(config.read_text().replace('"precision": "int4"', '"precision": "float32"'))
    with pytest.raises(ArtifactError, match="doesn't fit"):
        Translator(tmp_path / "model")


def test_a_model_in_memory_is_computed_by_an_engine_that_is_named(by_torch: Translator) -> None:
    subwords = {"src_subwords": by_torch.src_subwords, "trg_subwords": by_torch.trg_subwords}
    for given in ({"engine": "numpy"}, {"engine": "compiled"}):
        other = Translator(by_torch.model, **given, **subwords)
        assert ids(other.translate_full(TEXTS)) == ids(by_torch.translate_full(TEXTS))
    assert Translator(by_torch.model, device="cpu", **subwords).engine == "torch"


def test_a_folder_is_saved_again_without_torch(tmp_path: Path) -> None:
    Translator(SAVED / MODELS[1], engine="numpy").save(tmp_path / "again")
    before, after = read(SAVED / MODELS[1]), read(tmp_path / "again")
    assert before.options == after.options
    assert after.files == {name: file for name, file in before.files.items() if name != "learning-curve.png"}
