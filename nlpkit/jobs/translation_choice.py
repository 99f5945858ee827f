"""`chosen_model`: the model for two languages, among those that ship with nlpkit, where none is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError
from nlpkit.registry import DOCUMENTS, TRANSLATION_PAIRS
from nlpkit.translation.pretrained.hub import known_model

from .inputs import Reading, StrPath

if TYPE_CHECKING:
    from nlpkit.translation.translator import Translator

SAMPLE = 4000  # characters of an input by which its language is found
_LONG = 150  # letters of a text whose language is checked where only one is possible

Samples = Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """A model and its languages.

    Attributes
    ----------
    model : path or str
    from_, to : str or None
        Codes of the languages, as far as they are known.
    is_shipped : bool
        Whether the model ships with nlpkit, and was not named.
    is_detected : bool
        Whether ``from_`` was found by the text.
    """

    model: StrPath
    from_: str | None
    to: str | None
    is_shipped: bool = False
    is_detected: bool = False


def chosen_model(
    model: StrPath | None, from_: str | None, to: str | None, samples: Samples, *, download: bool = False
) -> ModelChoice:
    """Return the model to translate with.

    Parameters
    ----------
    model : path, optional
        Folder or name; default: one that ships with nlpkit, or with ``download`` the one on the hub that is known for
        the two languages.
    from_, to : str, optional
        Codes of the languages.
    samples : callable
        Returns the name and the beginning of each input; called where the text has to tell the language.
    download : bool

    Raises
    ------
    ParameterError
        If no model translates so, or a language is missing and cannot be found.
    """
    if model is not None and download:
        raise ParameterError("download is about a model that isn't named: leave it out, or the model")
    if download:
        if from_ is None or to is None:
            raise ParameterError("--download needs --from and --to")
        return ModelChoice(model=known_model(from_, to), from_=from_, to=to)
    if model is not None and os.fspath(model) not in TRANSLATION_PAIRS:
        return ModelChoice(model=model, from_=from_, to=to)
    ways = [
        (name, *way)
        for name, pair in TRANSLATION_PAIRS.items()
        if model is None or os.fspath(model) == name
        for way in (pair, pair[::-1])
    ]
    fitting = [way for way in ways if _fits(way[1], from_) and _fits(way[2], to)]
    if not fitting:
        raise ParameterError(_none_fits(ways, from_, to, is_named=model is not None))
    if len({way[2] for way in fitting}) > 1:
        raise ParameterError(f"name the language to translate into: --to {' or '.join(_each(fitting, 2))}")
    sources = _each(fitting, 1)
    is_detected = from_ is None and len(sources) > 1
    if from_ is None:
        found = _detected(sources, samples, must=is_detected)
        fitting = [way for way in fitting if way[1] == found]
    name, source, target = fitting[0]
    return ModelChoice(model=name, from_=source, to=target, is_shipped=model is None, is_detected=is_detected)


def choice_for(
    model: StrPath | Translator | None,
    from_: str | None,
    to: str | None,
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    read_as: Reading,
) -> tuple[StrPath | Translator, str | None, str | None]:
    """Return the model for some inputs, and the codes of their language and of the target's: see `chosen_model`."""
    if model is not None and not isinstance(model, str | os.PathLike):
        return model, from_, to

    def samples() -> Iterator[tuple[str, str]]:
        if isinstance(inputs, GivenTexts):
            return (("", " ".join(map(str, block.texts))) for block in islice(inputs.blocks(SAMPLE), 1))
        return samples_of([inputs] if isinstance(inputs, str | os.PathLike) else inputs, read_as)

    choice = chosen_model(model, from_, to, samples)
    return choice.model, choice.from_, choice.to


def samples_of(inputs: Iterable[StrPath], read_as: Reading) -> Iterator[tuple[str, str]]:
    """Yield the name and the beginning of each input; standard input can still be read whole."""
    for path in inputs:
        name = os.fspath(path)
        if name == "-":
            yield "<stdin>", _beginning_of_standard_input(read_as.encoding)
        elif Path(name).suffix.lower() in DOCUMENTS:
            from .opened_document import opened_document

            yield name, " ".join(unit.text for unit in opened_document(Path(name), read_as.encoding, None).units)
        else:
            with read_as.texts(name) as texts:
                for block in islice(texts.blocks(SAMPLE), 1):
                    yield name, " ".join(block.texts)


def _beginning_of_standard_input(encoding: str) -> str:
    """Return what standard input has at once, without taking it."""
    buffer = sys.stdin.buffer
    if hasattr(buffer, "peek"):
        begin = buffer.peek(SAMPLE)[:SAMPLE]
    else:
        place = buffer.tell()
        begin = buffer.read(SAMPLE)
        buffer.seek(place)
    return begin.decode(encoding, "ignore")


def _detected(sources: list[str], samples: Samples, *, must: bool) -> str:
    """Return the language of all samples; where there is one choice, long texts that are in another are refused."""
    from nlpkit.text.detected_language import detected_language

    found: dict[str, str] = {}
    for name, sample in samples():
        if must or sum(map(str.isalpha, sample)) >= _LONG:
            try:
                found.setdefault(detected_language(sample[:SAMPLE], sources), name)
            except ParameterError as error:
                raise ParameterError(f"{name}: {error}" if name else str(error)) from error
        if not must:
            break
    if len(found) > 1:
        (one, first), (other, second) = list(found.items())[:2]
        raise ParameterError(f"{first} is in {one}, and {second} in {other}: translate them apart")
    if must and not found:
        raise ParameterError(f"there is no text to tell {' from '.join(sources)}: name its language with --from")
    return next(iter(found), sources[0])


def _fits(code: str, asked: str | None) -> bool:
    return asked is None or asked.replace("_", "-").split("-")[0].lower() == code


def _each(ways: list[tuple[str, str, str]], place: int) -> list[str]:
    return list(dict.fromkeys(way[place] for way in ways))


def _none_fits(ways: list[tuple[str, str, str]], from_: str | None, to: str | None, *, is_named: bool) -> str:
    known = ", ".join(f"{source}-{target}" for _, source, target in ways)
    asked = " ".join(f"--{name} {code}" for name, code in (("from", from_), ("to", to)) if code is not None)
    if is_named:
        return f"{asked}: the model translates {known}"
    name = known_model(from_, to) if from_ and to else "one"
    how = f"let {name} be downloaded with {'' if from_ and to else '--from, --to and '}--download"
    return f"{asked}: the models that ship translate {known}: name another with --model, or {how}"
