"""The loss against PyTorch's own cross entropy."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from nlpkit.training.loss import smoothed_cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("size", [(5, 7), (300, 4001)])  # the second in three slices
def test_equals_pytorchs_cross_entropy_and_its_gradient(smoothing: float, size: tuple[int, int]) -> None:
    random = torch.Generator().manual_seed(1)
    ours = torch.randn(size, generator=random).mul_(3).requires_grad_()
    theirs = ours.detach().double().requires_grad_()
    targets = torch.randint(size[1], (size[0],), generator=random)

    loss, nll = smoothed_cross_entropy(ours.clone(), targets, smoothing=smoothing, divisor=11.0)
    expected = F.cross_entropy(theirs, targets, label_smoothing=smoothing, reduction="sum") / 11
    (3 * loss).backward()
    (3 * expected).backward()

    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert nll.item() == pytest.approx(F.cross_entropy(theirs, targets, reduction="sum").item(), rel=1e-5)
    assert not nll.requires_grad
    torch.testing.assert_close(ours.grad, theirs.grad.float(), rtol=1e-4, atol=1e-6)


def test_padding_that_is_left_out_is_as_if_ignored() -> None:
    random = torch.Generator().manual_seed(2)
    logits = torch.randn(4, 6, 9, generator=random)
    targets = torch.randint(1, 9, (4, 6), generator=random)
    targets[1, 3:] = targets[2, 5:] = 0
    rows = targets.flatten().nonzero()[:, 0]
    loss, _ = smoothed_cross_entropy(
        logits.flatten(0, 1)[rows], targets.flatten()[rows], smoothing=0.1, divisor=len(rows)
    )
    expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=0.1, ignore_index=0)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)


def test_bfloat16_scores_are_summed_in_float32() -> None:
    logits = torch.randn(64, 500, generator=torch.Generator().manual_seed(3)).bfloat16().requires_grad_()
    targets = torch.arange(64)
    loss, _ = smoothed_cross_entropy(logits.clone(), targets, smoothing=0.1)
    loss.backward()
    exact = logits.detach().double().requires_grad_()
    expected = F.cross_entropy(exact, targets, label_smoothing=0.1, reduction="sum")
    expected.backward()
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    torch.testing.assert_close(logits.grad.double(), exact.grad, rtol=1e-2, atol=1e-5)


def test_rows_beyond_the_targets_stand_for_nothing() -> None:
    torch.manual_seed(1)
    logits = torch.randn(7, 5, requires_grad=True)
    targets = torch.tensor([1, 4, 0, 2])
    loss, nll = smoothed_cross_entropy(logits.clone(), targets, smoothing=0.1, divisor=3)
    (gradient,) = torch.autograd.grad(loss, logits)
    expected, expected_nll = smoothed_cross_entropy(logits[:4], targets, smoothing=0.1, divisor=3)
    (of_first,) = torch.autograd.grad(expected, logits)
    assert (loss.item(), nll.item()) == (expected.item(), expected_nll.item())
    torch.testing.assert_close(gradient, of_first, rtol=0, atol=0)
    assert not gradient[4:].any()
