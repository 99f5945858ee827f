"""Pretrained models by their name on the Hugging Face hub: which there are for two languages, and their download.

Only safetensors weights are downloaded. Repositories that hold pickled weights alone often have a conversion that the
hub's own robot has proposed; then this is taken.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlpkit.errors import ArtifactError, MissingDependencyError, Notice

_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_FILES = ["*.json", "*.safetensors", "*.spm", "*.model"]
_ROBOT = "SFconvertbot"
_FROM_ENGLISH = (
    "af ar bg ca cs cy da de el eo es et eu fi fr ga gl hi hu hy id is it mk ml mr mt nl ro ru sk sq sv uk ur vi zh"
)
_INTO_ENGLISH = (
    "af ar bg ca cs cy da de eo es et eu fi fr ga gl hi hu hy id is it ja ka ko lv mk ml mr mt nl pl ru sk sq sv th tr"
    " uk ur vi zh"
)
_OTHERS = "de-es de-fr es-de es-fr fr-de fr-es"
PAIRS = frozenset(
    [
        *(f"en-{code}" for code in _FROM_ENGLISH.split()),
        *(f"{code}-en" for code in _INTO_ENGLISH.split()),
        *_OTHERS.split(),
    ]
)
"""Pairs of languages with a model ``Helsinki-NLP/opus-mt-{from}-{to}``, of about 300 MB."""
OF_MANY = "facebook/nllb-200-distilled-600M"
"""A model of 202 languages, of about 2.5 GB; its licence excludes commercial use."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """The files that a download would bring.

    Attributes
    ----------
    name : str
    revision : str or None
        The revision with safetensors weights; None for the main one.
    files : tuple of str
    size : int
        Bytes of these files, 0 if the hub does not say.
    """

    name: str
    revision: str | None
    files: tuple[str, ...]
    size: int

    def __str__(self) -> str:
        size = f", {self.size / 1e6:,.0f} MB" if self.size else ""
        return f"{self.name} from the Hugging Face hub{size}"


def known_model(from_: str, to: str) -> str:
    """Return the name of a model on the hub that translates from one language into another. Nothing is downloaded.

    Parameters
    ----------
    from_, to : str
        Codes of ISO 639, such as ``en``.

    Examples
    --------
    >>> known_model("en", "fr"), known_model("fr", "pl")
    ('Helsinki-NLP/opus-mt-en-fr', 'facebook/nllb-200-distilled-600M')
    """
    out, into = (re.split("[-_]", code.lower())[0] for code in (from_, to))
    return f"Helsinki-NLP/opus-mt-{out}-{into}" if f"{out}-{into}" in PAIRS else OF_MANY


def is_hub_name(name: str) -> bool:
    """Whether a name can only be one on the hub: owner/model, and there is no such folder, nor one of the owner's name.

    Examples
    --------
    >>> is_hub_name("Helsinki-NLP/opus-mt-en-fr"), is_hub_name("models"), is_hub_name("/models/en-fr")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None and not Path(name).parent.exists()


def found_folder(name: str) -> Path:
    """Return the folder of a model of the hub, which is downloaded if it is not in the hub's cache.

    Raises
    ------
    ArtifactError
        If it is not in the cache and cannot be downloaded, or has no safetensors weights.
    MissingDependencyError
        If huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingDependencyError(
            f"{name} is on the Hugging Face hub, which needs huggingface_hub: pip install 'nlpkit[translation]'"
        ) from error
    cached = _cached(name)
    if cached is not None:
        return cached
    with _one_line(name):
        download = would_download(name)
        warnings.warn_explicit(f"downloading {download}", Notice, "nlpkit", 1)
        return Path(snapshot_download(name, revision=download.revision, allow_patterns=list(download.files)))


def would_download(name: str) -> Download:
    """Ask the hub which files of a model would be downloaded, and how large they are.

    Raises
    ------
    ArtifactError
        If the model has no safetensors weights.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    revision = None
    files = _wanted(api.model_info(name, files_metadata=True))
    if not any(file.endswith(".safetensors") for file in files):
        proposed = api.get_repo_discussions(name, author=_ROBOT, discussion_type="pull_request")
        revision = next((each.git_reference for each in proposed if "safetensors" in each.title), None)
        if revision is not None:
            files = _wanted(api.model_info(name, revision=revision, files_metadata=True))
    if not any(file.endswith(".safetensors") for file in files):
        raise ArtifactError(
            f"{name}: has no safetensors weights on the hub, and pickled ones can run code: name another model, or"
            " convert it where you trust it, by transformers' save_pretrained, and name the folder"
        )
    return Download(name=name, revision=revision, files=tuple(files), size=sum(files.values()))


def _wanted(info: Any) -> dict[str, int]:
    """Return the sizes of the files that are read, without those in folders, which are of other formats."""
    names = {each.rfilename: each.size or 0 for each in info.siblings or ()}
    return {name: size for name, size in names.items() if "/" not in name and _is_read(name)}


def _is_read(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in _FILES)


def _cached(name: str) -> Path | None:
    """Return the newest folder of a model in the hub's cache that has its weights."""
    from huggingface_hub.constants import HF_HUB_CACHE

    snapshots = Path(HF_HUB_CACHE, f"models--{name.replace('/', '--')}", "snapshots")
    whole = [
        place for place in snapshots.glob("*") if (place / "config.json").is_file() and any(place.glob("*.safetensors"))
    ]
    return max(whole, key=lambda place: place.stat().st_mtime, default=None)


@contextmanager
def _one_line(name: str) -> Iterator[None]:
    """Turn every failure of a download into one line."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    how = "name the folder of a model that you have, or copy the hub's cache (HF_HOME) from a machine that has it"
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise ArtifactError(
            f"{name}: is not in the hub's cache, and HF_HUB_OFFLINE forbids a download: unset it, or {how}"
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        raise ArtifactError(
            f"{name}: there is no such folder, and the Hugging Face hub answers {status}: check the name, or {how}"
        ) from error
    except ArtifactError:
        raise
    except Exception as error:  # the hub's client takes one of several HTTP libraries
        raise ArtifactError(
            f"{name}: there is no such folder, and it can't be downloaded from the Hugging Face hub"
            f" ({type(error).__name__}): {how}"
        ) from error
