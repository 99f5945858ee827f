"""Sound in jobs: channels, manifests, damaged files, and what a bad one costs."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from nlpkit.errors import DamageWarning, InputError, ParameterError
from nlpkit.jobs import embed_files, save_spectrograms, verify_files
from nlpkit.jobs.sound_totals import audio_info, sound_totals
from nlpkit.speech import Mfcc, RawFormat, load, log_mel

SR = 16000
TIME = np.arange(3 * SR) / SR
LEFT, RIGHT = 0.3 * np.sin(2 * np.pi * 300 * TIME), 0.2 * np.sin(2 * np.pi * 900 * TIME) * TIME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sf.write(tmp_path / "call.wav", np.stack([LEFT, RIGHT], axis=1), SR, subtype="FLOAT")
    sf.write(tmp_path / "mono.wav", LEFT, SR, subtype="FLOAT")
    return tmp_path


def vector(samples: Any, **numbers: Any) -> np.ndarray:
    return Mfcc(sr=SR, **numbers).transform([np.asarray(samples, np.float32)])[0]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


MFCC: dict[str, Any] = {"method": "mfcc", "parameters": {"sr": SR}}


def test_a_channel_or_each(folder: Path) -> None:
    call = folder / "call.wav"
    for channel, samples in (("mix", (LEFT + RIGHT) / 2), (1, LEFT), ("2", RIGHT), (np.int64(2), RIGHT)):
        report = embed_files(call, channel=channel, **MFCC)
        np.testing.assert_allclose(report.vectors[0], vector(samples), atol=1e-3)
    embed_files([call, folder / "mono.wav"], folder / "o.jsonl", channel="each", **MFCC)
    found = rows(folder / "o.jsonl")
    assert [(Path(row["source"]).name, row["kept"]) for row in found] == [
        ("call.wav", {"channel": 1}),
        ("call.wav", {"channel": 2}),
        ("mono.wav", {"channel": 1}),
    ]
    for row, samples in zip(found, (LEFT, RIGHT, LEFT), strict=True):
        np.testing.assert_allclose(row["vector"], vector(samples), atol=1e-3)
    report = embed_files(call, folder / "o.npy", channel="each", **MFCC)  # a format without a place for the channel
    assert report.rows == len(np.load(folder / "o.npy")) == 2


def test_channels_that_are_not_there(folder: Path) -> None:
    with pytest.raises(InputError, match=r"mono\.wav: has 1 channel, and channel 2 was asked for; --on-bad skip"):
        embed_files(folder, channel=2, **MFCC)
    report = embed_files(folder, channel=2, on_bad="skip", **MFCC)
    assert (report.rows, report.left_out) == (1, {"file that cannot be read as sound": 1})
    for channel in ("left", 0, -1, True, 1.5):
        with pytest.raises(ParameterError, match="expected mix, each, or a channel's number from 1"):
            embed_files(folder, channel=channel, **MFCC)


def test_spectrograms_of_channels(folder: Path) -> None:
    report = save_spectrograms(folder, folder / "out/", format="npy", preset="whisper", channel="each")
    assert [path.name for path in report.written] == ["call-ch1.npy", "call-ch2.npy", "mono-ch1.npy"]
    for name, samples in (("call-ch1", LEFT), ("call-ch2", RIGHT), ("mono-ch1", LEFT)):
        expected = log_mel(samples.astype(np.float32), preset="whisper")
        np.testing.assert_allclose(np.load(folder / f"out/{name}.npy"), expected, atol=1e-5)
    manifest = json.loads((folder / "out/manifest.json").read_text())
    assert manifest["outputs"][1] == {"file": "call-ch2.npy", "source": str(folder / "call.wav"), "channel": 2}
    save_spectrograms(folder / "call.wav", folder / "two.npy", preset="whisper", channel=2)
    np.testing.assert_array_equal(np.load(folder / "two.npy"), np.load(folder / "out/call-ch2.npy"))
    with pytest.raises(ParameterError, match="has 2 channels, and there is one file to write: name a folder"):
        save_spectrograms(folder / "call.wav", folder / "x.npy", channel="each")
    found = dict(verify_files(folder / "call.wav", "librosa", channel="each"))
    assert [name.rpartition(", ")[2] for name in found] == ["channel 1", "channel 2"]
    assert all(each.equal for each in found.values())  # type: ignore[union-attr]


LISTED = [
    {
        "audio_filepath": "call.wav",
        "offset": 0.5,
        "duration": 1.0,
        "channel": 2,
        "text": "two",
        "id": "u/1",
        "room": "a",
    },
    {"audio_filepath": "mono.wav", "duration": 3.0, "text": "one", "speaker": "ann"},
    {"audio_filepath": "mono.wav", "start": 1, "end": 2.5, "text": "part"},
]


def listed(folder: Path, *records: dict[str, Any]) -> Path:
    (folder / "m.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records or LISTED))
    return folder / "m.jsonl"


PARTS = (RIGHT[8000:24000], LEFT, LEFT[16000:40000])


def test_the_parts_of_a_manifest(folder: Path) -> None:
    manifest = listed(folder)
    embed_files([], folder / "o.jsonl", manifest=manifest, **MFCC)
    found = rows(folder / "o.jsonl")
    for row, samples in zip(found, PARTS, strict=True):
        np.testing.assert_allclose(row["vector"], vector(samples), atol=1e-3)
    assert found[0]["kept"] == {
        "id": "u/1",
        "text": "two",
        "speaker": None,
        "start": 0.5,
        "end": 1.5,
        "channel": 2,
        "room": "a",
    }
    embed_files([], folder / "o.jsonl", manifest=manifest, keep="text,room", **MFCC)
    assert [row["kept"] for row in rows(folder / "o.jsonl")] == [
        {"text": "two", "room": "a"},
        {"text": "one", "room": None},
        {"text": "part", "room": None},
    ]
    embed_files([], folder / "o.svmlight", manifest=manifest, label="text", **MFCC)
    assert (folder / "o.svmlight.labels.txt").read_text().split() == ["two", "one", "part"]
    report = save_spectrograms([], folder / "out/", manifest=manifest, format="npy", preset="whisper")
    assert [path.name for path in report.written] == ["u-1.npy", "mono.npy", "mono-1-2.5.npy"]
    for path, samples in zip(report.written, PARTS, strict=True):
        np.testing.assert_allclose(np.load(path), log_mel(samples.astype(np.float32), preset="whisper"), atol=1e-5)
    told = json.loads((folder / "out/manifest.json").read_text())["outputs"]
    assert told[0] == {
        "file": "u-1.npy",
        "source": str(folder / "call.wav"),
        "start": 0.5,
        "end": 1.5,
        "channel": 2,
        "id": "u/1",
        "text": "two",
        "fields": {"room": "a"},
    }


def test_a_manifest_in_a_tar_file(folder: Path) -> None:
    manifest = listed(folder)
    with tarfile.open(folder / "in.tar", "w") as archive:
        archive.add(manifest, arcname="./manifest.jsonl")
        for name in ("call.wav", "mono.wav"):
            archive.add(folder / name, arcname=f"./{name}")
        info = tarfile.TarInfo("./more.wav")
        archive.addfile(info, io.BytesIO())
    report = embed_files([], manifest=folder / "in.tar", threads=2, **MFCC)
    assert report.left_out == {"audio file that no record names": 1}
    for found, samples in zip(report.vectors, PARTS, strict=True):
        np.testing.assert_allclose(found, vector(samples), atol=1e-3)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            {"path": "mono.wav", "duration": 9},
            r"line 1: says that .*mono\.wav has 9 s, and it has 3\.00 s: correct",
        ),
        (
            {"path": "mono.wav", "duration": 1},
            r"has 1 s, and it has 3\.00 s: .* or give an offset of 0 to take",
        ),
        ({"path": "mono.wav", "start": 2, "end": 4}, r"line 1: names 2 to 4 s, and .*mono\.wav ends at 3\.00 s"),
        ({"path": "mono.wav", "start": 3.5, "end": 4}, r"mono\.wav"),
        ({"path": "mono.wav", "channel": 2}, r"mono\.wav: has 1 channel, and channel 2 was asked for"),
    ],
    ids=str,
)
def test_a_manifest_that_names_what_is_not_there(folder: Path, record: dict[str, Any], message: str) -> None:
    manifest = listed(folder, record, {"path": "mono.wav"})
    with pytest.raises(InputError, match=message):
        embed_files([], manifest=manifest, **MFCC)
    with pytest.raises(InputError, match=message):
        save_spectrograms([], folder / "a/", manifest=listed(folder, record))
    report = embed_files([], manifest=listed(folder, record, {"path": "mono.wav"}), on_bad="skip", **MFCC)
    assert (report.rows, report.left_out) == (1, {"file that cannot be read as sound": 1})


def test_rounded_durations_are_right(folder: Path) -> None:
    for duration in (2.95, 3.02):
        assert embed_files([], manifest=listed(folder, {"path": "mono.wav", "duration": duration}), **MFCC).rows == 1
    assert embed_files([], manifest=listed(folder, {"path": "mono.wav", "start": 1, "end": 3.01}), **MFCC).rows == 1


def test_options_that_exclude_one_another(folder: Path) -> None:
    manifest = listed(folder)
    with pytest.raises(ParameterError, match=r"call\.wav: is an input beside the manifest"):
        embed_files(folder / "call.wav", manifest=manifest, **MFCC)
    with pytest.raises(ParameterError, match=r"manifest \(--manifest\) is about sound, which --method logmel or mfcc"):
        embed_files([], manifest=manifest)
    with pytest.raises(ParameterError, match=r"split \(--split\) chooses a set of recordings: give a manifest"):
        embed_files(folder, split="train", **MFCC)
    with pytest.raises(InputError, match=r"line 1: names channel 2, and channel is 1 \(--channel\)"):
        embed_files([], manifest=manifest, channel=1, **MFCC)
    with pytest.raises(InputError, match=r"there is no column 'age' to keep \(--keep\); found id, text"):
        embed_files([], manifest=manifest, keep="age", **MFCC)
    with pytest.raises(ParameterError, match="keep is about texts, and mfcc embeds sound"):
        embed_files(folder, keep="text", **MFCC)


def test_totals_of_a_manifest(folder: Path) -> None:
    totals = sound_totals(listed(folder))
    assert (totals.layout, totals.recordings, totals.files, totals.seconds) == ("manifest", 3, 2, 5.5)
    assert (totals.speakers, totals.labels, totals.texts) == (1, 0, 3)
    (folder / "bad.wav").write_text("no sound")
    manifest = listed(folder, {"path": "bad.wav"}, {"path": "mono.wav"}, {"path": "none.wav"})
    totals = sound_totals(manifest, on_bad="skip")
    assert (totals.recordings, totals.seconds) == (1, 3.0)
    assert totals.left_out == {"file is missing": 1, "file that cannot be read as sound": 1}
    with pytest.raises(InputError, match=r"line 3: there is no file 'none\.wav'"):
        sound_totals(manifest)


BAD: dict[str, Any] = {
    "text.wav": (b"some words\n", "is not an audio file, but text"),
    "picture.mp3": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(99), r"is not an audio file, but a picture \(PNG\)"),
    "page.flac": (b"<!DOCTYPE html><html></html>", "is not an audio file, but text"),
    "empty.ogg": (b"", "is empty; expected an audio file"),
    "damaged.flac": (b"fLaC and nothing", "damaged.flac: "),
    "packed.wav": (b"\x1f\x8b\x08\0\0\0\0\0", r"is not an audio file, but a compressed file \(\.gz\)"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_costs_itself_alone(folder: Path, name: str) -> None:
    content, message = BAD[name]
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{message}.*; --on-bad skip leaves it out") as caught:
        embed_files(folder, **MFCC)
    assert "\n" not in str(caught.value)
    report = embed_files(folder, on_bad="skip", **MFCC)
    assert (report.rows, report.left_out) == (2, {"file that cannot be read as sound": 1})
    drawn = save_spectrograms(folder, folder / "out/", format="npy")
    assert [path.name for path in drawn.written] == ["call.npy", "mono.npy"]
    assert [name in each for each in drawn.refused] == [True]
    drawn = save_spectrograms(folder, folder / "again/", format="npy", on_bad="skip")
    assert (drawn.refused, drawn.left_out["file that cannot be read as sound"]) == ([], 1)
    refused = json.loads((folder / "again/manifest.json").read_text())["refused"]
    assert [each["source"] for each in refused] == [str(folder / name)]


def test_salvage_takes_what_is_left(folder: Path) -> None:
    whole = (folder / "mono.wav").read_bytes()
    (folder / "mono.wav").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"mono\.wav: .*--salvage"):
        embed_files(folder / "mono.wav", **MFCC)
    with pytest.warns(DamageWarning, match=r"mono\.wav: "):
        report = embed_files(folder / "mono.wav", salvage=True, **MFCC)
    with pytest.warns(DamageWarning):
        samples = load(folder / "mono.wav", salvage=True).samples
    np.testing.assert_allclose(report.vectors[0], vector(samples), atol=1e-3)
    with pytest.warns(DamageWarning):
        drawn = save_spectrograms(folder / "mono.wav", folder / "x.png", salvage=True)
    assert drawn.written
    with pytest.warns(DamageWarning):
        assert audio_info(folder / "mono.wav", salvage=True).missing > 0


def test_raw_samples_and_streams(folder: Path) -> None:
    raw = RawFormat(sr=SR, channels=2, encoding="f32le")
    samples = np.stack([LEFT, RIGHT], axis=1).astype("<f4").tobytes()
    (folder / "call.raw").write_bytes(samples)
    expected = embed_files(folder / "call.wav", channel=2, **MFCC).vectors
    for inputs, stdin in ((folder / "call.raw", None), ("-", io.BytesIO(samples))):
        report = embed_files(inputs, stdin=stdin, raw=raw, channel=2, **MFCC)
        np.testing.assert_allclose(report.vectors, expected, atol=1e-3)
    (folder / "raw").mkdir()
    (folder / "raw/notes.txt").write_text("words")
    (folder / "raw/call.raw").write_bytes(samples)
    report = embed_files(folder / "raw", raw=raw, channel=2, **MFCC)
    np.testing.assert_allclose(report.vectors, expected, atol=1e-3)
    assert report.left_out == {"not audio (text)": 1}
    (folder / "raw/a.wav").write_bytes((folder / "mono.wav").read_bytes())
    report = embed_files(folder / "raw", **MFCC)
    assert report.left_out == {"raw samples, which --encoding reads": 1, "not audio (text)": 1}
    whole = (folder / "call.wav").read_bytes()
    save_spectrograms("-", folder / "pipe.npy", stdin=io.BytesIO(whole))
    save_spectrograms(folder / "call.wav", folder / "file.npy")
    np.testing.assert_array_equal(np.load(folder / "pipe.npy"), np.load(folder / "file.npy"))
    found = audio_info("-", stdin=io.BytesIO(whole))
    assert (found.channels, found.frames) == (2, 3 * SR)
    with pytest.raises(InputError, match="<stdin>: is not an audio file, but text"):
        embed_files("-", stdin=io.BytesIO(b"some words"), **MFCC)


def test_what_a_folder_of_spectrograms_leaves_out(folder: Path) -> None:
    (folder / "84.trans.txt").write_text("84-0 GO\n")
    report = save_spectrograms(folder, folder / "out/", format="npy")
    assert (report.refused, report.left_out) == ([], {"not audio (text)": 1})
    manifest = json.loads((folder / "out/manifest.json").read_text())
    assert manifest["left_out"] == {"not audio (text)": 1}
    assert manifest["files"] == ["call.npy", "mono.npy"]


def test_a_part_before_the_damage_of_its_file_is_drawn_and_embedded(tmp_path: Path) -> None:
    """Only the part is looked at."""
    sf.write(tmp_path / "a.wav", np.sin(np.arange(32000) / 9), 16000)
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:-8000])
    (tmp_path / "m.csv").write_text("path,offset,duration\na.wav,0.5,0.5\n")
    report = save_spectrograms([], tmp_path / "a.npy", manifest=tmp_path / "m.csv")
    assert len(report.written) == 1
    assert embed_files([], tmp_path / "b.npy", method="mfcc", manifest=tmp_path / "m.csv").rows == 1
