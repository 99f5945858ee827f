"""``nlpkit info``: what a model folder holds, a file of word vectors, or an audio file."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import is_terminal, new_table, plain, print_json_lines, print_table, silence_libraries
from nlpkit.errors import ArtifactError, ParameterError


def info(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="The folder of a saved model, a file of word vectors, or an audio file.",
            show_default=False,
        ),
    ],
    format: options.ModelFormat = "auto",
    decode_errors: options.WordErrors = "strict",
) -> None:
    """Show what a model folder holds: its method, options, sizes, and where it comes from.

    Of a file of word vectors it shows the format, the numbers of words and dimensions, and the first words; of an audio
    file what it is.

    \b
    nlpkit info model
    nlpkit info glove.6B.50d.txt
    nlpkit info speech.flac
    """
    from nlpkit.corpora.audio_names import is_audio_name

    if not os.path.isfile(path):
        record = _of_model(path)
    else:
        record = _of_sound(path) if is_audio_name(path) else _of_vectors(path, format, decode_errors)
    if is_terminal():
        _show(record)
    else:
        print_json_lines([record])


def _of_sound(path: str) -> dict[str, Any]:
    from nlpkit.speech import info as audio_info

    silence_libraries()
    found = audio_info(path)
    return {
        "path": path,
        "kind": "audio",
        "encoding": found.encoding,
        "sr": found.sr,
        "channels": found.channels,
        "samples": found.frames,
        "seconds": round(found.duration, 3),
    }


def _of_vectors(path: str, format: str, errors: str) -> dict[str, Any]:
    from dataclasses import asdict

    from nlpkit.embeddings.formats.description import describe

    return {"path": path, "kind": "word vectors", **asdict(describe(path, format, errors=errors))}


def _of_model(folder: str) -> dict[str, Any]:
    from nlpkit.artifact.writing import describe
    from nlpkit.registry import KINDS, resolve

    description = describe(folder)
    try:
        resolve(description.kind, KINDS)
    except ParameterError as error:
        raise ArtifactError(f"{folder}: unknown kind: {error}") from error
    return {
        "path": str(description.path),
        "kind": description.kind,
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
    return str(item)
