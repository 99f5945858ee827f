"""Validation: loss and BLEU of a model on pairs that it is not trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from nlpkit.errors import MissingDependencyError
from nlpkit.evaluation.bleu_tokenizer import bleu_tokenizer
from nlpkit.training.loss import smoothed_cross_entropy
from nlpkit.training.task import Validated
from nlpkit.translation.model import TranslationModel

from .encoded_pairs import EncodedPairs
from .token_batches import collate, plan_epoch

Translate = Callable[[TranslationModel, Sequence[Sequence[int]]], Sequence[Sequence[int]]]
Detokenise = Callable[[Sequence[Sequence[int]]], Sequence[str]]

_BATCH_TOKENS = 8192


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sentence of the validation data in the model's current translation.

    Attributes
    ----------
    number : int
        Number of the pair in the validation data.
    translation, reference : str
    """

    number: int
    translation: str
    reference: str


class Validation:
    """Validation pairs, and how translations of them become text.

    Parameters
    ----------
    pairs : EncodedPairs
    translate : callable, optional
        Turns sources into translations, ids into ids, without their ends; default: greedy decoding.
    detokenise : callable, optional
        Turns lists of ids into texts; without it BLEU compares ids.
    references : sequence of str, optional
        Targets as texts; default: the ids through ``detokenise``.
    bleu_sentences : int
        Sentences that are translated, from the first on.
    n_samples : int
        Translations that are reported.
    language : str, optional
        Code of the target language, for BLEU's tokenizer; default: the script of the references decides.
    """

    def __init__(
        self,
        pairs: EncodedPairs,
        *,
        translate: Translate | None = None,
        detokenise: Detokenise | None = None,
        references: Sequence[str] | None = None,
        bleu_sentences: int = 1024,
        n_samples: int = 3,
        language: str | None = None,
    ) -> None:
        self.pairs = pairs
        self._translate = translate or greedy
        self._detokenise = detokenise or _as_numbers
        self._n_samples = n_samples
        chosen = [pairs.pair(number) for number in range(min(len(pairs), bleu_sentences))]
        self._sources = [src for src, _ in chosen]
        if references is not None and detokenise is not None:
            self._references = list(references[: len(chosen)])
        else:
            self._references = list(self._detokenise([trg for _, trg in chosen]))
        self._bleu = _bleu(bleu_tokenizer(self._references, language) if detokenise is not None else "none")
        self._plan = plan_epoch(pairs.src_lengths, pairs.trg_lengths, batch_tokens=_BATCH_TOKENS, seed=0, epoch=0)

    @property
    def signature(self) -> str:
        """sacreBLEU's signature of this BLEU."""
        self._bleu.corpus_score([""], [[""]])  # sacreBLEU knows the number of references by what it has scored
        return str(self._bleu.get_signature())

    def run(self, model: TranslationModel) -> Validated:
        """Validate a model in evaluation mode: the loss under autocast as it is set, translations in float32."""
        loss = self._loss(model)
        with torch.autocast(model.device.type, enabled=False):
            translations = list(self._detokenise(self._translate(model, self._sources)))
        samples = zip(range(self._n_samples), translations, self._references, strict=False)
        return Validated(
            loss=loss,
            metrics={"bleu": min(100.0, float(self._bleu.corpus_score(translations, [self._references]).score))},
            samples=tuple(Sample(number=number, translation=ours, reference=ref) for number, ours, ref in samples),
        )

    def _loss(self, model: TranslationModel) -> float:
        total, tokens = 0.0, 0
        for numbers in self._plan:
            ids = {"pad_id": model.pad_id, "start_id": model.start_id, "eos_id": model.eos_id}
            batch = collate(self.pairs, numbers, **ids).to(model.device)
            hidden = model.teach(model.encode(batch.src, batch.lengths), batch.trg_in)
            logits = model.logits(hidden.flatten(0, 1).index_select(0, batch.rows))
            total += float(smoothed_cross_entropy(logits, batch.targets)[1])
            tokens += len(batch.targets)
        return total / max(1, tokens)


def greedy(model: TranslationModel, sources: Sequence[Sequence[int]]) -> list[list[int]]:
    """Translate ids into ids, the likeliest token at each step."""
    from nlpkit.decoding.options import DecodingOptions
    from nlpkit.translation.decoding import decode

    translations: list[list[int]] = [[] for _ in sources]
    for number, hypotheses in decode(model, sources, DecodingOptions(beam=1, scores=False)):
        translations[number] = hypotheses[0].tokens if hypotheses else []
    return translations


def _as_numbers(sentences: Sequence[Sequence[int]]) -> list[str]:
    return [" ".join(map(str, np.asarray(sentence, dtype=np.int64).tolist())) for sentence in sentences]


def _bleu(tokenize: str) -> Any:
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise MissingDependencyError(
            "BLEU needs sacrebleu, which isn't installed: pip install 'nlpkit[translation]'"
        ) from error
    return BLEU(tokenize=tokenize, force=True, effective_order=True)  # targets of one word have no 4-grams
