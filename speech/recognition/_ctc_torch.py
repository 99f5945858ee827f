"""CtcNetwork: convolutions, a bidirectional LSTM or GRU, and a letter or blank per frame (Graves et al. 2006)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from nlpkit.speech.recognition._cnn_torch import ResidualBlock
from nlpkit.speech.recognition._convolution_torch import ConvBlock
from nlpkit.speech.recognition._dropout_torch import dropout
from nlpkit.speech.recognition._recurrence_torch import BothWays
from nlpkit.speech.recognition.ctc import CtcOptions


class CtcNetwork(nn.Module):
    """Two convolutions that shorten the clip, residual blocks, recurrent layers in both directions, a layer of tokens.

    The form is that of Deep Speech 2 (Amodei et al. 2016).

    Parameters
    ----------
    options : CtcOptions
    """

    def __init__(self, options: CtcOptions) -> None:
        super().__init__()
        self.options = options
        strides = options.strides
        self.first = ConvBlock(1, options.channels, (3, 3), (2, strides[0]))
        self.second = ConvBlock(options.channels, options.channels, (3, 3), (2, strides[1]))
        channels = (options.channels, *options.blocks)
        self.blocks = nn.ModuleList(ResidualBlock(*pair, (2, 1)) for pair in pairwise(channels))
        size = 2 * options.hidden_size
        self.reader = BothWays(
            options.cell, channels[-1] * options.bands, options.hidden_size, options.layers, options.dropout
        )
        self.output = nn.Linear(size, options.n_tokens)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits (n, frames', n_tokens) of features (n, n_mels, frames), and their lengths."""
        states, lengths = self.states(x, lengths)
        return self.output(dropout(states, self.options.dropout, self.training)), lengths

    def states(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (n, frames', 2 hidden_size), and their lengths."""
        x, lengths = self.first(x[:, None], lengths)
        x, lengths = self.second(x, lengths)
        for block in self.blocks:
            x, lengths = block(x, lengths)
        x = x.permute(0, 3, 1, 2).flatten(2)
        x = dropout(x, self.options.dropout, self.training)
        return self.reader(x, lengths), lengths
