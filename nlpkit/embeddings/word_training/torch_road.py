"""TorchRoad: word vectors in training through PyTorch, on a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._word2vec_torch import TorchTrainer
from .huffman import HuffmanTree
from .training import TrainingOptions

if TYPE_CHECKING:
    from .corpus import WordCorpus
    from .training import Ngrams


class TorchRoad:
    """Trains chunk after chunk on one device; it takes the place of `CompiledRoad`.

    Neither quality nor speed has been measured on a GPU.

    Parameters
    ----------
    corpus, inputs, outputs, ngrams, options
        As of `CompiledRoad`.
    device : str or torch.device
    """

    n_workers = 1

    def __init__(
        self,
        corpus: WordCorpus,
        inputs: np.ndarray,
        outputs: np.ndarray,
        ngrams: Ngrams,
        options: TrainingOptions,
        device: Any,
    ) -> None:
        self._ids = corpus.ids
        tree = None if options.negative else HuffmanTree.of(corpus.counts)
        self._trainer = TorchTrainer(
            inputs,
            outputs,
            corpus.counts,
            architecture="skipgram" if options.skipgram else "cbow",
            loss="negative_sampling" if options.negative else "hierarchical_softmax",
            window=options.window,
            shrink_windows=options.shrink_windows,
            sample=options.sample,
            negative=options.negative,
            ns_exponent=options.ns_exponent,
            cbow_mean=options.cbow_mean,
            device=device,
            seed=options.seed,
            ngrams=(ngrams.rows, ngrams.ends) if len(ngrams.rows) else None,
            tree=None if tree is None else (tree.points, tree.codes, tree.ends),
        )

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        """Train ``ids[start:stop]``; return the sum of the loss, and of how many examples."""
        chunk = np.ascontiguousarray(self._ids[start:stop])
        return self._trainer.train(chunk, alpha_start=alpha_start, alpha_end=alpha_end, seed=seed + start)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The input and output rows as they are now, (rows, d)."""
        return self._trainer.arrays()
