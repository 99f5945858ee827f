"""The README.md of a folder for CTranslate2: how to translate with it as nlpkit does."""

from __future__ import annotations

from nlpkit._version import __version__

from .source import Exported
from .spec import POSITIONS

PATIENCE = 3
"""Beams of finished translations after which CTranslate2's search stops: 99 % of captions are then nlpkit's."""

_TEXT = """\
# A translation model for CTranslate2

Written by nlpkit {version}: a Transformer of {layers} layers, {width} wide, with {sizes} sub-words, in {quantization}.
In this folder, after `pip install ctranslate2{package}`:

```python
{code}
```

| nlpkit | CTranslate2 |
|---|---|
| `beam=4` | `beam_size=4, patience={patience}` |
| `alpha=1.0` | `length_penalty=1` (its default) |
| `min_length=1`, with the end of the sentence | `min_decoding_length=0`, without it |
| `max_ratio=2, max_extra=20` | `max_decoding_length`, of the longest text; shorter ones are cut afterwards |

- nlpkit's search of a sentence stops when no open translation can win, CTranslate2's when `beam_size * patience` have
  ended. A few translations differ; a larger patience makes them fewer.
- CTranslate2 silently leaves out the sub-words of a text beyond `max_input_length`, which is 1,024 if it is not
  given. This model has positions for {positions:,}, with the end of the text.
{notes}"""

_CLEANING = """\
invisible = dict.fromkeys(map(ord, "\\u00ad\\u200b\\u2060\\ufeff"), "") | {0xA0: " "}
texts = [unicodedata.normalize("%s", text.translate(invisible)) for text in texts]"""


def readme(model: Exported, quantization: str) -> str:
    """Return the text for a model."""
    options, marks = model.options, model.marks
    notes = [
        "- An empty text gets a translation, too: leave it out.",
        "- `return_attention=True` gives the mean of the last decoder layer's heads. In beam search CTranslate2 (4.8.5)"
        " returns\n  that of other sub-words where a batch has several texts: give it one, or take `beam_size=1`.",
    ]
    if model.spm is None:
        notes.append("- Sub-words are the tokens of the vocabulary: cut texts with the model's own tokenizer.")
    if marks.targets:
        notes.append(
            f"- The model translates into {', '.join(marks.targets)}: a text begins with a tag, whose sub-word is"
            f" `▁⟦{marks.targets[0]}⟧`."
        )
    if marks.placeholders:
        notes.append(
            f"- {marks.placeholders[0]} … {marks.placeholders[-1]} are copied: nlpkit puts them in the place of URLs,"
            " code and the\n  like before it translates, and these back afterwards."
        )
    return _TEXT.format(
        version=__version__,
        layers=f"{options.encoder_layers} + {options.decoder_layers}",
        width=options.d_model,
        sizes=" and ".join(f"{size:,}" for size in dict.fromkeys((options.src_size, options.trg_size))),
        quantization=quantization,
        package=" sentencepiece" if model.spm else "",
        code="\n".join(_code(model)),
        positions=POSITIONS,
        patience=PATIENCE,
        notes="\n".join(notes) + "\n",
    )


def _code(model: Exported) -> list[str]:
    into = next((code for code in model.marks.targets if code != "en"), "en")
    begin = f'"⟦{into}⟧ " + ' if model.marks.targets else ""
    lines = ["import unicodedata\n"] if model.form else []
    lines.append("import ctranslate2")
    if model.spm:
        source, target = model.spm
        lines += [
            "import sentencepiece\n",
            f'source = sentencepiece.SentencePieceProcessor(model_file="{source}")',
            f'target = sentencepiece.SentencePieceProcessor(model_file="{target}")',
        ]
    lines.append('translator = ctranslate2.Translator(".")')
    if model.spm:
        lines.append('texts = ["two dogs run"]')
        if model.form and model.cleans:
            lines.append(_CLEANING % model.form)
        elif model.form:
            lines.append(f'texts = [unicodedata.normalize("{model.form}", text) for text in texts]')
        lines.append(f'pieces = [source.encode({begin}" ".join(text.split()), out_type=str) for text in texts]')
    else:
        lines.append('pieces = [["▁two", "▁dogs"]]')
    lines += [
        "results = translator.translate_batch(",
        f"    pieces, beam_size=4, patience={PATIENCE}, min_decoding_length=0, max_batch_size=32,",
        f"    max_input_length={POSITIONS}, max_decoding_length=min({POSITIONS}, 2 * max(map(len, pieces)) + 20),",
        ")",
    ]
    shown = '" ".join(target.decode(line).split())' if model.spm else "line"
    lines.append("lines = [found.hypotheses[0][: 2 * len(line) + 20] for line, found in zip(pieces, results)]")
    return [*lines, f"print([{shown} for line in lines])"]
