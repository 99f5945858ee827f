"""Downloads of pretrained models, from a server of our own that answers as the hub does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers", reason="transformers isn't installed")
import pretrained_models

SAFE, PICKLED, PROPOSED = "owner/small", "owner/pickled", "owner/proposed"
ROBOT = {
    "num": 1, "title": "Adding `safetensors` variant of this model", "status": "open",
    "author": {"name": "SFconvertbot"},
    "isPullRequest": True, "createdAt": "2023-01-01T00:00:00.000Z", "repo": {"name": PROPOSED, "type": "model"},
}  # fmt: skip


class Hub(BaseHTTPRequestHandler):
    """Answers for three models with the files of one folder; the weights of two are pickled at their main revision."""

    folder: Path

    def files(self, name: str, revision: str) -> dict[str, int]:
        found = {each.name: each.stat().st_size for each in self.folder.iterdir()} | {"pytorch_model.bin": 3}
        if name == PICKLED or (name == PROPOSED and "pr" not in revision):
            found.pop("model.safetensors")
        return found

    def answer(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].replace("%2F", "/")
        name = next((each for each in (SAFE, PICKLED, PROPOSED) if each in path), "")
        if not name:
            self.send_error(404)
        elif path.endswith("/discussions"):
            made = [ROBOT] if name == PROPOSED else []
            self.answer(json.dumps({"discussions": made, "count": len(made), "start": 0}).encode())
        elif "/resolve/" in path:
            content = (self.folder / path.rpartition("/")[2]).read_bytes()
            self.answer(content, ETag=f'"{len(content):040x}"', X_Repo_Commit="a" * 40)
        elif "/tree/" in path:
            found = self.files(name, path)
            tree = [{"type": "file", "path": key, "size": size, "oid": "b" * 40} for key, size in found.items()]
            self.answer(json.dumps(tree).encode())
        else:
            siblings = [{"rfilename": key, "size": size} for key, size in self.files(name, path).items()]
            self.answer(json.dumps({"id": name, "sha": "a" * 40, "siblings": siblings}).encode())

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    Hub.folder = pretrained_models.marian(tmp_path_factory.mktemp("hub") / "marian")
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def translated(hub: str, cache: Path, name: str) -> tuple[int, str, str]:
    words = ["translate", "small dog", "--model", name, "--engine", "numpy"]
    code = f"import sys; sys.argv = ['nlpkit', *{words!r}]; from nlpkit.cli.main import main; sys.exit(main())"
    environment = {**os.environ, "HF_ENDPOINT": hub, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, env=environment)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize("name", [SAFE, PROPOSED])
def test_a_model_is_downloaded_once_and_without_pickles(hub: str, tmp_path: Path, name: str) -> None:
    code, out, err = translated(hub, tmp_path, name)
    assert code == 0, err
    assert f"downloading {name} from the Hugging Face hub, 1 MB" in err
    assert not [*tmp_path.rglob("*.bin")]
    again = translated("http://127.0.0.1:9", tmp_path, name)
    assert again == (0, out, "")


@pytest.mark.parametrize(
    ("name", "message"), [(PICKLED, "has no safetensors weights on the hub"), ("owner/none", "hub answers 404")]
)
def test_models_that_are_not_downloaded(hub: str, tmp_path: Path, name: str, message: str) -> None:
    code, out, err = translated(hub, tmp_path, name)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
