"""Passes over texts: one to learn from them, one to embed them block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nlpkit.corpora import AudioFiles, Block, GivenTexts
from nlpkit.corpora.audio_files import BAD_AUDIO, SoundBlock
from nlpkit.corpora.bad_records import UNDECODABLE, LeftOut
from nlpkit.corpora.texts import BLOCK_CHARACTERS
from nlpkit.errors import InputError
from nlpkit.text.token_lists import spelled

from .inputs import AnyTexts
from .sound import told

IN_MEMORY_CHARACTERS = 1 << 24
"""Inputs of at most this many characters are read once and held; longer ones are read twice, block by block."""

Progress = Callable[[str, int, int | None], None]
"""Called at times with the stage, the bytes read so far, and all bytes (or None); in the stage `TRAINING` with the
words trained so far, and those of all epochs; in the stage `TRANSLATING` with the texts done, and None; in the stage
`EVALUATING` with the recordings done, and all."""

TRAINING = "training"
TRANSLATING = "translating"
EVALUATING = "evaluating"

_FIT_CHARACTERS = 1 << 20


def learn(model: Any, texts: AnyTexts, progress: Progress | None = None) -> tuple[Block, Any] | None:
    """Fit ``model`` on texts that are to be embedded next.

    Returns
    -------
    (Block, CSR or ndarray) or None
        All texts and their vectors if they are few enough to be held; else they have to be read again.

    Raises
    ------
    InputError
        If there is no text.
    """
    if not model.needs_fit:
        return None
    if texts.is_stream:
        texts.spool()
    blocks: Iterator[Any] = texts.blocks(IN_MEMORY_CHARACTERS)
    first = next(blocks, None)
    if first is None:
        raise no_texts(texts)
    if next(blocks, None) is None:
        if model.is_trained_in_epochs:
            return first, model.fit(first.texts, **_watching(model, progress)).transform(first.texts)
        return first, model.fit_transform(first.texts)
    del first, blocks
    fit(model, texts, progress)
    return None


def fit(model: Any, texts: AnyTexts, progress: Progress | None = None) -> None:
    """Fit ``model`` on ``texts``, of which it holds one block at a time.

    Raises
    ------
    InputError
        If there is no text.
    """
    model.fit(read_texts(texts, progress), **_watching(model, progress))


def read_texts(texts: AnyTexts, progress: Progress | None = None) -> Iterator[str]:
    """Yield every text to a model that learns from them, one block at a time.

    Raises
    ------
    InputError
        If there is no text.
    """
    return (text for block in _watched("learning", texts, _FIT_CHARACTERS, progress) for text in block.texts)


def embed(
    model: Any, texts: AnyTexts, progress: Progress | None = None, *, skip: int = 0
) -> Iterator[tuple[Block | SoundBlock, Any]]:
    """Yield each block of ``texts`` with its vectors, after the first ``skip`` of them.

    Raises
    ------
    InputError
        If there is no text.
    """
    if isinstance(texts, AudioFiles):
        yield from _embed_sound(model, texts, progress, skip)
        return
    for block in _watched("embedding", texts, BLOCK_CHARACTERS, progress):
        rest = block.after(skip)
        skip = max(0, skip - len(block.texts))
        if rest.texts:
            yield rest, model.transform(rest.texts)


def _embed_sound(
    model: Any, files: AudioFiles, progress: Progress | None, skip: int
) -> Iterator[tuple[SoundBlock, Any]]:
    """Yield blocks of clips with their vectors; those that cannot be read are an error, or are counted."""
    import numpy as np

    for block in _watched("embedding", files, 0, progress):
        rest = block if files.bad.on_bad == "skip" else block.after(skip)
        try:
            vectors = model.transform(rest.clips) if rest.clips else []
        except Exception:
            found = [(row, _vector_of(model, clip, files)) for row, clip in enumerate(rest.clips)]
            good = [(row, vector) for row, vector in found if vector is not None]
            rest = rest.chosen([row for row, _ in good])
            vectors = np.concatenate([vector for _, vector in good]) if good else []
        if files.bad.on_bad == "skip":
            n = len(rest.clips)
            rest, vectors, skip = rest.after(skip), vectors[skip:], max(0, skip - n)
        else:
            skip = max(0, skip - len(block.clips))
        if rest.clips:
            yield rest, vectors


def _vector_of(model: Any, clip: Any, files: AudioFiles) -> Any:
    try:
        return model.transform([clip])
    except Exception as error:
        files.bad.record(BAD_AUDIO, told(error, clip))
        return None


def texts_of(block: Block | SoundBlock) -> list[str]:
    """Return the texts of a block as strings: the tokens of a list are joined by spaces."""
    return spelled(block.texts)


def no_texts(texts: AnyTexts) -> InputError:
    """Return the exception that says why there is no text."""
    if isinstance(texts, GivenTexts):
        return InputError("no text was given: give at least one")
    names = [source.name for source in texts.sources]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    left_out = LeftOut(getattr(texts, "left_out", {}))
    if left_out.get(UNDECODABLE):
        return InputError(f"{shown}: every text was skipped, none can be decoded; give the right --encoding")
    if left_out:
        return InputError(f"{shown}: every text was left out ({left_out.in_words()}), expected at least one")
    return InputError(f"{shown}: empty, expected at least one text")


def _watching(model: Any, progress: Progress | None) -> dict[str, Any]:
    """Return the arguments by which a model that trains in epochs reports its progress."""
    if progress is None or not model.is_trained_in_epochs:
        return {}
    return {"progress": lambda state: progress(TRAINING, state.words, state.total_words)}


def _watched(stage: str, texts: AnyTexts, n_characters: int, progress: Progress | None) -> Iterator[Any]:
    empty = True
    for block in texts.blocks(n_characters):
        empty = False
        if progress is not None:
            progress(stage, texts.bytes_read, texts.total_bytes)
        yield block
    if empty:
        raise no_texts(texts)
