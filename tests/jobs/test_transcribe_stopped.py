"""Transcripts that were stopped are continued: nothing is lost, and nothing is recognised twice."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tones import SR, ToneRecognizer, said

from nlpkit.errors import OutputError
from nlpkit.jobs import transcribe_files
from nlpkit.speech import RawFormat

TOP = Path(__file__).parents[2]

KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from tones import ToneRecognizer
from nlpkit.jobs import transcribe_files
transcribe_files(sys.argv[2], sys.argv[3], model=ToneRecognizer(), format=sys.argv[4])
"""


def killed(inputs: Path, output: Path | str, at: int, format: str = "json") -> int:
    """Transcribe in a process of its own that is killed before a call of the recogniser."""
    command = [sys.executable, "-P", "-c", KILLED, str(TOP / "tests/speech"), str(inputs), str(output), format]
    return subprocess.run(command, env={**os.environ, "TONES_KILL_AT": str(at)}, capture_output=True).returncode


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Three recordings of 40, 20 and 3 segments, in batches of 16."""
    (tmp_path / "long").mkdir()
    for name, n in (("a", 40), ("b", 20), ("c", 3)):
        sf.write(tmp_path / f"long/{name}.wav", said(*[1.0, "five"] * n), SR)
    return tmp_path


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_a_killed_job_goes_on_and_repeats_nothing(long: Path, at: int) -> None:
    transcribe_files(long / "long", long / "whole/", model=ToneRecognizer(), format="json")
    assert killed(long / "long", f"{long / 'out'}/", at) == -signal.SIGKILL
    assert not (long / "out").exists()
    model = ToneRecognizer()
    report = transcribe_files(long / "long", long / "out/", model=model, format="json", resume=True)
    assert model.heard == 6 - (at - 1)  # of 3 + 2 + 1 batches
    assert (report.recordings, report.segments) == (3, 63)
    assert report.fresh < report.seconds or at == 1
    for path in (long / "whole").glob("*.json"):
        if path.name != "manifest.json":
            assert (long / "out" / path.name).read_bytes() == path.read_bytes()
    assert not list(long.glob("*.partial"))


def test_a_finished_folder_has_nothing_to_resume(long: Path) -> None:
    sf.write(long / "long/nan.wav", np.full(SR, np.nan), SR, subtype="FLOAT")
    out = f"{long / 'out'}/"
    given: dict[str, Any] = {"resume": True}
    first = transcribe_files(long / "long", out, model=ToneRecognizer(), **given)
    before = {path: path.stat().st_mtime_ns for path in (long / "out").iterdir()}
    model = ToneRecognizer()
    again = transcribe_files(long / "long", out, model=model, **given)
    assert (model.heard, again.fresh, again.was_finished, first.was_finished) == (0, 0, True, False)
    assert (again.recordings, again.segments, again.seconds) == (3, 63, first.seconds)
    assert (again.refused, again.written) == (first.refused, first.written)
    assert len(again.refused) == 1
    assert before == {path: path.stat().st_mtime_ns for path in (long / "out").iterdir()}
    for options, message in (
        ({"vad": "off"}, r"is finished, and was made with other options \(vad='energy', now 'off'\): .*--force"),
        ({"model": ToneRecognizer(2)}, "another model"),
    ):
        with pytest.raises(OutputError, match=message):
            transcribe_files(long / "long", out, **{"model": model, **given, **options})
    with pytest.raises(OutputError, match="the folder exists: choose another path"):
        transcribe_files(long / "long", out, model=model)
    with pytest.raises(OutputError, match="the folder exists: choose another path"):
        transcribe_files(long / "long/a.wav", long / "long/", model=model, **given)
    sf.write(long / "long/d.wav", said("ten"), SR)
    with pytest.raises(OutputError, match="is finished, and was made with another input"):
        transcribe_files(long / "long", out, model=model, **given)
    assert transcribe_files(long / "long", out, model=model, force=True, **given).recordings == 4


def test_one_file_goes_on_too(long: Path) -> None:
    transcribe_files(long / "long/a.wav", long / "whole.srt", model=ToneRecognizer())
    assert killed(long / "long/a.wav", long / "out.srt", 3, "srt") == -signal.SIGKILL
    model = ToneRecognizer()
    transcribe_files(long / "long/a.wav", long / "out.srt", model=model)
    assert model.heard == 1
    assert (long / "out.srt").read_bytes() == (long / "whole.srt").read_bytes()


def test_other_options_do_not_go_on(long: Path) -> None:
    out = f"{long / 'out'}/"
    assert killed(long / "long", out, 4) == -signal.SIGKILL
    given: dict[str, Any] = {"format": "json", "resume": True}
    for options, message in (
        ({"model": ToneRecognizer(), "vad": "off"}, r"other options \(vad='energy', now 'off'\)"),
        ({"model": ToneRecognizer(), "format": "txt"}, r"other options \(format='json', now 'txt'\)"),
        ({"model": ToneRecognizer(2)}, "another model"),
    ):
        with pytest.raises(OutputError, match=message):
            transcribe_files(long / "long", out, **{**given, **options})
    with pytest.raises(OutputError, match="another input"):
        transcribe_files(long / "long/b.wav", out, model=ToneRecognizer(), **given)
    sf.write(long / "long/d.wav", said("ten"), SR)
    with pytest.raises(OutputError, match=r"another input .* start again with --force"):
        transcribe_files(long / "long", out, model=ToneRecognizer(), **given)
    model = ToneRecognizer()
    transcribe_files(long / "long", out, model=model, format="json", force=True)
    assert model.heard == 7


def test_damage_of_what_is_unfinished(long: Path) -> None:
    out, partial = f"{long / 'out'}/", long / "out.partial"
    assert killed(long / "long", out, 6) == -signal.SIGKILL
    with open(partial / "progress.jsonl", "ab") as file:
        file.write(b'{"number": 2, "fi')  # killed while it was written
    with open(partial / "journal.jsonl", "ab") as file:
        file.write(b"[null, 3")
    (partial / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"found 'notes\.txt', which nlpkit did not write"):
        transcribe_files(long / "long", out, model=ToneRecognizer(), format="json")
    (partial / "notes.txt").unlink()
    (partial / "a.json").write_text("{}")
    with pytest.raises(OutputError, match=r"a\.json: is missing or damaged"):
        transcribe_files(long / "long", out, model=ToneRecognizer(), format="json")


def test_ctrl_c_keeps_what_is_finished(long: Path) -> None:
    class Interrupted(ToneRecognizer):
        def count(self) -> None:
            super().count()
            if self.heard == 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transcribe_files(long / "long", long / "all.tsv", model=Interrupted())
    model = ToneRecognizer()
    report = transcribe_files(long / "long", long / "all.tsv", model=model, resume=True)
    assert (model.heard, report.recordings) == (2, 3)
    assert len((long / "all.tsv").read_text().splitlines()) == 64


class Interrupted(io.BytesIO):
    """A stream at whose end Ctrl-C is pressed, as in a terminal, and nothing else comes."""

    def read(self, n: int | None = -1, /) -> bytes:
        found = super().read(n)
        if not found:
            os.kill(os.getpid(), signal.SIGINT)
            raise AssertionError("the read goes on")
        return found


def test_ctrl_c_ends_a_stream(tmp_path: Path) -> None:
    sound = Interrupted((said(1.0, "five", 1.0, "ten") * 32767).astype("<i2").tobytes())
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        transcribe_files("-", tmp_path / "a.txt", model=ToneRecognizer(), stdin=sound, raw=RawFormat(sr=SR))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert (tmp_path / "a.txt").read_text() == "five\nten\n"
