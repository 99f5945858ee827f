"""Manifests of recordings in every format, as the toolkits that write them lay them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Recordings
from nlpkit.errors import InputError, ParameterError


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.wav", "b.wav", "long.wav"):
        (tmp_path / name).write_text(name)
    return tmp_path


NEMO = (
    {"audio_filepath": "long.wav", "offset": 4.0, "duration": 2.0, "text": "two"},
    {"audio_filepath": "long.wav", "offset": 10.5, "duration": 2.0, "text": "three"},
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train.jsonl", lines(*NEMO)),
        ("train_manifest.json", lines(*NEMO)),
        ("array.json", json.dumps(NEMO, indent=2)),
        ("train.csv", "audio_filepath,offset,duration,text\nlong.wav,4,2,two\nlong.wav,10.5,2,three\n"),
        ("train.tsv", "path\tstart\tend\tsentence\nlong.wav\t4\t6.0\ttwo\nlong.wav\t10.5\t12.5\tthree\n"),
        ("semicolons.csv", "Path;Start_time;End_time;Text\nlong.wav;4;6;two\nlong.wav;10.5;12.5;three\n"),
        ("all.csv", "path,start,offset,end,duration,text\nlong.wav,4,4,6,2,two\nlong.wav,10.5,,12.5,2.0,three\n"),
    ],
)
@pytest.mark.filterwarnings("ignore::nlpkit.errors.Notice")
def test_a_record_names_a_part_of_a_file(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    found = list(Recordings(folder / name))
    assert [(each.start, each.end, each.duration, each.text) for each in found] == [
        (4.0, 6.0, 2.0, "two"),
        (10.5, 12.5, 2.0, "three"),
    ]


def test_a_part_in_parquet_and_sound_within_it(folder: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"path": "long.wav", "offset": 4.0, "duration": 2.0, "n": 1}, {"path": "a.wav", "n": 2}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "m.parquet")
    assert [(each.start, each.end, each.fields) for each in Recordings(folder / "m.parquet")] == [
        (4.0, 6.0, {"n": 1}),
        (0.0, None, {"n": 2}),
    ]
    sound = [{"audio": {"bytes": b"sound", "path": "x.wav"}, "text": "one"}, {"audio": {"path": "a.wav"}, "text": None}]
    parquet.write_table(pyarrow.Table.from_pylist(sound), folder / "s.parquet")
    first, second = Recordings(folder / "s.parquet")
    assert first.name == f"{folder}/s.parquet/x.wav"
    assert (first.audio.read(), first.text) == (b"sound", "one")  # type: ignore[union-attr]
    assert first.audio.read() == b"sound"  # type: ignore[union-attr]  # again
    assert (second.audio, second.text) == (str(folder / "a.wav"), None)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_other_columns_are_kept(folder: Path, suffix: str) -> None:
    records = {
        "csv": "id,path,spk,channel,Age,room size,duration\nu1,a.wav,ann,2,30,big,3.5\nu2,b.wav,bob,,,,\n",
        "jsonl": lines(
            {"id": "u1", "path": "a.wav", "spk": "ann", "channel": 2, "Age": "30", "room size": "big", "duration": 3.5},
            {"id": "u2", "path": "b.wav", "spk": "bob", "Age": "", "room size": ""},
        ),
    }
    (folder / f"m.{suffix}").write_text(records[suffix])
    first, second = Recordings(folder / f"m.{suffix}")
    assert (first.id, first.speaker, first.channel) == ("u1", "ann", 2)
    assert first.fields == {"Age": "30", "room size": "big"}
    assert (second.id, second.speaker, second.channel, second.stated) == ("u2", "bob", None, None)
    assert (first.end, first.stated, first.duration) == (None, 3.5, 3.5)  # a duration alone is that of the file


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"start": 1, "end": 3, "duration": 5},
            "found start 1 s, end 3 s and duration 5 s, which do not agree",
        ),
        ({"end": 3, "duration": 5}, "line 2: found start 0 s, end 3 s and duration 5 s, which do not agree"),
        ({"start": 1, "offset": 2}, "line 2: found start 1 s and offset 2 s, expected one of them"),
        ({"start": 2, "end": 2}, "line 2: found end 2 s and start 2 s, expected a later end"),
        ({"offset": 0, "duration": 0}, "line 2: found a duration of 0 s, expected more"),
        ({"offset": -1, "duration": 2}, "line 2, offset: found -1, expected seconds, 0 or more"),
        ({"start": "0:30"}, "line 2, start: found '0:30', expected seconds"),
        ({"end": float("nan")}, "line 2, end: found nan, expected seconds"),
        ({"duration": True}, "line 2, duration: found True, expected seconds"),
        ({"channel": "left"}, "line 2, channel: found 'left', expected a whole number, counted from 1"),
        ({"channel": 0}, "line 2, channel: found 0, expected a whole number, counted from 1"),
        ({"channel": 1.5}, "line 2, channel: found 1.5, expected a whole number"),
        ({"text": ["a"]}, "line 2: the text holds an array, expected a string"),
        ({"speaker": ["a"]}, "line 2: speaker holds list, expected a string or number"),
        ({"path": "none.wav"}, "line 2: there is no file 'none.wav'"),
        ({"path": 5}, "line 2: the path is 5: expected a string"),
        ({"path": ""}, "line 2: has no path; expected one of the fields path, audio, .* the fields are path"),
        ({"id": "first"}, "line 2: the id 'first' occurs twice, first on line 1"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_one_line_or_skipped(folder: Path, fields: dict[str, Any], message: str) -> None:
    (folder / "m.jsonl").write_text(lines({"path": "a.wav", "id": "first"}, {"path": "b.wav", **fields}))
    with pytest.raises(InputError, match=message) as caught:
        list(Recordings(folder / "m.jsonl"))
    assert "\n" not in str(caught.value)
    assert "--on-bad skip leaves it out" in str(caught.value)
    recordings = Recordings(folder / "m.jsonl", on_bad="skip")
    assert [each.id for each in recordings] == ["first"]
    assert sum(recordings.left_out.values()) == 1


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("path,start_ms,end_ms\nlong.wav,1000,2000\n", "start_ms"),
        ("path,begin,stop\nlong.wav,1.5,2\n", "begin"),
        ("path,onset,duration\nlong.wav,1.5,2\n", "onset"),
        ("path,start,stop\nlong.wav,1.5,2\n", "stop"),
        ("path,start,endTime\nlong.wav,1.5,2\n", "endTime"),
        ("path,start,Dur (ms)\nlong.wav,1.5,2\n", "Dur (ms)"),
        ("path,from_sec,to_sec\nlong.wav,1.5,2\n", "from_sec"),
        ("path,start_sample,end_sample\nlong.wav,16000,32000\n", "start_sample"),
        ("path,startms,end\nlong.wav,1000,2\n", "startms"),
        ("path,segment begin,end\nlong.wav,0:01.5,2\n", "segment begin"),
        ("path,tmin,tmax\nlong.wav,1.5,2\n", "tmin"),
        ("path,start,start_ms,end\nlong.wav,,1000,2\n", "start_ms"),
    ],
)
def test_times_of_other_names_or_units(folder: Path, content: str, column: str) -> None:
    """The part that they name would be taken for the whole file."""
    (folder / "m.csv").write_text(content)
    with pytest.raises(InputError) as caught:
        list(Recordings(folder / "m.csv"))
    said = (
        f"m.csv, line 2: the column {column!r} is a time that is not read: expected start (or offset), end or duration"
    )
    assert said in str(caught.value)
    assert "in seconds" in str(caught.value)
    skipping = Recordings(folder / "m.csv", on_bad="skip")
    assert (list(skipping), dict(skipping.left_out)) == ([], {"time that cannot be used": 1})
    (folder / "m.jsonl").write_text(lines({"audio_filepath": "long.wav", column: 1000}, {"audio_filepath": "a.wav"}))
    found = Recordings(folder / "m.jsonl", on_bad="skip")
    is_of_the_whole = column in ("Dur (ms)",)
    assert len(list(found)) == 1 + is_of_the_whole


@pytest.mark.parametrize(
    "content",
    [
        "path,start,end,start_ms,end_ms\nlong.wav,1,2,1000,2000\n",
        "path,offset,duration,begin,stop\nlong.wav,1,1,1,2\n",
        "path,start,end,end_date,to,stop\nlong.wav,1,2,2020,3,yes\n",
        "path,start,end,n_frames,length,sample\nlong.wav,1,2,2020,3,4\n",
    ],
)
def test_times_beside_those_that_are_read(folder: Path, content: str) -> None:
    (folder / "m.csv").write_text(content)
    [found] = Recordings(folder / "m.csv")
    assert (found.start, found.end) == (1.0, 2.0)
    assert len(found.fields) == content.partition("\n")[0].count(",") - 2


def test_times_of_another_unit_that_are_empty_or_of_the_whole_file(folder: Path) -> None:
    (folder / "m.csv").write_text("path,start_ms,end_ms,duration_ms,num_samples\nlong.wav,,,900,14400\n")
    [found] = Recordings(folder / "m.csv")
    assert (found.start, found.end, found.fields["duration_ms"]) == (0.0, None, "900")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": "a.wav", "audio": "b.wav"}, "path names 'a.wav' and audio names 'b.wav', two files"),
        ({"file": "x/a.wav", "audio_filepath": "y/a.wav"}, "audio_filepath names 'y/a.wav' and file names 'x/a.wav'"),
        ({"wav": "b.wav", "audio": {"path": "a.wav"}}, "audio names 'a.wav' and wav names 'b.wav'"),
        ({"path": "a.wav", "file_name": "./a.wav"}, ""),
        ({"path": "a.wav", "file": "clips\\a.wav"}, ""),
        ({"path": "a.wav", "audio": "/old/clips/a.wav"}, ""),
        ({"path": "a.wav", "file": "book.txt"}, ""),
        ({"path": "a.wav", "file": ""}, ""),
    ],
)
def test_paths_of_two_files(folder: Path, fields: dict[str, Any], message: str) -> None:
    (folder / "m.jsonl").write_text(lines(fields))
    if not message:
        [found] = Recordings(folder / "m.jsonl")
        assert found.name.endswith("a.wav")
        return
    with pytest.raises(InputError) as caught:
        list(Recordings(folder / "m.jsonl"))
    assert f"m.jsonl, line 1: {message}" in str(caught.value)
    skipping = Recordings(folder / "m.jsonl", on_bad="skip")
    assert (list(skipping), dict(skipping.left_out)) == ([], {"paths of two files": 1})


def test_an_id_that_occurs_twice_in_a_table(folder: Path) -> None:
    (folder / "m.csv").write_text("id,path\n1,a.wav\n2,b.wav\n\n1,long.wav\n")
    with pytest.raises(InputError, match=r"m\.csv, line 5: the id '1' occurs twice, first on line 2"):
        list(Recordings(folder / "m.csv"))
    recordings = Recordings(folder / "m.csv", on_bad="skip")
    assert [each.id for each in recordings] == ["1", "2"]
    assert recordings.left_out == {"blank line": 1, "id that occurs twice": 1}
    assert [each.id for each in recordings] == ["1", "2"]  # a second pass begins anew


def test_files_that_are_missing_are_counted(folder: Path) -> None:
    (folder / "m.csv").write_text("path\na.wav\nnone.wav\nb.wav\nnever.wav\n")
    recordings = Recordings(folder / "m.csv", on_bad="skip")
    assert [Path(each.name).name for each in recordings] == ["a.wav", "b.wav"]
    assert recordings.left_out == {"file is missing": 2}


def test_options_about_tables_hold(folder: Path) -> None:
    (folder / "m.csv").write_bytes('path;text\na.wav;Müll\nb.wav;"x\n'.encode("latin-1"))
    found = Recordings(folder / "m.csv", delimiter="semicolon", quoting="none", encoding="latin-1")
    assert [each.text for each in found] == ["Müll", '"x']
    (folder / "n.csv").write_text("a.wav,one\nb.wav,two\n")
    with pytest.raises(InputError, match=r"a manifest needs the names of its columns; set --header yes"):
        list(Recordings(folder / "n.csv", header="no"))
    with pytest.raises(ParameterError, match="quoting is 'some'"):
        Recordings(folder / "n.csv", quoting="some")
    with pytest.raises(InputError, match=r"the fields are a\.wav, one; put the names of the columns above"):
        list(Recordings(folder / "n.csv"))
    (folder / "m.csv").write_text("path,text,text\na.wav,1,2\n")
    with pytest.raises(InputError, match=r"m\.csv: 2 columns have the name 'text': rename all but one"):
        list(Recordings(folder / "m.csv"))
    (folder / "m.csv").write_text("path,text\na.wav,one\n")
    with pytest.raises(ParameterError, match="is one set, and split is 'train'"):
        Recordings(folder / "m.csv", split="train")


def test_texts_that_are_null(folder: Path) -> None:
    (folder / "m.jsonl").write_text(
        lines({"path": "a.wav", "text": None}, {"path": "b.wav"}, {"path": "a.wav", "text": 7})
    )
    assert [each.text for each in Recordings(folder / "m.jsonl")] == [None, None, "7"]
    assert [each.text for each in Recordings(folder / "m.jsonl", nulls="empty")] == ["", "", "7"]
    recordings = Recordings(folder / "m.jsonl", nulls="skip")
    assert [each.text for each in recordings] == ["7"]
    assert recordings.left_out == {"null": 2}
    with pytest.raises(InputError, match="line 1: the text is null; --nulls empty"):
        list(Recordings(folder / "m.jsonl", nulls="error"))


def test_manifests_that_are_compressed_or_of_a_byte_order_mark(folder: Path) -> None:
    import gzip

    (folder / "m.csv.gz").write_bytes(gzip.compress(b"path,text\na.wav,one\n"))
    (folder / "n.csv").write_bytes("\ufeffpath,text\na.wav,one\n".encode())
    (folder / "u.tsv").write_bytes("path\ttext\na.wav\tone\n".encode("utf-16"))
    for name in ("m.csv.gz", "n.csv", "u.tsv"):
        assert [each.text for each in Recordings(folder / name)] == ["one"]


def test_paths_as_other_systems_write_them(folder: Path) -> None:
    (folder / "yes").mkdir()
    (folder / "yes" / "cafe\u0301.wav").touch()  # decomposed, as macOS writes it
    (folder / "m.csv").write_text("path\n.\\yes\\caf\u00e9.wav\n./yes/../a.wav\n", encoding="utf-8")
    assert [Path(each.name).name for each in Recordings(folder / "m.csv")] == ["cafe\u0301.wav", "a.wav"]


def test_what_a_folder_has_beside_is_counted(folder: Path) -> None:
    (folder / "manifest.jsonl").write_text(lines({"path": "./a.wav"}))
    (folder / "notes.txt").touch()
    recordings = Recordings(folder)
    assert [Path(each.name).name for each in recordings] == ["a.wav"]
    assert recordings.left_out == {"audio file that no record names": 2}
    named = Recordings(folder / "manifest.jsonl")  # a list that was chosen says what is meant
    assert len(list(named)) == 1
    assert named.left_out == {}


def test_the_columns_of_an_audio_folder(folder: Path) -> None:
    """Hugging Face's AudioFolder: metadata.csv or .jsonl with file_name."""
    for name, content in (
        ("metadata.csv", "file_name,transcription,mood\na.wav,one,glad\nb.wav,two,\nlong.wav,three,\n"),
        (
            "metadata.jsonl",
            lines(*({"file_name": name, "transcription": "one"} for name in ("a.wav", "b.wav", "long.wav"))),
        ),
    ):
        (folder / name).write_text(content)
        recordings = Recordings(folder)
        assert recordings.layout == "manifest"
        assert len(list(recordings)) == 3
        assert next(iter(Recordings(folder))).text == "one"
        assert recordings.left_out == {}
        (folder / name).unlink()
    for part in ("train", "test"):
        (folder / part).mkdir()
        (folder / part / "metadata.csv").write_text(f"file_name,transcription\n{part}.wav,{part}\n")
        (folder / part / f"{part}.wav").touch()
    with pytest.raises(InputError, match=r"holds several sets, 'test', 'train': choose one with split \(--split\)"):
        Recordings(folder)
    assert [each.text for each in Recordings(folder, split="test")] == ["test"]
    with pytest.raises(InputError, match=r"there is no set 'dev' \(split, --split\); found 'test', 'train'"):
        Recordings(folder, split="dev")


