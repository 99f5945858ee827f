"""Microphone: sound from a device, through the package sounddevice (PortAudio)."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError

_BLOCK = 0.1  # seconds
_PATIENCE = 0.2  # seconds after which is asked whether to stop


class Microphone:
    """A device that records.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    device : str or int, optional
        Name, a part of it, or number; default: the system's.

    Raises
    ------
    InputError
        If there is no such device, or it cannot record at that rate.
    MissingDependencyError
        If sounddevice or PortAudio is not installed.
    """

    def __init__(self, sr: int, device: str | int | None = None) -> None:
        self._sounddevice: Any = _sounddevice()
        self._sr = sr
        self._device = int(device) if isinstance(device, str) and device.isdecimal() else device
        failed = (ValueError, self._sounddevice.PortAudioError)
        try:
            self.name = str(self._sounddevice.query_devices(self._device, "input")["name"])
        except failed as error:
            named = f"there is no microphone {device!r} (--device): "
            problem = "the system has no default microphone: name one with --device, " if device is None else named
            raise InputError(self._choice(problem)) from error
        try:
            self._sounddevice.check_input_settings(self._device, channels=1, dtype="int16", samplerate=sr)
        except failed as error:
            raise self._refusal(error) from error

    def blocks(self, is_stopped: Callable[[], bool]) -> Iterator[np.ndarray]:
        """Yield blocks of 0.1 s, (n_samples,) float32, until ``is_stopped``.

        Raises
        ------
        InputError
            If the device fails.
        """
        waiting: queue.SimpleQueue[np.ndarray] = queue.SimpleQueue()

        def take(samples: np.ndarray, frames: int, time: Any, status: Any) -> None:
            waiting.put(samples[:, 0].astype(np.float32) / 32768)

        options = {"samplerate": self._sr, "blocksize": round(self._sr * _BLOCK), "channels": 1, "dtype": "int16"}
        try:
            with self._sounddevice.InputStream(device=self._device, callback=take, **options) as stream:
                while not is_stopped():
                    try:
                        yield waiting.get(timeout=_PATIENCE)
                    except queue.Empty:
                        if not stream.active:
                            raise InputError(f"{self.name}: the device has stopped") from None
            while not waiting.empty():
                yield waiting.get()
        except self._sounddevice.PortAudioError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> InputError:
        """Return the error about a device that does not record."""
        said = " ".join(str(error).split())
        return InputError(
            self._choice(f"{self.name} does not record {self._sr:,} samples a second ({said}): give another --sr, or ")
        )

    def _choice(self, problem: str) -> str:
        """Return a problem with the names of the devices that there are."""
        devices = [each["name"] for each in self._sounddevice.query_devices() if each["max_input_channels"] > 0]
        if not devices:
            return "there is no microphone: connect one, and allow its use"
        return f"{problem}choose among {', '.join(map(repr, devices))}"


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        raise MissingDependencyError(
            "recording needs the package sounddevice, which isn't installed: pip install sounddevice"
        ) from error
    except OSError as error:
        raise MissingDependencyError(
            f"recording needs the library PortAudio, which isn't installed ({error}): install it, on Debian and Ubuntu"
            " with apt install libportaudio2"
        ) from error
    return sounddevice
