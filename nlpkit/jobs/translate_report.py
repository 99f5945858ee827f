"""`TranslateReport`: what came of a job that translates, and its counts on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.translation.translations import Translation
    from nlpkit.translation.translator import Translator


@dataclass(frozen=True, kw_only=True)
class TranslateReport:
    """Result of `translate_files` and `translate_texts`.

    Attributes
    ----------
    texts : int
        Number of texts that were translated.
    tokens : int
        Sub-words of their best translations.
    seconds : float
        Duration of the translation, without loading the model.
    unfinished : int
        Best translations that were cut off at the greatest length.
    left_out : dict of str to int
        Number of texts and records that were left out, by reason.
    several : int
        Texts of more sentences than those in the training, unless these were translated by themselves.
    flags : dict of str to int
        Number of translations with each flag: see `nlpkit.translation.Translation.flags`.
    resumed : int
        Texts that were translated already when the job was resumed.
    translations : list of Translation, or None
        All translations, if no output was named.
    """

    texts: int
    tokens: int
    seconds: float
    unfinished: int
    left_out: dict[str, int]
    several: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    resumed: int = 0
    translations: list[Translation] | None = None

    @property
    def skipped(self) -> int:
        """Number of texts and records that were left out."""
        return sum(self.left_out.values())


@dataclass(kw_only=True)
class TranslateCounts:
    """Counts while texts are translated; fields as in `TranslateReport`."""

    texts: int = 0
    tokens: int = 0
    seconds: float = 0.0
    unfinished: int = 0
    several: int = 0
    flags: dict[str, int] = field(default_factory=dict)

    @classmethod
    def resumed(cls, progress: Mapping[str, Any], translator: Translator) -> TranslateCounts:
        """Return the counts of a job that was stopped, whose engine is the translator's from the start."""
        if progress:
            translator.start_engine(progress["engine"])
        return cls(**{name: progress[name] for name in asdict(cls()) if name in progress})

    def add(self, translation: Translation) -> None:
        """Count a translation."""
        best = translation.n_best[0]
        self.texts += 1
        self.tokens += len(best.tokens)
        self.unfinished += not best.finished
        for flag in translation.flags:
            name = flag.partition(":")[0]
            self.flags[name] = self.flags.get(name, 0) + 1
