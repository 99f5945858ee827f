"""Count the functions of nlpkit that one command calls, and the calls: ``python benchmarks/call_count.py``.

The counts do not depend on the machine's speed. The command is ``nlpkit embed -i x.txt --method tfidf -o x.npz`` on a
file of six lines, counted from ``main`` on. Another command: ``python benchmarks/call_count.py info
model``. With ``-v`` every function is listed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType
from typing import Any

TEXT = "rain in the hills\nsnow on the pass\nthe train is late\n\nfog at the coast\nrain and snow\n"
COMMAND = ["embed", "-q", "-i", "x.txt", "--method", "tfidf", "-o", "x.npz"]


def count(arguments: list[str]) -> Counter[str]:
    """Return the calls of each function of nlpkit that a command makes, by file, line and name."""
    import nlpkit.cli
    from nlpkit.cli.main import main

    homes = tuple(str(Path(package.__file__ or "").parent) for package in (nlpkit, nlpkit.cli))
    homes += tuple(str(Path(homes[1]).with_name(room)) for room in ("corpora", "speech"))
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        is_function = code.co_flags & CO_OPTIMIZED and code.co_name != "<module>"  # nor the body of a class
        if event == "call" and is_function and code.co_filename.startswith(homes):
            calls[f"{code.co_filename}:{code.co_firstlineno} {code.co_name}"] += 1

    sys.setprofile(note)
    try:
        status = main(arguments)
    finally:
        sys.setprofile(None)
    if status:
        sys.exit(status)
    return calls


def run() -> None:
    """Count in an empty folder, and print the result as JSON."""
    given = [word for word in sys.argv[1:] if word != "-v"]
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        Path("x.txt").write_text(TEXT, encoding="utf-8")
        calls = count(given or COMMAND)
    print(json.dumps({"functions": len(calls), "calls": calls.total()}))
    if "-v" in sys.argv:
        for name, number in calls.most_common():
            print(number, name)


if __name__ == "__main__":
    run()
