"""The training loops that `translation.py` compares: nlpkit's training steps, and a plain PyTorch loop.

The plain loop uses `torch.nn.Transformer` of the same shape with one embedding matrix for source, target and output,
sinusoidal positions, `F.cross_entropy` without padding, gradient clipping and Adam.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

import lightning as L
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlpkit.layers.positions import sinusoids
from nlpkit.training.course import Course
from nlpkit.training.lightning_trainer import make_trainer, quietly
from nlpkit.training.loss import smoothed_cross_entropy
from nlpkit.training.module import TrainingModule
from nlpkit.training.translation.encoded_pairs import EncodedPairs
from nlpkit.training.translation.options import TrainingOptions
from nlpkit.training.translation.task import TranslationTask
from nlpkit.training.translation.token_batches import Batch, collate
from nlpkit.translation import Seq2SeqTransformer, TransformerOptions

PAD, START, END = 0, 2, 3
IDS = {"pad_id": PAD, "start_id": START, "eos_id": END}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A model and its training.

    Attributes
    ----------
    size, d_model, layers, heads, ffn_dim : int
    dropout : float
    everywhere : bool
        Whether nlpkit also applies dropout within attention and feed-forward networks, as ``nn.Transformer`` always
        does.
    precision : str
        Precision of nlpkit: "float32" or "bfloat16".
    plain_precision : str
    same_batches : bool
        Whether the plain loop gets nlpkit's batches, or random ones with the same mean number of target tokens.
    batch_tokens : int
    """

    size: int
    d_model: int
    layers: int
    heads: int
    ffn_dim: int
    dropout: float = 0.1
    everywhere: bool = True
    precision: str = "float32"
    plain_precision: str = "float32"
    same_batches: bool = True
    batch_tokens: int = 4096
    norm: str = field(default="pre")

    def options(self) -> TrainingOptions:
        return TrainingOptions(precision=self.precision, batch_tokens=self.batch_tokens, warmup=100)

    def model(self) -> Seq2SeqTransformer:
        torch.manual_seed(1)
        inside = self.dropout if self.everywhere else 0.0
        shape = TransformerOptions(
            src_size=self.size,
            trg_size=self.size,
            d_model=self.d_model,
            heads=self.heads,
            ffn_dim=self.ffn_dim,
            encoder_layers=self.layers,
            decoder_layers=self.layers,
            norm=self.norm,
            dropout=self.dropout,
            attention_dropout=inside,
            activation_dropout=inside,
            **IDS,
        )
        return Seq2SeqTransformer(shape)


