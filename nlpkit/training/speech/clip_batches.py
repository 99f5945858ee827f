"""Batches of clips: which clips are trained together, and their features side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch

from nlpkit.speech.augment import spec_augment
from nlpkit.speech.recognition.front import Front

from .augmentation import augmented
from .clip_store import ClipStore
from .options import SpeechTrainingOptions

FIRST_EPOCHS = 4
"""Epochs of short clips."""

PAUSE = -1
"""Stands for a pause in an item."""

Item = tuple[int, ...]
"""Numbers of the clips that are joined to one, with a pause between each two; `PAUSE` at an end is one more."""


@dataclass(frozen=True, kw_only=True)
class ClipBatch:
    """Features of clips, and their targets.

    Attributes
    ----------
    features : (n, bands, frames) float32 tensor
    lengths : (n,) int64 tensor
        Frames of each clip.
    targets : (total,) int64 tensor
        Tokens of all clips, one clip after the other.
    counts : (n,) int64 tensor
        Tokens of each clip.
    mixed : (n,) float32 tensor or None
        Share of each clip's own sound, where another clip of the batch is mixed in.
    partners : (n,) int64 tensor or None
        Number of that clip.
    """

    features: torch.Tensor
    lengths: torch.Tensor
    targets: torch.Tensor
    counts: torch.Tensor
    mixed: torch.Tensor | None = None
    partners: torch.Tensor | None = None

    def to(self, device: torch.device) -> Self:
        """Return the batch on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if value is not None}
        return replace(self, **moved)


