"""Recordings: blocks of samples become a WAV file or a stream."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from nlpkit.errors import InputError, MissingDependencyError, NlpkitError, OutputError, ParameterError
from nlpkit.jobs.record import record_sound
from nlpkit.speech.audio.live_source import LiveSource, live_source
from nlpkit.speech.audio.wave_writer import WaveWriter

BLOCKS = [
    np.sin(np.arange(n) / 9).astype(np.float32) * level for n, level in ((800, 0.5), (1, 2.0), (0, 1.0), (600, 0.1))
]
WHOLE = np.clip(np.concatenate(BLOCKS), -1, 1)


def test_a_file(tmp_path: Path) -> None:
    report = record_sound(tmp_path / "a.wav", sr=8000, blocks=BLOCKS)
    found, sr = sf.read(tmp_path / "a.wav", dtype="float32")
    assert (sr, report.seconds, sf.info(tmp_path / "a.wav").subtype) == (8000, 1401 / 8000, "PCM_16")
    np.testing.assert_allclose(found, WHOLE, atol=1 / 32768)
    assert report.peak == np.float32(max(np.abs(block).max(initial=0) for block in BLOCKS))


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    report = record_sound(tmp_path / "a.wav", sr=8000, blocks=[np.array([0.5, np.nan, -2.0, np.inf], np.float32)])
    found, _ = sf.read(tmp_path / "a.wav", dtype="float32")
    np.testing.assert_allclose(found, [0.5, 0, -1, 1], atol=1 / 32768)
    assert report.seconds == 4 / 8000


def test_so_many_seconds(tmp_path: Path) -> None:
    record_sound(tmp_path / "a.wav", sr=8000, duration=0.1005, blocks=BLOCKS)
    np.testing.assert_allclose(sf.read(tmp_path / "a.wav")[0], WHOLE[:804], atol=1 / 32768)


def test_a_stream_can_be_read_while_it_is_written() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    writer = WaveWriter(pipe, 8000)
    for block in BLOCKS:
        writer.write(block)
    writer.finish()
    pipe.seek(0)
    source = live_source(pipe.read)
    assert isinstance(source, LiveSource)
    np.testing.assert_allclose(np.concatenate(list(source.blocks(8000))), WHOLE, atol=1 / 32768)


def test_ctrl_c_leaves_a_whole_file(tmp_path: Path) -> None:
    def blocks() -> Iterator[np.ndarray]:
        yield BLOCKS[0]
        os.kill(os.getpid(), signal.SIGINT)
        yield BLOCKS[3]
        raise AssertionError("it goes on")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        report = record_sound(tmp_path / "a.wav", sr=8000, blocks=blocks())
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(sf.read(tmp_path / "a.wav")[0]) == 1400 == round(report.seconds * 8000)


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def blocks() -> Iterator[np.ndarray]:
        yield BLOCKS[0]
        raise InputError("the device has stopped")

    with pytest.raises(InputError, match="has stopped"):
        record_sound(tmp_path / "a.wav", blocks=blocks())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"output": "a.mp3"}, r"a\.mp3: recordings are WAV files: name a \.wav, or - for a stream"),
        ({"sr": 10}, "sr is 10: expected a whole number from 1,000 to 768,000"),
        ({"duration": 0}, "duration is 0: expected a number of at least 0.001"),
    ],
)
def test_what_can_not_be(tmp_path: Path, given: dict[str, object], message: str) -> None:
    output = tmp_path / str(given.pop("output", "a.wav"))
    with pytest.raises(ParameterError, match=message):
        record_sound(output, blocks=BLOCKS, **given)  # type: ignore[arg-type]


def test_a_place_that_can_not_be(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        record_sound(tmp_path / "no/a.wav", blocks=BLOCKS)


def test_without_a_microphone(tmp_path: Path) -> None:
    """One line says what is missing: the package, the library, or the device."""
    try:
        import sounddevice
    except (ImportError, OSError):
        with pytest.raises(MissingDependencyError, match=r"pip install sounddevice|apt install libportaudio2"):
            record_sound(tmp_path / "a.wav", duration=0.1)
        assert "sounddevice" not in sys.modules
        return
    if any(each["max_input_channels"] for each in sounddevice.query_devices()):
        pytest.skip("there is a microphone")
    with pytest.raises(NlpkitError, match="there is no microphone"):
        record_sound(tmp_path / "a.wav", duration=0.1)
