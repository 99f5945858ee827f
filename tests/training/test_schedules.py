"""Learning rates, worked by hand and against PyTorch's schedules."""

from __future__ import annotations

import pytest
import torch

from nlpkit.training import TrainingOptions
from nlpkit.training.schedules import learning_rate


def rates(steps: list[int], **options: object) -> list[float]:
    made = TrainingOptions(learning_rate=0.8, warmup=4, **options)  # type: ignore[arg-type]
    return [learning_rate(made, step, share=(step - 1) / 16, width=64, plateaus=2) for step in steps]


def test_schedules_by_hand() -> None:
    assert rates([1, 4, 64], schedule="constant") == pytest.approx([0.2, 0.8, 0.8])
    assert rates([1, 4, 64], schedule="inverse_sqrt") == pytest.approx([0.2, 0.8, 0.2])
    assert rates([1, 4, 64], schedule="plateau", plateau_factor=0.5) == pytest.approx([0.05, 0.2, 0.2])
    # 0.8 · 64^-½ = 0.1; 1 · 4^-1.5 = 1/8; 4^-½ = 1/2; 64^-½ = 1/8
    assert rates([1, 4, 64], schedule="noam") == pytest.approx([0.0125, 0.05, 0.0125])
    assert rates([5, 9, 17, 30], schedule="linear") == pytest.approx([0.6, 0.4, 0.0, 0.0])
    assert rates([9, 17], schedule="cosine") == pytest.approx([0.4, 0.0])


def test_a_warmup_ends_with_a_tenth_of_the_training() -> None:
    options = TrainingOptions(learning_rate=0.8, warmup=1000)
    found = [learning_rate(options, step, share=share) for step, share in ((1, 0.0), (10, 0.05), (20, 0.1), (90, 0.5))]
    assert found == pytest.approx([0.0008, 0.4, 0.8, 0.8])


def test_cosine_is_pytorchs() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.8)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=16)
    for step in range(1, 17):
        if step >= 4:
            assert rates([step], schedule="cosine") == pytest.approx(theirs.get_last_lr(), abs=1e-9)
        optimizer.step()
        theirs.step()
