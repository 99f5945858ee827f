"""Targets: the labels or the texts that a model of speech learns from recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from nlpkit.errors import ParameterError, is_whole, require
from nlpkit.speech.recognition.alphabet import Alphabet, spoken_form

from .speech_clips import Clip, LeftOut

if TYPE_CHECKING:
    from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet
    from nlpkit.speech.recognition.speech_model import SpeechModel

REJECTS = ("_other_", "_unknown_", "_silence_", "_noise_", "_background_noise_")
"""Labels of sounds that are none of the known ones."""

LETTERS = ("lower", "as-is")
VOCABULARIES = ("auto", "closed", "open")
_MOST_WORDS, _LEAST_EACH = 100, 10


class Targets(Protocol):
    """Labels or texts, as tokens."""

    names: Sequence[str]
    """The labels, or the letters."""

    vocabulary: Sequence[str]

    outputs: Sequence[str]
    """The name of each output of the network."""

    rejects: Collection[str]
    """Labels of sounds that are none of the known ones."""

    def usable(self, clips: Iterable[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips that say what is to be learnt, and count the others."""

    def learn(self, clips: Sequence[Clip]) -> None:
        """Learn the names from clips to train on."""

    def known(self, clips: Sequence[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips whose names are known, and count the others."""

    def encode(self, clip: Clip) -> list[int]:
        """Return the tokens of a clip."""

    def short(self, clips: Sequence[Clip], model: SpeechModel, left_out: LeftOut) -> list[Clip]:
        """Return the clips that have enough frames for their tokens, and count the others."""

    def stored(self) -> dict[str, Any]:
        """Return the options of the model that follow from them."""

    def __len__(self) -> int:
        """Return the number of outputs of the network."""


class LabelTargets:
    """Labels of a classifier.

    Parameters
    ----------
    rejects : iterable of str
        Further labels of sounds that are none of the known ones.
    names : sequence of str
        Labels that are known already.
    """

    vocabulary: Sequence[str] = ()

    def __init__(self, *, rejects: Iterable[str] = (), names: Sequence[str] = ()) -> None:
        self.names: Sequence[str] = tuple(names)
        self.rejects = {*REJECTS, *rejects}
        self._numbers: dict[str, int] = {}

    @property
    def outputs(self) -> Sequence[str]:
        """The labels."""
        return self.names

    def usable(self, clips: Iterable[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips with a label, and count the others."""
        found = []
        for clip in clips:
            if clip.label:
                found.append(clip)
            else:
                left_out.add("no label", clip.name)
        return found

    def learn(self, clips: Sequence[Clip]) -> None:
        """Take the labels of clips.

        Raises
        ------
        ParameterError
            If there are fewer than two, or all are of sounds to reject.
        """
        self.names = tuple(sorted({clip.label for clip in clips if clip.label is not None}))
        if len(self.names) < 2:
            raise ParameterError(
                f"all recordings have the label {self.names[0]!r}: expected at least two; --label names the column"
            )
        if self.rejects.issuperset(self.names):
            raise ParameterError(
                f"all labels are of sounds to reject ({', '.join(self.names)}): expected another one; --reject names"
                " such labels"
            )
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def known(self, clips: Sequence[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips whose label is known, and count the others."""
        found = []
        for clip in clips:
            if clip.label in self._numbers:
                found.append(clip)
            else:
                left_out.add(f"label {clip.label!r} is not among those to train on", clip.name)
        return found

    def encode(self, clip: Clip) -> list[int]:
        """Return the number of the label."""
        return [self._numbers[clip.label or ""]]

    def short(self, clips: Sequence[Clip], model: SpeechModel, left_out: LeftOut) -> list[Clip]:
        """Return all clips."""
        return list(clips)

    def stored(self) -> dict[str, Any]:
        """Return the labels, and which of them are rejected."""
        return {"labels": list(self.names), "rejects": [name for name in self.names if name in self.rejects]}

    def __len__(self) -> int:
        return len(self.names)


class TextTargets:
    """Letters of CTC.

    Parameters
    ----------
    letters : {"lower", "as-is"}
    vocabulary : {"auto", "closed", "open"}
    rejects : iterable of str
        Further labels of sounds without text; what their recordings have is not learnt.
    alphabet : Alphabet or PieceAlphabet, optional
        The alphabet of a model to start from. It is kept if the texts have no other letters, and no pieces are asked
        for.
    pieces : int, optional
        Number of sub-words that are learnt instead of letters.

    Raises
    ------
    ParameterError
        If a word is another one.
    """

    def __init__(
        self,
        *,
        letters: str = "lower",
        vocabulary: str = "auto",
        rejects: Iterable[str] = (),
        alphabet: Alphabet | PieceAlphabet | None = None,
        pieces: int | None = None,
    ) -> None:
        for name, value, choices in (("letters", letters, LETTERS), ("vocabulary", vocabulary, VOCABULARIES)):
            if value not in choices:
                raise ParameterError(f"{name} is {value!r}: expected one of {', '.join(choices)}")
        require(pieces is None or is_whole(pieces, 8), "pieces", pieces, "a whole number of sub-words, at least 8")
        self._pieces = pieces
        self.alphabet = alphabet or Alphabet([])
        self._base = alphabet
        self.vocabulary: Sequence[str] = ()
        self._letters, self._asked = letters, vocabulary
        self._textless = frozenset(rejects)
        self.rejects = {*REJECTS, *self._textless}

    @property
    def names(self) -> Sequence[str]:
        """The letters, or the sub-words."""
        return self.alphabet.letters or tuple(map(str, range(1, len(self.alphabet))))

    @property
    def outputs(self) -> Sequence[str]:
        """The text of each token."""
        return self.alphabet.tokens

    def usable(self, clips: Iterable[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips with a text, or a label that says that there is none, and count the others."""
        found = []
        for clip in clips:
            given = "" if clip.label in self._textless else clip.text or ""
            text = spoken_form(given) if self._letters == "lower" else " ".join(given.split())
            if text or clip.label in self.rejects:
                found.append(replace(clip, text=text))
            else:
                left_out.add("no text", clip.name)
        return found

    def learn(self, clips: Sequence[Clip]) -> None:
        """Take the alphabet and the vocabulary of clips.

        Raises
        ------
        ParameterError
            If all are of sounds to reject.
        """
        texts = [clip.text or "" for clip in clips]
        if not any(texts):
            raise ParameterError("all recordings are of sounds to reject (--reject), or have no text: expected a text")
        if self._base is None or self._pieces or any(map(self._base.unknown, texts)):
            # a model of sub-words gets new ones, as many
            size = self._pieces or (0 if self._base is None or self._base.letters else len(self._base))
            self.alphabet = _pieces_of(texts, size) if size else Alphabet.with_space(texts)
        counts = Counter(word for text in texts for word in text.split())
        few = 0 < len(counts) <= _MOST_WORDS and counts.total() >= _LEAST_EACH * len(counts)
        if self._asked == "closed" or (self._asked == "auto" and few):
            self.vocabulary = tuple(sorted(counts))

    def known(self, clips: Sequence[Clip], left_out: LeftOut) -> list[Clip]:
        """Return the clips whose letters are known, and count the others."""
        found = []
        for clip in clips:
            unknown = self.alphabet.unknown(clip.text or "")
            if unknown:
                left_out.add("letters outside the alphabet", f"{clip.name}: {' '.join(unknown)}")
            else:
                found.append(clip)
        return found

    def encode(self, clip: Clip) -> list[int]:
        """Return the tokens of the text."""
        return self.alphabet.encode(clip.text or "")

    def short(self, clips: Sequence[Clip], model: SpeechModel, left_out: LeftOut) -> list[Clip]:
        """Return the clips that have enough frames for their letters, and count the others."""
        found = []
        for clip in clips:
            tokens = self.encode(clip)
            needed = len(tokens) + sum(one == other for one, other in pairwise(tokens))
            frames = -(-model.front.options.n_frames(len(clip.samples)) // model.options.stride)
            if frames < needed:
                left_out.add("more letters than frames", clip.name)
            else:
                found.append(clip)
        return found

    def stored(self) -> dict[str, Any]:
        """Return the letters and the vocabulary."""
        pieces = None if isinstance(self.alphabet, Alphabet) else self.alphabet.proto
        return {"letters": list(self.alphabet.letters), "pieces": pieces, "vocabulary": list(self.vocabulary)}

    def __len__(self) -> int:
        return len(self.alphabet)


def _pieces_of(texts: Sequence[str], size: int) -> PieceAlphabet:
    from nlpkit.speech.recognition.piece_alphabet import PieceAlphabet

    return PieceAlphabet.learnt(texts, size=size)
