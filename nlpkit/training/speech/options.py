"""SpeechTrainingOptions: how a recogniser of speech is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nlpkit.errors import is_number, require, require_number, require_whole
from nlpkit.training.options import LoopOptions


@dataclass(frozen=True, kw_only=True)
class SpeechTrainingOptions(LoopOptions):
    """Options of a recogniser's training, beside those of the loop. Dropout is an option of the model.

    Parameters
    ----------
    batch_clips : int
        Maximum number of clips in a batch.
    batch_seconds : float
        Maximum duration of a batch, padding included; a longer clip is a batch of its own.
    max_seconds : float
        Longer recordings are left out, and counted.
    speed : float
        Largest change of speed and pitch: with 0.2 a clip is played up to 20 % faster or slower.
    tempo : float
        Largest change of speed without a change of pitch.
    gain : float
        Largest change of volume, in dB.
    shift : float
        Largest shift of the start, in seconds; clips get longer by it, with silence or noise.
    noise : float
        Share of the clips to which noise is added.
    snr : (float, float)
        Lowest and highest signal-to-noise ratio, in dB; one number stands for both.
    reverberation : float
        Share of the clips that sound as in a room.
    filter : float
        Largest slope of a random frequency response, in dB per octave, as of another microphone.
    time_masks, time_width, band_masks, band_width : int
        Masks of SpecAugment: see `nlpkit.speech.augment.spec_augment`.
    mixup : float
        Parameter of the beta distribution that mixes pairs of clips (Zhang et al. 2018), for classifiers; 0 mixes none.
    label_smoothing : float
        Share of the target that goes to all labels alike, for classifiers.
    class_weights : {"none", "balanced"}
        "balanced" weighs each label by the inverse of its frequency, for classifiers.
    join : int
        For CTC: join up to this number of recordings to one, with pauses; 1 joins none.
    pause : (float, float)
        Shortest and longest pause between recordings that are joined, in seconds; one number stands for both.
    blank_penalty : float
        For CTC: 0 to 20, subtracted from the blank's logit when the trained model recognises, so that more words are
        found. Other sounds teach blanks, also in place of words by voices that the model has not heard. Confidences
        stay the probabilities of the network.
    monitor : {"accuracy", "wer", "cer", "loss"}
        Metric of the validation that decides which weights are better; a classifier has accuracy, CTC has WER and CER.
    **kwargs
        Options of `nlpkit.training.options.LoopOptions`, with ``optimizer``, ``learning_rate``, ``epochs`` and so on.

    Raises
    ------
    ParameterError
        If a value is invalid or out of range.
    """

    batch_clips: int = 64
    batch_seconds: float = 120.0
    max_seconds: float = 30.0
    speed: float = 0.2
    tempo: float = 0.15
    gain: float = 6.0
    shift: float = 0.1
    noise: float = 0.5
    snr: tuple[float, float] = (5.0, 30.0)
    reverberation: float = 0.2
    filter: float = 3.0
    time_masks: int = 2
    time_width: int = 12
    band_masks: int = 2
    band_width: int = 6
    mixup: float = 0.0
    label_smoothing: float = 0.1
    class_weights: str = "none"
    join: int = 1
    pause: tuple[float, float] = (0.03, 0.7)
    blank_penalty: float = 0.0
    monitor: str = "loss"
    warmup: int = 100
    schedule: str = "cosine"
    precision: str = "float32"
    patience: int = 0
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    epochs: int = 40

    MONITORS: ClassVar[Sequence[str]] = ("accuracy", "wer", "cer", "loss")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, (least, most) in _PAIRS.items():
            given: Any = getattr(self, name)
            pair = tuple(given) if isinstance(given, Iterable) else (given, given)
            fits = len(pair) == 2 and all(is_number(each, least, most) for each in pair) and pair[0] <= pair[1]
            require(fits, name, given, f"two numbers from {least} to {most}, the smaller one first, or one for both")
            object.__setattr__(self, name, tuple(map(float, pair)))
        for name, limit in _NUMBERS.items():
            require_number(name, getattr(self, name), 0, limit)
        for name in ("batch_seconds", "max_seconds"):
            require(getattr(self, name) > 0, name, getattr(self, name), "a number of seconds above 0")
        for name, least in _WHOLE.items():
            require_whole(name, getattr(self, name), least)
        require(self.class_weights in ("none", "balanced"), "class_weights", self.class_weights, "none or balanced")


_PAIRS = {"snr": (-100, 200), "pause": (0, 60)}
_NUMBERS = {
    "batch_seconds": 1e6,
    "max_seconds": 1e6,
    "speed": 0.5,
    "tempo": 0.5,
    "gain": 60,
    "shift": 10,
    "noise": 1,
    "reverberation": 1,
    "filter": 30,
    "mixup": 10,
    "blank_penalty": 20,
    "label_smoothing": 0.99,
}
_WHOLE = {"batch_clips": 1, "time_masks": 0, "time_width": 0, "band_masks": 0, "band_width": 0, "join": 1}