def test_several_manifests_of_a_folder(folder: Path) -> None:
    for name in ("train_manifest.json", "dev_manifest.json"):
        (folder / name).write_text(lines({"audio_filepath": "a.wav", "text": name}))
    with pytest.raises(InputError, match="holds several sets, 'dev', 'train'"):
        Recordings(folder)
    for split in ("train", "train_manifest.json"):
        assert [each.text for each in Recordings(folder, split=split)] == ["train_manifest.json"]
    (folder / "manifest.csv").write_text("path,text\na.wav,csv\n")
    (folder / "manifest.tsv").write_text("path\ttext\na.wav\ttsv\n")
    with pytest.raises(InputError, match=r"holds several sets, 'manifest\.csv', 'manifest\.tsv'"):
        Recordings(folder)


def test_which_manifest_of_a_folder_is_read(folder: Path) -> None:
    """The one in the fewest folders; not that of a folder that nlpkit wrote."""
    (folder / "metadata.csv").write_text("file_name,text\na.wav,metadata\n")
    for name in ("out/manifest.json", "manifest.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps({"format": "nlpkit", "kind": "spectrograms", "files": []}))
    assert [each.text for each in Recordings(folder)] == ["metadata"]
    (folder / "sub").mkdir()
    (folder / "sub/manifest.csv").write_text("path,text\n../a.wav,manifest\n")
    assert [each.text for each in Recordings(folder)] == ["metadata"]
    (folder / "train_manifest.json").write_text(lines({"audio_filepath": "a.wav", "text": "train"}))
    assert [each.text for each in Recordings(folder)] == ["train"]
