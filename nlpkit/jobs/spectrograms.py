"""`save_spectrograms`: audio in, pictures or arrays out; and `verify_files`: how far they are from a library's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, MissingDependencyError, OutputError, ParameterError

from .inputs import Reading, StrPath, spelled_out
from .sound import Sound, told
from .spectrogram_folder import SpectrogramFolder
from .spectrogram_names import base_names

if TYPE_CHECKING:
    from nlpkit.speech import FeatureOptions
    from nlpkit.speech.audio.part import AudioPart
    from nlpkit.speech.verification import Verification

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
    left_out : dict of str to int
        Number of files and records that were left out, by reason.
    """

    written: list[Path]
    refused: list[str]
    left_out: dict[str, int] = field(default_factory=dict)


@spelled_out
def save_spectrograms(
    inputs: StrPath | Iterable[StrPath],
    output: StrPath,
    *,
    kind: str = "mel",
    preset: str | FeatureOptions = "librosa",
    pad_to: float | None = None,
    format: str | None = None,
    threads: int | None = None,
    force: bool = False,
    read_as: Reading = Reading(),
    sound: Sound = Sound(),
    progress: Callable[[str, int, int | None], None] | None = None,
) -> SpectrogramReport:
    """Write a picture or an array of each audio file.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, folders, globs, ``-``; none if there is a manifest.
    output : path
        A .png or .npy for one input; a folder (ends in a slash, or has no suffix) for any number, with a file for each,
        named after it, and ``manifest.json``, which says what each file shows.
    kind : {"stft", "mel", "mfcc"}
        Powers, logarithms of mel bands, or cepstral coefficients. Pictures are in dB below the loudest; arrays are what
        `nlpkit.speech.spectrogram`, `nlpkit.speech.log_mel` and `nlpkit.speech.mfcc` give, (bands, frames) float32.
    preset, pad_to, threads
        See `nlpkit.speech.stream_features`.
    format : {"png", "npy"}, optional
        Format of the files in a folder; default: png.
    force : bool
        Replace a folder that is there and empty, or that nlpkit wrote.
    read_as : Reading
        How a manifest is read, and on_bad: with ``"skip"`` inputs that are missing or cannot be read are counted in
        ``left_out``.
    sound : Sound
        How sound is read: manifest, channel, salvage, raw, offset, duration. Options of both may be given one by one:
        ``save_spectrograms("calls/", "out/", channel="each", on_bad="skip")``.
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

    folder = is_folder(output)
    suffix = f".{format or 'png'}" if folder else PurePath(output).suffix.lower()
    if suffix.removeprefix(".") not in FORMATS:
        raise ParameterError(f"{os.fspath(output)}: is no .png or .npy: name such a file, or a folder")
    if format is not None and suffix != f".{format}":
        raise ParameterError(f"{os.fspath(output)}: isn't {format}: leave format out, or name a folder")
    content = _content(kind, preset, suffix, pad_to, threads)
    with sound.files(listed(inputs), read_as) as files:
        if not folder and len(files) > 1:
            raise ParameterError(f"there are {len(files)} inputs and one file to write: name a folder, as {output}/")
        check_place(output, is_folder=folder, force=force)
        for source in files.sources:
            if not folder and source.path and os.path.realpath(source.path) == os.path.realpath(output):
                raise OutputError(f"{os.fspath(output)}: would replace the input: name another place")
        recordings = list(files.recordings())
        if not folder:
            _write(Path(output), _only(recordings[0], sound, content, output))
            return SpectrogramReport(written=[Path(output)], refused=[], left_out=dict(files.left_out))
        work = SpectrogramFolder(Path(output), suffix, files, {"kind": kind, **sound.described()})
        with work.opened(force) as place:
            for number, (recording, name) in enumerate(zip(recordings, base_names(recordings), strict=True)):
                if progress is not None:
                    progress("spectrograms", number, len(recordings))
                for made in _made(recording, sound, content):
                    if isinstance(made, Exception):
                        work.refuse(recording, made)
                    else:
                        _write(place / work.add(recording, name, made[0]), made[1])
        return SpectrogramReport(written=work.written, refused=work.refused, left_out=dict(files.left_out))


@spelled_out
def verify_files(
    inputs: StrPath | Iterable[StrPath],
    reference: str,
    *,
    kind: str = "mel",
    preset: str | FeatureOptions | None = None,
    pad_to: float | None = None,
    read_as: Reading = Reading(),
    sound: Sound = Sound(),
) -> Iterator[tuple[str, Verification | InputError]]:
    """Compare the features of each audio file with those of the library ``reference``.

    Parameters
    ----------
    inputs, kind, pad_to, read_as, sound
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
    from nlpkit.speech import FeatureOptions
    from nlpkit.speech.verification import REFERENCES, verify_file

    options = FeatureOptions.of(preset or REFERENCES.get(reference, "librosa"))

    def compared(part: AudioPart) -> Verification:
        part.check()
        return verify_file(part.open(), kind, options, reference, pad_to=pad_to, **part.reading)

    with sound.files(listed(inputs), read_as) as files:
        for recording in files.recordings():
            for made in _made(recording, sound, compared, own=ParameterError):
                if isinstance(made, Exception):
                    yield recording.name, InputError(str(made))
                else:
                    part, found = made
                    called = f", channel {part.channel}" if part.kept else ""
                    yield recording.name + called, found


def listed(inputs: StrPath | Iterable[StrPath]) -> list[StrPath]:
    """Return inputs as a list."""
    return [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)


def _only(
    recording: Recording, sound: Sound, content: Callable[[AudioPart], bytes | Any], output: StrPath
) -> bytes | Any:
    """Return the content of the only part of a recording."""
    found = list(_made(recording, sound, content))
    if len(found) > 1 and not any(isinstance(each, Exception) for each in found):
        raise ParameterError(
            f"{recording.name}: has {len(found)} channels, and there is one file to write: name a folder, as {output}/"
        )
    [made] = found[:1]
    if isinstance(made, Exception):
        raise made
    return made[1]


def _made(
    recording: Recording, sound: Sound, make: Callable[[AudioPart], Any], own: type[Exception] = OutputError
) -> Iterator[tuple[AudioPart, Any] | Exception]:
    """Yield the parts of a recording with what is made of them, or the error of one.

    Whatever the reading of a part raises is its error alone, except errors of the class ``own``, which end all.
    """
    try:
        parts = sound.parts(recording)
    except InputError as error:
        yield error
        return
    for part in parts:
        try:
            made = make(part)
        except (own, OutputError, MissingDependencyError):
            raise
        except ParameterError as error:
            yield error
        except Exception as error:
            yield told(error, part)
        else:
            yield part, made


def _content(
    kind: str, preset: str | FeatureOptions, suffix: str, pad_to: float | None, threads: int | None
) -> Callable[[AudioPart], bytes | Any]:
    """Return a function from a part to the content that is written."""
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
    padded_length(pad_to, options.sr)
    given: dict[str, Any] = {"preset": options, "pad_to": pad_to, "threads": threads}

    def picture(part: AudioPart) -> bytes:
        part.check()
        title = os.path.basename(part.name) + (f", channel {part.channel}" if part.channel else "")
        return spectrogram_png(part.open(), asked, title=title, **given, **part.reading)

    def array(part: AudioPart) -> Any:
        part.check()
        return gathered_features(part.open(), asked, **given, **part.reading)

    return picture if suffix == ".png" else array


def _write(path: Path, content: bytes | Any) -> None:
    from nlpkit.outputs.files import PendingFile

    with PendingFile(path) as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            import numpy as np

            np.save(file, content, allow_pickle=False)
