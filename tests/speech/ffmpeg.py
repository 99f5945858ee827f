"""The program ffmpeg, which makes files for the tests and decodes them as a reference."""

from __future__ import annotations

import subprocess

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg."""
    command = [get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def decoded(path: str, channels: int) -> tuple[np.ndarray, str]:
    """The samples (n, channels) that ffmpeg decodes, and what it complains about."""
    command = [
        get_ffmpeg_exe(),
        "-v",
        "error",
        "-nostdin",
        "-i",
        path,
        "-map",
        "0:a:0",
        "-f",
        "f32le",
        "-c:a",
        "pcm_f32le",
        "-",
    ]
    run = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    samples = np.frombuffer(run.stdout, np.float32)
    return samples[: len(samples) // channels * channels].reshape(-1, channels), run.stderr.decode("utf-8", "replace")
