"""Features equal the references' own, and those worked out plainly in float64."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import feature_oracle as oracle
import librosa
import numpy as np
import pytest
from sounds import tone, voice_like

from nlpkit.corpora.recordings import Recordings
from nlpkit.speech import FeatureOptions, load, log_mel, mel_spectrogram, mfcc, spectrogram

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"

SOUNDS = {
    "voice": voice_like(),
    "tone": tone(1000),
    "silence": np.zeros(12000),
    "one click": np.eye(1, 9000, 4000)[0],
    "short": voice_like(700),
}
GRID: list[dict[str, Any]] = [
    {},
    {"sr": 16000, "n_fft": 400, "hop_length": 160, "n_mels": 80},
    {"sr": 16000, "n_fft": 512, "hop_length": 128, "n_mels": 40},
    {"sr": 8000, "n_fft": 256, "hop_length": 80, "n_mels": 23},
    {"sr": 44100, "n_fft": 4096, "hop_length": 1024, "n_mels": 128},
    {"sr": 44100, "n_fft": 1102, "hop_length": 441, "n_mels": 64},  # 1102 / 2 = 19 · 29
    {"sr": 44100, "n_fft": 1103, "hop_length": 441, "n_mels": 64},
    {"sr": 48000, "n_fft": 1200, "hop_length": 480, "n_mels": 64},
    {"sr": 16000, "n_fft": 750, "hop_length": 1000, "n_mels": 20},
]


@pytest.mark.filterwarnings("ignore:n_fft=:UserWarning")
@pytest.mark.filterwarnings("ignore:Empty filters:UserWarning")
@pytest.mark.parametrize("numbers", GRID, ids=lambda numbers: str(numbers.get("n_fft", "defaults")))
@pytest.mark.parametrize("sound", SOUNDS)
def test_librosa(sound: str, numbers: dict[str, Any]) -> None:
    given = {"sr": 22050, **numbers}
    y = SOUNDS[sound]
    bands = librosa.feature.melspectrogram(y=y, **given)
    np.testing.assert_allclose(mel_spectrogram(y, **numbers), bands, rtol=1e-5, atol=1e-12 * bands.max())
    logs, cepstra = librosa.power_to_db(bands), librosa.feature.mfcc(y=y, **given)
    np.testing.assert_allclose(log_mel(y, **numbers), logs, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(mfcc(y, **numbers), cepstra, rtol=1e-5, atol=1e-4)

    narrow = y.astype(np.float32)
    for given_out in (mel_spectrogram(narrow, **numbers), log_mel(narrow, **numbers), mfcc(narrow, **numbers)):
        assert given_out.dtype == np.float32
    assert abs(mel_spectrogram(narrow, **numbers) - bands).max() <= 2e-6 * bands.max()
    assert abs(log_mel(narrow, **numbers) - logs).max() <= 0.01
    assert abs(mfcc(narrow, **numbers) - cepstra).max() <= 0.01


@pytest.mark.parametrize("n_fft", [64, 400, 441, 2048])
def test_powers_and_amplitudes_are_librosas(n_fft: int) -> None:
    y = voice_like(6000)
    options = FeatureOptions(n_fft=n_fft, hop_length=100)
    amplitudes = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=100))
    np.testing.assert_allclose(spectrogram(y, preset=options), amplitudes**2, rtol=1e-6, atol=1e-12)
    options = FeatureOptions(n_fft=n_fft, hop_length=100, power=1)
    np.testing.assert_allclose(spectrogram(y, preset=options), amplitudes, rtol=1e-6, atol=1e-9)
    bands = librosa.feature.melspectrogram(y=y, sr=22050, n_fft=n_fft, hop_length=100, power=1, n_mels=16)
    np.testing.assert_allclose(mel_spectrogram(y, preset=options, n_mels=16), bands, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("n_fft", [500, 512, 513])
def test_a_window_shorter_than_the_transform(n_fft: int) -> None:
    y = voice_like(6000)
    given = {"n_fft": n_fft, "hop_length": 90, "win_length": 300, "n_mels": 30}
    bands = librosa.feature.melspectrogram(y=y, sr=22050, **given)
    np.testing.assert_allclose(mel_spectrogram(y, preset=FeatureOptions(**given)), bands, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
@pytest.mark.parametrize("n", [1, 2, 5, 199, 200, 201, 600, 5000])
@pytest.mark.parametrize("n_fft", [400, 402])
def test_what_stands_around_a_clip(mode: Any, n: int, n_fft: int) -> None:
    """However short it is; 402 takes the code path that is not compiled."""
    y = voice_like(n) + 0.1
    options = FeatureOptions(n_fft=n_fft, hop_length=160, pad_mode=mode)
    frames = oracle.centred(y, n_fft, 160, mode) * oracle.hann(n_fft)
    np.testing.assert_allclose(spectrogram(y, preset=options), oracle.powers(frames, n_fft).T, rtol=1e-6, atol=1e-9)


def test_a_lifter_is_librosas() -> None:
    y = voice_like()
    expected = librosa.feature.mfcc(y=y, sr=22050, n_mfcc=12, lifter=22)
    np.testing.assert_allclose(mfcc(y, preset=FeatureOptions(lifter=22), n_mfcc=12), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("sound", SOUNDS)
def test_whisper(sound: str) -> None:
    from transformers import WhisperFeatureExtractor

    y = SOUNDS[sound]
    np.testing.assert_allclose(log_mel(y, preset="whisper"), oracle.whisper(y), atol=1e-9)
    np.testing.assert_allclose(log_mel(y.astype(np.float32), preset="whisper"), oracle.whisper(y), atol=1e-4)
    for n_mels in (80, 128):
        extractor = WhisperFeatureExtractor(feature_size=n_mels)
        expected = extractor(y.astype(np.float32), sampling_rate=16000, return_tensors="np").input_features[0]
        for dtype in (np.float32, np.float64):
            got = log_mel(y.astype(dtype), preset="whisper", n_mels=n_mels, pad_to=30.0)
            np.testing.assert_allclose(got, expected, atol=1e-4)


@pytest.mark.parametrize("sound", SOUNDS)
def test_torchaudio(sound: str) -> None:
    y = SOUNDS[sound]
    expected = oracle.torchaudio_mel(y)
    np.testing.assert_allclose(mel_spectrogram(y, preset="torchaudio"), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(log_mel(y, preset="torchaudio"), oracle.torchaudio_db(y), atol=1e-6)
    np.testing.assert_allclose(mfcc(y, preset="torchaudio"), oracle.torchaudio_mfcc(y), atol=1e-6)
    narrow = y.astype(np.float32)
    assert abs(mel_spectrogram(narrow, preset="torchaudio") - expected).max() <= 2e-6 * expected.max()
    assert abs(mfcc(narrow, preset="torchaudio") - oracle.torchaudio_mfcc(y)).max() <= 0.01


@pytest.mark.parametrize("sr", [16000, 8000])
@pytest.mark.parametrize("sound", SOUNDS)
def test_kaldi_by_its_formulas(sound: str, sr: int) -> None:
    y = SOUNDS[sound]
    logs, cepstra = oracle.kaldi(y, sr)
    np.testing.assert_allclose(log_mel(y, preset="kaldi", sr=sr), logs, atol=1e-7)
    np.testing.assert_allclose(mfcc(y, preset="kaldi", sr=sr), cepstra, atol=1e-6)


@pytest.mark.parametrize("n_mels", [23, 80])
@pytest.mark.parametrize("sr", [16000, 8000])
def test_kaldi_native_fbank(sr: int, n_mels: int) -> None:
    y = voice_like(sr=sr)
    for kind, ours in (("Fbank", log_mel), ("Mfcc", mfcc)):
        for dtype, tolerance in ((np.float32, 5e-3), (np.float64, 1e-3)):
            got = ours(y.astype(dtype), preset="kaldi", sr=sr, n_mels=n_mels)
            np.testing.assert_allclose(got, native(kind, y, sr, n_mels), atol=tolerance)


def native(kind: str, y: np.ndarray, sr: int, n_mels: int) -> np.ndarray:
    """Features by kaldi-native-fbank."""
    import kaldi_native_fbank

    options = getattr(kaldi_native_fbank, f"{kind}Options")()
    options.frame_opts.dither, options.frame_opts.samp_freq = 0, sr
    options.mel_opts.num_bins = n_mels
    extractor = getattr(kaldi_native_fbank, f"Online{kind}")(options)
    extractor.accept_waveform(sr, (y * 32768).tolist())
    extractor.input_finished()
    return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).T


@pytest.mark.data
@pytest.mark.slow
def test_kaldi_on_read_sentences(tmp_path: Path) -> None:
    """kaldi-native-fbank works in float32 itself: its coefficients are up to 0.008 from those of float64."""
    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/ljspeech_325.tar")
    clips = [load(each.audio, 16000).samples for each in Recordings(DATA / "ljspeech_325.tar")][::5]
    assert len(clips) == 65
    furthest = {(kind, dtype): 0.0 for kind in ("Fbank", "Mfcc") for dtype in (np.float32, np.float64)}
    for y in clips:
        for kind, ours in (("Fbank", log_mel), ("Mfcc", mfcc)):
            theirs = native(kind, y.astype(np.float64), 16000, 23)
            for dtype in (np.float32, np.float64):
                difference = abs(ours(y.astype(dtype), preset="kaldi") - theirs).max()
                furthest[kind, dtype] = max(furthest[kind, dtype], float(difference))
    assert furthest["Fbank", np.float32] <= 5e-3
    assert furthest["Fbank", np.float64] <= 2e-3
    assert furthest["Mfcc", np.float32] <= 1e-2
    assert furthest["Mfcc", np.float64] <= 1e-2
