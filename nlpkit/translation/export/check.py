"""Whether CTranslate2 computes from a folder what nlpkit computes: both translate sentences of random pieces.

With the weights of the folder in float32 (those of 8 bits as they were rounded)

- each token of greedy search is the likeliest one of nlpkit's model, or its log-probability is lower by at most `TIE`;
- beam search finds the same tokens, or translations whose scores differ by at most `TIE`. Of open hypotheses that tie,
  rounding keeps either, which does not show in what is found: one sentence may differ;
- all scores differ by at most `TIE`.

Products of 8 bits are rounded differently in both. Greedy translations by such products are scored by nlpkit's model in
float32: in the mean over all sentences, the log-probability of a token may be lower by `LOSS` than in its own
translations. A usual model loses 0.01, one of width 16 a tenth.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Question
from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ArtifactError
from nlpkit.threads import available_threads

from ..array_decoding import decode_arrays
from ..decoding_batches import in_order
from ..engines import array_model
from ..model_options import never_generated
from .source import Exported
from .spec import ctranslate2_library

TIE = 1e-4
LOSS = 0.3
BEAM = 4
LONGEST = 40  # tokens of a translation
_PATIENCE = 8  # a search stops after 8 beams of finished translations, much later than usual
_PIECES = (*range(1, 17), *range(1, 17))

Lines = list[list[int]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """Result of `check`.

    Attributes
    ----------
    sentences : int
        Number of sentences.
    greedy, beam : int
        Sentences of which each search finds the same tokens, or scores that tie.
    apart : float
        Largest difference of the scores that both give to a translation, which are means over tokens.
    loss : float, optional
        Log-probability of a token that products of 8 bits cost, in the mean.
    """

    sentences: int
    greedy: int
    beam: int
    apart: float
    loss: float | None = None


def check(folder: Path, model: Exported, weights: Mapping[str, np.ndarray], name: str) -> Check:
    """Compare the folder of CTranslate2's model with the model that was exported.

    Parameters
    ----------
    folder : Path
    model : Exported
    weights : mapping of str to ndarray
        Those in the folder, in float32.
    name : str
        The name that the folder will get, for errors.

    Raises
    ------
    ArtifactError
        If they do not compute the same.
    """
    sources = sentences(model)
    ours = array_model("numpy", model.options, weights)
    greedy, scores = _translated(folder, model, sources, beam=1, compute_type="float32")
    regrets, means = scored(ours, sources, greedy)
    apart = np.abs(scores - means)
    likeliest = [max(regret) <= TIE for regret in regrets]
    found, scores = _translated(folder, model, sources, beam=BEAM, compute_type="float32")
    means = scored(ours, sources, found)[1]
    apart = np.concatenate([apart, np.abs(scores - means)])
    expected = _decoded(ours, sources, beam=BEAM)
    others = [i for i, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other]
    if others:
        scores = scored(ours, [sources[i] for i in others], [expected[i] for i in others])[1]
        cut = [LONGEST in (len(found[i]), len(expected[i])) for i in others]  # nlpkit ranks what is cut off differently
        others = [
            i
            for i, score, is_cut in zip(others, scores, cut, strict=True)
            if not (is_cut or abs(means[i] - score) <= TIE)
        ]
    made = Check(
        sentences=len(sources), greedy=sum(likeliest), beam=len(sources) - len(others), apart=float(apart.max())
    )
    if not (made.apart <= TIE and all(likeliest) and len(others) <= 1):
        raise ArtifactError(
            f"{name}: is not written: CTranslate2 translates {made.greedy} of {made.sentences} sentences as nlpkit does"
            f" by greedy search, {made.beam} with beam {BEAM}, and scores differ by up to {made.apart:.2g}: translate"
            " with nlpkit, or try another version of ctranslate2"
        )
    return made


def check_rounded(folder: Path, model: Exported, weights: Mapping[str, np.ndarray], name: str) -> float:
    """Return the log-probability of a token that CTranslate2's products of 8 bits cost.

    Raises
    ------
    ArtifactError
        If it is more than `LOSS`.
    """
    sources = sentences(model)
    ours = array_model("numpy", model.options, weights)
    found, _ = _translated(folder, model, sources, beam=1, compute_type="default")
    expected = _decoded(ours, sources, beam=1)
    loss = float((scored(ours, sources, expected)[1] - scored(ours, sources, found)[1]).mean())
    if not loss <= LOSS:
        raise ArtifactError(
            f"{name}: is not written: with products of 8 bits CTranslate2's translations are less likely by {loss:.2g}"
            f" of a token's log-probability, and at most {LOSS} is accepted: export in float32"
        )
    return loss


def sentences(model: Exported) -> Lines:
    """Draw the sentences: 1 to 16 pieces each, with the tag of a target language where the model has some."""
    options, words = model.options, model.words[0]
    special = {options.pad_id, options.start_id, options.eos_id}
    pieces = [
        id_ for id_, word in enumerate(words) if id_ not in special and not (word[:1] == "<" and word[-1:] == ">")
    ]
    draw = np.random.default_rng(1)
    named = {f"⟦{code}⟧" for code in model.marks.targets}
    tags = [id_ for id_, word in enumerate(words) if word.removeprefix("▁") in named]
    drawn = [draw.choice(pieces or range(len(words)), size).tolist() for size in _PIECES]
    return [[*([tags[i % len(tags)]] if tags else []), *line] for i, line in enumerate(drawn)]


def scored(
    ours: Any, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], longest: int = LONGEST
) -> tuple[list[list[float]], np.ndarray]:
    """Score translations, which end unless they have ``longest`` tokens.

    Returns
    -------
    list of list of float
        By how much each token is less likely than the likeliest one in its place.
    ndarray (n,)
        Mean log-probabilities of the tokens of each translation, as CTranslate2 computes them: without the tokens that
        are never generated.
    """
    options = ours.options
    lines = [list(line) if len(line) >= longest else [*line, options.eos_id] for line in targets]
    steps, rows = ours.start(sources), np.arange(len(lines))
    none = np.zeros(0, np.int64)
    question = Question(
        best=1,
        never=np.array(never_generated(options), np.int64),
        bans=none.reshape(0, 3),
        forced=np.full(len(lines), -1),
        normalized=False,
        everything=True,
    )
    tokens = np.full(len(lines), options.start_id)
    regrets: list[list[float]] = [[] for _ in lines]
    sums = np.zeros(len(lines))
    for place in range(max(map(len, lines))):
        logits = steps.step(tokens[:, None], question).everything[:, 0].astype(np.float64)
        tokens = np.array([line[place] if place < len(line) else options.eos_id for line in lines])
        largest = logits.max(1)
        chosen = logits[rows, tokens]
        total = largest + np.log(np.exp(logits - largest[:, None]).sum(1))
        for row in np.flatnonzero([place < len(line) for line in lines]):
            regrets[row].append(float(largest[row] - chosen[row]))
            sums[row] += chosen[row] - total[row]
    return regrets, sums / [len(line) for line in lines]


def _decoded(ours: Any, sources: Lines, *, beam: int) -> Lines:
    options = DecodingOptions(beam=beam, max_ratio=0.0, max_extra=LONGEST)
    return [found[0].tokens for found in in_order(decode_arrays(ours, sources, options))]


def _translated(
    folder: Path, model: Exported, sources: Lines, *, beam: int, compute_type: str
) -> tuple[Lines, np.ndarray]:
    """Translate with CTranslate2; return tokens and scores."""
    translator = ctranslate2_library().Translator(
        os.fspath(folder), device="cpu", compute_type=compute_type, intra_threads=available_threads()
    )
    names, ids = model.words[0], {word: id_ for id_, word in enumerate(model.words[1])}
    results = translator.translate_batch(
        [[names[id_] for id_ in line] for line in sources],
        beam_size=beam,
        patience=_PATIENCE,
        min_decoding_length=0,
        max_decoding_length=LONGEST,
        return_scores=True,
    )
    lines = [[ids[word] for word in result.hypotheses[0]] for result in results]
    return lines, np.array([result.scores[0] for result in results])
