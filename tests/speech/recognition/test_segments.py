"""Segments of sound: no voice is lost, however soft, and no sample is doubled."""

from __future__ import annotations

import os
import tarfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter
from sounds import tone, voice_like

from nlpkit.errors import MissingDependencyError, ParameterError
from nlpkit.speech import load
from nlpkit.speech.recognition.segments import Segmenter, SoundSegment, sound_segments

SR = 16000
DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"


def noise(seconds: float, level: float = 0.01, seed: int = 0, sr: int = SR) -> np.ndarray:
    return level * np.random.default_rng(seed).standard_normal(round(seconds * sr))


def voice(seconds: float, seed: int = 0, sr: int = SR) -> np.ndarray:
    """A voice in syllables: three a second, with short gaps."""
    y = voice_like(round(seconds * sr), sr, seed)
    return y * (np.sin(2 * np.pi * 3 * np.arange(len(y)) / sr) > -0.8)


def silence(seconds: float, sr: int = SR) -> np.ndarray:
    return np.zeros(round(seconds * sr))


def cut(*parts: np.ndarray, sr: int = SR, vad: str = "energy", block: int = 70_000) -> list[SoundSegment]:
    """The segments of parts one after another; they are parts of the sound, in order, apart, and short enough."""
    y = np.concatenate(parts).astype(np.float32)
    found = list(sound_segments((y[at : at + block] for at in range(0, len(y), block)), sr, vad=vad))
    for part in found:
        assert 0 < len(part.samples) <= 30 * sr
        np.testing.assert_array_equal(part.samples, y[part.first : part.first + len(part.samples)])
    assert all(one.first + len(one.samples) <= other.first for one, other in pairwise(found))
    return found


def times(found: list[SoundSegment], sr: int = SR) -> list[tuple[float, float]]:
    return [(part.first / sr, (part.first + len(part.samples)) / sr) for part in found]


def holds(found: list[SoundSegment], start: float, end: float, sr: int = SR) -> bool:
    return any(a <= start + 0.06 and b >= end - 0.06 for a, b in times(found, sr))


@pytest.mark.parametrize("sr", [1000, 8000, 16000, 22050, 44100])
def test_voices_with_pauses(sr: int) -> None:
    parts = [silence(2, sr), voice(1, 0, sr), silence(3, sr), voice(2, 1, sr), silence(1.5, sr)]
    found = cut(*parts, sr=sr)
    assert len(found) == 2
    assert holds(found, 2, 3, sr)
    assert holds(found, 6, 8, sr)
    assert sum(len(part.samples) for part in found) < 4.5 * sr


@pytest.mark.parametrize("block", [1, 7, 333, 16000, 10**6])
def test_the_sizes_of_blocks_do_not_matter(block: int) -> None:
    sr = 1000 if block < 300 else SR
    parts = [noise(2, 0.002, sr=sr), voice(2, 0, sr), silence(1, sr), 0.02 * voice(3, 1, sr), noise(8, 0.01, sr=sr)]
    assert times(cut(*parts, sr=sr, block=block), sr) == times(cut(*parts, sr=sr, block=40_001), sr)


@pytest.mark.parametrize("background", [0.0, 1e-5, 3e-4])
@pytest.mark.parametrize("pause", [0.4, 1.0, 5.0])
def test_a_soft_voice_beside_a_loud_one(background: float, pause: float) -> None:
    parts, at, spans = [silence(0.5)], 0.5, []
    for number in range(8):
        parts += [voice(1.5, number) * 10 ** (-30 * (number % 2) / 20), silence(pause)]
        spans.append((at, at + 1.5))
        at += 1.5 + pause
    y = np.concatenate(parts)
    found = cut(y + noise(len(y) / SR, background))
    assert all(holds(found, start, end) or pause < 0.6 for start, end in spans)
    inside = np.zeros(len(y), bool)
    for part in found:
        inside[part.first : part.first + len(part.samples)] = True
    assert all(inside[int(start * SR) + 800 : int(end * SR) - 800].all() for start, end in spans)


def test_a_voice_in_noise_that_comes_and_goes() -> None:
    """A fan runs from 20 to 50 s; a voice speaks every 5 s, and soon after it stops in a whisper."""
    y = np.concatenate([silence(20), noise(30, 0.02), silence(30)]) + noise(80, 1e-4)
    spoken = [(at, 0.3) for at in range(2, 50, 5)] + [(51, 0.01), (54, 0.01), (70, 0.003)]
    for number, (at, level) in enumerate(spoken):
        y[at * SR : (at + 1) * SR] += level * voice(1, number)
    found = cut(y)
    assert all(any(a <= at + 0.5 <= b for a, b in times(found)) for at, _ in spoken)
    assert sum(len(part.samples) for part in found) < 50 * SR


@pytest.mark.parametrize("colour", [[1.0], [1.0, -0.7], [1.0, -0.99]])
@pytest.mark.parametrize("sr", [8000, 16000])
def test_steady_noise_is_no_speech_after_speech(colour: list[float], sr: int) -> None:
    y = np.concatenate([silence(2, sr), voice(2, 0, sr), silence(60, sr)])
    y += lfilter([0.003], colour, np.random.default_rng(1).standard_normal(len(y)))
    found = cut(y, sr=sr)
    assert holds(found, 2, 4, sr)
    assert sum(len(part.samples) for part in found) < 4 * sr