def plan_epoch(
    store: ClipStore, options: SpeechTrainingOptions, epoch: int, *, shuffled: bool = True
) -> list[list[Item]]:
    """Return the batches of an epoch: clips of similar duration, in an order set by the seed and the epoch.

    With ``options.join`` clips are joined to longer ones, and each is used once in an epoch. Two of three joins begin
    with a pause, and two of three end with one: words that were cut out are then known between silence, too. CTC learns
    blanks first, and letters sooner from short clips that have some: in the first four epochs clips are alone, without
    pauses, and those without tokens are left out; in the next two epochs at most two clips are joined, then three, and
    so on.
    """
    draw = np.random.default_rng((options.seed, epoch))
    order = draw.permutation(len(store)) if shuffled else np.arange(len(store))
    if shuffled and epoch < FIRST_EPOCHS and options.join > 1:
        order = np.array([number for number in order if len(store.targets[number])], dtype=np.int64)
    most = min(options.join, max(1, epoch // 2)) if shuffled else 1
    items: list[Item] = []
    at = 0
    while at < len(order):
        size = int(draw.integers(1, most + 1))
        item = tuple(order[at : at + size].tolist())
        if most > 1:
            begins, ends = (draw.random(2) < 2 / 3).tolist()
            item = (PAUSE,) * begins + item + (PAUSE,) * ends
        items.append(item)
        at += size
    durations = store.seconds
    seconds = [float(durations[numbers_of(item)].sum()) for item in items]
    ranked = sorted(range(len(items)), key=lambda number: seconds[number])
    batches: list[list[Item]] = []
    for number in ranked:
        longest = seconds[number]
        last = batches[-1] if batches else None
        if last is None or len(last) >= options.batch_clips or (len(last) + 1) * longest > options.batch_seconds:
            batches.append([])
        batches[-1].append(items[number])
    return [batches[place] for place in draw.permutation(len(batches))] if shuffled else batches


def numbers_of(item: Item) -> list[int]:
    """Return the numbers of the clips of an item, without pauses."""
    return [number for number in item if number != PAUSE]


def round_frames(frames: int) -> int:
    """Return a number of frames at least as large, one of eight between a power of two and the next.

    torch keeps what it prepares for each shape of a batch, so that there must be few.

    Examples
    --------
    >>> [round_frames(frames) for frames in (3, 45, 121, 330, 1000)]
    [8, 48, 128, 352, 1024]
    """
    step = max(8, 1 << max(0, frames.bit_length() - 4))
    return -(-frames // step) * step


def collate(
    store: ClipStore,
    items: Sequence[Item],
    front: Front,
    options: SpeechTrainingOptions | None,
    seed: int,
    *,
    separator: int | None = None,
) -> ClipBatch:
    """Lay out clips as a batch.

    Parameters
    ----------
    store : ClipStore
    items : sequence of Item
    front : Front
    options : SpeechTrainingOptions or None
        How the clips are augmented; None for validation, as they are.
    seed : int
        Seed of everything random in the batch.
    separator : int, optional
        Token between the targets of joined clips.
    """
    draw = np.random.default_rng(seed)
    clips = [_sound(store, item, options, draw) for item in items]
    values, lengths = front.features(clips)
    if options is not None:
        values, lengths = _masked(*_stretched(values, lengths, options.tempo, draw), options, draw)
    values = np.pad(values, ((0, 0), (0, 0), (0, round_frames(values.shape[2]) - values.shape[2])))
    targets = [_joined([store.targets[number] for number in numbers_of(item)], separator) for item in items]
    batch = ClipBatch(
        features=torch.from_numpy(values),
        lengths=torch.from_numpy(lengths),
        targets=torch.from_numpy(np.concatenate(targets)),
        counts=torch.tensor([len(target) for target in targets]),
    )
    if options is None or not options.mixup:
        return batch
    share = torch.from_numpy(draw.beta(options.mixup, options.mixup, len(items)).astype(np.float32)).clamp_min(0)
    share = torch.maximum(share, 1 - share)
    partners = torch.from_numpy(draw.permutation(len(items)))
    mixed = share[:, None, None] * batch.features + (1 - share)[:, None, None] * batch.features[partners]
    lengths_of = torch.maximum(batch.lengths, batch.lengths[partners])
    return replace(batch, features=mixed, lengths=lengths_of, mixed=share, partners=partners)


def _sound(
    store: ClipStore, item: Item, options: SpeechTrainingOptions | None, draw: np.random.Generator
) -> np.ndarray:
    if options is None:
        return store.clip(item[0]) if len(item) == 1 else np.concatenate([store.clip(number) for number in item])
    pieces: list[np.ndarray] = []
    for place, number in enumerate(item):
        if number == PAUSE or (place and item[place - 1] != PAUSE):
            pieces.append(np.zeros(int(draw.uniform(*options.pause) * store.sr), np.float32))
        if number != PAUSE:
            pieces.append(store.clip(number))
    return augmented(np.concatenate(pieces) if len(pieces) > 1 else pieces[0], store.sr, options, draw)


def _joined(targets: Sequence[np.ndarray], separator: int | None) -> np.ndarray:
    if separator is None or len(targets) == 1:
        return np.concatenate(targets)
    parts: list[np.ndarray] = []
    for target in targets:
        if parts and len(target):
            parts.append(np.array([separator]))
        parts.append(target)
    return np.concatenate(parts)


def _stretched(
    values: np.ndarray, lengths: np.ndarray, most: float, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Change the tempo of each clip: frames are interpolated, so that the pitch stays."""
    if not most:
        return values, lengths
    factors = (1 + most) ** draw.uniform(-1, 1, len(lengths))
    after = np.maximum(1, np.round(lengths / factors)).astype(np.int64)
    stretched = np.zeros((*values.shape[:2], int(after.max())), np.float32)
    for row, clip, before, frames in zip(stretched, values, lengths, after, strict=True):
        at = np.linspace(0, max(0, before - 1), frames)
        left = np.minimum(at.astype(np.int64), max(0, before - 1))
        right = np.minimum(left + 1, max(0, before - 1))
        share = (at - left).astype(np.float32)
        row[:, :frames] = clip[:, left] * (1 - share) + clip[:, right] * share
    return stretched, after


def _masked(
    values: np.ndarray, lengths: np.ndarray, options: SpeechTrainingOptions, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    if not (options.time_masks or options.band_masks):
        return values, lengths
    widths = {"time_width": options.time_width, "band_width": options.band_width}
    counts = {"time_masks": options.time_masks, "band_masks": options.band_masks}
    for row, frames in zip(values, lengths, strict=True):
        row[:, :frames] = spec_augment(row[:, :frames], fill=0.0, seed=int(draw.integers(1 << 62)), **counts, **widths)
    return values, lengths
