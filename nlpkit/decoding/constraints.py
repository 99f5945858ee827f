"""Constraints on the next tokens of each hypothesis in a batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .bounds import Ids, checked_bounds
from .options import DecodingOptions
from .required_phrases import RequiredPhrases
from .state import Words


class Constraints:
    """Allowed next tokens of each hypothesis in a batch, and maximum lengths.

    Parameters
    ----------
    model : Words
    options : DecodingOptions
    sources : sequence of int
        Lengths of the sources, without end tokens.
    prefixes : sequence of sequences of int, optional
        Required beginning of each target. Its log-probability counts like the rest.
    phrases : sequence of sequences of sequences of int, optional
        Phrases that each target must contain.
    lengths : sequence of int, optional
        Exact length of each target, without its end token.
    device : torch.device

    Attributes
    ----------
    limits : LongTensor (n,)
        Maximum lengths, including end tokens.
    last : int
        The highest of these.
    phrases : RequiredPhrases or None
    """

    def __init__(
        self,
        model: Words,
        options: DecodingOptions,
        sources: Sequence[int],
        *,
        prefixes: Sequence[Ids] | None = None,
        phrases: Sequence[Sequence[Ids]] | None = None,
        lengths: Sequence[int] | None = None,
        device: torch.device,
    ) -> None:
        self._eos = model.eos_id
        self._never = torch.tensor(model.never, dtype=torch.long, device=device)
        self._ngram = options.no_repeat_ngram
        self._written: Tensor | None = None
        bounds, self._forced = checked_bounds(model, options, sources, prefixes, phrases, lengths)
        self._least = torch.tensor([least for least, _ in bounds], device=device)
        self._most_least = max(least for least, _ in bounds)
        self.limits = torch.tensor([most for _, most in bounds], device=device)
        self.last = max(most for _, most in bounds)
        self._place = {i: i for i in range(len(bounds))}
        self.phrases = RequiredPhrases(phrases, device) if phrases and any(phrases) else None

    def mask(self, logits: Tensor, step: int) -> None:
        """Set forbidden tokens after ``step`` tokens to -inf, in logits or log-probabilities (n, beams, size)."""
        forced = self._forced_now(step, logits.device)
        saved = None if forced is None else logits[forced[0], :, forced[1]]
        if len(self._never):
            logits.index_fill_(-1, self._never, -torch.inf)
        if step + 1 < self._most_least:
            logits[..., self._eos].masked_fill_((self._least > step + 1)[:, None], -torch.inf)
        if self.phrases is not None:
            logits[..., self._eos].masked_fill_(~self.phrases.complete(), -torch.inf)
        if self._ngram and self._written is not None and step >= self._ngram:
            self._ban_repeats(logits, self._written)
        if forced is not None and saved is not None:
            logits.index_fill_(0, forced[0], -torch.inf)
            logits[forced[0], :, forced[1]] = saved

    def _forced_now(self, step: int, device: torch.device) -> tuple[Tensor, Tensor] | None:
        """Return the sentences with a forced token at this step, and the tokens."""
        here = {self._place[row]: token for row, token in self._forced.get(step, {}).items() if row in self._place}
        if not here:
            return None
        return torch.tensor(list(here), device=device), torch.tensor(list(here.values()), device=device)

    def _ban_repeats(self, logits: Tensor, written: Tensor) -> None:
        grams = written.unfold(-1, self._ngram, 1)
        same = (grams[..., :-1] == written[..., None, written.shape[-1] - self._ngram + 1 :]).all(-1)
        bans = torch.zeros(same.shape, dtype=logits.dtype, device=logits.device).masked_fill_(same, -torch.inf)
        logits.scatter_add_(-1, grams[..., -1], bans)

    def follow(self, parents: Tensor | None, tokens: Tensor) -> None:
        """Let beam j of sentence i continue its former beam ``parents[i, j]`` with ``tokens[i, j]`` (n, beams)."""
        if self._ngram:
            newest = tokens[..., None]
            if self._written is None:
                self._written = newest
            else:
                old = self._written if parents is None else self._written.take_along_dim(parents[..., None], dim=1)
                self._written = torch.cat([old, newest], dim=2)
        if self.phrases is not None and parents is not None:
            self.phrases.follow(parents, tokens)

    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows``."""
        self._least, self.limits = self._least[rows], self.limits[rows]
        if self._written is not None:
            self._written = self._written[rows]
        if self.phrases is not None:
            self.phrases.keep(rows)
        if self._forced:
            was = {place: row for row, place in self._place.items()}
            self._place = {was[place]: i for i, place in enumerate(rows.tolist())}
