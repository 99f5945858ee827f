"""All that is in a file is read, whatever its header says; and `info` and `load` agree."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from ffmpeg import decoded, ffmpeg
from sounds import voice_like

from nlpkit.errors import InputError
from nlpkit.speech import info, load, stream

Y = voice_like(20_000).astype(np.float32)
N = 40_000  # bytes of Y as 16-bit integers


def content(kind: str = "WAV", subtype: str = "PCM_16", **given: str) -> bytearray:
    file = io.BytesIO()
    sf.write(file, Y, 16000, format=kind, subtype=subtype, **given)
    return bytearray(file.getvalue())


WAV = content()
CHUNK = b"LIST" + struct.pack("<I", 10) + b"INFOabcdef"


def sized(riff: int, data: int) -> bytes:
    made = bytearray(WAV)
    made[4:8], made[40:44] = struct.pack("<I", riff), struct.pack("<I", data)
    return bytes(made)


def replaced(kind: str, marker: bytes, at: int, size: bytes) -> bytes:
    made = content(kind)
    place = made.index(marker) + at
    made[place : place + len(size)] = size
    return bytes(made)


WHOLE = {
    "sizes 0": sized(0, 0),
    "size of a header alone": sized(36, 0),
    "sizes of a stream": sized(2**32 - 1, 2**32 - 1),
    "sizes of another stream": sized(2**31 - 1, 2**31 - 1),
    "RIFF too large": sized(1 << 30, N),
    "RIFF 0": sized(0, N),
    "data a byte too large": sized(N + 37, N + 1),
    "data as large as the file": sized(N + 36, N + 44),
    "a chunk behind": bytes(WAV + CHUNK),
    "an ID3 tag behind": bytes(WAV + b"TAG" + bytes(125)),
    "big-endian, size 0": bytes(content(endian="BIG")[:40] + bytes(4) + content(endian="BIG")[44:]),
    "RF64 without a size": replaced("RF64", b"ds64", 16, bytes(8)),
    "W64 without a size": replaced("W64", b"data", 16, bytes(8)),
    "AIFF without a size": replaced("AIFF", b"SSND", 4, bytes(4)),
    "AU of size 0": replaced("AU", b".snd", 8, bytes(4)),
    "AU of size -1": replaced("AU", b".snd", 8, b"\xff" * 4),
    "CAF of size -1": replaced("CAF", b"data", 4, b"\xff" * 8),
    "CAF of size 0": replaced("CAF", b"data", 4, bytes(8)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("what", WHOLE)
def test_samples_are_all_read_whatever_the_header_says(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(WHOLE[what])
    for source in (path, io.BytesIO(WHOLE[what])):
        got = load(source).samples
        np.testing.assert_allclose(got, Y, atol=1 / 32768)
    assert info(path).frames == len(Y)
    np.testing.assert_array_equal(np.concatenate([block.samples for block in stream(path)]), got)
    np.testing.assert_array_equal(load(path, offset=0.5, duration=0.25).samples, got[8000:12000])


def test_a_header_that_states_less_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sized(N // 2 + 36, N // 2))
    with pytest.warns(
        UserWarning, match="the header states 20,000 bytes of samples, and there are 40,000: all are read"
    ):
        assert len(load(tmp_path / "a.wav").samples) == 20_000


@pytest.mark.parametrize("odd", [True, False])
def test_a_chunk_of_odd_size_may_lack_its_filling_byte(tmp_path: Path, odd: bool) -> None:
    made = bytearray(content("WAV", "PCM_U8"))[: -1 if odd else None]
    made[40:44] = struct.pack("<I", 20_000 - odd)
    (tmp_path / "a.wav").write_bytes(made + CHUNK)
    assert info(tmp_path / "a.wav").frames == len(load(tmp_path / "a.wav").samples) == 20_000 - odd


@pytest.mark.parametrize(
    "joined",
    [
        WAV + b"data" + struct.pack("<I", N) + WAV[44:],
        WAV + CHUNK + b"data" + struct.pack("<I", N) + WAV[44:],
        WAV + WAV,
    ],
    ids=["two data chunks", "two data chunks with another between", "two files"],
)
def test_joined_wav(tmp_path: Path, joined: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(joined)
    np.testing.assert_allclose(load(tmp_path / "a.wav").samples, np.tile(Y, 2), atol=1 / 32768)
    np.testing.assert_allclose(
        load(tmp_path / "a.wav", offset=1.0, duration=0.5).samples, np.tile(Y, 2)[16000:24000], atol=1e-4
    )
    assert info(tmp_path / "a.wav").frames == 40_000


def test_joined_wav_of_different_formats_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(WAV + content("WAV", "PCM_24"))
    with pytest.raises(InputError, match="recordings of different formats one after another: split the file"):
        load(tmp_path / "a.wav")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of 6 and of 4 seconds."""
    made = tmp_path_factory.mktemp("lengths")
    for name, seconds in (("a", 6), ("b", 4)):
        sf.write(made / f"{name}.wav", voice_like(16000 * seconds), 16000)
    return made


