"""`embed_files` and `embed_texts`: texts in, vectors out, to a file, a folder or standard output."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError

from .inputs import AnyTexts, Reading, StrPath, Writing, open_inputs, spelled_out
from .models import ModelChoice, fitted
from .passes import Progress, embed, texts_of
from .places import check_apart, check_output, check_place
from .row_sink import Collected, RowSink
from .sound import Sound


@dataclass(frozen=True, kw_only=True)
class EmbedReport:
    """Result of `embed_files` and `embed_texts`.

    Attributes
    ----------
    rows, columns, nonzeros : int
        Shape of the vectors, and the number of weights that this run stored in them, zeros left out.
    left_out : dict of str to int
        Number of texts and records that were left out, by reason.
    method : str
        Name of the method in `nlpkit.registry.EMBEDDERS`.
    model : estimator
        The fitted model.
    vectors : CSR matrix or float32 array of shape (rows, columns), or None
        Vectors, if no output was named.
    """

    rows: int
    columns: int
    nonzeros: int
    left_out: dict[str, int]
    method: str
    model: Any
    vectors: Any = None

    @property
    def skipped(self) -> int:
        """Number of texts and records that were left out."""
        return sum(self.left_out.values())


@spelled_out
def embed_files(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    output: StrPath | RowSink | None = None,
    *,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    save: StrPath | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    read_as: Reading = Reading(),
    write_as: Writing = Writing(),
    sound: Sound = Sound(),
    progress: Progress | None = None,
) -> EmbedReport:
    """Turn the texts of files, or the sound of audio files, into vectors.

    Memory stays flat: inputs of more than `nlpkit.jobs.passes.IN_MEMORY_CHARACTERS` are read once to learn
    from them and once to embed them, and vectors are written as they come. Only vectors that are not written (no
    ``output``) or written as one ``.npz`` are held until they are complete.

    Parameters
    ----------
    inputs : path, iterable of paths, or GivenTexts
        Files, folders, globs, ``-``, as in `nlpkit.corpora.Texts`. A stream that goes to a folder is copied to a
        temporary file first, so that ``resume`` recognises it. For a method that embeds sound they are audio files, as
        in `nlpkit.corpora.AudioFiles`.
    output : path or RowSink, optional
        A file, by suffix .npz (not for dense vectors), .npy, .parquet, .jsonl, .csv (dense vectors) or .svmlight; a
        folder of shards;
        ``-`` for JSON Lines on standard output. Without one the report holds the vectors.
    method : str, optional
        A name in `nlpkit.registry.EMBEDDERS`; default: tfidf.
    model : path or fitted estimator, optional
        Model to embed with, instead of learning one. Word vectors, also a file of them in any of
        `nlpkit.embeddings.formats`, give the mean of a text's words; ``parameters`` are then a tokenizer,
        lowercase or normalize, and ``decode_errors`` holds for the words of a file, too.
    fit : path or iterable of paths, optional
        Texts to learn from instead of ``inputs``.
    save : path, optional
        Folder to save the fitted model in.
    parameters : mapping, optional
        Parameters of the estimator, by name.
    threads : int, optional
        Number of threads; default: every core that the process may use.
    read_as : Reading
        How files are read. Its options may be given one by one: ``embed_files(path, column="review")``.
    write_as : Writing
        How rows are written. Its options may be given one by one, too.
    sound : Sound
        How sound is read, for a method that embeds it. Its options may be given one by one, too:
        ``embed_files([], method="mfcc", manifest="train.jsonl")``.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.

    Returns
    -------
    EmbedReport

    Raises
    ------
    InputError
        If an input cannot be read, or holds no text.
    OutputError
        If an output cannot be written.
    ParameterError
        If parameters are unknown, or exclude one another.

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
    choice = ModelChoice(
        method=method, model=model, parameters=parameters, threads=threads, errors=read_as.decode_errors
    )
    if write_as.label is not None:
        if isinstance(inputs, GivenTexts):
            raise ParameterError("label (--label) is about inputs, and there are only texts: remove it")
        read_as = read_as.keeping(write_as.label)
    with ExitStack() as stack:
        texts = open_inputs(inputs, read_as, sound_method=choice.sound_method, fit=fit, sound=sound)
        stack.enter_context(texts)
        training = None if fit is None else stack.enter_context(read_as.texts(fit))
        _check_places(choice, output, save, texts, training, write_as)
        chosen, held = fitted(choice, texts, training, progress)
        if save is not None:
            chosen.save(save, force=write_as.force)
        return _write(chosen, texts, held, output, write_as, progress)


