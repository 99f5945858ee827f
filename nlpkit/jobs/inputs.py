"""Inputs of jobs: how they are read, as one object, and whether they are texts or sound."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import Any, BinaryIO, TypeVar

from nlpkit.corpora import AudioFiles, GivenTexts, Pairs, Texts
from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.errors import ParameterError
from nlpkit.registry import EMBEDDERS, resolve

from .sound import Sound

StrPath = str | os.PathLike[str]
Paths = StrPath | Sequence[StrPath]
AnyTexts = Texts | GivenTexts | AudioFiles
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How texts are read from files: the options of `nlpkit.corpora.Texts`.

    Parameters
    ----------
    per : {"line", "file"}, optional
        Whether a text is a line (or record) or a whole file; default: a line for files, a file for folders.
    field : str, optional
        JSON field that holds the text.
    column : str, optional
        Column of a table that holds the text: a name, or a number from 1.
    keep : str or sequence of str
        Columns or fields to keep beside the text.
    label : str, optional
        The one of them that is the label; a text without it is treated like a text that is null.
    records : bool
        Whether whole records are kept instead, with all columns or fields.
    default : str
        Field or column that holds the text, if none is named.
    may_skip : bool
        Whether records may be skipped; if not, options that skip some are refused.
    delimiter, header, quoting, sheet : str, optional
        How tables are read; see `nlpkit.corpora.tables.options.TableOptions`.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts.
    nulls : {"error", "empty", "skip"}
        Treatment of texts that are null or absent.
    on_bad : {"error", "skip"}
        Whether a record that cannot be read is an error, or skipped and counted.
    encoding, decode_errors : str
        As in `nlpkit.corpora.decoding.Decoding`.
    keep_ends : bool
        Whether lines of text keep their line ends.
    stdin : binary file, optional
        File that ``-`` reads; default: standard input.

    Examples
    --------
    >>> Reading(column="review", encoding="latin-1").given()
    {'column': 'review'}
    """

    per: str | None = None
    field: str | None = None
    column: str | None = None
    keep: str | Sequence[str] = ()
    label: str | None = None
    records: bool = False
    default: str = "text"
    may_skip: bool = True
    delimiter: str | None = None
    header: str = "auto"
    quoting: str = "auto"
    sheet: str | None = None
    numbers_as_text: bool = False
    nulls: str = "error"
    on_bad: str = "error"
    encoding: str = "utf-8"
    decode_errors: str = "strict"
    keep_ends: bool = False
    stdin: BinaryIO | None = None

    def texts(self, inputs: StrPath | Iterable[StrPath]) -> Texts:
        """Open inputs; raises as `nlpkit.corpora.Texts`."""
        return Texts(inputs, **vars(self))

    def keeping(self, column: str) -> Reading:
        """Return these options, with ``column`` among the columns that are kept, as the label."""
        names = [name.strip() for name in self.keep.split(",")] if isinstance(self.keep, str) else list(self.keep)
        return replace(self, keep=tuple(names) if column in names else (*names, column), label=column)

    def given(self) -> dict[str, Any]:
        """Return the options about the layout of files that were given."""
        layout = ("per", "field", "column", "keep", "delimiter", "header", "quoting", "sheet", "numbers_as_text")
        defaults = {name: field.default for name, field in self.__dataclass_fields__.items()}
        given = {name: getattr(self, name) for name in layout}
        return {name: value for name, value in given.items() if value != defaults[name]}


