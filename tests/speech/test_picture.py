"""A sound is drawn in the right place: at its second, at its frequency."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from sounds import tone, voice_like

from nlpkit.errors import InputError
from nlpkit.speech import FeatureOptions, log_mel
from nlpkit.speech.picture import sound_picture, spectrogram_png


@pytest.fixture
def beep(tmp_path: Path) -> Path:
    """A second of silence, a second of 1 kHz, half a second of silence."""
    y = np.concatenate([np.zeros(16000), tone(1000), np.zeros(8000)])
    sf.write(tmp_path / "beep.wav", y, 16000)
    return tmp_path / "beep.wav"


@pytest.mark.parametrize("preset", ["librosa", "torchaudio", "whisper", "kaldi"])
def test_a_tone_stands_at_its_frequency_and_its_time(beep: Path, preset: str) -> None:
    options = FeatureOptions.of(preset, sr=16000)
    picture = sound_picture(beep, "stft", preset=options)
    assert picture.seconds == 2.5
    step = (picture.last - picture.first) / picture.values.shape[1]
    loud = np.flatnonzero(picture.values.max(axis=0) > -20)
    assert picture.first + loud[0] * step == pytest.approx(1, abs=0.08)
    assert picture.first + (loud[-1] + 1) * step == pytest.approx(2, abs=0.08)
    hz = picture.values[:, loud].mean(axis=1).argmax() * 16000 / options.n_fft
    assert hz == pytest.approx(1000, abs=8000 / options.n_fft)
    assert picture.values.max() == 0
    assert picture.values.min() == -80
    n = len(picture.low)
    assert (picture.low[: round(0.39 * n)] == 0).all()
    assert picture.high[round(0.45 * n) : round(0.75 * n)].min() == pytest.approx(0.5, abs=0.01)


def pixels(png: bytes) -> np.ndarray:
    import io

    from matplotlib.image import imread

    return imread(io.BytesIO(png))


@pytest.mark.parametrize("kind", ["stft", "mel"])
def test_the_drawn_axis_is_true(beep: Path, kind: str) -> None:
    """The brightest row of the picture is the one that the axis calls 1,000 Hz."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawn: list[tuple[float, float]] = []
    original = FigureCanvasAgg.print_png

    def watched(canvas: FigureCanvasAgg, *arguments: object, **keywords: object) -> None:
        original(canvas, *arguments, **keywords)
        axes = canvas.figure.axes[1]
        [height] = [
            axes.transData.transform((1.5, place))[1]
            for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
            if label.get_text() == ("1,000" if kind == "mel" else "1000")
        ] or [axes.transData.transform((1.5, 1000.0))[1]]
        drawn.append((axes.transData.transform((1.5, 0))[0], height))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FigureCanvasAgg, "print_png", watched)
        made = pixels(spectrogram_png(beep, kind, preset=FeatureOptions.of("whisper")))
    [(x, height)] = drawn
    column = made[:, round(x), :3].sum(axis=1)[150:-60]  # below the waveform, above the labels
    brightest = np.flatnonzero(column > column.max() - 0.05).mean() + 150
    assert made.shape[0] - height == pytest.approx(brightest, abs=6)


@pytest.mark.parametrize("kind", ["stft", "mel", "mfcc"])
def test_long_sound_is_drawn_by_the_loudest_of_neighbours(tmp_path: Path, kind: str) -> None:
    y = voice_like(700_000)
    y[400_000] = 0.99
    sf.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    picture = sound_picture(tmp_path / "a.wav", kind, preset=FeatureOptions.of("librosa", sr=16000, hop_length=160))
    assert 1000 < picture.values.shape[1] <= 2000
    assert len(picture.low) <= 2100
    assert picture.high.max() == pytest.approx(0.99)
    assert picture.last == pytest.approx(700_000 / 16000, abs=0.1)
    if kind == "mel":
        logs = log_mel(y.astype(np.float32), preset=FeatureOptions.of("librosa", sr=16000, hop_length=160))
        pooled = logs[:, : 4374 // 3 * 3].reshape(128, -1, 3).max(axis=2) - logs.max()
        np.testing.assert_allclose(picture.values[:, : pooled.shape[1]], pooled, atol=0.01)


def test_a_part(beep: Path) -> None:
    picture = sound_picture(beep, "stft", preset="whisper", offset=1.25, duration=0.5)
    assert picture.seconds == 0.5
    assert (picture.values.max(axis=0) > -20).all()


@pytest.mark.parametrize("n", [1, 100, 500])
def test_very_short_sound_and_silence(tmp_path: Path, n: int) -> None:
    sf.write(tmp_path / "a.wav", np.zeros(n), 16000)
    for kind in ("stft", "mel", "mfcc"):
        for preset in ("librosa", "kaldi"):
            if (n, preset) in ((1, "kaldi"), (100, "kaldi")):  # as `nlpkit.jobs.save_spectrograms` does for numbers
                with pytest.raises(InputError, match=r"shorter than a frame of 0\.025 s: pad it with pad_to=0\.025"):
                    spectrogram_png(tmp_path / "a.wav", kind, preset=preset)
            else:
                assert spectrogram_png(tmp_path / "a.wav", kind, preset=preset).startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", ["stft", "mel"])
def test_levels_are_limited_and_amplitudes_are_levels_too(beep: Path, kind: str) -> None:
    """20 log10 of an amplitude is 10 log10 of its power."""
    for top_db in (30.0, None):
        options = FeatureOptions(sr=16000, top_db=top_db)
        powers = sound_picture(beep, kind, preset=options).values
        assert (powers.min(), powers.max()) == (-(top_db or 80), 0)
        amplitudes = sound_picture(beep, kind, preset=FeatureOptions(sr=16000, top_db=top_db, power=1)).values
        if kind == "stft":
            np.testing.assert_allclose(amplitudes, powers, atol=1e-3)
    assert amplitudes.max() == 0


def test_a_picture_of_a_padded_sound(beep: Path) -> None:
    options = FeatureOptions(sr=16000)
    plain, padded = (sound_picture(beep, "stft", preset=options, pad_to=pad_to) for pad_to in (1.0, 4.0))
    assert (plain.seconds, padded.seconds) == (2.5, 4.0)
    assert padded.values.shape[1] == 1 + 4 * 16000 // 512
    loud = slice(plain.values.shape[1] - 4)
    np.testing.assert_allclose(padded.values[:, loud], plain.values[:, loud], atol=1e-3)
    assert not padded.high[len(padded.high) * 3 // 4 :].any()
    assert np.abs(padded.high).max() == np.abs(plain.high).max()
