"""Speech is found where it is, in silence and in noise."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds import voice_like

from nlpkit.errors import InputError, MissingDependencyError, ParameterError
from nlpkit.speech import SpeechRegion, load, speech_regions
from nlpkit.speech.mains_hum import without_hum
from nlpkit.speech.rumble import without_rumble

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"


def scene(noise: float = 0.0, sr: int = 16000) -> np.ndarray:
    """Voices from 1 to 2 s and from 3.5 to 4 s, of 6 s."""
    y = np.zeros(6 * sr)
    y[sr : 2 * sr] = voice_like(sr, sr)
    y[round(3.5 * sr) : 4 * sr] = voice_like(sr // 2, sr)
    return y + noise * np.random.default_rng(0).standard_normal(len(y))


@pytest.mark.parametrize("noise", [0.0, 1e-4, 0.01, 0.03])
@pytest.mark.parametrize("sr", [8000, 16000, 44100])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_voices(noise: float, sr: int, dtype: type) -> None:
    found = speech_regions(scene(noise, sr).astype(dtype), sr)
    edges = [edge for region in found for edge in (region.start, region.end)]
    np.testing.assert_allclose(edges, [1, 2, 3.5, 4], atol=0.06)


def test_loudness_does_not_matter() -> None:
    for factor in (1e-3, 0.1, 3.0):
        assert speech_regions(scene(0.01) * factor, 16000) == speech_regions(scene(0.01), 16000)


def spoken(sr: int) -> np.ndarray:
    """Three spoken digits with pauses; 7 s."""
    folder = Path(__file__).parents[2] / "corpora/samples/digits"
    clips = [load(path, sr).samples.astype(np.float64) for path in sorted(folder.glob("*.wav"))]
    y = np.zeros(7 * sr)
    for at, clip in zip((1.0, 2.6, 4.5), clips, strict=True):
        y[round(at * sr) :][: len(clip)] += 0.5 * clip / np.abs(clip).max()
    return y


def hum(t: np.ndarray, hz: float, shares: tuple[float, ...]) -> np.ndarray:
    return sum((share * np.sin(2 * np.pi * hz * (k + 1) * t + k) for k, share in enumerate(shares)), np.zeros(len(t)))


DISTURBED = {
    "offset 0.01": lambda t: 0.01 + 0 * t,
    "offset 0.5": lambda t: 0.5 + 0 * t,
    "offset -0.5": lambda t: -0.5 + 0 * t,
    "drift": lambda t: 0.05 * t - 0.1,
    "slow waves": lambda t: 0.1 + 0.2 * np.sin(2 * np.pi * 0.3 * t),
    "rumble of 20 Hz": lambda t: 0.3 * np.sin(2 * np.pi * 20 * t + 1),
    "rumble of 45 Hz": lambda t: 0.3 * np.sin(2 * np.pi * 45 * t + 2),
    "rumble of 70 Hz": lambda t: 0.3 * np.sin(2 * np.pi * 70 * t + 3),
    "hum of 50 Hz": lambda t: hum(t, 50, (0.2,)),
    "hum of 60 Hz": lambda t: hum(t, 60, (0.2,)),
    "hum of 50 Hz with harmonics": lambda t: hum(t, 50, (0.1, 0.05, 0.03)),
    "hum of 60 Hz with harmonics": lambda t: hum(t, 60, (0.1, 0.05, 0.03)),
    "hum of 49.93 Hz": lambda t: hum(t, 49.93, (0.1, 0.1, 0.05, 0.02, 0.02)),
    "hum of 60.1 Hz": lambda t: hum(t, 60.1, (0.02, 0.1, 0.02)),
    "all": lambda t: 0.2 + 0.1 * np.sin(2 * np.pi * 33 * t) + hum(t, 50, (0.1, 0.05, 0.03)),
}


@pytest.mark.parametrize("disturbance", DISTURBED)
@pytest.mark.parametrize(
    ("sound", "sr", "noise", "level"), [(scene, 16000, 0.0, 1.0), (spoken, 8000, 1e-3, 1.0), (spoken, 16000, 1e-4, 0.1)]
)
def test_what_is_not_heard_does_not_count(disturbance: str, sound: Any, sr: int, noise: float, level: float) -> None:
    """Regions are those of the sound without an offset, rumble or hum, also if the speech is quiet."""
    y = sound(sr=sr)
    clean = level * y + noise * np.random.default_rng(0).standard_normal(len(y))
    expected = speech_regions(clean, sr)
    assert len(expected) >= 2
    found = speech_regions((clean + DISTURBED[disturbance](np.arange(len(y)) / sr)).astype(np.float32), sr)
    edges = [[edge for region in regions for edge in (region.start, region.end)] for regions in (found, expected)]
    assert len(edges[0]) == len(edges[1]), (found, expected)
    np.testing.assert_allclose(*edges, atol=0.1)


def test_an_offset_alone_is_silence() -> None:
    for y in (np.full(16000, 0.5), np.linspace(-0.5, 0.5, 32000), hum(np.arange(48000) / 16000, 50, (0.2, 0.1, 0.05))):
        assert speech_regions(y, 16000) == []
        assert speech_regions(y.astype(np.float32), 16000) == []


def test_steady_tones_are_taken_out_and_speech_is_not() -> None:
    y = voice_like(48000)
    clean = without_rumble(y, 16000)
    assert np.square(without_hum(clean, 16000) - clean).mean() < 0.02 * np.square(clean).mean()
    quiet = np.concatenate([np.zeros(16000), clean, np.zeros(16000)])
    tones = hum(np.arange(len(quiet)) / 16000, 50, (0.0, 0.05, 0.03, 0.01))
    rest = without_hum(quiet + tones, 16000) - quiet
    assert np.square(rest).mean() < 0.05 * np.square(tones).mean()
    assert np.square(rest[-16000:]).mean() < 1e-6 * np.square(tones).mean()  # where nobody speaks
    t = np.arange(32000) / 16000
    high, low = np.sin(2 * np.pi * 100 * t), np.sin(2 * np.pi * 66 * t)
    inside = slice(4000, -4000)
    np.testing.assert_allclose(without_rumble(high + low + 0.3, 16000)[inside], high[inside], atol=3e-3)


def test_padding_joins_and_stays_within_the_sound() -> None:
    plain = speech_regions(scene(), 16000)
    wide = speech_regions(scene(), 16000, padding=0.2)
    for one, other in zip(plain, wide, strict=True):
        assert other == SpeechRegion(start=one.start - 0.2, end=one.end + 0.2)
    assert speech_regions(scene(), 16000, padding=2.0) == [SpeechRegion(start=0.0, end=6.0)]


def test_short_pauses_and_short_sounds() -> None:
    assert len(speech_regions(scene(), 16000, min_silence=1.6)) == 1
    assert len(speech_regions(scene(), 16000, min_speech=0.6)) == 1
    assert speech_regions(scene(), 16000, min_speech=5) == []


def test_where_nobody_speaks() -> None:
    assert speech_regions(np.zeros(16000), 16000) == []
    assert speech_regions(0.1 * np.random.default_rng(0).standard_normal(48000), 16000) == []
    assert speech_regions(np.zeros(0), 16000) == []
    assert speech_regions(np.zeros(3), 16000) == []


def test_speech_from_end_to_end() -> None:
    [region] = speech_regions(voice_like(32000), 16000)
    assert region.start <= 0.05
    assert region.end >= 1.95


def test_what_can_not_be() -> None:
    for options, message in (
        ({"method": "neural"}, "method is 'neural'"),
        ({"padding": -1.0}, "padding is -1.0"),
        ({"min_silence": float("nan")}, "min_silence is nan"),
    ):
        with pytest.raises(ParameterError, match=message):
            speech_regions(np.zeros(16000), 16000, **options)
    with pytest.raises(ParameterError, match="sr is 0"):
        speech_regions(np.zeros(16000), 0)
    with pytest.raises(ParameterError, match="y has 2 clips"):
        speech_regions(np.zeros((2, 16000)), 16000)
    with pytest.raises(InputError, match="NaN"):
        speech_regions(np.full(16000, np.nan), 16000)


def test_silero_where_it_is_installed() -> None:
    try:
        import silero_vad  # noqa: F401
    except ImportError:
        with pytest.raises(MissingDependencyError, match="pip install silero-vad"):
            speech_regions(scene(), 16000, method="silero")
        return
    assert all(region.end > region.start for region in speech_regions(scene(0.001), 16000, method="silero"))


def truth(y: np.ndarray, db: float) -> tuple[int, int]:
    """The first sample and the last one of the frames of 10 ms that are above ``db`` of the clip's RMS."""
    frames = np.square(y[: len(y) // 160 * 160].reshape(-1, 160), dtype=float).mean(axis=1)
    loud = np.flatnonzero(frames > np.square(y, dtype=float).mean() * 10 ** (db / 10))
    return int(loud[0]) * 160, (int(loud[-1]) + 1) * 160


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(("snr", "db", "within", "share"), [(None, -35, 0.1, 0.95), (15, -12, 0.15, 0.9)])
def test_real_speech_with_pauses(tmp_path: Path, snr: float | None, db: float, within: float, share: float) -> None:
    """Clips of a reader, joined by pauses of half a second to three: their ends are found, in silence and in noise."""
    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/ljspeech_325.tar")
    with tarfile.open(DATA / "ljspeech_325.tar") as archive:
        archive.extractall(tmp_path, filter="data")
    draw = np.random.default_rng(0)
    clips = [load(path, 16000).samples for path in sorted(tmp_path.rglob("*.opus"))[::2]]
    hits = []
    for first in range(0, len(clips), 8):
        parts, edges, at = [np.zeros(8000)], [], 8000
        for clip in clips[first : first + 8]:
            start, end = truth(clip, db)
            edges += [(at + start) / 16000, (at + end) / 16000]
            pause = np.zeros(int(draw.uniform(0.5, 3) * 16000))
            parts += [clip, pause]
            at += len(clip) + len(pause)
        y = np.concatenate(parts)
        if snr is not None:
            spoken = np.square(np.concatenate(clips[first : first + 8]), dtype=float).mean()
            y = y + draw.standard_normal(len(y)) * np.sqrt(spoken * 10 ** (-snr / 10))
        found = speech_regions(y, 16000)
        starts, ends = (np.array([getattr(region, name) for region in found]) for name in ("start", "end"))
        hits += [np.abs((ends if i % 2 else starts) - edge).min() <= within for i, edge in enumerate(edges)]
    assert len(hits) == 2 * len(clips)
    assert len(clips) == 163
    assert np.mean(hits) >= share
