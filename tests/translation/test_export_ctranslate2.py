"""Models exported to CTranslate2 translate as nlpkit does, and those that would not are refused."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
ctranslate2 = pytest.importorskip("ctranslate2", reason="CTranslate2 isn't installed")

from nlpkit.artifact import read  # noqa: E402
from nlpkit.decoding.options import DecodingOptions  # noqa: E402
from nlpkit.errors import ArtifactError, MissingDependencyError, OutputError, ParameterError  # noqa: E402
from nlpkit.jobs import export_model, quantize_model  # noqa: E402
from nlpkit.text.subword import Subwords  # noqa: E402
from nlpkit.translation import Seq2SeqTransformer, TransformerOptions, Translator  # noqa: E402
from nlpkit.translation.array_decoding import decode_arrays  # noqa: E402
from nlpkit.translation.decoding_batches import in_order  # noqa: E402
from nlpkit.translation.engines import array_model  # noqa: E402
from nlpkit.translation.export import check, spec  # noqa: E402
from nlpkit.translation.pretrained import pretrained_weights  # noqa: E402

SAVED = Path(__file__).parents[1] / "saved"
TRANSFORMER, GRU = SAVED / "translation-transformer", SAVED / "translation-gru"
TEXTS = ["two dogs run", "one two three four five six", "three", "two", "six five four"]
SUBWORDS = [
    Subwords.train(["one two three four five", "six dogs run and sleep"] * 20, vocab_size=300),
    Subwords.train(["eins zwei drei vier fünf", "sechs Hunde laufen und schlafen hier"] * 20, vocab_size=310),
]


def saved(folder: Path, subwords: list[Subwords] = SUBWORDS, **options: Any) -> Translator:
    """A random model with peaked outputs, none of whose weights is 0 or 1."""
    src, trg = subwords if options.get("tie", "all") != "all" else subwords[:1] * 2
    shape = {"d_model": 16, "heads": 4, "ffn_dim": 24, "encoder_layers": 2, "decoder_layers": 1}
    torch.manual_seed(4)
    model = Seq2SeqTransformer(TransformerOptions(src_size=len(src), trg_size=len(trg), **shape, **options)).eval()
    for name, weight in model.named_parameters():
        is_scale = "norm" in name and name.endswith("weight")
        is_outward = "outward" in name or "outer" in name  # outweighs the input of its layer
        torch.nn.init.normal_(weight, float(is_scale), 0.3 if "norm" in name else 1.0 if is_outward else 0.5)
    translator = Translator(model, src_subwords=src, trg_subwords=trg, device="cpu")
    translator.save(folder)
    return translator


def by_readme(folder: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch, beam: int = 4) -> Any:
    """Run the code of a folder's README.md with other texts; return what it prints."""
    [code] = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert '["two dogs run"]' in code
    with monkeypatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        patch.chdir(folder)
        exec(code.replace('["two dogs run"]', repr(texts)).replace("beam_size=4", f"beam_size={beam}"), {})
    return eval(printed.getvalue())


def tokens(folder: Path, pieces: list[list[str]], **options: Any) -> list[list[str]]:
    found = ctranslate2.Translator(str(folder)).translate_batch(pieces, min_decoding_length=0, **options)
    return [result.hypotheses[0] for result in found]


@pytest.mark.parametrize(
    "options",
    [
        {"norm": "pre", "tie": "all"},
        {"norm": "post", "tie": "target", "activation": "gelu", "logits_bias": True},
        {"norm": "post", "tie": "all", "activation": "silu", "scale_embedding": False},
        {"norm": "pre", "tie": "none", "activation": "tanh", "logits_bias": True},
    ],
)
def test_transformers_of_all_kinds(tmp_path: Path, options: dict[str, Any]) -> None:
    ours = saved(tmp_path / "model", **options)
    report = export_model(tmp_path / "model", tmp_path / "made")
    assert report.apart < 1e-4
    pieces = [ours.src_subwords.pieces(line) for line in ours.src_subwords.encode(TEXTS)]
    for beam in (1, 3):
        searched = DecodingOptions(beam=beam, max_ratio=0.0, max_extra=12, stop="heuristic")
        expected = [ours.trg_subwords.pieces(each.n_best[0].ids) for each in ours.translate_full(TEXTS, searched)]
        found = tokens(tmp_path / "made", pieces, beam_size=beam, patience=8, max_decoding_length=12)
        assert len({tuple(line) for line in found}) > 1
        assert found == expected if beam == 1 else sum(map(list.__eq__, found, expected)) >= 4
    is_shared = options["tie"] == "all"
    names = {"shared_vocabulary.json", "spm.model"} if is_shared else {
        "source_vocabulary.json", "target_vocabulary.json", "src.spm.model", "trg.spm.model",
    }  # fmt: skip
    assert {path.name for path in (tmp_path / "made").iterdir()} == names | {
        "model.bin", "config.json", "README.md", "manifest.json",
    }  # fmt: skip


