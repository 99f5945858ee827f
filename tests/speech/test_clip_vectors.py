"""LogMel and Mfcc: what vectors hold, what clips can be, and a real task; and `nlpkit embed` on audio."""

from __future__ import annotations

import io
import os
import re
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from sounds import voice_like

import nlpkit
from nlpkit.corpora import AudioFiles
from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs import embed_files, search_files
from nlpkit.speech import FeatureOptions, LogMel, Mfcc, load, log_mel, mfcc

DATA = Path(os.environ.get("NLPKIT_DATA", "no data")) / "speech"
CLIPS = [voice_like(n, seed=n).astype(np.float32) for n in (3000, 20000, 11111)]


def test_vectors_are_means_and_deviations() -> None:
    X = LogMel(n_mels=30).transform(CLIPS)
    assert (X.shape, X.dtype) == ((3, 60), np.float32)
    for clip, row in zip(CLIPS, X, strict=True):
        features = log_mel(clip, n_mels=30)
        np.testing.assert_allclose(row, [*features.mean(axis=1), *features.std(axis=1)], rtol=1e-5, atol=1e-4)


FURTHER: dict[str, Any] = {"win_length": 300, "window": "hamming", "power": 1, "fmin": 60.0, "fmax": 7000.0}


@pytest.mark.parametrize("top_db", ["preset", None, 15, np.float32(30)])
@pytest.mark.parametrize("pad_to", [None, 0.5, 2])
def test_further_options(top_db: Any, pad_to: Any) -> None:
    """They are those of the features; a longer clip keeps its length."""
    numbers = {"sr": 16000, "n_fft": 1024, "n_mels": 30, **FURTHER}
    options = FeatureOptions(**numbers)
    if top_db != "preset":
        options = replace(options, top_db=top_db, mfcc_top_db=top_db)
    for model, function in ((LogMel, log_mel), (Mfcc, mfcc)):
        X = model(**numbers, top_db=top_db, pad_to=pad_to).transform(CLIPS)
        for clip, row in zip(CLIPS, X, strict=True):
            features = function(clip, preset=options, pad_to=pad_to)
            np.testing.assert_allclose(row, [*features.mean(axis=1), *features.std(axis=1)], rtol=1e-4, atol=1e-3)


def test_further_options_are_saved(tmp_path: Path) -> None:
    model = LogMel(**FURTHER, n_mels=np.int64(40), top_db=None, pad_to=np.float32(0.5))
    model.save(tmp_path / "model")
    again = nlpkit.load(tmp_path / "model")
    assert (again.top_db, again.window, again.n_mels) == (None, "hamming", 40)
    np.testing.assert_array_equal(again.transform(CLIPS), model.transform(CLIPS))


@pytest.mark.parametrize(
    "options",
    [
        *({"top_db": value} for value in (0, "loud", True)),
        *({"pad_to": value} for value in (-1, "2")),
        *({"window": "kaiser"}, {"power": 3}, {"fmin": 9e9}, {"fmax": "high"}, {"win_length": 1 << 12}),
    ],
    ids=str,
)
def test_further_options_that_can_not_be(options: dict[str, Any]) -> None:
    [name] = options
    for model in (LogMel(**options), Mfcc(**options)):
        with pytest.raises(ParameterError, match=f"{name} is .*: expected") as caught:
            model.fit()
        assert "\n" not in str(caught.value)


def test_segments_are_parts_of_the_clip() -> None:
    X = Mfcc(preset="kaldi", n_mfcc=5, segments=2).transform(CLIPS)
    assert X.shape == (3, 20)
    for clip, row in zip(CLIPS, X, strict=True):
        features = mfcc(clip, preset="kaldi", n_mfcc=5)
        half = features.shape[1] // 2
        halves = [features[:, :half], features[:, half:]]
        expected = [value for part in halves for value in (*part.mean(axis=1), *part.std(axis=1))]
        np.testing.assert_allclose(row, expected, rtol=1e-5, atol=1e-4)
    names = Mfcc(n_mfcc=5, segments=2).get_feature_names_out()
    assert names[[0, 5, 10, 19]].tolist() == [
        "part1_mfcc0_mean",
        "part1_mfcc0_deviation",
        "part2_mfcc0_mean",
        "part2_mfcc4_deviation",
    ]
    assert Mfcc(segments=50).transform([CLIPS[0]]).shape == (1, 2000)  # of six frames


