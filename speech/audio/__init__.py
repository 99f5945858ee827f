"""Audio files: whole, in blocks, at any rate."""

from nlpkit.speech.audio.reading import Audio, AudioInfo, info, load, stream

__all__ = ["Audio", "AudioInfo", "info", "load", "stream"]
