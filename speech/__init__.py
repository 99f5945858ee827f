"""Speech: audio files, spectrograms and the features made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.speech.feature_options import FeatureOptions
    from nlpkit.speech.features import log_mel, mel_spectrogram, mfcc, spectrogram

__all__ = ["FeatureOptions", "log_mel", "mel_spectrogram", "mfcc", "spectrogram"]

_HOMES = {
    "FeatureOptions": "feature_options",
    "log_mel": "features",
    "mel_spectrogram": "features",
    "mfcc": "features",
    "spectrogram": "features",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
