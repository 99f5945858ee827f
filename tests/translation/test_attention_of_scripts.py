"""Attention and pictures of texts in scripts without spaces, or without a font."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib import font_manager, get_data_path

from nlpkit.text.subword import Subwords
from nlpkit.translation import DecodingOptions, RNNOptions, Seq2SeqRNN, Translator
from nlpkit.translation.attention_map import WordAttention
from nlpkit.translation.attention_picture import attention_png
from nlpkit.translation.picture_fonts import fonts_for

SENTENCES = {
    "chinese": "昨天我们的邻居找到了一把红雨伞。",
    "japanese": "昨日、駅で赤い傘を見つけた。",
    "thai": "เมื่อวานเพื่อนบ้านพบร่มสีแดง",
    "burmese": "ကျွန်တော်ထီးနီကိုတွေ့ခဲ့တယ်",
}
NO_FONT = "\U0010fffd"


def make(texts: list[str]) -> Translator:
    subwords = Subwords.train(texts, vocab_size=330)
    torch.manual_seed(1)
    sizes = RNNOptions(src_size=len(subwords), trg_size=len(subwords), embedding_size=8, hidden_size=12)
    return Translator(Seq2SeqRNN(sizes), src_subwords=subwords, device="cpu")


@pytest.mark.parametrize("name", SENTENCES)
def test_attention_is_between_subwords(name: str) -> None:
    text = SENTENCES[name]
    translator = make([f"{text[n : n + 3]} a red umbrella" for n in range(len(text) - 2)])
    options = DecodingOptions(beam=2, max_length=60)
    [found] = translator.translate_full(["a red umbrella"], options, prefixes=[text])
    seen = translator.word_attention(found)
    assert seen.source == ["a", "red", "umbrella"]
    assert len(seen.target) > 3
    assert "".join(seen.target).startswith(text)
    assert seen.weights.shape == (len(seen.target), 3)
    np.testing.assert_allclose(seen.weights.sum(1), 1, atol=1e-6)
    assert len(seen.pharaoh.split()) == len(seen.target)
    [back] = translator.translate_full([text], options, prefixes=["a red umbrella"])
    turned = translator.word_attention(back)
    assert "".join(turned.source) == text
    assert turned.target[:2] == ["a", "red"]
    assert turned.weights.shape[1] == len(turned.source) > 3


def seen_of(source: list[str], target: list[str]) -> WordAttention:
    return WordAttention(source=source, target=target, weights=np.eye(len(target), len(source), dtype=np.float32))


def test_a_character_without_a_font_is_one_warning() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert attention_png(seen_of(["a", NO_FONT * 2], ["b", f"\U0010fffc{NO_FONT}"])).startswith(b"\x89PNG")
    [message] = [str(each.message) for each in caught]
    assert message.startswith("the picture has boxes in place of 2 characters that no installed font has ")
    assert message.endswith("): install a font that has U+10FFFC and a font that has U+10FFFD")
    assert fonts_for(["a", NO_FONT])[1] == NO_FONT


def test_words_that_can_be_drawn_warn_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        attention_png(seen_of(["a", "é", "Ж"], ["ß", "ω", "$x$"]))


def test_another_installed_font_is_taken() -> None:
    """A private character that one of matplotlib's fonts has, and its usual one lacks."""
    font_manager.fontManager.addfont(Path(get_data_path(), "fonts", "ttf", "STIXNonUni.ttf"))
    fonts, missing = fonts_for(["\ue000"])
    assert (fonts[0], len(fonts), missing) == ("sans-serif", 2, "")
