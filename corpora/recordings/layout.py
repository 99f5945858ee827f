"""`found_layout`: which layout a folder or tar file of recordings has, and where its table is."""

from __future__ import annotations

import re
from typing import NamedTuple

from nlpkit.corpora.compressed import strip_suffix
from nlpkit.corpora.recordings import kaldi, labels, librispeech, ljspeech
from nlpkit.corpora.recordings.common_voice import is_common_voice
from nlpkit.corpora.recordings.entry import names_audio
from nlpkit.corpora.recordings.layout_input import LayoutInput
from nlpkit.corpora.recordings.manifest import is_manifest, names_of
from nlpkit.corpora.recordings.place import folder_of, shallowest
from nlpkit.corpora.recordings.sets import chosen_set
from nlpkit.errors import InputError

LAYOUTS = ("manifest", "common_voice", "kaldi", "ljspeech", "librispeech", "labels")

_HEAD_BYTES = 1 << 13
_MANIFEST = re.compile(r"(?:.+[_.-])?manifest(?:[_.-].+)?")


class Layout(NamedTuple):
    """A layout, and its table; of folders by label, the folder in which they are."""

    name: str
    table: str


def found_layout(given: LayoutInput, layout: str | None, split: str | None) -> Layout:
    """Return the layout of a folder or tar file.

    Parameters
    ----------
    given : LayoutInput
    layout : str, optional
        One of `LAYOUTS`; default: the first one that has a table there.
    split : str, optional
        The set, if there are several.

    Raises
    ------
    InputError
        If there is no layout, or there are several sets.
    """
    for name in LAYOUTS if layout is None else (layout,):
        tables = _TABLES[name](given)
        if tables:
            if split is None:
                least = shallowest(tables.values())
                tables = {called: table for called, table in tables.items() if table in least}
            return Layout(name, chosen_set(tables, split, given.name))
    if layout is not None:
        raise InputError(f"{given.name}: the table of the {layout} layout is missing")
    raise InputError(
        f"{given.name}: found no manifest and no folders of audio files by label, expected manifest.csv or .jsonl, "
        "metadata.csv or .jsonl, wav.scp, a TSV of Common Voice, *.trans.txt, or such folders"
    )


def layout_of_file(given: LayoutInput, name: str) -> str:
    """Return the layout that the table ``name`` belongs to."""
    if is_common_voice(name, _head(given, name)):
        return "common_voice"
    is_ljspeech = ljspeech.is_ljspeech(name, _head(given, name)) and not _names_audio(given, name)
    return "ljspeech" if is_ljspeech else "manifest"


def _manifests(given: LayoutInput) -> dict[str, str]:
    """Return manifests by the names of their sets; ``metadata.*`` is one if it names audio files."""
    names = [name for name in given.place.names if is_manifest(name)]
    kinds: tuple[list[str], ...] = (
        [name for name in names if _base(name) == "manifest" and not _is_own(given, name)],
        [name for name in names if _base(name) != "manifest" and _MANIFEST.fullmatch(_base(name))],
        [name for name in names if _base(name) == "metadata" and _names_audio(given, name)],
    )
    least = shallowest([name for kind in kinds for name in kind])
    found: list[str] = next((kind for kind in kinds if any(name in least for name in kind)), [])
    called = [_set_of(name) for name in found]
    return {
        name if called.count(each) > 1 or not each else each: name for each, name in zip(called, found, strict=True)
    }


def _set_of(name: str) -> str:
    base = _base(name)
    own = re.sub(r"[_.-]?manifest[_.-]?", "", base) if base != "metadata" else ""
    return (folder_of(name) + own).rstrip("/")


def _common_voice(given: LayoutInput) -> dict[str, str]:
    names = [name for name in given.place.names if name.lower().endswith(".tsv")]
    return {name[: -len(".tsv")]: name for name in names if is_common_voice(name, _head(given, name))}


def _kaldi(given: LayoutInput) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in kaldi.TABLES:
        for name in given.place.names:
            if name.rsplit("/", 1)[-1] == table:
                found.setdefault(folder_of(name).rstrip("/"), name)
    return found


def _ljspeech(given: LayoutInput) -> dict[str, str]:
    names = [name for name in given.place.names if name.rsplit("/", 1)[-1] == ljspeech.TABLE]
    return {folder_of(name).rstrip("/"): name for name in names}


def _librispeech(given: LayoutInput) -> dict[str, str]:
    return librispeech.sets_of(given.place.names)


def _labels(given: LayoutInput) -> dict[str, str]:
    inside, _ = labels.labelled(given.place.audio_names)
    sets = labels.sets_of(inside)
    return {name: f"{name}/" for name in sets} or ({"": ""} if inside else {})


_TABLES = {
    "manifest": _manifests,
    "common_voice": _common_voice,
    "kaldi": _kaldi,
    "ljspeech": _ljspeech,
    "librispeech": _librispeech,
    "labels": _labels,
}


def _base(name: str) -> str:
    return strip_suffix(name).rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()


def _head(given: LayoutInput, name: str) -> bytes:
    with given.place.open_table(name) as stream:
        return stream.read(_HEAD_BYTES)


def _names_audio(given: LayoutInput, name: str) -> bool:
    return names_audio(_names(given, name))


def _is_own(given: LayoutInput, name: str) -> bool:
    """Whether a manifest is that of a folder that nlpkit wrote."""
    return name.endswith(".json") and {"format", "kind"} <= {*_names(given, name)}


def _names(given: LayoutInput, name: str) -> list[str]:
    with given.place.open_table(name) as stream:
        return names_of(stream, name, given.called(name), given.options, given.decoding)
