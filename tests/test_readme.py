"""Every example in README.md and docs/ runs, and prints the text beneath it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
DOCUMENTS = ["README.md", *sorted(path.relative_to(TOP).as_posix() for path in (TOP / "docs").rglob("*.md"))]

terminal = pytest.mark.skipif(os.name == "nt", reason="the examples are run on a POSIX terminal")


@terminal
@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_are_current(document: str) -> None:
    check = subprocess.run(
        [sys.executable, "-P", str(TOP / "docs" / "refresh.py"), "--check", str(TOP / document)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert check.returncode == 0, f"run `make docs` and look at what changed\n{check.stdout}{check.stderr}"


def test_every_command_has_its_help_in_the_docs() -> None:
    import typer.main

    from nlpkit.cli.main import app

    page = (TOP / "docs" / "commands.md").read_text(encoding="utf-8")
    commands = typer.main.get_command(app).list_commands(None)  # type: ignore[attr-defined]
    assert len(commands) >= 4
    for command in ["", *commands]:
        assert f"$ {' '.join(['nlpkit', command, '--help']).replace('  ', ' ')}\n" in page


@pytest.mark.parametrize("document", [*DOCUMENTS, "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"])
def test_links_lead_somewhere(document: str) -> None:
    text = (TOP / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert ((TOP / document).parent / target).exists(), f"{document} links to {target}"


def test_every_page_can_be_found_from_the_readme() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert not [page for page in DOCUMENTS[1:] if f"]({page})" not in readme]
