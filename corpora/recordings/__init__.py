"""Recordings with their texts, labels and speakers: manifests, and the layouts in which corpora of speech are given."""

from __future__ import annotations

from nlpkit.corpora.recordings.recording import Recording, part_of
from nlpkit.corpora.recordings.recordings import LAYOUTS, Recordings

__all__ = ["LAYOUTS", "Recording", "Recordings", "part_of"]
