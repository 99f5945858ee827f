"""Manifests of recordings, and the command line of the scripts that lay them out."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

LayOut = Callable[[Path, Path, Sequence[str]], dict[str, int]]


def lay_out_parts(doc: str | None, parts: Sequence[str], lay_out: LayOut) -> None:
    """Make the parts asked for on the command line, and print the sizes of their manifests."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data")
    parser.add_argument("--parts", nargs="*", choices=parts, default=parts)
    arguments = parser.parse_args()
    if arguments.data is None:
        raise SystemExit("name the folder of the data with --data or NLPKIT_DATA")
    for name, records in lay_out(arguments.folder, Path(arguments.data, "speech"), arguments.parts).items():
        print(f"{name}: {records:,} recordings")


def write_manifest(folder: Path, name: str, records: Iterable[Mapping[str, Any]]) -> int:
    """Write ``NAME.jsonl``, with paths relative to it, and return the number of records."""
    path = folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({**record, "path": os.path.relpath(record["path"], path.parent)}) for record in records]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return len(lines)