class PlainTransformer(nn.Module):
    """``nn.Transformer`` with an embedding and its transpose as output."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.embedding = nn.Embedding(setting.size, setting.d_model, padding_idx=PAD)
        self.register_buffer("positions", sinusoids(1024, setting.d_model))
        self.dropout = nn.Dropout(setting.dropout)
        with warnings.catch_warnings():  # about a fast path for inference only
            warnings.simplefilter("ignore", UserWarning)
            self.transformer = nn.Transformer(
                setting.d_model,
                setting.heads,
                setting.layers,
                setting.layers,
                setting.ffn_dim,
                setting.dropout,
                batch_first=True,
                norm_first=setting.norm == "pre",
            )

    def forward(self, src: Tensor, trg_in: Tensor) -> Tensor:
        padding = src == PAD
        hidden = self.transformer(
            self._embed(src),
            self._embed(trg_in),
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(trg_in.shape[1]),
            tgt_is_causal=True,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
        return F.linear(hidden, self.embedding.weight)

    def _embed(self, ids: Tensor) -> Tensor:
        assert isinstance(self.positions, Tensor)
        return self.dropout(
            self.embedding(ids) * math.sqrt(self.embedding.embedding_dim) + self.positions[: ids.shape[1]]
        )

    @torch.no_grad()
    def take_weights(self, model: Seq2SeqTransformer) -> None:
        """Copy the weights of a pre-norm model."""
        ours = dict(model.state_dict())
        names = {"encoder": {"norm2": "around_feed_forward"}, "decoder": {"norm2": "around_source"}}
        theirs = {"embedding.weight": ours["trg_embedding.weight"]}
        for stack, own in names.items():
            for kind in ("weight", "bias"):
                theirs[f"transformer.{stack}.norm.{kind}"] = ours[f"{stack}_norm.{kind}"]
                for number in range(len(model.encoder if stack == "encoder" else model.decoder)):
                    mine, plain = f"{stack}.{number}.", f"transformer.{stack}.layers.{number}."
                    theirs[f"{plain}self_attn.in_proj_{kind}"] = ours[f"{mine}attention.inward.{kind}"]
                    theirs[f"{plain}self_attn.out_proj.{kind}"] = ours[f"{mine}attention.outward.{kind}"]
                    theirs[f"{plain}linear1.{kind}"] = ours[f"{mine}feed_forward.inner.{kind}"]
                    theirs[f"{plain}linear2.{kind}"] = ours[f"{mine}feed_forward.outer.{kind}"]
                    theirs[f"{plain}norm1.{kind}"] = ours[f"{mine}around_attention.norm.{kind}"]
                    theirs[f"{plain}norm2.{kind}"] = ours[f"{mine}{own['norm2']}.norm.{kind}"]
                    if stack == "decoder":
                        parts = [ours[f"{mine}to_source.{part}.{kind}"] for part in ("inward", "source")]
                        theirs[f"{plain}multihead_attn.in_proj_{kind}"] = torch.cat(parts)
                        theirs[f"{plain}multihead_attn.out_proj.{kind}"] = ours[f"{mine}to_source.outward.{kind}"]
                        theirs[f"{plain}norm3.{kind}"] = ours[f"{mine}around_feed_forward.norm.{kind}"]
        self.load_state_dict(theirs | {"positions": self.positions})


def padded_targets(batch: Batch) -> Tensor:
    """Return the target tokens (n, t), padded."""
    targets = torch.full_like(batch.trg_in, PAD)
    targets.view(-1)[batch.rows[: len(batch.targets)]] = batch.targets
    return targets


@torch.no_grad()
def losses(setting: Setting, pairs: EncodedPairs) -> tuple[float, float]:
    """Return both losses per token of one batch, with the same weights and no dropout; raise if the sizes differ."""
    setting = Setting(**asdict(setting) | {"dropout": 0.0, "norm": "pre"})
    model, plain = setting.model(), PlainTransformer(setting)
    sizes = [sum(p.numel() for p in part.parameters()) for part in (model, plain)]
    if sizes[0] != sizes[1]:
        raise SystemExit(f"nlpkit's model has {sizes[0]:,} weights and the plain one {sizes[1]:,}: they aren't alike")
    plain.take_weights(model)
    batch = collate(pairs, np.arange(min(16, len(pairs))), **IDS)
    hidden = model.teach(model.encode(batch.src, batch.lengths), batch.trg_in)
    logits = model.logits(hidden.flatten(0, 1)[batch.rows])
    own, _ = smoothed_cross_entropy(logits, batch.targets, smoothing=0.1, divisor=len(batch.targets))
    return float(own), float(_plain_loss(plain, batch))


def _plain_loss(plain: PlainTransformer, batch: Batch) -> Tensor:
    logits = plain(batch.src, batch.trg_in)
    return F.cross_entropy(logits.flatten(0, 1), padded_targets(batch).flatten(), label_smoothing=0.1, ignore_index=PAD)


class PlainLoop:
    """The plain loop, run for some steps at a time."""

    def __init__(self, setting: Setting, pairs: EncodedPairs) -> None:
        self.model = PlainTransformer(setting).train()
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9)
        self._precision = setting.plain_precision
        self._batches = _batches(setting, pairs)

    def run(self, steps: int) -> int:
        """Run ``steps`` steps, and return their target tokens."""
        tokens = 0
        for _ in range(steps):
            batch = next(self._batches)
            autocast: AbstractContextManager[Any] = nullcontext()
            if self._precision == "bfloat16":
                autocast = torch.autocast("cpu", torch.bfloat16)
            with autocast:
                loss = _plain_loss(self.model, batch)
            self._optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self._optimizer.step()
            tokens += len(batch.targets)
        return tokens


def _batches(setting: Setting, pairs: EncodedPairs) -> Iterator[Batch]:
    task = TranslationTask(setting.model(), pairs, None, setting.options())
    course = Course(task, setting.options())
    if setting.same_batches:
        for step in course.steps(epoch=0, batch=0, step=0):
            yield from step.batches
    random = np.random.default_rng(1)
    size = max(1, round(len(pairs) / len(course.plan(0))))  # the same mean number of pairs and target tokens
    while True:
        order = random.permutation(len(pairs))
        for first in range(0, len(order) - size + 1, size):
            yield collate(pairs, order[first : first + size], **IDS)


class Turns(L.Callback):
    """Times blocks of nlpkit's steps under Lightning, and runs the same number of the other loop's steps after each."""

    def __init__(self, steps: int, blocks: int, other: Callable[[int], int] | None) -> None:
        self._steps, self._blocks, self._other = steps, blocks, other
        self.rates: list[tuple[float, float]] = []
        self._count = self._tokens = 0
        self._since = 0.0

    def on_train_batch_end(self, trainer: L.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        self._count += 1
        self._tokens += batch[0][1].tokens
        if self._count % self._steps:
            return
        mine = self._tokens / (time.perf_counter() - self._since)
        begun = time.perf_counter()
        tokens = self._other(self._steps) if self._other else 0
        if self._count > self._steps:  # the first block warms up
            self.rates.append((mine, tokens / (time.perf_counter() - begun)))
        if len(self.rates) == self._blocks:
            trainer.should_stop = True
        self._tokens, self._since = 0, time.perf_counter()


class _Steps:
    """An iterable over the steps, for Lightning."""

    def __init__(self, steps: Iterator[Any]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[Any]:
        return self._steps


def alternate(
    setting: Setting, pairs: EncodedPairs, *, steps: int, blocks: int, plain: bool = True
) -> list[tuple[float, float]]:
    """Return target tokens per second of nlpkit's training and of the plain loop, block by block."""
    options = setting.options()
    model = setting.model().train()
    turns = Turns(steps, blocks, PlainLoop(setting, pairs).run if plain else None)
    with quietly():
        trainer = make_trainer([turns], device=torch.device("cpu"), precision=setting.precision)
        task = TranslationTask(model, pairs, None, options)
        module = TrainingModule(task, options, lambda step: 1e-4)
        trainer.fit(module, _Steps(Course(task, options).steps(epoch=0, batch=0, step=0)))
    return turns.rates
