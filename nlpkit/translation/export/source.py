"""Exported: a Transformer translation model that is exported, with the names of its tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit.artifact.reading import foreign_type, read
from nlpkit.errors import ArtifactError

from ..marks import Marks
from ..model_folder import is_quantized, read_options, read_subwords, read_text_form, subword_files
from ..pretrained import pretrained_weights
from ..quantization import Dequantized

_TOKENIZER_FILES = ("source.spm", "target.spm", "vocab.json", "target_vocab.json", "tokenizer_config.json")


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A translation model, read from its folder.

    Attributes
    ----------
    options : RNNOptions or TransformerOptions
    weights : mapping of str to ndarray
        In float32; those of a model of 8 bits as they were rounded.
    words : tuple of two lists of str
        Tokens of the source and of the target, by id.
    unknown : str
        The token for unknown ones.
    files : dict of str to bytes
        Models of the sub-words.
    spm : tuple of two str, optional
        The files among these that encode sources and decode translations.
    is_quantized : bool
        Whether matrices have 8 bits.
    form : str, optional
        Unicode form of the texts that the model reads.
    cleans : bool
        Whether invisible characters are removed from them.
    marks : Marks
        Marks among the tokens.
    hash : str, optional
        SHA-256 of the content of a folder that nlpkit wrote.
    """

    options: Any
    weights: Mapping[str, np.ndarray]
    words: tuple[list[str], list[str]]
    unknown: str
    files: dict[str, bytes]
    spm: tuple[str, str] | None
    is_quantized: bool = False
    form: str | None = None
    cleans: bool = False
    marks: Marks = field(default_factory=Marks)
    hash: str | None = None


def read_exported(model: str | os.PathLike[str]) -> Exported:
    """Read a translation model: a folder of nlpkit, or of a Marian model in transformers' format.

    Raises
    ------
    ArtifactError
        If the folder holds no translation model, or is damaged.
    """
    if foreign_type(model) is not None:
        return _pretrained(Path(model))
    folder = read(model)
    if folder.kind != "translation":
        raise ArtifactError(f"{os.fspath(model)}: is a model of kind {folder.kind!r}: expected 'translation'")
    options = read_options(folder)
    src, trg = read_subwords(folder)
    form = read_text_form(folder, src)
    files = subword_files(src, trg or src)
    return Exported(
        options=options,
        weights=dict(Dequantized(folder.arrays)) if is_quantized(folder) else folder.arrays,
        words=(src.vocabulary, (trg or src).vocabulary),
        unknown=src.vocabulary[src.unk_id],
        files=files,
        spm=(min(files), max(files)),
        is_quantized=is_quantized(folder),
        form=form.name,
        cleans=form.cleans,
        marks=Marks.of(src.vocabulary),
        hash=folder.hash,
    )


def _pretrained(folder: Path) -> Exported:
    options, weights = pretrained_weights(folder)
    files = {name: (folder / name).read_bytes() for name in _TOKENIZER_FILES if (folder / name).is_file()}
    src = _vocabulary(folder / "vocab.json", options.src_size)
    is_apart = "target_vocab.json" in files
    trg = _vocabulary(folder / ("target_vocab.json" if is_apart else "vocab.json"), options.trg_size)
    has_subwords = {"source.spm", "target.spm"} <= {*files}
    return Exported(
        options=options,
        weights=weights,
        words=(src, trg),
        unknown="<unk>",
        files=files,
        spm=("source.spm", "target.spm") if has_subwords else None,
    )


def _vocabulary(place: Path, size: int) -> list[str]:
    """Read the tokens of a Marian model by id; numbers without a token get a name of their own."""
    try:
        found = json.loads(place.read_bytes())
        words = {int(number): str(word) for word, number in found.items()}
    except OSError as error:
        raise ArtifactError(
            f"{place}: can't be read: {error.strerror}: save the tokenizer with transformers' save_pretrained, too"
        ) from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{place}: isn't a vocabulary of tokens and their numbers ({error})") from error
    if len(words) != len(found) or not words or not 0 <= min(words) <= max(words) < size:
        raise ArtifactError(f"{place}: doesn't fit config.json: expected a number from 0 to {size - 1} for each token")
    return [words.get(number, f"<unused {number}>") for number in range(size)]
