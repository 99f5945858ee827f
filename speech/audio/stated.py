"""The length that a file states, where FFmpeg reads it."""

from __future__ import annotations

import os
import re
from typing import Any

from nlpkit.speech.audio.audio_path import AudioPath, opened
from nlpkit.speech.audio.mpeg import beginning, stated_length

_STATE_LENGTH = frozenset(
    {"mov", "avi", "matroska", "ape", "wv", "tta", "dsf", "flac", "wav", "w64", "aiff", "caf", "au", "nistsphere"}
    | {"mpc", "mpc8", "shn", "tak", "xwma"}
)
"""Formats whose header gives the length; that of others is an estimate of FFmpeg."""

_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")


def stated_samples(file: AudioPath, container: Any, stream: Any, sr: int) -> int | None:
    """Return the samples per channel that a file says it has, or None if it does not say.

    Parameters
    ----------
    file : path or binary file
    container, stream : av.container.InputContainer, av.AudioStream
    sr : int
        Sampling rate in Hz.
    """
    formats = container.format.name.split(",")
    if "mp3" in formats:
        with opened(file) as content:
            return stated_length(beginning(content)) or None
    seconds = None
    if "asf" in formats:
        with opened(file) as content:
            seconds = _asf_seconds(content.read(1 << 16))
    elif _STATE_LENGTH.intersection(formats):
        seconds = _seconds(container, stream)
    return None if seconds is None else round(seconds * sr)


def _seconds(container: Any, stream: Any) -> Any:
    if stream.duration is not None:
        return stream.duration * stream.time_base
    tag = re.fullmatch(r"(\d+):(\d+):([\d.]+)", stream.metadata.get("DURATION", ""))
    late = max(0.0, float((stream.start_time or 0) * stream.time_base))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3]) - late
    if container.duration is not None and len(container.streams) == 1:
        return container.duration / 1e6 - late
    return None


def _asf_seconds(head: bytes) -> float | None:
    """Return the play duration of a WMA file without its preroll."""
    at = head.find(_ASF_PROPERTIES)
    if at < 0 or head[at + 88] & 1:  # a broadcast
        return None
    play, preroll = (int.from_bytes(head[at + place : at + place + 8], "little") for place in (64, 80))
    return max(0.0, play / 1e7 - preroll / 1e3)


def cut_off(file: AudioPath) -> str:
    """Return by how much an AVI file is shorter than it says, or an empty string."""
    with opened(file) as content:
        named, there = int.from_bytes(content.read(8)[4:], "little") + 8, content.seek(0, os.SEEK_END)
    return f"has {there:,} of the {named:,} bytes in its header" if there < named else ""
