"""Speech: audio files, spectrograms and other features of sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from nlpkit.speech.audio.raw_format import RawFormat
    from nlpkit.speech.audio.reading import Audio, AudioInfo, info, load, stream
    from nlpkit.speech.audio.resampling import resample
    from nlpkit.speech.clip_vectors import LogMel, Mfcc
    from nlpkit.speech.features.decibels import power_to_db
    from nlpkit.speech.features.deltas import deltas
    from nlpkit.speech.features.files import file_features, stream_features
    from nlpkit.speech.features.fourier import griffin_lim, istft, stft
    from nlpkit.speech.features.normalization import cmvn, pcen
    from nlpkit.speech.features.options import FeatureOptions
    from nlpkit.speech.features.spectral import log_mel, mel_spectrogram, mfcc, spectrogram
    from nlpkit.speech.features.stream import FeatureStream
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
    "Audio": "nlpkit.speech.audio.reading",
    "AudioInfo": "nlpkit.speech.audio.reading",
    "FeatureOptions": "nlpkit.speech.features.options",
    "FeatureStream": "nlpkit.speech.features.stream",
    "LogMel": "nlpkit.speech.clip_vectors",
    "Mfcc": "nlpkit.speech.clip_vectors",
    "RawFormat": "nlpkit.speech.audio.raw_format",
    "SpeechRegion": "nlpkit.speech.voice_activity",
    "cmvn": "nlpkit.speech.features.normalization",
    "deltas": "nlpkit.speech.features.deltas",
    "file_features": "nlpkit.speech.features.files",
    "griffin_lim": "nlpkit.speech.features.fourier",
    "info": "nlpkit.speech.audio.reading",
    "istft": "nlpkit.speech.features.fourier",
    "load": "nlpkit.speech.audio.reading",
    "log_mel": "nlpkit.speech.features.spectral",
    "mel_spectrogram": "nlpkit.speech.features.spectral",
    "mfcc": "nlpkit.speech.features.spectral",
    "pcen": "nlpkit.speech.features.normalization",
    "power_to_db": "nlpkit.speech.features.decibels",
    "resample": "nlpkit.speech.audio.resampling",
    "spectrogram": "nlpkit.speech.features.spectral",
    "speech_regions": "nlpkit.speech.voice_activity",
    "stft": "nlpkit.speech.features.fourier",
    "stream": "nlpkit.speech.audio.reading",
    "stream_features": "nlpkit.speech.features.files",
}

__getattr__ = attributes_of(__name__, _HOMES)
