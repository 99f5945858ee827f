"""Engines: what computes a translation model, torch, compiled code or NumPy."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nlpkit.artifact.reading import Artifact
from nlpkit.decoding.hypothesis import Hypothesis
from nlpkit.decoding.options import DecodingOptions
from nlpkit.device import gpu_is_likely, resolve_device, torch_threads
from nlpkit.errors import MissingDependencyError, Notice, ParameterError, require
from nlpkit.threads import available_threads, blas_threads

from .array_decoding import decode_arrays
from .model_folder import is_quantized
from .model_options import RNNOptions
from .quantization import Dequantized, Rounded, quantized
from .quicker import quicker

if TYPE_CHECKING:
    import numpy as np

    from .array_decoding import ArrayModel
    from .model import TranslationModel

ENGINES = ("auto", "torch", "compiled", "numpy")

Ids = Sequence[int]


class Computer:
    """Computes a model by one of the engines; each is loaded when it is needed.

    Parameters
    ----------
    given : TranslationModel or Artifact
        A model, or the folder of one.
    options : RNNOptions or TransformerOptions
    engine, device, precision : str
        As in `nlpkit.translation.Translator`.

    Raises
    ------
    ParameterError
        If the engine or the device is unknown, or they do not fit.
    MissingDependencyError
        If PyTorch is needed and not installed.
    """

    def __init__(
        self, given: TranslationModel | Artifact, options: Any, *, engine: str, device: str, precision: str
    ) -> None:
        stored = "int8" if isinstance(given, Artifact) and is_quantized(given) else "float32"
        precision = stored if precision == "auto" else precision
        check_engine(engine, options, device=device, precision=precision)
        self._folder = given if isinstance(given, Artifact) else None
        self._torch = None if isinstance(given, Artifact) else given
        self._options, self._where, self.precision = options, device, precision
        self._arrays: dict[str, ArrayModel] = {}
        if engine == "auto":
            on_cpu = device == "cpu" or (device == "auto" and not gpu_is_likely())
            engine = "torch"
            if precision == "int8":
                engine = "compiled" if isinstance(options, RNNOptions) else "auto"
            elif self._folder is not None and on_cpu and precision == "float32":
                engine = "auto"
        self.engine = self.taken = engine
        if engine == "torch":
            self._torch = self._placed(self.torch_model)

    @property
    def torch_model(self) -> TranslationModel:
        """The model in PyTorch."""
        if self._torch is None:
            if find_spec("torch") is None:
                raise MissingDependencyError(
                    "engine 'torch' needs PyTorch, which isn't installed: pip install 'nlpkit[translation]', or name"
                    " engine 'compiled'"
                )
            from .model_folder import torch_model

            assert self._folder is not None
            self._torch = self._placed(torch_model(self._options, self._read()))
        return self._torch

    def _placed(self, model: TranslationModel) -> TranslationModel:
        import torch

        kind = torch.bfloat16 if self.precision == "bfloat16" else torch.float32
        return model.to(resolve_device(self._where), kind).eval()

    def _read(self, *, mapped: bool = False) -> Mapping[str, np.ndarray]:
        """Return the weights, which are kept by nobody else if they are a folder's."""
        if self._folder is None:
            assert self._torch is not None
            return {name: tensor.float().cpu().numpy() for name, tensor in self._torch.state_dict().items()}
        folder = replace(self._folder)  # without the arrays that the other one has read
        arrays = folder.mapped if mapped else folder.arrays
        return Dequantized(arrays) if is_quantized(self._folder) else arrays

    def _matrices(self) -> Mapping[str, Any]:
        """Return the weights with matrices of 8 bits for NumPy."""
        from .plain.rounded import matrices

        if self._folder is not None and is_quantized(self._folder):
            return matrices(replace(self._folder).arrays)
        return matrices(quantized(self._read()))

    @property
    def device(self) -> str:
        """Where the model is computed: cpu, cuda:0, mps, ..."""
        return str(self.torch_model.device) if self.engine == "torch" else "cpu"

    @property
    def versions(self) -> dict[str, str]:
        """The version of torch, if it was used."""
        if self._torch is None:
            return {}
        import torch

        return {"torch": str(torch.__version__)}

    def weights(self) -> Mapping[str, np.ndarray]:
        """Return the weights as arrays by name.

        Raises
        ------
        ParameterError
            If they have been rounded.
        """
        if self.precision == "int8":
            raise ParameterError(
                "the weights have been rounded to 8 bits: nlpkit.jobs.quantize_model writes such a folder"
            )
        if self._torch is None:
            return self._read()
        import torch

        if any(weight.dtype != torch.float32 for weight in self._torch.parameters()):
            raise ParameterError("the weights have been rounded to bfloat16: load the model in float32 to save it")
        return {name: tensor.cpu().numpy() for name, tensor in self._torch.state_dict().items()}

    def decode(
        self,
        sources: Sequence[Ids],
        options: DecodingOptions,
        *,
        prefixes: Sequence[Ids] | None = None,
        phrases: Sequence[Sequence[Ids]] | None = None,
        threads: int | None = None,
    ) -> Iterator[tuple[int, list[Hypothesis]]]:
        """Yield the translations of sentences: see `nlpkit.translation.decoding.decode`."""
        if self.engine == "torch":
            from .decoding import decode

            with torch_threads(threads):
                yield from decode(self.torch_model, sources, options, prefixes=prefixes, phrases=phrases)
            return
        engine = self.engine
        if engine == "auto":
            is_there = "compiled" in self._arrays
            engine = "compiled" if is_there else quicker(self._options, sources, options)
        self.taken = engine
        is_numpy = engine == "numpy"
        workers = 1 if is_numpy else threads or available_threads()
        with blas_threads(threads or 1) if is_numpy else nullcontext():
            yield from decode_arrays(
                self._model_of(engine), sources, options, prefixes=prefixes, phrases=phrases, threads=workers
            )

    def attention_maps(self, source: Ids, target: Ids | None) -> np.ndarray:
        """Return the attention (layers, heads, t, s) of the start token and a target to a source and its end token.

        Without a target, the attention of the source to itself in the encoder of a Transformer. Without torch, NumPy
        computes it.
        """
        if self.engine != "torch":
            maps: np.ndarray = self._model_of("numpy").attention_maps(source, target)
            return maps
        import torch

        model = self.torch_model
        src = torch.tensor([[*source, model.eos_id]], device=model.device)
        lengths = torch.tensor([src.shape[1]], device=model.device)
        with torch.inference_mode():
            if target is None:
                found = model.self_attention_maps(src, lengths)
            else:
                trg_in = torch.tensor([[model.start_id, *target]], device=model.device)
                found = model.attention_maps(src, lengths, trg_in)
        assert found is not None
        made: np.ndarray = found[0].float().cpu().numpy()
        return made

    def start(self, engine: str) -> None:
        """Load the arrays of an engine, if it is one that computes on these."""
        if engine != "torch" and self.engine in ("auto", engine):
            self._model_of(engine)

    def _model_of(self, engine: str) -> Any:
        if engine not in self._arrays:
            self._arrays[engine] = self._loaded(engine)
        return self._arrays[engine]

    def _loaded(self, engine: str) -> ArrayModel:
        if engine == "numpy":
            weights = self._read() if self.precision == "float32" else self._matrices()
            return array_model(engine, self._options, weights)
        weights = self._read(mapped=True)  # packed weights are copies
        if self.precision == "int8" and not isinstance(weights, Dequantized):
            weights = Rounded(weights)
        model = array_model(engine, self._options, weights, precision=self.precision)
        with _told_if_slow():
            # compiles, if numba's cache lacks it
            list(decode_arrays(model, [[]], DecodingOptions(beam=2, max_length=2)))
        return model


