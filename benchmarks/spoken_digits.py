"""Unpack spoken digits and other sound, and write the manifests on which recognisers are trained and tested.

    python benchmarks/spoken_digits.py FOLDER --data ../shared/data
    python benchmarks/spoken_digits.py FOLDER --data ../shared/data --parts digits commands

Manifests of JSON lines with the fields path, text, label and speaker; paths are relative to the manifest.

| part | manifest | what |
|---|---|---|
| digits | train, dev, final, test | Free Spoken Digit: indices 10-49, 5-9, 5-49 and 0-4 of six speakers |
| | speakers/NAME-train, -test | the other five speakers; this speaker |
| commands | commands-digits | the 100 digits of the Speech Commands sample |
| | commands-other-train, -test | its 200 other words, no speaker in both |
| strings | strings-test, strings-dev | 300 joined strings each (`digit_strings`), of indices 0-4 and 5-9 |
| | speakers/NAME-strings | 300 joined strings of all clips of this speaker |
| no-speech | no-speech-train, -test | silence, noise and music-like sound, 100 each (`no_speech`) |
| music | music-test | real music of the format samples: pieces of 1 s; for tests only |
| other-speech | other-speech-train, -test | parts of sentences without digits (`other_speech`), 600 and 500 |
| | other-words-train, -test | what sounds like a single word in these sentences |
| | sentence-digits-train, -test | sentences of speechocean762 with digits; the digits alone are the text |

Sound without digits has the text "" and the label "_other_". Speakers of commands-other-train are, as far as there are
enough, those who say no word of commands-digits.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from digit_strings import strings
from manifests import lay_out_parts, write_manifest
from no_speech import music_pieces, no_speech
from other_speech import digit_sentences, other_parts, other_words, sentences, unpacked

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OTHER = "_other_"
SETS = {"train": (10, 50), "dev": (5, 10), "final": (5, 50), "test": (0, 5)}
PARTS = ("digits", "commands", "strings", "no-speech", "music", "other-speech")


def main() -> None:
    """Make the parts asked for."""
    lay_out_parts(__doc__, PARTS, lay_out)


def lay_out(folder: Path, data: Path, parts: Sequence[str] = PARTS) -> dict[str, int]:
    """Unpack the archives in ``data`` below ``folder``, write the manifests, and return their sizes by name."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}

    def write(name: str, records: Iterable[Mapping[str, Any]]) -> None:
        written[name] = write_manifest(folder, name, records)

    if {"digits", "strings"} & set(parts):
        clips = digit_clips(unpacked(data / "fsdd.tar.gz", folder) / "fsdd" / "recordings")
        speakers = sorted({clip["speaker"] for clip in clips})
    if "digits" in parts:
        for name, (first, end) in SETS.items():
            write(name, (clip for clip in clips if first <= index_of(clip) < end))
        for speaker in speakers:
            write(f"speakers/{speaker}-train", (clip for clip in clips if clip["speaker"] != speaker))
            write(f"speakers/{speaker}-test", (clip for clip in clips if clip["speaker"] == speaker))
    if "commands" in parts:
        commands = command_clips(unpacked(data / "speech_commands_300.tar.gz", folder) / "speech_commands_v0.01")
        write("commands-digits", (clip for clip in commands if clip["label"] != OTHER))
        for name, half in zip(("train", "test"), halves(commands), strict=True):
            write(f"commands-other-{name}", half)
    if "strings" in parts:
        for name, seed in (("test", 1), ("dev", 2)):
            chosen = [clip for clip in clips if SETS[name][0] <= index_of(clip) < SETS[name][1]]
            write(f"strings-{name}", string_records(chosen, folder / "sound" / f"strings-{name}", seed=seed))
        for speaker in speakers:
            chosen = [clip for clip in clips if clip["speaker"] == speaker]
            write(
                f"speakers/{speaker}-strings", string_records(chosen, folder / "sound" / f"strings-{speaker}", seed=1)
            )
    if "no-speech" in parts:
        for name, seed in (("test", 1), ("train", 2)):
            below = folder / "sound" / f"no-speech-{name}"
            sounds = list(no_speech(name, seed=seed))
            paths = write_sounds(below, (sound for _, sound in sounds))
            records = zip(paths, (what for what, _ in sounds), strict=True)
            write(
                f"no-speech-{name}",
                ({"path": path, "text": "", "label": OTHER, "kind": what} for path, what in records),
            )
    if "music" in parts:
        samples = unpacked(data / "format_samples.tar.gz", folder) / "format_samples"
        write("music-test", ({**piece, "text": "", "label": OTHER} for piece in music_pieces(samples)))
    if "other-speech" in parts:
        for name, n in (("train", 600), ("test", 500)):
            said = sentences(folder, data, name)
            write(f"other-speech-{name}", ({**part, "text": "", "label": OTHER} for part in other_parts(said, n=n)))
            write(f"other-words-{name}", ({**word, "text": "", "label": OTHER} for word in other_words(said)))
            write(f"sentence-digits-{name}", digit_sentences(said))
    return written


