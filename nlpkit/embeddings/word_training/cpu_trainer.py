"""CpuTrainer: Word2Vec and FastText in training on the CPU, chunk by chunk, by as many threads as there are workers.

Threads train side by side on the same weights without locks (Recht et al. 2011). If two threads update one row at the
same moment, an update may be lost: that is rare, and harmless to the vectors, but the result then depends on which
thread came first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import _word2vec_numba as compiled
from ._sampling_numba import ROW, fill_alias
from .chances import kept_shares
from .huffman import HuffmanTree
from .options import CHUNK, WordTrainingOptions

if TYPE_CHECKING:
    from .corpus import WordCorpus
    from .ngrams import Ngrams


class CpuTrainer:
    """Trains by compiled code; it is a `ChunkTrainer` whose units are places in the corpus.

    Parameters
    ----------
    corpus : WordCorpus
    inputs : (n_words + n_ngrams, d) float32
        The words' input rows, then those of their n-grams.
    outputs : (n_outputs, d) float32
        A row for each word in negative sampling, a row for each inner node in hierarchical softmax.
    ngrams : Ngrams
    options : WordTrainingOptions
    n_workers : int
    """

    def __init__(
        self,
        corpus: WordCorpus,
        inputs: np.ndarray,
        outputs: np.ndarray,
        ngrams: Ngrams,
        options: WordTrainingOptions,
        *,
        n_workers: int,
    ) -> None:
        counts, n = corpus.counts, len(corpus.vocabulary)
        self.n_workers = n_workers
        self._ids = np.asarray(corpus.ids)
        self._size = inputs.shape[1]
        self._inputs, self._outputs = padded(inputs), padded(outputs)
        width = self._inputs.shape[1]
        tree = HuffmanTree(np.empty(0, np.int32), np.empty(0, np.int8), np.zeros(n + 1, np.int64))
        accept, alias = np.empty(n, np.uint32), np.empty(n, np.int32)
        if options.negative:
            fill_alias(counts.astype(np.float64) ** options.ns_exponent, accept, alias)
        else:
            tree = HuffmanTree.of(counts)
        self._weights = compiled.Weights(
            inputs=self._inputs.reshape(-1),
            outputs=self._outputs.reshape(-1),
            width=width,
            keep=keep_thresholds(counts, options.sample),
            accept=accept,
            alias=alias,
            points=tree.points,
            codes=tree.codes,
            path_ends=tree.ends,
            ngrams=ngrams.rows,
            ngram_ends=ngrams.ends,
        )
        self._options = compiled.Options(
            skipgram=options.skipgram,
            negative=min(options.negative, n - 1),
            window=options.window,
            shrink_windows=options.shrink_windows,
            is_mean=options.cbow_mean,
        )
        most_ngrams = int(np.diff(ngrams.ends).max(initial=0))
        self._scratch = [
            compiled.new_scratch(CHUNK, options.window, width, max(options.negative + 1, tree.longest), most_ngrams)
            for _ in range(n_workers)
        ]

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        """Train ``ids[start:stop]``, at most `CHUNK` of them; return the sum of the loss and the number of examples."""
        chunk = compiled.Chunk(start, stop, seed, alpha_start, alpha_end)
        return compiled.train_chunk(self._ids, self._weights, self._options, chunk, self._scratch[worker])

    def arrays(self) -> dict[str, np.ndarray]:
        """The input and output rows as they are now: views of shape (rows, d)."""
        return {"inputs": self._inputs[:-1, : self._size], "outputs": self._outputs[:-1, : self._size]}


def keep_thresholds(counts: np.ndarray, sample: float) -> np.ndarray:
    """With which chance each word is kept in sub-sampling, in steps of 2**-32: (n_words,) uint32."""
    return (kept_shares(counts, sample) * 0xFFFFFFFF).astype(np.uint32)


def padded(rows: np.ndarray) -> np.ndarray:
    """A copy of ``rows``, each padded by zeros to a multiple of `ROW`, and a row of zeros; rows begin cache lines."""
    n, size = rows.shape
    width = -(-size // ROW) * ROW
    raw = np.zeros((n + 1) * width + ROW, np.float32)
    offset = -(raw.ctypes.data // raw.itemsize) % ROW
    result = raw[offset : offset + (n + 1) * width].reshape(n + 1, width)
    result[:n, :size] = rows
    return result
