"""Names that users import stay where they are: what the packages and the documentation named in version 0.1."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

NAMES = Path(__file__).with_name("public_names.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_still_be_imported(name: str) -> None:
    module, _, attribute = name.partition(":")
    found = import_module(module)
    if not hasattr(found, attribute):
        import_module(f"{module}.{attribute}")
