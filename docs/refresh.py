"""Run every example in README.md and docs/, and update or check its output.

``make docs`` updates the outputs. ``python docs/refresh.py --check FILE…`` changes nothing, prints the differences and
exits 1 if there are any; the tests call it.

Two kinds of block are examples: ``console`` (a line that begins with ``$`` is a command, the following lines are its
output on a terminal 100 columns wide) and ``python`` with ``>>>`` prompts. The examples of a file run one after another
in one temporary folder with the sample texts. Times and versions may differ.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
SAMPLES = "corpora/samples"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
VOLATILE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00| UTC)?|\b\d+\.\d+\.\d+\b")
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07")


def environment() -> dict[str, str]:
    """Return the environment of every command: this interpreter's programs, and a plain terminal of fixed width."""
    dropped = {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "NLPKIT_DATA"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    programs = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    plain = {"PATH": programs, "COLUMNS": "100", "LINES": "50", "TERM": "dumb", "NO_COLOR": "1"}
    return kept | plain | {"PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}


def on_terminal(command: str, folder: Path) -> str:
    """Return the output of a shell command on a terminal; its messages come last."""
    import pty

    screen, terminal = pty.openpty()
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=messages,
        )
        os.close(terminal)
        printed = bytearray()
        with contextlib.suppress(OSError):  # Linux signals this way that the other end is closed
            while block := os.read(screen, 65536):
                printed += block
        os.close(screen)
        status = process.wait()
        messages.seek(0)
        said = messages.read().decode()
    text = ESCAPES.sub("", printed.decode()).replace("\r\n", "\n") + said
    is_refusal = status == 2 and said.startswith("nlpkit: ") and said.count("\n") == 1
    if status and not is_refusal:
        raise SystemExit(f"{command!r} failed with {status}:\n{text}")
    lines = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return f"{lines}\n" if lines else ""


def run_console(block: str, folder: Path) -> str:
    text = printed = ""
    for command in re.findall(r"^\$ (?:.*\\\n)*.*\n", block, re.MULTILINE):
        text += "\n" + command if printed else command
        printed = on_terminal(command[2:], folder)
        text += printed
    return text


class Recorder(doctest.OutputChecker):
    """Accepts any output of an example, and stores it."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        self.printed.append(got)
        return True


def run_python(block: str, folder: Path, names: dict[str, object]) -> str:
    test = doctest.DocTestParser().get_doctest(block, names, "example", None, None)
    recorder = Recorder()
    report = io.StringIO()
    with contextlib.chdir(folder):
        outcome = doctest.DocTestRunner(recorder, verbose=False).run(test, out=report.write, clear_globs=False)
    if outcome.failed:
        raise SystemExit(report.getvalue())
    names.update(test.globs)
    text = ""
    for example, printed in zip(test.examples, recorder.printed, strict=True):
        first, *rest = example.source.splitlines()
        text += f">>> {first}\n" + "".join(f"... {line}".rstrip() + "\n" for line in rest) + printed
    return text


def refreshed(document: Path) -> str:
    """Return the text of a document with current outputs."""
    names: dict[str, object] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(TOP / SAMPLES, folder / SAMPLES)

        def run(match: re.Match[str]) -> str:
            kind, block = match.groups()
            if kind == "python" and ">>>" not in block:
                return match[0]
            new = run_console(block, folder) if kind == "console" else run_python(block, folder, names)
            if VOLATILE.sub("", new) == VOLATILE.sub("", block):
                return match[0]
            return f"```{kind}\n{new}```"

        return BLOCK.sub(run, document.read_text(encoding="utf-8"))


def documents() -> list[Path]:
    """Return all documents with examples."""
    return [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring the outputs in README.md and docs/ up to date.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if an output is not current")
    parser.add_argument("files", nargs="*", type=Path, help="documents (default: all)")
    options = parser.parse_args()
    stale = False
    for document in options.files or documents():
        old, new = document.read_text(encoding="utf-8"), refreshed(document)
        if old == new:
            continue
        stale = True
        if options.check:
            lines = [text.splitlines(keepends=True) for text in (old, new)]
            sys.stdout.writelines(difflib.unified_diff(*lines, str(document), "what it prints now"))
        else:
            document.write_text(new, encoding="utf-8", newline="\n")
            print(f"brought up to date: {document}")
    sys.exit(stale and options.check)


if __name__ == "__main__":
    main()
