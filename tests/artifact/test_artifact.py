"""Model folders: what comes back, and one clear error for every kind of damage."""

import json

import numpy as np
import pytest

from nlpkit import artifact
from nlpkit.errors import ArtifactError

ARRAYS = {
    "float64": np.array([[1.5, -0.0], [np.inf, 1e-300]]),
    "float32": np.arange(5, dtype=np.float32),
    "int64": np.array([2**62, -1]),
    "uint8": np.arange(256, dtype=np.uint8),
    "bool": np.array([True, False]),
    "scalar": np.array(3.0),
    "empty": np.zeros((0, 3)),
    "fortran": np.asfortranarray(np.arange(12).reshape(3, 4)),
    "strided": np.arange(20)[::3],
    "transposed": np.arange(12).reshape(3, 4).T,
    "big_endian": np.arange(4, dtype=">f8"),
}
OPTIONS = {"norm": "l1", "ngram_range": [1, 2], "max_df": 0.1, "vocabulary": None, "binary": True}


def save(path, **changes):
    given = {
        "kind": "tfidf",
        "options": OPTIONS,
        "arrays": ARRAYS,
        "files": {"vocabulary.txt": "wörd\n".encode(), "long.txt": (b"%d\n" % i for i in range(1000))},
        "provenance": {"texts": 12},
    }
    return artifact.save(path / "model", **{**given, **changes})


def edit(folder, **changes):
    config = json.loads((folder / "config.json").read_bytes())
    config.update(changes)
    (folder / "config.json").write_text(json.dumps({k: v for k, v in config.items() if v is not ...}))


def refused(call, folder, *parts):
    with pytest.raises(ArtifactError) as caught:
        call(folder)
    message = str(caught.value)
    assert "\n" not in message
    for part in (str(folder), *parts):
        assert part in message
    return message


def test_everything_comes_back(tmp_path):
    found = artifact.read(save(tmp_path))
    assert found.kind == "tfidf"
    assert found.format_version == 2
    assert found.options == OPTIONS
    assert found.provenance.keys() == {"nlpkit", "numpy", "created", "texts"}
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(found.arrays[name], array)
    assert found.file("vocabulary.txt").decode() == "wörd\n"
    assert found.file("long.txt") == "".join(f"{i}\n" for i in range(1000)).encode()
    assert found.file_path("long.txt") == tmp_path / "model" / "long.txt"


def test_the_folder_holds_data_alone(tmp_path):
    folder = save(tmp_path)
    names = {entry.name for entry in folder.iterdir()}
    assert names == {"config.json", "model.safetensors", "vocabulary.txt", "long.txt"}
    config = json.loads((folder / "config.json").read_bytes())
    assert list(config) == ["format", "format_version", "kind", "options", "provenance", "files"]
    assert config["format"] == "nlpkit"


def test_a_model_without_arrays(tmp_path):
    found = artifact.read(save(tmp_path, arrays={}, files={}))
    assert found.arrays == {}
    assert (found.path / "model.safetensors").exists()


def test_the_hash_is_of_the_model_and_not_of_its_saving(tmp_path):
    first = artifact.read(save(tmp_path)).hash
    assert artifact.read(save(tmp_path, force=True, provenance={"texts": 13})).hash == first
    others = [{"options": {"norm": "l2"}}, {"arrays": {"float64": np.zeros(3)}}, {"kind": "bow"}]
    assert len({first, *(artifact.read(save(tmp_path, force=True, **other)).hash for other in others)}) == 4


@pytest.mark.parametrize("value", [len, {1, 2}, float("nan"), b"bytes", object()])
def test_options_that_are_no_data_are_refused(tmp_path, value):
    with pytest.raises(ArtifactError, match=r"tokenizer=.* cannot be saved: expected data"):
        save(tmp_path, options={"tokenizer": value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()]), np.array([1j])])
def test_arrays_that_are_no_numbers_are_refused(tmp_path, array):
    with pytest.raises(ArtifactError, match=r"array 'x' of dtype .* cannot be saved"):
        save(tmp_path, arrays={"x": array})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "..", "", "config.json", "model.safetensors", "c:x"])
