"""Transcripts of files: what is heard, where it goes, what a bad file costs, and what a stop leaves."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import srt
from tone_models import tone_recognizer
from tone_words import spoken
from tones import SR, ToneClassifier, ToneRecognizer, said

from nlpkit.embeddings import BagOfWords
from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.jobs import transcribe_files
from nlpkit.speech import RawFormat

A = said(1.0, "five", 0.2, "ten", 2.0, "?", 1.0, "twenty", 0.5)
B = said(0.5, "ten", 3.0, "five")
TOP = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    sf.write(tmp_path / "in/a.wav", A, SR)
    sf.write(tmp_path / "in/b.wav", B, SR)
    return tmp_path


def words_of(report: Any) -> list[tuple[str, float, float]]:
    return [
        (word.text, round(word.start, 2), round(word.end, 2))
        for transcript in report.transcripts
        for segment in transcript.segments
        for word in segment.words
    ]


def test_words_have_the_times_of_the_recording(folder: Path) -> None:
    report = transcribe_files(folder / "in/a.wav", model=ToneRecognizer())
    assert words_of(report) == [("five", 1.0, 1.3), ("ten", 1.5, 1.8), ("twenty", 5.1, 5.4)]
    assert (report.recordings, report.segments, report.texts, report.rejected) == (1, 3, 2, 1)
    [transcript] = report.transcripts
    assert transcript.duration == report.seconds == report.fresh == pytest.approx(5.9)
    kept = sum(segment.end - segment.start for segment in transcript.segments)
    assert transcript.silence == report.silence == pytest.approx(5.9 - kept)
    assert 2 < report.silence < 4


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_any_rate_and_format(tmp_path: Path, rate: int, suffix: str) -> None:
    sf.write(tmp_path / f"a.{suffix}", said(1.0, "five", 0.2, "ten", 2.0, "twenty", 0.5, sr=rate), rate)
    report = transcribe_files(tmp_path / f"a.{suffix}", model=ToneRecognizer())
    found = words_of(report)
    assert [text for text, _, _ in found] == ["five", "ten", "twenty"]
    np.testing.assert_allclose([start for _, start, _ in found], [1.0, 1.5, 3.8], atol=0.03)


def test_many_segments_are_recognised_in_batches(tmp_path: Path) -> None:
    """As many words as there are, in order, and no more calls than batches."""
    parts: list[float | str] = []
    for number in range(50):
        parts += [1.5, ("five", "ten", "twenty")[number % 3]]
    sf.write(tmp_path / "a.wav", said(*parts), SR)
    model = ToneRecognizer()
    report = transcribe_files(tmp_path / "a.wav", model=model)
    assert [(text, start) for text, start, _ in words_of(report)] == [
        (("five", "ten", "twenty")[number % 3], round(1.5 + 1.8 * number, 2)) for number in range(50)
    ]
    assert (report.segments, model.heard) == (50, 4)


def test_a_network_hears_in_a_long_recording_as_in_its_segments(tmp_path: Path) -> None:
    model = tone_recognizer()
    parts = [part for seed in range(20) for part in (spoken("a bc", seed), np.zeros(SR, np.float32))]
    y = np.concatenate(parts).astype(np.float32)
    sf.write(tmp_path / "a.wav", y, SR, subtype="FLOAT")
    found = transcribe_files(tmp_path / "a.wav", model=model).transcripts
    assert found is not None
    assert len(found[0].segments) == 20
    for each in found[0].segments:
        alone = model.recognize([y[round(each.start * SR) : round(each.end * SR)]])[0].moved(each.start)
        assert [word.text for word in each.words] == [word.text for word in alone.words] != []
        np.testing.assert_allclose([w.start for w in each.words], [w.start for w in alone.words], atol=1e-9)
        assert all(each.start <= word.start <= word.end <= each.end for word in each.words)


def test_channels(folder: Path) -> None:
    call = np.zeros((max(len(A), len(B)), 2), np.float32)
    call[: len(A), 0], call[: len(B), 1] = A, B
    sf.write(folder / "call.wav", call, SR)
    for channel, words in ((1, ["five", "ten", "twenty"]), ("2", ["ten", "five"]), (np.int64(2), ["ten", "five"])):
        report = transcribe_files(folder / "call.wav", model=ToneRecognizer(), channels=channel)
        assert [text for text, _, _ in words_of(report)] == words
    report = transcribe_files(folder / "call.wav", model=ToneRecognizer(), channels="split")
    [transcript] = report.transcripts or []
    assert [(each.channel, each.text) for each in transcript.segments if each.text] == [
        (2, "ten"),
        (1, "five ten"),
        (2, "five"),
        (1, "twenty"),
    ]
    starts = [each.start for each in transcript.segments]
    assert starts == sorted(starts)
    assert (report.seconds, transcript.duration) == (pytest.approx(11.8), pytest.approx(5.9))
    transcribe_files(folder / "call.wav", folder / "call.srt", model=ToneRecognizer(), channels="split")
    cues = list(srt.parse((folder / "call.srt").read_text(), ignore_errors=False))
    assert [cue.content for cue in cues][:2] == ["channel 2: ten", "channel 1: five ten"]
    with pytest.raises(InputError, match=r"call\.wav: has 2 channels, and channel 3 was asked for"):
        transcribe_files(folder / "call.wav", model=ToneRecognizer(), channels=3)
    for wrong in ("left", 0, True, 1.5):
        with pytest.raises(ParameterError, match="expected mix, split, or a channel's number"):
            transcribe_files(folder / "call.wav", model=ToneRecognizer(), channels=wrong)  # type: ignore[arg-type]


def test_a_part_of_a_recording(folder: Path) -> None:
    report = transcribe_files(folder / "in/a.wav", model=ToneRecognizer(), offset=1.4, duration=3.0)
    assert words_of(report) == [("ten", 0.1, 0.4)]


def test_a_manifest(folder: Path) -> None:
    rows = [{"audio": "in/a.wav", "start": 0.9, "end": 1.4, "id": "x"}, {"audio": "in/b.wav", "id": "y"}]
    (folder / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    transcribe_files([], folder / "out/", model=ToneRecognizer(), manifest=folder / "m.jsonl")
    assert {path.name: path.read_text() for path in (folder / "out").glob("*.txt")} == {
        "x.txt": "five\n",
        "y.txt": "ten\nfive\n",
    }


def test_a_folder_of_subtitles(folder: Path) -> None:
    report = transcribe_files(folder / "in", folder / "out/", model=ToneRecognizer(), format="srt")
    assert [path.name for path in report.written] == ["a.srt", "b.srt"]
    manifest = json.loads((folder / "out/manifest.json").read_text())
    assert [(entry["file"], entry["texts"], entry["rejected"]) for entry in manifest["outputs"]] == [
        ("a.srt", 2, 1),
        ("b.srt", 2, 0),
    ]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.srt", "b.srt", "manifest.json"]
    assert len(list(srt.parse((folder / "out/b.srt").read_text(), ignore_errors=False))) == 2
    with pytest.raises(OutputError, match="the folder exists"):
        transcribe_files(folder / "in", folder / "out/", model=ToneRecognizer())
    transcribe_files(folder / "in", folder / "out/", model=ToneRecognizer(), force=True)
    assert (folder / "out/b.txt").read_text() == "ten\nfive\n"
    assert not list(folder.glob("*.partial"))


def test_one_file_for_all(folder: Path) -> None:
    model = ToneRecognizer()
    transcribe_files(folder / "in", folder / "all.json", model=model)
    found = json.loads((folder / "all.json").read_text())
    assert [Path(each["source"]).name for each in found] == ["a.wav", "b.wav"]
    transcribe_files(folder / "in", folder / "all.jsonl", model=model)
    assert [json.loads(line) for line in (folder / "all.jsonl").read_text().splitlines()] == found
    transcribe_files(folder / "in/a.wav", folder / "one.json", model=model)
    assert json.loads((folder / "one.json").read_text()) == found[0]
    transcribe_files(folder / "in", folder / "all.tsv", model=model)
    rows = [line.split("\t") for line in (folder / "all.tsv").read_text().splitlines()]
    assert rows[0] == ["source", "start", "end", "text", "confidence"]
    assert [row[3] for row in rows[1:]] == ["five ten", "twenty", "ten", "five"]
    transcribe_files(folder / "in", folder / "all.txt", model=model)
    assert (folder / "all.txt").read_text().splitlines()[2] == f"{folder / 'in/b.wav'}: ten"
    with pytest.raises(ParameterError, match=r"there are 2 inputs, and subtitles are a file for each recording: name"):
        transcribe_files(folder / "in", folder / "all.srt", model=model)
    (folder / "in/b.wav").unlink()
    with pytest.raises(ParameterError, match=r"an input is a folder, and subtitles are .*: name a folder, as .*/all/"):
        transcribe_files(folder / "in", folder / "all.srt", model=model)


def test_progress(folder: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    transcribe_files(folder / "in", folder / "o/", model=ToneRecognizer(), progress=lambda *args: seen.append(args))
    total = sum(path.stat().st_size for path in (folder / "in").iterdir())
    assert seen[-1] == ("transcribing", total, total)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_labels(folder: Path) -> None:
    report = transcribe_files(folder / "in", folder / "all.tsv", model=ToneClassifier())
    rows = [line.split("\t") for line in (folder / "all.tsv").read_text().splitlines()]
    assert rows[0][3:] == [
        "label",
        "confidence",
        *(f"probability.{each}" for each in ("five", "ten", "twenty", "other")),
    ]
    assert [row[3] for row in rows[1:]] == ["five", "", "twenty", "ten", "five"]
    assert (report.texts, report.rejected) == (4, 1)


def test_nothing_is_left_out_without_voice_detection(folder: Path) -> None:
    sf.write(folder / "quiet.wav", np.zeros(40 * SR), SR)
    report = transcribe_files(folder / "quiet.wav", model=ToneRecognizer(), vad="off")
    assert (report.silence, report.seconds, report.texts) == (0, 40, 0)
    report = transcribe_files(folder / "quiet.wav", model=ToneRecognizer())
    assert (report.silence, report.segments) == (40, 0)


@pytest.fixture
def damaged(folder: Path) -> Path:
    place = folder / "in"
    good = (place / "a.wav").read_bytes()
    (place / "empty.wav").touch()
    (place / "header.wav").write_bytes(good[:44])
    (place / "text.wav").write_text("these are words\n" * 20)
    sf.write(place / "no-sample.wav", np.zeros(0), SR)
    sf.write(place / "one-sample.wav", np.zeros(1), SR)
    sf.write(place / "nan.wav", np.full(SR, np.nan), SR, subtype="FLOAT")
    (place / "cut.wav").write_bytes(good[: len(good) // 2])
    sf.write(place / "eight.wav", np.repeat(B[:, None], 8, axis=1), SR)
    sf.write(place / "fast.wav", said(0.5, "ten", 3.0, "five", sr=192_000), 192_000)
    (place / "folder.wav").mkdir()
    (place / "dead.wav").symlink_to("nowhere.wav")
    return folder


BAD = ["cut", "dead", "empty", "folder", "header", "nan", "no-sample", "text"]


def test_a_file_that_can_not_be_read_costs_one_line(damaged: Path) -> None:
    report = transcribe_files(damaged / "in", damaged / "out/", model=ToneRecognizer())
    assert sorted(Path(message.partition(": ")[0]).stem for message in report.refused) == BAD
    assert not [message for message in report.refused if "\n" in message]
    texts = {path.stem: path.read_text() for path in (damaged / "out").glob("*.txt")}
    assert texts == {
        "a": "five ten\ntwenty\n",
        "b": "ten\nfive\n",
        "eight": "ten\nfive\n",
        "fast": "ten\nfive\n",
        "one-sample": "",
    }
    report = transcribe_files(damaged / "in", damaged / "all.jsonl", model=ToneRecognizer(), on_bad="skip")
    assert (report.refused, sum(report.left_out.values()), report.recordings) == ([], len(BAD), 5)
    assert len((damaged / "all.jsonl").read_text().splitlines()) == 5


def test_a_single_file_that_can_not_be_read(damaged: Path) -> None:
    sf.write(damaged / "in/late.wav", np.append(np.tile(B, 20), np.nan), SR, subtype="FLOAT")
    for name in [*BAD, "late"]:
        for output in (None, damaged / "o.txt", damaged / "o/"):
            with pytest.raises(InputError, match=rf"{name}\.wav"):
                transcribe_files(damaged / f"in/{name}.wav", output, model=ToneRecognizer())
    with pytest.raises(InputError, match="no input can be read; the first: "):
        transcribe_files([damaged / "in/nan.wav", damaged / "in/text.wav"], damaged / "o/", model=ToneRecognizer())
    assert not list(damaged.glob("o*"))


def test_what_can_not_be(folder: Path) -> None:
    a, model = folder / "in/a.wav", ToneRecognizer()
    for options, message in (
        ({"model": model, "vad": "webrtc"}, "vad is 'webrtc'"),
        ({"model": model, "format": "ass"}, "format is 'ass'"),
        ({"model": model, "on_bad": "stop"}, "on_bad is 'stop': expected one of error, skip"),
        ({"model": model, "resume": True}, "--resume continues a file or a folder: name it with -o"),
        ({"model": BagOfWords()}, "is a model of another kind .bow.: expected one that recognises speech"),
    ):
        with pytest.raises(ParameterError, match=message):
            transcribe_files(a, **options)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"cannot be written as 'pdf': expected \.txt"):
        transcribe_files(a, folder / "a.pdf", model=model)
    with pytest.raises(ParameterError, match="is not srt by its suffix"):
        transcribe_files(a, folder / "a.txt", model=model, format="srt")
    with pytest.raises(OutputError, match="is inside the input folder"):
        transcribe_files(folder / "in", folder / "in/out.tsv", model=model)


def stream(*parts: float | str) -> io.BytesIO:
    file = io.BytesIO()
    sf.write(file, said(*parts), SR, format="WAV")
    file.seek(0)
    return file


def test_a_stream(tmp_path: Path) -> None:
    parts = (1.0, "five", 0.2, "ten", 2.0, "twenty", 0.5)
    expected = [("five", 1.0, 1.3), ("ten", 1.5, 1.8), ("twenty", 3.8, 4.1)]
    assert words_of(transcribe_files("-", model=ToneRecognizer(), stdin=stream(*parts))) == expected
    raw = io.BytesIO((said(*parts) * 32767).astype("<i2").tobytes())
    assert words_of(transcribe_files("-", model=ToneRecognizer(), stdin=raw, raw=RawFormat(sr=SR))) == expected
    both = np.stack([said(*parts)[::-1], said(*parts)], axis=1)
    raw = io.BytesIO((both * 32767).astype("<i2").tobytes())
    two = RawFormat(sr=SR, channels=2)
    assert words_of(transcribe_files("-", model=ToneRecognizer(), stdin=raw, raw=two, channels=np.int64(2))) == expected
    flac = io.BytesIO()
    sf.write(flac, said(*parts), SR, format="FLAC")
    flac.seek(0)
    assert words_of(transcribe_files("-", model=ToneRecognizer(), stdin=flac)) == expected
    transcribe_files("-", tmp_path / "a.srt", model=ToneRecognizer(), stdin=stream(*parts))
    assert len(list(srt.parse((tmp_path / "a.srt").read_text(), ignore_errors=False))) == 2
    transcribe_files("-", tmp_path / "out/", model=ToneRecognizer(), stdin=stream(*parts))
    assert (tmp_path / "out/stdin.txt").read_text() == "five ten\ntwenty\n"
    with pytest.raises(ParameterError, match="a stream cannot be read again"):
        transcribe_files("-", tmp_path / "b.srt", model=ToneRecognizer(), stdin=stream(*parts), resume=True)
    with pytest.raises(InputError, match="<stdin>"):
        transcribe_files("-", model=ToneRecognizer(), stdin=io.BytesIO(b"no sound"))


class Endless(io.BytesIO):
    """The same sound again and again, as raw samples; it counts what was read."""

    def read(self, n: int | None = -1, /) -> bytes:
        assert n is not None
        assert n > 0
        found = super().read(min(n, 1000))
        if not found:
            self.seek(0)
        self.given = getattr(self, "given", 0) + len(found)
        return found or self.read(n)


def test_a_part_of_a_stream_without_an_end(tmp_path: Path) -> None:
    raw: dict[str, Any] = {"model": ToneRecognizer(), "raw": RawFormat(sr=SR)}
    data = (said(1.0, "five", 1.2, "ten", 1.2) * 32767).astype("<i2").tobytes()  # 4 s
    for part, words in (
        ({"duration": 5.5}, ["five", "ten", "five"]),
        ({"offset": 2.0, "duration": 2.5}, ["ten"]),
    ):
        sound = Endless(data)
        report = transcribe_files("-", stdin=sound, **part, **raw)  # type: ignore[arg-type]
        assert [text for text, _, _ in words_of(report)] == words
        assert report.seconds == part["duration"]
        assert sound.given == 2 * SR * sum(part.values())
    transcribe_files("-", tmp_path / "out/", stdin=Endless(data), duration=3, **raw)
    assert (tmp_path / "out/stdin.txt").read_text() == "five\nten\n"
    with pytest.raises(InputError, match=r"<stdin>: has no samples after 9 s"):
        transcribe_files("-", stdin=io.BytesIO(data), offset=9, **raw)
    with pytest.raises(ParameterError, match="duration is 0: expected seconds, more than 0"):
        transcribe_files("-", stdin=Endless(data), duration=0, **raw)


def test_the_model_is_found_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.registry import KINDS

    monkeypatch.setitem(KINDS, "tones", "tones:ToneRecognizer")
    ToneRecognizer().save(tmp_path / "model")
    BagOfWords().fit(["a cat"]).save(tmp_path / "bow")
    sf.write(tmp_path / "a.wav", B, SR)
    assert len(words_of(transcribe_files(tmp_path / "a.wav", model=tmp_path / "model"))) == 2
    with pytest.raises(ParameterError, match="bow: is a model of another kind"):
        transcribe_files(tmp_path / "a.wav", model=tmp_path / "bow")
