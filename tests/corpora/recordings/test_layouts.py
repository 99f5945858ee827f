"""Corpora of speech as they are distributed: Kaldi's tables, Common Voice, LJ Speech, folders by label, tar files."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from nlpkit.corpora import Recordings
from nlpkit.errors import InputError


def build(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


KALDI = {"text": "u1 HELLO\nu2 WORLD\n", "wav.scp": "r wav/r.wav\n", "wav/r.wav": "r"}


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("u1 r 0.0 2.5\nu2 r 2.5 -1\n", [(0.0, 2.5, None), (2.5, None, None)]),
        ("u1 r 0 2.5\nu2 r 2.5 -1.0\n", [(0.0, 2.5, None), (2.5, None, None)]),
        ("u1 r 0.0 2.5 0\nu2 r 2.5 5 1\n", [(0.0, 2.5, 1), (2.5, 5.0, 2)]),
        ("u1 r 0.0 2.5 1\nu2 r 2.5 -1 0\n", [(0.0, 2.5, 2), (2.5, None, 1)]),
    ],
)
def test_segments_of_kaldi(tmp_path: Path, segments: str, expected: list[tuple[object, ...]]) -> None:
    build(tmp_path, {**KALDI, "segments": segments})
    assert [(each.start, each.end, each.channel) for each in Recordings(tmp_path)] == expected


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"segments": "u1 r 0 1\nu2 r 2 1\n"}, r"segments, line 2: found end 1 s and start 2 s, expected a later end"),
        ({"segments": "u1 r 0 1\nu2 r 2 -2\n"}, r"segments, line 2, end: found '-2', expected seconds"),
        (
            {"segments": "u1 r 0 1\nu2 r 2 3 A\n"},
            "segments, line 2, channel: found 'A', expected a whole",
        ),
        ({"segments": "u1 r 0 1\nu2 r 2\n"}, "segments, line 2: found 2 fields after the name, expected recording, st"),
        ({"segments": "u1 r 0 1\nu2 r 2 3 0 x\n"}, "segments, line 2: found 5 fields after the name"),
        ({"segments": "u1 r 0 1\nu1 r 1 2\nu2 r 2 3\n"}, "segments, line 2: the id 'u1' occurs twice, first on line 1"),
        ({"text": "u1 A\nu1 B\n", "segments": "u1 r 0 1\n"}, "text, line 2: the id 'u1' occurs twice, first on line 1"),
        (
            {"wav.scp": "u1 a.wav\nu2 sph2pipe -f wav x |\n", "a.wav": ""},
            "line 2: wav.scp has a command, ",
        ),
        (
            {"wav.scp": "u1 wav/r.wav\nu2 | cat\n"},
            "line 2: wav.scp has a command, which is not run; replace it by a file",
        ),
        ({"wav.scp": "u1 wav/r.wav\nu2 raw.ark:123\n"}, "line 2: there is no file 'raw.ark:123'"),
    ],
    ids=str,
)
def test_bad_entries_of_kaldi(tmp_path: Path, files: dict[str, str], message: str) -> None:
    build(tmp_path, {**KALDI, **files})
    with pytest.raises(InputError, match=message) as caught:
        list(Recordings(tmp_path))
    assert "--on-bad skip leaves it out" in str(caught.value)
    recordings = Recordings(tmp_path, on_bad="skip")
    assert len(list(recordings)) >= 1
    assert sum(recordings.left_out.values()) >= 1


def test_a_command_of_kaldi_is_never_run(tmp_path: Path) -> None:
    build(tmp_path, {"text": "u1 A\n", "wav.scp": f"u1 touch {tmp_path}/run |\n"})
    assert list(Recordings(tmp_path, on_bad="skip")) == []
    assert not (tmp_path / "run").exists()


def test_sets_of_kaldi(tmp_path: Path) -> None:
    for part in ("train", "test"):
        build(tmp_path, {f"data/{part}/text": f"{part}1 WORD\n", f"data/{part}/wav.scp": f"{part}1 wav/{part}.wav\n"})
        build(tmp_path, {f"wav/{part}.wav": part})
    with pytest.raises(InputError, match="holds several sets, 'data/test', 'data/train': choose one with split"):
        Recordings(tmp_path)
    for split in ("train", "data/train"):
        assert [each.id for each in Recordings(tmp_path, split=split)] == ["train1"]
    assert [each.id for each in Recordings(tmp_path / "data/test", layout="kaldi", on_bad="skip")] == []
    with pytest.raises(InputError, match="there is no set 'dev'"):
        Recordings(tmp_path, split="dev")


def test_kaldi_without_texts(tmp_path: Path) -> None:
    build(
        tmp_path, {"wav.scp": "a wav/a.wav\nb wav/b.wav\n", "utt2spk": "a s\nb s\n", "wav/a.wav": "", "wav/b.wav": ""}
    )
    found = list(Recordings(tmp_path))
    assert [(each.id, each.text, each.speaker) for each in found] == [("a", None, "s"), ("b", None, "s")]
    build(tmp_path, {"segments": "x a 0 1\ny a 1 -1\n", "utt2spk": "x s\n"})
    recordings = Recordings(tmp_path)
    assert [(each.id, each.start, each.end) for each in recordings] == [("x", 0.0, 1.0), ("y", 1.0, None)]
    assert recordings.left_out == {
        "entry of wav.scp without a segment or text": 1,
        "audio file that no record names": 1,
    }


CLIPS = ["plain one", '"Stop, he said and left', "three", 'the "fourth" one', '"Five" she said']


def common_voice(folder: Path, name: str, texts: list[str]) -> Path:
    rows = [f"u{i}\tc{i}.wav\t{text}\t2\t\n" for i, text in enumerate(texts)]
    clips = {f"{Path(name).parent}/clips/c{i}.wav": "" for i in range(len(texts))}
    return build(folder, {**clips, name: "client_id\tpath\tsentence\tup_votes\tage\n" + "".join(rows)})


def test_common_voice_as_it_is_distributed(tmp_path: Path) -> None:
    common_voice(tmp_path, "validated.tsv", CLIPS)
    for path in (tmp_path / "validated.tsv", tmp_path):
        recordings = Recordings(path)
        assert recordings.layout == "common_voice"
        found = list(recordings)
        assert [each.text for each in found] == CLIPS
        assert [each.speaker for each in found] == [f"u{i}" for i in range(5)]
        assert found[0].fields == {"up_votes": "2", "age": ""}
        assert recordings.left_out == {}


def test_several_tables_of_common_voice(tmp_path: Path) -> None:
    for name in ("train", "dev", "test"):
        common_voice(tmp_path, f"en/{name}.tsv", [name])
    build(tmp_path, {"en/reported.tsv": "sentence_id\tsentence\tlocale\treason\n", "en/clips/c9.wav": ""})
    with pytest.raises(InputError, match="holds several sets, 'en/dev', 'en/test', 'en/train': choose one with split"):
        Recordings(tmp_path)
    recordings = Recordings(tmp_path, split="dev")
    assert [each.text for each in recordings] == ["dev"]
    (tmp_path / "en/clips/c0.wav").unlink()
    with pytest.raises(InputError, match=r"dev\.tsv, line 2: there is no file 'c0\.wav'"):
        list(recordings)


def test_lj_speech(tmp_path: Path) -> None:
    build(tmp_path, {"metadata.csv": 'L1|Dr. "No"|doctor "no\nL2|plain|\nL3.wav|x\n', "wavs/L3.wav": ""})
    build(tmp_path, {"wavs/L1.wav": "", "wavs/L2.wav": ""})
    found = list(Recordings(tmp_path / "metadata.csv"))
    assert [each.text for each in found] == ['doctor "no', "plain", "x"]
    assert [each.fields["transcription"] for each in found] == ['Dr. "No"', "plain", "x"]
    build(tmp_path, {"flac/L1.flac": ""})
    with pytest.raises(InputError, match=r"line 1: 'L1' can be flac/L1\.flac and wavs/L1\.wav: remove all but one"):
        list(Recordings(tmp_path))
    build(tmp_path, {"metadata.csv": "L2|a\nL2|b\n"})
    with pytest.raises(InputError, match="line 2: the id 'L2' occurs twice, first on line 1"):
        list(Recordings(tmp_path))
    build(tmp_path, {"metadata.csv": "L2|ann|a|b\n"})
    with pytest.raises(InputError, match=r"line 1: expected name, text and normalised text, .* found 4 fields"):
        list(Recordings(tmp_path))


def test_two_files_of_one_name_for_kaldi(tmp_path: Path) -> None:
    build(tmp_path, {"text": "u1 WORD\nu2 WORD\n", "a/u1.wav": "", "b/u1.flac": "", "a/u2.wav": ""})
    with pytest.raises(InputError, match=r"utterance u1: 'u1' can be a/u1\.wav and b/u1\.flac: remove all but one"):
        list(Recordings(tmp_path))
    recordings = Recordings(tmp_path, on_bad="skip")
    assert [each.id for each in recordings] == ["u2"]
    assert recordings.left_out == {"name of several audio files": 1, "audio file that no record names": 2}


def test_labels_of_nested_folders(tmp_path: Path) -> None:
    build(tmp_path, {"train/yes/1.wav": "", "train/no/1.wav": "", "train/no/2.wav": ""})
    assert [each.label for each in Recordings(tmp_path)] == ["no", "no", "yes"]
    build(tmp_path, {"test/yes/1.wav": "", "top.wav": ""})
    with pytest.raises(InputError, match="holds several sets, 'test', 'train': choose one with split"):
        Recordings(tmp_path)
    recordings = Recordings(tmp_path, split="train")
    assert [each.label for each in recordings] == ["no", "no", "yes"]
    assert recordings.left_out == {"audio file in no folder of a label": 1}
    mixed = build(tmp_path / "mixed", {"yes/1.wav": "", "no/ann/1.wav": ""})
    with pytest.raises(InputError, match=r"no/ann/1\.wav and yes/1\.wav lie at different depths"):
        list(Recordings(mixed))


def packed(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


def test_tar_files_whose_names_begin_with_a_dot(tmp_path: Path) -> None:
    labels = packed(tmp_path / "labels.tar", {"./yes/1.wav": "y", "./no/1.wav": "n", "./.hidden/1.wav": "h"})
    assert [each.label for each in Recordings(labels)] == ["yes", "no"]
    sets: dict[str, dict[str, str]] = {
        "manifest": {"./m/manifest.csv": "path,text\n./yes/1.wav,yes\n", "./m/yes/1.wav": ""},
        "plain": {"manifest.csv": "path,text\n./x/../yes/1.wav,yes\n", "yes/1.wav": ""},
        "kaldi": {"./text": "u1 yes\n", "./wav.scp": "u1 ./wav/1.wav\n", "./wav/1.wav": ""},
        "ljspeech": {"./metadata.csv": "1|yes\n", "./wavs/1.wav": ""},
        "common voice": {"./en/test.tsv": "client_id\tpath\tsentence\na\t1.mp3\tyes\n", "./en/clips/1.mp3": ""},
    }
    for name, files in sets.items():
        recordings = Recordings(packed(tmp_path / f"{name}.tar", files))
        assert [each.text for each in recordings] == ["yes"]
        assert recordings.left_out == {}


def test_paths_that_lead_out_of_a_tar_file(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_text("secret")
    for path in (f"{tmp_path}/secret.wav", "../secret.wav", "../../secret.wav"):
        archive = packed(
            tmp_path / "in.tar", {"manifest.csv": f"path\n{path}\n", "../secret.wav": "s", "/x/y.wav": "y"}
        )
        with pytest.raises(InputError, match=r"manifest\.csv, line 2: there is no file"):
            list(Recordings(archive))
        recordings = Recordings(archive, on_bad="skip")
        assert list(recordings) == []
        assert recordings.left_out == {"file is missing": 1, "member of an archive with a path that leads out of it": 2}


def test_audio_by_its_content_counts_too(tmp_path: Path) -> None:
    sound = "RIFF\x24\x00\x00\x00WAVEfmt "
    folder = build(tmp_path / "in", {"yes/1": sound, "no/2.sound": sound, "no/notes.txt": "words", "no/list": "words"})
    assert [each.label for each in Recordings(folder)] == ["no", "yes"]
    archive = packed(tmp_path / "in.tar", {"./yes/1": sound, "./no/notes": "words"})
    assert [each.label for each in Recordings(archive)] == ["yes"]
    build(folder, {"manifest.csv": "path\nyes/1\n"})
    recordings = Recordings(folder)
    assert len(list(recordings)) == 1
    assert recordings.left_out == {"audio file that no record names": 1}


def test_other_white_space_is_part_of_the_texts_of_kaldi(tmp_path: Path) -> None:
    build(tmp_path, {"text": "u1\t\u3000HELLO\u00a0WORLD\n", "wav.scp": "u1  a b.wav \r\n", "a b.wav": ""})
    [found] = Recordings(tmp_path)
    assert (found.id, found.text, Path(found.name).name) == ("u1", "\u3000HELLO\u00a0WORLD", "a b.wav")


def test_librispeech(tmp_path: Path) -> None:
    libri = {
        "84/12/84-12.trans.txt": "84-12-0 GO ON\n84-12-1 STOP\n",
        "84/12/84-12-0.flac": "",
        "84/12/84-12-1.flac": "",
    }
    build(tmp_path / "in", libri)
    recordings = Recordings(tmp_path / "in")
    assert [(each.id, each.text, each.speaker, each.label) for each in recordings] == [
        ("84-12-0", "GO ON", "84", None),
        ("84-12-1", "STOP", "84", None),
    ]
    build(tmp_path / "flat", {"84/84.trans.txt": "84-0 GO\n", "84/84-0.wav": "", "84/84-1.wav": ""})
    recordings = Recordings(tmp_path / "flat")
    assert [each.text for each in recordings] == ["GO"]
    assert recordings.left_out == {"audio file that no record names": 1}
    build(tmp_path / "in", {"84/12/84-12.trans.txt": "84-12-0 GO ON\n84-12-7 STOP\n"})
    with pytest.raises(InputError, match=r"84-12\.trans\.txt, line 2: there is no audio file '84-12-7'"):
        list(Recordings(tmp_path / "in"))
    for part in ("dev-clean", "test-clean"):
        build(tmp_path / "both", {f"{part}/{name}": content for name, content in libri.items()})
    with pytest.raises(InputError, match="holds several sets, 'dev-clean', 'test-clean': choose one with split"):
        Recordings(tmp_path / "both")
    assert len(list(Recordings(tmp_path / "both", split="test-clean"))) == 2


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    build(tmp_path / "disk", {"L1.wav": "", "L2.wav": ""})
    build(tmp_path / "lj", {"metadata.csv": "L1|one\nL2|two\n"})
    (tmp_path / "lj/wavs").symlink_to(tmp_path / "disk")
    (tmp_path / "lj/again").symlink_to(tmp_path / "lj")  # a loop
    assert [each.text for each in Recordings(tmp_path / "lj")] == ["one", "two"]
