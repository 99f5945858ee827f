"""Audio files: read whole or in blocks, with resampling."""

from nlpkit.speech.audio.reading import Audio, AudioInfo, info, load, stream

__all__ = ["Audio", "AudioInfo", "info", "load", "stream"]
