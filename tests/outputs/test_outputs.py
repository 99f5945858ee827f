"""Files and folders stand under their names when complete, or not at all."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from nlpkit import artifact
from nlpkit.errors import OutputError
from nlpkit.outputs.files import PendingFile, is_folder, output_errors
from nlpkit.outputs.folders import new_folder
from nlpkit.outputs.rows import open_writer

OUTPUTS = ["x.npz", "x.npy", "x.parquet", "x.jsonl", "x.jsonl.gz", "x.svmlight", "folder", "model"]


def write(path, n_rows=10):
    """Write rows, or a model where the path says so."""
    if path.name == "model":
        artifact.save(path, kind="tfidf", options={}, arrays={"idf": np.random.default_rng(0).random(n_rows)})
        return
    X = np.random.default_rng(0).random((n_rows, 10))
    shard_rows = None if path.suffix else 1000
    with open_writer(path, names=list("abcdefghij"), dtype=X.dtype, n_columns=10, shard_rows=shard_rows) as writer:
        for start in range(0, n_rows, 1000):
            rows = X[start : start + 1000]
            writer.write(["source"] * len(rows), [f"text {i}" * 20 for i in range(len(rows))], rows)


@pytest.fixture
def mounted(tmp_path):
    """A file system of 1 MB of its own; mounted anew with further options when called."""
    place = tmp_path / "mounted"
    place.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except OSError as error:
            pytest.skip(f"mounting isn't possible here: {error}")
        if done.returncode:
            pytest.skip(f"mounting isn't allowed here: {done.stderr.decode().strip()}")
        return place

    yield mount
    while os.path.ismount(place):
        subprocess.run(["umount", str(place)], check=True)


def one_line(caught, *parts):
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_full_disk_is_one_line_and_leaves_what_was_there(mounted, name):
    place = mounted("size=1m")
    (place / "filler").write_bytes(bytes(600_000))
    n_rows = 500_000 if name == "x.jsonl.gz" else 50_000
    if name == "model":
        n_rows = 500_000
    with pytest.raises(OutputError) as caught:
        write(place / name, n_rows)
    one_line(caught, name, "the disk is full", "free some space")
    left = {entry.name for entry in place.iterdir()} - {"filler"}
    assert left <= {f"{name}.partial"} if name == "folder" else left == set()


def test_a_full_disk_keeps_the_finished_parts_of_a_folder(mounted):
    place = mounted("size=1m")
    with pytest.raises(OutputError) as caught:
        write(place / "folder", 50_000)
    one_line(caught, "finished parts stay in", "folder.partial", "the same command goes on")
    assert not (place / "folder").exists()
    assert (place / "folder.partial" / "part-00000.npz").exists()
    subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
    X = np.random.default_rng(0).random((50_000, 10))
    options = {"names": list("abcdefghij"), "dtype": X.dtype, "n_columns": 10, "shard_rows": 1000}
    with open_writer(place / "folder", **options) as writer:
        assert writer.rows_done >= 1000
        rest = X[writer.rows_done :]
        writer.write(["source"] * len(rest), ["text"] * len(rest), rest)
    assert (place / "folder" / "manifest.json").exists()
    assert not (place / "folder.partial").exists()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_read_only_file_system_is_one_line(mounted, name):
    place = mounted("ro,size=1m")
    with pytest.raises(OutputError) as caught:
        write(place / name)
    one_line(caught, name, "read-only")


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_place_below_a_file_is_one_line(tmp_path, name):
    (tmp_path / "file").write_text("a file")
    for place in (tmp_path / "file" / name, tmp_path / "file" / "deeper" / name):
        with pytest.raises(OutputError) as caught:
            write(place)
        one_line(caught, str(place), f"{tmp_path / 'file'} is a file")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_missing_folder_is_one_line(tmp_path, name):
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "missing" / name)
    one_line(caught, f"there is no folder {tmp_path / 'missing'}: create it first")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_a_files_place(tmp_path):
    (tmp_path / "x.npz").mkdir()
    with pytest.raises(OutputError, match="found a folder, expected a file"):
        write(tmp_path / "x.npz")


@pytest.mark.parametrize("name", ["folder", "model"])
def test_a_file_in_a_folders_place(tmp_path, name):
    (tmp_path / name).write_text("a file")
    with pytest.raises(OutputError, match="found a file, expected a folder"):
        write(tmp_path / name)
    assert (tmp_path / name).read_text() == "a file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="writing isn't permitted there"):
        write(tmp_path / "x.npz")


@pytest.mark.parametrize("named", [False, True])
def test_a_file_replaces_another_and_leaves_nothing_else(tmp_path, monkeypatch, named):
    if named:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "x.txt"
    path.write_text("before")
    with PendingFile(path) as file:
        file.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    with pytest.raises(KeyboardInterrupt), PendingFile(path) as file:
        raise KeyboardInterrupt
    assert path.read_text() == "after"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_has_the_usual_mode(tmp_path):
    (tmp_path / "usual").write_text("")
    with PendingFile(tmp_path / "ours"):
        pass
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "x.txt").symlink_to(tmp_path / "real" / "y.txt")
    with PendingFile(tmp_path / "x.txt") as file:
        file.write(b"text")
    assert (tmp_path / "x.txt").is_symlink()
    assert (tmp_path / "real" / "y.txt").read_bytes() == b"text"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_device_is_written_as_it_is(tmp_path):
    (tmp_path / "x.jsonl").symlink_to("/dev/null")
    write(tmp_path / "x.jsonl")
    (tmp_path / "y.jsonl").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="the disk is full"):
        write(tmp_path / "y.jsonl")


def test_what_asks_for_a_folder():
    assert [is_folder(path) for path in ("a", "a.b/", "a.b/c", "a.npz", ".hidden", "..")] == [
        True,
        True,
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("name", ["folder", "model"])
def test_an_existing_folder_is_refused_unless_forced(tmp_path, name):
    write(tmp_path / name)
    before = {entry.name: entry.read_bytes() for entry in (tmp_path / name).iterdir()}
    with pytest.raises(OutputError, match="the folder exists"):
        write(tmp_path / name)
    assert {entry.name: entry.read_bytes() for entry in (tmp_path / name).iterdir()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_force_replaces_what_nlpkit_wrote_and_nothing_else(tmp_path):
    for _ in range(2):
        artifact.save(tmp_path / "model", kind="tfidf", options={}, force=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("dear")
    with pytest.raises(OutputError, match="not written by nlpkit"):
        artifact.save(tmp_path / "home", kind="tfidf", options={}, force=True)
    assert (tmp_path / "home" / "letters.txt").read_text() == "dear"


def test_an_exception_leaves_no_folder(tmp_path):
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "x") as folder:
        (folder / "file").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_pipe_passes():
    with pytest.raises(BrokenPipeError), output_errors("x"):
        raise BrokenPipeError


KILLED = """
import json, os, signal, sys
from pathlib import Path
import numpy as np
import scipy.sparse
import safetensors.numpy
from nlpkit import artifact
from nlpkit.outputs import PendingFile
from nlpkit.outputs.rows import open_writer

