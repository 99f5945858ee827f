"""Marian models that transformers wrote: the same logits as transformers', and a folder that can't be is refused."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
transformers = pytest.importorskip("transformers", reason="transformers isn't installed")
from safetensors.torch import load_file, save_file  # noqa: E402

from nlpkit.decoding.options import DecodingOptions  # noqa: E402
from nlpkit.errors import ArtifactError  # noqa: E402
from nlpkit.translation.array_decoding import decode_arrays  # noqa: E402
from nlpkit.translation.decoding import decode  # noqa: E402
from nlpkit.translation.engines import array_model  # noqa: E402
from nlpkit.translation.pretrained import pretrained_weights, read_pretrained  # noqa: E402
from nlpkit.translation.transformer import Seq2SeqTransformer  # noqa: E402

VOCAB, PAD, EOS = 30, 29, 0
LENGTHS = [6, 2, 4]


def config(**options: Any) -> Any:
    shape = {
        "vocab_size": VOCAB, "d_model": 16, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4,
        "decoder_attention_heads": 4, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "pad_token_id": PAD,
        "eos_token_id": EOS, "decoder_start_token_id": PAD, "forced_eos_token_id": EOS, "scale_embedding": True,
        "activation_function": "swish", "max_position_embeddings": 64, "init_std": 0.3,
    }  # fmt: skip
    return transformers.MarianConfig(**{**shape, **options})


def peer(options: Any) -> Any:
    """A random model of transformers', none of whose numbers is 0 or 1."""
    torch.manual_seed(3)
    model = transformers.MarianMTModel(options).eval()
    torch.nn.init.normal_(model.final_logits_bias)
    for name, weight in model.named_parameters():
        if "norm" in name or name.endswith("bias"):
            torch.nn.init.normal_(weight, 0.5, 0.3)
    return model


def read(model: Any, folder: Path) -> Seq2SeqTransformer:
    model.save_pretrained(folder)
    return read_pretrained(folder)


def batch(src_size: int, trg_size: int, lengths: list[int], n_trg: int) -> tuple[Any, Any, Any]:
    draw = torch.Generator().manual_seed(5)
    src = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(src, lengths, strict=True):
        row[:length] = torch.randint(1, min(PAD, src_size), (length,), generator=draw)
        row[length - 1] = EOS
    trg = torch.randint(1, min(PAD, trg_size), (len(lengths), n_trg), generator=draw)
    trg[:, 0] = PAD
    return src, torch.tensor(lengths), trg


def assert_same(ours: Seq2SeqTransformer, theirs: Any, near: float, lengths: list[int], n_trg: int) -> None:
    """Compare teacher-forced logits, those of each cached step, and those of beams that change places."""
    src, sizes, trg = batch(ours.options.src_size, ours.options.trg_size, lengths, n_trg)
    mask = (torch.arange(src.shape[1]) < sizes[:, None]).long()
    exactly = {"rtol": 0.0, "atol": near}
    with torch.inference_mode():
        expected = theirs(input_ids=src, attention_mask=mask, decoder_input_ids=trg).logits
        assert expected.std() > 0.1
        memory = ours.encode(src, sizes)
        torch.testing.assert_close(ours(src, sizes, trg), expected, **exactly)
        state = ours.start(memory)
        encoded = theirs.get_encoder()(src, attention_mask=mask)
        past = None
        for t in range(n_trg):
            newest = trg[:, t : t + 1]
            known = {"encoder_outputs": encoded, "attention_mask": mask, "past_key_values": past, "use_cache": True}
            answer = theirs(decoder_input_ids=newest, **known)
            past = answer.past_key_values
            step = state.step(newest)
            torch.testing.assert_close(step, answer.logits, **exactly)
            torch.testing.assert_close(step[:, 0], expected[:, t], **exactly)
        state = ours.start(memory)
        state.step(trg[:, :1])
        for t in range(1, n_trg):
            state.choose(torch.zeros(len(lengths), 2, dtype=torch.long))
            both = torch.stack([trg[:, t], trg[:, t].roll(1)], dim=1)
            torch.testing.assert_close(state.step(both)[:, 0], expected[:, t], **exactly)


