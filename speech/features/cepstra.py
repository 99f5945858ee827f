"""Cepstral coefficients: the cosine transform of the logarithms of bands."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require
from nlpkit.speech.clips import is_tensor
from nlpkit.speech.features.options import FeatureOptions


def check_cepstra(options: FeatureOptions) -> None:
    """Raise a `ParameterError` if the options have no cepstral coefficients, or more of them than bands."""
    if options.log == "whisper":
        raise ParameterError("preset 'whisper' has no cepstral coefficients: use another preset")
    most, n = options.n_mels, options.n_mfcc
    require(n <= most, "n_mfcc", n, f"at most n_mels ({most}): set a smaller n_mfcc or a larger n_mels")


def cepstra(values: Any, energies: Any, options: FeatureOptions) -> Any:
    """Return the coefficients (n_clips, n_mfcc, frames) of log bands (n_clips, n_mels, frames)."""
    if is_tensor(values):
        import torch

        matrix = torch.from_numpy(cosine_transform(options)).to(values)
        made = matrix @ values
        if energies is not None:
            first = energies.clamp_min(options.amin).log()[:, None]
            made = torch.cat([first, made[:, 1:]], 1)
        return made
    made = cosine_transform(options).astype(values.dtype) @ values
    if energies is not None:
        made[:, 0] = np.log(np.maximum(energies, options.amin))
    return made


@lru_cache(maxsize=32)
def cosine_transform(options: FeatureOptions) -> np.ndarray:
    """Return the orthonormal cosine transform (DCT-II) with the lifter, (n_mfcc, n_mels) float64."""
    n, k = np.arange(options.n_mels), np.arange(options.n_mfcc)[:, None]
    matrix = np.sqrt(2 / options.n_mels) * np.cos(np.pi * k * (n + 0.5) / options.n_mels)
    matrix[0] = np.sqrt(1 / options.n_mels)
    if options.lifter:
        matrix *= 1 + options.lifter / 2 * np.sin(np.pi * (k + options.lifter_first) / options.lifter)
    return matrix
