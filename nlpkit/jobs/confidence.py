"""`fit_confidence`: how probable it is that a translation is good, learnt from pairs that the model has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .inputs import PairReading, StrPath
from .places import check_place
from .scored_texts import read_test_pairs
from .translator import missing

if TYPE_CHECKING:
    from nlpkit.translation.confidence import Confidence


@dataclass(frozen=True, kw_only=True)
class ConfidenceReport:
    """Result of `fit_confidence`.

    Attributes
    ----------
    confidence : Confidence
    texts : int
        Number of translations it was learnt from.
    good : int
        Number of these that are good.
    """

    confidence: Confidence
    texts: int
    good: int


def fit_confidence(
    model: StrPath,
    output: StrPath,
    *,
    pairs: Mapping[str, StrPath] | StrPath,
    pairs_as: PairReading = PairReading(),
    threads: int | None = None,
    force: bool = False,
) -> ConfidenceReport:
    """Write a translation model that says how probable it is that a translation is good.

    The model translates the sources; a translation is good if its chrF with the reference is 50 or more.

    Parameters
    ----------
    model : path
        Folder of a translation model.
    output : path
        Folder to write.
    pairs : path, or mapping of str to path
        File of pairs that the model was not trained on; for a model of several target languages one for each code.
    pairs_as : PairReading
        How the pairs are read.
    threads : int, optional
    force : bool
        Replace a folder that nlpkit wrote.

    Returns
    -------
    ConfidenceReport

    Raises
    ------
    ArtifactError
        If the model cannot be read.
    InputError
        If the pairs cannot be read.
    MissingDependencyError
        If sacrebleu is not installed.
    OutputError
        If the folder exists or cannot be written.
    ParameterError
        If all translations are good, or none.
    """
    try:
        from sacrebleu.metrics import CHRF
    except ModuleNotFoundError as error:
        raise missing(error) from error
    from nlpkit.artifact import read
    from nlpkit.translation.confidence import GOOD, Confidence
    from nlpkit.translation.model_folder import check_not_replaced, save_changed
    from nlpkit.translation.translator import Translator

    check_place(output, is_folder=True, force=force)
    check_not_replaced(model, output)
    translator = Translator(model)
    chrf = CHRF()
    candidates, is_good = [], []
    for to, path in pairs.items() if isinstance(pairs, Mapping) else [(None, pairs)]:
        sources, references, _ = read_test_pairs(path, pairs_as, output)
        found = translator.translate_full(sources, to=to, split_sentences=False, threads=threads)
        for translation, reference in zip(found, references, strict=True):
            candidates.append(translation.n_best[0])
            is_good.append(chrf.sentence_score(translation.text, [reference]).score >= GOOD)
    confidence = Confidence.fitted(candidates, is_good)
    save_changed(read(model), output, options={"confidence": asdict(confidence)}, force=force)
    return ConfidenceReport(confidence=confidence, texts=len(is_good), good=sum(is_good))