def test_paths_files_and_arrays_agree(tmp_path: Path) -> None:
    given: list[Any] = []
    for number, clip in enumerate(CLIPS):
        sf.write(tmp_path / f"{number}.wav", clip, 22050, subtype="FLOAT")
        given.append(tmp_path / f"{number}.wav")
    expected = Mfcc().transform(CLIPS)
    np.testing.assert_array_equal(Mfcc().transform(given), expected)
    np.testing.assert_array_equal(Mfcc(threads=1).transform(map(str, given)), expected)
    np.testing.assert_array_equal(Mfcc().transform([io.BytesIO(path.read_bytes()) for path in given]), expected)
    at_half = Mfcc(sr=8000).transform(given)
    np.testing.assert_allclose(at_half, Mfcc(sr=8000).transform([load(path, 8000).samples for path in given]))


@pytest.mark.parametrize("model", [Mfcc(preset="kaldi", n_mfcc=2), LogMel(preset="kaldi"), LogMel(preset="whisper")])
@pytest.mark.parametrize("n", [0, 100])
def test_a_clip_shorter_than_a_frame(model: Any, n: int, tmp_path: Path) -> None:
    """It has no features: an error, not zeros; padding it helps."""
    samples = np.full(n, 0.1)
    with pytest.raises(InputError, match=r"^clip 1: is shorter than a frame of 0.025 s: pad it with .*--pad-to"):
        model.transform([CLIPS[0], samples])
    sf.write(tmp_path / "t.wav", np.full(100, 0.1), 16000)
    with (tmp_path / "t.wav").open("rb") as file:
        for clip in (tmp_path / "t.wav", file):
            with pytest.raises(InputError, match=r"t\.wav: is shorter than a frame"):
                model.transform([clip])
    X = replace(model, pad_to=0.025).transform([samples, tmp_path / "t.wav"])
    assert X.shape == (2, model.output_shape()[0])


def test_no_clip() -> None:
    assert Mfcc().transform([]).shape == (0, 40)


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = Mfcc(preset="kaldi", n_mfcc=7, segments=3)
    model.save(tmp_path / "model")
    again = nlpkit.load(tmp_path / "model")
    assert repr(again) == repr(model)
    np.testing.assert_array_equal(again.transform(CLIPS), model.transform(CLIPS))


@pytest.mark.parametrize(
    ("model", "clips", "message"),
    [
        (Mfcc(preset="htk"), CLIPS, "preset"),
        (Mfcc(preset="whisper"), CLIPS, "no cepstral coefficients"),
        (Mfcc(n_mfcc=200), CLIPS, "n_mfcc"),
        (Mfcc(n_mels=10), CLIPS, r"n_mfcc is 20: expected at most n_mels \(10\)"),
        (LogMel(segments=0), CLIPS, "segments"),
        (LogMel(), "a.wav", "put it in a list"),
        (LogMel(), [CLIPS[0], np.zeros((2, 100))], "clip 1 has 2 rows"),
        (LogMel(), [np.zeros(100, np.int16)], "clip 0 is int16.*divide by 32768"),
        (LogMel(), [None], "clip 0 is NoneType"),
    ],
    ids=str,
)
def test_what_can_not_be(model: Any, clips: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        model.transform(clips)
    assert "\n" not in str(caught.value)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for number, clip in enumerate(CLIPS):
        (tmp_path / "in/x").mkdir(parents=True, exist_ok=True)
        sf.write(tmp_path / "in" / ("x" if number == 2 else "") / f"{number}.flac", clip, 22050)
    (tmp_path / "in/notes.txt").write_text("some words\n")
    return tmp_path / "in"


def test_audio_files_of_a_folder(recordings: Path) -> None:
    names = [os.path.relpath(row.text, recordings) for row in AudioFiles(recordings)]
    assert names == ["0.flac", "1.flac", os.path.join("x", "2.flac")]
    assert len(list(AudioFiles([recordings / "0.flac", recordings / "*.flac"]))) == 3
    (recordings / "empty").mkdir()
    (recordings / "empty/a.txt").touch()
    with pytest.raises(InputError, match="no file in the folder has an audio suffix"):
        AudioFiles(recordings / "empty")


def test_embedding_files(recordings: Path, tmp_path: Path) -> None:
    expected = Mfcc(n_mfcc=13).transform([row.text for row in AudioFiles(recordings)])
    report = embed_files(recordings, method="mfcc", parameters={"n_mfcc": 13}, save=tmp_path / "model")
    assert (report.rows, report.columns) == (3, 26)
    np.testing.assert_array_equal(report.vectors, expected)
    embed_files([recordings], tmp_path / "a.npy", model=tmp_path / "model")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), expected)
    embed_files(recordings, tmp_path / "shards/", method="mfcc", parameters={"n_mfcc": 13}, shard_rows=2)
    shards = sorted((tmp_path / "shards").glob("*.npy"))
    np.testing.assert_array_equal(np.concatenate([np.load(path) for path in shards]), expected)


