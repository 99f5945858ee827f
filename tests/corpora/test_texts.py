"""`Texts`: many inputs as one, pass after pass."""

from __future__ import annotations

import io
import os
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from nlpkit.corpora import Block, GivenTexts, Row, Texts
from nlpkit.errors import InputError, ParameterError


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    contents = {
        "a.txt": "one\n\ntwo\n",
        "b.jsonl": '{"text": "three"}\n',
        "c.csv": "id,text\n1,four\n",
        "d.tsv": "text\tid\nfive\t1\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return [tmp_path / name for name in contents]


def test_every_kind_at_every_pass(inputs: list[Path]) -> None:
    texts = Texts(inputs)
    rows = [Row(str(inputs[0]), text) for text in ("one", "", "two")]
    rows += [Row(str(path), text) for path, text in zip(inputs[1:], ("three", "four", "five"), strict=True)]
    assert list(texts) == rows
    assert list(texts) == rows
    assert list(texts.texts()) == [row.text for row in rows]
    assert texts.bytes_read == texts.total_bytes == sum(path.stat().st_size for path in inputs)


def test_blocks_hold_every_row_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{n}\n" for n in range(200_000)))
    blocks = list(Texts([path, path]).blocks(1 << 20))
    assert len(blocks) > 1
    assert [text for block in blocks for text in block.texts] == [str(n) for n in range(200_000)] * 2
    assert all(block.sources == [str(path)] * len(block.texts) for block in blocks)


def test_a_folder_is_read_by_file_by_default(inputs: list[Path]) -> None:
    folder = inputs[0].parent
    assert next(Texts(folder).texts()) == "one\n\ntwo\n"
    assert list(Texts(folder, per="line").texts()) == ["one", "", "two", "three", "four", "five"]
    assert list(Texts(inputs[:1], per="file").texts()) == ["one\n\ntwo\n"]


def test_a_field_or_a_column_says_what_other_suffixes_hold(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('{"body": "a"}\n')
    assert list(Texts([path], field="body").texts()) == ["a"]
    path.write_text("id;body\n1;b\n")
    assert list(Texts([path], column="body", delimiter="semicolon").texts()) == ["b"]
    assert list(Texts(tmp_path, column="body", delimiter=";").texts()) == ["b"]
    with pytest.raises(ParameterError, match="a field or column needs per='line'"):
        Texts([path], column="body", per="file")
    with pytest.raises(ParameterError, match="expected line or file"):
        Texts([path], per="word")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("w") as file:
        file.writelines(f"line {n} with some words in it\n" for n in range(1_000_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in Texts([path]).texts()) == 1_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 2


def test_standard_input_is_read_once_or_spooled() -> None:
    texts = Texts("-", stdin=io.BytesIO(b"a\nb\n"))
    assert texts.is_stream
    assert list(texts) == [Row("<stdin>", "a"), Row("<stdin>", "b")]
    with pytest.raises(InputError, match="only once"):
        list(texts)
    with Texts("-", stdin=io.BytesIO(b"a\nb\n")) as texts:
        texts.spool()
        assert not texts.is_stream
        assert texts.total_bytes == 4
        assert list(texts.texts()) == list(texts.texts()) == ["a", "b"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("a\nb\n",))
    writer.start()
    with Texts([pipe]) as texts:
        texts.spool()
        assert list(texts.texts()) == list(texts.texts()) == ["a", "b"]
    writer.join()


def test_skipped_texts_count_anew_at_every_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\n\xff\nb\n")
    texts = Texts([path], decode_errors="skip")
    for _ in range(2):
        assert list(texts.texts()) == ["a", "b"]
        assert texts.skipped == 1


def test_a_fingerprint_depends_on_inputs_and_options(inputs: list[Path]) -> None:
    same = Texts(inputs).fingerprint()
    assert Texts(inputs).fingerprint() == same
    assert Texts(inputs[:2]).fingerprint() != same
    assert Texts(inputs, per="file").fingerprint() != same
    assert Texts(inputs, encoding="latin-1").fingerprint() != same
    inputs[0].write_text("other")
    assert Texts(inputs).fingerprint() != same


def test_a_file_that_may_not_be_read(inputs: list[Path]) -> None:
    texts = Texts(inputs)
    inputs[0].unlink()
    with pytest.raises(InputError, match=r"can't read .*a\.txt"):
        list(texts)


def test_given_texts() -> None:
    texts = GivenTexts(word for word in ("one", "two", "three"))
    assert list(texts.texts()) == list(texts.texts()) == ["one", "two", "three"]
    assert list(texts.blocks(4)) == [
        Block(["<text>"] * 2, ["one", "two"]),
        Block(["<text>"], ["three"]),
    ]
    assert texts.fingerprint() == GivenTexts(["one", "two", "three"]).fingerprint()
    assert texts.fingerprint() != GivenTexts(["one", "twot", "hree"]).fingerprint()
    assert list(GivenTexts([]).blocks()) == []
    for bad in ("one", ["one", 2]):
        with pytest.raises(InputError, match="expected"):
            GivenTexts(bad)  # type: ignore[arg-type]
