"""Course: which batches each step of a training takes, from any step on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nlpkit.translation.model import TranslationModel

from .module import StepBatches
from .options import TrainingOptions
from .translation.encoded_pairs import EncodedPairs
from .translation.token_batches import collate, padding_share, plan_epoch


class Course:
    """The steps of a training, which lengths, seed and epoch alone decide.

    An epoch's batches are taken ``accumulate`` times the number of processes at a time; every process gets each so
    many-th batch of a step. The last step of an epoch may have fewer.

    Parameters
    ----------
    pairs : EncodedPairs
    options : TrainingOptions
    processes : int
    """

    def __init__(self, pairs: EncodedPairs, options: TrainingOptions, processes: int = 1) -> None:
        self.pairs = pairs
        self.batches_per_step = options.accumulate * processes
        self._processes = processes
        self._options = options
        self._lengths = pairs.src_lengths, pairs.trg_lengths
        self._plans: dict[int, Sequence[np.ndarray]] = {}

    def plan(self, epoch: int) -> Sequence[np.ndarray]:
        """Return the batches of an epoch, as numbers of pairs."""
        if epoch not in self._plans:
            if len(self._plans) > 1:
                del self._plans[min(self._plans)]
            options = self._options
            self._plans[epoch] = plan_epoch(
                *self._lengths, batch_tokens=options.batch_tokens, seed=options.seed, epoch=epoch
            )
        return self._plans[epoch]

    def steps_in(self, epoch: int) -> int:
        """Return how many steps an epoch has."""
        return -(-len(self.plan(epoch)) // self.batches_per_step)

    def padding(self) -> float:
        """Return which share of the ids in the first epoch's batches is padding."""
        return padding_share(self.pairs, self.plan(0))

    def steps(
        self, model: TranslationModel, *, epoch: int, batch: int, step: int, process: int = 0
    ) -> Iterator[StepBatches]:
        """Yield the steps from number ``batch`` of ``epoch`` on, without end; ``step`` of them were before."""
        ids = {"pad_id": model.pad_id, "start_id": model.start_id, "eos_id": model.eos_id}
        while True:
            plan = self.plan(epoch)
            for first in range(batch * self.batches_per_step, len(plan), self.batches_per_step):
                whole = plan[first : first + self.batches_per_step]
                step += 1
                mine = whole[process :: self._processes]
                yield StepBatches(
                    batches=[collate(self.pairs, numbers, **ids) for numbers in mine or whole[:1]],
                    tokens=sum(int(self._lengths[1][numbers].sum()) + len(numbers) for numbers in whole),
                    is_filling=not mine,
                    number=step,
                )
            epoch, batch = epoch + 1, 0
