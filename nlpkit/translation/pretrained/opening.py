"""`open_pretrained`: a model in transformers' format, from a folder or the hub, with all that `Translator` needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.artifact.reading import CONFIG, Artifact, foreign_type
from nlpkit.errors import ArtifactError, MissingDependencyError
from nlpkit.registry import PRETRAINED
from nlpkit.text.text_form import TextForm

from ..engines import Computer
from ..marks import Marks
from .computer import PretrainedComputer, check_torch
from .directions import Directions
from .hub import found_folder, is_hub_name
from .marian_subwords import MarianSubwords
from .weights import pretrained_weights, read_config

if TYPE_CHECKING:
    from .network import PretrainedNetwork


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A pretrained model, opened for `Translator`.

    Attributes
    ----------
    options : TransformerOptions or NetworkOptions
    src_subwords, trg_subwords : ForeignSubwords
    marks : Marks or Directions
    text_form : TextForm
        Changes nothing: the model's own sub-words bring texts to their form.
    provenance : dict
    computer : Computer
    """

    options: Any
    src_subwords: Any
    trg_subwords: Any
    marks: Any
    text_form: TextForm
    provenance: dict[str, Any]
    computer: Computer


def is_pretrained(name: str | os.PathLike[str]) -> bool:
    """Whether something is a folder in transformers' format, or a name on the hub."""
    return foreign_type(name) is not None or is_hub_name(os.fspath(name))


def open_pretrained(
    name: str | os.PathLike[str], *, engine: str = "auto", device: str = "auto", precision: str = "auto"
) -> Opened:
    """Open a translation model that transformers wrote.

    Parameters
    ----------
    name : path or str
        A folder, or a name on the hub.
    engine, device, precision : str
        As in `nlpkit.translation.Translator`.

    Raises
    ------
    ArtifactError
        If the folder is damaged, holds another kind of model, has no safetensors weights, or wants code of its own.
    MissingDependencyError
        If transformers is needed and not installed.
    ParameterError
        If the engine or the precision is not one for this model.
    """
    folder = Path(name) if Path(name).is_dir() else found_folder(os.fspath(name))
    config = read_config(folder / CONFIG)
    kind = config.get("model_type")
    if kind not in PRETRAINED:
        raise ArtifactError(
            f"{folder / CONFIG}: is of a model of type {kind!r}: expected a translation model, {', '.join(PRETRAINED)}"
        )
    for place in (folder / CONFIG, folder / "tokenizer_config.json"):
        if place.is_file() and "auto_map" in read_config(place):
            raise ArtifactError(f"{place}: wants code of its own (auto_map), and nlpkit runs none: name another model")
    if not any(folder.glob("*.safetensors")):
        raise ArtifactError(
            f"{folder}: has no safetensors weights, and pickled ones can run code: load the model with transformers"
            " where you trust it, and write it with save_pretrained"
        )
    if kind == "marian":
        return _marian(folder, config, engine=engine, device=device, precision=precision)
    check_torch(engine, device=device, precision=precision)
    network, src_subwords, trg_subwords = _network(folder, config)
    return Opened(
        options=network.options,
        src_subwords=src_subwords,
        trg_subwords=trg_subwords,
        marks=Directions(targets=src_subwords.languages, sources=src_subwords.languages),
        text_form=TextForm(None),
        provenance=_provenance(folder, config),
        computer=PretrainedComputer(network, engine=engine, device=device, precision=precision),
    )


class MarianFolder(Artifact):
    """The folder of a Marian model, as engines take those of nlpkit."""

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        return pretrained_weights(self.path)[1]

    @cached_property
    def mapped(self) -> dict[str, np.ndarray]:
        return self.arrays


def _marian(folder: Path, config: Mapping[str, Any], **how: str) -> Opened:
    options, _ = pretrained_weights(folder)
    most = config.get("max_position_embeddings")
    src_subwords = MarianSubwords(folder, "source", options.src_size, most=most)
    trg_subwords = MarianSubwords(folder, "target", options.trg_size)
    given = MarianFolder(path=folder, kind="translation", format_version=0, options={}, provenance={}, files={})
    names = read_config(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").is_file() else {}
    pair = [names.get(key) or None for key in ("source_lang", "target_lang")]
    several = src_subwords.languages
    return Opened(
        options=options,
        src_subwords=src_subwords,
        trg_subwords=trg_subwords,
        marks=Directions(targets=several) if several else Marks(),
        text_form=TextForm(None),
        provenance=_provenance(folder, config, [pair[0], None if several else pair[1]]),
        computer=Computer(given, options, **how),
    )


def _provenance(folder: Path, config: Mapping[str, Any], languages: list[Any] | None = None) -> dict[str, Any]:
    name = config.get("_name_or_path") or str(folder)
    return {"pretrained": name, "data": {"languages": languages or [None, None]}}


def _network(folder: Path, config: Mapping[str, Any]) -> tuple[PretrainedNetwork, Any, Any]:
    try:
        import torch
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
    except ImportError as error:
        raise MissingDependencyError(
            f"a model of type {config['model_type']!r} needs {error.name or 'transformers'}, which isn't installed:"
            " pip install 'nlpkit[translation]'"
        ) from error
    from .network import NetworkOptions, PretrainedNetwork
    from .tokenizer_subwords import TokenizerSubwords

    if not any(next(folder.glob(pattern), None) for pattern in ("tokenizer.json", "*.model", "vocab.json")):
        raise ArtifactError(
            f"{folder}: has no tokenizer: expected tokenizer.json or a sentencepiece model; copy it too"
        )
    local = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = _loaded(folder, lambda: AutoTokenizer.from_pretrained(folder, **local))
    network, found = _loaded(
        folder,
        lambda: AutoModelForSeq2SeqLM.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # they are an error here
            output_loading_info=True,
            **local,
        ),
    )
    for problem in ("missing_keys", "mismatched_keys"):
        if found[problem]:
            first = min(found[problem], key=str)
            wrong = first if isinstance(first, str) else first[0]
            raise ArtifactError(f"{folder}: its weights don't fit {CONFIG}: look at {wrong}; copy the model again")
    prompts = config["model_type"] in ("t5", "mt5")
    known = network.config
    positions = None if prompts else known.max_position_embeddings
    tokenizer.model_max_length = 1 << 40  # a longer text is an error, and no warning
    size = known.vocab_size
    source = TokenizerSubwords(tokenizer, size, most=positions, tagged=True, prompts=prompts)
    if not source.languages:
        raise ArtifactError(f"{folder}: its tokenizer has no languages: expected those of NLLB, M2M-100 or mBART")
    begins = "start" if type(tokenizer).__name__.startswith("MBartTokenizer") else "first"
    eos = known.eos_token_id
    options = NetworkOptions(
        src_size=size,
        trg_size=size,
        pad_id=known.pad_token_id,
        start_id=known.decoder_start_token_id,
        eos_id=eos if isinstance(eos, int) else eos[0],
        positions=positions,
        language="none" if prompts else begins,
        language_last=source.language_last,
    )
    return PretrainedNetwork(network, options), source, TokenizerSubwords(tokenizer, size, prompts=prompts)


def _loaded(folder: Path, load: Callable[[], Any]) -> Any:
    try:
        with _quiet():
            return load()
    except ImportError as error:
        raise MissingDependencyError(f"{folder}: needs a package that isn't installed: {_line(error)}") from error
    except Exception as error:  # transformers raises every kind at a damaged folder
        raise ArtifactError(f"{folder}: transformers can't load it ({_line(error)}): copy the model again") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Switch off transformers' progress bars and reports: what is wrong is an error here."""
    from transformers.utils import logging

    bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
