"""Names that users import stay where they are: what the packages and the documentation named in version 0.1."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

NAMES = Path(__file__).with_name("public_names.txt").read_text(encoding="utf-8").split()


def test_public_names_can_still_be_imported() -> None:
    assert NAMES
    for name in NAMES:
        module, _, attribute = name.partition(":")
        found = import_module(module)
        if not hasattr(found, attribute):
            import_module(f"{module}.{attribute}")
