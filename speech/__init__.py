"""Speech: audio files, spectrograms and the features made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.speech.audio import Audio, AudioInfo, info, load, stream
    from nlpkit.speech.audio_source import RawFormat
    from nlpkit.speech.feature_options import FeatureOptions
    from nlpkit.speech.features import log_mel, mel_spectrogram, mfcc, spectrogram
    from nlpkit.speech.resampling import resample

_HOMES = {
    "audio": ("Audio", "AudioInfo", "info", "load", "stream"),
    "audio_source": ("RawFormat",),
    "feature_options": ("FeatureOptions",),
    "features": ("log_mel", "mel_spectrogram", "mfcc", "spectrogram"),
    "resampling": ("resample",),
}
__all__ = [
    "Audio",
    "AudioInfo",
    "FeatureOptions",
    "RawFormat",
    "info",
    "load",
    "log_mel",
    "mel_spectrogram",
    "mfcc",
    "resample",
    "spectrogram",
    "stream",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
