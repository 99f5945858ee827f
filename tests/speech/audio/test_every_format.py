"""Undamaged files of every format that ffmpeg and libsndfile write: no warning, and the samples that they decode."""

from __future__ import annotations

import random
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from ffmpeg import decoded, ffmpeg
from sounds import voice_like

from nlpkit.speech import info, load, stream

ANY = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
OPUS = (8000, 12000, 16000, 24000, 48000)
HIGH = (44100, 48000)
BY_FFMPEG: list[tuple[str, str, tuple[int, ...]]] = [
    ("mp3", "-b:a 64k", ANY),
    ("mp3", "-q:a 4", ANY),
    ("mp3", "-q:a 4 -write_xing 0", ANY),
    ("mp2", "", HIGH),
    ("m4a", "", ANY),
    ("m4b", "-f ipod", ANY),
    ("m4a", "-c:a alac", ANY),
    ("mp4", "-c:a aac -movflags frag_keyframe+empty_moov", ANY),
    ("mp4", "-c:a aac -movflags faststart", ANY),
    ("mp4", "-c:a libopus", (48000,)),
    ("mp4", "-c:a ac3", HIGH),
    ("mov", "-c:a pcm_s16le", ANY),
    ("mov", "-c:a aac", ANY),
    ("3gp", "-c:a aac", ANY),
    ("aac", "", ANY),
    ("mka", "-c:a aac", ANY),
    ("mka", "-c:a libvorbis", ANY),
    ("mka", "-c:a flac", ANY),
    ("mka", "-c:a pcm_s16le", ANY),
    ("webm", "-c:a libopus", OPUS),
    ("webm", "-c:a libvorbis", ANY),
    ("ogg", "-c:a libvorbis", ANY),
    ("ogg", "-c:a libopus", OPUS),
    ("opus", "", OPUS),
    ("oga", "-c:a flac", ANY),
    ("flac", "", ANY),
    ("flac", "-compression_level 12", ANY),
    ("wma", "-c:a wmav2", (16000, 22050, 32000, 44100, 48000)),
    ("wma", "-c:a wmav1", (16000, 22050, 44100)),
    ("ac3", "", HIGH),
    ("eac3", "", HIGH),
    ("wv", "", ANY),
    ("tta", "", ANY),
    ("caf", "", ANY),
    ("caf", "-c:a alac", ANY),
    ("aiff", "", ANY),
    ("au", "", ANY),
    ("w64", "", ANY),
    ("voc", "-c:a pcm_u8", (8000, 16000)),
    ("avi", "-c:a pcm_s16le", ANY),
    ("avi", "-c:a libmp3lame", HIGH),
    ("flv", "-c:a libmp3lame", (22050, 44100)),
    ("ts", "-c:a aac -f mpegts", ANY),
    ("mpg", "-c:a mp2", HIGH),
    ("dts", "-c:a dca -strict -2", HIGH),
    ("amr", "-ac 1", (8000,)),
    ("wav", "-c:a pcm_s24le", ANY),
    ("wav", "-c:a pcm_f32le", ANY),
    ("wav", "-c:a pcm_f64le", ANY),
    ("wav", "-c:a pcm_u8", ANY),
    ("wav", "-c:a pcm_alaw", ANY),
    ("wav", "-c:a adpcm_ima_wav", ANY),
    ("wav", "-c:a adpcm_ms", ANY),
    ("wav", "-c:a libmp3lame", HIGH),
    ("wav", "-rf64 always", ANY),
]
QUICK = [made for number, made in enumerate(BY_FFMPEG) if number % 5 == 0]


def source(folder: Path, draw: random.Random, sr: int, channels: int) -> Path:
    n = round(draw.choice([0.3, 1.0, 3.3]) * sr)
    y = np.stack([voice_like(n, sr, seed=channel) for channel in range(channels)], axis=1)
    sf.write(folder / "source.wav", y, sr, subtype="FLOAT")
    return folder / "source.wav"


def check(path: Path, *references: np.ndarray) -> None:
    """The file is read without a word, the same in every way, and equal to one of ``references`` (n, channels)."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = load(path, mono=False).samples.T
        found = info(path)
        blocks = np.concatenate([block.samples for block in stream(path, mono=False)], axis=1).T
    np.testing.assert_array_equal(blocks, got)
    assert found.frames == len(got)
    assert found.channels == got.shape[1]
    assert any(is_equal(got, reference) for reference in references), [reference.shape for reference in references]


def is_equal(got: np.ndarray, reference: np.ndarray) -> bool:
    """Whether samples are equal, apart from what fills the last frame of an encoder beyond the stated length."""
    filling = len(reference) - len(got)
    return 0 <= filling < 2048 and bool(np.abs(got - reference[: len(got)]).max() < 5e-4)


@pytest.mark.parametrize(
    ("suffix", "options", "rates"),
    [pytest.param(*made, marks=() if made in QUICK else pytest.mark.slow) for made in BY_FFMPEG],
)
def test_what_ffmpeg_writes(tmp_path: Path, suffix: str, options: str, rates: tuple[int, ...]) -> None:
    draw = random.Random(f"{suffix} {options}")
    for number in range(2):
        channels = 1 if suffix == "amr" else draw.choice([1, 2])
        written = source(tmp_path, draw, draw.choice(rates), channels)
        path = tmp_path / f"{number}.{suffix}"
        try:
            ffmpeg("-i", str(written), *options.split(), str(path))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"ffmpeg does not write this: {error}")
        references = [decoded(str(path), channels)[0]]
        if suffix in ("ogg", "opus"):
            references.append(sf.read(path, always_2d=True)[0])
        check(path, *references)


@pytest.mark.slow
def test_what_libsndfile_writes(tmp_path: Path) -> None:
    draw = random.Random(0)
    written = 0
    for kind in sorted(sf.available_formats()):
        if kind == "RAW":
            continue
        for subtype in sorted(sf.available_subtypes(kind)):
            channels, sr = draw.choice([1, 2]), draw.choice([8000, 16000, 48000])
            y = sf.read(source(tmp_path, draw, sr, channels))[0]
            path = tmp_path / f"a.{kind.lower()}"
            try:
                sf.write(path, y, sr, format=kind, subtype=subtype)
                reference = sf.read(path, always_2d=True)[0]
            except (sf.LibsndfileError, ValueError, RuntimeError):
                continue  # it does not write this, or not read what it wrote
            check(path, reference)
            written += 1
    assert written > 90
