"""Sampling of tokens by their probability, with temperature, top-k and top-p (Holtzman et al. 2020).

The sampled token is the first whose cumulative probability exceeds a number of `uniforms`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .candidates import top_candidates
from .greedy import Picker
from .options import DecodingOptions
from .uniforms import uniforms

_BLOCK = 64
_NUCLEUS = 256


class Sampler(Picker):
    """Samples tokens.

    Parameters
    ----------
    options : DecodingOptions
        ``temperature``, ``top_k``, ``top_p``, ``seed`` and ``n_best``.
    numbers : sequence of int
        Numbers of the sentences, which seed their samples.
    device : torch.device
    """

    def __init__(self, options: DecodingOptions, numbers: Sequence[int], device: torch.device) -> None:
        self._options, self._device = options, device
        self._numbers = torch.tensor(numbers, device=device)
        self._block = torch.zeros(0)

    def pick(self, logits: Tensor, step: int) -> Tensor:
        if step % _BLOCK == 0:
            drawn = uniforms(self._options.seed, self._numbers.tolist(), self._options.n_best, step, _BLOCK)
            self._block = torch.from_numpy(drawn).to(self._device, _wide(self._device))
        u = self._block[:, :, step % _BLOCK]
        logits = logits.float() / self._options.temperature
        if not self._options.top_k and self._options.top_p == 1:
            return _drawn(logits.softmax(-1), u)
        logits, tokens = self._likely(logits)
        return tokens.expand(-1, u.shape[1], -1).gather(2, _drawn(logits.softmax(-1), u)[..., None])[..., 0]

    def keep(self, rows: Tensor) -> None:
        self._numbers, self._block = self._numbers[rows], self._block[rows]

    def _likely(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits that remain after top-k and top-p, in descending order, and their tokens, (n, lanes or 1,
        m)."""
        n, lanes, size = logits.shape
        one_each = logits.reshape(n * lanes, 1, size)
        offsets = torch.zeros(n * lanes, 1, device=logits.device)
        k = min(self._options.top_k, size)
        p = self._options.top_p
        if k:
            values, tokens = top_candidates(one_each, offsets, k)
            shares = values.softmax(-1)
        else:
            norms = one_each.logsumexp(-1)
            k = min(_NUCLEUS, size)
            while True:
                values, tokens = top_candidates(one_each, offsets, k)
                shares = (values - norms).exp()
                if k == size or bool((shares.sum(1) >= p).all()):
                    break
                k = min(8 * k, size)
        if p < 1:
            before = shares.cumsum(1, dtype=_wide(shares.device)) - shares
            beyond = before >= p
            beyond[:, 0] = False
            values = values.masked_fill(beyond, -torch.inf)
        return values.view(n, lanes, k), tokens.view(n, lanes, k)


def _drawn(shares: Tensor, u: Tensor) -> Tensor:
    """Return the first index (n, lanes) at which the cumulative share (n, lanes or 1, m) exceeds u (n, lanes)."""
    reached = shares.cumsum(-1, dtype=_wide(shares.device))
    total = reached[..., -1]
    sought = (u * total).unsqueeze(-1)
    if reached.shape[1] == 1:
        found = torch.searchsorted(reached[:, 0].contiguous(), sought[..., 0].contiguous(), right=True)
    else:
        found = torch.searchsorted(reached.contiguous(), sought.contiguous(), right=True)[..., 0]
    last = torch.searchsorted(reached.contiguous(), total.unsqueeze(-1).contiguous())[..., 0]  # the last nonzero share
    return torch.minimum(found, last)


def _wide(device: torch.device) -> torch.dtype:
    return torch.float32 if device.type == "mps" else torch.float64