JOINED = [
    ("mp3", []),
    ("mp3", ["-write_xing", "0", "-q:a", "5"]),
    ("ogg", ["-c:a", "libvorbis"]),
    ("opus", []),
    ("flac", []),
]
JOINED += [("aac", []), ("webm", ["-c:a", "libopus"]), ("mp2", [])]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("suffix", "options"), JOINED)
def test_joined_files_are_read_to_the_end(folder: Path, tmp_path: Path, suffix: str, options: list[str]) -> None:
    """Servers of speech stream sentences so."""
    parts = []
    for name in "ab":
        ffmpeg("-i", str(folder / f"{name}.wav"), *options, str(tmp_path / f"{name}.{suffix}"))
        parts.append((tmp_path / f"{name}.{suffix}").read_bytes())
    path = tmp_path / f"ab.{suffix}"
    path.write_bytes(b"".join(parts))
    samples, sr = load(path)
    assert abs(len(samples) / sr - 10) < 0.3
    assert info(path).frames == len(samples)


def test_joined_mp4_is_refused(folder: Path, tmp_path: Path) -> None:
    ffmpeg("-i", str(folder / "b.wav"), str(tmp_path / "b.m4a"))
    whole = (tmp_path / "b.m4a").read_bytes()
    (tmp_path / "bb.m4a").write_bytes(whole + whole)
    with pytest.raises(InputError, match=r"holds 2 recordings one after another; split the file, .* by --salvage"):
        load(tmp_path / "bb.m4a")


@pytest.mark.parametrize("options", [["-q:a", "5"], ["-q:a", "6", "-f", "mp3"], ["-b:a", "32k"]])
def test_mp3_without_its_length(folder: Path, tmp_path: Path, options: list[str]) -> None:
    """An encoder that writes into a pipe cannot state it; and silence at first misleads an estimate."""
    quiet = np.concatenate([voice_like(48_000), np.zeros(160_000)])
    sf.write(tmp_path / "quiet.wav", quiet, 16000)
    for name, source in (("a", folder / "a.wav"), ("quiet", tmp_path / "quiet.wav")):
        path = tmp_path / f"{name}.mp3"
        ffmpeg("-i", str(source), *options, "-write_xing", "0", str(path))
        expected, _ = decoded(str(path), 1)
        np.testing.assert_allclose(load(path).samples, expected[:, 0], atol=1e-5)
        assert info(path).frames == len(expected)


def test_flac_that_does_not_state_its_length_or_states_it_wrong(tmp_path: Path) -> None:
    made = content("FLAC")
    lengths = int.from_bytes(made[21:26], "big") & ~((1 << 36) - 1)
    for stated in (0, 10_000, 19_999):
        made[21:26] = (lengths | stated).to_bytes(5, "big")
        path = tmp_path / f"{stated}.flac"
        path.write_bytes(made)
        np.testing.assert_allclose(load(path).samples, Y, atol=1 / 32768)
        np.testing.assert_allclose(load(path, offset=1.0).samples, Y[16000:], atol=1 / 32768)
        assert info(path).frames == len(Y)


@pytest.mark.parametrize("subtype", ["GSM610", "IMA_ADPCM", "MS_ADPCM", "NMS_ADPCM_16", "G721_32"])
def test_parts_of_encodings_that_are_read_from_the_beginning(tmp_path: Path, subtype: str) -> None:
    sf.write(tmp_path / "a.wav", voice_like(40_000, 8000), 8000, subtype=subtype)
    whole = load(tmp_path / "a.wav").samples
    np.testing.assert_allclose(load(tmp_path / "a.wav", offset=2, duration=1.5).samples, whole[16000:28000], atol=1e-5)
    np.testing.assert_allclose(load(tmp_path / "a.wav", offset=3).samples, whole[24000:], atol=1e-5)


