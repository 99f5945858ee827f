"""The most likely continuations of the beams, found without sorting the whole vocabulary."""

from __future__ import annotations

import torch
from torch import Tensor

_CHUNK = 128


def log_softmax(logits: Tensor) -> Tensor:
    """Return float32 log-probabilities of logits (..., size) of any type; float32 logits on a CPU are overwritten."""
    if logits.device.type != "cpu":
        return torch.log_softmax(logits, dim=-1, dtype=torch.float32)
    logits = logits.float()
    return torch.log_softmax(logits, dim=-1, out=logits)


def top_candidates(log_probs: Tensor, sums: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """Return the ``n`` highest values of ``log_probs + sums`` of each row over all its beams.

    The vocabulary is split into chunks. The n highest values lie in the n chunks with the highest maxima, so the other
    chunks are read only once.

    Parameters
    ----------
    log_probs : Tensor (rows, beams, size)
    sums : Tensor (rows, beams)
        Scores of the beams.
    n : int
        At most ``beams * size``.

    Returns
    -------
    scores : Tensor (rows, n)
        In descending order.
    places : LongTensor (rows, n)
        ``beam * size + token`` of each.

    Examples
    --------
    >>> scores, places = top_candidates(torch.tensor([[[1.0, 5.0], [0.0, 3.0]]]), torch.tensor([[0.0, 4.0]]), 3)
    >>> scores.tolist(), places.tolist()
    ([[7.0, 5.0, 4.0]], [[3, 1, 2]])
    """
    rows, _, size = log_probs.shape
    chunks = size // _CHUNK
    if chunks < 2 * n:
        return (log_probs + sums[..., None]).flatten(1).topk(n)
    whole = log_probs[..., : chunks * _CHUNK].unflatten(-1, (chunks, _CHUNK))
    greatest = whole.amax(-1) + sums[..., None]
    picked = greatest.flatten(1).topk(n, sorted=False).indices
    beam, chunk = picked // chunks, picked % chunks
    values = whole[torch.arange(rows, device=log_probs.device)[:, None], beam, chunk]
    values = (values + sums.gather(1, beam)[..., None]).flatten(1)
    begins = beam * size + chunk * _CHUNK
    rest = size - chunks * _CHUNK
    if not rest:
        scores, at = values.topk(n)
        return scores, begins.gather(1, at // _CHUNK) + at % _CHUNK
    tails = (log_probs[..., chunks * _CHUNK :] + sums[..., None]).flatten(1)
    scores, at = torch.cat([values, tails], dim=1).topk(n)
    in_tail = at - n * _CHUNK
    tail_places = in_tail // rest * size + chunks * _CHUNK + in_tail % rest
    places = begins.gather(1, (at // _CHUNK).clamp(max=n - 1)) + at % _CHUNK
    return scores, torch.where(in_tail >= 0, tail_places, places)


def likeliest(logits: Tensor) -> Tensor:
    """Return the index (...) of the highest of logits (..., size)."""
    chunks = logits.shape[-1] // _CHUNK
    if chunks < 4 or logits.shape[-1] % _CHUNK:
        return logits.max(-1).indices
    whole = logits.unflatten(-1, (chunks, _CHUNK))
    chunk = whole.amax(-1).max(-1).indices
    best = whole.take_along_dim(chunk[..., None, None], dim=-2).squeeze(-2).max(-1).indices
    return chunk * _CHUNK + best
