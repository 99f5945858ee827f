"""What `recognition.py` compares with: the three networks and their training, written by hand with torch alone.

The networks have the shapes and names of nlpkit's, of `nn.Conv2d`, `nn.BatchNorm2d` and `nn.LSTM` with
`pack_padded_sequence`. Batch normalisation counts the padding, as usual. The loop is AdamW with fused steps, weight
decay on matrices, and gradients of limited length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Features (n, bands, frames), their lengths, targets one clip after the other, and the number of each clip's."""


class PlainConv(nn.Module):
    """A convolution, batch normalisation, and a rectifier after something may be added."""

    def __init__(self, before: int, after: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, x: Tensor, plus: Tensor | None = None) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x if plus is None else x + plus, inplace=True)


class PlainResidual(nn.Module):
    """Two convolutions, added to their input."""

    def __init__(self, before: int, after: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.first, self.second = PlainConv(before, after, stride), PlainConv(after, after, (1, 1))
        changes = before != after or stride != (1, 1)
        self.shortcut = nn.Conv2d(before, after, 1, stride, bias=False) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x), x if self.shortcut is None else self.shortcut(x))


class PlainCnn(nn.Module):
    """Residual blocks, and the mean and the maximum over time."""

    def __init__(self, options: Any) -> None:
        super().__init__()
        channels = options.channels
        self.dropout = options.dropout
        self.stem = PlainConv(1, channels[0], (2, 2))
        self.blocks = nn.ModuleList(
            PlainResidual(before, after, (2, 2) if number else (1, 1))
            for number, (before, after) in enumerate(zip((channels[0], *channels), channels, strict=False))
        )
        self.output = nn.Linear(2 * channels[-1] * -(-options.n_mels // 2 ** len(channels)), options.n_labels)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = self.stem(x[:, None])
        for block in self.blocks:
            x = block(x)
        for _ in self.blocks:
            lengths = (lengths + 1) // 2
        x = x.flatten(1, 2)
        x = x * (torch.arange(x.shape[2]) < lengths[:, None])[:, None]
        pooled = torch.cat([x.sum(2) / lengths[:, None], x.amax(2)], dim=1)
        return self.output(F.dropout(pooled, self.dropout, self.training))


class PlainReader(nn.Module):
    """A bidirectional LSTM over the frames of each clip."""

    def __init__(self, size: int, options: Any) -> None:
        super().__init__()
        within = options.dropout if options.layers > 1 else 0.0
        self.rnn = nn.LSTM(size, options.hidden_size, options.layers, True, True, within, True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])[0]


class PlainLstm(nn.Module):
    """A bidirectional LSTM over groups of frames, and the mean of its states weighted by attention."""

    def __init__(self, options: Any) -> None:
        super().__init__()
        size = 2 * options.hidden_size
        self.stack, self.dropout = options.stack, options.dropout
        self.input = nn.Linear(options.stack * options.n_mels, options.hidden_size)
        self.reader = PlainReader(options.hidden_size, options)
        self.keys = nn.Linear(size, options.hidden_size)
        self.query = nn.Linear(options.hidden_size, 1, bias=False)
        self.output = nn.Linear(size, options.n_labels)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        n, bands, frames = x.shape
        x = F.pad(x, (0, -frames % self.stack)).unflatten(2, (-1, self.stack))
        x = x.permute(0, 2, 3, 1).reshape(n, -1, self.stack * bands)
        lengths = -(-lengths // self.stack)
        states = self.reader(F.dropout(F.relu(self.input(x)), self.dropout, self.training), lengths)
        scores = self.query(torch.tanh(self.keys(states)))[..., 0]
        scores = scores.masked_fill(torch.arange(x.shape[1]) >= lengths[:, None], -torch.inf)
        pooled = (scores.softmax(1)[:, None] @ states)[:, 0]
        return self.output(F.dropout(pooled, self.dropout, self.training))


class PlainCtc(nn.Module):
    """Two convolutions, a bidirectional LSTM, and a token per frame."""

    def __init__(self, options: Any) -> None:
        super().__init__()
        self.strides, self.dropout = options.strides, options.dropout
        self.first = PlainConv(1, options.channels, (2, self.strides[0]))
        self.second = PlainConv(options.channels, options.channels, (2, self.strides[1]))
        self.reader = PlainReader(options.channels * -(-options.n_mels // 4), options)
        self.output = nn.Linear(2 * options.hidden_size, options.n_tokens)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = self.second(self.first(x[:, None])).flatten(1, 2).transpose(1, 2)
        for stride in self.strides:
            lengths = (lengths + stride - 1) // stride
        states = self.reader(F.dropout(x, self.dropout, self.training), lengths)
        return self.output(F.dropout(states, self.dropout, self.training)), lengths


NETWORKS: dict[str, Callable[[Any], nn.Module]] = {"cnn": PlainCnn, "lstm": PlainLstm, "ctc": PlainCtc}


def plain_network(architecture: str, options: Any, weights: Mapping[str, Tensor]) -> nn.Module:
    """Return a network with nlpkit's weights; raise if its weights have other names or shapes."""
    model = NETWORKS[architecture](options)
    counters = {name: value for name, value in model.state_dict().items() if name.endswith("num_batches_tracked")}
    model.load_state_dict({**counters, **weights})
    return model


def plain_loss(model: nn.Module, batch: Batch, smoothing: float) -> Tensor:
    """Return the mean over clips of the smoothed cross entropy; for CTC, -log p per token and clip."""
    features, lengths, targets, counts = batch
    if isinstance(model, PlainCtc):
        logits, frames = model(features, lengths)
        log_p = logits.log_softmax(2).transpose(0, 1)
        nll = F.ctc_loss(log_p, targets, frames, counts, reduction="sum", zero_infinity=True)
        return nll / (len(targets) + len(counts))
    return F.cross_entropy(model(features, lengths), targets, label_smoothing=smoothing)


class PlainLoop:
    """The training loop, run for some steps at a time."""

    def __init__(
        self, model: nn.Module, batches: Iterator[Batch], *, rate: float, decay: float, clip: float, smoothing: float
    ) -> None:
        self.model, self._batches, self._clip, self._smoothing = model.train(), batches, clip, smoothing
        weights = list(model.parameters())
        groups = [
            {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": decay},
            {"params": [weight for weight in weights if weight.ndim == 1], "weight_decay": 0.0},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)

    def run(self, steps: int) -> int:
        """Run ``steps`` steps, and return their number of clips."""
        clips = 0
        for _ in range(steps):
            batch = next(self._batches)
            self._optimizer.zero_grad(set_to_none=True)
            plain_loss(self.model, batch, self._smoothing).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self._clip)
            self._optimizer.step()
            clips += len(batch[1])
        return clips
