"""LstmNetwork: a bidirectional LSTM over frames, summed up by attention."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlpkit.speech.recognition._dropout_torch import dropout
from nlpkit.speech.recognition._recurrence_torch import BothWays
from nlpkit.speech.recognition.lstm import LstmOptions


class LstmNetwork(nn.Module):
    """Frames side by side, bidirectional recurrent layers, attention pooling, and a layer of labels.

    Attention pooling is the mean of the states h weighted by softmax(v · tanh(W h)) (Lin et al. 2017).

    Parameters
    ----------
    options : LstmOptions
    """

    def __init__(self, options: LstmOptions) -> None:
        super().__init__()
        self.options = options
        size = 2 * options.hidden_size
        self.input = nn.Linear(options.n_mels * options.stack, options.hidden_size)
        self.reader = BothWays("lstm", options.hidden_size, options.hidden_size, options.layers, options.dropout)
        self.keys = nn.Linear(size, options.hidden_size)
        self.query = nn.Linear(options.hidden_size, 1, bias=False)
        self.output = nn.Linear(size, options.n_labels)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the logits (n, n_labels) of features (n, n_mels, frames) of ``lengths`` frames."""
        pooled = self.pooled(x, lengths)
        return self.output(dropout(pooled, self.options.dropout, self.training))

    def pooled(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the weighted mean of the states, (n, 2 hidden_size)."""
        x, lengths = side_by_side(x, lengths, self.options.stack)
        x = dropout(F.relu(self.input(x)), self.options.dropout, self.training)
        states = self.reader(x, lengths)
        scores = self.query(torch.tanh(self.keys(states)))[..., 0]
        outside = torch.arange(states.shape[1], device=x.device) >= lengths[:, None]
        weights = scores.float().masked_fill(outside, -torch.inf).softmax(1)
        return (weights[:, None] @ states.float())[:, 0]


def side_by_side(x: Tensor, lengths: Tensor, stack: int) -> tuple[Tensor, Tensor]:
    """Return (n, frames', stack * bands) of (n, bands, frames): frames in groups; the last one is filled with zeros."""
    n, bands, frames = x.shape
    x = F.pad(x, (0, -frames % stack))
    return x.unflatten(2, (-1, stack)).permute(0, 2, 3, 1).reshape(n, -1, stack * bands), -(-lengths // stack)
