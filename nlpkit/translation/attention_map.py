"""Attention between words, and Pharaoh alignments.

In scripts without spaces between words, such as Chinese and Thai, sub-words take the place of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError

from .marks import is_tag
from .model_options import TransformerOptions

if TYPE_CHECKING:
    from nlpkit.text.subword import Subwords

    from .marks import Marks
    from .translations import Translation


@dataclass(frozen=True, kw_only=True)
class WordAttention:
    """Attention of the words of a translation to the words of its source.

    Attributes
    ----------
    source, target : list of str
        The words; sub-words where words have no spaces between them.
    weights : float32 array (target words, source words)
        Rows sum to 1.
    """

    source: list[str]
    target: list[str]
    weights: np.ndarray

    @property
    def pharaoh(self) -> str:
        """The source word with the highest weight for each target word, as ``source-target`` pairs counted from 0.

        Examples
        --------
        >>> weights = np.array([[0.9, 0.1], [0.2, 0.8]])
        >>> WordAttention(source=["two", "dogs"], target=["zwei", "Hunde"], weights=weights).pharaoh
        '0-0 1-1'
        """
        if self.weights.size == 0:
            return ""
        return " ".join(f"{source}-{target}" for target, source in enumerate(self.weights.argmax(1).tolist()))

    def uncovered(self, least: float = 0.2, letters: int = 4) -> float:
        """Return the share of the source's words of some letters whose weights sum to less than ``least``.

        Examples
        --------
        >>> weights = np.array([[0.9, 0.0, 0.1], [0.9, 0.05, 0.05]])
        >>> WordAttention(source=["three", "black", "horses"], target=["drei", "Pferde"], weights=weights).uncovered()
        0.6666666666666666
        """
        long = [number for number, word in enumerate(self.source) if sum(map(str.isalpha, word)) >= letters]
        return float((self.weights.sum(0)[long] < least).mean()) if long and len(self.weights) else 0.0


def between_words(
    weights: np.ndarray, rows: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]]
) -> np.ndarray:
    """Convert weights between subwords to weights between words; rows sum to 1.

    Weights to the subwords of a word are summed, weights from them averaged; subwords outside words are dropped.

    Parameters
    ----------
    weights : float array (subwords, subwords)
    rows, columns : sequence of (int, int)
        Start and end of each word.

    Examples
    --------
    >>> weights = np.array([[0.25, 0.25, 0.0, 0.5], [0.0, 0.25, 0.25, 0.5]])
    >>> between_words(weights, rows=[(0, 2)], columns=[(0, 2), (2, 3)]).tolist()
    [[0.75, 0.25]]
    """
    if not rows or not columns:
        return np.zeros((len(rows), len(columns)), np.float32)
    to_words = np.stack([weights[:, a:b].sum(1) for a, b in columns], axis=1)
    words = np.stack([to_words[a:b].mean(0) for a, b in rows])
    return (words / np.maximum(words.sum(1, keepdims=True), 1e-12)).astype(np.float32)


def attention_of(
    maps: np.ndarray,
    subwords: tuple[Subwords, Subwords],
    marks: Marks,
    translation: Translation,
    *,
    layer: int,
    head: int | None,
    of_source: bool,
) -> WordAttention:
    """Return the attention of a translation's words, or of its source's: see `Translator.word_attention`.

    Parameters
    ----------
    maps : ndarray (layers, heads, t, s)
        Attention of the start token and the translation, or of the source, to the source and its end token.
    subwords, translation, layer, head, of_source
    marks : Marks
        Parts of the source stand in the place of theirs, and the tag is left out.
    """
    source = translation.source_ids
    reading, writing = subwords
    looking, wording = (source, reading) if of_source else (translation.n_best[0].ids, writing)
    rows, columns = wording.parts(looking), reading.parts(source)
    words = [reading.decode([source[a:b] for a, b in columns]), wording.decode([looking[a:b] for a, b in rows])]
    if marks.targets and columns and is_tag(words[0][0]):
        columns, words[0] = columns[1:], words[0][1:]
        if of_source:
            rows, words[1] = rows[1:], words[1][1:]
    chosen = maps[layer].mean(0) if head is None else maps[layer, head]
    read, written = ([marks.restored(word, translation.parts) for word in side] for side in words)
    return WordAttention(source=read, target=written, weights=between_words(chosen, rows, columns))


def check_layer(options: Any, layer: int, head: int | None, *, of_source: bool) -> None:
    """Raise ParameterError if a model with these options has no attention, or the layer or head does not exist."""
    if of_source and not isinstance(options, TransformerOptions):
        raise ParameterError("words of a source look at one another in a Transformer alone, and this is none")
    if getattr(options, "attention", "") == "none":
        raise ParameterError("this model has no attention: train one with --attention additive, dot or general")
    layers, heads = (options.decoder_layers, options.heads) if hasattr(options, "heads") else (1, 1)
    layers = options.encoder_layers if of_source else layers
    if not -layers <= layer < layers:
        raise ParameterError(f"layer is {layer}: expected one from 0 to {layers - 1}, or -1 for the last")
    if head is not None and not 0 <= head < heads:
        raise ParameterError(f"head is {head}: expected one from 0 to {heads - 1}")
