"""Registers the embedder that no table of the suite knows, for as long as a test runs."""

from __future__ import annotations

import pytest
from members import NEW

from nlpkit import registry


@pytest.fixture(autouse=True)
def new_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, home in NEW.items():
        for methods in (registry.TEXT_EMBEDDERS, registry.EMBEDDERS, registry.KINDS):
            monkeypatch.setitem(methods, name, home)
