"""Inputs by name: files, folders, globs, their order, and what isn't there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlpkit.corpora.paths import find_sources
from nlpkit.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("part10.txt", "part2.txt", "b/c.txt", "b/.hidden", ".git/x", "a[1].txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*inputs: str, per: str | None = None) -> list[str]:
    return [Path(source.name).as_posix() for source in find_sources(inputs, per=per)]


def test_folders_are_walked_in_natural_order_without_hidden_files(folder: Path) -> None:
    assert names("in") == ["in/a[1].txt", "in/b/c.txt", "in/part2.txt", "in/part10.txt"]


def test_globs_are_in_natural_order_and_inputs_in_theirs(folder: Path) -> None:
    assert names("in/part*.txt") == ["in/part2.txt", "in/part10.txt"]
    assert names("in/**/*.txt")[1] == "in/b/c.txt"
    assert names("in/part10.txt", "in/part2.txt") == ["in/part10.txt", "in/part2.txt"]


def test_a_file_whose_name_looks_like_a_glob(folder: Path) -> None:
    assert names("in/a[1].txt") == ["in/a[1].txt"]


def test_what_a_text_is(folder: Path) -> None:
    assert [source.whole for source in find_sources(["in/part2.txt", "in/b", "-"])] == [False, True, False]
    assert all(source.whole for source in find_sources(["in/part2.txt", "in", "-"], per="file"))
    assert not any(source.whole for source in find_sources(["in/part2.txt", "in", "-"], per="line"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.txt", "can't read 'none.txt': No such file"),
        ("in/part2.txt/x", "can't read"),
        ("*.csv", r"no file matches '\*\.csv'"),
        ("empty", "the folder 'empty' has no files"),
        ("a\0b", "can't read"),
    ],
)
def test_what_is_not_there(folder: Path, name: str, message: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match=message):
        find_sources([name])


def test_no_inputs() -> None:
    with pytest.raises(InputError, match="there is no input"):
        find_sources([])
