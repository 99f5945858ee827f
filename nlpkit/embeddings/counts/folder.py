"""The model folder of an embedder that counts terms: its vocabulary, and how frequent each term is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.text.terms import Terms

from .learnt import Learnt

if TYPE_CHECKING:
    from nlpkit.artifact import Artifact

_VOCABULARY = "vocabulary.txt"


def stored_columns(learnt: Learnt) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the arrays and the files of a model folder that hold what was learnt."""
    arrays = {
        "frequency": np.column_stack([learnt.document_frequency, learnt.term_frequency]),
        "totals": learnt.totals,
        "flags": np.array([learnt.fixed, learnt.pruned], np.uint8),
    }
    if learnt.idf is not None:
        arrays["idf"] = learnt.idf
    return arrays, {_VOCABULARY: learnt.terms.lines()}


def read_columns(stored: Artifact) -> Learnt:
    """Return what was learnt, of which `stored_columns` gave the arrays and the files.

    Raises
    ------
    ArtifactError
        If something is missing, or the arrays don't fit together.
    """
    try:
        terms = Terms.from_lines(stored.file(_VOCABULARY))
        frequency, totals = stored.arrays["frequency"], stored.arrays["totals"]
        fixed, pruned = map(bool, stored.arrays["flags"])
    except ArtifactError:
        raise
    except (KeyError, ValueError) as error:
        raise ArtifactError(f"{stored.path} is damaged ({error}): make the model again") from error
    idf = stored.arrays.get("idf")
    shapes = [frequency.shape, totals.shape, (len(terms),) if idf is None else idf.shape]
    if shapes != [(len(terms), 2), (2,), (len(terms),)]:
        raise ArtifactError(f"{stored.path} is damaged (terms and numbers differ in length): make the model again")
    learnt = Learnt(fixed=fixed, pruned=pruned, totals=totals, terms=terms, frequency=frequency)
    learnt.idf = idf
    return learnt
