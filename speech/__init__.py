"""Speech: audio files, spectrograms and the features made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.speech.audio import Audio, AudioInfo, info, load, stream
    from nlpkit.speech.audio_source import RawFormat
    from nlpkit.speech.clip_vectors import LogMel, Mfcc
    from nlpkit.speech.decibels import power_to_db
    from nlpkit.speech.feature_files import file_features
    from nlpkit.speech.feature_options import FeatureOptions
    from nlpkit.speech.feature_stream import FeatureStream, stream_features
    from nlpkit.speech.features import log_mel, mel_spectrogram, mfcc, spectrogram
    from nlpkit.speech.fourier import griffin_lim, istft, stft
    from nlpkit.speech.normalization import cmvn, pcen
    from nlpkit.speech.resampling import resample
    from nlpkit.speech.slopes import deltas
    from nlpkit.speech.voice_activity import SpeechRegion, speech_regions

__all__ = [
    "Audio",
    "AudioInfo",
    "FeatureOptions",
    "FeatureStream",
    "LogMel",
    "Mfcc",
    "RawFormat",
    "SpeechRegion",
    "cmvn",
    "deltas",
    "file_features",
    "griffin_lim",
    "info",
    "istft",
    "load",
    "log_mel",
    "mel_spectrogram",
    "mfcc",
    "pcen",
    "power_to_db",
    "resample",
    "spectrogram",
    "speech_regions",
    "stft",
    "stream",
    "stream_features",
]

_HOMES = {
    **dict.fromkeys(("Audio", "AudioInfo", "info", "load", "stream"), "audio"),
    "RawFormat": "audio_source",
    **dict.fromkeys(("LogMel", "Mfcc"), "clip_vectors"),
    "power_to_db": "decibels",
    "deltas": "slopes",
    "file_features": "feature_files",
    "FeatureOptions": "feature_options",
    **dict.fromkeys(("FeatureStream", "stream_features"), "feature_stream"),
    **dict.fromkeys(("log_mel", "mel_spectrogram", "mfcc", "spectrogram"), "features"),
    **dict.fromkeys(("griffin_lim", "istft", "stft"), "fourier"),
    **dict.fromkeys(("cmvn", "pcen"), "normalization"),
    "resample": "resampling",
    **dict.fromkeys(("SpeechRegion", "speech_regions"), "voice_activity"),
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
