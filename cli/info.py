"""``nlpkit info``: what a model, a file of word vectors, an audio file, or a manifest holds."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from nlpkit.cli import options, sound_options
from nlpkit.cli.screens.screen import (
    is_terminal,
    new_table,
    plain,
    print_json_lines,
    print_table,
    tell_left_out,
)
from nlpkit.cli.sound_options import ManifestReading
from nlpkit.corpora.audio_files import is_audio_file
from nlpkit.errors import ArtifactError, InputError, ParameterError
from nlpkit.jobs.sound import Sound
from nlpkit.jobs.sound_totals import audio_info, refusal_of_sound, sound_totals
from nlpkit.registry import SHIPPED


def info(
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH",
            help="The folder of a saved model, spoken-digits (which ships), a file of word vectors, or an audio file; "
            "- for audio from a pipe.",
            show_default=False,
        ),
    ] = None,
    format: options.ModelFormat = "auto",
    decode_errors: options.WordErrors = "strict",
    encoding: sound_options.RawEncoding = None,
    sr: Annotated[
        int | None,
        typer.Option(
            "--sr",
            metavar="N",
            help="Rate of raw samples in Hz.",
            show_default=False,
            rich_help_panel=sound_options.SOUND,
        ),
    ] = None,
    channels: sound_options.Channels = None,
    on_bad: Annotated[
        str,
        typer.Option(
            "--on-bad",
            metavar="error|skip",
            help="What to do with a recording of a manifest that cannot be read: stop, or skip and count it.",
            rich_help_panel=sound_options.SOUND,
        ),
    ] = "error",
    sound: Annotated[Sound, "channel"] = Sound(),
    read_as: Annotated[ManifestReading, "decode_errors"] = ManifestReading(),
) -> None:
    """Show what a model, a file of word vectors, an audio file, or a manifest of recordings holds.

    Of a model folder it shows the method, options, sizes, and where it comes from; of a file of word vectors the
    format, the numbers of words and dimensions, and the first words; of an audio file its length, rate and channels; of
    a manifest how much sound it lists.

    \b
    nlpkit info model
    nlpkit info glove.6B.50d.txt
    nlpkit info speech.flac
    nlpkit info --manifest train.jsonl
    """
    raw, text_encoding = sound_options.raw_or_text(encoding, sr, channels)
    sound = replace(sound, raw=raw)
    if sound.manifest is not None:
        if path is not None:
            raise ParameterError(f"{path}: is named beside --manifest: give one of them")
        read_as = replace(read_as, on_bad=on_bad, encoding=text_encoding, decode_errors=decode_errors)
        record = _of_manifest(sound, read_as)
    elif path is None:
        raise ParameterError("name a model folder, a file of word vectors or an audio file; or give --manifest")
    elif encoding is not None and raw is None:
        sound_options.refuse_encoding(encoding)
    elif path != "-" and not os.path.lexists(path) and path not in SHIPPED:
        raise InputError(f"{path}: there is no such file or folder; a model that ships is named {', '.join(SHIPPED)}")
    elif path == "-" or raw is not None or is_audio_file(path):
        record = _of_sound(path, sound)
    else:
        try:
            record = _of_vectors(path, format, decode_errors) if os.path.isfile(path) else _of_model(path)
        except (InputError, ArtifactError) as error:
            raise refusal_of_sound(path) or error from error
    if is_terminal():
        _show(record)
    else:
        print_json_lines([record])


def _of_sound(path: str, sound: Sound) -> dict[str, Any]:
    found = audio_info(path, sound=sound)
    missing = {"missing": found.missing} if found.missing else {}
    return {
        "path": path,
        "kind": "audio",
        "encoding": found.encoding,
        "sr": found.sr,
        "channels": found.channels,
        "samples": found.frames,
        "seconds": round(found.duration, 3),
        **missing,
    }


def _of_manifest(sound: Sound, read_as: ManifestReading) -> dict[str, Any]:
    found = sound_totals(sound.manifest or "", read_as=read_as, sound=sound)
    tell_left_out(found.left_out)
    record = asdict(found)
    del record["left_out"]
    return {"path": record.pop("path"), "kind": "recordings", **record, "seconds": round(found.seconds, 3)}


def _of_vectors(path: str, format: str, errors: str) -> dict[str, Any]:
    from nlpkit.embeddings.formats.description import describe

    return {"path": path, "kind": "word vectors", **asdict(describe(path, format, errors=errors))}


def _of_model(folder: str) -> dict[str, Any]:
    from nlpkit.artifact.writing import describe
    from nlpkit.registry import KINDS, resolve

    description = describe(folder)
    try:
        cls = resolve(description.kind, KINDS)
    except ParameterError as error:
        raise ArtifactError(f"{folder}: unknown kind: {error}") from error
    told = {}
    if hasattr(cls, "summary"):
        told["summary"] = cls.summary(description.options, description.arrays, description.provenance)
    return {
        "path": str(description.path),
        "kind": description.kind,
        **told,
        "format_version": description.format_version,
        "options": description.options,
        "arrays": {name: {"dtype": dtype, "shape": shape} for name, (dtype, shape) in description.arrays.items()},
        "files": description.files,
        "provenance": description.provenance,
    }


def _show(record: dict[str, Any]) -> None:
    table = new_table(("", {"style": "dim"}), ("", {"style": "bold"}), ("", {"overflow": "fold"}))
    table.show_header = False
    for name, value in record.items():
        if not isinstance(value, dict):
            shown = ", ".join(value) if isinstance(value, list) else str(value)
            table.add_row(name.replace("_", " "), plain(shown), "")
            continue
        for index, (key, item) in enumerate(value.items()):
            table.add_row(name if index == 0 else "", plain(key), plain(_shown(name, item)))
        if not value:
            table.add_row(name, "", "the defaults" if name == "options" else "none")
    print_table(table)


def _shown(section: str, item: Any) -> str:
    if section == "arrays":
        return f"{item['dtype']} {' × '.join(f'{size:,}' for size in item['shape'])}"
    if section == "files":
        return f"{item:,} bytes"
    if isinstance(item, list) and item and isinstance(item[0], dict):
        return f"{len(item):,} rows"
    return str(item)