@pytest.mark.parametrize("options", [[], ["-write_xing", "0", "-q:a", "4"], ["-ar", "44100", "-ac", "2"]])
def test_parts_of_a_long_mp3(tmp_path: Path, options: list[str]) -> None:
    """What is before the part is not decoded; the samples are the same."""
    sf.write(tmp_path / "a.wav", voice_like(16000 * 20), 16000)
    ffmpeg("-i", str(tmp_path / "a.wav"), *options, str(tmp_path / "a.mp3"))
    whole, sr = load(tmp_path / "a.mp3")
    for offset, duration in ((3.2, 0.5), (7.77, 3.0), (12.345, None), (19.9, 5.0)):
        first = round(offset * sr)
        last = None if duration is None else first + round(duration * sr)
        np.testing.assert_array_equal(
            load(tmp_path / "a.mp3", offset=offset, duration=duration).samples, whole[first:last]
        )
    with pytest.raises(InputError, match="has no samples after 60 s"):
        load(tmp_path / "a.mp3", offset=60)


@pytest.mark.parametrize(
    ("suffix", "options"), [("ogg", ["-c:a", "libvorbis"]), ("opus", []), ("flac", []), ("webm", [])]
)
def test_parts_of_long_files_are_those_of_the_whole(
    folder: Path, tmp_path: Path, suffix: str, options: list[str]
) -> None:
    """Also where what is behind the part is damaged, because it is not looked at."""
    ffmpeg("-stream_loop", "3", "-i", str(folder / "a.wav"), *options, str(tmp_path / f"a.{suffix}"))
    whole, sr = load(tmp_path / f"a.{suffix}")
    (tmp_path / f"cut.{suffix}").write_bytes((tmp_path / f"a.{suffix}").read_bytes()[:-2000])
    for name in ("a", "cut"):
        for offset, duration in ((0.0, 1.5), (4.321, 0.5), (12.0, 3.0)):
            first, last = round(offset * sr), round(offset * sr) + round(duration * sr)
            part = load(tmp_path / f"{name}.{suffix}", offset=offset, duration=duration).samples
            np.testing.assert_array_equal(part, whole[first:last])


def id3(size: int) -> bytes:
    """An ID3v2 tag with a picture of random bytes, in which some look like frames."""
    body = b"APIC" + size.to_bytes(4, "big") + bytes(2) + np.random.default_rng(size).bytes(size)
    n = len(body)
    return b"ID3\3\0\0" + bytes(n >> shift & 127 for shift in (21, 14, 7, 0)) + body


APE = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
TAGS = {
    "ID3 with a picture": (id3(60_000), b""),
    "UTF-16": (b"ID3\3\0\0\0\0\0\x0fTIT2\0\0\0\5\0\0\1\xff\xfeH\0", b""),
    "ID3v1": (b"", b"TAG" + bytes(125)),
    "lyrics": (b"", b"LYRICSBEGININD0000200LYR00005hello000026LYRICS200TAG" + bytes(125)),
    "APE": (b"", APE),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("what", TAGS)
def test_tags_within_joined_mp3(folder: Path, tmp_path: Path, what: str) -> None:
    before, behind = TAGS[what]
    ffmpeg("-i", str(folder / "b.wav"), "-id3v2_version", "0", "-write_id3v1", "0", str(tmp_path / "b.mp3"))
    plain = (tmp_path / "b.mp3").read_bytes()
    (tmp_path / "plain.mp3").write_bytes(plain * 3)
    (tmp_path / "tags.mp3").write_bytes((before + plain + behind) * 3)
    expected = load(tmp_path / "plain.mp3").samples
    np.testing.assert_allclose(load(tmp_path / "tags.mp3").samples, expected, atol=1e-4)
    assert abs(len(expected) / 16000 - 12) < 0.3
    assert info(tmp_path / "tags.mp3").frames == len(expected)


def test_vorbis_is_sought_right_in_its_last_page(folder: Path, tmp_path: Path) -> None:
    ffmpeg("-i", str(folder / "a.wav"), "-c:a", "libvorbis", str(tmp_path / "a.ogg"))
    whole = load(tmp_path / "a.ogg").samples
    for offset in (0.5, 4.9, 5.2, 5.55, 5.99):
        np.testing.assert_array_equal(load(tmp_path / "a.ogg", offset=offset).samples, whole[round(offset * 16000) :])


@pytest.mark.parametrize("first", ["tta", "ogg", "wav"])
def test_what_is_behind_a_recording_and_cannot_be_read_is_told(folder: Path, tmp_path: Path, first: str) -> None:
    made = {}
    for suffix in (first, "flac"):
        ffmpeg("-i", str(folder / "b.wav"), str(tmp_path / f"b.{suffix}"))
        made[suffix] = (tmp_path / f"b.{suffix}").read_bytes()
    (tmp_path / "joined").write_bytes(made[first] + made["flac"])
    with pytest.warns(UserWarning, match="are not read"):
        assert len(load(tmp_path / "joined").samples) == 64_000
