"""Features of sound: spectrograms, mel bands, cepstra."""

from nlpkit.speech.features.spectral import (
    cepstra,
    cosine_transform,
    db_size,
    finished,
    log_mel,
    mel_spectrogram,
    mfcc,
    shifted,
    spectrogram,
)

__all__ = [
    "cepstra",
    "cosine_transform",
    "db_size",
    "finished",
    "log_mel",
    "mel_spectrogram",
    "mfcc",
    "shifted",
    "spectrogram",
]