@spelled_out
def embed_texts(
    texts: Iterable[Any],
    output: StrPath | RowSink | None = None,
    *,
    method: str | None = None,
    model: StrPath | Any | None = None,
    fit: StrPath | Iterable[StrPath] | None = None,
    save: StrPath | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int | None = None,
    read_as: Reading = Reading(),
    write_as: Writing = Writing(),
    progress: Progress | None = None,
) -> EmbedReport:
    """Turn texts into vectors: `embed_files` for texts that are in memory already.

    ``read_as`` says how ``fit`` is read. A list or a tuple of str among the texts is one that is cut into tokens.

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
        threads=threads,
        read_as=read_as,
        write_as=write_as,
        progress=progress,
    )


def _check_places(
    choice: ModelChoice,
    output: StrPath | RowSink | None,
    save: StrPath | None,
    texts: AnyTexts,
    training: AnyTexts | None,
    write_as: Writing,
) -> None:
    """Refuse outputs that cannot be written, before anything is read."""
    from nlpkit.outputs.files import is_folder

    if save is not None:
        check_place(save, is_folder=True, force=write_as.force)
    if not isinstance(output, str | os.PathLike):
        return
    if output != "-":
        check_apart(output, texts)
        if training is not None:
            check_apart(output, training)
    check_output(output, force=write_as.force, is_sparse=choice.gives_sparse)
    if save is not None and os.path.realpath(output) == os.path.realpath(save):
        raise ParameterError(f"{os.fspath(output)}: the model and the vectors can't have one place: name two")
    if os.fspath(output) != "-" and is_folder(output) and texts.is_stream:
        texts.spool()  # the copy has a fingerprint, by which an unfinished folder recognises its input


def _write(
    model: Any,
    texts: AnyTexts,
    held: tuple[Any, Any] | None,
    output: StrPath | RowSink | None,
    write_as: Writing,
    progress: Progress | None,
) -> EmbedReport:
    """Embed all texts, ``held`` if they and their vectors are there already, and write or collect the rows."""
    import numpy as np

    n_columns, dtype, sparse = model.output_shape()
    sink: Collected | RowSink | Any
    with ExitStack() as stack:
        if output is None:
            sink = Collected()
        elif isinstance(output, str | os.PathLike):
            from nlpkit.outputs.files import is_folder
            from nlpkit.outputs.rows import open_writer

            made_by: dict[str, Any] = {}
            if os.fspath(output) != "-" and is_folder(output):
                made_by["options"] = {"method": model.kind, "parameters": model.described_parameters()}
                made_by |= {"model_hash": model.model_hash(), "fingerprint": texts.fingerprint()}
            writer = open_writer(
                output,
                names=getattr(model, "terms_", None),
                dtype=dtype,
                n_columns=n_columns,
                n_rows=len(held[0].texts) if held else None,
                sparse=sparse,
                kept=getattr(texts, "kept", ()),
                beside=getattr(texts, "beside", ()),
                **made_by,
                **vars(write_as),
            )
            sink = stack.enter_context(writer)
        else:
            sink = output
            sink.open(model)
            stack.callback(sink.close)
        rows = getattr(sink, "rows_done", 0)
        nonzeros = 0
        for block, vectors in [held] if held and not rows else embed(model, texts, progress, skip=rows):
            sink.write(block.sources, texts_of(block), vectors, *([block.kept] if block.kept else []))
            rows += len(block.texts)
            nonzeros += vectors.nnz if sparse else int(np.count_nonzero(vectors))
            if getattr(sink, "full", False):
                break
        left_out = dict(getattr(texts, "left_out", {}))
        if hasattr(sink, "tell"):
            sink.tell(left_out)
    return EmbedReport(
        rows=rows,
        columns=n_columns,
        nonzeros=nonzeros,
        left_out=left_out,
        method=model.kind,
        model=model,
        vectors=sink.vectors() if isinstance(sink, Collected) else None,
    )
