"""CnnNetwork: a small residual network that sees the spectrogram as a picture (He et al. 2016; Tang and Lin 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlpkit.speech.recognition._convolution_torch import ConvBlock, by_channels
from nlpkit.speech.recognition._dropout_torch import dropout
from nlpkit.speech.recognition.cnn import CnnOptions


class ResidualBlock(nn.Module):
    """Two convolutions, whose result is added to the input: y = relu(x' + conv(relu(conv(x))))."""

    def __init__(self, before: int, after: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.first = ConvBlock(before, after, stride=stride)
        self.second = ConvBlock(after, after)
        self.stride = stride
        changes = before != after or stride != (1, 1)
        self.shortcut = nn.Conv2d(before, after, 1, bias=False) if changes else None

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return (n, after, bands', frames') and its lengths."""
        plus = x
        if self.shortcut is not None:
            bands, frames = self.stride
            plus = x[:, :, ::bands, ::frames]  # oneDNN's own strides write beyond the arrays of few channels
            plus = self.shortcut(by_channels(plus) if x.device.type == "cpu" else plus)
        x, shorter = self.first(x, lengths)
        return self.second(x, shorter, plus=plus)


class CnnNetwork(nn.Module):
    """A convolution, residual blocks that halve bands and frames, the mean over time, and a layer of labels.

    Parameters
    ----------
    options : CnnOptions
    """

    def __init__(self, options: CnnOptions) -> None:
        super().__init__()
        self.options = options
        channels = options.channels
        self.stem = ConvBlock(1, channels[0], stride=(2, 2))
        self.blocks = nn.ModuleList(
            ResidualBlock(before, after, (1, 1) if number == 0 else (2, 2))
            for number, (before, after) in enumerate(zip((channels[0], *channels), channels, strict=False))
        )
        bands = -(-options.n_mels // 2 ** len(channels))
        self.output = nn.Linear(2 * channels[-1] * bands, options.n_labels)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the logits (n, n_labels) of features (n, n_mels, frames) of ``lengths`` frames."""
        pooled = self.pooled(x, lengths)
        return self.output(dropout(pooled, self.options.dropout, self.training))

    def pooled(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the mean and the maximum over frames, (n, 2 channels bands')."""
        x, lengths = self.stem(x[:, None], lengths)
        for block in self.blocks:
            x, lengths = block(x, lengths)
        x = x.flatten(1, 2)  # rectified, and 0 in the padding
        return torch.cat([x.sum(2, dtype=torch.float32) / lengths[:, None], x.amax(2).float()], dim=1)
