"""`record_sound`: from a microphone, or other blocks of samples, to a WAV file or stream."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from nlpkit.errors import ParameterError, require_number, require_whole

from .inputs import StrPath

if TYPE_CHECKING:
    import numpy as np

    from nlpkit.outputs.files import Sink
    from nlpkit.training.stop_signals import StopSignals


@dataclass(frozen=True, kw_only=True)
class RecordReport:
    """Result of `record_sound`.

    Attributes
    ----------
    seconds : float
        Duration of the recording.
    peak : float
        Largest absolute sample; 1 is full scale.
    """

    seconds: float
    peak: float


def record_sound(
    output: StrPath,
    *,
    sr: int = 16000,
    duration: float | None = None,
    device: str | int | None = None,
    blocks: Iterable[np.ndarray] | None = None,
    begun: Callable[[str], None] | None = None,
) -> RecordReport:
    """Record from a microphone until Ctrl-C, or for some seconds.

    Parameters
    ----------
    output : path
        A .wav file, or ``-`` for a stream on standard output, which has no length in its header. A file gets its name
        when it is complete.
    sr : int
        Sampling rate in Hz.
    duration : float, optional
        Seconds after which the recording ends.
    device : str or int, optional
        Name of the microphone, a part of it, or its number; default: the system's.
    blocks : iterable of (n_samples,) float32 arrays, optional
        Samples that are written instead of those of a microphone.
    begun : callable, optional
        Called with the name of the microphone when it records.

    Returns
    -------
    RecordReport

    Raises
    ------
    InputError
        If there is no microphone, or it fails.
    MissingDependencyError
        If the package sounddevice or the library PortAudio is not installed.
    OutputError
        If the file cannot be written.
    ParameterError
        If the output is no .wav, or a number is out of range.
    """
    from nlpkit.training.stop_signals import StopSignals

    from .places import check_place

    require_whole("sr", sr, 1000, 768_000)
    if duration is not None:
        require_number("duration", duration, 0.001)
    is_stream = os.fspath(output) == "-"
    if not is_stream:
        if PurePath(output).suffix.lower() not in (".wav", ".wave"):
            raise ParameterError(f"{os.fspath(output)}: recordings are WAV files: name a .wav, or - for a stream")
        check_place(output, is_folder=False, force=False)
    signals = StopSignals()
    if blocks is None:
        from nlpkit.speech.audio.microphone import Microphone

        microphone = Microphone(int(sr), device)
        blocks = microphone.blocks(lambda: bool(signals.received))
        if begun is not None:
            begun(microphone.name)
    signals.catch()
    try:
        return _written(output, blocks, int(sr), duration, signals)
    finally:
        signals.release()


def _written(
    output: StrPath, blocks: Iterable[np.ndarray], sr: int, duration: float | None, signals: StopSignals
) -> RecordReport:
    """Write blocks until they end, the duration is over, or a signal comes."""
    import numpy as np

    from nlpkit.outputs.files import PendingFile, StandardOutput, output_errors
    from nlpkit.speech.audio.wave_writer import WaveWriter

    sink: Sink = StandardOutput() if os.fspath(output) == "-" else PendingFile(output)
    peak = 0.0
    left = None if duration is None else max(1, round(duration * sr))
    try:
        with output_errors(output):
            writer = WaveWriter(sink.file, sr)
            try:
                for block in blocks:
                    taken = block if left is None else block[: left - writer.frames]
                    peak = max(peak, float(np.nan_to_num(np.abs(taken)).max(initial=0.0)))
                    writer.write(taken)
                    if writer.frames == left or signals.received:
                        break
                writer.finish()
            except BrokenPipeError:
                return RecordReport(seconds=writer.frames / sr, peak=peak)  # its reader has heard enough
        sink.finish()
        sink.place()
    finally:
        sink.discard()
    return RecordReport(seconds=writer.frames / sr, peak=peak)
