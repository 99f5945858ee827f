"""A training of a recogniser in a process of its own: RESULT OPTIONS FOLDER."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "speech")]

from test_speech_tasks import store, untrained  # noqa: E402

from nlpkit.training.speech.options import SpeechTrainingOptions  # noqa: E402
from nlpkit.training.speech.training import train_recognizer  # noqa: E402


def main() -> None:
    place, options, folder = sys.argv[1:]
    settings = json.loads(options)
    clips, valid = store(8), store(2, 100)
    start = untrained(settings.pop("architecture"), clips)
    start.options = replace(start.options, dropout=settings.pop("dropout", 0.2))
    model, result = train_recognizer(
        start,
        clips,
        valid,
        SpeechTrainingOptions(**settings),
        state_folder=folder,
        device="cpu",
        threads=1,
    )
    if result.is_main:
        np.savez(place, history=json.dumps([row.as_json() for row in result.history]), **model.weights)


if __name__ == "__main__":
    main()
