"""The kinds of features: what each is computed from, and a check of the options that every entrance calls."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlpkit.errors import FeatureWarning, require
from nlpkit.speech.features.cepstra import check_cepstra
from nlpkit.speech.features.mel_filters import band_edges, places_of
from nlpkit.speech.features.options import PRESETS, FeatureOptions

KINDS = ("spectrogram", "mel_spectrogram", "log_mel", "mfcc")
"""Each is also the function of `nlpkit.speech` that computes it."""

_SIZES = ("sr", "n_fft", "n_mels", "fmin", "fmax", "mel_scale")
_PRESET_SIZES = [tuple(getattr(FeatureOptions.of(preset), name) for name in _SIZES) for preset in PRESETS]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of features with its options.

    Attributes
    ----------
    name : str
    mel, log, energies : bool
        Whether it needs mel bands, their logarithms, and the energies of frames.
    top_db : float or None
        Limit of the logarithms.
    warning : str
        What is wrong with the bands, or an empty string.
    """

    name: str
    mel: bool
    log: bool
    energies: bool
    top_db: float | None
    warning: str


def kind_of(name: str | Kind, options: FeatureOptions, *, stacklevel: int | None = 3) -> Kind:
    """Check that options suit a kind of features, and return what it needs.

    Parameters
    ----------
    name : {"spectrogram", "mel_spectrogram", "log_mel", "mfcc"}, or Kind
        A kind that was checked before is returned.
    options : FeatureOptions
    stacklevel : int, optional
        Where a warning about empty mel bands points to; None for no warning.

    Raises
    ------
    ParameterError
        If there is no such kind, or the options do not have it.
    """
    if isinstance(name, Kind):
        return name
    require(isinstance(name, str) and name in KINDS, "kind", name, "one of " + ", ".join(map(repr, KINDS)))
    kind = _kind(name, options)
    if stacklevel is not None:
        tell(kind, stacklevel=stacklevel + 1)
    return kind


def tell(kind: Kind, *, stacklevel: int = 3) -> None:
    """Warn if mel bands are empty."""
    if kind.warning:
        warnings.warn(kind.warning, FeatureWarning, stacklevel=stacklevel)


@lru_cache(maxsize=64)
def _kind(name: str, options: FeatureOptions) -> Kind:
    if name == "mfcc":
        check_cepstra(options)
    return Kind(
        name=name,
        mel=name != "spectrogram",
        log=name in ("log_mel", "mfcc"),
        energies=name == "mfcc" and options.use_energy,
        top_db={"log_mel": options.top_db, "mfcc": options.mfcc_top_db}.get(name),
        warning=_warning(options) if name != "spectrogram" else "",
    )


def _warning(options: FeatureOptions) -> str:
    """Return what a user should know about bands that no frequency falls into; nothing at a preset's own sizes."""
    empty = _empty(options.n_fft, options.n_mels, options)
    if not empty or tuple(getattr(options, name) for name in _SIZES) in _PRESET_SIZES:
        return ""
    cures = []
    n_fft = 1 << options.n_fft.bit_length()
    while n_fft <= 1 << 20 and _empty(n_fft, options.n_mels, options):
        n_fft *= 2
    if n_fft <= 1 << 20:
        cures.append(f"n_fft={n_fft}")
    fewest, most = 0, options.n_mels  # without empty bands, and with some
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if _empty(options.n_fft, middle, options) else (middle, most)
    if fewest:
        cures.append(f"n_mels={fewest}")
    some = "1 of the mel bands is" if empty == 1 else f"{empty:,} of the {options.n_mels:,} mel bands are"
    return (
        f"{some} empty, because no frequency of n_fft={options.n_fft} at {options.sr:,} Hz falls into them:"
        f" use {' or '.join(cures) or 'a wider range from fmin to fmax'}"
    )


def _empty(n_fft: int, n_mels: int, options: FeatureOptions) -> int:
    """Return the number of bands between whose ends lies no frequency of the transform."""
    edges, places = band_edges(options, n_mels), places_of(options, n_fft)
    if options.mel_scale == "kaldi" and n_fft % 2 == 0:
        places = places[:-1]
    first = np.searchsorted(places, edges[:-2], side="right")
    last = np.searchsorted(places, edges[2:], side="left")
    return int((last <= first).sum())
