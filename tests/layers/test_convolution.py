"""Convolutions over clips of different lengths: their statistics and outputs ignore padding."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nlpkit.layers.convolution import ConvBlock, MaskedBatchNorm, frames_mask

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
        found = ours(x, frames_mask(LENGTHS, 7).float())
        frames = torch.cat([x[clip, :, :, :n].permute(1, 2, 0).flatten(0, 1) for clip, n in enumerate(LENGTHS)])
        mine = torch.cat([found[clip, :, :, :n].permute(1, 2, 0).flatten(0, 1) for clip, n in enumerate(LENGTHS)])
        torch.testing.assert_close(mine, theirs(frames), atol=1e-5, rtol=1e-4)
        assert not found[1, :, :, 4:].any()
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_gradients_of_batch_norm_are_those_of_finite_differences() -> None:
    norm = MaskedBatchNorm(2).double()
    mask = frames_mask(torch.tensor([3, 2]), 3).double()
    x = torch.randn(2, 2, 1, 3, dtype=torch.float64) * mask
    assert torch.autograd.gradcheck(lambda y: norm(y * mask, mask), (x.requires_grad_(),))


def test_frozen_statistics_stay_in_training() -> None:
    norm = MaskedBatchNorm(3)
    norm(padded(), frames_mask(LENGTHS, 7).float())
    before = norm.running_mean.clone()
    norm.weight.requires_grad_(False)
    frozen = norm(padded(1), frames_mask(LENGTHS, 7).float())
    torch.testing.assert_close(norm.running_mean, before, rtol=0, atol=0)
    norm.eval()
    torch.testing.assert_close(frozen, norm(padded(1), frames_mask(LENGTHS, 7).float()))


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (2, 2)])
def test_a_clip_has_the_same_output_alone_and_beside_longer_ones(stride: tuple[int, int]) -> None:
    block = ConvBlock(3, 5, stride=stride).eval()
    together, lengths = block(padded(), LENGTHS)
    for clip, n in enumerate(LENGTHS.tolist()):
        alone, [length] = block(padded()[clip : clip + 1, :, :, :n], torch.tensor([n]))
        assert length == lengths[clip] == alone.shape[3]
        torch.testing.assert_close(together[clip : clip + 1, :, :, :length], alone)
        assert not together[clip, :, :, length:].any()
