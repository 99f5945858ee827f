"""Speech without digits: parts, and single words, of sentences of LJ Speech and speechocean762 without such words."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

SECONDS = (0.3, 2.5)
SEED = 1
LJ_SHARE = 0.25
WORD_SECONDS = (0.2, 0.9)
QUIET_DB = -30
GAP_SECONDS = 0.1
EDGE_SECONDS = 0.05

DIGIT = re.compile(r"(zero|one|two|three|four|five|six|seven|eight|nine)")
LIKE_DIGIT = re.compile(
    rf"{DIGIT.pattern}.*"  # also seventeen, sixty, twofold, ones
    r"|\d.*|oh|o|for|forty|to|too|won|ate|once|any(one)|some(one)|every(one)|no-one|before|therefore|into|unto|today"
    r"|fifth|fifteen.*|fifty|twice|third.*|twelve.*|twenty.*|hate|wait|weight|tree|free|tu|fore.*|sicks|night|knight"
)
WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A recording of a sentence; ``text`` is in lower case."""

    path: Path
    text: str
    speaker: str
    corpus: str

    @property
    def has_digit(self) -> bool:
        """Whether a word is a digit, begins with one, or sounds like one."""
        return any(LIKE_DIGIT.fullmatch(word) for word in WORD.findall(self.text))


def sentences(folder: Path, data: Path, name: str) -> list[Sentence]:
    """Unpack the sentences of LJ Speech and speechocean762 ("train"), or of the latter's other speakers ("test")."""
    if name == "test":
        return ocean(unpacked(data / "speechocean762-test-a.tar", folder) / "speechocean762" / "speechocean762-test-a")
    reader = unpacked(data / "ljspeech_325.tar", folder) / "ljspeech_325"
    lines = (reader / "metadata.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        name, _, text = line.split("|")
        path = reader / "wavs" / f"{name}.opus"
        found.append(Sentence(path=path, text=text.lower(), speaker="LJ", corpus="ljspeech"))
    return found + ocean(unpacked(data / "speechocean762-train.tar", folder) / "speechocean762" / "train")


def ocean(folder: Path) -> list[Sentence]:
    """The sentences of a part of speechocean762."""
    speakers = dict(line.split() for line in (folder / "utt2spk").read_text(encoding="utf-8").splitlines())
    found = []
    for line in (folder / "text").read_text(encoding="utf-8").splitlines():
        name, _, text = line.replace("\t", " ").partition(" ")
        path = folder / "audio" / f"{name}.opus"
        found.append(Sentence(path=path, text=text.strip().lower(), speaker=speakers[name], corpus="speechocean762"))
    return found


def other_parts(said: Sequence[Sentence], *, n: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Yield records of ``n`` parts of 0.3 to 2.5 s of sentences without digits; a quarter of LJ Speech if it is there.

    Parameters
    ----------
    said : sequence of Sentence
    n : int
    seed : int
    """
    draw = np.random.default_rng(seed)
    pools = [[s for s in said if s.corpus == corpus and not s.has_digit] for corpus in ("ljspeech", "speechocean762")]
    for number in range(n):
        pool = pools[0] if pools[0] and number < n * LJ_SHARE else pools[1]
        sentence = pool[draw.integers(len(pool))]
        info = soundfile.info(sentence.path)
        length = min(draw.uniform(*SECONDS), info.duration)
        start = draw.uniform(0, info.duration - length)
        end = np.floor((start + length) * 1000) / 1000
        yield {"path": sentence.path, "start": round(start, 3), "end": float(end), "speaker": sentence.speaker}


def other_words(said: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    """Yield records of what sounds like a single word: loud for 0.2 to 0.9 s, and quiet before and after.

    Quiet is 30 dB below the loudest frames of the sentence. A gap of less than 0.1 s is part of a word.
    """
    from nlpkit.speech import load

    for sentence in said:
        if sentence.has_digit:
            continue
        sound, sr = load(sentence.path, 8000)
        hop = sr // 100
        frames = sound[: len(sound) // hop * hop].reshape(-1, hop)
        levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
        loud = np.concatenate([[0], levels > np.percentile(levels, 95) + QUIET_DB, [0]]).astype(int)
        begins, ends = np.flatnonzero(np.diff(loud) > 0) / 100, np.flatnonzero(np.diff(loud) < 0) / 100
        apart = begins[1:] - ends[:-1] >= GAP_SECONDS
        spans = zip(begins[np.concatenate([[True], apart])], ends[np.concatenate([apart, [True]])], strict=True)
        for begin, end in spans:
            is_inside = begin >= EDGE_SECONDS and end <= len(levels) / 100 - EDGE_SECONDS
            if is_inside and WORD_SECONDS[0] <= end - begin <= WORD_SECONDS[1]:
                times = {"start": round(float(begin) - 0.01, 2), "end": round(float(end) + 0.01, 2)}
                yield {"path": sentence.path, **times, "speaker": sentence.speaker}


def digit_sentences(said: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    """Yield records of sentences with digits and without words that only sound like one; their text is the digits."""
    for sentence in said:
        words = WORD.findall(sentence.text)
        digits = [word for word in words if DIGIT.fullmatch(word)]
        if digits and all(word in digits or not LIKE_DIGIT.fullmatch(word) for word in words):
            text = " ".join(digits)
            yield {"path": sentence.path, "text": text, "label": text, "speaker": sentence.speaker}


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack an archive into a folder, once; return the folder."""
    done = folder / f".{archive.name}.done"
    if not done.exists():
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        done.touch()
    return folder
