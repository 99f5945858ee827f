"""Choice of one set of recordings, such as train or test, where a folder holds several."""

from __future__ import annotations

from collections.abc import Mapping

from nlpkit.errors import InputError


def chosen_set(tables: Mapping[str, str], split: str | None, path: str) -> str:
    """Return one of ``tables``.

    Parameters
    ----------
    tables : mapping of str to str
        Tables by the names of their sets; a set in folders can be named by the last one.
    split : str, optional
        The set; default: the only one.
    path : str
        The folder, for messages.

    Raises
    ------
    InputError
        If there is no such set, or several.

    Examples
    --------
    >>> chosen_set({"data/train": "data/train/text", "data/test": "data/test/text"}, "test", "corpus")
    'data/test/text'
    """
    if split is None:
        if len(tables) == 1:
            return next(iter(tables.values()))
        raise InputError(f"{path}: holds several sets, {_listed(tables)}: choose one with split (--split)")
    found = [name for name in tables if name == split] or [
        name for name in tables if split in (name.rsplit("/", 1)[-1], tables[name])
    ]
    if len(found) == 1:
        return tables[found[0]]
    if found:
        raise InputError(f"{path}: holds several sets {split!r}, {_listed(dict.fromkeys(found))}: name one in full")
    raise InputError(f"{path}: there is no set {split!r} (split, --split); found {_listed(tables)}")


def _listed(names: Mapping[str, object]) -> str:
    shown = [repr(name) for name in names][:20]
    return ", ".join(shown) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
