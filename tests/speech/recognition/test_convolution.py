"""Convolutions over clips of different lengths: their statistics and outputs ignore padding."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nlpkit.speech.recognition._convolution_torch import ConvBlock, MaskedBatchNorm, frames_mask

LENGTHS = torch.tensor([7, 4, 1])


def padded(seed: int = 0, channels: int = 3, bands: int = 2) -> torch.Tensor:
    x = torch.randn(3, channels, bands, 7, generator=torch.Generator().manual_seed(seed))
    return x * frames_mask(LENGTHS, 7)


def test_batch_norm_is_torchs_on_the_frames_of_all_clips() -> None:
    ours, theirs = MaskedBatchNorm(3), nn.BatchNorm1d(3)
    nn.init.uniform_(ours.weight), nn.init.uniform_(ours.bias)
    theirs.load_state_dict({**ours.state_dict(), "num_batches_tracked": torch.tensor(0)})
    for seed in range(3):
        x = padded(seed)
        found = ours(x, LENGTHS)
        frames = torch.cat([x[clip, :, :, :n].permute(1, 2, 0).flatten(0, 1) for clip, n in enumerate(LENGTHS)])
        mine = torch.cat([found[clip, :, :, :n].permute(1, 2, 0).flatten(0, 1) for clip, n in enumerate(LENGTHS)])
        torch.testing.assert_close(mine, theirs(frames), atol=1e-5, rtol=1e-4)
        assert not found[1, :, :, 4:].any()
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_gradients_of_batch_norm_are_those_of_finite_differences() -> None:
    norm = MaskedBatchNorm(2).double()
    lengths = torch.tensor([3, 2])
    x = torch.randn(2, 2, 1, 3, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda y: norm(y.clone(), lengths), (x.requires_grad_(),))


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("channels", [1, 4, 20])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=["compiled", "torch"])
def test_gradients_of_all_inputs_are_those_of_torchs_batch_norm(
    rectified: bool, channels: int, order: torch.memory_format, kind: torch.dtype
) -> None:
    inside = frames_mask(LENGTHS, 7)
    draw = torch.Generator().manual_seed(1)
    x, plus, slope = (torch.randn(3, channels, 2, 7, generator=draw, dtype=kind) for _ in range(3))
    x, plus = (part.contiguous(memory_format=order).requires_grad_() for part in (x + 30, plus * inside))
    ours, theirs = MaskedBatchNorm(channels).to(kind), nn.BatchNorm1d(channels).to(kind)
    nn.init.uniform_(ours.weight), nn.init.uniform_(ours.bias)
    theirs.load_state_dict({**ours.state_dict(), "num_batches_tracked": torch.tensor(0)})
    found = ours(x, LENGTHS, plus=plus, rectified=rectified)
    assert not (found * ~inside).any()
    rows = inside.expand(3, 1, 2, 7)[:, 0]
    expected = theirs(x.permute(0, 2, 3, 1)[rows]) + plus.permute(0, 2, 3, 1)[rows]
    expected = expected.relu() if rectified else expected
    close = {"atol": 1e-4, "rtol": 1e-4} if kind == torch.float32 else {}
    torch.testing.assert_close(found.permute(0, 2, 3, 1)[rows], expected, **close)
    mine = torch.autograd.grad(found, [x, plus, ours.weight, ours.bias], slope, retain_graph=True)
    others = torch.autograd.grad(expected, [x, plus, theirs.weight, theirs.bias], slope.permute(0, 2, 3, 1)[rows])
    for gradient, other in zip(mine, others, strict=True):
        torch.testing.assert_close(gradient, other, **close)
        assert gradient.ndim == 1 or not (gradient * ~inside).any()


def test_a_block_has_the_gradients_of_clips_without_padding() -> None:
    block = ConvBlock(4, 4).double()
    x = padded(channels=4).double().requires_grad_()
    made, lengths = block(x, LENGTHS, plus=x)
    made.square().sum().backward()
    assert x.grad is not None
    conv = [block.conv(x[clip : clip + 1, :, :, :n]) for clip, n in enumerate(LENGTHS.tolist())]
    frames = torch.cat([part.permute(0, 2, 3, 1).flatten(0, 2) for part in conv])
    theirs = nn.BatchNorm1d(4).double()
    plus = [x[clip : clip + 1, :, :, :n] for clip, n in enumerate(LENGTHS.tolist())]
    expected = (theirs(frames) + torch.cat([part.permute(0, 2, 3, 1).flatten(0, 2) for part in plus])).relu()
    [of_x, of_weight] = torch.autograd.grad(expected.square().sum(), [x, block.conv.weight])
    assert lengths.tolist() == LENGTHS.tolist()
    torch.testing.assert_close(x.grad * frames_mask(LENGTHS, 7), of_x)
    torch.testing.assert_close(block.conv.weight.grad, of_weight)


@pytest.mark.parametrize("channels", [3, 16])
def test_what_is_not_a_number_stays_visible(channels: int) -> None:
    x = padded(channels=channels)
    x[1, 2, 1, 3] = torch.nan
    made = MaskedBatchNorm(channels)(x, LENGTHS, rectified=True)
    assert made[:, 2].isnan().any(), made[:, 2]
    assert made[:, :2].isfinite().all()


def test_frozen_statistics_stay_in_training() -> None:
    norm = MaskedBatchNorm(3)
    norm(padded(), LENGTHS)
    before = norm.running_mean.clone()
    norm.weight.requires_grad_(False)
    frozen = norm(padded(1), LENGTHS)
    torch.testing.assert_close(norm.running_mean, before, rtol=0, atol=0)
    norm.eval()
    torch.testing.assert_close(frozen, norm(padded(1), LENGTHS))


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (2, 2)])
def test_a_clip_has_the_same_output_alone_and_beside_longer_ones(stride: tuple[int, int]) -> None:
    block = ConvBlock(3, 5, stride=stride).eval()
    together, lengths = block(padded(), LENGTHS)
    for clip, n in enumerate(LENGTHS.tolist()):
        alone, [length] = block(padded()[clip : clip + 1, :, :, :n], torch.tensor([n]))
        assert length == lengths[clip] == alone.shape[3]
        torch.testing.assert_close(together[clip : clip + 1, :, :, :length], alone)
        assert not together[clip, :, :, length:].any()
