"""`translate_documents`: HTML, Markdown, subtitles and catalogues in, the same documents in another language out."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.corpora.paths import find_sources
from nlpkit.device import check_count
from nlpkit.documents.opening import Document
from nlpkit.documents.unit import Flag, Unit
from nlpkit.errors import OutputError, ParameterError
from nlpkit.outputs.files import PendingFile, output_errors

from .document_places import places_of
from .inputs import Reading, StrPath
from .opened_document import opened_document
from .passes import TRANSLATING, Progress
from .translation_choice import choice_for
from .translator import decoding_options, open_glossary, open_translator

if TYPE_CHECKING:
    from nlpkit.decoding.options import DecodingOptions
    from nlpkit.translation.glossary import Glossary
    from nlpkit.translation.text_layout import TextLayout
    from nlpkit.translation.translations import Translation
    from nlpkit.translation.translator import Translator


@dataclass(frozen=True, kw_only=True)
class DocumentReport:
    """Result of `translate_documents`.

    Attributes
    ----------
    documents : int
        Number of documents.
    units : int
        Number of parts that were translated.
    tokens : int
        Sub-words of their translations.
    unfinished : int
        Sentences whose translation was cut off at the greatest length.
    seconds : float
        Duration of the translation, without loading the model.
    flags : list of Flag
        Places to look at.
    """

    documents: int
    units: int
    tokens: int
    unfinished: int
    seconds: float
    flags: list[Flag]


def translate_documents(
    inputs: StrPath | Sequence[StrPath],
    output: StrPath | None = None,
    *,
    model: StrPath | Translator | None = None,
    to: str | None = None,
    from_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    glossary: StrPath | Glossary | None = None,
    encoding: str = "utf-8",
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> DocumentReport:
    """Translate documents, whose layout stays.

    Parameters
    ----------
    inputs : path or sequence of paths
        Files, whose suffix says what they are: see `nlpkit.registry.DOCUMENTS`; also folders and patterns of these.
    output : path, optional
        File to write. For several inputs, without a suffix, or with a slash at the end it is a folder. Default:
        standard output.
    model : path or Translator, optional
        As in `nlpkit.jobs.translate_files`.
    to : str, optional
        Code of the target language, for a model of several.
    from_ : str, optional
        Code of the language of the documents, by whose rules sentences are split; default: that of the model.
    parameters : mapping, optional
        Options of `nlpkit.translation.DecodingOptions`, by name.
    glossary : path or Glossary, optional
        As in `nlpkit.jobs.translate_files`.
    encoding : str
        Encoding of the files, also of those that are written.
    device, precision, engine, threads, progress
        As in `nlpkit.jobs.translate_files`.

    Returns
    -------
    DocumentReport

    Raises
    ------
    ArtifactError
        If the model cannot be read.
    InputError
        If a file cannot be read.
    OutputError
        If an output cannot be written.
    ParameterError
        If a parameter is unknown or wrong.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    paths = [Path(source.path) for source in find_sources(given) if source.path] if given else []
    check_count("threads", threads)
    options = decoding_options(parameters)
    if options.n_best > 1:
        raise ParameterError(
            f"n_best is {options.n_best}, and a document has one translation of each part: leave it out"
        )
    model, from_, to = choice_for(model, from_, to, paths, Reading(encoding=encoding))
    terms = open_glossary(glossary)
    outputs = places_of(paths, output)
    translator = open_translator(model, device, precision, engine)
    reading = from_ or translator.languages[0]
    documents = [opened_document(path, encoding, reading) for path in paths]
    started = time.perf_counter()
    units = tokens = unfinished = 0
    flags: list[Flag] = []
    for document, path, place in zip(documents, paths, outputs, strict=True):
        texts = []
        for unit, found in translated(
            document.units, translator, options, to=to, from_=from_, language=reading, threads=threads, glossary=terms
        ):
            text, links = found.text_and_links(translator, is_linked=bool(unit.tags))
            texts.append(unit.filled(text, links, document.escape))
            flags += [
                Flag(place=f"{path}, part {len(texts)}", text=f"{thing} is now at the end") for thing in unit.lost(text)
            ]
            flags += [
                Flag(place=f"{path}, part {len(texts)}", text=unit.named(flag))
                for part in found.parts
                for flag in part.flags
            ]
            tokens += sum(len(each.n_best[0].ids) for each in found.parts)
            unfinished += sum(not each.n_best[0].finished for each in found.parts)
            units += 1
            if progress is not None:
                progress(TRANSLATING, units, sum(len(each.units) for each in documents))
        written = document.filled(texts)
        flags += _flags(document, written, str(path) if len(paths) > 1 else "")
        _write(written, place, encoding)
    return DocumentReport(
        documents=len(documents),
        units=units,
        tokens=tokens,
        unfinished=unfinished,
        seconds=time.perf_counter() - started,
        flags=flags,
    )


@dataclass(frozen=True)
class TranslatedUnit:
    """The layout of a unit, and the translations of its sentences."""

    layout: TextLayout
    parts: list[Translation]

    def text_and_links(self, translator: Translator, *, is_linked: bool) -> tuple[str, list[int]]:
        """Return the translation, and the source word of each of its words, if they are asked for."""
        from nlpkit.translation.word_links import word_links

        whole, places = self.layout.joined([part.text for part in self.parts])
        links = [-1] * len(whole.split())
        if is_linked:
            for part, (begin, _), (place, _) in zip(self.parts, self.layout.spans, places, strict=True):
                first, word = len(self.layout.source[:begin].split()), len(whole[:place].split())
                own = word_links(translator, part)[: len(links) - word]
                links[word : word + len(own)] = [first + link if link >= 0 else -1 for link in own]
        return whole, links


def translated(
    units: Sequence[Unit],
    translator: Translator,
    options: DecodingOptions,
    *,
    to: str | None,
    from_: str | None,
    language: str | None,
    threads: int | None,
    glossary: Glossary | None = None,
) -> Any:
    """Yield each unit with its translation, sentence by sentence, in batches across units."""
    layouts = [translator.layout(unit.text, language) for unit in units]
    texts = [text for layout in layouts for text in layout.texts]
    found = translator.stream(
        texts, options, to=to, from_=from_, split_sentences=False, threads=threads, glossary=glossary
    )
    for unit, layout in zip(units, layouts, strict=True):
        yield unit, TranslatedUnit(layout, [next(found) for _ in layout.spans])


def _write(content: str | bytes, place: Path | None, encoding: str) -> None:
    if isinstance(content, str) and place is None:
        sys.stdout.write(content)
        sys.stdout.flush()
        return
    if isinstance(content, str):
        is_html = place is not None and place.suffix.lower() in (".html", ".htm")
        try:
            content = content.encode(encoding, "xmlcharrefreplace" if is_html else "strict")
        except UnicodeEncodeError as error:
            sign = error.object[error.start]
            raise OutputError(
                f"{place or '<stdout>'}: {encoding} has no {sign!r}, which the translation needs: convert the document"
                " to UTF-8 first, or name an encoding that has it with --encoding"
            ) from error
    if place is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    with output_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with PendingFile(place) as file:
        file.write(content)


def _flags(document: Document, written: str | bytes, name: str) -> list[Flag]:
    found = getattr(document, "flags", None)
    if found is None:
        return []
    return [Flag(place=f"{name}, {flag.place}" if name else flag.place, text=flag.text) for flag in found(written)]
