"""Comparison of features with those of a reference library."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, ParameterError, require
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reading import stream
from nlpkit.speech.features.cepstra import cosine_transform
from nlpkit.speech.features.files import gathered_features
from nlpkit.speech.features.kinds import kind_of
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.spectral import features_of, padded_length

REFERENCES = {"librosa": "librosa", "kaldi-native-fbank": "kaldi"}
"""Reference libraries, each with the preset that reproduces it."""

KINDS = {"stft": "spectrogram", "mel": "log_mel", "mfcc": "mfcc"}
"""Kinds of numbers, with the function of `nlpkit.speech` that computes each."""

_ROUNDING = 1e-6
"""Part of the largest amplitude of a frame by which two transforms in float32 may differ in any band."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Difference between nlpkit's features and a library's.

    Attributes
    ----------
    reference : str
        The library and its version.
    kind : str
        "stft", "mel" or "mfcc".
    frames : int
        Number of frames compared.
    difference : float
        The largest absolute difference; powers are divided by the largest power. Of levels and coefficients it leaves
        out what float32 cannot hold: the levels of a mel band are taken as equal if their amplitudes (the roots of
        powers) differ by less than a millionth of the largest amplitude of the frame, before its mean is removed.
        Levels 60 dB below the loudest band still differ if they are 0.01 dB apart; levels 120 dB below it never do.
    tolerance : float
        The largest accepted difference.
    """

    reference: str
    kind: str
    frames: int
    difference: float
    tolerance: float

    @property
    def equal(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.difference <= self.tolerance


def verify_features(
    y: np.ndarray, kind: str, options: FeatureOptions, reference: str, *, found: np.ndarray | None = None
) -> Verification:
    """Compare features with a library's.

    Parameters
    ----------
    y : (n_samples,) float32 or float64 array
    kind : {"stft", "mel", "mfcc"}
        Powers, log-mel bands, or cepstral coefficients.
    options : FeatureOptions
        Options based on the preset of the library.
    reference : {"librosa", "kaldi-native-fbank"}
    found : (bands, frames) array, optional
        Features to compare, such as a stream gave them; default: those that are computed here from ``y``.

    Raises
    ------
    MissingDependencyError
        If the library is not installed.
    ParameterError
        If the library has no such features, or the options belong to another preset.
    """
    require(kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
    if reference not in REFERENCES:
        raise ParameterError(f"reference is {reference!r}: expected one of {', '.join(REFERENCES)}")
    ours = features_of(y, kind_of(KINDS[kind], options), options) if found is None else found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's, of short clips
        theirs, version = (_librosa if reference == "librosa" else _kaldi)(y, kind, options)
    if ours.shape != theirs.shape:
        raise ParameterError(f"found {ours.shape} values here and {theirs.shape} from {reference}: its options differ")
    difference = float(np.abs(ours - theirs).max(initial=0))
    if kind == "stft":
        difference /= max(float(theirs.max(initial=0)), 1e-30)
    tolerance = {"stft": 2e-6, "mel": 0.01 if reference == "librosa" else 5e-3, "mfcc": 0.01}[kind]
    if kind != "stft" and difference > tolerance:
        by_rounding = _by_rounding(y, ours, kind, options, reference)
        difference = float(np.abs(ours - by_rounding - theirs).max(initial=0))
    return Verification(
        reference=f"{reference} {version}",
        kind=kind,
        frames=ours.shape[1],
        difference=difference,
        tolerance=tolerance,
    )


def verify_file(
    path: AudioPath,
    kind: str,
    preset: str | FeatureOptions,
    reference: str,
    *,
    offset: float = 0.0,
    duration: float | None = None,
    pad_to: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
) -> Verification:
    """Compare the features of a file, as `nlpkit spectrogram` computes them in blocks, with a library's of the whole.

    Parameters
    ----------
    path, offset, duration, pad_to, raw, channel, salvage
        See `nlpkit.speech.stream_features`.
    kind, preset, reference
        See `verify_features`.

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `nlpkit.speech.load` and `verify_features`.
    """
    require(kind in KINDS, "kind", kind, "one of " + ", ".join(map(repr, KINDS)))
    options = FeatureOptions.of(preset)
    part: dict[str, Any] = {"offset": offset, "duration": duration, "raw": raw, "channel": channel, "salvage": salvage}
    found = gathered_features(path, KINDS[kind], preset=options, pad_to=pad_to, **part)
    if hasattr(path, "seek"):
        path.seek(0)
    y = np.concatenate([block.samples for block in stream(path, options.sr, **part)])
    missing = padded_length(pad_to, options.sr) - len(y)
    return verify_features(np.pad(y, (0, max(0, missing))), kind, options, reference, found=found)


def _by_rounding(y: np.ndarray, found: np.ndarray, kind: str, options: FeatureOptions, reference: str) -> np.ndarray:
    """Return the part of the difference that comes from levels which float32 cannot hold."""
    limited = options if kind == "mel" else replace(options, top_db=options.mfcc_top_db)
    ours = found if kind == "mel" else features_of(y, kind_of("log_mel", limited, stacklevel=None), limited)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = (_librosa if reference == "librosa" else _kaldi)(y, "mel", limited)[0]
    to_nepers = (np.log(10) / 10 if options.log == "db" else 1.0) / options.power
    computed = [ours, theirs]
    if options.remove_dc:  # the mean that is removed from a frame leaves its rounding behind
        whole = replace(limited, remove_dc=False)
        computed.append(features_of(y, kind_of("log_mel", whole, stacklevel=None), whole))
    amplitudes = np.exp(to_nepers * np.stack(computed).astype(np.float64))
    is_equal = np.abs(amplitudes[0] - amplitudes[1]) <= _ROUNDING * amplitudes.max(axis=(0, 1))
    levels = np.where(is_equal, ours - theirs, 0.0)
    if kind == "mel":
        return levels
    coefficients = cosine_transform(options) @ levels
    coefficients[: int(options.use_energy)] = 0
    return coefficients


def _librosa(y: np.ndarray, kind: str, options: FeatureOptions) -> tuple[np.ndarray, str]:
    try:
        import librosa
    except ImportError as error:
        raise MissingDependencyError("librosa isn't installed: pip install librosa") from error
    if options.log != "db" or options.remove_dc or options.preemphasis or not options.center or options.drop_last:
        raise ParameterError("librosa has only features of preset librosa: use that preset")
    if options.window == "povey":
        raise ParameterError("window is 'povey', which librosa doesn't have: expected another window")
    same: dict[str, Any] = {
        "n_fft": options.n_fft,
        "hop_length": options.hop_length,
        "win_length": options.win_length,
        "window": options.window,
        "pad_mode": options.pad_mode,
    }
    if options.pad_mode == "reflect" and len(y) <= options.n_fft // 2:
        raise ParameterError(f"librosa doesn't mirror a clip of {len(y):,} samples: compare a longer one")
    if kind == "stft":
        return np.abs(librosa.stft(y, **same)) ** options.power, version("librosa")
    bands = librosa.feature.melspectrogram(
        y=y,
        sr=options.sr,
        power=options.power,
        n_mels=options.n_mels,
        fmin=options.fmin,
        fmax=options.highest,
        htk=options.mel_scale == "htk",
        norm=options.mel_norm,
        **same,
    )
    logs = librosa.power_to_db(
        bands, amin=options.amin, top_db=options.top_db if kind == "mel" else options.mfcc_top_db
    )
    if kind == "mel":
        return logs, version("librosa")
    return librosa.feature.mfcc(S=logs, n_mfcc=options.n_mfcc, lifter=options.lifter), version("librosa")


def _kaldi(y: np.ndarray, kind: str, options: FeatureOptions) -> tuple[np.ndarray, str]:
    try:
        import kaldi_native_fbank
    except ImportError as error:
        raise MissingDependencyError("kaldi-native-fbank isn't installed: pip install kaldi-native-fbank") from error
    if kind == "stft" or options.mel_scale != "kaldi":
        raise ParameterError("kaldi-native-fbank has only mel bands and MFCC of preset kaldi: use that preset")
    size = options.frame_length
    if (
        options.window != "povey"
        or options.top_db
        or options.mfcc_top_db
        or options.n_fft != 1 << (size - 1).bit_length()
    ):
        raise ParameterError(
            "kaldi-native-fbank has Povey's window, no top_db, and an n_fft that is the next power of 2:"
            " leave out window, top_db and n_fft"
        )
    if options.power != 2:
        raise ParameterError("kaldi-native-fbank is compared for powers only: leave out power")
    name = "Fbank" if kind == "mel" else "Mfcc"
    given = getattr(kaldi_native_fbank, f"{name}Options")()
    given.frame_opts.dither, given.frame_opts.samp_freq = 0, options.sr
    given.frame_opts.frame_shift_ms = 1000 * options.hop_length / options.sr
    given.frame_opts.frame_length_ms = 1000 * options.frame_length / options.sr
    given.frame_opts.preemph_coeff, given.frame_opts.window_type = options.preemphasis, options.window
    given.mel_opts.num_bins, given.mel_opts.low_freq = options.n_mels, options.fmin
    given.mel_opts.high_freq = options.highest
    if kind == "mfcc":
        given.num_ceps, given.cepstral_lifter, given.use_energy = options.n_mfcc, options.lifter, options.use_energy
    extractor = getattr(kaldi_native_fbank, f"Online{name}")(given)
    extractor.accept_waveform(options.sr, (np.asarray(y, np.float64) * options.sample_scale).tolist())
    extractor.input_finished()
    frames = [extractor.get_frame(i) for i in range(extractor.num_frames_ready)]
    rows = options.n_mels if kind == "mel" else options.n_mfcc
    return np.array(frames, np.float32).reshape(-1, rows).T, version("kaldi-native-fbank")