@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_the_code_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quantization: str) -> None:
    report = export_model(TRANSFORMER, tmp_path / "made", quantization=quantization)
    assert (report.loss is not None) == (quantization == "int8")
    texts = ["two dogs run", "  two\u00adthree  \u00a0one ", "nine", "zwei fu\u0308nf"]
    found = by_readme(tmp_path / "made", texts, monkeypatch)
    if quantization == "float32":
        assert found == Translator(TRANSFORMER, device="cpu").translate(texts, split_sentences=False)
    assert len(found) == 4


def test_a_model_of_several_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = ["⟦fr⟧ one two ⟦0⟧", "⟦de⟧ three four ⟦1⟧"] * 20
    subwords = Subwords.train(pairs, vocab_size=300, reserved=[" ⟦fr⟧", " ⟦de⟧", "⟦0⟧", "⟦1⟧"])
    ours = saved(tmp_path / "model", [subwords])
    export_model(tmp_path / "model", tmp_path / "made")
    text = (tmp_path / "made" / "README.md").read_text(encoding="utf-8")
    assert "translates into de, fr: a text begins with a tag, whose sub-word is `▁⟦de⟧`" in text
    assert "- ⟦0⟧ … ⟦1⟧ are copied: nlpkit puts them" in text
    texts = ["one two three", "four", "two one"]
    expected = [ours.translate(texts, beam=1, to=code) for code in ("de", "fr")]
    assert expected[0] != expected[1]
    assert by_readme(tmp_path / "made", texts, monkeypatch, beam=1) == expected[0]


def test_attention_is_the_mean_of_the_last_heads(tmp_path: Path) -> None:
    ours = saved(tmp_path / "model", norm="post")
    export_model(tmp_path / "model", tmp_path / "made")
    [source] = ours.src_subwords.encode(TEXTS[:1])
    pieces = [ours.src_subwords.pieces(source)]
    translator = ctranslate2.Translator(str(tmp_path / "made"))
    for beam in (1, 3):
        [result] = translator.translate_batch(pieces, beam_size=beam, max_decoding_length=9, return_attention=True)
        target = [ours.trg_subwords.vocabulary.index(piece) for piece in result.hypotheses[0]]
        expected = ours._computer.attention_maps(source, target)[-1].mean(0)
        attention = np.array(result.attention[0])
        np.testing.assert_allclose(attention, expected[: len(attention), : attention.shape[1]], atol=1e-5)


def test_long_sources_are_not_cut_by_the_settings_of_the_readme(tmp_path: Path) -> None:
    ours = saved(tmp_path / "model")
    export_model(tmp_path / "model", tmp_path / "made")
    texts = [" ".join(["one two three"] * 500 + [end]) for end in ("four", "six dogs")]
    ids = ours.src_subwords.encode(texts)
    assert all(1024 < len(line) < spec.POSITIONS for line in ids)
    limits = DecodingOptions(beam=1, max_ratio=0.0, max_extra=12)
    expected = ours.translate_full(texts, limits, split_sentences=False)
    pieces = [ours.src_subwords.pieces(line) for line in ids]
    found = tokens(tmp_path / "made", pieces, beam_size=1, max_decoding_length=12, max_input_length=spec.POSITIONS)
    assert found == [ours.trg_subwords.pieces(each.n_best[0].ids) for each in expected]


def test_a_folder_of_8_bits(tmp_path: Path) -> None:
    quantize_model(TRANSFORMER, tmp_path / "small")
    reports = [export_model(tmp_path / "small", tmp_path / "int8")]
    reports.append(export_model(TRANSFORMER, tmp_path / "same", quantization="int8"))
    assert (tmp_path / "int8" / "model.bin").read_bytes() == (tmp_path / "same" / "model.bin").read_bytes()
    reports.append(export_model(tmp_path / "small", tmp_path / "float32", quantization="float32"))
    assert [report.loss is None for report in reports] == [False, False, True]
    assert json.loads((tmp_path / "int8" / "manifest.json").read_text())["model"] == read(tmp_path / "small").hash