@pytest.mark.parametrize(("tied", "shared"), [*itertools.product([True, False], repeat=2)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_logits_equal_transformers(tmp_path: Path, tied: bool, shared: bool, dtype: Any) -> None:
    sizes = {} if shared else {"decoder_vocab_size": VOCAB + 7}
    theirs = peer(config(tie_word_embeddings=tied, share_encoder_decoder_embeddings=shared, **sizes))
    ours = read(theirs, tmp_path)
    assert ours.options.trg_size == VOCAB + 7 * (not shared)
    near = 1e-12 if dtype == torch.float64 else 2e-5
    assert_same(ours.to(dtype), theirs.to(dtype), near, LENGTHS, 6)


@pytest.mark.parametrize(
    "options",
    [
        {"scale_embedding": False},
        {"activation_function": "relu"},
        {"activation_function": "gelu"},
        {"activation_function": "silu"},
        {"d_model": 12, "encoder_attention_heads": 3, "decoder_attention_heads": 3},
        {"encoder_layers": 3, "decoder_layers": 1},
        {"decoder_start_token_id": 5},
        {"eos_token_id": [0, 4]},
    ],
    ids=str,
)
def test_options_are_read(tmp_path: Path, options: dict[str, Any]) -> None:
    theirs = peer(config(**options))
    assert_same(read(theirs, tmp_path).double(), theirs.double(), 1e-12, LENGTHS, 5)


def test_more_tokens_than_positions_at_first(tmp_path: Path) -> None:
    theirs = peer(config(max_position_embeddings=400))
    ours = read(theirs, tmp_path).double()
    src, lengths, trg = batch(VOCAB, VOCAB, [300, 7], 290)
    mask = (torch.arange(300) < lengths[:, None]).long()
    with torch.inference_mode():
        expected = theirs.double()(input_ids=src, attention_mask=mask, decoder_input_ids=trg).logits
        torch.testing.assert_close(ours(src, lengths, trg), expected, rtol=0, atol=1e-12)


@pytest.mark.slow
def test_a_base_models_logits_equal_transformers(tmp_path: Path) -> None:
    shape = {
        "vocab_size": 32_000, "d_model": 512, "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 8,
        "decoder_attention_heads": 8, "encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048, "pad_token_id": 31_999,
        "decoder_start_token_id": 31_999, "max_position_embeddings": 512, "init_std": 0.06,
    }  # fmt: skip
    theirs = peer(config(**shape))
    ours = read(theirs, tmp_path)
    assert ours.pad_id == 31_999
    assert_same(ours, theirs, 1e-4, [31, 5, 18, 44, 12, 1], 40)


def test_half_precision_is_read_as_float32(tmp_path: Path) -> None:
    ours = read(peer(config()).bfloat16(), tmp_path)
    theirs = transformers.MarianMTModel.from_pretrained(tmp_path, dtype=torch.float32).eval()
    assert {weight.dtype for weight in ours.parameters()} == {torch.float32}
    assert_same(ours.double(), theirs.double(), 1e-12, LENGTHS, 5)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize("tied", [True, False])
def test_engines_without_torch_decode_alike(tmp_path: Path, engine: str, tied: bool) -> None:
    theirs = peer(config(tie_word_embeddings=tied)).bfloat16()
    ours = read(theirs, tmp_path)
    sources = [[1, 2, 3, 4, 5], [], [28, 7], [9] * 12]
    options = DecodingOptions(beam=3, n_best=2, max_length=14, no_repeat_ngram=1)
    expected = dict(decode(ours, sources, options))
    found = dict(decode_arrays(array_model(engine, *pretrained_weights(tmp_path)), sources, options))
    assert len({token for best in expected.values() for token in best[0].tokens}) > 5
    for number, hypotheses in expected.items():
        assert [one.tokens for one in found[number]] == [one.tokens for one in hypotheses]
        assert [one.score for one in found[number]] == pytest.approx([one.score for one in hypotheses], abs=1e-4)


def test_a_model_is_read_without_torch(whole: Path) -> None:
    code = (
        "import sys; from nlpkit.translation.pretrained import pretrained_weights;"
        f"options, weights = pretrained_weights({str(whole)!r});"
        "print(options.norm, len(weights), 'torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["post", "86", "False"]


def test_a_model_is_ready_to_be_asked_and_to_be_trained(tmp_path: Path) -> None:
    ours = read(peer(config()), tmp_path)
    assert not ours.training
    src, lengths, trg = batch(VOCAB, VOCAB, LENGTHS, 5)
    ours.train()(src, lengths, trg).sum().backward()
    assert all(weight.grad is not None for weight in ours.parameters())
    shutil.rmtree(tmp_path)
    with torch.no_grad():  # the file is no longer needed, and is not written to
        for weight in ours.parameters():
            weight.zero_()
    assert not ours.eval()(src, lengths, trg).any()


def test_the_pad_is_never_generated(tmp_path: Path) -> None:
    """The pad would be the likeliest of all; greedy search is transformers' once what ``never`` names is forbidden."""
    torch.manual_seed(3)
    theirs = transformers.MarianMTModel(config(tie_word_embeddings=False, init_std=0.1)).eval()
    with torch.no_grad():
        theirs.final_logits_bias[0, PAD] = 1e4
    ours = read(theirs, tmp_path)
    assert (ours.pad_id, ours.start_id, ours.eos_id) == (PAD, PAD, EOS)
    assert ours.never == (PAD,)
    src, lengths, _ = batch(VOCAB, VOCAB, LENGTHS, 1)
    mask = (torch.arange(src.shape[1]) < lengths[:, None]).long()
    with torch.inference_mode():
        how = {"num_beams": 1, "do_sample": False, "max_new_tokens": 8, "forced_eos_token_id": None}
        expected = theirs.generate(input_ids=src, attention_mask=mask, suppress_tokens=[PAD, EOS], **how)
        state, made = ours.start(ours.encode(src, lengths)), torch.full((3, 1), PAD)
        for _ in range(8):
            logits = state.step(made[:, -1:])[:, 0]
            assert (logits.argmax(-1) == PAD).all()
            logits[:, [*ours.never, EOS]] = float("-inf")
            made = torch.cat([made, logits.argmax(-1, keepdim=True)], dim=1)
    assert made.unique().numel() > 4
    assert torch.equal(made, expected)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marian")
    read(peer(config()), folder)
    return folder


def changed(**options: Any) -> Callable[[Path], object]:
    """Change the config; a value None takes a name out."""

    def change(folder: Path) -> None:
        known = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        known = {key: value for key, value in {**known, **options}.items() if value is not None}
        (folder / "config.json").write_text(json.dumps(known), encoding="utf-8")

    return change


def reweighed(name: str, change: Callable[[Any], Any] | None) -> Callable[[Path], object]:
    """Change a tensor; without a change it is taken out."""

    def rewrite(folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        old = tensors.pop(name)
        if change is not None:
            tensors[name] = change(old).contiguous()
        save_file({key: value.clone() for key, value in tensors.items()}, folder / "model.safetensors")

    return rewrite


def cut(folder: Path) -> None:
    place = folder / "model.safetensors"
    place.write_bytes(place.read_bytes()[:-100])


def directory(name: str) -> Callable[[Path], object]:
    def replace(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return replace


def written(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "config.json", "can't be read: No such file"),
    "config is a folder": (directory("config.json"), "config.json", "can't be read: Is a directory"),
    "empty config": (written("config.json", b""), "config.json", "isn't JSON"),
    "config cut": (written("config.json", b'{"model_type": "mar'), "config.json", "isn't JSON"),
    "config of bytes": (written("config.json", b"\xff\xfe\x00"), "config.json", "isn't JSON"),
    "config is a list": (written("config.json", b"[1]"), "config.json", "is of a model of type None"),
    "another model": (changed(model_type="bart"), "config.json", "is of a model of type 'bart': expected 'marian'"),
    "no type": (changed(model_type=None), "config.json", "is of a model of type None: expected 'marian'"),
    "no size": (changed(d_model=None), "config.json", "has no 'd_model'"),
    "no end": (changed(eos_token_id=[]), "config.json", "is of no Marian model that can be read"),
    "size of text": (changed(d_model="16"), "config.json", "d_model is '16': expected a whole number"),
    "heads don't fit": (
        changed(encoder_attention_heads=3, decoder_attention_heads=3), "config.json", "heads is 3: expected a divisor"
    ),
    "heads differ": (changed(decoder_attention_heads=2), "config.json", "encoder_attention_heads is 4 and decoder_"),
    "inner sizes differ": (changed(decoder_ffn_dim=8), "config.json", "encoder_ffn_dim is 24 and decoder_ffn_dim 8"),
    "activation": (changed(activation_function="mish"), "config.json", "activation_function is 'mish': expected one"),
    "activations": (changed(activation_function=["relu"]), "config.json", "is of no Marian model that can be read"),
    "pad outside": (changed(pad_token_id=30), "config.json", "pad_id is 30: expected a word's number, from 0 to 29"),
    "start of text": (changed(decoder_start_token_id="<s>"), "config.json", "start_id is '<s>'"),
    "huge vocabulary": (changed(vocab_size=10**13), "model.safetensors", "doesn't fit its config.json"),
    "absurd vocabulary": (changed(vocab_size=10**40), "model.safetensors", "doesn't fit its config.json"),
    "huge inner size": (
        changed(encoder_ffn_dim=10**12, decoder_ffn_dim=10**12), "model.safetensors", "doesn't fit its config.json"
    ),
    "more layers": (changed(decoder_layers=10**9), "model.safetensors", "has 3 decoder layers: expected 1000000000"),
    "fewer layers": (changed(encoder_layers=1), "model.safetensors", "has 2 encoder layers: expected 1"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors", "can't be read"),
    "weights are a folder": (directory("model.safetensors"), "model.safetensors", "can't be read"),
    "empty weights": (written("model.safetensors", b""), "model.safetensors", "is not a safetensors file"),
    "pointer": (written("model.safetensors", b"version https://git-lfs\n" * 9), "model.safetensors", "not a safetens"),
    "weights cut": (cut, "model.safetensors", "is not a safetensors file"),
    "a tensor missing": (
        reweighed("model.decoder.layers.1.fc2.bias", None), "model.safetensors",
        "has no tensor 'model.decoder.layers.1.fc2.bias'",
    ),
    "a part of a joined tensor missing": (
        reweighed("model.decoder.layers.1.encoder_attn.v_proj.weight", None), "model.safetensors",
        "has no tensor 'model.decoder.layers.1.encoder_attn.v_proj.weight'",
    ),
    "a tensor of another shape": (
        reweighed("model.encoder.layers.0.fc1.weight", lambda old: old.T), "model.safetensors",
        "doesn't fit its config.json: encoder.0.feed_forward.inner.weight [16, 24] instead of [24, 16]",
    ),
    "parts that can't be joined": (
        reweighed("model.encoder.layers.0.self_attn.k_proj.weight", lambda old: old[:, :5]), "model.safetensors",
        "doesn't fit",
    ),
    "parts of the same sum": (
        reweighed("model.encoder.layers.0.self_attn.k_proj.bias", lambda old: old[:, None]), "model.safetensors",
        "doesn't fit",
    ),
    "a short bias": (reweighed("final_logits_bias", lambda old: old[:, 1:]), "model.safetensors", "logits_bias [29]"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_what_cannot_be_read_is_refused_in_one_line(whole: Path, tmp_path: Path, name: str) -> None:
    damage, file, message = DAMAGE[name]
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    damage(folder)
    with pytest.raises(ArtifactError) as refused:
        read_pretrained(folder)
    text = str(refused.value)
    assert text.startswith(f"{folder / file}: ")
    assert message in text
    assert "\n" not in text


def test_no_folder_and_no_model(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path / "none", tmp_path / "file", tmp_path):
        with pytest.raises(ArtifactError, match=r"config\.json: can't be read: "):
            read_pretrained(place)
