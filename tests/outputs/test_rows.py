"""Rows in every format, against the formats' own readers."""

import gzip
import io
import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from nlpkit.errors import OutputError, ParameterError
from nlpkit.outputs.rows import open_writer
from nlpkit.text.terms import Terms

NAMES = ["plain", "naïve", "new\nline", "back\\slash", "car\rriage", "\u2028", "日本", "\ud800"]
TEXTS = ["one", "", 'quote " and \\', "Ünïcödé 日本", "lone \udcff", "\x00\t"]
SOURCES = [f"file {i}.txt" for i in range(len(TEXTS))]


def matrix(dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = sparse.random(len(TEXTS), len(NAMES), 0.4, "csr", dtype=np.float64, random_state=rng)
    X.data = rng.integers(1, 9, X.nnz).astype(dtype) if np.issubdtype(dtype, np.integer) else X.data.astype(dtype)
    X = X.astype(dtype)
    return sparse.vstack([X[:1], sparse.csr_matrix((1, len(NAMES)), dtype=dtype), X[2:]], "csr")


def write(path, X, *, names=NAMES, blocks=(0, 2, 2, 6), **options):
    with open_writer(path, names=names, dtype=X.dtype, n_columns=X.shape[1], **options) as writer:
        for low, high in pairwise(blocks):
            writer.write(SOURCES[low:high], TEXTS[low:high], X[low:high])
    return path


def exactly_equal(found, expected):
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert (found != expected).nnz == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8])
def test_npz_is_what_scipy_saves(tmp_path, dtype):
    X = matrix(dtype)
    exactly_equal(sparse.load_npz(write(tmp_path / "x.npz", X)), X)
    theirs = tmp_path / "theirs.npz"
    sparse.save_npz(theirs, X, compressed=False)
    with np.load(tmp_path / "x.npz") as ours, np.load(theirs) as expected:
        assert ours.files == expected.files
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], expected[name])
            assert ours[name].dtype.kind == expected[name].dtype.kind


def test_names_stand_beside_one_a_line(tmp_path):
    write(tmp_path / "x.npz", matrix())
    assert (tmp_path / "x.npz.terms.txt").read_bytes().count(b"\n") == len(NAMES)
    assert list(Terms.from_lines((tmp_path / "x.npz.terms.txt").read_bytes())) == NAMES
    assert (tmp_path / "x.npz.terms.txt").read_text("utf-8").split("\n")[2:4] == [
        "new\\nline",
        "back\\\\slash",
    ]


def test_no_names_no_file_of_names(tmp_path):
    write(tmp_path / "x.npz", matrix(), names=None)
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_npy_of_sparse_rows(tmp_path, dtype):
    X = matrix(dtype)
    found = np.load(write(tmp_path / "x.npy", X))
    assert found.dtype == X.dtype
    np.testing.assert_array_equal(found, X.toarray())


def test_npy_of_dense_rows_can_be_mapped(tmp_path):
    X = np.asfortranarray(matrix().toarray())
    found = np.load(write(tmp_path / "x.npy", X, sparse=False), mmap_mode="r")
    np.testing.assert_array_equal(found, X)


def test_npy_that_no_memory_holds_is_refused_before_it_is_begun(tmp_path):
    with pytest.raises(OutputError, match=r"x\.npy: dense rows need 8,?0*\.?0* ?.B .*10,000,000,000 × 100 numbers"):
        open_writer(tmp_path / "x.npy", names=None, dtype="float64", n_columns=100, n_rows=10**10)
    assert list(tmp_path.iterdir()) == []


def test_npy_that_the_disk_has_no_room_for_is_refused_before_it_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("nlpkit.outputs.room.free_disk", lambda path: 7999)
    with pytest.raises(OutputError, match=r"need 8 kB .* but 8 kB of disk space is free"):
        open_writer(tmp_path / "x.npy", names=None, dtype="float64", n_columns=100, n_rows=10)
    assert list(tmp_path.iterdir()) == []


def test_npy_that_grows_too_large_is_refused_and_leaves_nothing(tmp_path):
    X = sparse.csr_matrix((2, 10**13))
    with (
        pytest.raises(OutputError, match="of memory is free"),
        open_writer(tmp_path / "x.npy", names=None, dtype="float64", n_columns=10**13) as writer,
    ):
        writer.write(["a", "a"], ["b", "c"], X)
    assert list(tmp_path.iterdir()) == []


