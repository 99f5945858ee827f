"""RequiredPhrases: phrases that a translation must contain (lexically constrained decoding).

As in Post and Vilar (2018, Dynamic Beam Allocation), hypotheses with the same number of completed phrase tokens form a
bank, and the beam is divided among the banks. Here the banks take turns, in descending order, until the beam is full.
In addition to the most likely continuations, each hypothesis is continued by its most likely token and by tokens that
begin or continue a phrase. A phrase that is begun but not continued starts again from its first token.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_NOTHING = -1


class RequiredPhrases:
    """Progress of each hypothesis of a batch through the required phrases.

    Parameters
    ----------
    phrases : sequence of sequences of sequences of int
        Ids of each sentence's phrases. Phrases may overlap; duplicates are required once.
    device : torch.device

    Attributes
    ----------
    totals : LongTensor (n,)
        Total number of phrase tokens per sentence.
    met : BoolTensor (n, beams, phrases)
        Phrases that each hypothesis contains; padding counts as contained.
    """

    def __init__(self, phrases: Sequence[Sequence[Sequence[int]]], device: torch.device) -> None:
        unique = [list(dict.fromkeys(tuple(phrase) for phrase in own)) for own in phrases]
        n, most = len(unique), max(len(own) for own in unique)
        self._longest = max(len(phrase) for own in unique for phrase in own)
        tokens = torch.full((n, most, self._longest), _NOTHING)
        for i, own in enumerate(unique):
            for j, phrase in enumerate(own):
                tokens[i, j, : len(phrase)] = torch.tensor(phrase)
        self._tokens = tokens.to(device)
        self._sizes = (self._tokens != _NOTHING).sum(2)
        self.totals = self._sizes.sum(1)
        self.met = (self._sizes == 0)[:, None]
        self._recent = torch.full((n, 1, self._longest), _NOTHING - 1, device=device)

    def complete(self) -> Tensor:
        """Return which hypotheses (n, beams) contain all phrases."""
        return self.met.all(2)

    def candidates(self) -> Tensor:
        """Return tokens that continue or begin a phrase, (n, beams, m); -1 for none."""
        _, progress = self._after(self.met, self._recent)
        tokens = self._tokens[:, None].expand(-1, progress.shape[1], -1, -1)
        onward = tokens.gather(3, progress.clamp(max=self._longest - 1)[..., None])[..., 0]
        both = torch.cat([onward, tokens[..., 0]], dim=2)
        return both.masked_fill(self.met.repeat(1, 1, 2), _NOTHING)

    def banks(self, parents: Tensor, tokens: Tensor) -> Tensor:
        """Return the number of completed phrase tokens after ``tokens`` (n, m) on the beams ``parents`` (n, m)."""
        met, progress = self._after(*self._continued(parents, tokens))
        return torch.where(met, self._sizes[:, None], progress).sum(2)

    def follow(self, parents: Tensor, tokens: Tensor) -> None:
        """Let beam j of sentence i continue its former beam ``parents[i, j]`` with ``tokens[i, j]``."""
        met, self._recent = self._continued(parents, tokens)
        self.met = self._after(met, self._recent)[0]

    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows``."""
        self._tokens, self._sizes, self.totals = self._tokens[rows], self._sizes[rows], self.totals[rows]
        self.met, self._recent = self.met[rows], self._recent[rows]

    def _continued(self, parents: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        met = self.met.take_along_dim(parents[..., None], dim=1)
        recent = self._recent.take_along_dim(parents[..., None], dim=1)
        return met, torch.cat([recent[..., 1:], tokens[..., None]], dim=2)

    def _after(self, met: Tensor, recent: Tensor) -> tuple[Tensor, Tensor]:
        """Return the completed phrases, and the number of first tokens of each phrase at the end of ``recent``."""
        progress = torch.zeros_like(met, dtype=torch.long)
        for size in range(1, self._longest + 1):
            ends = (recent[:, :, None, -size:] == self._tokens[:, None, :, :size]).all(3)
            met = met | (ends & (self._sizes == size)[:, None])
            progress = torch.where(ends, size, progress)
        return met, progress


def take_turns(scores: Tensor, banks: Tensor, n: int) -> Tensor:
    """Return the ``n`` candidates of (rows, m) that a beam keeps: the best of each bank, then the second best, and so
    on.

    Within a turn, banks are in descending order. Scores of -inf come last.

    Examples
    --------
    >>> take_turns(torch.tensor([[-1.0, -2.0, -9.0, -3.0]]), torch.tensor([[0, 0, 1, 0]]), 3).tolist()
    [[2, 0, 1]]
    """
    place = torch.arange(scores.shape[1], device=scores.device)
    better = (scores[:, None] > scores[..., None]) | ((scores[:, None] == scores[..., None]) & (place < place[:, None]))
    turn = (better & (banks[:, None] == banks[..., None])).sum(2)
    worst_last = turn * (int(banks.max()) + 1) + (banks.amax(1, keepdim=True) - banks)
    worst_last = worst_last.masked_fill(scores == -torch.inf, torch.iinfo(torch.long).max)
    return worst_last.sort(dim=1, stable=True).indices[:, :n]
