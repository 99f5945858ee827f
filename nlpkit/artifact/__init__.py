"""Model folders: ``config.json``, ``model.safetensors`` and other files, written completely or not at all."""

from .reading import CONFIG, FORMAT_VERSION, WEIGHTS, Artifact, is_plain, read
from .writing import FORMAT, KINDS, Description, describe, load, save

__all__ = [
    "CONFIG",
    "FORMAT",
    "FORMAT_VERSION",
    "KINDS",
    "WEIGHTS",
    "Artifact",
    "Description",
    "describe",
    "is_plain",
    "load",
    "read",
    "save",
]
