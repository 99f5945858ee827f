"""Word2Vec and FastText in PyTorch, on any of its devices: batches of windows, worked as batched matrix products.

For a batch of some thousand windows the input rows of its words are gathered once; every window is a view into them.
Batched products give the logits of each context word (skip-gram) or of the context's mean (CBOW) against the window's
targets, and the gradients of both sides, which are added to the rows at once. Negative examples are shared by the
contexts of a window (Ji et al. 2016). How the steps of one batch are kept from adding up to too much: `_rows_torch`.

On CUDA, negative sampling without n-grams is worked by the kernel of `_word2vec_triton` where Triton is installed.

Measured on a CPU, 1 M words of English Wikipedia, 100 dimensions, 5 epochs, rows begun within 1/100; Spearman on MEN
and WordSim-353. Ours are of one seed (CBOW with 256: two), gensim 4.4's means of three (FastText: one):

- skip-gram with batches of 256, 1,024, 4,096 and 16,384 windows .258 .257 .239 .199 and .400 .420 .419
  .396; gensim .227, .386
- CBOW with 256 and 1,024 .126 .117 and .316 .300; gensim .147, .308
- hierarchical softmax, skip-gram, with 256 .402 and .437; gensim .428, .437
- FastText, skip-gram, 200,000 buckets, with 256 and 1,024 .331 .335 and .342 .356, and 41 % and 35 % of the syntactic
  analogies; gensim .275, .245, 42 %

The batch sizes were chosen by these figures. Neither quality nor speed has been measured on a GPU.
"""

from __future__ import annotations

import importlib.util
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import pad, softplus

from nlpkit.errors import ParameterError

from ._rows_torch import Inputs, NoiseTargets, SubwordInputs, Targets, TreeTargets, Windows, WordInputs, add_steps
from .chances import kept_shares
from .huffman import HuffmanTree

if TYPE_CHECKING:
    from ._word2vec_triton import TritonKernel
    from .corpus import WordCorpus
    from .ngrams import Ngrams
    from .options import WordTrainingOptions

CPU_BATCH, GPU_BATCH = 256, 1024
"""Windows in a batch: as many as still learnt well on a CPU."""


