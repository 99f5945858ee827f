"""A training in a process of its own: RESULT OPTIONS [FOLDER]; prints the step of each validation."""

from __future__ import annotations

import json
import sys

import numpy as np
from small_task import reversed_pairs, small_model

from nlpkit.training import EncodedPairs, TrainingOptions, train_model
from nlpkit.training.weights import weights_of


def main() -> None:
    place, options, *folder = sys.argv[1:]
    settings = json.loads(options)
    model = small_model(dropout=settings.pop("dropout"))
    result = train_model(
        model,
        EncodedPairs.from_lists(reversed_pairs(400, seed=1)),
        EncodedPairs.from_lists(reversed_pairs(20, seed=2)),
        TrainingOptions(**settings),
        state_folder=folder[0] if folder else None,
        validated=lambda report: print(report.row.step, flush=True),
        device="cpu",
        threads=1,
    )
    if result.is_main:
        np.savez(place, history=json.dumps([row.as_json() for row in result.history]), **weights_of(model))


if __name__ == "__main__":
    main()
