"""``nlpkit info``: what a model folder holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nlpkit.cli.screen import is_terminal, new_table, plain, print_json_lines, print_table
from nlpkit.errors import ArtifactError, ParameterError


def info(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of a saved model.", show_default=False)],
) -> None:
    """Show what a model folder holds: its method, options, sizes, and where it comes from.

    \b
    nlpkit info model
    """
    from nlpkit.artifact import describe
    from nlpkit.registry import KINDS, resolve

    description = describe(folder)
    try:
        resolve(description.kind, KINDS)
    except ParameterError as error:
        raise ArtifactError(f"{folder}: unknown kind: {error}") from error
    record: dict[str, Any] = {
        "path": str(description.path),
        "kind": description.kind,
        "format_version": description.format_version,
        "options": description.options,
        "arrays": {name: {"dtype": dtype, "shape": shape} for name, (dtype, shape) in description.arrays.items()},
        "files": description.files,
        "provenance": description.provenance,
    }
    if is_terminal():
        _show(record)
    else:
        print_json_lines([record])


def _show(record: dict[str, Any]) -> None:
    table = new_table(("", {"style": "dim"}), ("", {"style": "bold"}), ("", {"overflow": "fold"}))
    table.show_header = False
    for name, value in record.items():
        if not isinstance(value, dict):
            table.add_row(name.replace("_", " "), plain(str(value)), "")
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
