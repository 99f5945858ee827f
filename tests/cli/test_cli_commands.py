"""``nlpkit search``, ``terms`` and ``info``, the version, and what is loaded for them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nlpkit
from nlpkit.cli.parameters import documented, parameters
from nlpkit.registry import EMBEDDERS, resolve

TEXTS = "a grey cat\na red fox\nthe red red wine\n"


@pytest.fixture(autouse=True)
def model(run: Any, tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXTS)
    run("embed", "-i", "a.txt", "-o", "a.npz", "--save", "model")
    return tmp_path / "model"


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_search(run: Any) -> None:
    code, out, _ = run("search", "red wine", "-i", "a.txt", "-k", "2")
    assert code == 0
    assert [(row["id"], row["source"], row["text"]) for row in rows(out)] == [
        (2, "a.txt", "the red red wine"),
        (1, "a.txt", "a red fox"),
    ]
    assert rows(out)[0]["score"] > rows(out)[1]["score"] > 0


def test_search_in_standard_input_with_a_model_and_with_bm25(run: Any) -> None:
    _, out, _ = run("search", "fox", "--model", "model", stdin=TEXTS.encode())
    assert [row["text"] for row in rows(out)] == ["a red fox"]
    _, out, _ = run("search", "fox red", "--weighting", "bm25", "-i", "a.txt", "a.txt")
    assert [row["id"] for row in rows(out)] == [1, 4, 2, 5]


def test_search_on_a_terminal(run: Any) -> None:
    _, out, _ = run("search", "red", "-i", "a.txt", terminal=True)
    lines = [line.split() for line in out.splitlines() if line.strip()[:1].isdecimal()]
    assert [line[2:4] for line in lines] == [["2", "a.txt"], ["1", "a.txt"]]
    assert lines[0][1] == "█" * 12
    code, out, err = run("search", "unheard", "-i", "a.txt", terminal=True)
    assert (code, out, err) == (0, "", "nlpkit: no text has anything in common with the query\n")


def test_terms(run: Any) -> None:
    code, out, _ = run("terms", "model", "-k", "1")
    assert code == 0
    assert rows(out) == [{"term": "red", "count": 3, "documents": 2, "idf": pytest.approx(1.2876820724517808)}]
    _, out, _ = run("terms", "model", "--sort", "idf", "-k", "2", terminal=True)
    assert [line.split()[0] for line in out.splitlines() if "█" in line] == ["cat", "fox"]


def test_terms_that_no_text_has(run: Any) -> None:
    nlpkit.embeddings.BagOfWords(vocabulary=["unheard"]).fit(["a cat"]).save("unheard")
    code, out, err = run("terms", "unheard", terminal=True)
    assert (code, err) == (0, "")
    assert "unheard" in out
    assert "█" not in out


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_an_infinite_idf_is_null(run: Any) -> None:
    nlpkit.embeddings.Tfidf(vocabulary=["cat", "unheard"], smooth_idf=False).fit(["a cat"]).save("unheard")
    code, out, _ = run("terms", "unheard")
    assert code == 0
    assert [json.loads(line, parse_constant=pytest.fail)["idf"] for line in out.splitlines()] == [1.0, None]


def test_info(run: Any) -> None:
    code, out, _ = run("info", "model")
    assert code == 0
    (record,) = rows(out)
    assert (record["kind"], record["options"]) == ("tfidf", {})
    assert record["provenance"]["nlpkit"] == nlpkit.__version__
    _, out, _ = run("info", "model", terminal=True)
    assert "tfidf" in out
    assert "model.safetensors" in out


def test_version(run: Any) -> None:
    assert run("--version") == (0, f"nlpkit {nlpkit.__version__}\n", "")


@pytest.mark.parametrize("command", ["embed", "search", "terms", "info"])
def test_help(command: str, run: Any) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: nlpkit {command}" in out


def test_every_parameter_is_an_option_with_its_help_and_default(run: Any) -> None:
    _, out, _ = run("embed", "--help")
    for parameter in parameters().values():
        assert parameter.option in out
        assert parameter.description, f"{parameter.name} has no text in the docstring of {parameter.methods}"
    assert "l2|l1|none" in out
    assert "NFC|NFKC" in out


@pytest.mark.parametrize("method", EMBEDDERS)
def test_docstrings_describe_every_parameter_and_nothing_else(method: str) -> None:
    estimator = resolve(method)
    assert set(documented(estimator)) == set(estimator.defaults())


def test_help_of_an_option_ends_with_its_own_description(run: Any) -> None:
    _, out, _ = run("train", "translation")
    assert "--monitor" in out
    assert "kwargs" not in out


def loaded(arguments: list[str], folder: Path) -> set[str]:
    """Packages that a process has imported after a command."""
    code = (
        "import sys\nfrom nlpkit.cli.main import main\ncode = main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.decode().split()}


def test_commands_load_only_what_they_use(tmp_path: Path) -> None:
    heavy = {"torch", "transformers", "sklearn", "librosa", "pandas", "pyarrow"}
    assert not loaded(["--help"], tmp_path) & (heavy | {"numpy", "scipy", "numba"})
    assert not loaded(["embed", "one cat"], tmp_path) & (heavy | {"rich", "numba"})
    assert not loaded(["embed", "--help"], tmp_path) & (heavy | {"numba"})


@pytest.mark.parametrize("long", ["https://example.org/" + "a" * 200, "日本語" * 60])
def test_a_long_term_leaves_the_other_columns(run: Any, monkeypatch: pytest.MonkeyPatch, long: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run("embed", f"see {long}", "and a cat", "--tokenizer", "whitespace", "--save", "m", terminal=True)
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["id", "text", "terms"] in lines
    assert [line[:2] for line in lines if line[:1] == ["0"]] == [["0", "see"]]
    assert "…" in out
    _, out, _ = run("terms", "m", terminal=True)
    assert ["term", "count", "texts", "idf"] in [line.split() for line in out.splitlines()]
    assert "1.405" in out


def test_help_offers_no_function_and_says_what_resume_does(run: Any) -> None:
    _, out, _ = run("embed", "--help")
    assert "a function" not in " ".join(out.replace("│", " ").split())
    assert "Continue an unfinished folder." in " ".join(out.replace("│", " ").split())