def test_embedding_what_does_not_fit(recordings: Path) -> None:
    for inputs in (recordings / "x", recordings / "0.flac", recordings / "*.flac"):
        with pytest.raises(
            ParameterError, match=re.escape(f"{inputs}: is audio, which --method logmel or mfcc embeds")
        ):
            embed_files(inputs)
    with pytest.raises(ParameterError, match="column is about texts, and logmel embeds sound"):
        embed_files(recordings, method="logmel", column="text")
    with pytest.raises(ParameterError, match="mfcc embeds sound, and texts are searched: choose onehot, bow"):
        search_files("word", recordings / "notes.txt", method="mfcc")
    with pytest.raises(InputError, match="is not an audio file"):
        embed_files(recordings / "notes.txt", method="logmel")


@pytest.mark.data
@pytest.mark.slow
def test_spoken_digits(tmp_path: Path) -> None:
    """A linear classifier on means and deviations alone, on the official split: recordings 0 to 4 are the test."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/fsdd.tar.gz")
    with tarfile.open(DATA / "fsdd.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    paths = sorted(tmp_path.rglob("*.wav"))
    digits, indices = ([path.stem.split("_")[part] for path in paths] for part in (0, 2))
    held_out = np.array([int(index) < 5 for index in indices])
    assert (len(paths), held_out.sum()) == (3000, 300)
    X, y = Mfcc(sr=8000, n_fft=256, hop_length=80, n_mels=40).transform(paths), np.array(digits)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X[~held_out], y[~held_out])
    assert model.score(X[held_out], y[held_out]) >= 0.95


@pytest.mark.data
@pytest.mark.slow
def test_the_page_about_spoken_digits(tmp_path: Path) -> None:
    """Its code runs and prints about what it says."""
    import subprocess
    import sys

    if not DATA.is_dir():
        pytest.skip("NLPKIT_DATA names no folder with speech/fsdd.tar.gz")
    with tarfile.open(DATA / "fsdd.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    page = (Path(__file__).parents[2] / "docs/spoken-digits.md").read_text(encoding="utf-8")
    code, said = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[0] for kind in ("python", "text"))
    [folder] = [path.parent for path in tmp_path.rglob("recordings")]
    ran = subprocess.run([sys.executable, "-P", "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    shares = [[float(share) for share in re.findall(r"([\d.]+)%", text)] for text in (ran.stdout, said)]
    np.testing.assert_allclose(*shares, atol=1.0)
    assert re.sub(r"[\d.]+%", "%", ran.stdout) == re.sub(r"[\d.]+%", "%", said)


def test_clips_that_cannot_be_read(tmp_path: Path) -> None:
    """A damaged clip is an error that names the option, or is left out and counted; resuming counts the good ones."""
    for name in ("a", "c", "d"):
        sf.write(tmp_path / f"{name}.wav", np.sin(np.arange(8000) / 9), 8000)
    (tmp_path / "b.wav").write_bytes(b"RIFF, and no sound")
    with pytest.raises(InputError, match=r"b\.wav.*; --on-bad skip leaves it out"):
        embed_files(tmp_path, method="mfcc")
    report = embed_files(tmp_path, method="mfcc", on_bad="skip")
    assert (report.rows, report.left_out) == (3, {"file that cannot be read as sound": 1})
    expected = Mfcc().transform([tmp_path / f"{name}.wav" for name in "acd"])
    assert np.array_equal(report.vectors, expected)