def digit_clips(folder: Path) -> list[dict[str, Any]]:
    """Records of the Free Spoken Digit set, in order of speaker, digit and index."""
    clips = []
    for path in folder.glob("*.wav"):
        digit, speaker, _ = path.stem.split("_")
        clips.append({"path": path, "text": DIGITS[int(digit)], "label": DIGITS[int(digit)], "speaker": speaker})
    if not clips:
        raise SystemExit(f"{folder}: there are no recordings")
    return sorted(clips, key=lambda clip: (clip["speaker"], clip["path"].name[0], index_of(clip)))


def index_of(clip: Mapping[str, Any]) -> int:
    """The index in the name of a file of the Free Spoken Digit set."""
    return int(clip["path"].stem.split("_")[2])


def command_clips(folder: Path) -> list[dict[str, Any]]:
    """Records of Speech Commands: digits with their words, other words as `OTHER`, with their word in ``word``."""
    clips: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*/*_nohash_*.wav")):
        word, speaker = path.parent.name, path.name.split("_")[0]
        if word in DIGITS:
            clips.append({"path": path, "text": word, "label": word, "speaker": speaker})
        else:
            clips.append({"path": path, "text": "", "label": OTHER, "speaker": speaker, "word": word})
    return clips


def halves(clips: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Split the other words by speaker: half of them for training, first those of speakers who say no digit."""
    of = defaultdict(list)
    for clip in clips:
        if clip["label"] == OTHER:
            of[clip["speaker"]].append(clip)
    say_digits = {clip["speaker"] for clip in clips if clip["label"] != OTHER}
    ordered = sorted(of, key=lambda name: (name in say_digits, hashlib.sha256(name.encode()).hexdigest()))
    total = sum(map(len, of.values()))
    train: list[Mapping[str, Any]] = []
    test: list[Mapping[str, Any]] = []
    for speaker in ordered:
        (train if len(train) + len(of[speaker]) / 2 <= total / 2 else test).extend(of[speaker])
    return train, test


def string_records(clips: Sequence[Mapping[str, Any]], folder: Path, *, seed: int) -> list[dict[str, Any]]:
    """Write 300 strings of these clips to a folder, and return their records."""
    of: dict[str, list[tuple[str, np.ndarray]]] = defaultdict(list)
    for clip in clips:
        sound, _ = soundfile.read(clip["path"])
        of[clip["speaker"]].append((clip["text"], sound))
    made = list(strings(of, seed=seed))
    paths = write_sounds(folder, (string.sound for string in made))
    return [
        {"path": path, "text": string.text, "label": string.text, "speaker": string.speaker}
        for path, string in zip(paths, made, strict=True)
    ]


def write_sounds(folder: Path, sounds: Iterable[np.ndarray]) -> list[Path]:
    """Write sounds as numbered 16-bit WAV files of 8 kHz."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, sound in enumerate(sounds):
        paths.append(folder / f"{number:04d}.wav")
        soundfile.write(paths[-1], np.clip(sound, -1, 32767 / 32768), 8000, subtype="PCM_16")
    return paths


if __name__ == "__main__":
    main()
