"""Sub-words of Marian models: ``source.spm`` and ``target.spm`` cut texts, and ``vocab.json`` numbers the pieces.

A model of several target languages has tokens such as ``>>fra<<``, one of which begins each source. Omitted: the
normalisation of punctuation by Moses, which transformers does not apply either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nlpkit.errors import ArtifactError

from .foreign_subwords import ForeignSubwords
from .weights import read_config

_SPECIAL = ("</s>", "<pad>", "<unk>")


class MarianSubwords(ForeignSubwords):
    """The sub-words of one side of a Marian model, with the ids of transformers' ``MarianTokenizer``.

    Parameters
    ----------
    folder : Path
        The model's folder.
    side : {"source", "target"}
    size : int
        The size of the model's vocabulary.
    most : int, optional
        The greatest number of tokens of a source, its end token counted.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged.
    """

    def __init__(self, folder: Path, side: str, size: int, *, most: int | None = None) -> None:
        self.ids = read_vocabulary(folder, side)
        super().__init__(size, most=most, tagged=side == "source" and bool(self.languages))
        if max(self.ids.values()) >= size:
            raise ArtifactError(
                f"{folder}: the vocabulary has the id {max(self.ids.values())}, and the model {size} words"
            )
        self._processor = _load(folder / f"{side}.spm")
        self._unk = self.ids["<unk>"]

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the target languages, if the model has several: ``fra`` for ``>>fra<<``."""
        return tuple(piece[2:-2] for piece in self.ids if piece.startswith(">>") and piece.endswith("<<"))

    def _vocabulary(self) -> dict[int, str]:
        return {number: piece for piece, number in self.ids.items()}

    @property
    def _special(self) -> frozenset[int]:
        return frozenset(self.ids[piece] for piece in _SPECIAL if piece in self.ids)

    def _encoded(self, texts: list[str], directions: list[tuple[str, str]]) -> list[list[int]]:
        found = []
        for pieces, (_, into) in zip(self._processor.encode(texts, out_type=str), directions, strict=True):
            tag = [self.ids[f">>{into}<<"]] if into and pieces else []
            found.append([*tag, *(self.ids.get(piece, self._unk) for piece in pieces)])
        return found

    def _decoded(self, ids: list[list[int]]) -> list[str]:
        texts = [self._processor.decode_pieces(self.pieces(row)) for row in ids]
        return [" ".join(text.split()) for text in texts]


def read_vocabulary(folder: Path, side: str) -> dict[str, int]:
    """Return the ids of a side's pieces: of ``target_vocab.json`` if the model has one, else of ``vocab.json``.

    Raises
    ------
    ArtifactError
        If the file is missing, damaged, or lacks a special token.
    """
    place = folder / "target_vocab.json"
    if side == "source" or not place.is_file():
        place = folder / "vocab.json"
    found = read_config(place)
    if not all(isinstance(number, int) and number >= 0 for number in found.values()) or "<unk>" not in found:
        raise ArtifactError(f"{place}: is no vocabulary: expected the id of each piece, and of <unk>; copy it again")
    return found


def _load(place: Path) -> Any:
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_proto=place.read_bytes())
    except OSError as error:
        raise ArtifactError(f"{place}: can't be read: {error.strerror}: copy it from the model's page") from error
    except (RuntimeError, ValueError) as error:
        raise ArtifactError(f"{place}: is no sentencepiece model, or a damaged one: copy it again") from error
