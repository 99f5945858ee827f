"""Folders of parts: their contents, and going on after a break."""

import hashlib
import json
import sys

import numpy as np
import pytest
from scipy import sparse

from nlpkit.errors import OutputError, ParameterError
from nlpkit.outputs.rows import open_writer
from nlpkit.text.terms import Terms

NAMES = ["a", "b\n", "c", "d", "e"]
X = sparse.random(103, 5, 0.3, "csr", random_state=np.random.default_rng(0))
OPTIONS = {
    "names": NAMES,
    "dtype": X.dtype,
    "n_columns": 5,
    "options": {"method": "tfidf", "ngram_range": (1, 2)},
    "model_hash": "abc",
    "fingerprint": ["a.txt", 12],
    "shard_rows": 10,
}


def write(path, *, upto=None, block=7, **changes):
    """Write the rows that aren't there yet, and fail before row ``upto``, if given."""
    with open_writer(path, **{**OPTIONS, **changes}) as writer:
        for start in range(writer.rows_done, X.shape[0], block):
            if upto is not None and start >= upto:
                raise KeyboardInterrupt
            rows = X[start : start + block]
            writer.write(["s"] * rows.shape[0], [str(start + i) for i in range(rows.shape[0])], rows)
    return json.loads((path / "manifest.json").read_bytes())


def interrupt(path, upto=55, **changes):
    with pytest.raises(KeyboardInterrupt):
        write(path, upto=upto, **changes)
    return path.with_name(path.name + ".partial")


def load(path, manifest):
    return sparse.vstack([sparse.load_npz(path / part["file"]) for part in manifest["parts"]], "csr")


def test_the_manifest_says_what_is_there(tmp_path):
    path = tmp_path / "out"
    manifest = write(path)
    assert manifest["rows"] == 103
    assert manifest["shape"] == [103, 5]
    assert manifest["dtype"] == "float64"
    assert manifest["options"] == {"method": "tfidf", "ngram_range": [1, 2]}
    assert manifest["model"] == "abc"
    assert [part["rows"] for part in manifest["parts"]] == [10] * 10 + [3]
    for part in [*manifest["parts"], manifest["terms"]]:
        content = (path / part["file"]).read_bytes()
        assert len(content) == part["bytes"]
        assert hashlib.sha256(content).hexdigest() == part["sha256"]
    assert (load(path, manifest) != X).nnz == 0
    assert list(Terms.from_lines((path / "terms.txt").read_bytes())) == NAMES
    names = {"manifest.json", "terms.txt", *(part["file"] for part in manifest["parts"])}
    assert {entry.name for entry in path.iterdir()} == names
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "parquet", "npy", "svmlight"])
def test_parts_of_every_format(tmp_path, suffix):
    manifest = write(tmp_path / "out", shard_format=suffix)
    assert [part["file"] for part in manifest["parts"]][:2] == [
        f"part-00000.{suffix}",
        f"part-00001.{suffix}",
    ]
    assert sum(part["rows"] for part in manifest["parts"]) == 103
    if suffix == "npy":
        parts = [np.load(tmp_path / "out" / part["file"]) for part in manifest["parts"]]
        np.testing.assert_array_equal(np.concatenate(parts), X.toarray())
    if suffix == "jsonl":
        lines = b"".join((tmp_path / "out" / part["file"]).read_bytes() for part in manifest["parts"])
        rows = [json.loads(line) for line in lines.splitlines()]
        assert [row["id"] for row in rows] == list(range(103))
        assert [row["text"] for row in rows] == [str(i) for i in range(103)]


def test_parts_end_by_their_size_by_default(tmp_path, monkeypatch):
    monkeypatch.setattr("nlpkit.outputs.shards.PART_BYTES", 500)
    manifest = write(tmp_path / "out", shard_rows=None)
    assert len(manifest["parts"]) > 3
    assert (load(tmp_path / "out", manifest) != X).nnz == 0


def test_no_rows(tmp_path):
    with open_writer(tmp_path / "out", **OPTIONS):
        pass
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["shape"], manifest["parts"]) == ([0, 5], [])


@pytest.mark.parametrize("resume", [False, True])
def test_the_same_again_goes_on(tmp_path, resume):
    path = tmp_path / "out"
    partial = interrupt(path)
    assert not path.exists()
    assert sorted(e.name for e in partial.glob("part-*")) == [f"part-0000{i}.npz" for i in range(5)]
    with open_writer(path, **OPTIONS, resume=resume) as writer:
        assert writer.rows_done == 50
        rest = X[50:]
        writer.write(["s"] * 53, ["t"] * 53, rest)
    manifest = json.loads((path / "manifest.json").read_bytes())
    assert manifest["shape"] == [103, 5]
    assert (load(path, manifest) != X).nnz == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_ids_run_on(tmp_path):
    path = tmp_path / "out"
    interrupt(path, shard_format="jsonl")
    manifest = write(path, shard_format="jsonl")
    lines = b"".join((path / part["file"]).read_bytes() for part in manifest["parts"])
    assert [json.loads(line)["id"] for line in lines.splitlines()] == list(range(103))