def test_file_names_are_plain(tmp_path, name):
    with pytest.raises(ArtifactError, match="expected an unused name"):
        save(tmp_path, files={name: b""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", [artifact.read, artifact.load, artifact.describe])
def test_what_is_no_model_folder(tmp_path, call):
    refused(call, "", "the name of the model is empty")
    refused(call, tmp_path / "missing", "there is no such folder")
    (tmp_path / "file").write_text("text")
    refused(call, tmp_path / "file", "is a file")
    (tmp_path / "folder").mkdir()
    refused(call, tmp_path / "folder", "has no config.json")
    config = tmp_path / "folder" / "config.json"
    for content in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": "nlpkit"'):
        config.write_bytes(content)
        refused(call, tmp_path / "folder", "config.json: is not JSON")
    for content in ("[]", "3", '{"model_type": "bert"}', '{"format": "other", "format_version": 1}'):
        config.write_text(content)
        refused(call, tmp_path / "folder", "config.json: was not written by nlpkit")


@pytest.mark.parametrize("call", [artifact.read, artifact.load, artifact.describe])
@pytest.mark.parametrize("key", ["format_version", "kind", "options", "provenance", "files"])
@pytest.mark.parametrize("value", [..., None, ["list"]])
def test_a_damaged_config(tmp_path, call, key, value):
    folder = save(tmp_path)
    edit(folder, **{key: value})
    refused(call, folder, f"is damaged ({key!r}")


def test_a_newer_format(tmp_path):
    folder = save(tmp_path)
    edit(folder, format_version=3)
    refused(artifact.read, folder, "format version 3", "reads at most 2", "install a newer nlpkit")


def test_an_unknown_kind(tmp_path):
    refused(artifact.load, save(tmp_path, kind="word3vec"), "unknown kind", "word3vec", "tfidf")


def test_an_unknown_option(tmp_path):
    folder = save(tmp_path, options={"norm": "l1", "nrom": "l2"})
    refused(artifact.load, folder, "unknown option 'nrom'", "'tfidf'", "norm")


@pytest.mark.parametrize("name", ["model.safetensors", "vocabulary.txt"])
def test_a_missing_a_cut_and_a_changed_file(tmp_path, name):
    folder = save(tmp_path)
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    refused(artifact.read, folder, name, f"is damaged ({len(content) - 1} bytes, expected {len(content)})")
    path.write_bytes(content[:-1] + b"x")
    found = artifact.read(folder)
    told = refused(lambda _: found.arrays if name == "model.safetensors" else found.file(name), folder, "SHA-256")
    assert told.startswith(f"{path}: is damaged")
    path.unlink()
    refused(artifact.read, folder, f"{name} is missing")


def test_files_outside_the_folder_are_not_read(tmp_path):
    folder = save(tmp_path)
    (tmp_path / "secret").write_text("x")
    edit(folder, files={"../secret": {"bytes": 1, "sha256": ""}})
    refused(artifact.read, folder, "is damaged")


def test_what_is_not_there_is_named(tmp_path):
    found = artifact.read(save(tmp_path))
    with pytest.raises(ArtifactError, match="no array 'idf'; its arrays are"):
        found.arrays["idf"]
    with pytest.raises(ArtifactError, match=r"has no spm\.model: expected one of model\.safetensors, vocabulary\.txt"):
        found.file("spm.model")


def test_describe_reads_no_numbers(tmp_path):
    folder = save(tmp_path, kind="something")
    size = (folder / "model.safetensors").stat().st_size
    with open(folder / "model.safetensors", "r+b") as file:
        file.seek(size - 8)
        file.write(b"\xff" * 8)
    found = artifact.describe(folder)
    assert found.kind == "something"
    assert found.options == OPTIONS
    assert found.arrays["transposed"] == ("I64", (4, 3))
    assert found.files == {"model.safetensors": size, "vocabulary.txt": 6, "long.txt": 3890}
    assert found.provenance["texts"] == 12


def test_describe_leaves_defaults_out(tmp_path):
    options = {"norm": "l1", "lowercase": True, "ngram_range": [1, 1], "dtype": "float64"}
    assert artifact.describe(save(tmp_path, options=options)).options == {"norm": "l1"}
