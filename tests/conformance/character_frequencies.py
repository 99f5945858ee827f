"""CharacterFrequencies: an embedder as somebody would write one, registered by its name alone for the suite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator


@dataclass(kw_only=True, eq=False, repr=False)
class CharacterFrequencies(Estimator):
    """How often each character is in a text, by the text's length.

    Parameters
    ----------
    lowercase : bool, default=True
        Lower-case the texts.

    Examples
    --------
    >>> CharacterFrequencies().fit_transform(["ab", "bb"]).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """

    kind = "characters"

    lowercase: bool = True

    def fit(self, texts: Iterable[str], y: Any = None) -> Self:
        characters = {character for text in texts for character in self._read(text)}
        if not characters - {" "}:
            raise ParameterError("empty vocabulary: the texts have no characters")
        self.characters_ = sorted(characters)
        return self

    def transform(self, texts: Iterable[str]) -> Any:
        if not hasattr(self, "characters_"):
            self._not_fitted()
        read = [self._read(text) for text in texts]
        rows = [[text.count(character) / max(1, len(text)) for character in self.characters_] for text in read]
        return self._output(np.array(rows, np.float32).reshape(len(rows), len(self.characters_)))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        if not hasattr(self, "characters_"):
            self._not_fitted()
        return np.array(self.characters_, object)

    def save(self, path: Any, *, force: bool = False) -> None:
        files = {"characters.txt": "".join(self.characters_).encode()}
        artifact.save(path, kind=self.kind, options=self.get_params(), files=files, force=force)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        model = cls(**stored.options)
        model.characters_ = list(stored.file("characters.txt").decode())
        return model

    def _read(self, text: str) -> str:
        return text.lower() if self.lowercase else text