scenario, folder = sys.argv[1], Path(sys.argv[2])
if sys.argv[3] == "named" and hasattr(os, "O_TMPFILE"):
    del os.O_TMPFILE
X = np.arange(1.0, 13.0).reshape(6, 2)
events = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"}


def die_at(step):
    steps = iter(range(1, step + 1))

    def count(event, arguments):
        if event in events or (event == "open" and str(folder) in str(arguments[0])):
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def file():
    with PendingFile(folder / "x.txt") as output:
        output.write(b"new" * 100_000)


def check_file():
    found = (folder / "x.txt").read_bytes()
    assert found in (b"old", b"new" * 100_000), found[:10]


def model():
    arrays = {"x": np.ones(3)}
    artifact.save(folder / "model", kind="k", options={"a": 1}, arrays=arrays, files={"f": b"1"}, force=True)


def check_model():
    if (folder / "model").exists():
        found = artifact.read(folder / "model")
        assert found.arrays["x"].tolist() == [found.options["a"]] * 3
        assert found.file("f") == b"%d" % found.options["a"]
    else:
        assert any(artifact.read(aside).options == {"a": 0} for aside in folder.glob("model.*.old"))


def rows():
    with open_writer(folder / "rows", names=["a", "b"], dtype=float, n_columns=2, shard_rows=2) as writer:
        rest = X[writer.rows_done :]
        writer.write(["s"] * len(rest), ["t"] * len(rest), rest)


def check_rows():
    if (folder / "rows").exists():
        manifest = json.loads((folder / "rows" / "manifest.json").read_bytes())
        names = [part["file"] for part in manifest["parts"]]
        assert sorted(["manifest.json", "terms.txt", *names]) == sorted(os.listdir(folder / "rows"))
        found = scipy.sparse.vstack([scipy.sparse.load_npz(folder / "rows" / name) for name in names])
        assert (found.toarray() == X).all() and manifest["shape"] == [6, 2]
    for part in folder.glob("rows.partial/part-*.npz"):
        assert scipy.sparse.load_npz(part).shape == (2, 2)


if scenario == "file":
    (folder / "x.txt").write_bytes(b"old")
if scenario == "model":
    artifact.save(folder / "model", kind="k", options={"a": 0}, arrays={"x": np.zeros(3)}, files={"f": b"0"})
run, check = {"file": (file, check_file), "model": (model, check_model), "rows": (rows, check_rows)}[scenario]
step, killed = 0, 0
while True:
    step += 1
    child = os.fork()
    if not child:
        try:
            die_at(step)
            run()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    check()
    if scenario == "rows" and (folder / "rows").exists():
        break
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        break
    assert os.WTERMSIG(status) == signal.SIGKILL
    killed += 1
print(killed, *sorted(os.listdir(folder)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks and kills")
@pytest.mark.parametrize("temporary", ["unnamed", "named"])
@pytest.mark.parametrize("scenario", ["file", "model", "rows"])
def test_a_kill_at_any_step_leaves_nothing_half_written(tmp_path, scenario, temporary):
    """A process kills itself at its first step in the file system, another at its second, and so on."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), scenario, str(tmp_path), temporary]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    killed, *left = done.stdout.split()
    assert int(killed) >= {"file": 1, "model": 8, "rows": 10}[scenario]
    name = {"file": "x.txt", "model": "model", "rows": "rows"}[scenario]
    assert name in left
    if scenario == "rows":
        assert left == ["rows"]


HELD = """
import sys, numpy as np
from nlpkit.outputs.rows import open_writer
with open_writer(sys.argv[1], names=None, dtype=float, n_columns=2) as writer:
    writer.write(["s"] * 9999, ["some text"] * 9999, np.ones((9999, 2)))
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("name", ["x.npz", "x.npy", "x.parquet", "x.jsonl", "x.jsonl.gz", "x.svmlight", "rows"])
def test_a_kill_from_outside_leaves_no_file(tmp_path, name):
    command = [sys.executable, "-c", HELD, str(tmp_path / name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"written\n"
        process.kill()
    left = [entry.name for entry in tmp_path.iterdir()]
    assert left == (["rows.partial"] if name == "rows" else [])
