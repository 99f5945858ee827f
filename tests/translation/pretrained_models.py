"""Tiny random models of other tools with their tokenizers, made from a few invented sentences."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers

WORDS = "the dog cat runs sleeps big small red house river over under near café naïve chien grand petit court dort"
LANGUAGES = ["eng_Latn", "fra_Latn", "deu_Latn", "zho_Hans", "zho_Hant"]
SHAPE = {
    "d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "max_position_embeddings": 40, "init_std": 0.3,
    "tie_word_embeddings": False, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2,
    "forced_eos_token_id": None,
}  # fmt: skip


SEEDS = {"marian": 1, "marian_many": 5, "nllb": 2, "m2m": 1, "mbart": 4, "mbart50": 9, "t5": 9}
"""By the name of the folder; chosen for outputs that vary."""


def sentences(n: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS.split(), k=draw.randint(1, 8))) + draw.choice(["", ".", "!"]) for _ in range(n)]


def pieces(kind: str, **options: Any) -> bytes:
    """Train a sentencepiece model."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences(400)), model_writer=made, vocab_size=90, model_type=kind,
        hard_vocab_limit=False, minloglevel=2, **options,
    )  # fmt: skip
    return made.getvalue()


def numbered(proto: bytes, first: list[str], last: list[str]) -> dict[str, int]:
    """The pieces of a sentencepiece model, in another order than its own."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
    own = [processor.id_to_piece(number) for number in range(3, len(processor))]
    return {piece: number for number, piece in enumerate([*first, *reversed(own), *last])}


def varied(model: Any, *, eos: int) -> Any:
    """A model whose outputs vary and end: after each word another one is likely, and the end more with some sources."""
    with torch.no_grad():
        words = torch.randn(model.get_input_embeddings().weight.shape)
        for part in (model, model.get_encoder(), model.get_decoder()):
            part.get_input_embeddings().weight.copy_(words)
        model.lm_head.weight.copy_(words.roll(7, 0) + 0.5 * torch.randn(words.shape))
        model.lm_head.weight[eos] = 3.0 * torch.randn(words.shape[1])
    return model.eval()


def saved(folder: Path, tokenizer: Any, model: Any) -> Path:
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def nllb(folder: Path) -> Path:
    source = folder / "tokenizer"
    source.mkdir(parents=True)
    (source / "sentencepiece.bpe.model").write_bytes(pieces("bpe"))
    known = {"tokenizer_class": "NllbTokenizer", "additional_special_tokens": LANGUAGES}
    (source / "tokenizer_config.json").write_text(json.dumps(known), encoding="utf-8")
    return m2m_network(folder, transformers.NllbTokenizer.from_pretrained(source), size=None)


def m2m(folder: Path) -> Path:
    folder.mkdir(parents=True)
    proto = pieces("unigram")
    (folder / "spm.model").write_bytes(proto)
    (folder / "words.json").write_text(json.dumps(numbered(proto, ["<s>", "<pad>", "</s>", "<unk>"], [])), "utf-8")
    tokenizer = transformers.M2M100Tokenizer(folder / "words.json", str(folder / "spm.model"))
    return m2m_network(folder, tokenizer, size=len(tokenizer.encoder) + len(tokenizer.lang_code_to_id) + 8)


def m2m_network(folder: Path, tokenizer: Any, size: int | None) -> Path:
    torch.manual_seed(SEEDS[folder.name])
    config = transformers.M2M100Config(vocab_size=size or len(tokenizer) + 2, **SHAPE)
    return saved(folder, tokenizer, varied(transformers.M2M100ForConditionalGeneration(config), eos=2))


def mbart(folder: Path, kind: Any = None) -> Path:
    """The first mBART, or by its tokenizer's class mBART-50."""
    source = folder / "tokenizer"
    source.mkdir(parents=True)
    (source / "sentencepiece.bpe.model").write_bytes(pieces("unigram"))
    tokenizer = (kind or transformers.MBartTokenizer).from_pretrained(source)
    torch.manual_seed(SEEDS[folder.name])
    model = transformers.MBartForConditionalGeneration(transformers.MBartConfig(vocab_size=len(tokenizer), **SHAPE))
    return saved(folder, tokenizer, varied(model, eos=2))


def mbart50(folder: Path) -> Path:
    return mbart(folder, transformers.MBart50Tokenizer)


def t5(folder: Path) -> Path:
    source = folder / "tokenizer"
    source.mkdir(parents=True)
    (source / "spiece.model").write_bytes(pieces("unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1))
    tokenizer = transformers.T5Tokenizer.from_pretrained(source)
    torch.manual_seed(SEEDS[folder.name])
    config = transformers.T5Config(
        vocab_size=len(tokenizer) + 6, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0,
        eos_token_id=1, decoder_start_token_id=0, tie_word_embeddings=False, feed_forward_proj="gated-gelu",
        initializer_factor=4.0,
    )  # fmt: skip
    return saved(folder, tokenizer, varied(transformers.T5ForConditionalGeneration(config), eos=1))


def marian_many(folder: Path) -> Path:
    return marian(folder, ("fra", "deu", "cmn_Hans"))


def marian(folder: Path, languages: tuple[str, ...] = ()) -> Path:
    """A Marian model; with languages, one that begins each source with the token of its target language."""
    folder.mkdir(parents=True)
    source, target = pieces("unigram"), pieces("bpe")
    both = numbered(source, ["</s>", "<unk>"], []) | {">>" + code + "<<": 0 for code in languages}
    both |= dict.fromkeys(numbered(target, [], []))
    ids = {piece: number for number, piece in enumerate([*both, "<pad>"])}
    for name, content in (("source.spm", source), ("target.spm", target)):
        (folder / name).write_bytes(content)
    (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    known = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "mul" if languages else "fr"}
    (folder / "tokenizer_config.json").write_text(json.dumps(known), encoding="utf-8")
    torch.manual_seed(SEEDS[folder.name])
    special = {"pad_token_id": len(ids) - 1, "decoder_start_token_id": len(ids) - 1, "eos_token_id": 0}
    config = transformers.MarianConfig(vocab_size=len(ids), **SHAPE | special | {"forced_eos_token_id": None})
    varied(transformers.MarianMTModel(config), eos=0).save_pretrained(folder)
    return folder