def test_a_marian_model(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="transformers isn't installed")
    torch.manual_seed(3)
    shape = {"d_model": 16, "encoder_layers": 2, "decoder_layers": 1, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24}
    shape |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "vocab_size": 30, "pad_token_id": 29}
    shape |= {"eos_token_id": 0, "decoder_start_token_id": 29, "scale_embedding": True, "init_std": 0.4}
    model = transformers.MarianMTModel(transformers.MarianConfig(activation_function="swish", **shape)).eval()
    torch.nn.init.normal_(model.final_logits_bias)
    model.save_pretrained(tmp_path / "marian")
    with pytest.raises(ArtifactError, match=r"vocab\.json: can't be read: No such file or directory: save the token"):
        export_model(tmp_path / "marian", tmp_path / "made")
    names = {"</s>": 0, "<unk>": 1, "<pad>": 29} | {f"▁w{number}": number for number in range(2, 25)}
    (tmp_path / "marian" / "vocab.json").write_text(json.dumps(names), encoding="utf-8")
    export_model(tmp_path / "marian", tmp_path / "made")
    words = json.loads((tmp_path / "made" / "shared_vocabulary.json").read_text(encoding="utf-8"))
    assert words[2:4] + words[25:27] == ["▁w2", "▁w3", "<unused 25>", "<unused 26>"]
    sources = [[5, 9, 3], [7], [20, 21, 22, 23, 4]]
    ours = array_model("numpy", *pretrained_weights(tmp_path / "marian"))
    options = DecodingOptions(beam=1, max_ratio=0.0, max_extra=15)
    expected = [[words[id_] for id_ in found[0].tokens] for found in in_order(decode_arrays(ours, sources, options))]
    pieces = [[words[id_] for id_ in line] for line in sources]
    assert tokens(tmp_path / "made", pieces, beam_size=1, max_decoding_length=15) == expected
    (tmp_path / "marian" / "vocab.json").write_text('{"a": 30}', encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"vocab\.json: doesn't fit config\.json"):
        export_model(tmp_path / "marian", tmp_path / "other")


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (spec, "ACTIVATIONS", {"relu": "SWISH"}),
        (spec, "sinusoids", lambda n, size: np.zeros((n, size), np.float32)),
        (spec, "never_generated", lambda options: ()),
        (check, "LOSS", -1.0),
    ],
    ids=["activation", "positions", "never", "8 bits"],
)
def test_what_translates_otherwise_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, value: Any
) -> None:
    saved(tmp_path / "model")
    monkeypatch.setattr(place, name, value)
    with pytest.raises(ArtifactError, match="made: is not written: ") as refused:
        export_model(tmp_path / "model", tmp_path / "made", quantization="int8" if place is check else None)
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_what_cannot_be_exported_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path / "elu", activation="elu")
    shutil.copytree(TRANSFORMER, tmp_path / "model")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    made = tmp_path / "made"
    for model, given, error, message in [
        (
            GRU,
            {},
            ParameterError,
            "is an RNN .gru., and CTranslate2 computes Transformers only: translate with nlpkit's",
        ),
        (tmp_path / "elu", {}, ParameterError, "activation 'elu', which CTranslate2 does not have"),
        (TRANSFORMER, {"quantization": "int4"}, ParameterError, "quantization is 'int4': expected float32 or int8"),
        (TRANSFORMER, {"to": "onnx"}, ParameterError, "to is 'onnx': expected 'ctranslate2'"),
        (SAVED / "tfidf", {}, ArtifactError, "is a model of kind 'tfidf': expected 'translation'"),
        (tmp_path / "none", {}, ArtifactError, "there is no such folder"),
        (tmp_path / "model", {"output": tmp_path / "full"}, OutputError, "the folder exists"),
        (tmp_path / "model", {"output": tmp_path / "full", "force": True}, OutputError, "was not written by nlpkit"),
        (tmp_path / "model", {"output": tmp_path / "model", "force": True}, ParameterError, "which is replaced"),
    ]:
        with pytest.raises(error, match=message) as refused:
            export_model(model, **{"output": made, **given})
        assert "\n" not in str(refused.value)
    monkeypatch.setitem(__import__("sys").modules, "ctranslate2", None)
    with pytest.raises(MissingDependencyError, match=r"isn't installed: pip install 'nlpkit\[export\]'"):
        export_model(TRANSFORMER, made)
    assert not made.exists()


def test_a_folder_is_replaced_by_force(tmp_path: Path) -> None:
    shutil.copytree(TRANSFORMER, tmp_path / "model")
    export_model(tmp_path / "model", tmp_path / "made")
    with pytest.raises(OutputError, match="the folder exists"):
        export_model(tmp_path / "model", tmp_path / "made")
    export_model(tmp_path / "model", tmp_path / "made", force=True, quantization="int8")
    assert json.loads((tmp_path / "made" / "manifest.json").read_text())["quantization"] == "int8"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "model"]
    with pytest.raises(ArtifactError, match="was not written by nlpkit"):
        Translator(tmp_path / "made")
