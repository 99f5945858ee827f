"""Tfidf: counts weighted by how rare their terms are; BM25 too."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self

import numpy as np

from .. import artifact
from ..errors import ParameterError
from . import weights
from .counted import CountedTerms


@dataclass(kw_only=True, eq=False, repr=False)
class Tfidf(CountedTerms):
    """doc"""

    kind = "tfidf"

    binary: bool = False
    norm: str | None = "l2"
    use_idf: bool = True
    smooth_idf: bool = True
    sublinear_tf: bool = False
    weighting: str = "tfidf"
    k1: float = 1.5
    b: float = 0.75

    @property
    def idf_(self) -> np.ndarray:
        """The weight of each term: (n_terms,). It can be set."""
        if not self.use_idf:
            raise AttributeError("there is no idf_ with use_idf=False")
        self._require_vocabulary()
        if not hasattr(self, "_idf"):
            if not self._totals[0]:
                self._not_fitted()
            df, n, dtype = self._frequency[:, 0], int(self._totals[0]), self._value_dtype()
            if self.weighting == "bm25":
                self._idf = weights.bm25_idf(df, n, dtype)
            else:
                self._idf = weights.smooth_idf(df, n, smooth=self.smooth_idf, dtype=dtype)
        return self._idf

    @idf_.setter
    def idf_(self, value: Any) -> None:
        if not self.use_idf:
            raise ParameterError("`idf_` cannot be set when `use_idf=False`.")
        value = np.asarray(value, self._value_dtype())
        self._require_vocabulary()
        if value.shape != (len(self._frequency),):
            raise ParameterError(
                f"idf length = {len(value)} must be equal to vocabulary size = {len(self._frequency)}"
            )
        self._idf = value

    def _forget(self) -> None:
        super()._forget()
        self.__dict__.pop("_idf", None)

    def _value_dtype(self) -> np.dtype:
        dtype = np.dtype(self.dtype)
        return dtype if dtype in (np.float32, np.float64) else np.dtype(np.float64)

    def _weigh(
        self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        dtype = self._value_dtype()
        values = np.ones(len(counts), dtype) if self.binary else counts.astype(dtype)
        if self.weighting == "bm25":
            mean = float(self._totals[1] / self._totals[0]) if self._totals[0] else 0.0
            values = weights.bm25_saturation(values, sizes, lengths, mean_length=mean, k1=self.k1, b=self.b)
            return values * self.idf_[columns]
        if self.sublinear_tf:
            np.log(values, out=values)
            values += 1
        if self.use_idf:
            values *= self.idf_[columns]
        return weights.scale_rows(values, sizes, self.norm)

    def _matrix(self, *args: Any) -> Any:
        if self.use_idf:
            self.idf_  # noqa: B018  (before the threads ask for it)
        return super()._matrix(*args)

    def _validate(self) -> None:
        super()._validate()
        self._one_of("norm", "l1", "l2", None)
        self._one_of("weighting", "tfidf", "bm25")
        for name in "binary", "use_idf", "smooth_idf", "sublinear_tf":
            self._check(name, isinstance(getattr(self, name), bool | np.bool_), "a bool")
        self._check("k1", isinstance(self.k1, Real) and self.k1 >= 0, "a number from 0 on")
        self._check("b", isinstance(self.b, Real) and 0 <= self.b <= 1, "a number from 0 to 1")
        if self.weighting == "bm25":
            for name in "norm", "use_idf", "smooth_idf", "sublinear_tf":
                if getattr(self, name) != self.defaults()[name]:
                    raise ParameterError(
                        f"{name} does not apply to weighting='bm25': leave it at its default"
                    )
        if np.dtype(self.dtype) not in (np.float32, np.float64):
            warnings.warn(
                f"Only float64 and float32 can be the 'dtype'. {self.dtype} 'dtype' will be converted to np.float64.",
                UserWarning,
                stacklevel=4,
            )

    def _stored_arrays(self) -> dict[str, np.ndarray]:
        return {"idf": self.idf_} if self.use_idf else {}

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote."""
        estimator = super().from_artifact(stored)
        if "idf" in stored.arrays:
            estimator.idf_ = stored.arrays["idf"]
        return estimator
