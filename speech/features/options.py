"""FeatureOptions: every number that features of audio depend on, and the presets of the references."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from nlpkit.errors import ParameterError, require

WINDOWS = ("hann", "hamming", "blackman", "bartlett", "boxcar", "povey")
PAD_MODES = ("constant", "reflect", "edge")
MEL_SCALES = ("slaney", "htk", "kaldi")
LOGS = ("db", "ln", "whisper")


@dataclass(frozen=True, kw_only=True)
class FeatureOptions:
    """How samples become features. A model stores these, and takes no features of others.

    Parameters
    ----------
    sr : int
        Samples a second.
    n_fft : int
        Samples of a Fourier transform.
    hop_length : int
        Samples from frame to frame.
    win_length : int, optional
        Samples of a frame; n_fft unless told. A shorter one stands in the middle of zeros, or, where frames aren't
        centred, before them.
    window : {"hann", "hamming", "blackman", "bartlett", "boxcar", "povey"}
        What a frame is multiplied by. "povey" is symmetric, Hann's to the power of .85; the others are periodic.
    center : bool
        Frame t has sample t * hop_length in its middle. Otherwise it begins there, and only whole frames count.
    pad_mode : {"constant", "reflect", "edge"}
        What stands before the first sample and after the last one, where frames are centred: zeros, the samples
        mirrored, or the outermost one.
    drop_last : bool
        Leave out the last frame.
    power : {1, 2}
        1 for amplitudes, 2 for powers.
    n_mels : int
        Bands.
    fmin, fmax : float
        Lowest and highest frequency of the bands, in Hz; fmax is half of ``sr`` unless told.
    mel_scale : {"slaney", "htk", "kaldi"}
        "slaney" is linear up to 1 kHz; "htk" is 2595 log10(1 + f / 700), with triangles over Hz; "kaldi" is the same
        scale with triangles over mel.
    mel_norm : {None, "slaney"}
        "slaney": each band's triangle has the same area.
    log : {"db", "ln", "whisper"}
        10 log10 x; ln x; or (log10 x + 4) / 4.
    amin : float
        Smaller numbers are taken for this one before the logarithm.
    top_db : float, optional
        What is this much quieter than the loudest of a clip is raised to that.
    sample_scale : float
        What samples are multiplied by.
    remove_dc : bool
        Take each frame's mean away.
    preemphasis : float
        Take this share of the sample before away, in each frame.
    n_mfcc : int
        Cepstral coefficients.
    mfcc_top_db : float, optional
        ``top_db`` of the bands that coefficients are made of.
    lifter, lifter_first : int
        Coefficient n, counted from ``lifter_first``, is multiplied by 1 + lifter / 2 sin(pi n / lifter); a lifter of 0
        leaves it as it is. librosa counts from 1, Kaldi and HTK from 0.
    use_energy : bool
        The first coefficient is the logarithm of the frame's energy instead.

    Raises
    ------
    ParameterError
        If an option can't be.

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
        for name, most in (("sr", 1 << 24), ("n_fft", 1 << 20), ("hop_length", 1 << 24), ("n_mels", 1 << 16)):
            _whole(self, name, 1, most)
        _whole(self, "n_mfcc", 1, 1 << 16)
        _whole(self, "lifter", 0, 1 << 16)
        _whole(self, "lifter_first", 0, 1)
        if self.win_length is not None:
            _whole(self, "win_length", 1, self.n_fft)
        for name, choices in (
            ("window", WINDOWS),
            ("pad_mode", PAD_MODES),
            ("power", (1, 2)),
            ("mel_scale", MEL_SCALES),
            ("mel_norm", (None, "slaney")),
            ("log", LOGS),
        ):
            value = getattr(self, name)
            require(value in choices, name, value, "one of " + ", ".join(map(repr, choices)))
        for name in ("top_db", "mfcc_top_db"):
            value = getattr(self, name)
            require(value is None or value > 0, name, value, "a number above 0, or None")
        require(self.amin > 0, "amin", self.amin, "a number above 0")
        require(0 <= self.fmin < self.highest, "fmin", self.fmin, f"a number from 0 to below fmax ({self.highest:g})")
        require(self.highest <= self.sr / 2, "fmax", self.fmax, f"at most half of sr ({self.sr / 2:g})")
        require(0 <= self.preemphasis <= 1, "preemphasis", self.preemphasis, "a number from 0 to 1")

    @classmethod
    def of(cls, preset: str | FeatureOptions, **changes: Any) -> FeatureOptions:
        """The options of a preset, but for ``changes``; what is None is the preset's own.

        Parameters
        ----------
        preset : {"librosa", "torchaudio", "whisper", "kaldi"} or FeatureOptions
        **changes
            Any of the options.

        Raises
        ------
        ParameterError
            If there is no such preset or option, or Whisper is asked for another sampling rate than 16,000.
        """
        known = [field.name for field in fields(cls)]
        for name in changes:
            require(name in known, "option", name, f"one of {', '.join(known)}")
        given = {name: value for name, value in changes.items() if value is not None}
        if isinstance(preset, cls):
            return replace(preset, **given)
        if not isinstance(preset, str) or preset not in PRESETS:
            raise ParameterError(f"preset is {preset!r}: expected one of {', '.join(PRESETS)}, or FeatureOptions")
        own = PRESETS[preset]
        if preset == "whisper" and given.get("sr", 16000) != 16000:
            raise ParameterError(f"sr is {given['sr']!r}: whisper's features are of 16,000 Hz: resample to that")
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
        """Samples of a frame."""
        return self.win_length or self.n_fft

    @property
    def highest(self) -> float:
        """The highest frequency of the bands, in Hz."""
        return self.sr / 2 if self.fmax is None else self.fmax

    def n_frames(self, n_samples: int) -> int:
        """How many frames so many samples have."""
        if self.center:
            frames = 1 + (n_samples + self.n_fft // 2 * 2 - self.n_fft) // self.hop_length
        else:
            frames = max(0, 1 + (n_samples - self.frame_length) // self.hop_length)
        return max(0, frames - self.drop_last)


def _whole(options: FeatureOptions, name: str, least: int, most: int) -> None:
    value = getattr(options, name)
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    require(fits, name, value, f"a whole number from {least:,} to {most:,}")


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
"""What each reference's numbers are, where they aren't `FeatureOptions`' own, which are librosa's."""
