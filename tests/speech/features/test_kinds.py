"""Features that options cannot give are refused, or warned of, at every entrance alike."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile as sf
from sounds import voice_like

from nlpkit.errors import FeatureWarning, ParameterError
from nlpkit.jobs.spectrograms import save_spectrograms
from nlpkit.speech import (
    FeatureOptions,
    FeatureStream,
    LogMel,
    Mfcc,
    file_features,
    log_mel,
    mel_spectrogram,
    mfcc,
    spectrogram,
    stream_features,
)
from nlpkit.speech.features.mel_filters import mel_filters
from nlpkit.speech.picture import sound_picture

PRESETS = ["librosa", "torchaudio", "whisper", "kaldi"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    sf.write(tmp_path / "a.wav", voice_like(8000), 16000)
    return tmp_path / "a.wav"


def entrances(path: Path, kind: str, options: FeatureOptions) -> list[Callable[[], Any]]:
    picture = {"mfcc": "mfcc", "mel_spectrogram": "mel"}.get(kind)
    function: Any = {"mfcc": mfcc, "mel_spectrogram": mel_spectrogram, "log_mel": log_mel}[kind]
    found: list[Callable[[], Any]] = [
        lambda: function(voice_like(8000), preset=options),
        lambda: FeatureStream(kind, preset=options, max_db=0.0),
        lambda: list(file_features([path], kind, preset=options)),
        lambda: list(stream_features(path, kind, preset=options)),
    ]
    if picture is not None:
        place = path.with_suffix(".png")
        found += [
            lambda: sound_picture(path, picture, preset=options),
            lambda: save_spectrograms(path, place, kind=picture, preset=options),
        ]
    if kind != "mel_spectrogram":
        kinds = {"log_mel": "mel", "mfcc": "mfcc"}
        found.append(lambda: save_spectrograms(path, path.with_suffix(".npy"), kind=kinds[kind], preset=options))
    return found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (FeatureOptions.of("kaldi", n_mfcc=30), r"n_mfcc is 30: expected at most n_mels \(23\)"),
        (FeatureOptions(n_mels=16), r"n_mfcc is 20: expected at most n_mels \(16\)"),
        (FeatureOptions.of("whisper"), "preset 'whisper' has no cepstral coefficients"),
    ],
    ids=["30 of 23", "20 of 16", "whisper"],
)
def test_coefficients_that_are_not_there(path: Path, options: FeatureOptions, message: str) -> None:
    for entrance in entrances(path, "mfcc", options):
        with pytest.raises(ParameterError, match=message) as caught:
            entrance()
        assert "\n" not in str(caught.value)
    assert sorted(path.parent.iterdir()) == [path]  # nothing is written
    assert FeatureStream("mel_spectrogram", preset=options).kind == "mel_spectrogram"  # which has no coefficients


def test_the_estimator_refuses_them_too() -> None:
    for model in (Mfcc(preset="kaldi", n_mfcc=30), Mfcc(n_mels=16), Mfcc(n_mels=16, n_mfcc=17)):
        with pytest.raises(ParameterError, match=r"n_mfcc is .*: expected at most n_mels"):
            model.fit()


@pytest.mark.parametrize("kind", ["mel_spectrogram", "log_mel", "mfcc"])
def test_empty_bands_are_told_at_every_entrance(path: Path, kind: str) -> None:
    options = FeatureOptions(sr=16000, n_fft=256, hop_length=128)
    for entrance in entrances(path, kind, options):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            entrance()
        [told] = [each for each in heard if each.category is FeatureWarning]
        assert "mel bands are empty" in str(told.message)
        assert "\n" not in str(told.message)


def test_empty_bands_of_clips_are_told_once() -> None:
    for model in (LogMel(sr=16000, n_fft=256), Mfcc(sr=16000, n_fft=256)):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            model.transform([voice_like(4000)] * 5)
            model.fit().transform([voice_like(4000)])
        assert [each.category for each in heard] == [FeatureWarning]
        assert heard[0].filename == __file__


@pytest.mark.parametrize(
    "options",
    [
        FeatureOptions(sr=44100, n_fft=512, hop_length=128),
        FeatureOptions.of("kaldi", n_mels=200),
        FeatureOptions.of("torchaudio", sr=22050),
        FeatureOptions.of("whisper", n_mels=300),
        FeatureOptions(n_fft=100, n_mels=5, fmin=100.0, fmax=500.0),
        FeatureOptions(n_fft=441, n_mels=300),
    ],
    ids=str,
)
def test_what_mends_empty_bands(options: FeatureOptions) -> None:
    """The number of empty bands is librosa's where it has such filters; with either number, none is left."""
    with pytest.warns(FeatureWarning) as heard:
        mel_spectrogram(np.zeros(2000), preset=options)
    words = str(heard[0].message)
    empty = int((mel_filters(options).max(axis=1) == 0).sum())
    assert words.startswith(f"{empty} of the {options.n_mels} mel bands")
    if options.mel_scale != "kaldi":
        shape: dict[str, Any] = {"n_mels": options.n_mels, "fmin": options.fmin, "fmax": options.highest}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            htk = options.mel_scale == "htk"
            theirs = librosa.filters.mel(sr=options.sr, n_fft=options.n_fft, htk=htk, dtype=np.float64, **shape)
        assert empty == (theirs.max(axis=1) == 0).sum()
    cures = re.fullmatch(r".*: use n_fft=(\d+) or n_mels=(\d+)", words)
    assert cures
    for change in ({"n_fft": int(cures[1])}, {"n_mels": int(cures[2])}):
        mended = FeatureOptions.of(options, **change)
        assert (mel_filters(mended).max(axis=1) > 0).all(), change
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            mel_spectrogram(np.zeros(2000), preset=mended)


def test_presets_do_not_warn_at_their_own_sizes() -> None:
    y = voice_like(8000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for preset in PRESETS:
            log_mel(y, preset=preset)
            spectrogram(y, preset=preset)
        spectrogram(y, n_fft=64)  # which has no mel bands
