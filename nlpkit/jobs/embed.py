"""`embed_files` and `embed_texts`: texts in, vectors out, to a file, a folder or standard output."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Protocol

from nlpkit.corpora import GivenTexts, Texts
from nlpkit.errors import ParameterError

from .models import describe_parameters, fitted, model_hash, names_of, shape_of
from .passes import AnyTexts, Progress, StrPath, embed
from .places import check_apart, check_output, check_place
from .sounds import sounds


class RowSink(Protocol):
    """What takes rows in place of a file, such as a table on the screen.

    ``open`` is called once with the fitted model, then ``write`` with blocks of rows until there are no more
    or ``full`` is true, then ``close``.
    """

    full: bool

    def open(self, model: Any) -> None:
        """Get ready for the rows of the fitted ``model``."""

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        """Take a block: where each text comes from, the texts, and their vectors, CSR or dense."""

    def close(self) -> None:
        """End, whether all rows have come or an exception broke them off."""


class Collected:
    """A sink that keeps the vectors."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        """Keep the vectors of a block."""
        self._blocks.append(rows)

    def vectors(self) -> Any:
        """Return all vectors as one matrix."""
        if len(self._blocks) == 1:
            return self._blocks[0]
        if not hasattr(self._blocks[0], "indptr"):
            import numpy as np

            return np.concatenate(self._blocks)
        from scipy.sparse import vstack

        return vstack(self._blocks, format="csr")


@dataclass(frozen=True, kw_only=True)
class EmbedReport:
    """What `embed_files` and `embed_texts` did.

    Attributes
    ----------
    rows, columns, nonzeros : int
        The shape of the vectors, and how many weights this run stored in them, zeros left out.
    skipped : int
        Texts left out because they can't be decoded.
    method : str
        The method's name in `nlpkit.registry.EMBEDDERS`.
    model : estimator
        The fitted model.
    vectors : CSR matrix or float32 array of shape (rows, columns), or None
        The vectors, where no output was named.
    """

    rows: int
    columns: int
    nonzeros: int
    skipped: int
    method: str
    model: Any
    vectors: Any = None


@dataclass(frozen=True, kw_only=True)
class _Job:
    method: str | None
    model: Any
    training: AnyTexts | None
    save: StrPath | None
    parameters: Mapping[str, Any] | None
    threads: int | None
    shard_format: str | None
    shard_rows: int | None
    one_based: bool
    force: bool
    resume: bool
    progress: Progress | None


def embed_files(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    output: StrPath | RowSink | None = None,
    *,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    save: StrPath | None = None,
    parameters: Mapping[str, Any] | None = None,
    per: str | None = None,
    field: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decode_errors: str = "strict",
    stdin: BinaryIO | None = None,
    threads: int | None = None,
    shard_format: str | None = None,
    shard_rows: int | None = None,
    one_based: bool = False,
    force: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> EmbedReport:
    """Turn the texts of files, or the sound of audio files, into vectors.

    Memory stays flat: inputs of more than `nlpkit.jobs.passes.IN_MEMORY_CHARACTERS` are read once to learn
    from them and once to embed them, and vectors go out as they come. Only what is not written (no
    ``output``) or written as one ``.npz`` is held until it is complete.

    Parameters
    ----------
    inputs : path, iterable of paths, or GivenTexts
        Files, folders, globs, ``-``. They and ``per`` … ``stdin`` are as in `nlpkit.corpora.Texts`. A stream
        that goes to a folder is copied to a temporary file first, so that ``resume`` knows it again. With a method of
        `nlpkit.registry.CLIP_EMBEDDERS` they are audio files, as in `nlpkit.corpora.AudioFiles`.
    output : path or RowSink, optional
        A file, by suffix .npz (not for dense vectors), .npy, .parquet, .jsonl or .svmlight; a folder of shards;
        ``-`` for JSON Lines on standard output. Without one the report holds the vectors.
    method : str, optional
        A name in `nlpkit.registry.EMBEDDERS`; tfidf unless told.
    model : path or fitted estimator, optional
        Embed with this model, and learn nothing. Word vectors, also a file of them in any of
        `nlpkit.embeddings.formats`, give the mean of a text's words; ``parameters`` are then a tokenizer,
        lowercase or normalize.
    fit : path or iterable of paths, optional
        Learn from these instead of from ``inputs``.
    save : path, optional
        The folder to save the fitted model in.
    parameters : mapping, optional
        The estimator's parameters, by name.
    threads : int, optional
        Every core that the process may use, unless told.
    shard_format, shard_rows, one_based, force
        As in `nlpkit.outputs.rows.open_writer`.
    resume : bool
        Go on with an unfinished folder; one never begun is begun.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.

    Returns
    -------
    EmbedReport

    Raises
    ------
    InputError
        If an input can't be read, or holds no text.
    OutputError
        If something can't be written where it should be.
    ParameterError
        If parameters are unknown, or don't go together.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_text("one cat\\ntwo cats\\n")
    ...     embed_files(path, method="bow").vectors.shape
    (2, 4)
    """
    read = partial(
        Texts,
        per=per,
        field=field,
        column=column,
        delimiter=delimiter,
        encoding=encoding,
        decode_errors=decode_errors,
        stdin=stdin,
    )
    with ExitStack() as open_texts:
        about_texts = {"per": per, "field": field, "column": column, "delimiter": delimiter, "fit": fit}
        texts: AnyTexts
        if isinstance(inputs, GivenTexts):
            texts = inputs
        else:
            named = inputs if isinstance(inputs, str | os.PathLike) else list(inputs)
            texts = sounds(named, method, model, about_texts) or read(named)
        open_texts.enter_context(texts)
        training = None if fit is None else open_texts.enter_context(read(fit))
        job = _Job(
            method=method,
            model=model,
            training=training,
            save=save,
            parameters=parameters,
            threads=threads,
            shard_format=shard_format,
            shard_rows=shard_rows,
            one_based=one_based,
            force=force,
            resume=resume,
            progress=progress,
        )
        return _run(job, texts, output)


def embed_texts(
    texts: Iterable[str],
    output: StrPath | RowSink | None = None,
    *,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    save: StrPath | None = None,
    parameters: Mapping[str, Any] | None = None,
    per: str | None = None,
    field: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decode_errors: str = "strict",
    stdin: BinaryIO | None = None,
    threads: int | None = None,
    shard_format: str | None = None,
    shard_rows: int | None = None,
    one_based: bool = False,
    force: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> EmbedReport:
    """Turn texts into vectors: `embed_files` for texts that are in memory already.

    ``per`` … ``stdin`` say how ``fit`` is read.

    Raises
    ------
    InputError, OutputError, ParameterError
        As `embed_files`.

    Examples
    --------
    >>> embed_texts(["one cat", "two cats"], method="bow").vectors.toarray().tolist()
    [[1, 0, 1, 0], [0, 1, 0, 1]]
    """
    return embed_files(
        GivenTexts(texts),
        output,
        method=method,
        model=model,
        fit=fit,
        save=save,
        parameters=parameters,
        per=per,
        field=field,
        column=column,
        delimiter=delimiter,
        encoding=encoding,
        decode_errors=decode_errors,
        stdin=stdin,
        threads=threads,
        shard_format=shard_format,
        shard_rows=shard_rows,
        one_based=one_based,
        force=force,
        resume=resume,
        progress=progress,
    )


def _run(job: _Job, texts: AnyTexts, output: StrPath | RowSink | None) -> EmbedReport:
    import numpy as np

    from nlpkit.outputs.files import is_folder

    if job.save is not None:
        check_place(job.save, is_folder=True, force=job.force)
    if isinstance(output, str | os.PathLike):
        if output != "-":
            check_apart(output, texts)
            if job.training is not None:
                check_apart(output, job.training)
        check_output(output, force=job.force)
        if job.save is not None and os.path.realpath(output) == os.path.realpath(job.save):
            raise ParameterError(f"{os.fspath(output)}: the model and the vectors can't have one place: name two")
        if os.fspath(output) != "-" and is_folder(output) and texts.is_stream:
            texts.spool()  # the copy has a fingerprint, by which an unfinished folder knows its input again
    method, model, held = fitted(texts, job.training, job.model, job.method, job.parameters, job.threads, job.progress)
    if job.save is not None:
        model.save(job.save, force=job.force)
    shape = shape_of(model)
    sink: Collected | RowSink | Any
    with ExitStack() as stack:
        if output is None:
            sink = Collected()
        elif isinstance(output, str | os.PathLike):
            n_rows = len(held[0].texts) if held else None
            sink = stack.enter_context(_open_writer(job, output, texts, model, shape, n_rows))
        else:
            sink = output
            sink.open(model)
            stack.callback(sink.close)
        rows = getattr(sink, "rows_done", 0)
        nonzeros = 0
        for block, vectors in [held] if held and not rows else embed(model, texts, job.progress, skip=rows):
            sink.write(block.sources, block.texts, vectors)
            rows += len(block.texts)
            nonzeros += vectors.nnz if shape[2] else int(np.count_nonzero(vectors))
            if getattr(sink, "full", False):
                break
    return EmbedReport(
        rows=rows,
        columns=shape[0],
        nonzeros=nonzeros,
        skipped=texts.skipped,
        method=method,
        model=model,
        vectors=sink.vectors() if isinstance(sink, Collected) else None,
    )


def _open_writer(
    job: _Job,
    output: StrPath,
    texts: AnyTexts,
    model: Any,
    shape: tuple[int, Any, bool],
    n_rows: int | None,
) -> AbstractContextManager[Any]:
    from nlpkit.outputs.files import is_folder
    from nlpkit.outputs.rows import open_writer

    return open_writer(
        output,
        names=names_of(model),
        dtype=shape[1],
        n_columns=shape[0],
        options={"method": model.kind, "parameters": describe_parameters(model)},
        model_hash=model_hash(model) if os.fspath(output) != "-" and is_folder(output) else "",
        fingerprint=texts.fingerprint(),
        n_rows=n_rows,
        shard_format=job.shard_format,
        shard_rows=job.shard_rows,
        force=job.force,
        resume=job.resume,
        one_based=job.one_based,
        sparse=shape[2],
    )
