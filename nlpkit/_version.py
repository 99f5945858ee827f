"""The version of nlpkit, read here by the packaging and by provenance records."""

__version__ = "0.1.0"
