"""Digits spoken by espeak-ng, for recognition: a voice that no recogniser of nlpkit was trained on.

    pip install espeakng-loader
    python benchmarks/synthetic_digits.py FOLDER
    nlpkit evaluate MODEL --manifest FOLDER/synthetic.jsonl

Ten voices say each digit, and three strings of five digits each.
"""

from __future__ import annotations

import argparse
import ctypes
import json
from pathlib import Path

import numpy as np
import soundfile as sf

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
VOICES = (
    *("en", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc"),
    *("en-us+m3", "en+m7", "en-us+f2", "en+f4", "en-us+linda"),
)
_SYNCHRONOUS, _UTF8 = 2, 1


class Espeak:
    """The library espeak-ng of the package espeakng-loader."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.cdll.LoadLibrary(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.sr = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
        self._pieces: list[np.ndarray] = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())  # type: ignore[call-overload]
        return 0

    def say(self, text: str, voice: str) -> np.ndarray:
        """Return the samples of a text, (n,) int16."""
        self._pieces.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        spoken = text.encode()
        self._library.espeak_Synth(spoken, len(spoken) + 1, 0, 0, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate(self._pieces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    espeak, draw, rows = Espeak(), np.random.default_rng(1), []
    for voice in VOICES:
        strings = [", ".join(WORDS[digit] for digit in draw.integers(0, 10, 5)) for _ in range(3)]
        for number, text in enumerate((*WORDS, *strings)):
            name = f"{voice.replace('+', '-')}-{number}.wav"
            sf.write(folder / name, espeak.say(text, voice), espeak.sr)
            rows.append({"path": name, "text": text.replace(",", ""), "label": text, "speaker": voice})
    listing = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "synthetic.jsonl").write_text(listing, encoding="utf-8")
    print(f"{len(rows)} recordings in {folder}")


if __name__ == "__main__":
    main()
