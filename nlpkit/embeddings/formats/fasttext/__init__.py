"""fastText's ``.bin`` and ``.ftz`` files."""

from .reader import read
from .writer import write

__all__ = ["read", "write"]
