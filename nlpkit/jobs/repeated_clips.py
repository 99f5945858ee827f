"""Warnings of recordings that are in a training more than once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from .speech_clips import Clip


def warn_of_repeated(
    clips: Sequence[Clip], held: Sequence[Clip], *, by_label: bool, is_given: bool, stacklevel: int = 4
) -> None:
    """Warn of recordings to validate with that are also trained on, and of those with several labels or texts.

    Recordings are the same if their file, their start, their end and their channel are.

    Parameters
    ----------
    clips, held : sequence of Clip
        Clips to train on, and to validate with.
    by_label : bool
        Whether labels are learnt, and not texts.
    is_given : bool
        Whether those to validate with were listed by themselves, and not kept from the others.
    stacklevel : int
        See `warnings.warn`.
    """
    known = {clip.place for clip in clips}
    shared = [clip for clip in held if clip.place in known]
    if shared:
        warnings.warn(
            f"{len(shared):,} of {len(held):,} recordings to validate with are also trained on (such as"
            f" {shared[0].name}), so that the score is too good: give other recordings with --valid",
            stacklevel=stacklevel,
        )
    said: dict[object, set[str]] = {}
    names: dict[object, str] = {}
    for clip in clips if is_given else (*clips, *held):
        said.setdefault(clip.place, set()).add((clip.label if by_label else clip.text) or "")
        names.setdefault(clip.place, clip.name)
    several = [place for place, found in said.items() if len(found) > 1]
    if several:
        found = " and ".join(map(repr, sorted(said[several[0]])))
        are = "recording to train on is" if len(several) == 1 else "recordings to train on are"
        warnings.warn(
            f"{len(several):,} {are} listed with different {'labels' if by_label else 'texts'} (such as"
            f" {names[several[0]]}: {found}): list each once, with the right one",
            stacklevel=stacklevel,
        )
