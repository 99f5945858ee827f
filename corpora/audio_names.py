"""Names of audio files: which suffixes they have."""

from __future__ import annotations

import os

SUFFIXES = frozenset(
    {
        # libsndfile reads these
        *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mpga", ".mp2", ".mp1"),
        *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph", ".nist", ".voc", ".avr", ".ircam", ".paf", ".pvf"),
        *(".svx", ".8svx", ".sds", ".wve", ".xi", ".sd2"),
        # ffmpeg reads these
        *(".m4a", ".m4b", ".m4r", ".m4p", ".f4a", ".mp4", ".m4v", ".mov", ".3gp", ".3gpp", ".3g2", ".webm", ".weba"),
        *(".mkv", ".mka", ".aac", ".adts", ".ac3", ".eac3", ".ec3", ".dts", ".thd", ".amr", ".awb", ".wma"),
        *(".wmv", ".asf", ".ape", ".wv", ".tta", ".tak", ".mpc", ".mp+", ".dsf", ".dff", ".spx", ".ogv", ".qcp", ".ra"),
        *(".rm", ".oma", ".aa3", ".at3", ".gsm", ".avi", ".flv", ".f4v", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts"),
        *(".vob", ".wtv", ".shn"),
    }
)
"""Suffixes of audio files, and of videos, whose sound is read."""


def is_audio_name(name: str) -> bool:
    """Whether ``name`` has the suffix of an audio file.

    Examples
    --------
    >>> is_audio_name("a.FLAC"), is_audio_name("a.txt")
    (True, False)
    """
    return os.path.splitext(name)[1].lower() in SUFFIXES


def stem_of(name: str) -> str:
    """Return the name of a file without its folders and its suffix.

    Examples
    --------
    >>> stem_of("wavs/LJ001.v2.wav")
    'LJ001.v2'
    """
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
