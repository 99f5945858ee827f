"""Which engine without torch is done sooner: NumPy starts at once, and compiled code is several times faster."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit.decoding.options import DecodingOptions

from .model_options import RNNOptions
from .weight_shapes import weight_shapes

_SPEED, _WIDE_SPEED = 1.5e10, 4.5e10
"""Operations a second of NumPy on one core: 12 to 21 GFLOP/s with AVX2, and 46 to 58 with AVX-512."""
_SAVED = 0.7
"""Share of NumPy's time that compiled code saves: 0.6 to 0.7 with AVX2, and 0.71 to 0.8 with AVX-512."""
_START_SECONDS, _COMPILE_SECONDS = 0.5, 12.0
"""Loading numba and compiled code, and compiling."""

_KERNELS = Path(__file__).parent / "compiled"


def quicker(options: Any, sources: Sequence[Sequence[int]], search: DecodingOptions) -> str:
    """Return the engine that is expected to translate sources first, "numpy" or "compiled".

    Translations are taken to be as long as their sources.

    Parameters
    ----------
    options : RNNOptions or TransformerOptions
    sources : sequence of sequences of int
    search : DecodingOptions

    Examples
    --------
    >>> small = RNNOptions(src_size=8000, trg_size=8000)
    >>> quicker(small, [[5, 6, 7]], DecodingOptions()), quicker(small, [[5, 6, 7]] * 10_000, DecodingOptions())
    ('numpy', 'compiled')
    >>> quicker(small, [list(range(4, 8000))], DecodingOptions())
    'compiled'
    """
    weights = sum(math.prod(shape) for shape in weight_shapes(options).values())
    tokens, pairs = (sum((len(source) + 1) ** power for source in sources) for power in (1, 2))
    width = options.hidden_size if isinstance(options, RNNOptions) else options.d_model
    of_attention = 2 * width * (options.encoder_layers + options.decoder_layers) * pairs
    beams = search.n_best if search.sample else search.beam
    by_numpy = 2 * (weights * tokens + of_attention) * beams / (_WIDE_SPEED if _is_wide() else _SPEED)
    start = _START_SECONDS if is_compiled(options) else _COMPILE_SECONDS
    return "compiled" if search.batch_invariant or by_numpy * _SAVED > start else "numpy"


def _is_wide() -> bool:
    """Whether NumPy has found AVX-512."""
    config: Any = np.show_config(mode="dicts")
    found = config.get("SIMD Extensions", {}).get("found", [])
    return any(name == "X86_V4" or name.startswith("AVX512") for name in found)


def is_compiled(options: Any) -> bool:
    """Whether numba's cache seems to hold the code of an architecture; numba is not imported."""
    kernel = "_recurrent_numba" if isinstance(options, RNNOptions) else "_decoder_numba"
    named = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(named)] if named else [_KERNELS / "__pycache__"]
    return any(next(place.rglob(f"{kernel}.step-*.nbi"), None) is not None for place in places)
