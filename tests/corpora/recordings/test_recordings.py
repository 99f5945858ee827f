"""Recordings as people keep them: manifests, Kaldi's and LJ Speech's layouts, folders by label; also in tar files."""

from __future__ import annotations

import gc
import io
import json
import os
import tarfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.corpora.recordings import Recordings
from nlpkit.errors import InputError, ParameterError

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"


def build(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def packed(folder: Path, suffix: str) -> Path:
    path = folder.with_name(folder.name + suffix)
    with tarfile.open(path, "w:gz" if suffix.endswith("gz") else "w") as archive:
        archive.add(folder, arcname="set")
    return path


def seen(recordings: Recordings) -> list[tuple[Any, ...]]:
    found = []
    for each in recordings:
        audio = each.audio
        content = Path(audio).read_text() if isinstance(audio, str) else audio.read().decode()
        found.append((content, each.text, each.label, each.speaker, each.start, each.end))
    return found


SETS: dict[str, tuple[dict[str, str], str, list[tuple[Any, ...]]]] = {
    "csv": (
        {
            "manifest.csv": 'path,text,speaker,start,end\na/1.wav,"one, two",ann,0.5,2\nb.wav,,,,\n',
            "a/1.wav": "1",
            "b.wav": "b",
        },
        "manifest",
        [("1", "one, two", None, "ann", 0.5, 2.0), ("b", "", None, None, 0.0, None)],
    ),
    "tsv": (
        {"manifest.tsv": 'path\tlabel\na.wav\tsaid "yes"\n', "a.wav": "a"},
        "manifest",
        [("a", None, 'said "yes"', None, 0.0, None)],
    ),
    "jsonl": (
        {
            "manifest.jsonl": '{"audio_filepath": "a.wav", "text": "one", "duration": 3.5}\n\n'
            '{"path": "a.wav", "label": 3, "start": 1, "duration": 0.5}\n',
            "a.wav": "a",
        },
        "manifest",
        [("a", "one", None, None, 0.0, None), ("a", None, "3", None, 1.0, 1.5)],
    ),
    "kaldi": (
        {
            "text": "u1 HELLO THERE\nu2 YES\n",
            "utt2spk": "u1 s1\nu2 s2\n",
            "wav.scp": "u1 wavs/x.wav\nu2 wavs/y.wav\n",
            "wavs/x.wav": "x",
            "wavs/y.wav": "y",
        },
        "kaldi",
        [("x", "HELLO THERE", None, "s1", 0.0, None), ("y", "YES", None, "s2", 0.0, None)],
    ),
    "kaldi with segments and without wav.scp": (
        {"text": "u1 HELLO\nu2\n", "segments": "u1 tape 0.25 1.5\nu2 tape 2 3\n", "wavs/tape.flac": "t"},
        "kaldi",
        [("t", "HELLO", None, None, 0.25, 1.5), ("t", "", None, None, 2.0, 3.0)],
    ),
    "ljspeech": (
        {"metadata.csv": "L1|Dr. No|doctor no\nL2|plain\n", "wavs/L1.wav": "1", "wavs/L2.opus": "2"},
        "ljspeech",
        [("1", "doctor no", None, None, 0.0, None), ("2", "plain", None, None, 0.0, None)],
    ),
    "labels": (
        {"no/a.wav": "a", "yes/b.flac": "b", "yes/c.mp3": "c", "README.md": "words", "yes/.hidden.wav": "h"},
        "labels",
        [("a", None, "no", None, 0.0, None), ("b", None, "yes", None, 0.0, None), ("c", None, "yes", None, 0.0, None)],
    ),
}
every_set = pytest.mark.parametrize("name", SETS)


@every_set
@pytest.mark.parametrize("suffix", ["", ".tar", ".tar.gz"])
def test_every_layout(tmp_path: Path, name: str, suffix: str) -> None:
    files, layout, expected = SETS[name]
    path = build(tmp_path / "in", files)
    recordings = Recordings(packed(path, suffix) if suffix else path)
    assert recordings.layout == layout
    assert seen(recordings) == expected
    assert seen(recordings) == expected  # again
    if suffix:
        assert all(each.path is None and each.name.startswith(f"{path}{suffix}/set/") for each in recordings)


def test_a_manifest_by_its_own_name(tmp_path: Path) -> None:
    build(tmp_path, {"lists/dev.csv": "path,text\n../a.wav,one\n", "a.wav": "a"})
    assert seen(Recordings(tmp_path / "lists/dev.csv")) == [("a", "one", None, None, 0.0, None)]
    (tmp_path / "abs.jsonl").write_text(json.dumps({"path": str(tmp_path / "a.wav")}))
    assert seen(Recordings(tmp_path / "abs.jsonl")) == [("a", None, None, None, 0.0, None)]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"manifest.csv": "path\nb.wav\n"}, r"manifest.csv, line 2: there is no file '(set/)?b.wav'"),
        ({"manifest.csv": "text\nword\n"}, "line 2: has no path; expected one of the fields path, audio"),
        ({"manifest.csv": "path,start,end\na.wav,2,1\n"}, "found end 1 s and start 2 s"),
        ({"manifest.csv": "path,start\na.wav,soon\n"}, "line 2, start: found 'soon', expected seconds"),
        ({"manifest.jsonl": '{"path": "a.wav"'}, "line 1, column 17: not JSON"),
        ({"manifest.jsonl": "[1]"}, "line 1: found JSON, expected an object"),
        ({"text": "u1 WORD\n"}, "utterance u1: there is no audio file 'u1', and no entry in wav.scp"),
        ({"text": "u1 WORD\n", "wav.scp": "u1 sox a.wav -t wav - |\n"}, "wav.scp has a command, which is not run"),
        ({"text": "u1 WORD\n", "segments": "u2 a 0 1\n"}, "segments has no recording, start and end"),
        ({"metadata.csv": "a,b\n"}, "line 1: expected name, text"),
        ({"metadata.csv": "b|text\n"}, "there is no audio file 'b'"),
    ],
    ids=str,
)
def test_what_can_not_be(tmp_path: Path, files: dict[str, str], message: str) -> None:
    folder = build(tmp_path / "in", {"a.wav": "a", **files})
    for path in (folder, packed(folder, ".tar")):
        with pytest.raises(InputError, match=message) as caught:
            list(Recordings(path))
        assert "\n" not in str(caught.value)


