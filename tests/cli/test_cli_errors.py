"""Whatever is wrong: one line on standard error, exit code 2, and nothing half-written."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

TEXT = "one cat\ntwo dogs\n"


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "bad.txt").write_bytes(b"one\n\xff\xfe\n")
    (tmp_path / "a.csv").write_text("id,body,more\n1,one cat,x\n")
    (tmp_path / "a.jsonl").write_text('{"body": "one cat"}\n{"body": \n')
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(TEXT.encode() * 1000)[:-20])
    (tmp_path / "empty.txt").touch()
    (tmp_path / "b.jsonl").write_text('{"text": "one cat"}\n')
    (tmp_path / "empty.txt.bz2").touch()
    (tmp_path / "empty.txt.xz").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "many.txt").write_text("cat " * 128)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.txt").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("embed -i none.txt", "can't read 'none.txt'"),
        ("embed -i *.none", "no file matches '*.none'"),
        ("embed -i folder", "the folder 'folder' has no files"),
        ("embed -i empty.txt", "empty.txt: empty, expected at least one text"),
        ("embed -i bad.txt", "bad.txt, line 2, byte 4: 0xff is not utf-8"),
        ("embed -i a.csv", "there is no column 'text'; set --column"),
        (
            "embed -i a.csv --column nope",
            "there is no column 'nope'; set --column to a name or a number; the columns are",
        ),
        ("embed -i a.jsonl --field body", "a.jsonl, line 2, column"),
        ("embed -i a.jsonl --field nope", "a.jsonl, line 1: there is no field 'nope'"),
        ("embed -i cut.txt.gz", "'cut.txt.gz' is truncated"),
        ("embed a.txt", "'a.txt' names an existing file: did you mean -i a.txt?"),
        ("embed -", "'-' names standard input: did you mean -i -?"),
        ("embed ./folder", "'./folder' names a folder: did you mean -i ./folder?"),
        ("embed cat --column 2", "--column is about inputs, and there are only texts: give inputs with -i"),
        ("embed -i a.txt --delimiter ,", "a.txt is not read as one: set --column too, or remove --delimiter"),
        ("embed a", "empty vocabulary: no text has a token that the tokenizer takes (a word has two or more letters"),
        ("embed --ngram-range 2,2 cat dog", "a term needs 2 by ngram_range=(2, 2) (--ngram-range 2,2)"),
        ("embed --min-df 5 cat dog --method bow", "and min_df is 5 (--min-df 5): lower it, or give more texts"),
        ("embed --max-df 0.4 cat cat --method onehot", "and max_df is 0.4 (--max-df 0.4): raise it"),
        ("embed --stop-words english the and", "every word is a stop word: give fewer stop_words (--stop-words)"),
        *(
            (f"embed cat --method {method} --dtype {dtype}", "must be float32, float64, an integer type or bool")
            for method in ("tfidf", "bow", "hashing", "onehot")
            for dtype in ("float16", "longdouble", "complex64", "object", "S5", "datetime64")
            if (method, dtype) != ("tfidf", "float16")
        ),
        ("embed cat --method word2vec --dtype float16", "word2vec has no --dtype: it belongs to onehot, bow, tfidf"),
        ("embed cat --method fasttext --dtype int8", "fasttext has no --dtype: it belongs to onehot, bow, tfidf"),
        ("embed cat --method bow --dtype 9999999999i4", "--dtype is '9999999999i4': expected one such as float64"),
        ("embed cat --method bow --dtype nope", "--dtype is 'nope': expected one such as float64"),
        (
            "embed -i many.txt --method bow --dtype int8",
            "a count of 128 is not within the range of dtype int8, -128 to 127: use a larger one",
        ),
        ("embed cat --encoding nope -i a.txt", "text encoding is 'nope'"),
        (
            "embed cat --method nope",
            "expected one of onehot, bow, tfidf, hashing, word2vec, fasttext",
        ),
        ("embed cat --method hashing --min-df 2", "hashing has no --min-df: it belongs to onehot, bow, tfidf"),
        ("embed cat --method bow --norm l1", "bow has no --norm: it belongs to tfidf, hashing"),
        ("embed cat --method word2vec --norm l1", "word2vec has no --norm: it belongs to tfidf, hashing"),
        ("embed cat --method bow --epochs 2", "bow has no --epochs: it belongs to word2vec, fasttext"),
        ("embed cat dog --method word2vec", "no word is as frequent as min_count=5"),
        ("embed cat dog --method word2vec --min-count 1 -o x.npz", ".npz needs sparse rows, found dense ones"),
        ("embed cat --nope", "No such option: --nope"),
        ("embed cat --min-df", "--min-df"),
        ("embed cat --min-df x", "--min-df is 'x': expected a number"),
        ("embed cat --max-features 1.5", "--max-features is '1.5': expected a whole number"),
        ("embed cat --ngram-range 1,x", "--ngram-range is '1,x': expected two whole numbers, such as 1,2"),
        ("embed cat --dtype float99", "--dtype is 'float99'"),
        ("embed cat --token-pattern (", "'(' is no regular expression"),
        ("embed cat --vocabulary none.txt", "can't read 'none.txt'"),
        ("embed cat --vocabulary empty.txt", "empty.txt: empty, expected one term on each line"),
        ("embed cat --norm l7", "norm"),
        ("embed cat --threads 0", "threads"),
        ("embed cat --threads x", "--threads"),
        ("embed cat --model none", "none: there is no such folder"),
        ("embed cat --model a.txt", "a.txt: its format cannot be detected"),
        ("embed cat --model folder", "folder: has no config.json"),
        ("embed cat -o out.xyz", "can't be written as '.xyz'"),
        ("embed cat -o none/out.npz", "there is no folder"),
        ("embed cat -o a.txt/out.npz", "is a file, expected a folder"),
        ("embed cat -o a.txt/", "found a file, expected a folder"),
        ("embed cat -o folder", "the folder exists"),
        ("embed cat --save folder", "the folder exists"),
        ("embed cat -o out/ --shard-format xls", "shard_format is 'xls'"),
        ("embed cat -o out/ --shard-rows 0", "shard_rows is 0"),
        ("embed -i b.jsonl -o b.jsonl", "b.jsonl: would replace the input b.jsonl"),
        ("embed cat --fit b.jsonl -o ./b.jsonl", "b.jsonl: would replace the input b.jsonl"),
        ("embed -i b.json* -o b.jsonl", "b.jsonl: would replace the input b.jsonl"),
        ("embed -i . -o new.npz", "new.npz: is inside the input folder"),
        ("embed -i more -o more/ --force", "more/: is inside the input folder"),
        ("embed -i empty.txt.bz2", "empty.txt.bz2: empty, expected at least one text"),
        ("embed -i empty.txt.xz", "empty.txt.xz: empty, expected at least one text"),
        ("embed -5°", "No such option: -5; a text that begins with - goes after --"),
        ("search cat", "there is nothing to search in"),
        ("search cat dog", "'dog' is a second query"),
        ("search a.txt -i a.txt", "the query 'a.txt' names an existing file"),
        ("search cat -i a.txt -k 0", "k is 0"),
        ("search", "QUERY"),
        ("terms", "MODEL"),
        ("terms none", "none: there is no such folder"),
        ("info a.txt", "a.txt: is a file"),
        ("emebd cat", "Did you mean 'embed'?"),
        ("--nope", "--nope"),
    ],
)
def test_one_line_and_2(words: str, message: str, run: Any, inputs: Path) -> None:
    before = sorted(inputs.rglob("*"))
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert err.startswith("nlpkit: ")
    assert message in err
    assert err.count("\n") == 1
    assert sorted(inputs.rglob("*")) == before


def test_what_is_no_unicode(run: Any, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inputs / "lone.jsonl").write_text('{"text": "\\ud800"}\n')
    code, out, err = run("embed", "-i", "lone.jsonl", "--method", "hashing", "--analyzer", "char")
    assert (code, out, err.count("\n")) == (2, "", 1)

    def fail(*_: Any, **__: Any) -> None:
        "\ud800".encode()

    monkeypatch.setattr("nlpkit.cli.embed.embed_texts", fail)
    code, out, err = run("embed", "cat")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "nlpkit: a text can't be encoded or decoded" in err


def test_a_model_that_has_no_terms(run: Any) -> None:
    run("embed", "cat", "--method", "hashing", "--save", "model")
    code, _, err = run("terms", "model")
    assert (code, err) == (2, "nlpkit: a hashing model keeps no terms: its columns are numbers\n")


def test_a_damaged_model(run: Any, inputs: Path) -> None:
    run("embed", "cat", "--save", "model")
    weights = inputs / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    code, _, err = run("embed", "cat", "--model", "model")
    assert code == 2
    assert "model.safetensors" in err
    assert err.count("\n") == 1


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 64 kB."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs tmpfs")
    folder = tempfile.mkdtemp()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True)
    if mounted.returncode:
        os.rmdir(folder)
        pytest.skip("mounting is not allowed here")
    yield Path(folder)
    subprocess.run(["umount", folder], check=True)
    os.rmdir(folder)


@pytest.mark.parametrize("name", ["a.npz", "a.npy", "a.parquet", "a.jsonl", "a.svmlight"])
def test_a_full_disk(name: str, run: Any, inputs: Path, small_disk: Path) -> None:
    (inputs / "long.txt").write_text("".join(f"{hash((n, 1))} and word{n}\n" for n in range(9000)))
    code, _, err = run("embed", "-i", "long.txt", "-o", str(small_disk / name))
    assert code == 2
    assert "the disk is full" in err or "disk space is free" in err
    assert err.count("\n") == 1
    assert list(small_disk.iterdir()) == []


def test_a_read_only_file_system(run: Any, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for option in ("-o", "--save"):
        code, _, err = run("embed", "one cat", option, str(small_disk / ("a.npz" if option == "-o" else "m")))
        assert code == 2
        assert "the file system is read-only" in err
        assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_in_the_middle(
    number: int, code: int, start: Callable[..., subprocess.Popen[bytes]], inputs: Path
) -> None:
    """The process reads a pipe that doesn't end before it is stopped, and writes a file that is never complete."""
    pipe = inputs / "pipe"
    os.mkfifo(pipe)
    process = start("embed", "--method", "hashing", "-i", "pipe", "-o", "out.jsonl")
    line = b"one more line of text for the pipe\n" * 1000
    with suppress(BrokenPipeError), open(pipe, "wb", buffering=0) as feed:
        for n in range(3000):
            if n == 150:
                process.send_signal(number)
            feed.write(line)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (code, b"", b"")
    assert not [entry.name for entry in inputs.iterdir() if "out" in entry.name or "nlpkit" in entry.name]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_seen_enough(start: Callable[..., subprocess.Popen[bytes]], inputs: Path) -> None:
    (inputs / "long.txt").write_text(TEXT * 50_000)
    process = start("embed", "--method", "hashing", "-i", "long.txt")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b'{"id": 0, ')
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_an_output_without_a_name(run: Any) -> None:
    for option in ("-o", "--save"):
        code, _, err = run("embed", "one cat", option, "")
        assert (code, err) == (2, "nlpkit: name an output: a file, a folder, or - for standard output\n")


