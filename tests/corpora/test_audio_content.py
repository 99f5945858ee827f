"""What is audio: by suffix, and by content."""

from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from ffmpeg import ffmpeg

from nlpkit.corpora import AudioFiles, Texts
from nlpkit.corpora.audio_content import HEAD_BYTES, sound_in
from nlpkit.corpora.audio_files import is_audio_file
from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.content import not_sound
from nlpkit.errors import InputError

Y = 0.3 * np.sin(np.arange(16000) / 9)

SOUNDFILE = {
    "w64": ("W64", "W64"),
    "rf64": ("RF64", "RF64"),
    "flac": ("FLAC", "FLAC"),
    "oga": ("OGG", "Ogg"),
    "mp3": ("MP3", "MP3"),
    "aiff": ("AIFF", "AIFF"),
    "snd": ("AU", "AU"),
    "caf": ("CAF", "CAF"),
    "sph": ("NIST", "NIST"),
    "voc": ("VOC", "VOC"),
    "avr": ("AVR", "AVR"),
    "ircam": ("IRCAM", "IRCAM"),
    "paf": ("PAF", "PAF"),
    "pvf": ("PVF", "PVF"),
    "svx": ("SVX", "AIFF"),
    "sds": ("SDS", "SDS"),
}
FFMPEG = {
    "m4a": (["-c:a", "aac"], "MP4"),
    "m4b": (["-c:a", "aac", "-f", "ipod"], "MP4"),
    "3gp": (["-c:a", "aac"], "MP4"),
    "mov": (["-c:a", "aac"], "MP4"),
    "mp2": ([], "MP3"),
    "wv": ([], "WavPack"),
    "tta": ([], "TTA"),
    "aac": ([], "AAC"),
    "ac3": ([], "AC3"),
    "dts": (["-strict", "-2"], "DTS"),
    "wma": ([], "WMA"),
    "webm": ([], "Matroska, WebM"),
    "mka": ([], "Matroska, WebM"),
    "avi": ([], "WAV"),
    "mpg": ([], "MPEG"),
    "ts": ([], "MPEG"),
    "rm": ([], "RealMedia"),
    "amr": (["-ar", "8000"], "AMR"),
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    for suffix, (format, _) in SOUNDFILE.items():
        sf.write(folder / f"a.{suffix}", Y, 16000, format=format)
    sf.write(folder / "a.wav", Y, 16000)
    return folder


@pytest.mark.parametrize("suffix", SOUNDFILE)
def test_formats_that_libsndfile_writes_are_recognised(sounds: Path, suffix: str) -> None:
    head = (sounds / f"a.{suffix}").read_bytes()[:HEAD_BYTES]
    assert is_audio_name(f"a.{suffix}")
    assert (sound_in(head), not_sound(head)) == (SOUNDFILE[suffix][1], "")


@pytest.mark.parametrize("suffix", FFMPEG)
def test_formats_that_ffmpeg_writes_are_recognised_and_read(sounds: Path, suffix: str) -> None:
    from nlpkit.speech import load

    options, format = FFMPEG[suffix]
    path = sounds / f"b.{suffix}"
    try:
        ffmpeg("-i", str(sounds / "a.wav"), *options, str(path))
    except Exception:
        pytest.skip("this ffmpeg does not write it")
    head = path.read_bytes()[:HEAD_BYTES]
    assert is_audio_name(path.name)
    assert (sound_in(head), not_sound(head)) == (format, "")
    assert abs(len(load(path, 16000).samples) - len(Y)) < 4000


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "empty"),
        (b"some words\n", "text"),
        ("die Stra\u00dfe\n".encode()[:10], "text"),  # cut within a character
        ("some words".encode("utf-16"), "text"),
        (b"RIFF and other words\n", "text"),
        (b".snd of a sound\n", "text"),
        (b"MAC OS", "text"),
        (b"the wide river\n", "text"),
        (b"G" * 4000, "text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture (JPEG)"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture (WebP)"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a picture (HEIF)"),
        (b"%PDF-1.7\n\x80", "a PDF file"),
        (b"PK\3\4\x14\0\0\0", "a zip file"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a compressed file (.gz)"),
        (bytes(range(200, 230)), ""),  # may be sound without a header
    ],
    ids=repr,
)
def test_what_is_no_sound(head: bytes, found: str) -> None:
    assert (sound_in(head), not_sound(head)) == ("", found)


def test_a_folder_gives_what_is_audio_and_counts_the_rest(sounds: Path, tmp_path: Path) -> None:
    wav = (sounds / "a.wav").read_bytes()
    files = {"x.wav": wav, "noname": wav, "odd.bin": wav, "y.ts": b"let x: number = 1;\n", "z.txt": b"words\n"}
    files |= {"p.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "q.dat": bytes(range(200, 230)), "e": b"", ".hidden.wav": wav}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = AudioFiles(tmp_path)
    assert [os.path.basename(row.text) for row in found] == ["noname", "odd.bin", "x.wav"]
    expected = {
        "not audio (empty)": 1,
        "not audio (a picture (PNG))": 1,
        "not audio (unknown)": 1,
        "not audio (text)": 2,
    }
    assert found.left_out == expected
    assert [len(block.clips) for block in found.blocks()] == [3]
    assert found.left_out == expected  # of this pass, too
    assert is_audio_file(str(tmp_path / "noname"))
    assert not any(is_audio_file(str(tmp_path / name)) for name in ("z.txt", "none", "."))
    (tmp_path / "only").mkdir()
    (tmp_path / "only/notes.txt").write_text("words")
    with pytest.raises(InputError, match="no file in the folder has an audio suffix, or is audio by its content"):
        AudioFiles(tmp_path / "only")


def test_links_to_folders_are_followed(sounds: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/more").symlink_to(sounds)
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    assert str(tmp_path / "in/more/a.wav") in list(AudioFiles(tmp_path / "in").texts())


def test_streams_become_files(sounds: Path, tmp_path: Path) -> None:
    content = (sounds / "a.wav").read_bytes()
    with AudioFiles("-", stdin=BytesIO(content)) as files:
        assert files.is_stream
        for _ in range(2):
            [recording] = files.recordings()
            assert recording.name == "<stdin>"
            assert Path(str(recording.path)).read_bytes() == content
        copy = Path(str(recording.path))
    assert not copy.exists()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    with AudioFiles(tmp_path / "pipe") as files:
        [recording] = files.recordings()
        assert (recording.name, Path(str(recording.path)).read_bytes()) == (str(tmp_path / "pipe"), content)
    writer.join()


@pytest.mark.parametrize("suffix", ["sph", "voc", "avr", "w64", "snd", "paf", "ircam"])
def test_readers_of_texts_refuse_sound_of_every_format(sounds: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes((sounds / f"a.{suffix}").read_bytes())
    with pytest.raises(InputError, match=r"notes\.txt: is audio \(.*\), not text: --method logmel or mfcc of embed"):
        list(Texts([path]).texts())