def test_svmlight_reads_back_exactly(tmp_path):
    from sklearn.datasets import load_svmlight_file

    X = matrix()
    X.data = np.nextafter(X.data, 1)
    for one_based in (False, True):
        path = write(tmp_path / "x.svmlight", X, one_based=one_based)
        found, labels = load_svmlight_file(str(path), n_features=X.shape[1], zero_based=not one_based)
        exactly_equal(found, X)
        assert labels.tolist() == [0] * len(TEXTS)


def test_svmlight_by_hand(tmp_path):
    write(tmp_path / "x.svmlight", sparse.csr_matrix([[0, 2], [0, 0]]), names=["a", "b"], blocks=(0, 2))
    assert (tmp_path / "x.svmlight").read_text() == "0 1:2\n0\n"


def read_json(lines):
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_json_lines_of_sparse_rows(tmp_path, suffix, dtype):
    X = matrix(dtype)
    path = write(tmp_path / f"x.{suffix}", X)
    opener = gzip.open if suffix.endswith("gz") else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        rows = read_json(file)
    assert [(row["id"], row["source"], row["text"]) for row in rows] == [
        (i, source, text) for i, (source, text) in enumerate(zip(SOURCES, TEXTS, strict=True))
    ]
    dense = X.toarray()
    assert [row["terms"] for row in rows] == [
        {NAMES[j]: dense[i, j].item() for j in np.flatnonzero(dense[i])} for i in range(len(TEXTS))
    ]
    kinds = {type(value) for row in rows for value in row["terms"].values()}
    assert kinds == ({int} if dtype == np.int64 else {float})


def test_json_lines_by_hand(tmp_path):
    X = np.array([[1, 0], [0, 3]])
    with open_writer(tmp_path / "x.jsonl", names=["größe", "b"], dtype=int, n_columns=2) as writer:
        writer.write(["s", "s"], ["é", "x"], X)
    assert (tmp_path / "x.jsonl").read_text("utf-8") == (
        '{"id": 0, "source": "s", "text": "é", "terms": {"größe": 1}}\n'
        '{"id": 1, "source": "s", "text": "x", "terms": {"b": 3}}\n'
    )


def test_json_lines_of_hashed_columns_and_of_vectors(tmp_path):
    X = matrix()
    rows = read_json(write(tmp_path / "h.jsonl", X, names=None).read_bytes().splitlines())
    assert [sorted(map(int, row["terms"])) for row in rows] == [sorted(x.indices.tolist()) for x in X]
    dense = X.toarray().astype(np.float32)
    rows = read_json(write(tmp_path / "d.jsonl", dense, sparse=False).read_bytes().splitlines())
    np.testing.assert_array_equal(np.array([row["vector"] for row in rows], dtype=np.float32), dense)


def test_more_rows_than_one_batch(tmp_path):
    X = sparse.random(5000, 50, 0.1, "csr", random_state=np.random.default_rng(1))
    texts = [str(i) for i in range(5000)]
    for name in ("x.jsonl", "x.svmlight"):
        with open_writer(tmp_path / name, names=None, dtype=X.dtype, n_columns=50) as writer:
            writer.write(["s"] * 5000, texts, X)
    rows = read_json((tmp_path / "x.jsonl").read_bytes().splitlines())
    found = sparse.lil_matrix(X.shape)
    for row in rows:
        for column, value in row["terms"].items():
            found[row["id"], int(column)] = value
    exactly_equal(found.tocsr(), X)
    assert [row["text"] for row in rows] == texts
    assert (tmp_path / "x.svmlight").read_bytes().count(b"\n") == 5000


