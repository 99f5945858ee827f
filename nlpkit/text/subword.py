"""Subword tokenisation: a sentencepiece model that encodes raw text and decodes it back to raw text.

Sources: Kudo & Richardson 2018, "SentencePiece: a simple and language independent subword tokenizer and detokenizer";
Kudo 2018, "Subword regularization" (unigram, and its sampling); Sennrich et al. 2016, "Neural machine translation of
rare words with subword units" (BPE); Provilkov et al. 2020, "BPE-dropout". This module calls the sentencepiece library.
For unigram it first regroups the sentences (`cut_anew`), which gives better pieces. Omitted: normalisation rules (only
spaces are changed).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.threads import available_threads

from .subword_training import SPACE_PIECE, clean_text, propose_vocab_size, train_pieces
from .word_spans import parts_of_words, spaced_words

__all__ = ["Subwords", "propose_vocab_size"]

_FEW = 1_000  # texts below which one thread is faster than several
_PRIVATE = range(0x10FFFD, 0xFFFFF, -1)


class Subwords:
    """A sentencepiece model: converts raw texts to ids of pieces, and back.

    Every run of Unicode spaces is replaced by one space, and the ends are stripped; nothing else is normalised. With
    byte fallback, `decode` restores this text exactly: unknown characters are encoded as UTF-8 bytes, and so is U+2581,
    sentencepiece's mark for spaces. Without byte fallback they become the unknown piece, which is decoded as U+2047.
    Text is never encoded as a special piece: ``<s>`` is three characters. A text that `train` has ``reserved`` is one
    piece wherever it stands. Lone surrogates become U+FFFD.

    Parameters
    ----------
    proto : bytes
        A serialised model, from `train` or ``spm.model``. Pieces 0 to 3 must be padding, unknown, begin and end.

    Attributes
    ----------
    proto : bytes
        The serialised model.
    vocab_size : int
        Number of pieces, same as ``len(subwords)``.
    vocabulary : list of str
        The pieces, by id.
    pad_id, unk_id, bos_id, eos_id : int
        0, 1, 2, 3.

    Raises
    ------
    ArtifactError
        If ``proto`` is not a sentencepiece model, is damaged, or has other special pieces.

    Examples
    --------
    >>> subwords = Subwords.train(["one two three", "three two one"] * 50, vocab_size=300)
    >>> ids = subwords.encode(["two one"])
    >>> subwords.pieces(ids[0]), subwords.decode(ids)
    (['▁two', '▁one'], ['two one'])
    >>> subwords.decode(subwords.encode(["  naïve\\t▁ 😀 "]))
    ['naïve ▁ 😀']
    """

    pad_id: ClassVar[int] = 0
    unk_id: ClassVar[int] = 1
    bos_id: ClassVar[int] = 2
    eos_id: ClassVar[int] = 3

    def __init__(self, proto: bytes) -> None:
        self.proto = bytes(proto)
        self._processor = _load(self.proto)
        self.vocab_size: int = len(self._processor)
        self.vocabulary: list[str] = [self._processor.id_to_piece(number) for number in range(self.vocab_size)]
        self._characters = frozenset("".join(self.vocabulary))
        bytes_of_space = [f"<0x{byte:02X}>" for byte in SPACE_PIECE.encode()]
        self._space_bytes: list[int] = [self._processor.piece_to_id(piece) for piece in bytes_of_space]

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        *,
        vocab_size: int,
        model_type: Literal["unigram", "bpe"] = "unigram",
        byte_fallback: bool = True,
        character_coverage: float = 1.0,
        seed: int = 1,
        threads: int | None = None,
        max_sentences: int = 1_000_000,
        reserved: Sequence[str] = (),
    ) -> Subwords:
        """Train a model on texts.

        Texts are read once, in bounded memory. Texts over 1,000 characters are split, at spaces if possible; none is
        skipped for its length. The same texts and options give the same model.

        Parameters
        ----------
        texts : iterable of str
            Raw text; empty texts are ignored.
        vocab_size : int
            Number of pieces, including special pieces and bytes. It is raised if too small for the characters of the
            texts, and lowered if too large for their words; see the attribute `vocab_size` of the result.
        model_type : "unigram" or "bpe", default="unigram"
            Training algorithm.
        byte_fallback : bool, default=True
            Add the 256 bytes, which can encode any text.
        character_coverage : float, default=1.0
            Share of all characters that get a piece; below 1, the rarest are encoded as bytes or unknown.
        seed : int, default=1
            Seed of the sample of sentences.
        threads : int, optional
            Number of threads; default: 1. A unigram model depends on it, because the rounding of sums does.
        max_sentences : int, default=1,000,000
            Maximum number of sentences to train on; beyond it, a random sample is used.
        reserved : sequence of str, optional
            Texts that are one piece wherever they stand, such as tags and placeholders. One that begins with a space
            is a piece together with the space before it.

        Returns
        -------
        Subwords

        Raises
        ------
        InputError
            If the texts contain no words.
        ParameterError
            If a parameter has an invalid value.
        """
        return cls(
            train_pieces(
                texts,
                vocab_size=vocab_size,
                model_type=model_type,
                byte_fallback=byte_fallback,
                character_coverage=character_coverage,
                seed=seed,
                threads=1 if threads is None else threads,
                max_sentences=max_sentences,
                reserved=reserved,
            )
        )

    def __len__(self) -> int:
        return self.vocab_size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Subwords) and self.proto == other.proto

    def __hash__(self) -> int:
        return hash(self.proto)

    def __repr__(self) -> str:
        return f"<Subwords: {self.vocab_size} pieces>"

    def __reduce__(self) -> tuple[type[Subwords], tuple[bytes]]:
        return type(self), (self.proto,)

    def encode(
        self, texts: Sequence[str], *, sample: float | None = None, seed: int | None = None, threads: int | None = None
    ) -> list[list[int]]:
        """Encode texts as ids of pieces.

        Parameters
        ----------
        texts : sequence of str
            Raw text.
        sample : float, optional
            Randomise the segmentation. Unigram: inverse temperature, above 0; 0.1 to 0.2 is usual. BPE: probability of
            skipping a merge, up to 1; 0.1 is usual.
        seed : int, optional
            Seed of the sampling, which runs in one thread.
        threads : int, optional
            Number of threads; default: all cores.

        Returns
        -------
        list of list of int
            The ids of each text, without begin and end; an empty list for an empty text.

        Raises
        ------
        ParameterError
            If a parameter has an invalid value.
        """
        if isinstance(texts, str):
            raise ParameterError("texts is one text; expected a list of them: put it in brackets")
        options: dict[str, Any] = {"out_type": int}
        if sample is None:
            few = len(texts) < _FEW
            options["num_threads"] = 1 if few else available_threads() if threads is None else max(threads, 1)
        else:
            if not 0 < sample < float("inf"):
                raise ParameterError(f"sample is {sample}; expected a number above 0, such as 0.1")
            options |= {"enable_sampling": True, "alpha": sample, "nbest_size": -1, "num_threads": 1}
            if seed is not None:
                import sentencepiece

                sentencepiece.set_random_generator_seed(seed % (1 << 32))
        clean = [clean_text(text) for text in texts]
        stand_ins = {}
        for place, text in enumerate(clean):
            if SPACE_PIECE in text:
                stand_ins[place] = stand_in = self._stand_in(text)
                clean[place] = text.replace(SPACE_PIECE, stand_in)
        found: list[list[int]] = self._processor.encode(clean, **options)
        for place, stand_in in stand_ins.items():
            found[place] = self._put_space_piece(found[place], stand_in)
        return found

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """Decode ids to texts.

        Parameters
        ----------
        ids : sequence of sequence of int
            The ids of each text. Padding, begin and end are ignored; invalid UTF-8 bytes become U+FFFD.

        Returns
        -------
        list of str
            The texts, with single spaces and stripped ends.

        Raises
        ------
        ParameterError
            If an id is not in the vocabulary.
        """
        rows = [[piece for piece in map(int, row) if piece not in (0, 2, 3)] for row in ids]
        for row in rows:
            self._check(row)
        return [" ".join(text.split()) for text in self._processor.decode(rows)] if rows else []

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the pieces as strings: ``▁`` marks a space, ``<0xE2>`` a byte.

        Raises
        ------
        ParameterError
            If an id is not in the vocabulary.
        """
        numbers = [int(number) for number in ids]
        self._check(numbers)
        return [self.vocabulary[number] for number in numbers]

    def words(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Find the pieces of each word of ``decode([ids])[0].split()``, in order.

        Parameters
        ----------
        ids : sequence of int
            The ids of a text.

        Returns
        -------
        list of (int, int)
            For each word the index of its first piece in ``ids``, and the index after its last piece. Padding, begin
            and end belong to no word; a separate space piece belongs to the next word.

        Raises
        ------
        ParameterError
            If an id is not in the vocabulary.
        """
        pieces = zip(ids, self.pieces(ids), strict=True)
        return spaced_words([None if number in (0, 2, 3) else piece for number, piece in pieces])

    def parts(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Same as `words`, but words in scripts without spaces, such as Chinese and Thai, are cut into their pieces."""

        def texts(spans: list[tuple[int, int]]) -> list[str]:
            return self.decode([ids[begin:end] for begin, end in spans])

        return parts_of_words(self.words(ids), self.pieces(ids), texts)

    def _check(self, ids: Sequence[int]) -> None:
        if ids and not 0 <= min(ids) <= max(ids) < self.vocab_size:
            wrong = next(number for number in ids if not 0 <= number < self.vocab_size)
            raise ParameterError(f"{wrong} is no piece's id; expected 0 to {self.vocab_size - 1}")

    def _stand_in(self, text: str) -> str:
        """Return a character that occurs neither in the text nor in a piece, so it is encoded as bytes or unknown."""
        present = self._characters.union(text)
        return next(character for character in map(chr, _PRIVATE) if character not in present)

    def _put_space_piece(self, ids: list[int], stand_in: str) -> list[int]:
        """Replace the bytes of the stand-in character by those of U+2581."""
        if self.unk_id in self._space_bytes:
            return ids
        bytes_of_it = [self._processor.piece_to_id(f"<0x{byte:02X}>") for byte in stand_in.encode()]
        put: list[int] = []
        place = 0
        while place < len(ids):
            found = ids[place : place + len(bytes_of_it)] == bytes_of_it
            put += self._space_bytes if found else ids[place : place + 1]
            place += len(bytes_of_it) if found else 1
        return put


def _load(proto: bytes) -> Any:
    import sentencepiece

    if not proto:
        raise ArtifactError("a sentencepiece model of 0 bytes holds nothing: save or copy it again")
    try:
        processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
        found = (processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id())
    except (RuntimeError, ValueError, OSError) as error:
        raise ArtifactError(
            f"{len(proto):,} bytes are no sentencepiece model, or a damaged one ({' '.join(str(error).split())}): "
            "save or copy it again"
        ) from error
    if found != (0, 1, 2, 3):
        raise ArtifactError(
            f"this sentencepiece model has padding, unknown, begin and end as pieces {found}; expected (0, 1, 2, 3): "
            "train one with Subwords.train"
        )
    return processor