@dataclass(frozen=True, kw_only=True)
class PairReading:
    """How sentence pairs are read from files: the options of `nlpkit.corpora.Pairs`.

    Parameters
    ----------
    from_, to : str, optional
        Languages, where a file holds texts by language.
    columns, fields : str, optional
        Two columns of a table or two fields of JSON Lines that hold the pair, such as ``"en,de"``.
    delimiter, header, quoting, sheet : str, optional
        How tables are read; see `nlpkit.corpora.tables.options.TableOptions`.
    keep_tags : bool
        Whether formatting codes of TMX are kept.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts.
    nulls : {"error", "empty", "skip"}
        Treatment of pairs without one side.
    on_bad : {"error", "skip"}
        Whether a record that cannot be read is an error, or skipped and counted.
    encoding, decode_errors : str
        As in `nlpkit.corpora.decoding.Decoding`.
    stdin : binary file, optional
        File that ``-`` reads; default: standard input.
    """

    from_: str | None = None
    to: str | None = None
    columns: str | None = None
    fields: str | None = None
    delimiter: str | None = None
    header: str = "auto"
    quoting: str = "auto"
    sheet: str | None = None
    keep_tags: bool = False
    numbers_as_text: bool = False
    nulls: str = "error"
    on_bad: str = "error"
    encoding: str = "utf-8"
    decode_errors: str = "strict"
    stdin: BinaryIO | None = None

    def for_other_files(self, pairs: Paths | None, others: Paths | None) -> PairReading:
        """Return the options for other pairs, such as those to validate with.

        They have the same languages, and are UTF-8. Options about the layout of files are those of ``pairs`` if the
        files have the same suffix.
        """
        same = (_suffixes(pairs) == _suffixes(others)) and others is not None
        kept = {"from_", "to", "keep_tags", "numbers_as_text", "nulls", "on_bad", "decode_errors", "stdin"}
        if same:
            kept |= {"columns", "fields", "delimiter", "header", "quoting", "sheet"}
        return PairReading(**{name: getattr(self, name) for name in kept})

    def pairs(self, src: Paths | None, trg: Paths | None, pairs: Paths | None) -> Pairs:
        """Open pairs in two files or one; raises as `nlpkit.corpora.Pairs`."""
        return Pairs(src, trg, pairs, **vars(self))


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How rows are written: the options of `nlpkit.outputs.rows.open_writer`.

    Parameters
    ----------
    shard_format : str, optional
        Format of a folder's parts; default: ``"npz"`` for sparse rows and ``"npy"`` for dense ones.
    shard_rows : int, optional
        Rows in each part; default: about 32 MB.
    one_based : bool, default=False
        Count svmlight's columns from 1.
    label : str, optional
        Column or field that is the label of svmlight: numbers as they are, others numbered by first appearance.
    force : bool, default=False
        Replace a folder that nlpkit wrote before, complete or not.
    resume : bool, default=False
        Continue an unfinished folder, or begin one.
    """

    shard_format: str | None = None
    shard_rows: int | None = None
    one_based: bool = False
    label: str | None = None
    force: bool = False
    resume: bool = False


def _suffixes(paths: Paths | None) -> set[str]:
    several = [paths] if isinstance(paths, str | os.PathLike) else paths or []
    return {os.path.splitext(os.fspath(path))[1].lower() for path in several}


def spelled_out(function: Callable[..., Result]) -> Callable[..., Result]:
    """Let a function with arguments ``read_as``, ``pairs_as``, ``write_as``, ``sound`` take their options one by one.

    Examples
    --------
    >>> @spelled_out
    ... def column_of(*, read_as: Reading = Reading()) -> str | None:
    ...     return read_as.column
    >>> column_of(column="review"), column_of(read_as=Reading(column="title"))
    ('review', 'title')
    """

    own = {*function.__annotations__}

    @functools.wraps(function)
    def call(*args: Any, **given: Any) -> Result:
        taken: set[str] = set()
        for argument in ("read_as", "pairs_as", "write_as", "sound"):
            default = (function.__kwdefaults__ or {}).get(argument)
            if default is None:
                continue
            apart = (given.keys() & default.__dataclass_fields__.keys()) - own
            if apart:
                given[argument] = replace(given.get(argument, default), **{name: given[name] for name in apart})
                taken |= apart
        return function(*args, **{name: value for name, value in given.items() if name not in taken})

    return call


def open_inputs(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    read_as: Reading,
    *,
    sound_method: str | None,
    fit: Any = None,
    sound: Sound = Sound(),
) -> AnyTexts:
    """Open the inputs of a model: texts, or audio files.

    Parameters
    ----------
    inputs : path, iterable of paths, or GivenTexts
    read_as : Reading
    sound_method : str or None
        The model's method if it embeds sound, None if it embeds texts.
    fit : path or iterable of paths, optional
        Texts to learn from, which a model of sound does not have.
    sound : Sound
        How sound is read.

    Raises
    ------
    InputError
        If an input does not exist.
    ParameterError
        If a model of sound is given options about texts, or a model of texts is given audio.
    """
    if isinstance(inputs, GivenTexts):
        return inputs
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    if sound_method:
        of_manifests = {"keep", "delimiter", "header", "quoting", "sheet"} if sound.manifest is not None else set()
        for name in [*read_as.given(), *(["fit"] if fit is not None else [])]:
            if name not in of_manifests:
                raise ParameterError(
                    f"{name} is about texts, and {sound_method} embeds sound and learns nothing: leave it out"
                )
        return sound.files(named, read_as)
    of_sound = " or ".join(method for method in EMBEDDERS if resolve(method).takes_sound) if sound.given() else ""
    for name in sound.given():
        raise ParameterError(f"{name} (--{name}) is about sound, which --method {of_sound} embeds: give one of these")
    texts = read_as.texts(named)
    for name in [os.fspath(path) for path in named]:
        below = os.path.join(name, "")
        own = [
            each.name
            for each in texts.sources
            if each.name == name or each.name.startswith(below) or fnmatch(each.name, name)
        ]
        if own and all(map(is_audio_name, own)):
            methods = [method for method in EMBEDDERS if resolve(method).takes_sound]
            raise ParameterError(f"{name}: is audio, which --method {' or '.join(methods)} embeds: give one of these")
    return texts