def test_nothing_to_be_read(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "none", "not a manifest"),
        (build(tmp_path / "empty", {"a.txt": "words"}), "found no manifest and no folders of audio files"),
        (build(tmp_path / "flat", {"a.wav": "a"}), "found no manifest"),
    ):
        with pytest.raises(InputError, match=message):
            Recordings(path)
    (tmp_path / "bad.tar").write_bytes(b"no archive")
    with pytest.raises(InputError, match="cannot be read as a tar file"):
        Recordings(tmp_path / "bad.tar")
    with pytest.raises(ParameterError, match="layout is 'voxforge'"):
        Recordings(tmp_path, layout="voxforge")
    (tmp_path / "manifest.csv").write_bytes(b"path\n\xff\xfe\n")
    with pytest.raises(InputError, match="line 2, byte 5: 0xff is not utf-8"):
        list(Recordings(tmp_path))


def test_an_archive_never_leads_out_of_itself(tmp_path: Path) -> None:
    """Links and paths upwards are no recordings, and nothing is written."""
    (tmp_path / "secret.wav").write_text("secret")
    with tarfile.open(tmp_path / "in.tar", "w") as archive:
        link = tarfile.TarInfo("yes/link.wav")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret.wav")
        archive.addfile(link)
        for name in ("yes/a.wav", "../up/b.wav"):
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"a"))
    before = sorted(tmp_path.rglob("*"))
    recordings = Recordings(tmp_path / "in.tar")
    assert [content for content, *_ in seen(recordings)] == ["a"]
    assert recordings.left_out == {
        "link or device in an archive": 1,
        "member of an archive with a path that leads out of it": 1,
    }
    assert sorted(tmp_path.rglob("*")) == before


def test_a_tar_file_is_closed_with_its_recordings(tmp_path: Path) -> None:
    """Also where it is collected as part of a cycle, such as an exception's traceback."""

    class Ring:
        def __init__(self, recordings: Recordings) -> None:
            self.itself, self.recordings = self, recordings

    with tarfile.open(tmp_path / "in.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("yes/a.wav"), io.BytesIO())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        Ring(Recordings(tmp_path / "in.tar"))
        gc.collect()
    assert [str(each.message) for each in caught if "in.tar" in str(each.message)] == []


@pytest.mark.data
@pytest.mark.slow
def test_real_sets_are_read_in_place() -> None:
    from nlpkit.speech import load

    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/")
    lj = list(Recordings(DATA / "ljspeech_325.tar"))
    assert len(lj) == 325
    assert lj[0].text is not None
    assert lj[0].text.startswith("Printing, in the only sense")
    read = list(Recordings(DATA / "speechocean762-train.tar"))
    assert (len(read), len({each.speaker for each in read})) == (2500, 125)
    commands = Recordings(DATA / "speech_commands_300.tar.gz")
    assert Counter(Counter(each.label for each in commands).values()) == {10: 30}
    for recordings in (lj[:3], read[:3], list(commands)[:3]):
        for each in recordings:
            samples, sr = load(each.audio, name=each.name)
            assert (sr, bool(np.abs(samples).max() > 0.01)) == (16000, True)


def test_manifests_in_other_formats(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    (tmp_path / "a.wav").touch()
    (tmp_path / "m.csv").write_text("path;text;start\na.wav;rain, sun;1,5\n".replace("1,5", "1.5"))
    (tmp_path / "m.json").write_text('[\n{"path": "a.wav", "text": "rain, sun", "start": 1.5}\n]')
    book = openpyxl.Workbook()
    for row in (["path", "text", "start"], ["a.wav", "rain, sun", 1.5]):
        book.active.append(row)
    book.save(tmp_path / "m.xlsx")
    for name in ("m.csv", "m.json", "m.xlsx"):
        (recording,) = Recordings(tmp_path / name)
        assert (recording.text, recording.start) == ("rain, sun", 1.5)