def test_a_break_before_the_first_part_leaves_nothing(tmp_path):
    interrupt(tmp_path / "out", upto=7)
    assert list(tmp_path.iterdir()) == []


OTHERS = [
    ({"fingerprint": ["a.txt", 13]}, "another input"),
    ({"options": {"method": "bow", "ngram_range": (1, 2)}}, "other options .method='tfidf', now 'bow'."),
    ({"options": {**OPTIONS["options"], "min_df": 2}}, "other options .min_df=None, now 2."),
    ({"model_hash": "abd"}, "another model"),
    ({"dtype": np.float32}, "another dtype .float64, now float32."),
    ({"shard_format": "jsonl"}, "another part_format .npz, now jsonl."),
]


@pytest.mark.parametrize(("changes", "message"), OTHERS)
@pytest.mark.parametrize("resume", [{}, {"resume": True}, {"resume": True, "force": True}])
def test_another_input_or_other_options_are_refused(tmp_path, changes, message, resume):
    path = tmp_path / "out"
    partial = interrupt(path)
    before = {entry.name: entry.read_bytes() for entry in partial.iterdir()}
    with pytest.raises(OutputError, match=message) as caught:
        write(path, **changes, **resume)
    assert "\n" not in str(caught.value)
    assert {entry.name: entry.read_bytes() for entry in partial.iterdir()} == before
    assert write(path)["rows"] == 103


@pytest.mark.parametrize(("changes", "message"), OTHERS)
def test_force_starts_anew(tmp_path, changes, message):
    path = tmp_path / "out"
    interrupt(path)
    with open_writer(path, **{**OPTIONS, **changes}, force=True) as writer:
        assert writer.rows_done == 0
        writer.write(["s"] * 103, ["t"] * 103, X)
    assert json.loads((path / "manifest.json").read_bytes())["rows"] == 103


def test_force_replaces_a_complete_folder_only_at_the_end(tmp_path):
    path = tmp_path / "out"
    write(path)
    interrupt(path, force=True, options={"method": "bow"})
    assert json.loads((path / "manifest.json").read_bytes())["options"]["method"] == "tfidf"
    manifest = write(path, force=True, options={"method": "bow"})
    assert manifest["options"] == {"method": "bow"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_part_that_was_not_recorded_is_written_again(tmp_path):
    path = tmp_path / "out"
    partial = interrupt(path)
    (partial / "part-00005.npz").write_bytes(b"half")
    (partial / "part-00099.npz").write_bytes(b"half")
    manifest = write(path)
    assert (load(path, manifest) != X).nnz == 0
    assert not (path / "part-00099.npz").exists()


def test_damage_is_found(tmp_path):
    path = tmp_path / "out"
    partial = interrupt(path)
    content = bytearray((partial / "part-00001.npz").read_bytes())
    content[-100] ^= 1
    (partial / "part-00001.npz").write_bytes(content)
    with pytest.raises(OutputError, match=r"part-00001\.npz: is damaged"):
        write(path)
    (partial / "part-00001.npz").unlink()
    with pytest.raises(OutputError, match=r"part-00001\.npz: is missing"):
        write(path)
    (partial / "progress.json").write_text("{")
    with pytest.raises(OutputError, match=r"progress\.json is damaged"):
        write(path)


def test_a_partial_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "letters.txt").write_text("dear")
    with pytest.raises(OutputError, match=r"'letters\.txt'"):
        write(tmp_path / "out", force=True)
    assert (tmp_path / "out.partial" / "letters.txt").read_text() == "dear"


@pytest.mark.skipif(sys.platform == "win32", reason="no such lock there")
def test_two_writers_of_one_folder(tmp_path):
    with open_writer(tmp_path / "out", **OPTIONS) as writer:
        writer.write(["s"] * 103, ["t"] * 103, X)
        with pytest.raises(OutputError, match="another process is writing to it"):
            open_writer(tmp_path / "out", **OPTIONS)
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["rows"] == 103


def test_unknown_formats_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="'xls': expected one of npz"):
        write(tmp_path / "out", shard_format="xls")
    with pytest.raises(ParameterError, match="shard_rows is 0"):
        write(tmp_path / "out", shard_rows=0)
    assert list(tmp_path.iterdir()) == []
