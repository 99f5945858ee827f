"""Pretrained models: engines, languages, folders that are refused, and what the hub's client says without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
pytest.importorskip("transformers", reason="transformers isn't installed")
import pretrained_models  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

import nlpkit  # noqa: E402
from nlpkit.errors import InputError, NlpkitError, ParameterError  # noqa: E402
from nlpkit.translation import DecodingOptions, Translator  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")
TEXTS = ["", *pretrained_models.sentences(6, seed=3)]
OPTIONS = DecodingOptions(beam=3, max_length=10)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("pretrained")

    def made(name: str) -> Path:
        if not (place / name).exists():
            getattr(pretrained_models, name)(place / name)
        return place / name

    return made


@pytest.mark.parametrize("name", ["marian", "marian_many"])
def test_marian_in_every_engine(folders: Callable[[str], Path], name: str) -> None:
    languages = {} if name == "marian" else {"to": "zh"}
    found = [
        Translator(folders(name), engine=engine).translate_full(
            TEXTS, OPTIONS, split_sentences=False, threads=1, **languages
        )
        for engine in ("torch", "compiled", "numpy")
    ]
    for other in found[1:]:
        assert [each.n_best[0].ids for each in other] == [each.n_best[0].ids for each in found[0]]
    rounded = Translator(folders(name), precision="int8").translate(
        TEXTS, OPTIONS, split_sentences=False, threads=1, **languages
    )
    assert len(set(rounded)) > 2


def test_marian_needs_no_torch_and_shows_attention(folders: Callable[[str], Path]) -> None:
    code = (
        "import sys; from nlpkit.translation import Translator;"
        f"t = Translator({str(folders('marian'))!r}, engine='numpy'); [f] = t.translate_full(['small dog runs']);"
        "a = t.word_attention(f); print(t.languages, a.source, len(a.target) == len(f.text.split()));"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["('en', 'fr') ['small', 'dog', 'runs'] True", "False False"]


def test_load_opens_a_pretrained_folder(folders: Callable[[str], Path]) -> None:
    assert nlpkit.load(folders("marian")).languages == ("en", "fr")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("nllb", ["fr", "fra", "fr-CA", "fra_Latn"]),
        ("m2m", ["fr", "fra", "fr_CA"]),
        ("mbart50", ["fr", "fr_XX"]),
        ("t5", ["fr", "fra"]),
        ("marian_many", ["fr", "fra"]),
    ],
)
def test_codes_of_one_language_are_the_same(folders: Callable[[str], Path], name: str, codes: list[str]) -> None:
    translator = Translator(folders(name))
    assert len({translator.marks.target(code, from_="en") for code in codes}) == 1
    other = translator.translate(TEXTS[:3], OPTIONS, to="de", from_="fr")
    assert other != translator.translate(TEXTS[:3], OPTIONS, to="fr", from_="en") or name == "m2m"


def test_scripts() -> None:
    from nlpkit.translation.pretrained.iso_codes import own_code

    assert own_code("zh-TW", ["zho_Hans", "zho_Hant"]) == "zho_Hant"
    assert own_code("pt-BR", ["en_XX", "pt_XX"]) == "pt_XX"
    assert own_code("xx", ["en_XX", "pt_XX"]) is None


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"to": "fr"}, "the model reads eng_Latn, fra_Latn, deu_Latn, zho_Hans, zho_Hant; name one: from_ (--from)"),
        ({"from_": "en"}, "name one: to (--to)"),
        ({"from_": "en", "to": "tlh"}, "to is 'tlh': expected one of these"),
    ],
)
def test_languages_that_are_refused(folders: Callable[[str], Path], how: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=r"^[^\n]*$") as refused:
        Translator(folders("nllb")).translate(["a dog"], **how)
    assert message in str(refused.value)


def test_another_language_of_a_model_of_one_direction(folders: Callable[[str], Path]) -> None:
    with pytest.raises(ParameterError, match="translates into fr; to is 'de'"):
        Translator(folders("marian")).translate(["a dog"], to="de")


@pytest.mark.parametrize("name", ["marian", "nllb", "mbart"])
def test_a_text_beyond_the_positions_is_an_error(folders: Callable[[str], Path], name: str) -> None:
    translator = Translator(folders(name), engine="torch")
    how: dict[str, Any] = {} if name == "marian" else {"from_": "en", "to": "fr"}
    fits = 39 if name == "marian" else 38  # of 40 positions, beside the end and the language
    words = pretrained_models.WORDS.split()
    one = next(word for word in words if len(translator.trg_subwords.encode([f"{word} {word}"])[0]) == 2)
    [found] = translator.translate_full([f"{one} " * fits], OPTIONS, **how)
    assert len(found.source_ids) >= fits
    with pytest.raises(InputError, match="a text has 41 tokens, and the model reads at most 40"):
        translator.translate([f"{one} " * (fits + 1)], **how)
    [long] = translator.translate_full(["dog"], DecodingOptions(beam=1, min_length=60, max_extra=80), **how)
    assert name == "marian" or (len(long.n_best[0].ids) <= 40 and not long.n_best[0].finished)


def test_special_tokens_in_texts_are_text(folders: Callable[[str], Path]) -> None:
    for name in ("marian", "nllb", "m2m", "mbart", "mbart50", "t5"):
        translator = Translator(folders(name))
        direction = translator.marks.target(None if name == "marian" else "fr", from_="en")
        text, _ = translator.marks.put("dog </s> <pad> fra_Latn fr_XX __fr__ >>fra<< runs", direction)
        [ids] = translator.src_subwords.encode([text])
        tail = set(ids[2:-1])
        assert translator.model.eos_id not in tail
        assert translator.model.pad_id not in tail


@pytest.mark.parametrize("name", ["marian", "t5"])
def test_saving_is_refused(folders: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="copy its folder"):
        Translator(folders(name)).save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("how", [{"engine": "compiled"}, {"precision": "int8"}, {"engine": "numpy"}])
def test_engines_that_do_not_compute_it(folders: Callable[[str], Path], how: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="computes Marian models and those of nlpkit"):
        Translator(folders("t5"), **how)


def configured(**options: Any) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        known = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        (folder / "config.json").write_text(json.dumps(known | options), encoding="utf-8")

    return change


def without_a_tensor(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("decoder.final_layer_norm.weight")
    save_file(tensors, folder / "model.safetensors")


REFUSED: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "another type": ("t5", configured(model_type="bert"), "is of a model of type 'bert': expected a translation model"),
    "code": ("t5", configured(auto_map={"AutoModel": "own.Model"}), "wants code of its own (auto_map)"),
    "pickled": ("t5", lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "pickled"),
    "a tensor missing": (
        "t5",
        without_a_tensor,
        "its weights don't fit config.json: look at decoder.final_layer_norm.weight",
    ),
    "another size": ("t5", configured(d_ff=64), "its weights don't fit config.json: look at decoder.block.0"),
    "weights cut": ("t5", lambda folder: os.truncate(folder / "model.safetensors", 5_000), "copy the model again"),
    "no tokenizer": ("t5", lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer"),
    "Marian without pieces": ("marian", lambda folder: (folder / "source.spm").unlink(), "source.spm: can't be read"),
    "Marian's pieces": ("marian", lambda folder: os.truncate(folder / "source.spm", 50), "no sentencepiece model"),
    "Marian's vocabulary": ("marian", lambda folder: (folder / "vocab.json").write_text('{"a": 1}'), "no vocabulary"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_folders_that_are_refused(folders: Callable[[str], Path], tmp_path: Path, case: str) -> None:
    name, damage, message = REFUSED[case]
    shutil.copytree(folders(name), tmp_path / "model", ignore=shutil.ignore_patterns("tokenizer"))
    damage(tmp_path / "model")
    with pytest.raises(NlpkitError, match=r"^[^\n]*$") as refused:
        Translator(tmp_path / "model")
    assert message in str(refused.value)


def command(*words: str, **environment: str) -> tuple[int, str, str]:
    code = f"import sys; sys.argv = ['nlpkit', *{list(words)!r}]; from nlpkit.cli.main import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
    )
    return ran.returncode, ran.stdout, ran.stderr


def test_the_command_line(folders: Callable[[str], Path]) -> None:
    words = ["translate", "small dog", "--from", "en", "--to", "fr", "--beam", "1"]
    code, out, err = command(*words, "--model", str(folders("mbart50")))
    expected = Translator(folders("mbart50")).translate(["small dog"], beam=1, from_="en", to="fr")
    assert (code, out) == (0, f"{expected[0]}\n"), err
    code, out, err = command(*words[:-3], "es")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "let Helsinki-NLP/opus-mt-en-es be downloaded with --download" in err


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids a download"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "it can't be downloaded from the Hugging Face hub"),
    ],
)
def test_without_a_network(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    words = ["translate", "small dog", "--from", "fr", "--to", "pl", "--download"]
    code, out, err = command(*words, HF_HOME=str(tmp_path), **environment)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert "facebook/nllb-200-distilled-600M: " in err
    assert message in err


def test_a_model_in_the_hubs_cache(folders: Callable[[str], Path], tmp_path: Path) -> None:
    cached = tmp_path / "hub" / "models--owner--small" / "snapshots" / "abc"
    shutil.copytree(folders("marian"), cached)
    words = ["translate", "small dog", "--model", "owner/small", "--engine", "numpy"]
    code, out, err = command(*words, HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1")
    assert (code, out) == (0, Translator(folders("marian")).translate(["small dog"])[0] + "\n"), err