class TorchTrainer:
    """Trains by PyTorch on one device; it is a `ChunkTrainer` whose units are places in the corpus.

    Parameters
    ----------
    corpus : WordCorpus
    inputs : (n_words + n_ngrams, d) float32
        The words' input rows, then those of their n-grams. Copied, as ``outputs`` is.
    outputs : (n_outputs, d) float32
        A row for each word in negative sampling, a row for each inner node in hierarchical softmax.
    ngrams : Ngrams
    options : WordTrainingOptions
    device : str or torch.device
    batch : int, optional
        Windows in a batch, default: 256 on a CPU and 1,024 elsewhere.
    kernel : {"auto", "torch", "triton"}, default="auto"
        "auto" takes Triton's kernel on CUDA where it can.

    Notes
    -----
    On a CPU the same seeds give the same bits; on a GPU sums are made in no certain order. Input vectors with n-grams
    are the mean of their rows. For CBOW the mean (or sum) goes over all rows of all words in the window, as in fastText
    and gensim; the gradient of a mean isn't divided, that of a sum is divided by the number of rows.
    """

    n_workers = 1

    def __init__(
        self,
        corpus: WordCorpus,
        inputs: np.ndarray,
        outputs: np.ndarray,
        ngrams: Ngrams,
        options: WordTrainingOptions,
        *,
        device: str | torch.device,
        batch: int | None = None,
        kernel: str = "auto",
    ) -> None:
        self.device = torch.device(device)
        self.options = options
        self.batch = batch or (CPU_BATCH if self.device.type == "cpu" else GPU_BATCH)
        self.counts = np.asarray(corpus.counts, dtype=np.int64)
        self.outputs = self._tensor(outputs)
        rows, plain = self._tensor(inputs), not len(ngrams.rows)
        self.inputs: Inputs = WordInputs(rows) if plain else SubwordInputs(rows, ngrams)
        self._ids = corpus.ids
        self._generator = torch.Generator(self.device)
        self._total = torch.zeros(len(outputs), device=self.device)
        self._noise = self._tree = None
        if options.negative:
            self._noise = NoiseTargets(self.counts, options.negative, options.ns_exponent, self.device)
        else:
            self._tree = TreeTargets(HuffmanTree.of(self.counts), self.device)
        self._keep = self._tensor(kept_shares(self.counts, options.sample))
        window = options.window
        steps = torch.arange(-window, window + 1, device=self.device)
        self._distance = torch.where(steps == 0, window + 1, steps.abs())  # the middle is out of every window's reach
        self._kernel: TritonKernel | None = None
        if chooses_triton(kernel, self.device, plain=plain and self._noise is not None):
            self._kernel = self._triton_kernel(rows.shape[1], required=kernel == "triton")

    def _triton_kernel(self, size: int, *, required: bool) -> TritonKernel | None:
        """Triton's kernel for rows of ``size`` numbers, or None if it doesn't run here and isn't ``required``."""
        from ._word2vec_triton import TritonKernel, most_programs

        options = self.options
        programs = most_programs(self.counts, options.sample, options.negative, options.ns_exponent, options.window)
        kernel = TritonKernel(options.window, options.skipgram, options.cbow_mean, programs)
        fault = kernel.fault(size, options.negative, self.device)
        if fault and required:
            raise ParameterError(f"kernel is 'triton', but it doesn't run here: {fault}")
        if fault:
            warnings.warn(
                f"Triton's kernel doesn't run here, so word vectors are trained without it: {fault}", stacklevel=4
            )
        return None if fault else kernel

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.asarray(array, dtype=np.float32), device=self.device)

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        """Train ``ids[start:stop]``.

        The loss is the sum over all examples, each as it was before the batch that it is in was learnt; an example is a
        pair of words for skip-gram, a window for CBOW. The options' seed, ``seed`` and ``start`` decide the random
        numbers, whatever was trained before.
        """
        ids = np.ascontiguousarray(self._ids[start:stop])
        windows = self.draw(ids, alpha_start=alpha_start, alpha_end=alpha_end, seed=seed + start)
        if not len(windows.words):
            return 0.0, 0
        if self._kernel is not None:
            losses, examples = self._kernel(self.inputs.weights, self.outputs, windows)
        else:
            losses, examples = self._train_batches(windows)
        return float(losses.cpu().double().sum()), int(examples.sum())

    def arrays(self) -> dict[str, np.ndarray]:
        """Copies of the input and the output rows, float32."""
        return {"inputs": self.inputs.weights.cpu().numpy().copy(), "outputs": self.outputs.cpu().numpy().copy()}

    def draw(self, ids: np.ndarray, *, alpha_start: float, alpha_end: float, seed: int) -> Windows:
        """Draw which words of a chunk are kept, how far their windows reach, and their negative examples.

        ``ids`` (n,) int32 are the numbers of words, -1 between texts; alpha falls evenly over the chunk.
        """
        generator, device = self._generator, self.device
        generator.manual_seed(int(np.random.SeedSequence((self.options.seed, seed)).generate_state(1)[0]))
        numbers = torch.tensor(np.asarray(ids, dtype=np.int64), device=device)
        is_word = numbers >= 0
        is_word &= torch.rand(len(numbers), generator=generator, device=device) < self._keep[numbers.clamp(min=0)]
        words, texts = numbers[is_word], (numbers < 0).cumsum(0)[is_word]
        if self.options.shrink_windows:
            reach = torch.randint(1, self.options.window + 1, words.shape, generator=generator, device=device)
        else:
            reach = torch.full_like(words, self.options.window)
        slope = (alpha_end - alpha_start) / max(1, len(words))
        alphas = alpha_start + slope * torch.arange(len(words), dtype=torch.float32, device=device)
        targets = None if self._noise is None else self._noise.draw(words, generator)
        return Windows(words, texts, reach, alphas, targets)

    def _train_batches(self, windows: Windows) -> tuple[torch.Tensor, torch.Tensor]:
        """Train on a chunk's windows; the losses and the numbers of examples of its batches."""
        count, window = len(windows.words), self.options.window
        words = pad(windows.words, (window, window))
        texts = pad(windows.texts, (window, window), value=-1)
        starts = range(0, count, self.batch)
        stops = [min(start + self.batch, count) for start in starts]
        self.inputs.plan(words, [(start, stop + 2 * window) for start, stop in zip(starts, stops, strict=True)])
        longest = self._tree.longest(windows.words, self.batch) if self._tree else []
        losses, examples = [], []
        for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            around = slice(start, stop + 2 * window)
            is_near = texts[around].unfold(0, 2 * window + 1, 1) == windows.texts[start:stop, None]
            is_near &= self._distance <= windows.reach[start:stop, None]
            if self._tree:
                targets = self._tree.of(windows.words[start:stop], longest[number])
            else:
                assert windows.targets is not None
                targets = NoiseTargets.of(windows.targets[start:stop])
            loss, n = self._train_batch(number, words[around], is_near.float(), targets, windows.alphas[start:stop])
            losses.append(loss)
            examples.append(n)
        return torch.stack(losses), torch.stack(examples)

    def _train_batch(
        self, number: int, around: torch.Tensor, is_near: torch.Tensor, targets: Targets, alphas: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Train one batch.

        Parameters
        ----------
        around : (B + 2 * window,) int64
            The batch's words, and those that its windows reach.
        is_near : (B, 2 * window + 1) float32
            1 where a word is in the window.
        alphas : (B,) float32

        Returns
        -------
        loss, examples : tensors of one number
        """
        width = 2 * self.options.window + 1
        vectors, sizes = self.inputs.read(number, around)  # (B + 2W, d)
        if sizes is not None and self.options.skipgram:
            vectors = vectors / sizes[:, None]
        near = vectors.unfold(0, width, 1).transpose(1, 2)  # (B, 2W + 1, d), a view
        opposite = self.outputs[targets.rows]  # (B, T, d)
        if self.options.skipgram:
            hidden, is_hidden = near, is_near
            lengths = vectors.square().sum(dim=1).unfold(0, width, 1)
        else:
            hidden, is_hidden = is_near[:, None] @ near, is_near.amax(dim=1, keepdim=True)
            members = is_near if sizes is None else is_near * sizes.unfold(0, width, 1)
            share = 1 / members.sum(dim=1).clamp(min=1)[:, None, None]
            if self.options.cbow_mean:
                hidden, share = hidden * share, torch.ones_like(share)
            lengths = hidden.square().sum(dim=2)

        # (B, 2W + 1 or 1, T)
        logits = hidden @ opposite.transpose(1, 2)
        used = is_hidden[:, :, None] * targets.used[:, None]
        chances = logits.sigmoid()
        loss = ((softplus(logits) - targets.labels[:, None] * logits) * used).sum()
        used *= alphas[:, None, None]
        errors = (targets.labels[:, None] - chances) * used
        bends = torch.where(logits.abs() < 0.01, 0.25, (chances - 0.5) / logits) * used

        steps = errors.transpose(1, 2) @ hidden
        bent = (bends * lengths[:, :, None]).sum(dim=1)
        add_steps(self.outputs, self._total, targets.rows.flatten(), steps.flatten(0, 1), bent.flatten())
        steps = errors @ opposite
        bent = (bends @ opposite.square().sum(dim=2)[:, :, None])[:, :, 0]
        if not self.options.skipgram:
            steps, bent = steps * share * is_near[:, :, None], bent * share[:, 0] * is_near
        self.inputs.add(around, fold(steps), fold(bent))
        return loss, is_hidden.sum(dtype=torch.int64)


def fold(windows: torch.Tensor) -> torch.Tensor:
    """Add up what (B, n, …) overlapping windows say of each of the B + n - 1 places: the reverse of ``unfold``."""
    count, width = windows.shape[:2]
    sums = windows.new_zeros((count + width - 1, *windows.shape[2:]))
    for offset in range(width):
        sums[offset : offset + count] += windows[:, offset]
    return sums


def chooses_triton(kernel: str, device: torch.device, *, plain: bool) -> bool:
    """Whether Triton's kernel is to be used: it works negative sampling of plain words."""
    if kernel not in {"auto", "torch", "triton"}:
        raise ParameterError(f"kernel is {kernel!r}; expected 'auto', 'torch' or 'triton'")
    if kernel == "triton" and not plain:
        raise ParameterError("kernel is 'triton', which has no n-grams and no hierarchical softmax: use kernel='torch'")
    is_there = importlib.util.find_spec("triton") is not None
    return kernel == "triton" or (kernel == "auto" and plain and is_there and device.type == "cuda")