def test_a_model_of_unknown_kind(run: Any, inputs: Path) -> None:
    run("embed", "cat", "--save", "model")
    config = inputs / "model" / "config.json"
    config.write_text(config.read_text().replace('"tfidf"', '"nope"'))
    code, out, err = run("info", "model")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "unknown kind: unknown name 'nope'" in err


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("embed 'a cat' >&-", 2, "standard output: cannot be written"),
        ("embed -i - <&-", 2, "standard input is closed"),
        ("embed -i a.txt -o y.npz 2>&-", 0, ""),
        ("--help >/dev/full", 2, "standard output: the disk is full"),
        ("terms model >/dev/full", 2, "standard output: the disk is full"),
        ("info model >/dev/full", 2, "standard output: the disk is full"),
    ],
)
def test_streams_that_take_nothing(
    line: str, code: int, message: str, command: list[str], run: Any, inputs: Path
) -> None:
    if "/dev/full" in line and not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    run("embed", "one cat", "--save", "model")
    done = subprocess.run(["sh", "-c", f'"$@" {line}', "sh", *command], cwd=inputs, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1 if message else 0)
    assert message in done.stderr
    assert (inputs / "y.npz").exists() == ("y.npz" in line)


def test_a_terminal_that_knows_only_ascii(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run("embed", "caf\u00e9 noir", terminal=True, encoding="ascii")
    assert (code, err) == (0, "")
    assert "caf\\xe9" in out


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopped_while_commands_are_imported(inputs: Path) -> None:
    program = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from nlpkit.cli.main import main\n"
        "sys.exit(main(['embed', 'a cat']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=inputs, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