@contextmanager
def _told_if_slow() -> Iterator[None]:
    """Say after two seconds that code is compiled."""
    said = "compiling for this processor, once for each kind of model and precision"
    timer = threading.Timer(2.0, warnings.warn_explicit, (said, Notice, "nlpkit", 1))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def array_model(engine: str, options: Any, weights: Mapping[str, Any], *, precision: str = "float32") -> ArrayModel:
    """Return a model that needs no torch.

    Parameters
    ----------
    engine : {"compiled", "numpy"}
    options : RNNOptions or TransformerOptions
    weights : mapping of str to ndarray
        As `nlpkit.translation.weight_shapes.weight_shapes` names them; for NumPy also `plain.rounded.RoundedMatrix`.
    precision : {"float32", "int8"}
        Of products in compiled code.
    """
    is_recurrent = isinstance(options, RNNOptions)
    if engine == "numpy":
        from .plain.recurrent import PlainRNN
        from .plain.transformer import PlainTransformer

        return PlainRNN(options, weights) if is_recurrent else PlainTransformer(options, weights)
    from .compiled.recurrent import CompiledRNN
    from .compiled.transformer import CompiledTransformer

    made = CompiledRNN if is_recurrent else CompiledTransformer
    return made(options, weights, precision=precision)


def check_engine(engine: str, options: Any, *, device: str, precision: str) -> None:
    """Raise ParameterError if there is no such engine, or it does not compute there or so."""
    require(engine in ENGINES, "engine", engine, "one of " + ", ".join(ENGINES))
    if precision == "int8":
        if device not in ("auto", "cpu"):
            raise ParameterError(
                f"precision 'int8' computes on the CPU, and device is {device!r}: name device 'cpu', or precision"
                " 'float32'"
            )
        if engine == "torch" or (engine == "numpy" and isinstance(options, RNNOptions)):
            raise ParameterError(
                f"precision 'int8' of this model is computed by engine 'compiled', and engine is {engine!r}: leave out"
                " the engine, or name precision 'float32'"
            )
    if engine in ("compiled", "numpy"):
        if device not in ("auto", "cpu"):
            raise ParameterError(
                f"engine {engine!r} computes on the CPU, and device is {device!r}: name engine 'torch'"
            )
        if precision == "bfloat16":
            raise ParameterError(f"engine {engine!r} has no precision 'bfloat16': name engine 'torch'")