def test_parquet_of_sparse_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    X = matrix()
    for names in (NAMES, None):
        table = parquet.read_table(write(tmp_path / "x.parquet", X, names=names))
        assert [str(kind) for kind in table.schema.types[:3]] == ["int64", "string", "string"]
        terms = table.schema.types[3]
        assert (str(terms.key_type), str(terms.item_type)) == ("string", "double")
        assert table.column_names == ["id", "source", "text", "terms"]
        rows = table.to_pylist()
        assert [row["id"] for row in rows] == list(range(len(TEXTS)))
        assert [row["source"] for row in rows] == SOURCES
        assert [row["text"] for row in rows] == [t.replace("\udcff", "\\udcff") for t in TEXTS]
        labels = [str(i) for i in range(8)] if names is None else [*NAMES[:-1], "\\ud800"]
        assert [dict(row["terms"]) for row in rows] == [
            {labels[j]: value for j, value in zip(x.indices, x.data, strict=True)} for x in X
        ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parquet_of_vectors(tmp_path, dtype):
    parquet = pytest.importorskip("pyarrow.parquet")
    X = matrix().toarray().astype(dtype)
    table = parquet.read_table(write(tmp_path / "x.parquet", X, sparse=False))
    np.testing.assert_array_equal(np.array(table["vector"].to_pylist(), dtype=dtype), X)
    assert str(table.schema.field("vector").type.value_type) == {"f4": "float", "f8": "double"}[X.dtype.str[1:]]


@pytest.mark.parametrize("suffix", ["npz", "npy", "parquet", "jsonl", "jsonl.gz", "svmlight"])
def test_no_rows_make_a_valid_empty_file(tmp_path, suffix):
    path = write(tmp_path / f"x.{suffix}", matrix(), blocks=())
    if suffix == "npz":
        assert sparse.load_npz(path).shape == (0, len(NAMES))
    elif suffix == "npy":
        assert np.load(path).shape == (0, len(NAMES))
    elif suffix == "parquet":
        assert pytest.importorskip("pyarrow.parquet").read_table(path).num_rows == 0
    else:
        assert (gzip.decompress(path.read_bytes()) if suffix.endswith("gz") else path.read_bytes()) == b""


def test_places_given_twice_are_summed_and_the_callers_matrix_stays(tmp_path):
    X = sparse.csr_matrix((np.array([1.0, 2.0, 4.0]), np.array([1, 0, 1]), np.array([0, 3])), shape=(1, 2))
    with open_writer(tmp_path / "x.jsonl", names=["a", "b"], dtype=float, n_columns=2) as writer:
        writer.write(["s"], ["t"], X)
    assert json.loads((tmp_path / "x.jsonl").read_text())["terms"] == {"a": 2.0, "b": 5.0}
    assert X.indices.tolist() == [1, 0, 1]


def interrupted_write(path, X, error):
    with open_writer(path, names=NAMES, dtype=X.dtype, n_columns=X.shape[1]) as writer:
        writer.write(SOURCES, TEXTS, X)
        raise error


@pytest.mark.parametrize("suffix", ["npz", "npy", "parquet", "jsonl", "jsonl.gz", "svmlight"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_what_was_there(tmp_path, suffix, error):
    path = tmp_path / f"x.{suffix}"
    path.write_text("before")
    X = matrix()
    with pytest.raises(error):
        interrupted_write(path, X, error)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "before"


def test_a_block_of_another_shape_is_refused(tmp_path):
    with (
        pytest.raises(ParameterError, match="expected equal numbers of rows, texts and sources, and 3 columns"),
        open_writer(tmp_path / "x.npz", names=None, dtype=float, n_columns=3) as writer,
    ):
        writer.write(["s"], ["t"], np.zeros((1, 2)))


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"'\.xyz': expected \.npz"):
        open_writer(tmp_path / "x.xyz", names=None, dtype=float, n_columns=3)
    with pytest.raises(ParameterError, match=r"write \.npy"):
        open_writer(tmp_path / "x.npz", names=None, dtype=float, n_columns=3, sparse=False)
    assert list(tmp_path.iterdir()) == []


def test_standard_output(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    write("-", matrix())
    rows = read_json(stream.buffer.getvalue().splitlines())
    assert [row["text"] for row in rows] == TEXTS


SCRIPT = """
import sys, numpy as np
from nlpkit.errors import NlpkitError
from nlpkit.outputs.rows import open_writer
try:
    with open_writer("-", names=None, dtype=float, n_columns=2) as writer:
        for _ in range(2000):
            writer.write(["s"] * 100, ["some text"] * 100, np.ones((100, 2)))
except BrokenPipeError:
    sys.exit(7)
except NlpkitError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way there")
def test_a_reader_that_leaves_ends_it_quietly():
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 7


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_standard_output_is_one_line():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", SCRIPT], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.stderr.decode().splitlines() == [
        "standard output: the disk is full: free some space, or choose another disk"
    ]
