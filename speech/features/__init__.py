"""Features of sound: spectrograms, mel bands, cepstra."""

from nlpkit.speech.features.cepstra import cepstra, cosine_transform
from nlpkit.speech.features.limits import db_size, finished, shifted
from nlpkit.speech.features.spectral import log_mel, mel_spectrogram, mfcc, spectrogram

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
