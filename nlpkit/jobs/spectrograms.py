"""`save_spectrograms`: audio in, pictures or arrays out; and `verify_files`: how far they are from a library's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from nlpkit.corpora.paths import find_sources
from nlpkit.errors import InputError, OutputError, ParameterError

if TYPE_CHECKING:
    from nlpkit.speech import FeatureOptions, RawFormat
    from nlpkit.speech.verification import Verification

StrPath = str | os.PathLike[str]
FORMATS = ("png", "npy")


@dataclass(frozen=True, kw_only=True)
class SpectrogramReport:
    """Result of `save_spectrograms`.

    Attributes
    ----------
    written : list of Path
        The files, where they stand now.
    refused : list of str
        Errors of the inputs that could not be read; the others are written all the same.
    """

    written: list[Path]
    refused: list[str]


def save_spectrograms(
    inputs: StrPath | Iterable[StrPath],
    output: StrPath,
    *,
    kind: str = "mel",
    preset: str | FeatureOptions = "librosa",
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
    format: str | None = None,
    threads: int | None = None,
    force: bool = False,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> SpectrogramReport:
    """Write a picture or an array of each audio file.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, folders, globs.
    output : path
        A .png or .npy for one input; a folder (ends in a slash, or has no suffix) for any number, with a file for each,
        named after it.
    kind : {"stft", "mel", "mfcc"}
        Powers, logarithms of mel bands, or cepstral coefficients. Pictures are in dB below the loudest; arrays are what
        `nlpkit.speech.spectrogram`, `nlpkit.speech.log_mel` and `nlpkit.speech.mfcc` give, (bands, frames) float32.
    preset, offset, duration, pad_to, raw, threads
        See `nlpkit.speech.stream_features`.
    format : {"png", "npy"}, optional
        Format of the files in a folder; default: png.
    force : bool
        Replace a folder that is there and empty, or that nlpkit wrote.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.

    Returns
    -------
    SpectrogramReport

    Raises
    ------
    InputError
        If no input can be read.
    OutputError
        If something can't be written where it should be.
    ParameterError
        If an option can't be, or there are several inputs and one file to write.
    MissingDependencyError
        If a package is needed that isn't installed.
    """
    from nlpkit.outputs.files import is_folder

    from .places import check_place

    paths = audio_paths(inputs)
    folder = is_folder(output)
    suffix = f".{format or 'png'}" if folder else PurePath(output).suffix.lower()
    if suffix.removeprefix(".") not in FORMATS:
        raise ParameterError(f"{os.fspath(output)}: is no .png or .npy: name such a file, or a folder")
    if format is not None and suffix != f".{format}":
        raise ParameterError(f"{os.fspath(output)}: isn't {format}: leave format out, or name a folder")
    if not folder and len(paths) > 1:
        raise ParameterError(f"there are {len(paths)} inputs and one file to write: name a folder, as {output}/")
    check_place(output, is_folder=folder, force=force)
    for path in paths:
        if not folder and os.path.realpath(path) == os.path.realpath(output):
            raise OutputError(f"{os.fspath(output)}: would replace the input: name another place")
    part: dict[str, Any] = {"offset": offset, "duration": duration, "pad_to": pad_to, "raw": raw, "threads": threads}
    content = _content(kind, preset, suffix, part)
    refused: list[str] = []
    made: list[Path] = []
    if not folder:
        _write(Path(output), content(paths[0]))
        return SpectrogramReport(written=[Path(output)], refused=[])
    with _folder(output, force) as place:
        for number, (path, name) in enumerate(zip(paths, _names(paths), strict=True)):
            if progress is not None:
                progress("spectrograms", number, len(paths))
            try:
                written = content(path)
            except InputError as error:
                refused.append(str(error))
                continue
            _write(place / f"{name}{suffix}", written)
            made.append(Path(output) / f"{name}{suffix}")
        if not made:
            raise InputError(refused[0] if len(refused) == 1 else f"no input can be read; the first: {refused[0]}")
    return SpectrogramReport(written=made, refused=refused)


def has_limit(kind: str, output: StrPath, format: str | None = None) -> bool:
    """Return whether ``top_db`` limits what `save_spectrograms` writes: all but powers as numbers."""
    is_picture = (format or PurePath(output).suffix.removeprefix(".").lower() or "png") == "png"
    return is_picture or {"stft": False}.get(kind, True)


def verify_files(
    inputs: StrPath | Iterable[StrPath],
    reference: str,
    *,
    kind: str = "mel",
    preset: str | FeatureOptions | None = None,
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
) -> Iterator[tuple[str, Verification | InputError]]:
    """Compare the features of each audio file with those of the library ``reference``.

    Parameters
    ----------
    inputs, kind, offset, duration, pad_to, raw
        See `save_spectrograms`.
    reference : {"librosa", "kaldi-native-fbank"}
    preset : str or FeatureOptions, optional
        Options with the library's numbers; default: its preset.

    Yields
    ------
    path, Verification
        Or the InputError of a file that cannot be read; the others are compared all the same.

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.verification.verify_features`.
    """
    from nlpkit.speech.verification import REFERENCES, verify_file

    options = preset or REFERENCES.get(reference, "librosa")
    for path in audio_paths(inputs):
        try:
            found = verify_file(
                path, kind, options, reference, offset=offset, duration=duration, pad_to=pad_to, raw=raw
            )
        except InputError as error:
            yield path, error
            continue
        yield path, found


def audio_paths(inputs: StrPath | Iterable[StrPath]) -> list[str]:
    """The files that inputs name: themselves, all below a folder, all that match a glob.

    Raises
    ------
    InputError
        If one doesn't exist or matches nothing.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    sources = find_sources(given, per="file")
    if any(source.path is None for source in sources):
        raise InputError("audio isn't read from standard input: give a file")
    return [str(source.path) for source in sources]


def _content(
    kind: str, preset: str | FeatureOptions, suffix: str, part: dict[str, Any]
) -> Callable[[str], bytes | Any]:
    """Return a function from a file to the content that is written."""
    from nlpkit.speech import FeatureOptions
    from nlpkit.speech.features.files import gathered_features
    from nlpkit.speech.features.kinds import kind_of
    from nlpkit.speech.features.spectral import padded_length
    from nlpkit.speech.picture import KINDS, spectrogram_png

    features = {**KINDS, **({} if suffix == ".png" else {"mel": "log_mel"})}.get(kind)
    if features is None:
        raise ParameterError(f"kind is {kind!r}: expected one of {', '.join(KINDS)}")
    options = FeatureOptions.of(preset)
    asked = kind_of(features, options, stacklevel=4)  # once for all files
    padded_length(part["pad_to"], options.sr)

    def picture(path: str) -> bytes:
        return spectrogram_png(path, asked, preset=options, title=os.path.basename(path), **part)

    def array(path: str) -> Any:
        return gathered_features(path, asked, preset=options, **part)

    return picture if suffix == ".png" else array


def _write(path: Path, content: bytes | Any) -> None:
    from nlpkit.outputs.files import PendingFile

    with PendingFile(path) as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            import numpy as np

            np.save(file, content, allow_pickle=False)


@contextmanager
def _folder(output: StrPath, force: bool) -> Iterator[Path]:
    import json

    from nlpkit.outputs.folders import FORMAT, new_folder

    with new_folder(output, force=force) as place:
        yield place
        names = sorted(entry.name for entry in place.iterdir())
        (place / "manifest.json").write_text(json.dumps({"format": FORMAT, "kind": "spectrograms", "files": names}))


def _names(paths: list[str]) -> list[str]:
    """Return a name for each file: its own without the suffix, with as many of its folders as make it unique."""
    for parts in range(1, 64):
        names = ["-".join(PurePath(path).with_suffix("").parts[-parts:]).replace(os.sep, "") for path in paths]
        if len(set(map(str.casefold, names))) == len(names):
            return names
    return [f"{name}-{number}" for number, name in enumerate(names)]
