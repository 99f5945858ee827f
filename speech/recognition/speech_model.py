"""SpeechModel: features in, logits out; what classifiers and recognisers of speech have in common."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from nlpkit import artifact as artifacts
from nlpkit.device import check_count
from nlpkit.errors import ArtifactError, InputError, MethodError, ParameterError
from nlpkit.registry import resolve
from nlpkit.speech.audio.part import AudioPart
from nlpkit.speech.audio.reading import load
from nlpkit.speech.audio.resampling import resample
from nlpkit.speech.clips import clips_of
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.recognition.front import Front
from nlpkit.threads import available_threads, blas_threads, iter_batches

_MEAN, _DEVIATION = "front.mean", "front.deviation"
_PIECES = "spm.model"
_SHOWN = 12


def is_statistic(name: str) -> bool:
    """Return whether an array of a model is a mean, a deviation or a count, and not trained."""
    return name in (_MEAN, _DEVIATION) or name.endswith((".running_mean", ".running_var", ".num_batches_tracked"))


class SpeechModel:
    """A network and the features that it sees.

    Parameters
    ----------
    options : dataclass
        Sizes of the network.
    front : Front
    weights : mapping of str to array
        Weights and statistics of the network, by torch's names.
    provenance : mapping, optional
        How it was trained.
    device : str
        On "cpu" the network is computed without torch.

    Raises
    ------
    ArtifactError
        If a weight is missing or has another shape.
    """

    kind: ClassVar[str]
    inference: ClassVar[str]
    """Class that computes the network without torch, as ``"module:Class"``."""
    network: ClassVar[str]
    """Class of the torch module."""
    options_of: ClassVar[Callable[..., Any]]
    stored_options: ClassVar[tuple[str, ...]] = ("network", "features")
    advice: ClassVar[str]
    """Name of its own method, and its result, for who calls that of another model."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            cls = type(self).__name__
            if name in ("classify", "recognize"):
                raise MethodError(f"a {cls} has no {name}: {self.advice}")
            raise AttributeError(f"{cls!r} object has no attribute {name!r}")

    def __init__(
        self,
        options: Any,
        front: Front,
        weights: Mapping[str, np.ndarray],
        *,
        provenance: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ) -> None:
        self.options, self.front = options, front
        self.weights = {name: np.asarray(array, np.float32) for name, array in weights.items()}
        self.provenance = dict(provenance or {})
        self.device = device
        try:
            self._compute = resolve("inference", {"inference": self.inference})(options, self.weights)
            values, _ = front.features([np.zeros(front.sr // 10, np.float32)])
            outputs = self._compute(values[0]).shape[-1]  # kernels are compiled here, if they are not in numba's cache
        except (KeyError, ValueError) as error:
            raise ArtifactError(f"the weights are of another network than the options ({error})") from error
        if outputs != options.n_outputs:
            raise ArtifactError(f"the network has {outputs} outputs: expected {options.n_outputs}")

    @property
    def sr(self) -> int:
        """Sampling rate of the sound that the network hears, in Hz."""
        return self.front.sr

    def samples_of(self, clip: Any, sr: int | None = None, *, name: str = "clip") -> np.ndarray:
        """Return the samples of a clip at the model's rate.

        Parameters
        ----------
        clip : path, binary file, AudioPart or (n_samples,) array
        sr : int, optional
            Rate of an array in Hz; default: the model's.
        name : str
            Name of an array in messages.

        Raises
        ------
        InputError
            If a file cannot be read, there are no samples, or one is not finite.
        ParameterError
            If an array has several rows.
        """
        if isinstance(clip, AudioPart):
            return clip.load(self.sr).samples
        if isinstance(clip, str | os.PathLike) or hasattr(clip, "read"):
            return load(clip, self.sr).samples
        samples = clips_of(clip, what=name).samples
        if len(samples) != 1:
            raise ParameterError(f"{name} has {len(samples)} rows: expected samples of shape (n_samples,)")
        if not samples.size:
            raise InputError(f"{name} has no samples: expected at least one")
        one = samples[0].astype(np.float32, copy=False)
        return one if sr is None or sr == self.sr else resample(one, sr, self.sr)

    def logits(self, clips: Iterable[Any], *, sr: int | None = None, threads: int | None = None) -> Iterable[Any]:
        """Yield the samples of each clip and its logits; each is computed by itself.

        Parameters
        ----------
        clips : iterable of paths, binary files, AudioPart or (n_samples,) arrays
        sr : int, optional
            Rate of arrays in Hz; arrays without it are taken to be at the model's.
        threads : int, optional
            Clips computed at once; default: all available cores.
        """
        if isinstance(clips, str | os.PathLike) or (isinstance(clips, np.ndarray) and clips.ndim == 1):
            raise ParameterError("expected a list of clips, found one: put it into a list, [clip]")
        check_count("threads", threads)

        def computed(_: int, numbered: tuple[int, Any]) -> tuple[np.ndarray, np.ndarray]:
            number, clip = numbered
            samples = self.samples_of(clip, sr, name=f"clip {number}")
            values, _lengths = self.front.features([samples])
            return samples, self._forward(values)

        with blas_threads(1):
            yield from iter_batches(computed, range(threads or available_threads()), enumerate(clips))

    def _forward(self, values: np.ndarray) -> np.ndarray:
        if self.device == "cpu":
            return self._compute(values[0])
        import torch

        module = self._module_there()
        with torch.inference_mode():
            found = module(torch.from_numpy(values).to(self.device), torch.tensor([values.shape[2]]).to(self.device))
        return (found[0] if isinstance(found, tuple) else found)[0].float().cpu().numpy()

    def _module_there(self) -> Any:
        if not hasattr(self, "_module"):
            self._module = self.module().to(self.device)
        return self._module

    def module(self) -> Any:
        """Return the network as a torch module in evaluation mode."""
        import torch

        made = resolve("network", {"network": self.network})(self.options)
        state = {name: torch.from_numpy(array.copy()) for name, array in self.weights.items()}
        made.load_state_dict(state)
        return made.eval()

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        provenance: Mapping[str, Any] | None = None,
        files: Mapping[str, bytes] | None = None,
        half: bool = False,
        force: bool = False,
    ) -> Path:
        """Write the model folder.

        Parameters
        ----------
        path : path
        provenance : mapping, optional
            Description of the training; default: unchanged.
        files : mapping of str to bytes, optional
            Additional files, such as a picture of the training.
        half : bool
            Store weights as float16, in half the size.
        force : bool
            Replace an existing folder written by nlpkit.

        Raises
        ------
        OutputError
            If the folder exists or is not writable.
        """
        arrays = {_MEAN: self.front.mean, _DEVIATION: self.front.deviation, **self.weights}
        if half:
            arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
        features = FeatureOptions()
        own = {name: value for name, value in asdict(self.front.options).items() if value != getattr(features, name)}
        kept = self.stored()
        pieces = kept.pop("pieces", None)
        return artifacts.save(
            path,
            kind=self.kind,
            options={"network": asdict(self.options), "features": own, **kept},
            arrays=arrays,
            files={**({} if pieces is None else {_PIECES: pieces}), **(files or {})},
            provenance=provenance or self.provenance,
            force=force,
        )

    def stored(self) -> dict[str, Any]:
        """Return the options of the model beside the network's and the features'."""
        raise NotImplementedError

    @classmethod
    def from_artifact(cls, stored: artifacts.Artifact) -> Self:
        """Return the model that `save` wrote."""
        options = dict(stored.options)
        try:
            network = cls.options_of(**options.pop("network"))
            features = FeatureOptions(**options.pop("features"))
        except (KeyError, TypeError) as error:
            raise ArtifactError(f"{stored.path}: its options are not those of a speech model ({error})") from error
        weights = {name: stored.arrays[name].astype(np.float32) for name in stored.arrays}
        front = Front(options=features, mean=weights.pop(_MEAN), deviation=weights.pop(_DEVIATION))
        if _PIECES in stored.files:
            options["pieces"] = stored.file(_PIECES)
        return cls(network, front, weights, provenance=stored.provenance, **options)

    @classmethod
    def summary(cls, options: Mapping[str, Any], arrays: Mapping[str, Any], provenance: Mapping[str, Any]) -> Any:
        """Return what ``nlpkit info`` shows first of a saved model: a mapping of names to short values.

        Parameters
        ----------
        options, provenance : mapping
            What ``config.json`` holds.
        arrays : mapping of str to (str, tuple of int)
            Type and shape of each array.
        """
        network, features, data = options["network"], options["features"], provenance.get("data", {})
        names = options.get("labels") or options.get("letters") or ()
        what = "labels" if "labels" in options else "letters" if names else "sub-words"
        shown = [f"{len(names) or network['n_tokens'] - 1:,}", ", ".join(map(repr, names[:_SHOWN]))]
        sr, hop = features["sr"], features["hop_length"]
        found = {
            "architecture": cls.kind.partition("_")[0],
            what: ": ".join(filter(None, shown)) + (", ..." if len(names) > _SHOWN else ""),
            "vocabulary": _counted(len(options.get("vocabulary") or ()), "word"),
            "sr": sr,
            "features": f"{features['n_mels']} mel bands every {1000 * hop / sr:g} ms",
            "parameters": sum(math.prod(shape) for name, (_, shape) in arrays.items() if not is_statistic(name)),
            "limit": round(options.get("limit", 0.0), 3) or "none: nothing is rejected for its uncertainty",
            "rejects": ", ".join(options.get("rejects", ())),
        }
        if data:
            minutes = f"{data['seconds'] / 60:,.1f} minutes"
            found["trained on"] = (
                f"{_counted(data['clips'], 'recording')}, {minutes}; validated with {data['valid_clips']:,}"
            )
            found["base"] = data.get("base", "")
        return {name: value for name, value in found.items() if value != ""}

    def with_weights(self, weights: Mapping[str, np.ndarray], **changes: Any) -> Self:
        """Return a copy with other weights, and other options beside the network's."""
        given = {**self.stored(), **changes}
        return type(self)(self.options, self.front, weights, provenance=self.provenance, device=self.device, **given)

    def on(self, device: str) -> Self:
        """Return the model itself, computing on another device from now on."""
        self.device = device
        return self


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}" if n else ""
