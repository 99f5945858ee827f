"""Decoding by ffmpeg: M4A, WebM, AMR … The program is looked up in PATH, then in the package imageio-ffmpeg.

ffmpeg runs without a shell, can open only the given file (no network, no playlists), and is killed if it returns no
data for a minute.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import struct
import subprocess
import tempfile
import threading
from typing import IO, cast

import numpy as np

from nlpkit.errors import InputError

PATIENCE = 60.0  # seconds
_CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,ac3,eac3,amr,amrnb,amrwb,ape,wv,tta,dsf,mp3,ogg,flac,wav,w64,aiff,caf,au"
    ",avi,flv,mpeg,mpegts,nistsphere,voc,gsm,aptx,dts,truehd,mpc,mpc8,oma,rm,spdif,shn,tak"
)


def ffmpeg_program() -> str | None:
    """Return the path of ffmpeg, or None."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    with contextlib.suppress(ImportError, RuntimeError):
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    return None


class FfmpegSource:
    """Samples of a file, decoded by ffmpeg while they are read.

    Parameters
    ----------
    program : str
        Path of ffmpeg.
    path : path or binary file
        The audio; a binary file is copied to a temporary file.
    name : str
        Name of the file in messages.

    Raises
    ------
    InputError
        If ffmpeg cannot read the file.
    """

    def __init__(self, program: str, path: str | os.PathLike[str] | IO[bytes], name: str) -> None:
        self.name, self.encoding = name, "decoded by ffmpeg"
        self.sr, self.channels = 0, 0
        self.frames: int | None = None
        self._copy = _copied(path)
        place = self._copy or os.fspath(cast(str, path))
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (close() closes it)
        reading = ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS]
        # Sun's AU format: a header of six numbers, no length needed
        making = ["-map", "0:a:0", "-f", "au", "-c:a", "pcm_f32be", "-"]
        self._process = subprocess.Popen(
            [program, *reading, "-i", f"file:{os.path.abspath(place)}", *making],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        try:
            header = self._bytes(24)
            if len(header) < 24:
                raise self._failed("is not an audio file that libsndfile or ffmpeg can read")
            magic, offset, _, _, self.sr, self.channels = struct.unpack(">4s5I", header)
            if magic != b".snd" or not self.sr or not self.channels:
                raise self._failed("ffmpeg returned an invalid header")
            self._bytes(offset - 24)
        except BaseException:
            self.close()
            raise

    def read(self, n: int) -> np.ndarray:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        size = 4 * self.channels
        got = self._bytes(n * size)
        if len(got) < n * size and self._process.wait() != 0:
            raise self._failed("is damaged")
        samples = np.frombuffer(got[: len(got) // size * size], dtype=">f4").astype(np.float32)
        return samples.reshape(-1, self.channels)

    def skip(self, n: int) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        while n > 0:
            step = min(n, 1 << 16)
            if len(self.read(step)) < step:
                return
            n -= step

    def close(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
        if self._copy is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._copy)

    def _bytes(self, n: int) -> bytes:
        """Read ``n`` bytes; kill ffmpeg on a timeout."""
        stream = cast("IO[bytes]", self._process.stdout)
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(PATIENCE, end)
        timer.daemon = True
        timer.start()
        try:
            got = stream.read(n)
        finally:
            timer.cancel()
        if late.is_set():
            raise InputError(f"{self.name}: ffmpeg returned no data for {PATIENCE:g} s and was stopped")
        return got

    def _failed(self, what: str) -> InputError:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read(2000).decode("utf-8", "replace").strip().splitlines()
        said = re.sub(r"^\[[^]]*\] *", "", lines[-1].strip()) if lines else "no reason given"
        return InputError(f"{self.name}: {what} ({said})")


def _copied(path: str | os.PathLike[str] | IO[bytes]) -> str | None:
    if isinstance(path, str | os.PathLike):
        return None
    path.seek(0)
    with tempfile.NamedTemporaryFile(delete=False) as copy:
        shutil.copyfileobj(path, copy)
    return copy.name
