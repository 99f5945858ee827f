"""The prose stays plain: phrases that take two readings are rare or absent."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "docs" / "plain_words.py"
MOST = [0, 0, 0, 40, 10, 30, 30]
"""The largest count of each row of the script's table."""


def test_mannered_phrases_are_rare() -> None:
    table = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^(.+?) +(\d+)$", table, re.MULTILINE)
    assert len(rows) == len(MOST)
    above = [(name, number) for (name, number), most in zip(rows, MOST, strict=True) if int(number) > most]
    assert not above, "python docs/plain_words.py --where shows the places"