@pytest.mark.parametrize("seconds", [2.0, 10.0, 47.0, 100.0])
def test_speech_without_a_pause_is_kept(seconds: float) -> None:
    y = voice(seconds) + noise(seconds, 1e-4)
    found = cut(y)
    assert sum(len(part.samples) for part in found) > (seconds - 0.3) * SR
    for one, other in pairwise(found):
        assert one.first + len(one.samples) == other.first
        assert len(one.samples) >= 15 * SR
        around = np.square(y[other.first - 200 : other.first + 200]).mean()
        assert around < 0.02 * np.square(y).mean()  # in a gap between syllables


@pytest.mark.parametrize("seconds", [1.0, 2.0, 20.0, 70.0])
def test_a_steady_tone_is_kept(seconds: float) -> None:
    found = cut(tone(440, round(seconds * SR)))
    assert sum(len(part.samples) for part in found) == round(seconds * SR)


@pytest.mark.parametrize("n", [1, 10, 399, 800, 801, 20_000])
def test_short_sounds_are_kept_whole(n: int) -> None:
    [part] = cut(0.1 * voice_like(n))
    assert (part.first, len(part.samples)) == (0, n)


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 1.0, 10.0, 100.0])
def test_digital_silence_is_left_out(seconds: float) -> None:
    step = np.random.default_rng(0).integers(-1, 2, round(seconds * SR)) / 2**15
    for y in (silence(seconds), step):
        segmenter = Segmenter(SR)
        assert segmenter.push(y.astype(np.float32)) + segmenter.finish() == []
        assert segmenter.silence == len(y)


def test_what_is_left_out_is_counted() -> None:
    y = np.concatenate([silence(20), voice(2), silence(20)]).astype(np.float32)
    segmenter = Segmenter(SR)
    kept = segmenter.push(y) + segmenter.finish()
    assert segmenter.silence == len(y) - sum(len(part.samples) for part in kept)
    assert segmenter.seen == len(y)


@pytest.mark.parametrize("seconds", [0.001, 0.5, 29.0, 30.0, 31.0, 130.0])
def test_nothing_is_left_out_without_voice_detection(seconds: float) -> None:
    y = np.concatenate([voice(seconds / 2), silence(seconds / 2)])
    found = cut(y, vad="off")
    assert sum(len(part.samples) for part in found) == len(y)
    assert all(len(part.samples) >= 15 * SR for part in found[:-1])


def test_a_segment_is_given_out_soon_after_it_has_ended() -> None:
    """And no segment that follows begins before the time that was promised."""
    y = np.concatenate([noise(3, 1e-4), voice(2), noise(3, 1e-4), voice(1), noise(4, 1e-4)]).astype(np.float32)
    segmenter, found, promised = Segmenter(SR), [], 0
    for at in range(0, len(y), 1600):
        for part in segmenter.push(y[at : at + 1600]):
            assert part.first >= promised
            found.append((round(part.first / SR, 2), (at + 1600) / SR))
        promised = segmenter.earliest
    assert [start for start, _ in found] == pytest.approx([2.75, 7.75], abs=0.15)
    assert [given for _, given in found] == pytest.approx([5.9, 9.9], abs=0.3)
    assert segmenter.finish() == []


def test_what_can_not_be_asked() -> None:
    with pytest.raises(ParameterError, match="vad is 'webrtc': expected one of 'energy', 'silero', 'off'"):
        Segmenter(SR, vad="webrtc")
    with pytest.raises(ParameterError, match="sr is 10"):
        Segmenter(10)


def test_silero_where_it_is_installed() -> None:
    try:
        import silero_vad  # noqa: F401
    except ImportError:
        with pytest.raises(MissingDependencyError, match="pip install silero-vad"):
            Segmenter(SR, vad="silero")
        return
    assert holds(cut(silence(2), voice(2), silence(2), vad="silero"), 2.3, 3.7)


@pytest.mark.data
@pytest.mark.parametrize(("longest", "soft", "background"), [(3, 0, 0.0), (3, 30, 1e-4), (0.5, 20, 1e-3), (2, 0, 0.02)])
def test_spoken_digits(longest: float, soft: float, background: float) -> None:
    """The centre of every clip is in a segment."""
    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/fsdd.tar.gz")
    sr, draw, clips = 8000, np.random.default_rng(0), []
    with tarfile.open(DATA / "fsdd.tar.gz") as archive:
        for entry in archive:
            if entry.name.endswith(("_0.wav", "_1.wav")):
                clips.append(load(BytesIO(archive.extractfile(entry).read()), sr).samples)  # type: ignore[union-attr]
    assert len(clips) == 120
    parts, centres, at = [], [], 0
    for clip in clips:
        level = 0.05 / np.sqrt(np.square(clip).mean()) * 10 ** (-soft * draw.integers(0, 2) / 20)
        pause = silence(draw.uniform(0.03, longest), sr)
        parts += [pause, level * clip]
        centres.append(at + len(pause) + len(clip) // 2)
        at += len(pause) + len(clip)
    y = np.concatenate(parts)
    found = cut(y + noise(len(y) / sr, background, sr=sr)[: len(y)], sr=sr)
    assert all(any(part.first <= at < part.first + len(part.samples) for part in found) for at in centres)
