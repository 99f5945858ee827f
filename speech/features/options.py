"""FeatureOptions: all parameters of audio features, and the presets of the reference libraries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any

from nlpkit.errors import ParameterError, is_real, require, require_whole

WINDOWS = ("hann", "hamming", "blackman", "bartlett", "boxcar", "povey")
PAD_MODES = ("constant", "reflect", "edge")
MEL_SCALES = ("slaney", "htk", "kaldi")
LOGS = ("db", "ln", "whisper")


@dataclass(frozen=True, kw_only=True)
class FeatureOptions:
    """Parameters of audio features. A model stores them and rejects features computed with others.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Samples per Fourier transform; librosa's 2048 samples are 93 ms at 22,050 Hz.
    hop_length : int
        Samples between frames.
    win_length : int, optional
        Samples per frame; default: n_fft. A shorter frame is padded with zeros up to n_fft: on both sides, or only
        after it if ``center`` is False.
    window : {"hann", "hamming", "blackman", "bartlett", "boxcar", "povey"}
        Window function. "povey" is a symmetric Hann window to the power of 0.85; the others are periodic.
    center : bool
        Centre frame t at sample t * hop_length. If False, the frame begins there, and only complete frames are
        returned.
    pad_mode : {"constant", "reflect", "edge"}
        Padding before the first and after the last sample of centred frames: zeros, mirrored samples, or the outermost
        sample.
    drop_last : bool
        Omit the last frame.
    power : {1, 2}
        1 for amplitudes, 2 for powers.
    n_mels : int
        Number of mel bands.
    fmin, fmax : float
        Lowest and highest frequency of the bands, in Hz; default of fmax: ``sr / 2``.
    mel_scale : {"slaney", "htk", "kaldi"}
        "slaney" is linear up to 1 kHz; "htk" is 2595 log10(1 + f / 700), with triangles over Hz; "kaldi" is the same
        scale with triangles over mel.
    mel_norm : {None, "slaney"}
        Normalisation of the bands; "slaney" gives all triangles the same area.
    log : {"db", "ln", "whisper"}
        Logarithm: 10 log10 x; ln x; or (log10 x + 4) / 4.
    amin : float
        Lower limit of the values before the logarithm.
    top_db : float, optional
        Values lower than the maximum of a clip by more than this are raised to that limit; None or infinity: no limit.
    sample_scale : float
        Factor of the samples.
    remove_dc : bool
        Subtract the mean of each frame.
    preemphasis : float
        Share of the previous sample that is subtracted from each sample of a frame.
    n_mfcc : int
        Number of cepstral coefficients.
    mfcc_top_db : float, optional
        ``top_db`` of the bands from which the coefficients are computed.
    lifter, lifter_first : int
        Coefficient n, counted from ``lifter_first``, is multiplied by 1 + lifter / 2 sin(pi n / lifter); 0 turns this
        off. librosa counts from 1, Kaldi and HTK from 0.
    use_energy : bool
        Replace the first coefficient by the logarithm of the frame's energy.

    Raises
    ------
    ParameterError
        If an option is invalid.

    Examples
    --------
    >>> FeatureOptions.of("whisper").n_fft, FeatureOptions.of("kaldi", sr=8000).win_length
    (400, 200)
    """

    sr: int = 22050
    n_fft: int = 2048
    hop_length: int = 512
    win_length: int | None = None
    window: str = "hann"
    center: bool = True
    pad_mode: str = "constant"
    drop_last: bool = False
    power: int = 2
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    mel_scale: str = "slaney"
    mel_norm: str | None = "slaney"
    log: str = "db"
    amin: float = 1e-10
    top_db: float | None = 80.0
    sample_scale: float = 1.0
    remove_dc: bool = False
    preemphasis: float = 0.0
    n_mfcc: int = 20
    mfcc_top_db: float | None = 80.0
    lifter: int = 0
    lifter_first: int = 1
    use_energy: bool = False

    def __post_init__(self) -> None:
        for name, (least, most) in _WHOLE.items():
            if name != "win_length" or self.win_length is not None:
                value = getattr(self, name)
                require_whole(name, value, least, self.n_fft if most is None else most)
                object.__setattr__(self, name, int(value))
        for name in _NUMBERS:
            value = getattr(self, name)
            if value is not None or name not in _OPTIONAL:
                require(is_real(value), name, value, "a number" + (", or None" if name in _OPTIONAL else ""))
                object.__setattr__(self, name, None if name.endswith("top_db") and value == inf else float(value))
        for name in ("center", "drop_last", "remove_dc", "use_energy"):
            value = getattr(self, name)
            require(value in (True, False), name, value, "True or False")
            object.__setattr__(self, name, bool(value))
        require(is_real(self.power) and self.power in (1, 2), "power", self.power, "1 or 2")
        object.__setattr__(self, "power", int(self.power))
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            known = value is None or isinstance(value, str)
            require(known and value in choices, name, value, "one of " + ", ".join(map(repr, choices)))
        for name in ("top_db", "mfcc_top_db"):
            value = getattr(self, name)
            require(value is None or value > 0, name, value, "a number above 0, or None")
        for name in ("amin", "sample_scale"):
            require(0 < getattr(self, name) < inf, name, getattr(self, name), "a number above 0")
        require(0 <= self.fmin < self.highest, "fmin", self.fmin, f"a number from 0 to below fmax ({self.highest:g})")
        require(self.highest <= self.sr / 2, "fmax", self.fmax, f"at most half of sr ({self.sr / 2:g})")
        require(0 <= self.preemphasis <= 1, "preemphasis", self.preemphasis, "a number from 0 to 1")

    @classmethod
    def of(cls, preset: str | FeatureOptions, **changes: Any) -> FeatureOptions:
        """Return the options of a preset with ``changes``; None keeps the preset's value.

        Parameters
        ----------
        preset : {"librosa", "torchaudio", "whisper", "kaldi"} or FeatureOptions
        **changes
            Options to change.

        Raises
        ------
        ParameterError
            If the preset or an option is unknown, or the rate for Whisper is not 16,000.
        """
        known = cls.__dataclass_fields__
        for name in changes:
            require(name in known, "option", name, f"one of {', '.join(known)}")
        given = {name: value for name, value in changes.items() if value is not None}
        if isinstance(preset, cls):
            return replace(preset, **given) if given else preset
        if not isinstance(preset, str) or preset not in PRESETS:
            raise ParameterError(f"preset is {preset!r}: expected one of {', '.join(PRESETS)}, or FeatureOptions")
        for name in {"sr", "n_fft", "win_length"} & given.keys():  # the preset's other values depend on them
            require_whole(name, given[name], *_WHOLE[name])
            given[name] = int(given[name])
        own = PRESETS[preset]
        if preset == "whisper" and given.get("sr", 16000) != 16000:
            raise ParameterError(f"sr is {given['sr']!r}: expected 16000 for preset 'whisper': resample the audio")
        if preset == "torchaudio":
            frame = given.get("win_length", given.get("n_fft", own["n_fft"]))
            own = {**own, "hop_length": frame // 2, "fmax": float(given.get("sr", own["sr"]) // 2)}
        if preset == "kaldi":
            sr = given.get("sr", own["sr"])
            frame = given.get("win_length", int(sr * 0.025))
            own = {**own, "hop_length": int(sr * 0.01), "win_length": frame, "n_fft": 1 << (frame - 1).bit_length()}
        return cls(**{**own, **given})

    @property
    def frame_length(self) -> int:
        """Samples per frame."""
        return self.win_length or self.n_fft

    @property
    def highest(self) -> float:
        """Highest frequency of the bands, in Hz."""
        return self.sr / 2 if self.fmax is None else self.fmax

    def n_frames(self, n_samples: int) -> int:
        """Return the number of frames of ``n_samples`` samples."""
        if self.center:
            frames = 1 + (n_samples + self.n_fft // 2 * 2 - self.n_fft) // self.hop_length
        else:
            frames = max(0, 1 + (n_samples - self.frame_length) // self.hop_length)
        return max(0, frames - self.drop_last)


_WHOLE: dict[str, tuple[int, int | None]] = {
    "sr": (1, 1 << 24),
    "n_fft": (1, 1 << 20),
    "hop_length": (1, 1 << 24),
    "win_length": (1, None),
    "n_mels": (1, 1 << 16),
    "n_mfcc": (1, 1 << 16),
    "lifter": (0, 1 << 16),
    "lifter_first": (0, 1),
}
"""Options that are whole numbers, with the least and the greatest; of win_length that is n_fft."""

_OPTIONAL = ("fmax", "top_db", "mfcc_top_db")
_NUMBERS = ("fmin", "amin", "sample_scale", "preemphasis", *_OPTIONAL)
_CHOICES: dict[str, tuple[str | None, ...]] = {
    "window": WINDOWS,
    "pad_mode": PAD_MODES,
    "mel_scale": MEL_SCALES,
    "mel_norm": (None, "slaney"),
    "log": LOGS,
}

_EPSILON = 2.0**-23  # FLT_EPSILON

PRESETS: dict[str, dict[str, Any]] = {
    "librosa": {},
    "torchaudio": {
        "sr": 16000,
        "n_fft": 400,
        "pad_mode": "reflect",
        "mel_scale": "htk",
        "mel_norm": None,
        "top_db": None,
        "n_mfcc": 40,
    },
    "whisper": {
        "sr": 16000,
        "n_fft": 400,
        "hop_length": 160,
        "pad_mode": "reflect",
        "drop_last": True,
        "n_mels": 80,
        "log": "whisper",
    },
    "kaldi": {
        "sr": 16000,
        "window": "povey",
        "center": False,
        "n_mels": 23,
        "fmin": 20.0,
        "mel_scale": "kaldi",
        "mel_norm": None,
        "log": "ln",
        "amin": _EPSILON,
        "top_db": None,
        "mfcc_top_db": None,
        "sample_scale": 32768.0,
        "remove_dc": True,
        "preemphasis": 0.97,
        "n_mfcc": 13,
        "lifter": 22,
        "lifter_first": 0,
        "use_energy": True,
    },
}
"""Each library's values where they differ from the defaults of `FeatureOptions`, which are librosa's."""
